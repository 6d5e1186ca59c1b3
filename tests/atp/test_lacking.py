"""The smallest change: so many more units, by that day, and what was refused is possible."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.lacking import lacking, lacking_bundles, lacking_shipments, lacking_together
from omscore.atp.projected import Lacks
from omscore.atp.questions import (
    Level,
    NotBy,
    at,
    bundles_at,
    earliest,
    pooled,
    shipments,
    together,
)
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import Sku
from omscore.testing.builders import DAY, TODAY, day

POT, LID, TEA = Sku("POT"), Sku("LID"), Sku("TEA")
DAYS = [day(n) for n in range(12)]
few = st.integers(1, 9)
maybe_latest = st.none() | st.integers(1, 9).map(day)


def curve(**figures: int) -> list[Level]:
    """Rows by day: `d3=5` says that five are available from the third day on."""
    return [Level(day(int(name[1:])), units) for name, units in figures.items()]


@st.composite
def curves(draw: st.DrawFn) -> list[Level]:
    """Numbers, negative where promises cannot be kept, from today on."""
    days = [0, *sorted(draw(st.sets(st.integers(1, 9), max_size=5)))]
    return [Level(day(n), draw(st.integers(-4, 8))) for n in days]


def raised(rows: list[Level], units: int, by: date) -> list[Level]:
    """*rows* when so many more come by that day."""
    return [Level(on, at(rows, on) + (units if on >= by else 0)) for on in DAYS]


# --- one line ---------------------------------------------------------------------------------


@given(curves(), few, maybe_latest)
def test_one_unit_fewer_or_a_day_later_would_not_do(
    rows: list[Level], quantity: int, latest: date | None
) -> None:
    """It is the smallest change, and it is none if nothing lacks."""
    last = latest or rows[-1].day
    lacks = lacking(rows, quantity, latest)

    assert (lacks is None) == (not isinstance(earliest(rows, quantity, latest), NotBy))
    if lacks is not None:
        assert lacks.by <= last
        assert isinstance(earliest(raised(rows, lacks.units, lacks.by), quantity, last), date)
        for units, by in ((lacks.units - 1, TODAY), (lacks.units, lacks.by + DAY)):
            assert isinstance(earliest(raised(rows, units, by), quantity, last), NotBy)


@given(curves(), few, maybe_latest)
def test_shipments_lack_what_the_last_of_them_lacks(
    rows: list[Level], quantity: int, latest: date | None
) -> None:
    """Each part leaves enough for those before it, so a later low counts."""
    last = latest or rows[-1].day
    lacks = lacking_shipments(rows, quantity, latest)

    assert (lacks is None) == (not isinstance(shipments(rows, quantity, latest), NotBy))
    if lacks is not None:
        enough = raised(rows, lacks.units, lacks.by)
        assert not isinstance(shipments(enough, quantity, last), NotBy)
        assert isinstance(shipments(raised(rows, lacks.units - 1, TODAY), quantity, last), NotBy)


# --- several ----------------------------------------------------------------------------------


@given(
    st.dictionaries(st.sampled_from("abc"), curves(), min_size=3),
    st.lists(st.tuples(st.sampled_from("abc"), few), min_size=1, max_size=4),
    maybe_latest,
)
def test_lines_together_lack_the_fewest_units_in_all(
    each: dict[str, list[Level]], wanted: list[tuple[str, int]], latest: date | None
) -> None:
    """Tried day by day; with what lacks they fit, and with one unit fewer of any they do not."""
    last = latest or max(each[name][-1].day for name, _ in wanted)
    need = {name: sum(n for one, n in wanted if one == name) for name, _ in wanted}
    lacks = lacking_together(each, wanted, latest)

    assert sum(one.units for one in lacks.values()) == min(
        sum(max(0, n - at(each[name], on)) for name, n in need.items()) for on in DAYS if on <= last
    )
    assert bool(lacks) == (not isinstance(together(each, wanted, last), date))
    enough = {
        name: raised(rows, lacks[name].units, lacks[name].by) if name in lacks else rows
        for name, rows in each.items()
    }
    assert isinstance(together(enough, wanted, last), date)


@given(
    st.dictionaries(st.sampled_from((POT, LID, TEA)), st.integers(1, 3), min_size=1),
    st.dictionaries(st.sampled_from((POT, LID, TEA)), curves(), min_size=1),
    few,
)
def test_bundles_lack_parts(
    parts: dict[Sku, int], there: dict[Sku, list[Level]], quantity: int
) -> None:
    """With those parts there are so many bundles; a part that is nowhere lacks from the start."""
    lacks = lacking_bundles(parts, there, quantity)
    enough = {
        sku: raised(there.get(sku, [Level(TODAY, 0)]), *_change(lacks.get(sku))) for sku in parts
    }

    assert max(row.available for row in bundles_at(parts, enough)) >= quantity
    before = max((row.available for row in bundles_at(parts, there)), default=0)
    assert bool(lacks) == (before < quantity)


def _change(lacks: Lacks | None) -> tuple[int, date]:
    return (0, TODAY) if lacks is None else (lacks.units, lacks.by)


@given(st.lists(curves(), min_size=1, max_size=4))
def test_places_are_pooled_day_by_day(places: list[list[Level]]) -> None:
    """The sum of what each of them has; what one is short of, no other gives."""
    rows = pooled(places)

    assert all(at(rows, on) == sum(max(0, at(one, on)) for one in places) for on in DAYS)


# --- examples ---------------------------------------------------------------------------------


def test_it_is_told_in_a_sentence() -> None:
    """What a buyer has to do."""
    rows = curve(d0=2, d3=5)

    assert str(lacking(rows, 8, day(6))) == "3 more units are needed by 2026-03-08"
    assert lacking(rows, 5, day(6)) is None
    assert lacking(rows, 4, day(2)) == Lacks(2, day(2))
    assert lacking_together(
        {"POT": rows, "LID": curve(d0=1)}, [("POT", 6), ("LID", 3)], day(4)
    ) == {"POT": Lacks(1, day(4)), "LID": Lacks(2, day(4))}
    assert lacking_bundles({POT: 1, LID: 2}, {POT: rows}, 4) == {LID: Lacks(8, day(3))}


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (lambda: lacking([], 1), "$.curve"),
        (lambda: lacking(curve(d0=1), 0), "$.quantity"),
        (lambda: lacking_shipments([], 1), "$.curve"),
        (lambda: lacking_together({}, []), "$.wanted"),
        (lambda: lacking_bundles({POT: 1}, {}, 1), "$.curves"),
        (lambda: lacking_bundles({POT: 1}, {POT: curve(d0=1)}, 0), "$.quantity"),
    ],
)
def test_bad_input_is_refused_by_name(asked: Callable[[], object], path: str) -> None:
    """The path says which field to mend."""
    with pytest.raises(Unreadable) as refused:
        asked()
    assert refused.value.path == path

"""Questions: the earliest date, shipments, lines together, bundles; pure functions on curves."""

from collections.abc import Callable
from datetime import date

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.counting import Counting
from omscore.atp.entries import DemandEntry, Entry, SupplyEntry, on_hand
from omscore.atp.lots import UNLIMITED
from omscore.atp.methods import Options
from omscore.atp.periods import Discrete
from omscore.atp.projected import LookAhead
from omscore.atp.questions import (
    Bundles,
    LineNotBy,
    NotBy,
    Shipment,
    at,
    bundles_at,
    bundles_at_one,
    bundles_over,
    earliest,
    shipments,
    together,
)
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import NodeId, Sku
from omscore.testing.builders import DAY, TODAY, day

POT, LID, TEA = Sku("POT"), Sku("LID"), Sku("TEA")
BERLIN, PARIS = NodeId("berlin"), NodeId("paris")


@frozen
class Row:
    """The least that a curve is made of."""

    day: date
    available: int


def curve(**figures: int) -> list[Row]:
    """Rows by day: `d3=5` says that five are available from the third day on."""
    return [Row(day(int(name[1:])), units) for name, units in figures.items()]


@st.composite
def curves(draw: st.DrawFn) -> list[Row]:
    """Any numbers on any of ten days."""
    days = sorted(draw(st.sets(st.integers(0, 9), min_size=1, max_size=6)))
    return [Row(day(n), draw(st.integers(-3, 12))) for n in days]


few = st.integers(1, 9)
maybe_latest = st.none() | st.integers(0, 9).map(day)
parts = st.dictionaries(st.sampled_from((POT, LID, TEA)), st.integers(1, 3), min_size=1)
stocked = st.dictionaries(st.sampled_from((POT, LID, TEA)), curves())
networks = st.dictionaries(st.sampled_from((BERLIN, PARIS)), stocked, min_size=1)


# --- one line ---------------------------------------------------------------------------------


@given(curves(), few, maybe_latest)
def test_the_earliest_day_is_the_first_that_has_enough(
    rows: list[Row], quantity: int, latest: date | None
) -> None:
    """The oracle walks from day to day."""
    days = [day(n) for n in range(10) if latest is None or day(n) <= latest]
    enough = [one for one in days if at(rows, one) >= quantity]

    answer = earliest(rows, quantity, latest)
    if enough:
        assert answer == enough[0]
    else:
        most = max([0, *(at(rows, one) for one in days)])
        assert answer == NotBy(quantity, most, latest or rows[-1].day)


@given(curves(), few, maybe_latest, few)
def test_shipments_are_as_early_as_can_be_and_never_promise_too_much(
    rows: list[Row], quantity: int, latest: date | None, first: int
) -> None:
    """On each day as much as no later day forbids; the first is no smaller than asked."""
    parts = shipments(rows, quantity, latest, first)

    def safe(at_day: date) -> int:
        return min(
            one.available for one in [*rows, Row(at_day, at(rows, at_day))] if one.day >= at_day
        )

    if isinstance(parts, NotBy):
        within = [one for one in rows if latest is None or one.day <= latest]
        assert all(safe(one.day) < quantity for one in within)
        assert str(parts).startswith(f"{quantity} units asked, {parts.available} available by ")
        return
    assert sum(one.units for one in parts) == quantity
    assert parts[0].units >= min(first, quantity)
    assert [one.day for one in parts] == sorted({one.day for one in parts})
    sent = 0
    for one in parts:
        sent += one.units
        assert latest is None or one.day <= latest
        assert sent == min(quantity, safe(one.day))
        earlier = [row for row in rows if row.day < one.day]
        before = max([0, *(min(quantity, safe(row.day)) for row in earlier)])
        assert before == sent - one.units or (one == parts[0] and before < min(first, quantity))


def test_a_first_shipment_may_have_to_be_worth_a_parcel() -> None:
    """Two pots today are not worth sending; five on Thursday are."""
    rows = curve(d0=2, d3=5, d6=9)

    assert shipments(rows, 8) == (Shipment(TODAY, 2), Shipment(day(3), 3), Shipment(day(6), 3))
    assert shipments(rows, 8, first=4) == (Shipment(day(3), 5), Shipment(day(6), 3))
    assert shipments(rows, 8, latest=day(5)) == NotBy(8, 5, day(5))
    assert shipments(rows, 10) == NotBy(10, 9, day(6))


def test_the_earliest_date_is_the_one_the_vendor_names() -> None:
    """NetSuite: 10 on the first of January, 30 on 15 February, 100 after the lead time."""
    receipts = {date(2026, 1, 1): 50, date(2026, 2, 10): 40, date(2026, 2, 15): 50}
    entries: list[Entry] = [SupplyEntry(f"po-{on}", units, on) for on, units in receipts.items()]
    entries.append(SupplyEntry("po-2", 50, date(2026, 3, 1)))
    for on, units in ((date(2026, 1, 9), 30), (date(2026, 2, 12), 40), (date(2026, 2, 20), 10)):
        entries.append(DemandEntry(f"so-{on}", units, on))
    options = Options(horizon_days=120, counting=Counting(unlimited_after_days=90))
    rows = Discrete().curve(entries, date(2026, 1, 1), options)

    assert earliest(rows, 10) == date(2026, 1, 1)
    assert earliest(rows, 30) == date(2026, 2, 15)
    assert earliest(rows, 100) == date(2026, 1, 1) + 90 * DAY


# --- lines together ---------------------------------------------------------------------------


@given(
    st.dictionaries(st.sampled_from("abc"), curves(), min_size=3),
    st.lists(st.tuples(st.sampled_from("abc"), few), min_size=1, max_size=4),
    maybe_latest,
)
def test_lines_together_wait_for_the_last_of_them(
    each: dict[str, list[Row]], wanted: list[tuple[str, int]], latest: date | None
) -> None:
    """Two lines of one sku need the sum of both; the oracle walks from day to day."""
    need = {name: sum(n for one, n in wanted if one == name) for name, _ in wanted}
    days = [day(n) for n in range(10) if latest is None or day(n) <= latest]
    fits = [one for one in days if all(at(each[name], one) >= n for name, n in need.items())]

    answer = together(each, wanted, latest)
    if fits:
        assert answer == fits[0]
    else:
        assert isinstance(answer, LineNotBy)
        assert answer.asked == need[answer.line]


def test_the_line_that_lacks_most_is_named() -> None:
    """The customer may want to do without it."""
    each = {"POT": curve(d0=9), "LID": curve(d0=1, d4=3)}

    assert together(each, [("POT", 4), ("LID", 3)]) == day(4)
    assert together(each, [("POT", 4), ("LID", 2), ("LID", 2)]) == LineNotBy("LID", 4, 3, day(4))
    assert str(LineNotBy("LID", 4, 3, day(4))) == "LID: 4 units asked, 3 by 2026-03-06"


# --- bundles ----------------------------------------------------------------------------------


@given(parts, stocked)
def test_a_node_completes_as_many_bundles_as_its_scarcest_part(
    bundle: dict[Sku, int], there: dict[Sku, list[Row]]
) -> None:
    """The oracle makes bundles one by one, as long as it can."""
    rows = bundles_at(bundle, there, BERLIN)
    for row in rows:
        made = 0
        while all(at(there.get(sku, ()), row.day) >= (made + 1) * n for sku, n in bundle.items()):
            made += 1
        assert row.available == made
        scarce = at(there.get(row.bottleneck, ()), row.day)
        assert scarce < (made + 1) * bundle[row.bottleneck]
        assert row.node == BERLIN


@given(parts, networks)
def test_parts_from_several_nodes_make_at_least_as_many_as_one_node_does(
    bundle: dict[Sku, int], nodes: dict[NodeId, dict[Sku, list[Row]]]
) -> None:
    """A bundle that is complete at one node is one over nodes as well."""
    over, whole = bundles_over(bundle, nodes), bundles_at_one(bundle, nodes)

    for row in whole:
        assert row.node is not None
        assert row.available == max(
            at(bundles_at(bundle, there), row.day) for there in nodes.values()
        )
        assert at(over, row.day) >= row.available
    for row in over:
        sums = {
            sku: sum(max(0, at(there.get(sku, ()), row.day)) for there in nodes.values())
            for sku in bundle
        }
        assert row.available == min(sums[sku] // n for sku, n in bundle.items())
        assert sums[row.bottleneck] // bundle[row.bottleneck] == row.available


def test_a_bundle_names_its_bottleneck_and_its_node() -> None:
    """Two lids to a pot: berlin has the pots, paris the lids."""
    bundle = {POT: 1, LID: 2}
    nodes = {
        BERLIN: {POT: curve(d0=9), LID: curve(d0=2, d4=5)},
        PARIS: {POT: curve(d0=1), LID: curve(d0=20)},
    }

    assert bundles_at_one(bundle, nodes) == [
        Bundles(TODAY, 1, LID, node=BERLIN),
        Bundles(day(4), 2, LID, node=BERLIN),
    ]
    assert bundles_over(bundle, nodes) == [Bundles(TODAY, 10, POT), Bundles(day(4), 10, POT)]
    assert earliest(bundles_over(bundle, nodes), 10) == TODAY
    assert bundles_at(bundle, {}) == []


def test_a_part_without_limit_limits_nothing() -> None:
    """A card that is printed on demand is in every bundle."""
    bundle = {POT: 1, TEA: 3}

    there = {POT: curve(d0=4), TEA: curve(d0=UNLIMITED)}
    assert bundles_at(bundle, there) == [Bundles(TODAY, 4, POT)]
    endless = {POT: curve(d0=UNLIMITED), TEA: curve(d0=UNLIMITED)}
    assert bundles_over(bundle, {BERLIN: endless, PARIS: endless})[0].available == UNLIMITED


def test_the_curves_of_methods_answer_questions() -> None:
    """Rows of a method are rows like any other."""
    rows = LookAhead().curve([on_hand(2), SupplyEntry("po", 3, day(2))], TODAY)

    assert earliest(rows, 4) == day(2)
    assert at(rows, TODAY - DAY) == 0


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (lambda: earliest([], 1), "$.curve"),
        (lambda: earliest(curve(d0=1), 0), "$.quantity"),
        (lambda: shipments(curve(d0=1), True), "$.quantity"),
        (lambda: shipments(curve(d0=1), 1, first=0), "$.first"),
        (lambda: shipments([], 1), "$.curve"),
        (lambda: together({}, []), "$.wanted"),
        (lambda: together({}, [("POT", 1)]), "$.wanted[0]"),
        (lambda: together({"POT": curve(d0=1)}, [("POT", -1)]), "$.wanted[0].quantity"),
        (lambda: together({"POT": []}, [("POT", 1)]), "$.curve"),
        (lambda: bundles_at({}, {}), "$.parts"),
        (lambda: bundles_over({POT: 0}, {}), "$.parts.POT"),
        (lambda: bundles_at({Sku("P T"): 1}, {}), "$.sku"),
    ],
)
def test_bad_input_is_refused_by_name(asked: Callable[[], object], path: str) -> None:
    """The path says which field to mend."""
    with pytest.raises(Unreadable) as refused:
        asked()
    assert refused.value.path == path

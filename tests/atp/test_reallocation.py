"""Reallocation: five strategies, the laws that each of them promises, and a slow oracle."""

from collections.abc import Callable, Sequence
from datetime import date

import attrs
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.questions import Shipment
from omscore.atp.reallocation import (
    STRATEGIES,
    DatedClaim,
    MayNotGain,
    NotAsAsked,
    Reallocation,
    Strategy,
    by_then,
    reallocate,
)
from omscore.kernel.errors import Unreadable
from omscore.testing.builders import DAY, TODAY, day

LAST = 9
DAYS = [day(n) for n in range(LAST + 1)]


@frozen
class Row:
    """The least that a curve is made of."""

    day: date
    available: int


def supply(**figures: int) -> list[Row]:
    """What could be promised by day: `d3=5` is five from the third day on."""
    return [Row(day(int(name[1:])), units) for name, units in figures.items()]


@st.composite
def curves(draw: st.DrawFn) -> list[Row]:
    """What could be promised, from today on: it never falls."""
    rows = [Row(TODAY, draw(st.integers(0, 5)))]
    for n in sorted(draw(st.sets(st.integers(1, LAST), max_size=4))):
        rows.append(Row(day(n), rows[-1].available + draw(st.integers(0, 5))))
    return rows


@st.composite
def claim(draw: st.DrawFn, name: int) -> DatedClaim:
    """Somebody who waits, with any part of it confirmed for any later days."""
    asked = draw(st.integers(0, 6))
    confirmed, left = list[Shipment](), draw(st.integers(1, 6))
    quantity = left
    for n in sorted(draw(st.sets(st.integers(asked, LAST), max_size=2))):
        if units := draw(st.integers(0, left)):
            confirmed.append(Shipment(day(n), units))
            left -= units
    last = max([asked, *((one.day - TODAY).days for one in confirmed)])
    return DatedClaim(
        f"o-{name}",
        quantity,
        day(asked),
        tuple(confirmed),
        draw(st.integers(0, 2)),
        draw(st.sampled_from(STRATEGIES)),
        latest=draw(st.none() | st.integers(last, LAST).map(day)),
    )


@st.composite
def backlogs(draw: st.DrawFn) -> list[DatedClaim]:
    """A few who wait."""
    return [draw(claim(name)) for name in range(draw(st.integers(1, 4)))]


@st.composite
def kept_promises(draw: st.DrawFn) -> tuple[list[DatedClaim], list[Row]]:
    """A backlog, and supply that suffices for all that is confirmed."""
    several, rows = draw(backlogs()), draw(curves())
    confirmed = [shipment for one in several for shipment in one.confirmed]
    more = {on: by_then(confirmed, on) for on in DAYS}
    return several, [Row(on, at(rows, on) + more[on]) for on in DAYS]


def at(rows: Sequence[Row], on: date) -> int:
    """What a curve says for a day."""
    return [one.available for one in rows if one.day <= on][-1]


def promised(outcome: Reallocation, on: date) -> int:
    """How many units are confirmed up to a day, for all."""
    return sum(by_then(one.confirmed, on) for one in outcome.outcomes)


# --- what holds for each of them --------------------------------------------------------------


@given(backlogs(), curves())
def test_no_day_is_oversold(several: list[DatedClaim], rows: list[Row]) -> None:
    """Up to no day is more confirmed than will have come by then."""
    done = reallocate(several, rows)

    assert all(promised(done, on) <= at(rows, on) for on in DAYS)


@given(backlogs(), curves())
def test_nobody_is_given_more_or_earlier_than_asked(
    several: list[DatedClaim], rows: list[Row]
) -> None:
    """What is confirmed is of use to whoever waits, and is no more than that."""
    for one in reallocate(several, rows).outcomes:
        assert sum(each.units for each in one.confirmed) <= one.claim.quantity
        assert all(each.units > 0 and one.claim.accepts(each.day) for each in one.confirmed)


@given(backlogs(), curves(), st.data())
def test_the_order_of_asking_does_not_matter(
    several: list[DatedClaim], rows: list[Row], data: st.DataObject
) -> None:
    """Strategy, rank, day and id decide, never the place in a list."""
    shuffled = data.draw(st.permutations(several))

    assert reallocate(shuffled, rows) == reallocate(several, rows)


@given(backlogs(), curves())
def test_doing_it_again_changes_nothing(several: list[DatedClaim], rows: list[Row]) -> None:
    """A nightly run that moved promises to and fro would be of no use to anybody."""
    done = reallocate(several, rows)
    after = [attrs.evolve(one.claim, confirmed=one.confirmed) for one in done.outcomes]

    assert reallocate(after, rows).changed() == ()


@given(backlogs(), curves())
def test_whoever_lacks_something_learns_how_little_would_do(
    several: list[DatedClaim], rows: list[Row]
) -> None:
    """So many more units by that day would do; one fewer, or a day later, would not."""
    done = reallocate(several, rows)
    given_ = [(one.claim.id, each) for one in done.outcomes for each in one.confirmed]

    for one in done.outcomes:
        others = [each for id_, each in given_ if id_ != one.claim.id]
        if one.reason is None:
            assert by_then(one.confirmed, one.claim.day) == one.claim.quantity
        elif isinstance(one.reason, NotAsAsked):
            assert _fits(one.claim, others, rows, one.reason.lacking, one.reason.by)
            assert not _fits(one.claim, others, rows, one.reason.lacking - 1, one.reason.by)
            assert not _fits(one.claim, others, rows, one.reason.lacking, one.reason.by + DAY)
        else:
            assert _fits(one.claim, others, rows, 0, one.claim.day)


def _fits(claim: DatedClaim, others: list[Shipment], rows: list[Row], more: int, by: date) -> bool:
    """Whether all of it can be confirmed as asked, if *more* units come *by* a day."""
    everything = [*others, Shipment(claim.day, claim.quantity)]
    return all(by_then(everything, on) <= at(rows, on) + (more if on >= by else 0) for on in DAYS)


# --- what each of them promises ---------------------------------------------------------------


@given(kept_promises())
def test_win_is_all_as_asked_or_what_it_was(kept: tuple[list[DatedClaim], list[Row]]) -> None:
    """A customer who was promised the day of the fair wants that day, or no new letter."""
    for one in reallocate(*kept, "win").outcomes:
        as_asked = (Shipment(one.claim.day, one.claim.quantity),)
        assert one.confirmed in (as_asked, one.claim.confirmed)
        assert (one.reason is None) == (one.confirmed == as_asked)


@given(kept_promises())
def test_gain_never_worsens_anybody(kept: tuple[list[DatedClaim], list[Row]]) -> None:
    """On each day at least as many units are confirmed as before."""
    for one in reallocate(*kept, "gain").outcomes:
        assert one.verdict in ("kept", "improved")
        assert all(by_then(one.confirmed, on) >= by_then(one.claim.confirmed, on) for on in DAYS)


@given(kept_promises())
def test_nobody_pays_for_another(kept: tuple[list[DatedClaim], list[Row]]) -> None:
    """Whatever the strategies of the others, what wins or gains is not worse off."""
    for one in reallocate(*kept).outcomes:
        if one.claim.strategy in ("win", "gain"):
            assert one.verdict in ("kept", "improved")


@given(backlogs(), curves())
def test_fill_never_improves_anybody(several: list[DatedClaim], rows: list[Row]) -> None:
    """On no day are more units confirmed than before, however much is there."""
    for one in reallocate(several, rows, "fill").outcomes:
        assert one.verdict in ("kept", "worsened", "lost")


@given(kept_promises())
def test_fill_keeps_what_can_be_kept(kept: tuple[list[DatedClaim], list[Row]]) -> None:
    """If supply suffices for all that is confirmed, nothing changes."""
    assert reallocate(*kept, "fill").changed() == ()


@given(backlogs(), curves())
def test_lose_gives_everything_back(several: list[DatedClaim], rows: list[Row]) -> None:
    """All that was confirmed is free."""
    done = reallocate(several, rows, "lose")

    assert all(one.confirmed == () for one in done.outcomes)
    assert {one.claim.id for one in done.changed()} == {one.id for one in several if one.confirmed}


@given(backlogs(), curves())
def test_redistribute_is_unit_by_unit_on_the_first_day_that_has_one(
    several: list[DatedClaim], rows: list[Row]
) -> None:
    """The slow way: each in its turn tries each day for each unit."""
    done = reallocate(several, rows, "redistribute")

    taken = list[Shipment]()
    for one in sorted(several, key=lambda each: (each.rank, each.day, each.id)):
        mine = list[Shipment]()
        for _ in range(one.quantity):
            for on in DAYS:
                more = [*taken, Shipment(on, 1)]
                if one.accepts(on) and all(by_then(more, each) <= at(rows, each) for each in DAYS):
                    taken, mine = more, [*mine, Shipment(on, 1)]
                    break
        assert done.confirmed(one.id) == attrs.evolve(one, confirmed=tuple(mine)).confirmed


@given(backlogs(), curves())
def test_redistribute_leaves_nothing_that_somebody_could_use(
    several: list[DatedClaim], rows: list[Row]
) -> None:
    """Where nobody minds how late it is, all that comes is given to those who lack it."""
    patient = [attrs.evolve(one, latest=None) for one in several]

    asked = sum(one.quantity for one in several)
    done = reallocate(patient, rows, "redistribute")
    assert promised(done, DAYS[-1]) == min(asked, rows[-1].available)


@given(backlogs(), curves(), st.integers(1, 3), st.integers(0, LAST))
def test_more_supply_never_worsens_who_comes_first(
    several: list[DatedClaim], rows: list[Row], more: int, from_: int
) -> None:
    """Those behind may lose a day to somebody who could not use the supply before."""
    richer = [Row(on, at(rows, on) + (more if on >= day(from_) else 0)) for on in DAYS]
    first = reallocate(several, rows, "redistribute").outcomes[0]
    then = reallocate(several, richer, "redistribute").outcomes[0]

    assert all(by_then(first.confirmed, on) <= by_then(then.confirmed, on) for on in DAYS)


# --- when supply has gone ---------------------------------------------------------------------


def test_what_cannot_be_kept_on_its_day_is_kept_on_a_later_one() -> None:
    """Three of five come a week late: the first in rank keeps its day, the next one waits."""
    several = [
        DatedClaim("o-1", 2, day(1), (Shipment(day(1), 2),), 1, "gain"),
        DatedClaim("o-2", 3, day(1), (Shipment(day(1), 3),), 2, "gain"),
    ]
    done = reallocate(several, supply(d0=0, d1=2, d8=5))

    assert done.confirmed("o-1") == (Shipment(day(1), 2),)
    assert done.confirmed("o-2") == (Shipment(day(8), 3),)
    assert [one.verdict for one in done.outcomes] == ["kept", "worsened"]
    assert done.outcomes[1].reason == NotAsAsked(day(1), 3, day(1))


def test_who_must_win_takes_from_who_may_lose() -> None:
    """One run over a backlog of all five strategies: the example of the documentation."""
    several = [
        DatedClaim("fair", 4, day(1), (Shipment(day(6), 4),), strategy="win"),
        DatedClaim("loyal", 2, day(0), (Shipment(day(6), 2),), strategy="gain"),
        DatedClaim("web", 3, day(0), (Shipment(day(0), 3),), strategy="redistribute"),
        DatedClaim("market", 2, day(0), (Shipment(day(0), 2),), strategy="fill"),
        DatedClaim("own", 3, day(2), (Shipment(day(2), 3),), strategy="lose"),
    ]
    done = reallocate(several, supply(d0=5, d6=10))

    assert str(done).splitlines() == [
        "fair (win) improved: 4 on 2026-03-08 -> 4 on 2026-03-03",
        "loyal (gain) improved: 2 on 2026-03-08 -> 1 on 2026-03-02, 1 on 2026-03-08"
        "; 1 more unit is needed by 2026-03-03 to confirm everything for 2026-03-02",
        "web (redistribute) worsened: 3 on 2026-03-02 -> 3 on 2026-03-08"
        "; 3 more units are needed by 2026-03-03 to confirm everything for 2026-03-02",
        "market (fill) worsened: 2 on 2026-03-02 -> 1 on 2026-03-08"
        "; 2 more units are needed by 2026-03-03 to confirm everything for 2026-03-02",
        "own (lose) lost: 3 on 2026-03-04 -> nothing"
        "; 3 more units are needed by 2026-03-04 to confirm everything for 2026-03-04",
    ]


def test_what_is_overdue_stays_promised() -> None:
    """Units of yesterday that were not sent are owed today, and nobody is told a new day for it."""
    late = DatedClaim("o-1", 3, day(-2), (Shipment(day(-1), 2),), strategy="gain")
    done = reallocate([late], supply(d0=2, d4=3))

    assert done.confirmed("o-1") == (Shipment(day(-1), 2), Shipment(day(4), 1))
    assert done.outcomes[0].verdict == "improved"


def test_who_may_not_gain_is_told_so() -> None:
    """There is plenty, but it is kept for others."""
    [one] = reallocate([DatedClaim("o-1", 3, TODAY, strategy="fill")], supply(d0=9)).outcomes

    assert one.reason == MayNotGain("fill")
    assert str(one) == ("o-1 (fill) kept: nothing; the strategy fill leaves what is free to others")


def test_better_on_one_day_may_be_worse_on_another() -> None:
    """One unit sooner, and the other two later."""
    one = DatedClaim("o-1", 3, TODAY, (Shipment(day(3), 3),))
    done = reallocate([one], supply(d0=1, d5=3))

    assert done.outcomes[0].verdict == "mixed"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_curve_that_falls_is_as_good_as_its_lowest_later_number(strategy: Strategy) -> None:
    """Methods that do not look ahead may promise on Monday what Friday needs."""
    several = [DatedClaim("o-1", 5, TODAY, (Shipment(TODAY, 1),))]

    falling = reallocate(several, supply(d0=4, d3=2, d5=9), strategy)
    assert falling == reallocate(several, supply(d0=2, d5=9), strategy)


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "path"),
    [
        (lambda: DatedClaim("", 1, TODAY), "$.id"),
        (lambda: DatedClaim("o-1", 0, TODAY), "$.quantity"),
        (lambda: DatedClaim("o-1", 1, "today"), "$.day"),  # type: ignore[arg-type]
        (lambda: DatedClaim("o-1", 1, TODAY, strategy="grab"), "$.strategy"),  # type: ignore[arg-type]
        (lambda: DatedClaim("o-1", 1, TODAY, rank=True), "$.rank"),
        (lambda: DatedClaim("o-1", 1, TODAY, latest=day(-1)), "$.latest"),
        (lambda: DatedClaim("o-1", 1, TODAY, (Shipment(TODAY, 2),)), "$.confirmed"),
        (lambda: DatedClaim("o-1", 1, TODAY, (Shipment(TODAY, 0),)), "$.confirmed"),
        (lambda: DatedClaim("o-1", 1, TODAY, (Shipment(day(-1), 1),)), "$.confirmed"),
        (lambda: reallocate([], []), "$.curve"),
        (lambda: reallocate([DatedClaim("o-1", 1, TODAY)] * 2, supply(d0=1)), "$.claims"),
    ],
)
def test_bad_input_is_refused_by_name(made: Callable[[], object], path: str) -> None:
    """The path says which field to mend."""
    with pytest.raises(Unreadable) as refused:
        made()
    assert refused.value.path == path

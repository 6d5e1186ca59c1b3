"""A position: stock over time, what may be promised, what can no longer be kept."""

from collections.abc import Iterator
from datetime import date, datetime

import attrs
import pytest
from hypothesis import given

from omscore.atp.buckets import Bucket, Held
from omscore.atp.movements import (
    DemandScheduled,
    PositionEvent,
    ShortageDeclared,
    StockEntered,
    SupplyScheduled,
    UnitsConsumed,
    UnitsReserved,
)
from omscore.atp.position import Position, evolve, law, margin, position_id
from omscore.atp.shortage import clearable, deficits
from omscore.kernel.errors import Broken
from omscore.kernel.ids import DocumentId, NodeId, ReservationId, Sku
from omscore.testing import strategies
from omscore.testing.builders import DAY, HOUR, MONDAY, TODAY, day

D_1, R_1 = DocumentId("d-1"), ReservationId("r-1")
EXPIRIES = (MONDAY - HOUR, MONDAY, MONDAY + HOUR)
any_position = strategies.positions(expiries=EXPIRIES)


def all_days(position: Position) -> Iterator[date]:
    """Every day that matters, and some before and after."""
    named = [*(one.day for one in position.buckets), *(one.day for one in position.held), TODAY]
    for n in range((max(named) - min(named)).days + 5):
        yield min(named) - 2 * DAY + n * DAY


def stock_at(position: Position, at: date, now: datetime) -> int:
    """What is left at the end of a day, added up from nothing: slow and obvious."""
    supply = sum(one.supply for one in position.buckets if TODAY <= one.day <= at)
    taken = sum(one.committed + one.foreign for one in position.buckets if one.day <= at)
    held = sum(one.units for one in position.held if one.day <= at and now < one.expires_at)
    return position.on_hand + supply - taken - held


@given(any_position, strategies.days(14))
def test_available_is_the_least_stock_of_any_later_day(position: Position, at: date) -> None:
    """A promise for today must not take what is promised for Friday; the oracle asks every day."""
    least = min(
        stock_at(position, later, MONDAY) for later in [at, *all_days(position)] if later >= at
    )

    assert position.available(at, today=TODAY, now=MONDAY) == least


@given(any_position)
def test_the_margin_is_the_least_that_any_day_has_beyond_its_promises(position: Position) -> None:
    """The figure that stores guard, added up day by day from nothing."""
    free = [
        position.on_hand
        + sum(one.supply + one.short - one.committed for one in position.buckets if one.day <= at)
        for at in all_days(position)
    ]

    assert margin(position) == min(free)


@given(any_position, strategies.days(14))
def test_the_curve_says_for_every_day_what_is_available(position: Position, start: date) -> None:
    """Sourcing reads the rows instead of asking day by day: they must say the same."""
    rows = position.curve(start, today=TODAY, now=MONDAY)

    assert rows[0][0] == start
    assert [list(pair) for pair in zip(*rows, strict=True)] == [
        sorted({at for at, _ in rows}),
        sorted({units for _, units in rows}),
    ]
    for n in range(20):
        at = start + n * DAY
        shown = max(units for on, units in rows if on <= at)
        assert shown == max(0, position.available(at, today=TODAY, now=MONDAY))


@given(any_position, strategies.days(14), strategies.quantities(9))
def test_the_earliest_day_is_the_first_that_is_early_enough(
    position: Position, start: date, units: int
) -> None:
    """The oracle tries one day after another until nothing changes any more."""
    tried = (start + n * DAY for n in range(40))
    first = next(
        (at for at in tried if position.available(at, today=TODAY, now=MONDAY) >= units), None
    )

    assert position.earliest(units, start=start, today=TODAY, now=MONDAY) == first


@given(any_position, strategies.days(14))
def test_what_is_kept_for_a_while_stops_counting_at_the_instant(
    position: Position, at: date
) -> None:
    """Swept or not: at its expiry a quote holds nothing."""
    without, last = Position(position.on_hand, position.buckets), EXPIRIES[-1]

    assert position.available(at, today=TODAY, now=last) == without.available(
        at, today=TODAY, now=last
    )


@given(strategies.position_events())
def test_one_by_one_or_all_at_once_is_the_same(events: list[PositionEvent]) -> None:
    """Replay folds a history at once; life folds it event by event."""
    one_by_one = None
    for event in events:
        one_by_one = evolve(one_by_one, event)

    assert evolve(None, *events) == (one_by_one or Position())


@given(strategies.position_events())
def test_a_position_is_as_large_as_its_days_not_as_its_history(
    events: list[PositionEvent],
) -> None:
    """A thousand reservations for one day are one number."""
    position = evolve(None, *events)
    named = {day for event in events if (day := getattr(event, "day", None)) is not None}

    assert len(position.buckets) <= len(named)
    assert [one.day for one in position.buckets] == sorted(one.day for one in position.buckets)


# --- shortage ---------------------------------------------------------------------------------


def declared(position: Position) -> Position:
    """*position*, with everything that it cannot keep declared, the latest promises first."""
    while (lacking := next(deficits(position, TODAY), None)) is not None:
        until, units = lacking
        last = max(
            one.day for one in position.buckets if one.day <= until and one.committed > one.short
        )
        room = next(one.committed - one.short for one in position.buckets if one.day == last)
        position = evolve(position, ShortageDeclared(last, min(units, room), (), ()))
    return position


def shortage(position: Position) -> int:
    return sum(one.short for one in position.buckets)


@given(strategies.positions())
def test_what_is_declared_short_is_exactly_what_cannot_be_kept(position: Position) -> None:
    """Law 3: afterwards every promise has stock, supply in time, or a declared shortage."""
    was = Position(position.on_hand, tuple(one for one in position.buckets if one.day >= TODAY))
    after = declared(was)

    law(after)
    ours = tuple(Bucket(one.day, one.supply, one.committed) for one in was.buckets)
    worst = min(stock_at(Position(was.on_hand, ours), at, MONDAY) for at in all_days(was))
    assert shortage(after) == max(0, -worst)
    assert list(clearable(after, TODAY)) == []


@given(strategies.positions(), strategies.quantities(30))
def test_shortage_is_cleared_as_far_as_there_is_stock_and_no_further(
    position: Position, more: int
) -> None:
    """What comes in heals what was broken, the latest day first, and then there is no deficit."""
    was = Position(position.on_hand, tuple(one for one in position.buckets if one.day >= TODAY))
    short = declared(was)
    richer = evolve(short, StockEntered("received", more, D_1))
    healed = evolve(richer, *clearable(richer, TODAY))

    law(healed)
    assert not list(deficits(healed, TODAY))
    assert shortage(healed) == shortage(declared(evolve(was, StockEntered("received", more, D_1))))


def test_foreign_demand_lowers_what_may_be_promised_but_breaks_no_promise() -> None:
    """Others compete with new orders; what we have promised stays promised."""
    position = evolve(
        None,
        StockEntered("received", 5, D_1),
        UnitsReserved(R_1, day(2), 4),
        DemandScheduled(day(1), 3, D_1),
    )

    assert position.available(TODAY, today=TODAY, now=MONDAY) == -2
    assert list(deficits(position, TODAY)) == []


def test_a_promise_for_today_does_not_take_what_is_promised_for_later() -> None:
    """Five are here; three leave on day 7, and four come only on day 9: two are free today."""
    position = evolve(
        None,
        StockEntered("received", 5, D_1),
        UnitsReserved(R_1, day(7), 3),
        SupplyScheduled(day(9), 4, D_1),
    )

    assert position.available(TODAY, today=TODAY, now=MONDAY) == 2
    assert position.available(day(9), today=TODAY, now=MONDAY) == 6
    assert position.curve(TODAY, today=TODAY, now=MONDAY) == [(TODAY, 2), (day(9), 6)]


def test_supply_whose_day_has_passed_does_not_count_but_promises_of_past_days_do() -> None:
    """A lorry that should have come on Friday is no stock on Monday; who waits since then is."""
    position = evolve(
        None,
        StockEntered("received", 3, D_1),
        SupplyScheduled(day(-3), 10, D_1),
        UnitsReserved(R_1, day(-3), 2),
    )

    assert position.available(TODAY, today=TODAY, now=MONDAY) == 1
    assert position.available(TODAY, today=day(-3), now=MONDAY) == 11


def test_supply_of_a_day_counts_before_demand_of_that_day() -> None:
    """What comes in the morning may leave in the evening."""
    position = evolve(None, SupplyScheduled(day(2), 4, D_1), UnitsReserved(R_1, day(2), 4))

    assert position.available(TODAY, today=TODAY, now=MONDAY) == 0
    assert list(deficits(position, TODAY)) == []


def test_declared_shortage_leaves_with_the_units_it_was_declared_for() -> None:
    """Found after all and shipped: nothing of it may stay behind."""
    position = evolve(
        None,
        UnitsReserved(R_1, TODAY, 3),
        ShortageDeclared(TODAY, 3, (R_1,), ("o-1",)),
        StockEntered("found", 3, D_1),
        UnitsConsumed(R_1, TODAY, 3),
    )

    assert attrs.evolve(position, round=None) == Position()


@pytest.mark.parametrize(
    "position",
    [
        Position(-1),
        Position(0, (Bucket(TODAY, committed=1),)),
        Position(0, (Bucket(TODAY, supply=-1, committed=0),)),
        Position(3, (Bucket(TODAY, committed=-1),)),
        Position(3, (Bucket(TODAY, short=-1),)),
        Position(2, (), (Held(MONDAY, TODAY, -1),)),
        Position(0, (Bucket(day(1), committed=1), Bucket(day(2), supply=1))),
    ],
)
def test_a_position_that_cannot_be_is_not_saved(position: Position) -> None:
    """The law stays on in production: a bug stops a command, and does not rot the books."""
    with pytest.raises(Broken):
        law(position)


def test_a_position_has_an_id_that_cannot_be_mistaken() -> None:
    """Node and sku may hold dots and dashes, but no slash."""
    assert position_id(NodeId("a.b"), Sku("c")) != position_id(NodeId("a"), Sku("b.c"))
    assert position_id(NodeId("a"), Sku("b"), "damaged") == "a/b/damaged"


def test_time_alone_can_break_a_promise() -> None:
    """A supply that is late by a day shows in the deficits of the next morning."""
    position = evolve(None, SupplyScheduled(day(1), 2, D_1), UnitsReserved(R_1, day(1), 2))

    assert list(deficits(position, day(1))) == []
    assert list(deficits(position, day(2))) == [(day(1), 2)]

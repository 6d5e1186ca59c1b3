"""Lots: what can be served of units that expire, and what more may be promised of them."""

from collections.abc import Sequence
from datetime import date, datetime

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from omscore.atp.buckets import Bucket, Held
from omscore.atp.entries import of_position
from omscore.atp.granting import End, Granted, Reserve, decide
from omscore.atp.lots import (
    PLAIN,
    UNLIMITED,
    Lot,
    Part,
    Span,
    first_of,
    free,
    leaving,
    lots_of,
    move,
    parts_of,
    unserved,
)
from omscore.atp.methods import Options
from omscore.atp.movements import (
    Endless,
    StockEntered,
    SupplyScheduled,
    SupplyUntracked,
    UnitsConsumed,
    UnitsReserved,
)
from omscore.atp.position import (
    Position,
    evolve,
    keeping,
    law,
    margin,
    owing,
    position_id,
)
from omscore.atp.reservations import Reservation
from omscore.atp.reservations import evolve as reserved
from omscore.atp.shortage import clearable, deficits
from omscore.atp.windows import Windows
from omscore.kernel.errors import Broken
from omscore.kernel.ids import DocumentId, NodeId, ReservationId, Sku
from omscore.testing import strategies
from omscore.testing.builders import DAY, HOUR, MONDAY, TODAY, day

D_1, R_1 = DocumentId("d-1"), ReservationId("r-1")
MILK = position_id(NodeId("berlin"), Sku("MILK"))
Pairs = Sequence[tuple[date, int]]


def most_served(spans: Sequence[Span], demands: Pairs) -> int:
    """How many units can be served at most: unit by unit, by augmenting paths (Kuhn, 1955)."""
    supply = [one for one in spans for _ in range(min(one.units, 60))]
    wanted = [on for on, units in demands for _ in range(units)]
    serves: dict[int, int] = {}

    def placed(one: int, seen: set[int]) -> bool:
        for at, unit in enumerate(supply):
            if unit.start <= wanted[one] <= unit.end and at not in seen:
                seen.add(at)
                if at not in serves or placed(serves[at], seen):
                    serves[at] = one
                    return True
        return False

    return sum(placed(one, set()) for one in range(len(wanted)))


spans = st.builds(
    lambda start, length, units: Span(start, start + length * DAY, units),
    strategies.days(6),
    st.integers(0, 5),
    st.integers(1, 3),
)
some_spans = st.lists(spans, max_size=5)
some_demands = st.lists(st.tuples(strategies.days(8), st.integers(1, 3)), max_size=4).map(sorted)


@given(some_spans, some_demands)
def test_no_other_choice_serves_more_than_what_expires_first(
    there: list[Span], demands: list[tuple[date, int]]
) -> None:
    """The oracle tries every way to serve; the sweep goes through the days once."""
    short = sum(units for _, units in unserved(there, demands))

    assert sum(units for _, units in demands) - short == most_served(there, demands)


@given(some_spans, some_demands, strategies.days(8))
def test_what_is_free_can_be_granted_and_no_unit_more(
    there: list[Span], demands: list[tuple[date, int]], on: date
) -> None:
    """Where every demand can be served: as much as still leaves every demand served."""
    served = [(at, min(units, 3)) for at, units in demands]
    while sum(units for _, units in served) > most_served(there, served):
        served = served[1:]
    found = free(there, served, on)
    total = sum(units for _, units in served)

    assert most_served(there, sorted([*served, (on, found)])) == total + found
    assert most_served(there, sorted([*served, (on, found + 1)])) == total + found


@given(some_spans, some_demands, strategies.days(8))
def test_a_grant_takes_nothing_from_anybody_even_where_not_all_can_be_served(
    there: list[Span], demands: list[tuple[date, int]], on: date
) -> None:
    """Demand of others may exceed supply; what can be served of it still can be after a grant."""
    found = max(0, free(there, demands, on))

    assert (
        most_served(there, sorted([*demands, (on, found)])) >= most_served(there, demands) + found
    )


@given(some_spans, some_demands, strategies.days(8), spans)
def test_more_supply_never_lowers_what_is_free_and_order_does_not_matter(
    there: list[Span], demands: list[tuple[date, int]], on: date, more: Span
) -> None:
    """A lot more is at worst of no use; and the same lots in another order are the same lots."""
    found = free(there, demands, on)

    assert max(0, free([*there, more], demands, on)) >= max(0, found)
    assert free(list(reversed(there)), demands, on) == found


@given(some_spans, some_demands, strategies.days(8), st.integers(-9, 9))
def test_a_shift_of_all_days_changes_nothing(
    there: list[Span], demands: list[tuple[date, int]], on: date, days: int
) -> None:
    """Only the distance of days counts."""
    by = days * DAY
    later = [Span(one.start + by, one.end + by, one.units) for one in there]

    assert free(later, [(at + by, units) for at, units in demands], on + by) == (
        free(there, demands, on)
    )


# --- positions --------------------------------------------------------------------------------

EXPIRIES = (MONDAY - HOUR, MONDAY + HOUR)
FAR = Lot(TODAY + 900 * DAY)


@given(strategies.positions(expiries=EXPIRIES), strategies.days(14), strategies.quantities(30))
def test_a_lot_that_lasts_counts_as_plain_units_do(position: Position, on: date, more: int) -> None:
    """Where nothing expires in time, the sweeps say what the running minimum says."""
    plain = evolve(position, StockEntered("received", more, D_1))
    lasting = evolve(position, StockEntered("received", more, D_1, FAR))

    def asked(one: Position) -> list[object]:
        ours = attrs.evolve(one, held=())
        return [
            max(0, one.available(on, today=TODAY, now=MONDAY)),
            one.earliest(more, start=on, today=TODAY, now=MONDAY),
            bool(list(deficits(ours, TODAY))),
            next(deficits(ours, TODAY), None),
        ]

    assert lasting.expiring
    assert asked(lasting) == asked(plain)
    rows = lasting.curve(on, today=TODAY, now=MONDAY)
    assert [row for row in rows if row[0] < TODAY + 800 * DAY] == (
        list(plain.curve(on, today=TODAY, now=MONDAY))
    )


@st.composite
def milk(draw: st.DrawFn) -> Position:
    """A position whose units mostly expire; more may be promised than can be kept."""
    position = draw(strategies.positions(expiries=EXPIRIES))
    events: list[StockEntered | SupplyScheduled] = []
    for _ in range(draw(st.integers(0, 4))):
        due, units = draw(st.integers(0, 8)), draw(st.integers(1, 6))
        lot = Lot(day(due + draw(st.integers(0, 6))), draw(st.sampled_from([None, "L1"])))
        if draw(st.booleans()):
            events.append(StockEntered("received", units, D_1, lot))
        else:
            events.append(SupplyScheduled(day(due), units, D_1, lot))
    endless = draw(st.none() | st.builds(Endless, strategies.days(12), st.integers(0, 3)))
    return evolve(position, *events, SupplyUntracked(endless, D_1))


@given(milk(), strategies.days(14))
def test_the_curve_of_lots_says_for_every_day_what_is_available(
    position: Position, start: date
) -> None:
    """It may fall, where units expire; it never skips a day on which it does."""
    rows = position.curve(start, today=TODAY, now=MONDAY)

    assert rows[0][0] == start
    for n in range(20):
        at = start + n * DAY
        shown = [units for on, units in rows if on <= at][-1]
        assert shown == max(0, position.available(at, today=TODAY, now=MONDAY))


@given(milk(), strategies.days(10))
def test_the_windows_of_a_position_say_what_it_grants(position: Position, on: date) -> None:
    """Two ways to one number: a sweep that grants, and a matching that explains."""
    sound = attrs.evolve(
        position, buckets=tuple(one for one in position.buckets if one.day >= TODAY)
    )
    if any(unserved(_spans(sound), _demands(sound))):
        return
    found = Windows().available(of_position(sound, TODAY, MONDAY), on, TODAY, Options())

    assert max(0, found) == max(0, sound.available(on, today=TODAY, now=MONDAY))


def _spans(position: Position) -> list[Span]:
    asked = [] if position.endless is None else [position.endless.asked(TODAY)]
    kept = keeping(attrs.evolve(position, endless=None), TODAY)
    return [*kept, *(Span(one, date.max, UNLIMITED) for one in asked)]


def _demands(position: Position) -> list[tuple[date, int]]:
    taken = [(one.day, one.committed + one.foreign) for one in position.buckets]
    return sorted(
        [*taken, *((one.day, one.units) for one in position.held if one.expires_at > MONDAY)]
    )


@given(milk())
def test_shortage_of_lots_is_declared_and_cleared_exactly(position: Position) -> None:
    """Afterwards every promise has a lot that is useful on its day, and nothing more is short."""
    was = attrs.evolve(
        position, buckets=tuple(one for one in position.buckets if one.day >= TODAY), held=()
    )
    spans, owed = keeping(was, TODAY), list(owing(was).items())
    lacking = list(deficits(was, TODAY))
    if not was.expiring:
        return
    short = dict(unserved(spans, owed))
    declared = attrs.evolve(
        was,
        buckets=tuple(attrs.evolve(one, short=short.get(one.day, 0)) for one in was.buckets),
    )

    law(declared)
    assert [units for _, units in lacking][-1:] == [
        total for total in [sum(short.values())] if total
    ]
    assert list(clearable(declared, TODAY)) == []
    richer = evolve(declared, StockEntered("received", 400, D_1))
    cleared = evolve(richer, *clearable(richer, TODAY))
    assert not any(one.short for one in cleared.buckets)
    law(cleared)


@given(milk())
def test_the_margin_is_negative_exactly_where_a_promise_has_no_lot(position: Position) -> None:
    """The store's last barrier looks at one number."""
    broken = any(unserved(keeping(position, date.min), list(owing(position).items())))

    assert (margin(position) < 0) == broken


class GrantsOfMilk(RuleBasedStateMachine):
    """Receipts, promises and shipments of units that expire, in any order, day after day."""

    @initialize()
    def begin(self) -> None:
        """An empty shelf."""
        self.today, self.position = TODAY, Position()
        self.held: dict[ReservationId, Reservation] = {}

    @property
    def now(self) -> datetime:
        """The present instant."""
        return MONDAY + (self.today - TODAY)

    def demands(self) -> list[tuple[date, int]]:
        """What was promised and is still open."""
        return sorted((one.day, one.open) for one in self.held.values() if one.open)

    @rule(units=st.integers(1, 5), lasts=st.none() | st.integers(0, 4))
    def receive(self, units: int, lasts: int | None) -> None:
        """Units come, with a last useful day or without."""
        lot = None if lasts is None else Lot(self.today + lasts * DAY)
        self.position = evolve(self.position, StockEntered("received", units, D_1, lot))

    @rule(units=st.integers(1, 5), due=st.integers(1, 4), lasts=st.integers(0, 4))
    def expect(self, units: int, due: int, lasts: int) -> None:
        """Units will come."""
        on = self.today + due * DAY
        event = SupplyScheduled(on, units, D_1, Lot(on + lasts * DAY))
        self.position = evolve(self.position, event)

    @rule(units=st.integers(1, 6), ahead=st.integers(0, 6))
    def reserve(self, units: int, ahead: int) -> None:
        """Granted exactly if all promises, this one too, can be kept: a slow oracle says."""
        on, id_ = self.today + ahead * DAY, ReservationId(f"r-{len(self.held)}")
        ask = Reserve(id_, MILK, on, units, "o-1")
        answer = decide(self.position, None, ask, today=self.today, now=self.now)
        wanted = sorted([*self.demands(), (on, units)])
        total = sum(one for _, one in wanted)
        can = most_served(keeping(self.position, self.today), wanted) == total
        assert isinstance(answer, Granted) == can
        if isinstance(answer, Granted):
            self.position = evolve(self.position, *answer.entries)
            self.held[id_] = reserved(None, *answer.events)

    @rule(data=st.data())
    def ship(self, data: st.DataObject) -> None:
        """What expires first leaves, for whom it may be."""
        ready = [
            id_
            for id_, one in self.held.items()
            if one.open and one.day <= self.today and self.position.on_hand >= one.open
        ]
        if ready:
            id_ = data.draw(st.sampled_from(ready))
            end = End(id_, self.held[id_].open, "consumed")
            answer = decide(self.position, self.held[id_], end, today=self.today, now=self.now)
            assert isinstance(answer, Granted)
            self.position = evolve(self.position, *answer.entries)
            self.held[id_] = reserved(self.held[id_], *answer.events)

    @rule()
    def sleep(self) -> None:
        """What is due today comes, what is owed today goes, and the day ends."""
        for one in self.position.lots:
            if one.day == self.today:
                came = StockEntered("received", one.units, D_1, one.lot.on_hand)
                gone = SupplyScheduled(self.today, -one.units, D_1, one.lot)
                self.position = evolve(self.position, came, gone)
        for id_, held in self.held.items():
            if held.open and held.day <= self.today:
                end = End(id_, held.open, "consumed")
                answer = decide(self.position, held, end, today=self.today, now=self.now)
                assert isinstance(answer, Granted)
                self.position = evolve(self.position, *answer.entries)
                self.held[id_] = reserved(held, *answer.events)
        self.today += DAY

    @invariant()
    def every_grant_is_covered(self) -> None:
        """At every date, for every promise that was given before."""
        law(self.position)
        promised = self.demands()
        there = keeping(self.position, self.today)
        assert most_served(there, promised) == sum(units for _, units in promised)
        assert not any(deficits(self.position, self.today))


TestGrantsOfMilk = GrantsOfMilk.TestCase
TestGrantsOfMilk.settings = settings(max_examples=40, stateful_step_count=15)


# --- examples ---------------------------------------------------------------------------------


def test_milk_of_today_is_no_stock_for_next_week() -> None:
    """Six are useful until day 3; the four that come on day 2 last until day 9."""
    position = evolve(
        None,
        StockEntered("received", 6, D_1, Lot(day(3))),
        SupplyScheduled(day(2), 4, D_1, Lot(day(9))),
        UnitsReserved(R_1, day(5), 3),
    )

    assert position.curve(TODAY, today=TODAY, now=MONDAY) == [
        (TODAY, 6),
        (day(2), 7),
        (day(4), 1),
        (day(10), 0),
    ]
    assert position.available(TODAY, today=day(4), now=MONDAY) == 0


def test_equal_units_are_one_part_and_plain_units_are_none() -> None:
    """A position is as large as its lots, not as its receipts."""
    position = evolve(
        None,
        *[StockEntered("received", 1, D_1, Lot(day(3)))] * 5,
        *[StockEntered("received", 1, D_1, PLAIN)] * 5,
    )

    assert position == Position(10, lots=(Part(None, Lot(day(3)), 5),))


def test_what_leaves_without_a_name_is_what_expires_first() -> None:
    """First expired, first out; then units without an end; named lots as they are named."""
    position = evolve(
        None,
        StockEntered("received", 2, D_1),
        StockEntered("received", 2, D_1, Lot(day(9), "B")),
        StockEntered("received", 2, D_1, Lot(day(3), "A")),
        UnitsReserved(R_1, TODAY, 6),
    )
    a, b = Lot(day(3), "A"), Lot(day(9), "B")
    gone = evolve(position, UnitsConsumed(R_1, TODAY, 3))
    named = evolve(position, UnitsConsumed(R_1, TODAY, 3, (Part(None, b, 2),)))

    assert gone.lots == (Part(None, b, 1),)
    assert named.lots == (Part(None, a, 1),)
    assert evolve(position, StockEntered("adjusted", -5, D_1)).lots == ()
    assert list(leaving(position.lots, 6, 5, day(4))) == [
        Part(None, b, 2),
        Part(None, PLAIN, 2),
        Part(None, a, 1),
    ]
    assert list(first_of(position.lots, 3)) == [Part(None, a, 2), Part(None, b, 1)]


def test_lots_are_never_more_than_there_is() -> None:
    """Units of a lot without an end leave when nothing else is left to."""
    lots = lots_of([Part(None, Lot(name="A"), 4)])
    move(lots, None, None, -3, 1)

    assert parts_of(lots) == (Part(None, Lot(name="A"), 1),)


@example(3, 1)
@given(st.integers(0, 5), st.integers(0, 5))
def test_endless_supply_covers_what_is_promised_from_its_day_on(since: int, lead: int) -> None:
    """It is promised after its lead time, and then kept although that day comes near."""
    position = evolve(None, SupplyUntracked(Endless(day(since), lead), D_1))
    first = day(max(since, lead))
    kept = evolve(position, UnitsReserved(R_1, first, 1_000))

    assert position.earliest(7, start=TODAY, today=TODAY, now=MONDAY) == first
    assert position.available(first, today=TODAY, now=MONDAY) == UNLIMITED
    assert position.available(first - DAY, today=TODAY, now=MONDAY) == 0
    law(kept)
    assert list(deficits(kept, first)) == []
    again = evolve(kept, SupplyUntracked(None, D_1))
    assert list(deficits(again, TODAY)) == [(first, 1_000)]


@pytest.mark.parametrize(
    "position",
    [
        Position(3, lots=(Part(None, Lot(day(1)), 4),)),
        Position(0, (Bucket(TODAY, supply=1),), lots=(Part(TODAY, Lot(day(1)), 2),)),
        Position(3, (Bucket(day(2), committed=1),), lots=(Part(None, Lot(day(1)), 3),)),
    ],
)
def test_lots_that_cannot_be_are_not_saved(position: Position) -> None:
    """More of a lot than of all, or a promise that no lot can keep."""
    with pytest.raises(Broken):
        law(position)


def test_what_is_held_for_a_while_counts_against_lots_too() -> None:
    """A quote for day 2 keeps a unit that is useful on that day."""
    position = evolve(None, StockEntered("received", 3, D_1, Lot(day(2))))
    quoted = attrs.evolve(position, held=(Held(MONDAY + HOUR, day(2), 2),))

    assert quoted.available(TODAY, today=TODAY, now=MONDAY) == 1
    assert quoted.available(TODAY, today=TODAY, now=MONDAY + HOUR) == 3

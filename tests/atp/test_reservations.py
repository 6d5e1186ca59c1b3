"""Stock set aside for somebody: granted or not, until each unit has left by one exit."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from omscore.atp import position as positions
from omscore.atp.buckets import Bucket, Held
from omscore.atp.granting import (
    Answer,
    Commit,
    End,
    Ended,
    Granted,
    Reserve,
    Short,
    decide,
)
from omscore.atp.movements import StockEntered, UnitsConsumed, UnitsFreed
from omscore.atp.position import Position, position_id
from omscore.atp.reservations import (
    Exit,
    Reservation,
    ReservationEnded,
    ReservationEvent,
    StockCommitted,
    StockReserved,
    evolve,
    law,
)
from omscore.atp.shortage import deficits
from omscore.kernel.errors import Broken
from omscore.kernel.ids import DocumentId, NodeId, ReservationId, Sku
from omscore.testing import strategies
from omscore.testing.builders import HOUR, MONDAY, TODAY, day

TEA = position_id(NodeId("berlin"), Sku("TEA"))
R_1 = ReservationId("r-1")
FIVE = Position(5)


def ask(position: Position | None, held: Reservation | None, command: Any) -> Answer:
    return decide(position, held, command, today=TODAY, now=MONDAY)


def reserve(quantity: int, on: int = 0, expires_at: datetime | None = None) -> Reserve:
    return Reserve(R_1, TEA, day(on), quantity, "o-1", expires_at)


def reserved(quantity: int, expires_at: datetime | None = None) -> Reservation:
    return Reservation(TEA, TODAY, quantity, "o-1", expires_at)


def test_what_is_there_is_granted_and_told_to_both_sides() -> None:
    """Position and reservation change together, so that they cannot drift apart."""
    answer = ask(FIVE, None, reserve(5))

    assert isinstance(answer, Granted)
    assert positions.evolve(FIVE, *answer.entries) == Position(5, (Bucket(TODAY, committed=5),))
    assert evolve(None, *answer.events) == reserved(5)


def test_what_is_not_there_is_short_and_says_how_much_is() -> None:
    """An expected answer: whoever asks may ask for less."""
    assert ask(FIVE, None, reserve(6)) == Short(asked=6, available=5)
    assert ask(None, None, reserve(1)) == Short(asked=1, available=0)
    assert str(Short(6, 5)) == "6 units asked, 5 available"


def test_a_reservation_is_made_once() -> None:
    """A second request under the same id must not set aside twice."""
    assert ask(FIVE, reserved(2), reserve(2)) == Ended(open=2)


def test_freeing_twice_says_so() -> None:
    """Law 5: retries and races do it, and nothing happens."""
    freed = evolve(reserved(2), ReservationEnded(2, "freed"))

    assert ask(FIVE, freed, End(R_1, 1, "freed")) == Ended(open=0, epoch=2)
    assert ask(FIVE, None, End(R_1, 1, "freed")) == Ended(open=0)
    assert str(Ended(0)) == "the reservation has 0 open units, at epoch 1"


def test_more_than_is_open_does_not_leave() -> None:
    """Two are open: three cannot be shipped from it."""
    assert ask(FIVE, reserved(2), End(R_1, 3, "consumed")) == Ended(open=2)


@pytest.mark.parametrize("late_by", [timedelta(0), timedelta(microseconds=1), HOUR])
def test_what_has_expired_cannot_be_committed(late_by: timedelta) -> None:
    """At the very instant it is too late: somebody else may have been promised it just then."""
    held = reserved(2, MONDAY - late_by)

    assert ask(Position(5, held=(Held(MONDAY - late_by, TODAY, 2),)), held, Commit(R_1, "o-1")) == (
        Ended(open=0)
    )


def test_what_is_committed_or_ended_cannot_be_committed_again() -> None:
    """Law 5, from its other side."""
    ended = evolve(reserved(2, MONDAY + HOUR), ReservationEnded(2, "freed"))

    assert ask(FIVE, reserved(2), Commit(R_1, "o-1")) == Ended(open=2)
    assert ask(FIVE, ended, Commit(R_1, "o-1", 2)) == Ended(open=0, epoch=2)
    assert ask(FIVE, None, Commit(R_1, "o-1")) == Ended(open=0)


def test_what_was_lost_meanwhile_cannot_be_committed() -> None:
    """A quote of five, and three were broken since: no commitment may create shortage."""
    until = MONDAY + HOUR
    lost = Position(2, held=(Held(until, TODAY, 5),))

    assert ask(lost, reserved(5, until), Commit(R_1, "o-1")) == Short(asked=5, available=2)


def test_committing_changes_the_owner() -> None:
    """From then on it is the order's, for good."""
    until = MONDAY + HOUR
    answer = ask(Position(5, held=(Held(until, TODAY, 2),)), reserved(2, until), Commit(R_1, "o-9"))

    assert isinstance(answer, Granted)
    held = evolve(reserved(2, until), *answer.events)
    assert (held.owner, held.expires_at, held.state) == ("o-9", None, "committed")


def test_a_node_that_ships_what_the_book_does_not_have_mends_the_book() -> None:
    """The goods were there, for they have left: on hand never falls below nothing."""
    answer = ask(
        Position(1, (Bucket(TODAY, committed=3, short=2),)), reserved(3), End(R_1, 3, "consumed")
    )

    assert isinstance(answer, Granted)
    assert answer.entries == (
        StockEntered("found", 2, DocumentId("r-1")),
        UnitsConsumed(R_1, TODAY, 3),
    )


def test_only_open_units_hold_stock() -> None:
    """Its state follows from its exits; nobody sets it."""
    held = reserved(4, MONDAY + HOUR)
    states = [
        held.state,
        evolve(held, StockCommitted("o-1")).state,
        evolve(held, ReservationEnded(3, "freed")).state,
        evolve(held, ReservationEnded(3, "freed"), ReservationEnded(1, "expired")).state,
    ]

    assert states == ["reserved", "committed", "reserved", "ended"]
    assert ask(FIVE, held, End(R_1, 1, "freed")) == Granted(
        (UnitsFreed(R_1, TODAY, 1, MONDAY + HOUR),), (ReservationEnded(1, "freed"),)
    )


def test_a_history_without_a_beginning_is_broken() -> None:
    """Damage is found where it is read."""
    for events in [], [StockCommitted("o-1")], [ReservationEnded(1, "freed")]:
        with pytest.raises(Broken):
            evolve(None, *events)
    with pytest.raises(Broken):
        law(evolve(reserved(1), ReservationEnded(2, "freed")))


@given(strategies.positions(expiries=[MONDAY + HOUR]), strategies.quantities(9), st.integers(0, 14))
def test_no_grant_creates_shortage(position: Position, quantity: int, on: int) -> None:
    """Law 3: whatever the position looks like, after a grant no later day is in deficit by it."""
    before = dict(deficits(position, TODAY))
    answer = ask(position, None, reserve(quantity, on))

    if isinstance(answer, Granted):
        after = positions.evolve(position, *answer.entries)
        assert after.available(day(on), today=TODAY, now=MONDAY) >= 0
        assert dict(deficits(after, TODAY)) == before


# --- law 5, stateful --------------------------------------------------------------------------


class Ledger(RuleBasedStateMachine):
    """One position and any number of reservations, of which anything may be asked at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.position = MONDAY, Position()
        self.held: dict[ReservationId, Reservation] = {}
        self.history: dict[ReservationId, list[ReservationEvent]] = {}
        self.received = self.found = self.shipped = 0

    def _ask(self, id_: ReservationId, command: Reserve | Commit | End) -> Answer:
        answer = decide(self.position, self.held.get(id_), command, today=TODAY, now=self.now)
        if isinstance(answer, Granted):
            self.position = positions.evolve(self.position, *answer.entries)
            self.held[id_] = evolve(self.held.get(id_), *answer.events)
            self.history.setdefault(id_, []).extend(answer.events)
            entered = [one.units for one in answer.entries if isinstance(one, StockEntered)]
            self.found += sum(entered)
        return answer

    @rule(units=strategies.quantities(9))
    def receive(self, units: int) -> None:
        """Units come to hand."""
        self.received += units
        entry = StockEntered("received", units, DocumentId("d-1"))
        self.position = positions.evolve(self.position, entry)

    @rule(minutes=st.sampled_from([1, 10, 60]))
    def wait(self, minutes: int) -> None:
        """Time passes, and what was kept for a while expires."""
        self.now += timedelta(minutes=minutes)

    @rule(
        n=st.integers(1, 4),
        units=strategies.quantities(4),
        on=st.integers(0, 3),
        minutes=st.sampled_from([None, 5, 30]),
    )
    def set_aside(self, n: int, units: int, on: int, minutes: int | None) -> None:
        """For good, or for a while; never more than is there."""
        id_, free = ReservationId(f"r-{n}"), self._free(on)
        until = None if minutes is None else self.now + timedelta(minutes=minutes)
        answer = self._ask(id_, Reserve(id_, TEA, day(on), units, "o-1", until))

        if isinstance(answer, Granted):
            assert units <= free
            assert len(self.history[id_]) == 1
        elif isinstance(answer, Short):
            assert units > free == answer.available

    @rule(n=st.integers(1, 4))
    def commit(self, n: int) -> None:
        """Once, and in time."""
        id_ = ReservationId(f"r-{n}")
        before = self.held.get(id_)
        answer = self._ask(id_, Commit(id_, "o-2"))

        if isinstance(answer, Granted):
            assert before is not None
            assert before.expires_at is not None
            assert self.now < before.expires_at

    @rule(
        n=st.integers(1, 4),
        units=strategies.quantities(4),
        exit_=st.sampled_from(["freed", "expired", "consumed"]),
    )
    def end(self, n: int, units: int, exit_: Exit) -> None:
        """By any exit."""
        id_ = ReservationId(f"r-{n}")
        answer = self._ask(id_, End(id_, units, exit_))
        if isinstance(answer, Granted) and exit_ == "consumed":
            self.shipped += units

    @invariant()
    def each_reserved_unit_exits_once(self) -> None:
        """Law 5: reserved = open + consumed + freed + expired, by counting the events."""
        for id_, events in self.history.items():
            [first, *later] = events
            assert isinstance(first, StockReserved)
            gone = sum(one.quantity for one in later if isinstance(one, ReservationEnded))
            assert self.held[id_].open == first.quantity - gone >= 0
            law(self.held[id_])

    @invariant()
    def stock_is_conserved(self) -> None:
        """What is on hand came in and has not left."""
        assert self.position.on_hand == self.received + self.found - self.shipped >= 0

    @invariant()
    def the_position_knows_exactly_the_open_reservations(self) -> None:
        """Two accounts of one thing."""
        committed = sum(one.open for one in self.held.values() if one.expires_at is None)
        held = sum(one.open for one in self.held.values() if one.expires_at is not None)
        assert sum(one.committed for one in self.position.buckets) == committed
        assert sum(one.units for one in self.position.held) == held

    def _free(self, on: int) -> int:
        """What may still be promised for a day, from the reservations alone."""
        taken = [
            one.open
            for one in self.held.values()
            if one.expires_at is None or self.now < one.expires_at
        ]
        return max(0, self.position.on_hand - sum(taken))


TestLedger = Ledger.TestCase

"""A position: one sku at one node in one condition, and its stock over time.

Projected stock at day *t* is what is on hand, plus supply due from today up to *t*, less everything
committed up to *t*.  Supply of a day counts before demand of that day; supply whose day has passed
without a receipt does not count, while commitments of past days still do.  What is available at *t*
is the running minimum of projected stock from *t* to the last entry: a promise for *t* must not
take what is already promised for later (look-ahead ATP).

A position's size follows its distinct days and expiries, not its history or its reservations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Literal, NewType, assert_never

from attrs import frozen

from omscore.kernel.errors import ensure
from omscore.kernel.ids import DocumentId, NodeId, ReservationId, Sku
from omscore.kernel.keys import Kind

Condition = Literal["sellable", "returned", "damaged", "suspect"]
CONDITIONS: tuple[Condition, ...] = ("sellable", "returned", "damaged", "suspect")
Cause = Literal[
    "received",
    "returned",
    "restocked",
    "adjusted",
    "counted",
    "found",
    "regraded",
    "dispatched",
    "sent-back",
]
PositionId = NewType("PositionId", str)


def position_id(node: NodeId, sku: Sku, condition: Condition = "sellable") -> PositionId:
    """The id of a position; a slash is in no other id, so it is unambiguous."""
    return PositionId(f"{node}/{sku}/{condition}")


# --- what happens to it -----------------------------------------------------------------------


@frozen
class StockEntered:
    """Units came to hand, or left it if *units* is negative."""

    cause: Cause
    units: int
    document: DocumentId


@frozen
class SupplyScheduled:
    """So many units more will come on *day*; fewer, if *units* is negative."""

    day: date
    units: int
    document: DocumentId


@frozen
class DemandScheduled:
    """Others will take so many units more on *day*; fewer, if *units* is negative."""

    day: date
    units: int
    document: DocumentId


@frozen
class UnitsReserved:
    """Units were set aside for *day*, until *expires_at* if that is given.

    *movable* ones may be moved to another node when somebody needs them here.
    """

    reservation: ReservationId
    day: date
    units: int
    expires_at: datetime | None = None
    movable: bool = False


@frozen
class UnitsCommitted:
    """Units that were set aside for a while are promised for good."""

    reservation: ReservationId
    day: date
    units: int
    expires_at: datetime
    movable: bool = False


@frozen
class UnitsFreed:
    """Units that were set aside are free again."""

    reservation: ReservationId
    day: date
    units: int
    expires_at: datetime | None = None
    movable: bool = False


@frozen
class UnitsConsumed:
    """Promised units left the node."""

    reservation: ReservationId
    day: date
    units: int


@frozen
class ShortageDeclared:
    """Promises for *day* cannot be kept: *units* of these reservations, of these owners."""

    day: date
    units: int
    reservations: tuple[ReservationId, ...]
    owners: tuple[str, ...]


@frozen
class ShortageCleared:
    """Promises for *day* can be kept again."""

    day: date
    units: int


PositionEvent = (
    StockEntered
    | SupplyScheduled
    | DemandScheduled
    | UnitsReserved
    | UnitsCommitted
    | UnitsFreed
    | UnitsConsumed
    | ShortageDeclared
    | ShortageCleared
)

# --- how it stands ----------------------------------------------------------------------------


@frozen
class Bucket:
    """One day: supply due, units committed, foreign demand, and declared shortage."""

    day: date
    supply: int = 0
    committed: int = 0
    foreign: int = 0
    short: int = 0


@frozen
class Held:
    """Units set aside for *day*; at *expires_at* they stop counting, swept or not."""

    expires_at: datetime
    day: date
    units: int
    movable: bool = False


@frozen
class Position:
    """What is on hand, and what each day brings and takes; days and expiries ascend."""

    on_hand: int = 0
    buckets: tuple[Bucket, ...] = ()
    held: tuple[Held, ...] = ()

    def available(self, day: date, *, today: date, now: datetime) -> int:
        """How many units may be promised for *day*; negative if promises cannot be kept."""
        stock, least = self.on_hand, None
        for at, change in self._changes(today, now):
            if at > day and least is None:
                least = stock
            stock += change
            if least is not None and stock < least:
                least = stock
        return stock if least is None else least

    def curve(self, start: date, *, today: date, now: datetime) -> Sequence[tuple[date, int]]:
        """How many units may be promised from which day on: rows that only rise.

        The first row is at *start*; none is negative.
        """
        days = [(at, stock) for at, stock in self._projected(today, now) if at > start]
        before = self._stock(start, today, now)
        rows, least = list[tuple[date, int]](), None
        for at, stock in reversed([(start, before), *days]):
            least = stock if least is None else min(least, stock)
            rows.append((at, max(0, least)))
        return list(_rising(reversed(rows)))

    def earliest(self, quantity: int, *, start: date, today: date, now: datetime) -> date | None:
        """The first day from *start* on for which *quantity* units may be promised."""
        rows = self.curve(start, today=today, now=now)
        return next((day for day, units in rows if units >= quantity), None)

    def _stock(self, day: date, today: date, now: datetime) -> int:
        return self.on_hand + sum(units for at, units in self._changes(today, now) if at <= day)

    def _projected(self, today: date, now: datetime) -> Iterator[tuple[date, int]]:
        """Each day on which stock changes, and what is left at its end."""
        stock = self.on_hand
        changes = list(self._changes(today, now))
        for place, (at, units) in enumerate(changes):
            stock += units
            if place + 1 == len(changes) or changes[place + 1][0] != at:
                yield at, stock

    def _changes(self, today: date, now: datetime) -> Iterable[tuple[date, int]]:
        """The net change of each day, days ascending."""
        changes = [
            (one.day, (one.supply if one.day >= today else 0) - one.committed - one.foreign)
            for one in self.buckets
        ]
        if self.held:
            changes += [(one.day, -one.units) for one in self.held if one.expires_at > now]
            changes.sort(key=_first)
        return changes


def _first(row: tuple[date, int]) -> date:
    return row[0]


def _rising(rows: Iterable[tuple[date, int]]) -> Iterator[tuple[date, int]]:
    """The first row, and every later one that is higher than all before it."""
    last: int | None = None
    for day, units in rows:
        if last is None or units > last:
            yield day, units
            last = units


def deficits(position: Position, today: date) -> Iterator[tuple[date, int]]:
    """The days at which promises exceed stock beyond what is declared short, and by how much.

    Foreign demand lowers what may be promised, but breaks no promise.
    """
    stock = position.on_hand
    for one in position.buckets:
        stock += (one.supply if one.day >= today else 0) - one.committed + one.short
        if stock < 0:
            yield one.day, -stock


def clearable(position: Position, today: date) -> Iterator[ShortageCleared]:
    """Declared shortage that is none any more, the latest day first."""
    stock, slacks = position.on_hand, list[int]()
    for one in position.buckets:
        stock += (one.supply if one.day >= today else 0) - one.committed + one.short
        slacks.append(stock)
    slack, cleared = None, 0
    for place in range(len(slacks) - 1, -1, -1):
        one = position.buckets[place]
        slack = slacks[place] if slack is None else min(slack, slacks[place])
        if (units := min(one.short, slack - cleared)) > 0:
            cleared += units
            yield ShortageCleared(one.day, units)


# --- how events change it ---------------------------------------------------------------------


def evolve(position: Position | None, /, *events: PositionEvent) -> Position:
    """The position after *events*."""
    was = position or Position()
    on_hand = was.on_hand
    days = {one.day: [one.supply, one.committed, one.foreign, one.short] for one in was.buckets}
    held = {(one.expires_at, one.day, one.movable): one.units for one in was.held}
    for event in events:
        match event:
            case StockEntered():
                on_hand += event.units
            case SupplyScheduled(day, units):
                _bucket(days, day)[0] += units
            case DemandScheduled(day, units):
                _bucket(days, day)[2] += units
            case UnitsReserved(_, day, units, expires_at, movable):
                if expires_at is None:
                    _bucket(days, day)[1] += units
                else:
                    at = expires_at, day, movable
                    held[at] = held.get(at, 0) + units
            case UnitsCommitted(_, day, units, expires_at, movable):
                held[expires_at, day, movable] -= units
                _bucket(days, day)[1] += units
            case UnitsFreed(_, day, units, expires_at, movable):
                if expires_at is None:
                    _leave(_bucket(days, day), units)
                else:
                    held[expires_at, day, movable] -= units
            case UnitsConsumed(_, day, units):
                on_hand -= units
                _leave(_bucket(days, day), units)
            case ShortageDeclared(day, units):
                _bucket(days, day)[3] += units
            case ShortageCleared(day, units):
                _bucket(days, day)[3] -= units
            case _:
                assert_never(event)
    return Position(
        on_hand,
        tuple(Bucket(day, *days[day]) for day in sorted(days) if any(days[day])),
        tuple(
            Held(until, day, units, movable)
            for (until, day, movable), units in sorted(held.items())
            if units
        ),
    )


def _bucket(days: dict[date, list[int]], day: date) -> list[int]:
    return days.setdefault(day, [0, 0, 0, 0])


def _leave(bucket: list[int], units: int) -> None:
    """Units leave a day; with them goes what was declared short of it."""
    bucket[1] -= units
    bucket[3] -= min(bucket[3], units)


def margin(position: Position) -> int:
    """The fewest units, of now and of every day, beyond promises that are not declared short.

    This is the lowest free quantity plus declared shortage.  Foreign demand breaks no promise, and
    whether supply is late is for deadlines to say; so neither counts.
    """
    least = stock = position.on_hand
    for one in position.buckets:
        stock += one.supply - one.committed + one.short
        least = min(least, stock)
    return least


def law(position: Position) -> None:
    """Stock and promises: nothing negative, and no promise without stock or declared shortage."""
    ensure(position.on_hand >= 0, "no less than nothing is on hand")
    for one in position.buckets:
        parts = (one.supply, one.committed, one.foreign, one.short)
        ensure(min(parts) >= 0, "nothing of a day is negative")
    ensure(
        margin(position) >= 0, "every promise has stock, supply due in time, or declared shortage"
    )
    ensure(all(one.units > 0 for one in position.held), "nothing negative is held")


POSITION = Kind(
    "position",
    Position,
    evolve,
    (
        StockEntered,
        SupplyScheduled,
        DemandScheduled,
        UnitsReserved,
        UnitsCommitted,
        UnitsFreed,
        UnitsConsumed,
        ShortageDeclared,
        ShortageCleared,
    ),
    law=law,
    margin=margin,
)

"""A position: one sku at one node in one condition, and its stock over time.

Projected stock at day *t* is what is on hand, plus supply due from today up to *t*, less everything
committed up to *t*.  Supply of a day counts before demand of that day; supply whose day has passed
without a receipt does not count, while commitments of past days still do.  What is available at *t*
is the running minimum of projected stock from *t* to the last entry: a promise for *t* must not
take what is already promised for later (look-ahead ATP).  Where lots expire no running minimum
tells the truth, and `omscore.atp.lots` says what is available.

A position's size follows its distinct days, expiries and lots, not its history or its reservations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NewType, assert_never

from attrs import frozen

from omscore.atp.buckets import Bucket, Held, Want
from omscore.atp.lots import (
    UNLIMITED,
    Lots,
    Part,
    Span,
    free,
    lots_of,
    move,
    parts_of,
    shown,
    spans,
    unserved,
)
from omscore.atp.movements import (
    DemandScheduled,
    Endless,
    PositionEvent,
    ShortageCleared,
    ShortageDeclared,
    StockEntered,
    SupplyScheduled,
    SupplyUntracked,
    UnitsCommitted,
    UnitsConsumed,
    UnitsFreed,
    UnitsReserved,
)
from omscore.atp.rounds import Claim, Round, claims_of, known
from omscore.atp.timeline import Timeline
from omscore.kernel.errors import ensure
from omscore.kernel.ids import NodeId, Sku
from omscore.kernel.keys import Kind

Condition = Literal["sellable", "returned", "damaged", "suspect"]
CONDITIONS: tuple[Condition, ...] = ("sellable", "returned", "damaged", "suspect")
_DAY = timedelta(days=1)
PositionId = NewType("PositionId", str)


def position_id(node: NodeId, sku: Sku, condition: Condition = "sellable") -> PositionId:
    """The id of a position; a slash is in no other id, so it is unambiguous."""
    return PositionId(f"{node}/{sku}/{condition}")


# --- how it stands ----------------------------------------------------------------------------


@frozen
class Position:
    """What is on hand, and what each day brings and takes; days and expiries ascend.

    *lots* are the units, on hand or due, that are not plain; *endless* is supply without limit.
    *claims* are what was promised to which channel, *round* what was shipped of shared supply.
    *wants* are the foreign demand that is not planned.
    """

    on_hand: int = 0
    buckets: tuple[Bucket, ...] = ()
    held: tuple[Held, ...] = ()
    lots: tuple[Part, ...] = ()
    endless: Endless | None = None
    claims: tuple[Claim, ...] = ()
    round: Round | None = None
    wants: tuple[Want, ...] = ()

    @property
    def expiring(self) -> bool:
        """Whether any of its units have a last useful day."""
        return bool(self.lots) and any(one.lot.use_by for one in self.lots)

    def available(self, day: date, *, today: date, now: datetime) -> int:
        """How many units may be promised for *day*; negative if promises cannot be kept."""
        if self.expiring:
            return shown(free(self._spans(today), self._demands(now), day))
        stock, least = self.on_hand, None
        for at, change in self._changes(today, now):
            if at > day and least is None:
                least = stock
            stock += change
            if least is not None and stock < least:
                least = stock
        return shown(stock if least is None else least)

    def curve(self, start: date, *, today: date, now: datetime) -> Sequence[tuple[date, int]]:
        """How many units may be promised from which day on, the first row at *start*.

        No row is negative.  They only rise, but where units expire.
        """
        if self.expiring:
            return list(_changing(self._pieces(start, today, now)))
        days = [(at, stock) for at, stock in self._projected(today, now) if at > start]
        before = self._stock(start, today, now)
        rows, least = list[tuple[date, int]](), None
        for at, stock in reversed([(start, before), *days]):
            least = stock if least is None else min(least, stock)
            rows.append((at, shown(max(0, least))))
        return list(_rising(reversed(rows)))

    def earliest(self, quantity: int, *, start: date, today: date, now: datetime) -> date | None:
        """The first day from *start* on for which *quantity* units may be promised."""
        rows = self.curve(start, today=today, now=now)
        return next((day for day, units in rows if units >= quantity), None)

    def timeline(self, *, today: date, now: datetime) -> Timeline | None:
        """The same for many changes and questions; None where units expire."""
        if self.expiring:
            return None
        rows = [(day.toordinal(), units) for day, units in self._changes(today, now)]
        return Timeline(self.on_hand, rows, today=today.toordinal())

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
        held = [(one.day, -one.units) for one in self.held if one.expires_at > now]
        if self.endless is not None:  # of one day it comes first, for supply counts before demand
            changes.insert(0, (self.endless.asked(today), UNLIMITED))
        elif not held:
            return changes
        return sorted([*changes, *held], key=_first)

    # --- where units expire ---------------------------------------------------------------------

    def _pieces(self, start: date, today: date, now: datetime) -> Iterator[tuple[date, int]]:
        """Each day from *start* on at which what is available may change, and how much it is."""
        spans, demands = self._spans(today), self._demands(now)
        ends = [one.end + _DAY for one in spans if one.end < date.max]
        days = {start, *ends, *(one.start for one in spans), *(day for day, _ in demands)}
        for day in sorted(days):
            if day >= start:
                yield day, shown(max(0, free(spans, demands, day)))

    def _spans(self, today: date) -> list[Span]:
        found = list(spans_of(self, today))
        if self.endless is not None:
            found.append(Span(self.endless.asked(today), date.max, UNLIMITED))
        return found

    def _demands(self, now: datetime) -> list[tuple[date, int]]:
        """What is taken on which day, days ascending."""
        taken = [(one.day, units) for one in self.buckets if (units := one.committed + one.foreign)]
        held = [(one.day, one.units) for one in self.held if one.expires_at > now]
        return sorted([*taken, *held], key=_first)


def wants_of(position: Position) -> Iterator[Want]:
    """All foreign demand, by day and kind; what nobody said to be of another kind is planned."""
    planned = {one.day: one.foreign for one in position.buckets if one.foreign}
    for one in position.wants:
        planned[one.day] -= one.units
        yield one
    for day, units in planned.items():
        if units:
            yield Want(day, "planned", units)


def spans_of(position: Position, today: date) -> Iterator[Span]:
    """From when to when which units can be used, without endless supply.

    Supply whose day has passed does not count, nor do units whose last useful day has.
    """
    due = {one.day: one.supply for one in position.buckets if one.supply and one.day >= today}
    return spans(position.on_hand, due, position.lots, today)


def _first(row: tuple[date, int]) -> date:
    return row[0]


def _rising(rows: Iterable[tuple[date, int]]) -> Iterator[tuple[date, int]]:
    """The first row, and every later one that is higher than all before it."""
    last: int | None = None
    for day, units in rows:
        if last is None or units > last:
            yield day, units
            last = units


def _changing(rows: Iterable[tuple[date, int]]) -> Iterator[tuple[date, int]]:
    """The first row, and every later one that differs from the one before."""
    last: int | None = None
    for day, units in rows:
        if units != last:
            yield day, units
            last = units


# --- how events change it ---------------------------------------------------------------------


def evolve(position: Position | None, /, *events: PositionEvent) -> Position:
    """The position after *events*."""
    was = position or Position()
    on_hand, endless = was.on_hand, was.endless
    lots = lots_of(was.lots) if was.lots else {}
    days = {one.day: [one.supply, one.committed, one.foreign, one.short] for one in was.buckets}
    held = {(one.expires_at, one.day, one.movable, one.channel): one.units for one in was.held}
    claims = {one.channel: one.units for one in was.claims}
    wants = {(one.day, one.kind): one.units for one in was.wants}
    cut = was.round
    for event in events:
        match event:
            case StockEntered():
                on_hand += event.units
                if lots or event.lot is not None:
                    move(lots, None, event.lot, event.units, on_hand)
                if cut and event.cause == "received":
                    cut = cut.after(known(on_hand, days))
            case SupplyScheduled(day, units, _, lot):
                _bucket(days, day)[0] += units
                if lots or lot is not None:
                    move(lots, day, lot, units, days[day][0])
                cut = cut and cut.after(known(on_hand, days))
            case SupplyUntracked(endless):
                pass
            case DemandScheduled(day, units, _, kind):
                _bucket(days, day)[2] += units
                if kind != "planned":
                    wants[day, kind] = wants.get((day, kind), 0) + units
            case UnitsReserved(_, day, units, expires_at, movable, channel):
                if expires_at is None:
                    _bucket(days, day)[1] += units
                    _claim(claims, channel, units)
                else:
                    _hold(held, (expires_at, day, movable, channel), units)
            case UnitsCommitted(_, day, units, expires_at, movable, channel):
                _hold(held, (expires_at, day, movable, channel), -units)
                _bucket(days, day)[1] += units
                _claim(claims, channel, units)
            case UnitsFreed(_, day, units, expires_at, movable, channel):
                if expires_at is None:
                    _leave(_bucket(days, day), units)
                    _claim(claims, channel, -units)
                else:
                    _hold(held, (expires_at, day, movable, channel), -units)
            case UnitsConsumed(_, day, units, named, channel):
                cut = (cut or Round(known(on_hand, days))).with_shipped(channel, units)
                on_hand -= units
                _leave(_bucket(days, day), units)
                _claim(claims, channel, -units)
                if lots:
                    _take(lots, named, units, on_hand)
            case ShortageDeclared(day, units):
                _bucket(days, day)[3] += units
            case ShortageCleared(day, units):
                _bucket(days, day)[3] -= units
            case _:
                assert_never(event)
    return Position(
        on_hand,
        tuple(Bucket(day, *days[day]) for day in sorted(days) if any(days[day])),
        tuple(Held(*at[:2], held[at], *at[2:]) for at in sorted(held, key=_named) if held[at]),
        parts_of(lots) if lots else (),
        endless,
        claims_of(claims),
        cut,
        tuple(Want(*of, wants[of]) for of in sorted(wants) if wants[of]),
    )


Expiry = tuple[datetime, date, bool, str | None]


def _named(at: Expiry) -> tuple[datetime, date, bool, str]:
    return *at[:3], at[3] or ""


def _hold(held: dict[Expiry, int], at: Expiry, units: int) -> None:
    held[at] = held.get(at, 0) + units


def _claim(claims: dict[str, int], channel: str | None, units: int) -> None:
    if channel is not None:
        claims[channel] = claims.get(channel, 0) + units


def _take(lots: Lots, named: Iterable[Part], units: int, total: int) -> None:
    """*units* leave lots: those that are *named*, then what expires first."""
    for one in named:
        move(lots, None, one.lot, -one.units, total + units)
        units -= one.units
    move(lots, None, None, -units, total)


def _bucket(days: dict[date, list[int]], day: date) -> list[int]:
    return days.setdefault(day, [0, 0, 0, 0])


def _leave(bucket: list[int], units: int) -> None:
    """Units leave a day; with them goes what was declared short of it."""
    bucket[1] -= units
    bucket[3] -= min(bucket[3], units)


def margin(position: Position) -> int:
    """The fewest units, of now and of every day, beyond promises that are not declared short.

    This is the lowest free quantity plus declared shortage; where units expire it is also negative
    by what no lot can serve.  Foreign demand breaks no promise, and whether supply is late is for
    deadlines to say; so neither counts.
    """
    least, stock, endless = position.on_hand, position.on_hand, position.endless
    for one in position.buckets:
        if endless is not None and one.day >= endless.since:
            stock, endless = stock + UNLIMITED, None
        stock += one.supply - one.committed + one.short
        least = min(least, stock)
    if position.expiring:
        spans, owed = keeping(position, date.min), owing(position)
        least = min(least, -sum(units for _, units in unserved(spans, list(owed.items()))))
    return least


def keeping(position: Position, today: date) -> list[Span]:
    """What may keep promises: those that were made keep the supply that is endless *since* then."""
    found = list(spans_of(position, today))
    if position.endless is not None:
        found.append(Span(position.endless.since, date.max, UNLIMITED))
    return found


def owing(position: Position) -> dict[date, int]:
    """What each day takes of promises that are not declared short, days ascending."""
    return {one.day: one.committed - one.short for one in position.buckets}


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
    ensure(all(one.units > 0 for one in position.claims), "no channel claims less than nothing")
    if position.wants:
        ensure(all(one.units > 0 for one in wants_of(position)), "kinds are part of foreign demand")
    if position.lots:
        spans = spans_of(position, date.min)
        ensure(all(one.units >= 0 for one in spans), "lots are part of what is there")


POSITION = Kind(
    "position",
    Position,
    evolve,
    (
        StockEntered,
        SupplyScheduled,
        SupplyUntracked,
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

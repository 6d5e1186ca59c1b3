"""Lots: units that are useful for a while only, and what can be promised of them.

A lot is usable from its day to its last useful day, a demand takes units on its day.  Whether all
demand can be served is then no running sum: milk of today is no stock for next week.  But demand is
at points of time and a lot is usable throughout an interval, and for those it is enough to serve
the days in their order, each from what expires first (F. Glover, *Maximum matching in a convex
bipartite graph*, 1967): no other choice serves more, and none leaves units that last longer.

What more can be promised at a day follows from three such sweeps.  Serve all demand up to the day:
what is left and still useful is there.  Serve later demand from later supply alone, then from both:
the difference must be left for it.  It is the least that later demand needs, for no augmenting path
takes a unit of supply out of use (Ford and Fulkerson, *Flows in Networks*, 1962).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from heapq import heappop, heappush
from typing import Literal, NamedTuple

from attrs import frozen

SupplyKind = Literal["on-hand", "purchase", "transfer-in", "production", "planned", "unlimited"]

UNLIMITED = 10**18
"""More units than any sum of entries: what an unlimited supply brings, and what it leaves."""


def shown(count: int) -> int:
    """*count*, or exactly `UNLIMITED` if an unlimited supply is in it."""
    return UNLIMITED if count >= UNLIMITED // 2 else count


# --- what tells units from plain ones -------------------------------------------------------------


@frozen
class Lot:
    """What is known of units: useful until *use_by*, that day included, and of which lot they are.

    Supply that is due is of a *kind*, *firm* or planned, and came as announced in *reliability*
    percent of such cases.  Plain units are those of `PLAIN`: they last, and nobody told them apart.
    """

    use_by: date | None = None
    name: str | None = None
    kind: SupplyKind = "purchase"
    firm: bool = True
    reliability: int = 100

    @property
    def on_hand(self) -> Lot:
        """The same when it has come: how it was expected does not matter any more."""
        return Lot(self.use_by, self.name)

    def fits(self, use_by: date | None, name: str | None) -> bool:
        """Whether these words may mean it; None says nothing."""
        return use_by in (None, self.use_by) and name in (None, self.name)


PLAIN = Lot()


def common(lots: Iterable[Lot]) -> Lot:
    """What is known of units of *lots* together: all, of a single one; else when the first ends."""
    several = list(lots)
    if len(several) == 1:
        return several[0]
    return Lot(min((one.use_by for one in several if one.use_by), default=None))


@frozen
class Part:
    """So many *units* of a lot: due on *day*, or on hand where that is None."""

    day: date | None
    lot: Lot
    units: int


Lots = dict[tuple[date | None, Lot], int]
"""The parts of a position while events change them."""


def lots_of(parts: Iterable[Part]) -> Lots:
    """*parts* by day and lot."""
    return {(one.day, one.lot): one.units for one in parts}


def parts_of(lots: Lots) -> tuple[Part, ...]:
    """The parts that have units: on hand first, then by day, what expires first before others."""
    return tuple(Part(*at, lots[at]) for at in sorted(lots, key=_place) if lots[at])


def _place(at: tuple[date | None, Lot]) -> tuple[date, date, str, str, bool, int]:
    day, lot = at
    ends, name = lot.use_by or date.max, lot.name or ""
    return day or date.min, ends, name, lot.kind, lot.firm, lot.reliability


def move(lots: Lots, day: date | None, lot: Lot | None, units: int, total: int) -> None:
    """Units of *lot* come to *day*, or leave it, and *total* are left there then.

    Where no lot is named, what leaves is what expires first.
    """
    if lot is not None and lot != PLAIN:
        lots[day, lot] = max(0, lots.get((day, lot), 0) + units)
    elif units < 0 and lot is None:
        _leave(lots, [one for one in parts_of(lots) if one.day == day and one.lot.use_by], -units)
    there = [one for one in parts_of(lots) if one.day == day]
    _leave(lots, there, max(0, sum(one.units for one in there) - total))


def _leave(lots: Lots, parts: Iterable[Part], units: int) -> None:
    for one in first_of(parts, units):
        lots[one.day, one.lot] -= one.units


def first_of(parts: Iterable[Part], units: int) -> Iterator[Part]:
    """The first *units* of *parts*, or all if there are fewer."""
    for one in parts:
        if units and one.units:
            taken = min(units, one.units)
            units -= taken
            yield Part(one.day, one.lot, taken)


def leaving(parts: Iterable[Part], on_hand: int, units: int, today: date) -> tuple[Part, ...]:
    """The parts that *units* leave if nobody names them: first what expires first, spent ones last.

    Where all is plain there is nothing to say.
    """
    if not (here := [one for one in parts if one.day is None]):
        return ()
    ends = [one.lot.use_by or date.max for one in here]
    useful = [one for one, end in zip(here, ends, strict=True) if today <= end < date.max]
    plain = Part(None, PLAIN, on_hand - sum(one.units for one in here))
    lasting = [one for one, end in zip(here, ends, strict=True) if end == date.max]
    spent = [one for one, end in zip(here, ends, strict=True) if end < today]
    return tuple(first_of([*useful, plain, *lasting, *spent], units))


# --- sweeps ---------------------------------------------------------------------------------------


class Span(NamedTuple):
    """Units that are usable from *start* to *end*, both included."""

    start: date
    end: date
    units: int


def spans(on_hand: int, due: dict[date, int], parts: Iterable[Part], today: date) -> Iterator[Span]:
    """From when to when which units can be used: *parts* of what is *on_hand* and *due*, and rest.

    Units do not count whose last useful day has passed, or comes before they do.
    """
    plain: dict[date | None, int] = {None: on_hand}
    for day, units in due.items():
        plain[day] = units
    for one in parts:
        if one.day in plain:
            plain[one.day] -= one.units
            end = one.lot.use_by or date.max
            if end >= (one.day or today) and end >= today:
                yield Span(one.day or date.min, end, one.units)
    for on, units in plain.items():
        if units or on is None:
            yield Span(on or date.min, date.max, units)


Demands = Sequence[tuple[date, int]]
"""Days, ascending, and the units that are taken on each."""


class _Shelf:
    """What is usable as days go by: what expires first is at hand."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._coming = sorted(spans, reverse=True)
        self._there: list[tuple[date, int]] = []

    def arrive(self, day: date, owed: int = 0) -> int:
        """Let come what comes by *day*, and go what expires before; what is still *owed* then."""
        while self._coming and self._coming[-1].start <= day:
            one = self._coming.pop()
            paid = min(owed, one.units)
            owed -= paid
            if one.units > paid:
                heappush(self._there, (one.end, one.units - paid))
        while self._there and self._there[0][0] < day:
            heappop(self._there)
        return owed

    def take(self, units: int) -> int:
        """Take up to *units*; how many are not there."""
        while units and self._there:
            end, there = heappop(self._there)
            if there > units:
                heappush(self._there, (end, there - units))
            units -= min(units, there)
        return units

    def rest(self) -> list[Span]:
        """What is there now."""
        return [Span(date.min, end, units) for end, units in self._there]

    def coming(self) -> list[Span]:
        """What has not come yet."""
        return self._coming


def unserved(spans: Iterable[Span], demands: Demands) -> Iterator[tuple[date, int]]:
    """The days whose demand cannot all be served in time, and how many units are not."""
    shelf = _Shelf(spans)
    for day, units in demands:
        shelf.arrive(day)
        if left := shelf.take(units):
            yield day, left


def free(spans: Iterable[Span], demands: Demands, day: date) -> int:
    """How many units more can be served on *day*, and leave all *demands* what they have.

    Demand that could not be served on its day is served late, by the first units that come.
    """
    shelf, owed = _Shelf(spans), 0
    for on, units in demands:
        if on > day:
            break
        owed = shelf.arrive(on, owed)
        owed += shelf.take(units)
    owed = shelf.arrive(day, owed)
    there, later = shelf.rest(), [one for one in demands if one[0] > day]
    without = sum(units for _, units in unserved(shelf.coming(), later))
    within = sum(units for _, units in unserved([*there, *shelf.coming()], later))
    return sum(one.units for one in there) - owed - (without - within)

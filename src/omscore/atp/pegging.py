"""Pegging: which supply serves which demand, what comes late, and what nothing covers.

Three policies:

* `fifo`: the first demand, by day and id, gets the first supply, by day and id, in time or not.
  No other pegging of as many units is late by fewer unit-days in all.
* `fefo`: demand in the same order, each from the usable lot that expires first.
* `priority`: demand by rank (the lowest first), then day and id.

Under the last two, as much is served in time as can be (see `omscore.atp.matching`): a demand moves
to another lot to make room, but is never worse off for one behind it.  Whatever is then left is
served late, from the first lots that come.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from operator import or_
from types import MappingProxyType
from typing import Literal, get_args

from attrs import field, frozen

from omscore.atp.counting import PLAIN, Counted, Counting, normalize
from omscore.atp.entries import DemandEntry, Entry, SupplyEntry, TypeMatrix
from omscore.atp.matching import Matching, places
from omscore.atp.movements import DemandKind
from omscore.kernel.errors import Unreadable

Policy = Literal["fifo", "fefo", "priority"]
POLICIES: tuple[Policy, ...] = get_args(Policy)
NO_RANKS: Mapping[str, int] = MappingProxyType({})
_DAY = timedelta(days=1)


# --- what comes of it -------------------------------------------------------------------------


@frozen
class Peg:
    """Units of a supply that serve a demand; *late* if they come after its day."""

    supply: str
    demand: str
    units: int
    late: bool = False


@frozen
class Pegging:
    """Which supply serves which demand, and the units of each demand that none serves."""

    pegs: tuple[Peg, ...]
    uncovered: tuple[tuple[str, int], ...]


@frozen
class Served:
    """Units of a demand for *day*, and the supply that serves them; None if none does."""

    demand: str
    day: date
    units: int
    supply: str | None = None
    comes: date | None = None

    @property
    def late_days(self) -> int:
        """How many days after its own day they come; zero if in time, or not at all."""
        return 0 if self.comes is None else max(0, (self.comes - self.day).days)

    def __str__(self) -> str:
        if self.supply is None:
            return f"{self.units} uncovered"
        late = f", {_days(self.late_days)} late" if self.late_days else ""
        return f"{self.units} from {self.supply} ({self.comes}){late}"


@frozen
class Table:
    """A pegging to be read: *rows* by demand in turn, and what is *spare* of each supply."""

    rows: tuple[Served, ...]
    spare: tuple[tuple[str, int], ...] = field(default=())

    def late(self) -> tuple[Served, ...]:
        """The rows that come after their day."""
        return tuple(one for one in self.rows if one.late_days)

    def uncovered(self) -> tuple[Served, ...]:
        """The rows that nothing serves."""
        return tuple(one for one in self.rows if one.supply is None)

    def __str__(self) -> str:
        told = dict[tuple[str, date], list[str]]()
        for one in self.rows:
            told.setdefault((one.demand, one.day), []).append(str(one))
        lines = [f"{demand} ({day}): {'; '.join(parts)}" for (demand, day), parts in told.items()]
        lines += [f"spare: {units} of {supply}" for supply, units in self.spare]
        return "\n".join(lines)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def peg(
    entries: Iterable[Entry],
    today: date,
    policy: Policy = "fifo",
    *,
    ranks: Mapping[str, int] = NO_RANKS,
    counting: Counting = PLAIN,
) -> Table:
    """Peg *entries*, as they count today, by *policy*.

    *ranks* of demands, by id, decide under `priority`; a demand without one has rank zero.
    """
    if policy not in POLICIES:
        raise Unreadable(f"one of {', '.join(POLICIES)}", "$.policy")
    counted = normalize(entries, today, counting)
    known = {one.id for one in counted.demands}
    if strangers := sorted(set(ranks) - known):
        raise Unreadable("a demand that counts", f"$.ranks.{strangers[0]}")
    if policy == "fifo":
        return table(_first_in_first_out(counted, counting.serves), counted)
    demands = counted.demands
    if policy == "priority":
        demands = tuple(sorted(demands, key=lambda one: (ranks.get(one.id, 0), one.day, one.id)))
    lots = sorted(counted.supplies, key=_first_to_expire)
    return table(Assigned(lots, demands, counting.serves).pegging(), counted, demands)


def table(
    pegging: Pegging, counted: Counted, demands: Sequence[DemandEntry] | None = None
) -> Table:
    """*pegging* with its days: one row for each peg, and one for what is uncovered."""
    supplies = {one.id: one for one in counted.supplies}
    rows = {one.id: list[Served]() for one in demands or counted.demands}
    days = {one.id: one.day for one in counted.demands}
    left = {one.id: one.quantity for one in counted.supplies if one.kind != "unlimited"}
    for one in sorted(pegging.pegs, key=lambda peg: (supplies[peg.supply].day, peg.supply)):
        comes = supplies[one.supply].day
        rows[one.demand].append(Served(one.demand, days[one.demand], one.units, one.supply, comes))
        if one.supply in left:
            left[one.supply] -= one.units
    for id_, units in pegging.uncovered:
        rows[id_].append(Served(id_, days[id_], units))
    spare = tuple((id_, units) for id_, units in left.items() if units)
    return Table(tuple(row for found in rows.values() for row in found), spare)


def serves(matrix: TypeMatrix, lot: SupplyEntry, demand: DemandEntry, day: date) -> bool:
    """Whether *lot* may serve *demand*, if it leaves on *day*."""
    return (
        lot.day <= day
        and (lot.use_by is None or day + demand.fresh_days * _DAY <= lot.use_by)
        and _suits(matrix, lot, demand.kind, demand.lot)
    )


def _suits(matrix: TypeMatrix, lot: SupplyEntry, kind: DemandKind, asked: str | None) -> bool:
    return asked in (None, lot.lot) and matrix.allows(lot, kind)


def _first_to_expire(one: SupplyEntry) -> tuple[bool, date, date, str]:
    return one.kind == "unlimited", one.use_by or date.max, one.day, one.id


# --- first in, first out ----------------------------------------------------------------------


def _first_in_first_out(counted: Counted, matrix: TypeMatrix) -> Pegging:
    left = [one.units for one in counted.supplies]
    pegs, uncovered, begun = list[Peg](), list[tuple[str, int]](), 0
    for demand in counted.demands:
        lacking = demand.quantity
        while begun < len(left) and not left[begun]:
            begun += 1
        for at in range(begun, len(left)):
            if not lacking:
                break
            lot = counted.supplies[at]
            if left[at] and serves(matrix, lot, demand, max(demand.day, lot.day)):
                taken = min(lacking, left[at])
                pegs.append(Peg(lot.id, demand.id, taken, late=lot.day > demand.day))
                left[at] -= taken
                lacking -= taken
        if lacking:
            uncovered.append((demand.id, lacking))
    return Pegging(tuple(pegs), tuple(uncovered))


# --- as much in time as can be ----------------------------------------------------------------


class Assigned:
    """*demands*, served in their order from *lots*, the best of which come first.

    *matching* is what is served in time; *unserved* is what is not, for each demand; *late* are the
    pegs that come after their day, and *uncovered* what is left then.
    """

    def __init__(
        self, lots: Sequence[SupplyEntry], demands: Sequence[DemandEntry], matrix: TypeMatrix
    ) -> None:
        self.lots, self.demands, self._matrix = lots, demands, matrix
        self._come = _Until(one.day for one in lots)
        self._gone = _Until(one.use_by or date.max for one in lots)
        self._suited = cache(self._suited_for)
        self.matching = Matching(one.units for one in lots)
        self.unserved = [self._serve(one) for one in demands]
        self.late = list[Peg]()
        self.uncovered = [self._serve_late(at) for at in range(len(demands))]

    def usable(self, day: date, fresh: int, kind: DemandKind, lot: str | None) -> int:
        """The lots that may serve such a demand on *day*, as `Matching` takes them."""
        there = self._come.until(day) & ~self._gone.until(day + (fresh - 1) * _DAY)
        return self._suited(kind, lot) & there

    def _suited_for(self, kind: DemandKind, lot: str | None) -> int:
        return _bits(at for at, one in enumerate(self.lots) if _suits(self._matrix, one, kind, lot))

    def pegging(self) -> Pegging:
        """What serves what, by demand in its turn and lots from the best."""
        pegs = [
            (one, Peg(self.lots[lot].id, self.demands[one].id, units))
            for lot, served in enumerate(self.matching.served)
            for one, units in served.items()
        ]
        pegs.sort(key=lambda pair: pair[0])
        uncovered = zip(self.demands, self.uncovered, strict=True)
        return Pegging(
            (*(peg for _, peg in pegs), *self.late),
            tuple((one.id, units) for one, units in uncovered if units),
        )

    def _serve(self, one: DemandEntry) -> int:
        """Serve a demand on its day; how many units are not."""
        usable = self.usable(one.day, one.fresh_days, one.kind, one.lot)
        return one.quantity - self.matching.serve(self.matching.demand(usable), one.quantity)

    def _serve_late(self, at: int) -> int:
        """Serve what is left of a demand from the first lots that come; how many units never."""
        one, left = self.demands[at], self.unserved[at]
        if not left:
            return 0
        coming = self._suited(one.kind, one.lot) & ~self._come.until(one.day)
        for lot in sorted(places(coming), key=lambda lot: (self.lots[lot].day, lot)):
            supply = self.lots[lot]
            if not serves(self._matrix, supply, one, supply.day):
                continue
            late = self.matching.demand(1 << lot)
            if units := self.matching.serve(late, left):
                self.matching.withdraw(late)
                self.late.append(Peg(supply.id, one.id, units, late=True))
                left -= units
        return left


class _Until:
    """Which places, as bits, have a day that is not after another: the days in their order."""

    def __init__(self, days: Iterable[date]) -> None:
        turns = sorted((day, at) for at, day in enumerate(days))
        self._days = [day for day, _ in turns]
        self._places = list(accumulate((1 << at for _, at in turns), or_, initial=0))

    def until(self, day: date) -> int:
        return self._places[bisect_right(self._days, day)]


def _bits(places: Iterable[int]) -> int:
    return sum(1 << at for at in places)

"""A solution in the making: how many units an arc may still carry under every constraint.

Units are only ever added, one arc after the other, and each addition keeps every pool, room, limit
and smallest part.  Only *all or nothing* and *whole sets* look at the end: `Filling.units` leaves
out whatever such a group did not get in full, and parts that have become too small by that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from omscore.sourcing.problem import AllOrNothing, AtMost, Problem, Room, Rows, Sets, Together

Units = tuple[tuple[int, int, int], ...]
Bin = tuple[int, int]


class Filling:
    """Starts empty; `add` puts units on arcs, as many as are allowed."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._units: dict[tuple[int, int], int] = {}
        self._left = [need.quantity for need in problem.needs]
        self._carried = Counter[Bin]()  # units by need and parcel
        self._gone: dict[int, Counter[int]] = {}  # units by pool and day
        self._counts, self._by_need, self._by_parcel = _counts(problem)
        self._used: list[Counter[Bin]] = [Counter() for _ in self._counts]
        self._in_room = [room.most for room in problem.rooms]  # units that it still holds
        self._rooms = _by_parcel(problem.rooms)

    @property
    def left(self) -> list[int]:
        """The units of each need that are not covered yet."""
        return self._left

    def add(self, need: int, place: int, wanted: int | None = None) -> int:
        """Put up to *wanted* units, or as many as the need lacks, on an arc; how many it took."""
        room = self._room(need, place)
        take = room if wanted is None else min(room, wanted)
        asked, parcel = self._problem.needs[need], self._problem.needs[need].arcs[place].parcel
        total = self._carried[need, parcel] + take
        if take < 1 or (total < asked.least_split and total != asked.quantity):
            return 0
        self._put(need, place, take)
        return take

    def units(self) -> Units:
        """What was added, without what is not complete."""
        put = dict(self._units)
        groups = [one for one in self._problem.limits if isinstance(one, AllOrNothing | Sets)]
        while groups:
            before = len(put), sum(put.values())
            for group in groups:
                self._cut(put, group)
            if before == (len(put), sum(put.values())):
                break
        return tuple(sorted([(need, place, n) for (need, place), n in put.items()]))

    def _cut(self, put: dict[Bin, int], group: AllOrNothing | Sets) -> None:
        """Take out of *put* what is no part of a group in full, nor of a whole set."""
        needs = self._problem.needs
        covered = dict.fromkeys(group.needs, 0)
        for (need, _), n in put.items():
            if need in covered:
                covered[need] += n
        if isinstance(group, AllOrNothing):
            whole = all([needs[need].quantity == n for need, n in covered.items()])
            keep = covered if whole else dict.fromkeys(covered, 0)
        else:
            sets = min([covered[need] // n for need, n in group.each])
            keep = {need: sets * n for need, n in group.each}
        for need, n in covered.items():
            if n > keep[need]:
                self._lower(put, need, n - keep[need])

    def _lower(self, put: dict[Bin, int], need: int, gone: int) -> None:
        """Take *gone* units of a need out of its last arcs, and whatever part is too small then."""
        asked = self._problem.needs[need]
        for at in sorted([at for at in put if at[0] == need], reverse=True):
            taken = min(gone, put[at])
            gone -= taken
            _take(put, at, taken)
        parts = Counter[int]()
        for (one, place), n in put.items():
            if one == need:
                parts[asked.arcs[place].parcel] += n
        for at in [at for at in put if at[0] == need]:
            part = parts[asked.arcs[at[1]].parcel]
            if part < asked.least_split and part != asked.quantity:
                del put[at]

    def _room(self, need: int, place: int) -> int:
        asked = self._problem.needs[need]
        arc = asked.arcs[place]
        room = min(self._left[need], arc.most - self._units.get((need, place), 0))
        day = self._problem.parcels[arc.parcel].day
        for pool, each in arc.takes:
            room = min(room, self._in_pool(pool, day) // each)
        for number in self._rooms.get(arc.parcel, ()):
            room = min(room, self._in_room[number])
        return room if self._may_open(need, arc.parcel) else 0

    def _in_pool(self, pool: int, day: int) -> int:
        """The units that may still leave a pool on a day: the least that any later day has left."""
        rows, gone = self._problem.pools[pool], self._gone.get(pool)
        if gone is None:
            return level(rows, day)
        days = {day, *(one for one in gone if one > day)}
        return min(
            level(rows, one) - sum(n for when, n in gone.items() if when <= one) for one in days
        )

    def _may_open(self, need: int, parcel: int) -> bool:
        for number in (*self._by_need[need], *self._by_parcel.get(parcel, ())):
            most, kind = self._counts[number]
            used = self._used[number]
            if len(used) >= most and self._bin(kind, need, parcel) not in used:
                return False
        return True

    def _bin(self, kind: str, need: int, parcel: int) -> Bin:
        if kind == "lines":
            return need, parcel
        return (-1, parcel if kind == "parcels" else self._problem.parcels[parcel].node)

    def _put(self, need: int, place: int, take: int) -> None:
        arc = self._problem.needs[need].arcs[place]
        self._left[need] -= take
        self._units[need, place] = self._units.get((need, place), 0) + take
        self._carried[need, arc.parcel] += take
        day = self._problem.parcels[arc.parcel].day
        for pool, each in arc.takes:
            self._gone.setdefault(pool, Counter())[day] += each * take
        for number in self._rooms.get(arc.parcel, ()):
            self._in_room[number] -= take
        for number in (*self._by_need[need], *self._by_parcel.get(arc.parcel, ())):
            _, kind = self._counts[number]
            self._used[number][self._bin(kind, need, arc.parcel)] += take


def _take(put: dict[Bin, int], at: Bin, units: int) -> None:
    put[at] -= units
    if not put[at]:
        del put[at]


def allowed(problem: Problem, units: Units) -> bool:
    """Whether *units* keep every pool, room, limit and smallest part."""
    if not problem.rooms and not problem.limits and _apart(problem, units):
        return True
    filling = Filling(problem)
    return all([filling.add(*one) == one[2] for one in units]) and filling.units() == units


def _apart(problem: Problem, units: Units) -> bool:
    """Whether no two of *units* share a pool, and each alone keeps its pools and smallest part."""
    pools, parcels, seen = problem.pools, problem.parcels, set[int]()
    for need, place, n in units:
        asked = problem.needs[need]
        arc = asked.arcs[place]
        if n < asked.least_split:
            return False
        for pool, each in arc.takes:
            if pool in seen or n * each > level(pools[pool], parcels[arc.parcel].day):
                return False
            seen.add(pool)
    return True


def fill_up(problem: Problem, filling: Filling, opened: set[int]) -> None:
    """Cover what is left of each need by the arc that costs least with its part of the parcel.

    A parcel that is *opened*, and each that is opened here, costs nothing more.
    """
    for need, asked in enumerate(problem.needs):
        if not (left := filling.left[need]):
            continue
        rows = []
        for place, arc in enumerate(asked.arcs):
            if most := min(arc.most, left):
                fixed = 0 if arc.parcel in opened else problem.parcels[arc.parcel].cost
                rows.append((arc.cost + fixed // most, place, arc.parcel))
        for _, place, parcel in sorted(rows):
            if filling.add(need, place):
                opened.add(parcel)
            if not filling.left[need]:
                break


def level(rows: Rows, day: int) -> int:
    """The units that may have left a pool by the end of *day*."""
    there = 0
    for when, units in rows:
        if when > day:
            break
        there = units
    return there


def _by_parcel(rooms: Sequence[Room]) -> dict[int, list[int]]:
    """The places of those that hold so many units, by parcel."""
    found: dict[int, list[int]] = {}
    for number, room in enumerate(rooms):
        for parcel in room.parcels if room.of == "units" else ():
            found.setdefault(parcel, []).append(number)
    return found


def _counts(
    problem: Problem,
) -> tuple[list[tuple[int, str]], list[list[int]], dict[int, list[int]]]:
    """Everything that counts what is used: how many, and of what; which by need and by parcel."""
    counts: list[tuple[int, str]] = []
    by_need: list[list[int]] = [[] for _ in problem.needs]
    by_parcel: dict[int, list[int]] = {}
    for room in problem.rooms:
        if room.of != "units":
            for parcel in room.parcels:
                by_parcel.setdefault(parcel, []).append(len(counts))
            counts.append((room.most, room.of))
    for limit in problem.limits:
        if isinstance(limit, AtMost | Together):
            for need in limit.needs:
                by_need[need].append(len(counts))
            most, kind = (limit.most, limit.of) if isinstance(limit, AtMost) else (1, "parcels")
            counts.append((most, kind))
    return counts, by_need, by_parcel

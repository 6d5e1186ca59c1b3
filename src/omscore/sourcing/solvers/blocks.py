"""A large problem in blocks: some needs are solved anew while all others stay as they are.

What the others send takes its part of pools and rooms, and pays for its parcels and tolls; where a
limit counts parcels of both, others stand in for it with one unit to a parcel.  What is left is a
problem like any other and small enough to be searched; whatever is found makes the whole cheaper.
Blocks are made of needs that send by the same parcels, then of needs that would like to, and begin
elsewhere in every round (fix and optimize: Helber and Sahling, "A fix-and-optimize approach for the
multi-level capacitated lot sizing problem", International Journal of Production Economics 123,
2010).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from attrs import evolve, frozen

from omscore.sourcing.problem import (
    Arc,
    AtMost,
    Limit,
    Need,
    Problem,
    Room,
    Rows,
    Sets,
    Toll,
)
from omscore.sourcing.solvers.filling import Units, allowed, level

Solve = Callable[[Problem, Units, int], tuple[Units, int]]
"""A solution of a problem that is no worse than some units, and the steps that it took."""

SIZE = 8
"""Needs of a block at least; a group that is all or nothing, or comes together, stays whole."""
STEPS = 40
"""Steps of the search for a block."""
CHEAPER = 8


def improved(
    problem: Problem, units: Units, solve: Solve, budget: int, size: int = SIZE
) -> tuple[Units, int]:
    """A solution that is no worse than *units*, and the steps that are left of the budget.

    It ends when a round of blocks in each order has found nothing.  `CHEAPER` steps of a block
    count as one, and drawing it is one more.
    """
    groups, idle, turn = _groups(problem), 0, 0
    while idle < 2 * len(ORDERS):
        before = units
        for block in _blocks(problem, units, groups, turn, size):
            if budget <= 0:
                return units, 0
            part = Part.of(problem, units, block)
            found, taken = solve(part.problem, part.inside(units), STEPS)
            better = part.outside(found, units)
            units = better if allowed(problem, better) else units
            budget -= 1 + taken // CHEAPER
        idle = idle + 1 if units == before else 0
        turn += 1
    return units, max(0, budget)


# --- which needs ------------------------------------------------------------------------------


def _groups(problem: Problem) -> list[list[int]]:
    """Needs that only change together: all or nothing, whole sets, one parcel."""
    group_of = list(range(len(problem.needs)))
    for limit in problem.limits:
        if not isinstance(limit, AtMost):
            joined = {group_of[need] for need in limit.needs}
            group_of = [min(joined) if one in joined else one for one in group_of]
    groups: dict[int, list[int]] = {}
    for need, group in enumerate(group_of):
        groups.setdefault(group, []).append(need)
    return list(groups.values())


def _used(problem: Problem, units: Units) -> list[int]:
    """By need, the parcel that carries most of it."""
    most = [(0, 0)] * len(problem.needs)
    for need, place, n in units:
        most[need] = max(most[need], (n, problem.needs[need].arcs[place].parcel))
    return [parcel for _, parcel in most]


def _liked(problem: Problem, units: Units) -> list[int]:
    """By need, the parcel that carries a unit of it for least."""
    return [
        min([(arc.cost, arc.parcel) for arc in need.arcs], default=(0, 0))[1]
        for need in problem.needs
    ]


ORDERS = (_used, _liked)


def _blocks(
    problem: Problem, units: Units, groups: Sequence[list[int]], turn: int, size: int
) -> Iterator[frozenset[int]]:
    """All needs in blocks, which begin in the middle of those of the last turn but one."""
    key = ORDERS[turn % len(ORDERS)](problem, units)
    block, most = list[int](), size // (1 + turn // len(ORDERS) % 2)
    for group in sorted(groups, key=lambda group: (key[group[0]], group)):
        block += group
        if len(block) >= most:
            yield frozenset(block)
            block, most = [], size
    if block:
        yield frozenset(block)


# --- a block as a problem ---------------------------------------------------------------------


@frozen
class Part:
    """The problem of some *needs* beside all others; a stand-in follows for each of *others*."""

    problem: Problem
    needs: tuple[int, ...]
    others: int

    @classmethod
    def of(cls, whole: Problem, units: Units, block: frozenset[int]) -> Part:
        """The block's own problem beside the units that other needs send."""
        needs, kept = tuple(sorted(block)), [one for one in units if one[0] not in block]
        fixed = [(need, whole.needs[need].arcs[place], n) for need, place, n in kept]
        name = {need: at for at, need in enumerate(needs)}
        used = {arc.parcel for _, arc, _ in fixed}
        pools = _pools(whole, [whole.needs[need] for need in needs], fixed)
        stand_ins, limits = list[int](), list[Limit]()
        for limit in whole.limits:
            if block.isdisjoint(limit.needs):
                continue
            parcels = sorted({arc.parcel for need, arc, _ in fixed if need in limit.needs})
            at = len(needs) + len(stand_ins)
            stand_ins += parcels
            limits.append(_renamed(limit, name, frozenset(range(at, at + len(parcels)))))
        problem = Problem(
            (
                *[_need(whole.needs[need], pools) for need in needs],
                *[_stand_in(whole, parcel) for parcel in stand_ins],
            ),
            tuple([evolve(p, cost=0) if n in used else p for n, p in enumerate(whole.parcels)]),
            tuple([rows for _, rows in pools.values()]),
            tuple(_rooms(whole, fixed, needs, stand_ins)),
            tuple(limits),
            tuple(_tolls(whole, name, {(need, place) for need, place, _ in kept})),
        )
        return cls(problem, needs, len(stand_ins))

    def inside(self, units: Units) -> Units:
        """Units of the whole, as of the part."""
        name = {need: at for at, need in enumerate(self.needs)}
        mine = [(name[need], place, n) for need, place, n in units if need in name]
        return (*mine, *[(len(self.needs) + at, 0, 1) for at in range(self.others)])

    def outside(self, units: Units, before: Units) -> Units:
        """Units of the part in the place of what its needs had of the whole before."""
        mine = [(self.needs[at], k, n) for at, k, n in units if at < len(self.needs)]
        return tuple(sorted([*mine, *[one for one in before if one[0] not in self.needs]]))


Sent = tuple[int, Arc, int]  # a need, its arc and units
Left = dict[int, tuple[int, Rows]]  # by pool, its new place and what is left


def _need(need: Need, pools: Left) -> Need:
    arcs = [
        evolve(arc, takes=tuple([(pools[pool][0], each) for pool, each in arc.takes]))
        for arc in need.arcs
    ]
    return evolve(need, arcs=tuple(arcs))


def _stand_in(whole: Problem, parcel: int) -> Need:
    """A unit that must be in a parcel which is paid for."""
    never = 1 + sum([need.short_cost * need.quantity for need in whole.needs])
    return Need(1, never, (Arc(parcel, 1, 0, ()),))


def _renamed(limit: Limit, name: dict[int, int], others: frozenset[int]) -> Limit:
    if isinstance(limit, Sets):
        return Sets(tuple((name[need], units) for need, units in limit.each))
    return evolve(limit, needs=others | {name[need] for need in limit.needs if need in name})


def _pools(whole: Problem, needs: Sequence[Need], fixed: Sequence[Sent]) -> Left:
    """What is left of the pools of *needs*: up to each day the least of what any later one has."""
    mine = {pool for need in needs for arc in need.arcs for pool, _ in arc.takes}
    gone: dict[int, list[tuple[int, int]]] = {pool: [] for pool in sorted(mine)}
    for _, arc, n in fixed:
        for pool, each in arc.takes:
            if pool in gone:
                gone[pool].append((whole.parcels[arc.parcel].day, n * each))
    return {
        pool: (at, _less(whole.pools[pool], some)) for at, (pool, some) in enumerate(gone.items())
    }


def _less(rows: Rows, gone: Sequence[tuple[int, int]]) -> Rows:
    if not gone:
        return rows
    left, least = list[tuple[int, int]](), rows[-1][1] if rows else 0
    for day in sorted({day for day, _ in (*rows, *gone)}, reverse=True):
        there = level(rows, day) - sum([n for when, n in gone if when <= day])
        least = max(0, min(least, there))
        left.append((day, least))
    return tuple(reversed(left))


def _rooms(
    whole: Problem, fixed: Sequence[Sent], needs: Sequence[int], stand_ins: Sequence[int]
) -> Iterator[Room]:
    """What is left of the rooms that *needs* could use; stand-ins take nothing of it."""
    mine = {arc.parcel for need in needs for arc in whole.needs[need].arcs}
    used = {arc.parcel for _, arc, _ in fixed}
    lines = Counter([parcel for _, parcel in {(need, arc.parcel) for need, arc, _ in fixed}])
    units = Counter[int]()
    for _, arc, n in fixed:
        units[arc.parcel] += n
    for parcel in stand_ins:
        units[parcel] -= 1
        lines[parcel] -= 1
    for room in whole.rooms:
        if room.parcels.isdisjoint(mine):
            continue
        inside = room.parcels & used
        if room.of == "parcels":
            yield evolve(room, parcels=room.parcels - used, most=room.most - len(inside))
        else:
            taken = units if room.of == "units" else lines
            yield evolve(room, most=room.most - sum([taken[parcel] for parcel in inside]))


def _tolls(whole: Problem, name: dict[int, int], kept: set[tuple[int, int]]) -> Iterator[Toll]:
    """Those that are not paid yet, for the arcs of the block."""
    for toll in whole.tolls:
        if kept.isdisjoint(toll.arcs):
            mine = [(name[need], place) for need, place in toll.arcs if need in name]
            yield Toll(frozenset(mine), toll.cost)

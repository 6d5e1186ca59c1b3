"""What is wrong with a solution, by code that knows nothing of how it was found.

Every check reads the problem afresh, in the plainest way there is; none shares code with a solver.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import assert_never

from omscore.sourcing.problem import (
    AllOrNothing,
    AtMost,
    Limit,
    Need,
    Parts,
    Problem,
    Room,
    Rows,
    Sets,
    Solution,
    Together,
)

Load = tuple[int, int, int]  # a need, a parcel, and units of the one in the other


def faults(problem: Problem, solution: Solution) -> tuple[str, ...]:
    """Everything wrong with *solution*, one sentence each; nothing if it may be carried out."""
    wrong = tuple(_shape(problem, solution))
    if wrong:
        return wrong
    loads = _loads(problem, solution)
    checks = (
        _quantities(problem, solution),
        _pools(problem, solution),
        _splits(problem, loads),
        (no for room in problem.rooms for no in _room(room, loads)),
        (no for limit in problem.limits for no in _limit(limit, problem, loads)),
        _figures(problem, solution),
    )
    return tuple(no for check in checks for no in check)


def _shape(problem: Problem, solution: Solution) -> Iterator[str]:
    for need, place, quantity in solution.units:
        if not 0 <= need < len(problem.needs):
            yield f"there is no need {need}"
        elif not 0 <= place < len(problem.needs[need].arcs):
            yield f"need {need} has no arc {place}"
        elif type(quantity) is not int or quantity < 1:
            yield f"need {need} gets {quantity} units by arc {place}"
    places = [(need, place) for need, place, _ in solution.units]
    if sorted(set(places)) != places:
        yield "units are not in the order of needs and arcs, each once"


def _loads(problem: Problem, solution: Solution) -> list[Load]:
    carried = Counter[tuple[int, int]]()
    for need, place, quantity in solution.units:
        carried[need, problem.needs[need].arcs[place].parcel] += quantity
    return [(need, parcel, quantity) for (need, parcel), quantity in carried.items()]


def _quantities(problem: Problem, solution: Solution) -> Iterator[str]:
    for need, place, quantity in solution.units:
        most = problem.needs[need].arcs[place].most
        if quantity > most:
            yield f"need {need} gets {quantity} units by arc {place}, which carries {most}"
    for number, need_ in enumerate(problem.needs):
        covered = sum(quantity for one, _, quantity in solution.units if one == number)
        if covered > need_.quantity:
            yield f"need {number} gets {covered} units and wants {need_.quantity}"


def _pools(problem: Problem, solution: Solution) -> Iterator[str]:
    leaving = defaultdict[int, Counter[int]](Counter)  # units by day, for each pool
    for need, place, quantity in solution.units:
        arc = problem.needs[need].arcs[place]
        for pool, each in arc.takes:
            leaving[pool][problem.parcels[arc.parcel].day] += quantity * each
    for pool, units in sorted(leaving.items()):
        for day in sorted(units):
            gone = sum(n for when, n in units.items() if when <= day)
            there = _there(problem.pools[pool], day)
            if gone > there:
                yield f"by day {day} pool {pool} gives {gone} units and holds {there}"


def _there(rows: Rows, day: int) -> int:
    return max((units for when, units in rows if when <= day), default=0)


def _splits(problem: Problem, loads: list[Load]) -> Iterator[str]:
    for number, need in enumerate(problem.needs):
        yield from _parts(number, need, need.least_split, loads)


def _parts(number: int, need: Need, least: int, loads: list[Load]) -> Iterator[str]:
    for one, parcel, quantity in loads:
        if one == number and quantity < least and quantity != need.quantity:
            yield f"parcel {parcel} carries {quantity} units of need {number}, too small a part"


def _room(room: Room, loads: list[Load]) -> Iterator[str]:
    inside = [load for load in loads if load[1] in room.parcels]
    match room.of:
        case "units":
            used = sum(quantity for _, _, quantity in inside)
        case "lines":
            used = len(inside)
        case "parcels":
            used = len({parcel for _, parcel, _ in inside})
        case _:
            assert_never(room.of)
    if used > room.most:
        yield f"{used} {room.of} where there is room for {room.most}"


def _limit(limit: Limit, problem: Problem, loads: list[Load]) -> Iterator[str]:
    mine = [load for load in loads if load[0] in limit.needs]
    parcels = {parcel for _, parcel, _ in mine}
    match limit:
        case AtMost(_, of, most):
            nodes = {problem.parcels[parcel].node for parcel in parcels}
            used = len(parcels if of == "parcels" else nodes)
            if used > most:
                yield f"{used} {of} where at most {most} are allowed"
        case AllOrNothing(needs):
            wanted = sum(problem.needs[need].quantity for need in needs)
            covered = sum(quantity for _, _, quantity in mine)
            if covered not in (0, wanted):
                yield f"{covered} of {wanted} units where it is all or nothing"
        case Together():
            if len(parcels) > 1:
                yield f"{len(parcels)} parcels where everything must go together"
        case Sets(each):
            units = Counter[int]()
            for need, _, quantity in mine:
                units[need] += quantity
            if not any(all(units[need] == n * k for need, k in each) for n in _up_to(units)):
                yield f"{[units[need] for need, _ in each]} units that make no whole sets"
        case _:
            assert_never(limit)


def _soft(limit: Limit | Parts, problem: Problem, loads: list[Load]) -> Iterator[str]:
    if isinstance(limit, Parts):
        return _parts(limit.need, problem.needs[limit.need], limit.least, loads)
    return _limit(limit, problem, loads)


def _up_to(units: Counter[int]) -> range:
    return range(sum(units.values()) + 1)


def _figures(problem: Problem, solution: Solution) -> Iterator[str]:
    parcels = {problem.needs[need].arcs[place].parcel for need, place, _ in solution.units}
    cost = sum(problem.parcels[parcel].cost for parcel in parcels)
    for number, need in enumerate(problem.needs):
        mine = [(place, n) for one, place, n in solution.units if one == number]
        cost += sum(need.arcs[place].cost * n for place, n in mine)
        cost += need.short_cost * (need.quantity - sum(n for _, n in mine))
    for toll in problem.tolls:
        if any((need, place) in toll.arcs for need, place, _ in solution.units):
            cost += toll.cost
    loads = _loads(problem, solution)
    cost += sum(soft.cost for soft in problem.soft if any(_soft(soft.limit, problem, loads)))
    if solution.cost != cost:
        yield f"it costs {cost} and says {solution.cost}"
    if solution.bound > solution.cost:
        yield f"its bound {solution.bound} is above its cost {solution.cost}"

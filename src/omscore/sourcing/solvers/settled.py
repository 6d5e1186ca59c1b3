"""Tolls that are another figure in disguise: what remains of a problem without them.

Searches that are fast know nothing of tolls.  What all arcs of a parcel owe together is a part of
what the parcel costs, and what one arc owes that carries one unit at most is a part of what its
unit costs: every solution costs the same afterwards.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from attrs import evolve

from omscore.sourcing.problem import Problem, Toll

Place = tuple[int, int]  # a need, and one of its arcs


def settled(problem: Problem) -> Problem:
    """*problem*, where parcels and units cost what they alone owe."""
    if not problem.tolls:
        return problem
    sent: dict[int, set[Place]] = defaultdict(set)
    for number, need in enumerate(problem.needs):
        for place, arc in enumerate(need.arcs):
            sent[arc.parcel].add((number, place))
    by_parcel, by_arc, left = Counter[int](), Counter[Place](), list[Toll]()
    for toll in problem.tolls:
        arcs = [(n, place, problem.needs[n].arcs[place]) for n, place in toll.arcs]
        if arcs and toll.arcs == sent[parcel := arcs[0][2].parcel]:
            by_parcel[parcel] += toll.cost
        elif len(arcs) == 1 and min(arcs[0][2].most, problem.needs[arcs[0][0]].quantity) == 1:
            by_arc[arcs[0][:2]] += toll.cost
        elif arcs:
            left.append(toll)
    return _with(problem, by_parcel, by_arc, tuple(left))


def _with(
    problem: Problem, by_parcel: Counter[int], by_arc: Counter[Place], left: tuple[Toll, ...]
) -> Problem:
    parcels = tuple(
        [evolve(one, cost=one.cost + by_parcel[n]) for n, one in enumerate(problem.parcels)]
    )
    dearer = {number for number, _ in by_arc}
    needs = list(problem.needs)
    for number in dearer:
        arcs = enumerate(needs[number].arcs)
        paid = tuple([evolve(arc, cost=arc.cost + by_arc[number, n]) for n, arc in arcs])
        needs[number] = evolve(needs[number], arcs=paid)
    return evolve(problem, needs=tuple(needs), parcels=parcels, tolls=left)

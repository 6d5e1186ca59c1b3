"""Rules of thumb: what most shops do, and where the exact search starts from."""

from __future__ import annotations

from attrs import frozen

from omscore.sourcing.problem import Problem, Solution, cost_of
from omscore.sourcing.solvers.filling import Filling, Units, fill_up


@frozen
class Greedy:
    """Walks the arcs of each need in their order and takes whatever is there: a priority list.

    The order of arcs is the list: by priority, by distance, by cost, as the caller put them.
    """

    name: str = "greedy"

    def solve(self, problem: Problem, budget: int = 0) -> Solution:
        """A solution within every constraint; its bound counts the cheapest unit costs alone."""
        filling = Filling(problem)
        for number, need in enumerate(problem.needs):
            for place in range(len(need.arcs)):
                filling.add(number, place)
        return solution(problem, filling.units(), self.name)


@frozen
class CheapestFirst:
    """Takes for each need what costs least with its part of the parcel, one after the other.

    A parcel that an earlier need has paid for costs a later one nothing more.  With nodes that one
    would rather not use made dear enough, that is a priority list too.
    """

    name: str = "cheapest-first"

    def solve(self, problem: Problem, budget: int = 0) -> Solution:
        """A solution within every constraint; its bound counts the cheapest unit costs alone."""
        filling = Filling(problem)
        fill_up(problem, filling, set())
        return solution(problem, filling.units(), self.name)


@frozen
class Covering:
    """Opens the parcel that carries most of what is still wanted, again and again: set cover.

    Ties go to the parcel that carries it at less cost, then to the first one.
    """

    name: str = "covering"

    def solve(self, problem: Problem, budget: int = 0) -> Solution:
        """A solution within every constraint; its bound counts the cheapest unit costs alone."""
        filling = Filling(problem)
        arcs: dict[int, list[tuple[int, int]]] = {}
        for number, need in enumerate(problem.needs):
            for place, arc in enumerate(need.arcs):
                arcs.setdefault(arc.parcel, []).append((number, place))
        while arcs:
            best = max(arcs, key=lambda parcel: (_gain(problem, filling, parcel, arcs), -parcel))
            for number, place in arcs.pop(best):
                filling.add(number, place)
        return solution(problem, filling.units(), self.name)


def _gain(
    problem: Problem, filling: Filling, parcel: int, arcs: dict[int, list[tuple[int, int]]]
) -> tuple[int, int]:
    """How many units a parcel could carry of what is wanted, and how little they would cost."""
    units, cost = 0, problem.parcels[parcel].cost
    for number, place in arcs[parcel]:
        arc = problem.needs[number].arcs[place]
        take = min(arc.most, filling.left[number])
        units += take
        cost += take * arc.cost
    return units, -cost


def solution(problem: Problem, units: Units, name: str) -> Solution:
    """*units* as a solution, with the bound that costs nothing to prove."""
    return Solution(units, cost_of(problem, units), unit_bound(problem), work=0, solver=name)


def unit_bound(problem: Problem) -> int:
    """What every unit costs at least, with all parcels free of charge."""
    return sum(
        need.quantity * min((need.short_cost, *(arc.cost for arc in need.arcs)))
        for need in problem.needs
    )

"""The cheapest solution, proved: branch and bound in plain Python.

Solutions are ordered: cheaper, then fewer parcels, then the one that the search meets first, which
walks needs, parcels and arcs in their order.  The first two are folded into one figure,
``cost x scale + parcels``, with a scale above the number of parcels that can be used.

Two searches, one inside the other.  `charge` solves the problem without anything that couples arcs.
If its solution keeps every constraint of `coupling`, it is the answer.  Otherwise the search goes
on over boxes, the one with the lowest bound first, branching on what the relaxed solution breaks.
The relaxed solution, mended by a greedy rule, is a solution at every step.
"""

from __future__ import annotations

from heapq import heappop, heappush

from attrs import frozen

from omscore.kernel.errors import ensure
from omscore.sourcing.problem import Problem, Solution, cost_of
from omscore.sourcing.solvers import charge
from omscore.sourcing.solvers.charge import SHORT, Charge, Row
from omscore.sourcing.solvers.coupling import Box, Constraint, broken, children, constraints, tightened
from omscore.sourcing.solvers.filling import Filling, Units
from omscore.sourcing.solvers.greedy import Greedy


@frozen
class Exact:
    """The cheapest solution; with too small a budget the best found, and an honest bound."""

    name: str = "exact"

    def solve(self, problem: Problem, budget: int = 10_000) -> Solution:
        return _Search(problem, budget, self.name).solution()


class _Search:
    def __init__(self, problem: Problem, budget: int, name: str) -> None:
        self.problem, self.budget, self.name = problem, budget, name
        wanted = sum(need.quantity for need in problem.needs)
        self.scale = max(1024, 1 << wanted.bit_length())
        ensure(all(parcel.cost >= 0 for parcel in problem.parcels), "no parcel costs less than 0")
        self.fixed = [parcel.cost * self.scale + 1 for parcel in problem.parcels] + [0]
        self.first: list[int] = []
        self.place: list[tuple[int, int]] = []  # need and place of each arc
        for number, need in enumerate(problem.needs):
            self.first.append(len(self.place))
            self.place += [(number, k) for k in range(len(need.arcs))]
        self.all_: tuple[Constraint, ...] = constraints(problem, self.first)
        self.steps = 0
        self.best: Units = ()
        self.cost = 0

    def solution(self) -> Solution:
        self.best = Greedy().solve(self.problem).units
        self.cost = self.worth(self.best)
        high = tuple(
            min(arc.most, need.quantity) for need in self.problem.needs for arc in need.arcs
        )
        bound = self.search(Box((0,) * len(high), high))
        cost = cost_of(self.problem, self.best)
        most = min(len(self.problem.parcels), sum(need.quantity for need in self.problem.needs))
        proved = cost if bound >= self.cost else min(cost, -((most - bound) // self.scale))
        return Solution(self.best, cost, proved, self.steps, self.name)

    def worth(self, units: Units) -> int:
        parcels = {self.problem.needs[need].arcs[place].parcel for need, place, _ in units}
        return cost_of(self.problem, units) * self.scale + len(parcels)

    def search(self, box: Box) -> int:
        all_ = self.all_
        root = tightened(all_, box)
        ensure(root is not None, "being short of everything is always allowed")
        heap: list[tuple[int, int, Box]] = []
        serial = 0
        todo = [(root, -(10**30))]
        lost = []
        while True:
            for box, known in todo:
                if self.steps >= self.budget:
                    lost.append(known)
                    continue
                found = self.relaxed(box)
                if found is None:
                    continue
                bound, units = found
                bound = max(bound, known)
                if bound >= self.cost:
                    continue
                if units is None:
                    lost.append(bound)
                    continue
                heappush(heap, (bound, serial, box, units))
                serial += 1
            todo = []
            if not heap:
                break
            bound, _, box, units = heappop(heap)
            if bound >= self.cost:
                break
            if self.steps >= self.budget:
                lost.append(bound)
                break
            at = broken(all_, units)
            ensure(at is not None, "a solution that breaks nothing was taken before")
            todo = [(child, bound) for child in children(all_, at, box, units)]
        return min([self.cost, *lost])

    def relaxed(self, box: Box):
        """Bound and units of the relaxed problem in a box; takes better solutions on the way."""
        problem, scale = self.problem, self.scale
        wants, rows, base, opened = [], [], 0, set()
        forbidden = sum(self.fixed) + 1
        for need in problem.needs:
            costs = [abs(arc.cost) for arc in need.arcs] + [abs(need.short_cost)]
            forbidden += 2 * scale * max(costs) * need.quantity
        for number, need in enumerate(problem.needs):
            left, row = need.quantity, []
            for place, arc in enumerate(need.arcs):
                at = self.first[number] + place
                low, high = box.low[at], box.high[at]
                if low:
                    left -= low
                    base += low * arc.cost * scale
                    opened.add(arc.parcel)
                if high > low:
                    row.append((arc.cost * scale, arc.parcel, high - low, at))
            if left < 0:
                return None
            row = [(c, p, min(m, left), at) for c, p, m, at in row]
            short = forbidden if number in box.full else need.short_cost * scale
            row.append((short, SHORT, left, SHORT))
            row.sort()
            del row[row.index((short, SHORT, left, SHORT)) + 1 :]
            if left:
                wants.append(left)
                rows.append(row)
        base += sum(self.fixed[p] for p in opened)
        found = charge.solve(
            Charge(wants, rows, self.fixed),
            self.cost - base,
            self.budget - self.steps,
            frozenset(opened),
        )
        self.steps += max(1, found.steps)
        if found.chosen is None:
            return found.bound + base, None
        units = list(box.low)
        for at, n in found.chosen:
            units[at] += n
        if broken(self.all_, units) is None:
            self.keep(tuple((*self.place[at], n) for at, n in enumerate(units) if n))
        else:
            self.keep(self.mended(units))
        return found.bound + base, units

    def keep(self, units: Units) -> None:
        worth = self.worth(units)
        if worth < self.cost:
            self.best, self.cost = units, worth

    def mended(self, units: list[int]) -> Units:
        filling = Filling(self.problem)
        for at, n in enumerate(units):
            if n:
                filling.add(*self.place[at], n)
        for at, n in enumerate(units):
            if n:
                filling.add(*self.place[at])
        for number, need in enumerate(self.problem.needs):
            if filling.left[number]:
                for place in sorted(range(len(need.arcs)), key=lambda k: need.arcs[k].cost):
                    filling.add(number, place)
        return filling.units()

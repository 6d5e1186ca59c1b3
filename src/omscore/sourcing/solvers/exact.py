"""The cheapest solution, proved: branch and bound in plain Python.

Solutions are ordered: cheaper, then fewer parcels, then the one that the search meets first, which
walks needs, parcels and arcs in their order.  The first two are folded into one figure,
``cost x scale + parcels``, with a scale above any number of parcels.

Three searches, each asked only if the one before did not find a proved answer:

1. for one need `line`, a knapsack; for several `single`, the best single parcel, and a bound that
   costs one look at each arc;
2. `charge`: branch and bound without anything that couples arcs;
3. `boxes`: branch and bound over what couples them.

An answer of the first two is taken if it keeps every constraint; nothing is spent on constraints
that no answer touches.
"""

from __future__ import annotations

from attrs import frozen

from omscore.sourcing.problem import Problem, Solution, tolls_of
from omscore.sourcing.solvers import boxes, charge
from omscore.sourcing.solvers.filling import allowed
from omscore.sourcing.solvers.folded import Folded
from omscore.sourcing.solvers.greedy import Greedy
from omscore.sourcing.solvers.line import Found, line
from omscore.sourcing.solvers.single import single

ROWS = 50
"""Steps of `line` before `charge` goes on: its table grows with units, which a search does not."""


@frozen
class Exact:
    """The cheapest solution, within a budget of search steps.

    A step is one bound over the parcels of the problem.  Where the budget runs out, the solution is
    the best found, and its bound the lowest of whatever was left open.
    """

    name: str = "exact"

    def solve(self, problem: Problem, budget: int = 10_000) -> Solution:
        """A solution that keeps every pool, room and limit; the cheapest one if bound = cost."""
        units, cost, proved, steps = _first(problem, budget)
        kept = allowed(problem, units)
        if proved and kept and not tolls_of(problem, units):
            return Solution(units, cost, cost, steps, self.name)
        folded = Folded.of(problem)
        start = units if kept else Greedy().solve(problem).units
        worth = folded.worth(start)
        root = folded.charge()
        found = charge.solve(root, worth, budget - steps)
        bound, steps = found.bound, steps + found.steps
        if found.chosen is not None:
            better = folded.units(found.chosen)
            if allowed(problem, better) and not tolls_of(problem, better):
                start, worth = better, found.cost
            else:
                search = boxes.Search(folded, start, worth, budget - steps, root.twice)
                bound = search.run(bound)
                start, worth, steps = search.best, search.worth, budget - search.budget
        cost = worth // folded.scale
        return Solution(start, cost, folded.bound(bound, worth), steps, self.name)


def _first(problem: Problem, budget: int) -> Found:
    if len(problem.needs) == 1:
        found = line(problem, budget if budget < ROWS else ROWS)
        if found is not None:
            return found
    return *single(problem), 1

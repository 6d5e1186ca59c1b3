"""The cheapest solution, proved: branch and bound in plain Python.

Solutions are ordered: cheaper, then fewer parcels, then the one that the search meets first, which
walks needs, parcels and arcs in their order.  The first two are folded into one figure,
``cost x scale + parcels``, with a scale above any number of parcels.

Searches, each asked only if the one before did not find a proved answer:

1. for one need `line`, a knapsack; for several `single`, the best single parcel, and a bound that
   costs one look at each arc;
2. `charge`: branch and bound without anything that couples arcs;
3. `boxes`: branch and bound over what couples them, with prices on what is scarce;
4. `blocks`, for what is too large to be finished: the bound stands, and some needs after the other
   are solved anew while the rest stays.

Before all of them, tolls that are another figure in disguise become that figure (`settled`).
An answer of the first two is taken if it keeps every constraint; nothing is spent on constraints
that no answer touches.
"""

from __future__ import annotations

from attrs import evolve, frozen

from omscore.sourcing.problem import Problem, Solution, tolls_of
from omscore.sourcing.solvers import boxes, charge
from omscore.sourcing.solvers.blocks import improved
from omscore.sourcing.solvers.filling import Units, allowed
from omscore.sourcing.solvers.folded import Folded
from omscore.sourcing.solvers.greedy import CheapestFirst, Covering, Greedy
from omscore.sourcing.solvers.line import Found, line
from omscore.sourcing.solvers.settled import settled
from omscore.sourcing.solvers.single import single

RULES_OF_THUMB = CheapestFirst(), Greedy(), Covering()
"""What a search that runs out of steps has to be as good as."""

ROWS = 50
"""Steps of `line` before `charge` goes on: its table grows with units, which a search does not."""

LARGE = 1_000
"""Arcs beyond which a search of boxes would not be finished."""


@frozen
class Exact:
    """The cheapest solution, within a budget of search steps.

    A step is one bound over the parcels of the problem.  Where the budget runs out, the solution is
    the best found, and its bound the lowest of whatever was left open.
    """

    name: str = "exact"

    def solve(self, problem: Problem, budget: int = 10_000) -> Solution:
        """A solution that keeps every pool, room and limit; the cheapest one if bound = cost."""
        solution = self._settled(settled(problem), budget)
        return solution if solution.bound == solution.cost else _no_worse(problem, solution)

    def _settled(self, problem: Problem, budget: int) -> Solution:
        units, cost, proved, steps = _first(problem, budget)
        kept = allowed(problem, units)
        if proved and kept and not tolls_of(problem, units):
            return Solution(units, cost, cost, steps, self.name)
        start = units if kept else CheapestFirst().solve(problem).units
        left = budget - steps
        large = sum([len(need.arcs) for need in problem.needs]) > LARGE
        found = _searched(problem, start, left, large=large)
        left -= found.steps
        if large and found.bound < found.worth:
            units, left = improved(problem, found.units, _improved, left)
            found = evolve(found, units=units, worth=found.folded.worth(units))
        return found.solution(self.name, budget - left)


def _no_worse(problem: Problem, solution: Solution) -> Solution:
    """*solution*, unless a rule of thumb finds a cheaper one than a search that was cut short.

    A rule of thumb goes by what it is shown: its *problem* is the one that was given, unsettled.
    """
    rough = min([one.solve(problem) for one in RULES_OF_THUMB], key=lambda one: one.cost)
    if rough.cost >= solution.cost:
        return solution
    return evolve(solution, units=rough.units, cost=rough.cost)


def _improved(problem: Problem, start: Units, budget: int) -> tuple[Units, int]:
    found = _searched(problem, start, budget)
    return found.units, found.steps


@frozen
class _Found:
    """The best solution, *worth* so much, and a folded bound."""

    folded: Folded
    units: Units
    worth: int
    bound: int
    steps: int

    def solution(self, name: str, steps: int) -> Solution:
        """As the world sees it."""
        cost = self.worth // self.folded.scale
        return Solution(self.units, cost, self.folded.bound(self.bound, self.worth), steps, name)


def _searched(problem: Problem, start: Units, budget: int, *, large: bool = False) -> _Found:
    """The best solution that *charge* and *boxes* find, no worse than *start*.

    Of a *large* problem with something that couples arcs, boxes find good prices and not much more.
    """
    folded = Folded.of(problem)
    worth, root = folded.worth(start), folded.charge()
    found = charge.solve(root, worth, budget // 2 if large else budget)
    if found.chosen is None:
        return _Found(folded, start, worth, found.bound, found.steps)
    better = folded.units(found.chosen)
    if allowed(problem, better) and not tolls_of(problem, better):
        return _Found(folded, better, found.cost, found.bound, found.steps)
    budget -= found.steps
    mine = min(budget, boxes.ROUNDS + 10) if large else budget
    search = boxes.Search.of(folded, start, mine, twice=root.twice)
    search.patience = 0 if large else boxes.PATIENCE
    bound = search.run(found.bound)
    steps = found.steps + mine - search.budget
    return _Found(folded, search.best, search.worth, bound, steps)


def _first(problem: Problem, budget: int) -> Found:
    if len(problem.needs) == 1:
        found = line(problem, budget if budget < ROWS else ROWS)
        if found is not None:
            return found
    return *single(problem), 1

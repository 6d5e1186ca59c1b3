"""The choice between solvers: the own search first, HiGHS for what it leaves open."""

from __future__ import annotations

from attrs import field, frozen

from omscore.kernel.errors import Unavailable
from omscore.sourcing.feasible import faults
from omscore.sourcing.problem import Problem, Solution, Solver
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.highs import Highs


@frozen
class Automatic:
    """Asks *first*, and *then* where that proves no optimum within the budget.

    The cheaper of the two answers is given, under the name of the solver that found it, with the
    higher of the two bounds.  Without HiGHS, or with an answer of it that does not hold, it is the
    first.  `Automatic(then=None)` never asks twice.
    """

    first: Solver = field(factory=Exact)
    then: Solver | None = field(factory=Highs)
    name: str = "automatic"

    def solve(self, problem: Problem, budget: int = 10_000) -> Solution:
        """The better of the answers; its work is that of both."""
        answer = self.first.solve(problem, budget)
        if self.then is None or answer.bound >= answer.cost:
            return answer
        try:
            other = self.then.solve(problem, budget)
        except Unavailable:
            return answer
        return answer if faults(problem, other) else better(answer, other)


def better(one: Solution, other: Solution) -> Solution:
    """The cheaper of two answers, *one* if they cost the same, with what both prove."""
    best = other if other.cost < one.cost else one
    bound = min(best.cost, max(one.bound, other.bound))
    return Solution(best.units, best.cost, bound, one.work + other.work, best.solver)

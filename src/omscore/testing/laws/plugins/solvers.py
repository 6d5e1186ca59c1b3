"""What every solver promises.

Within any budget it gives a solution that keeps every pool, room and limit, says what that costs,
and a bound that no solution is below; the same for the same problem, whatever it solved before.
"""

from __future__ import annotations

from copy import deepcopy
from typing import NoReturn

from attrs import define
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from omscore.sourcing.feasible import faults
from omscore.sourcing.problem import Problem, Solution, Solver
from omscore.testing.laws.plugins.counterexample import BrokenLaw, hold, raised, told
from omscore.testing.problems import cheaper, problems

BUDGETS = (1, 7, 400)


@define
class Solved:
    """How many problems a solver was given, and of how many it proved its solution the cheapest."""

    cases: int = 0
    proved: int = 0


def check_solver(
    solver: Solver,
    cases: SearchStrategy[Problem] | None = None,
    *,
    most: int = 100,
    smallest: bool = True,
) -> Solved:
    """Give *solver* pairs of problems, *most* of them; `BrokenLaw` shows where it fails.

    *cases* are problems of your own, so small that all solutions of one can be tried;
    *smallest* is as for `check_rule`.
    """
    solved = Solved()
    if not isinstance(name := getattr(solver, "name", None), str) or not name.strip():
        raise BrokenLaw("a solver", "it has a name", {}, "text, as its name", repr(name))
    one = problems() if cases is None else cases
    three = st.tuples(one, one, st.sampled_from(BUDGETS))
    hold(_Trial(solver, solved).of, three, most, smallest=smallest)
    return solved


@define
class _Trial:
    solver: Solver
    solved: Solved

    def of(self, case: tuple[Problem, Problem, int]) -> None:
        """Every law, on one problem, with another one solved between two times."""
        problem, other, budget = case
        copy = deepcopy(problem)
        first = self._solve(problem, budget)
        if problem != copy:
            law = "it leaves alone what it is given"
            self._break(law, copy, budget, told(copy), told(problem))
        self._solve(other, budget)
        if (then := self._solve(copy, budget)) != first:
            law = "it gives the same for the same, whatever it solved before"
            self._break(law, problem, budget, told(first), told(then))
        if (less := cheaper(problem, first.bound)) is not None:
            expected = f"a bound of at most {less.cost}, which is what {_sent(less)} costs"
            law = "no solution costs less than its bound"
            self._break(law, problem, budget, expected, f"{first.bound}, with {_sent(first)}")
        self.solved.cases += 1
        self.solved.proved += first.bound == first.cost

    def _solve(self, problem: Problem, budget: int) -> Solution:
        """What the solver gives, if it may be carried out."""
        try:
            solution: object = self.solver.solve(problem, budget)
        except Exception as fault:  # a plugin may raise anything
            law = "it solves every problem"
            self._break(law, problem, budget, "a solution, if need be of nothing", raised(fault))
        if not isinstance(solution, Solution):
            came = f"{solution!r}, of type {type(solution).__name__}"
            self._break("it gives a Solution", problem, budget, "a Solution", came)
        for name, figure in (("bound", solution.bound), ("work", solution.work)):
            if type(figure) is not int:
                law = "its figures are whole numbers"
                self._break(law, problem, budget, f"a whole number as {name}", repr(figure))
        if wrong := self._wrong(problem, solution):
            law = "its solution can be carried out, at the cost that it says"
            self._break(law, problem, budget, "no fault", f"{wrong}, with {_sent(solution)}")
        return solution

    def _wrong(self, problem: Problem, solution: Solution) -> str | None:
        try:
            return next(iter(faults(problem, solution)), None)
        except Exception as fault:  # what is no tuple of numbers cannot even be checked
            return raised(fault)

    def _break(self, law: str, problem: Problem, budget: int, expected: str, came: str) -> NoReturn:
        given = {
            "need": problem.needs,
            "parcel": problem.parcels,
            "pool": problem.pools,
            "room": problem.rooms,
            "limit": problem.limits,
            "budget": budget,
        }
        given = {name: one for name, one in given.items() if one != ()}
        raise BrokenLaw(f"the solver {self.solver.name}", law, given, expected, came)


def _sent(solution: Solution) -> str:
    """The units in words."""
    try:
        parts = [f"{units} of need {need} by arc {arc}" for need, arc, units in solution.units]
    except (TypeError, ValueError):
        return repr(solution.units)
    return ", ".join(parts) or "nothing sent"

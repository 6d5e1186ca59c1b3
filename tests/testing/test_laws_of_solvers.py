"""The kit lets through solvers that keep the laws, and shows what breaks them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from attrs import define

from omscore.sourcing.problem import Problem, Solution, Solver, cost_of
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import Covering, Greedy
from omscore.testing.laws import BrokenLaw, check_solver

FEW = 20


@pytest.mark.parametrize("solver", [Greedy(), Covering(), Exact()], ids=lambda one: one.name)
def test_solvers_in_the_box_keep_the_laws(solver: Solver) -> None:
    """And each of them proved something."""
    assert check_solver(solver, most=2 * FEW).proved > 0


# --- solvers that break them --------------------------------------------------------------------


@define(eq=False)
class Bent:
    """A solver that bends what the exact one finds."""

    bend: Callable[[Problem, Solution], Any]
    name: str = "bent"

    def solve(self, problem: Problem, budget: int) -> Solution:
        answer: Solution = self.bend(problem, Exact().solve(problem, budget))
        return answer


def as_much_as_arcs_carry(problem: Problem, _: Solution) -> Solution:
    """Over-commits: looks at no pool, no room and no limit."""
    units = tuple(
        (n, 0, min(need.quantity, need.arcs[0].most))
        for n, need in enumerate(problem.needs)
        if need.arcs
    )
    cost = cost_of(problem, units)
    return Solution(units, cost, cost - 10**6, 0, "bent")


def emptied(problem: Problem, solution: Solution) -> Solution:
    """Changes what it is given."""
    object.__setattr__(problem, "pools", ())
    return solution


def by_chance(_: Problem, solution: Solution) -> Solution:
    """Says by chance how much work it was."""
    return attrs.evolve(solution, work=random.randrange(10**6))


@define(eq=False)
class Learning:
    """Sends nothing in the end, once it has seen enough."""

    seen: int = 0

    def __call__(self, problem: Problem, solution: Solution) -> Solution:
        self.seen += 1
        if self.seen % 3:
            return solution
        nothing = cost_of(problem, ())
        return Solution((), nothing, min(solution.bound, nothing), 0, "bent")


CARRIED_OUT = "its solution can be carried out, at the cost that it says"


FIGURES = "its figures are whole numbers"


@pytest.mark.parametrize(
    ("bend", "law"),
    [
        (lambda *_: 1 // 0, "it solves every problem"),
        (lambda *_: None, "it gives a Solution"),
        (lambda _, found: attrs.evolve(found, units=None), CARRIED_OUT),
        (lambda _, found: attrs.evolve(found, units=((9, 9, 9),)), CARRIED_OUT),
        (lambda _, found: attrs.evolve(found, cost=found.cost - 1), CARRIED_OUT),
        (as_much_as_arcs_carry, CARRIED_OUT),
        (
            lambda _, found: attrs.evolve(found, bound=float(found.bound)),
            "its figures are whole numbers",
        ),
        (lambda _, found: attrs.evolve(found, work=None), FIGURES),
        (by_chance, "it gives the same for the same, whatever it solved before"),
        (Learning(), "it gives the same for the same, whatever it solved before"),
        (emptied, "it leaves alone what it is given"),
    ],
)
def test_a_solver_that_breaks_a_law_is_shown(
    bend: Callable[[Problem, Solution], Any], law: str
) -> None:
    """By the law that it breaks."""
    with pytest.raises(BrokenLaw) as broken:
        check_solver(Bent(bend), smallest=False)

    assert broken.value.law == law


def test_a_proof_that_is_none_is_shown() -> None:
    """A greedy solution that is said to be the cheapest; the cheaper one is shown beside it."""

    class Proud:
        name = "proud"

        def solve(self, problem: Problem, budget: int) -> Solution:
            found = Greedy().solve(problem, budget)
            return attrs.evolve(found, bound=found.cost)

    with pytest.raises(BrokenLaw) as broken:
        check_solver(Proud(), smallest=False)

    assert broken.value.law == "no solution costs less than its bound"
    assert re.search(r"expected +a bound of at most -?\d+, which is what", str(broken.value))


def test_a_solver_without_a_name_is_shown() -> None:
    """Explanations could not say who it was."""
    with pytest.raises(BrokenLaw, match="it has a name"):
        check_solver(Bent(lambda _, found: found, name=" "))

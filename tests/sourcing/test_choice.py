"""The choice between solvers: the own search first, HiGHS for what it leaves open."""

from __future__ import annotations

import sys

import attrs
import pytest
from hypothesis import assume, given, settings

from omscore.kernel.errors import Unavailable
from omscore.sourcing.problem import Problem, Solution, cost_of
from omscore.sourcing.solvers.chosen import Automatic
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.highs import Highs
from omscore.testing.problems import cheaper, problems


@attrs.frozen
class Lazy:
    """Finds nothing and proves nothing; or what it was told to find."""

    units: tuple[tuple[int, int, int], ...] = ()
    name: str = "lazy"

    def solve(self, problem: Problem, budget: int) -> Solution:
        return Solution(self.units, cost_of(problem, self.units), -(10**9), 7, self.name)


@given(problem=problems())
@settings(max_examples=40)
def test_what_the_first_leaves_open_is_closed_by_highs(problem: Problem) -> None:
    """And the solution says who found it."""
    solution = Automatic(Lazy()).solve(problem)
    assert solution.cost == solution.bound
    assert cheaper(problem, solution.cost) is None
    assert solution.solver == ("lazy" if not solution.units else "highs")


@given(problem=problems())
@settings(max_examples=20)
def test_highs_is_not_asked_if_the_first_has_proved_it(problem: Problem) -> None:
    """Nor if that is not wanted."""
    assert Automatic().solve(problem) == Exact().solve(problem)
    assert Automatic(Lazy(), then=None).solve(problem) == Lazy().solve(problem, 0)


@given(problem=problems())
@settings(max_examples=40)
def test_an_answer_that_does_not_hold_is_not_taken(problem: Problem) -> None:
    """A second solver may be wrong; the first answer stands."""
    assume(problem.needs[0].arcs)
    wrong = Lazy(((0, 0, 99),))
    assert Automatic(Lazy(), then=wrong).solve(problem).units == ()


def test_without_the_extra_highs_names_the_line_that_mends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And the automatic choice does without."""
    monkeypatch.setitem(sys.modules, "highspy", None)
    problem = Problem((), (), ())
    with pytest.raises(Unavailable, match=r"pip install 'omscore\[solver\]'"):
        Highs().solve(problem)
    assert Automatic(Lazy()).solve(problem).solver == "lazy"

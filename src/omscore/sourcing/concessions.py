"""Limits that may be broken at a price: which of them to keep, and which to pay for.

Solvers know limits that hold.  Here a branch keeps some soft limits as such, and has paid for some
others.  What the solver finds for it, at the price of what is paid, is a bound on every plan of the
branch.  If that breaks nothing but what is paid, the branch is done; if not, the dearest limit that
it breaks is kept in one new branch, and paid for in another, where the solution stays what it was.
(Branch and bound: A. H. Land and A. G. Doig, An Automatic Method of Solving Discrete Programming
Problems, Econometrica 28, 1960.)

Every solution is one of the whole problem, so the best of them is a plan at any time, and what the
branches that are left cost at least says how far from the optimum it can be.
"""

from __future__ import annotations

from collections.abc import Collection

import attrs
from attrs import define, field, frozen

from omscore.sourcing.problem import Limit, Parts, Problem, Solution, Solver, broken


def solve(solver: Solver, problem: Problem, budget: int) -> Solution:
    """What *solver* makes of *problem*, with the best choice of the soft limits to keep.

    *budget* bounds the steps of all searches together; each search counts as one step at least.
    """
    if not problem.soft:
        return solver.solve(problem, budget)
    return _Search(solver, problem, budget).solution()


@frozen
class _Branch:
    """The plans that keep these soft limits, and pay for those; none costs less than *least*."""

    kept: frozenset[int]
    paid: frozenset[int]
    least: int
    found: Solution | None


@define
class _Search:
    solver: Solver
    problem: Problem
    budget: int
    bounds: list[int] = field(factory=list)
    work: int = 0

    def solution(self) -> Solution:
        """The best of all branches, within what all of them cost at least."""
        nothing = frozenset[int]()
        first = self._found(nothing)
        best, branches = self._priced(first), [_Branch(nothing, nothing, first.bound, first)]
        while branches:
            branch = branches.pop()
            if branch.least >= best.cost:
                continue
            if branch.found is None and self.work >= self.budget:
                self.bounds.append(branch.least)
                continue
            found = branch.found or self._found(branch.kept)
            best = min(best, self._priced(found), key=lambda one: one.cost)
            branches += self._branches(branch, found)
        return attrs.evolve(best, bound=min([best.cost, *self.bounds]), work=self.work)

    def _found(self, kept: Collection[int]) -> Solution:
        """What the solver says where of the soft limits those at the places *kept* hold."""
        found = self.solver.solve(_keeping(self.problem, kept), max(1, self.budget - self.work))
        self.work += max(1, found.work)
        return found

    def _priced(self, found: Solution) -> Solution:
        return attrs.evolve(found, cost=found.cost + self._price(broken(self.problem, found.units)))

    def _branches(self, branch: _Branch, found: Solution) -> list[_Branch]:
        """Those into which *branch* falls, the one to look at first at the end."""
        least = max(branch.least, found.bound + self._price(branch.paid))
        unpaid = [n for n in broken(self.problem, found.units) if n not in branch.paid]
        if not unpaid:
            self.bounds.append(least)
            return []
        dearest = max(unpaid, key=lambda n: (self.problem.soft[n].cost, -n))
        return [
            _Branch(branch.kept, branch.paid | {dearest}, least, found),
            _Branch(branch.kept | {dearest}, branch.paid, least, None),
        ]

    def _price(self, places: Collection[int]) -> int:
        return sum([self.problem.soft[n].cost for n in places])


def _keeping(problem: Problem, kept: Collection[int]) -> Problem:
    """*problem*, in which the soft limits at the places *kept* hold, and the others do not."""
    limits, needs = list[Limit](problem.limits), list(problem.needs)
    for n in sorted(kept):
        match problem.soft[n].limit:
            case Parts(need, least):
                most = max(least, needs[need].least_split)
                needs[need] = attrs.evolve(needs[need], least_split=most)
            case limit:
                limits.append(limit)
    return attrs.evolve(problem, needs=tuple(needs), limits=tuple(limits), soft=())

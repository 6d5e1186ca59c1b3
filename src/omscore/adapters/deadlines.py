"""Plugins that take too long: their late answers do not count, and then nobody asks them any more.

    policy = timed(policy, Deadline(seconds=0.05))

The core knows no clock, so the parts of a policy are wrapped.  A late answer is thrown away and
becomes the fault that an exception would have been: the node is passed over, the cost ignored, the
next solver asked.  Nothing can stop a call from within; a plugin that hangs must be ended from
outside, with its process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from time import monotonic
from typing import TypeVar

import attrs
from attrs import define, field, frozen

from omscore.kernel.errors import Unreadable
from omscore.kernel.reason import Reason
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.combinators import SoftLimit
from omscore.sourcing.costs import Cost, Offer, PerLine
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Problem, Solution, Solver
from omscore.sourcing.rules import Rule, name_of

T = TypeVar("T")


class TookTooLong(Exception):
    """The answer came after the deadline."""


class Resting(Exception):
    """It was too late too often, and is not asked for a while."""


@frozen
class Deadline:
    """An answer may take so many *seconds*.

    What is late *strikes* times in a row is not asked for *rest_seconds*: a plugin that has become
    slow costs a few slow answers, not one for each node.  *clock* only ever rises.
    """

    seconds: float
    strikes: int = 3
    rest_seconds: float = 60.0
    clock: Callable[[], float] = field(default=monotonic, repr=False)

    def __attrs_post_init__(self) -> None:
        if not 0 < self.seconds < float("inf"):
            raise Unreadable("more than no time", "$.seconds")
        if self.strikes < 1:
            raise Unreadable("at least one", "$.strikes")


def timed(policy: Policy, deadline: Deadline) -> Policy:
    """*policy*, in which each rule, cost and solver has a *deadline*; its digest is the same."""
    rules = {id(rule): TimedRule(rule, _Watch(deadline)) for rule in _rules(policy)}
    return attrs.evolve(
        policy,
        rules=tuple(rules[id(rule)] for rule in policy.rules),
        fallbacks=tuple(tuple(rules[id(rule)] for rule in some) for some in policy.fallbacks),
        tiers=tuple(tuple(_timed(one, deadline) for one in tier) for tier in policy.tiers),
        solvers=tuple(TimedSolver(solver, _Watch(deadline)) for solver in policy.solvers),
    )


def _timed(cost: Cost, deadline: Deadline) -> Cost:
    """*cost* with a deadline; a soft limit answers nothing, and is read as it stands."""
    return cost if isinstance(cost, SoftLimit) else TimedCost(cost, _Watch(deadline))


def _rules(policy: Policy) -> Sequence[Rule]:
    return [*policy.rules, *(rule for further in policy.fallbacks for rule in further)]


@define
class _Watch:
    """Asks, and looks at the clock before and after."""

    deadline: Deadline
    late: int = 0
    rests_until: float = float("-inf")

    def ask(self, answer: Callable[[], T]) -> T:
        clock = self.deadline.clock
        if (began := clock()) < self.rests_until:
            raise Resting
        found = answer()
        if (ended := clock()) - began > self.deadline.seconds:
            self._strike(ended)
            raise TookTooLong
        self.late = 0
        return found

    def _strike(self, now: float) -> None:
        self.late += 1
        if self.late >= self.deadline.strikes:
            self.late, self.rests_until = 0, now + self.deadline.rest_seconds


@frozen
class TimedRule:
    """A rule with a deadline, by the name of the rule."""

    rule: Rule
    watch: _Watch = field(eq=False)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return self.watch.ask(lambda: self.rule(need, candidate))

    def __repr__(self) -> str:
        return name_of(self.rule)


@frozen
class TimedCost:
    """A cost with a deadline, by the name of the cost."""

    cost: Cost
    watch: _Watch = field(eq=False)

    @property
    def name(self) -> str:
        """That of the cost."""
        return self.cost.name

    def of_parcel(self, offer: Offer, /) -> int:
        """What the cost says in time."""
        return self.watch.ask(lambda: self.cost.of_parcel(offer))

    def of_line(self, need: Need, offer: Offer, /) -> int:
        """What the cost says in time, if it says anything of lines."""
        cost = self.cost
        return self.watch.ask(lambda: cost.of_line(need, offer)) if isinstance(cost, PerLine) else 0

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """What the cost says in time."""
        return self.watch.ask(lambda: self.cost.of_unit(need, offer, earliest))

    def __repr__(self) -> str:
        return repr(self.cost)


@frozen
class TimedSolver:
    """A solver with a deadline, by the name of the solver."""

    solver: Solver
    watch: _Watch = field(eq=False)

    @property
    def name(self) -> str:
        """That of the solver."""
        return self.solver.name

    def solve(self, problem: Problem, budget: int) -> Solution:
        """What the solver finds in time."""
        return self.watch.ask(lambda: self.solver.solve(problem, budget))

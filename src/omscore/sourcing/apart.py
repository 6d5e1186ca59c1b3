"""Plugins see copies, so that what they do to what they are shown harms nobody else.

A frozen value can be changed by whoever means to (`object.__setattr__`).  Rules, costs and solvers
that are not in the box get copies of their own; the pipeline, the others, and the check of a plan
go on with what was there before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import attrs
from attrs import field, frozen

from omscore.kernel.reason import Reason
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.copies import Copies
from omscore.sourcing.costs import Cost, Offer
from omscore.sourcing.need import Need
from omscore.sourcing.parts import does, ours
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Problem, Solution, Solver
from omscore.sourcing.rules import Rule, name_of


def guarded(policy: Policy) -> Policy:
    """*policy*, in which plugins are shown copies; *policy* itself, where all is of the box."""
    if policy.boxed:
        return policy
    return attrs.evolve(
        policy,
        rules=guests(policy.rules),
        fallbacks=tuple(map(guests, policy.fallbacks)),
        tiers=tuple(tuple(map(_guest, tier)) for tier in policy.tiers),
        solvers=tuple(one if ours(one) else GuestSolver(one) for one in policy.solvers),
    )


def guests(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """*rules*, in which those of plugins are shown copies."""
    return tuple(rule if ours(rule) else GuestRule(rule) for rule in rules)


def _guest(cost: Cost) -> Cost:
    if ours(cost):
        return cost
    return GuestPerLine(cost) if does(cost, "of_line") else GuestCost(cost)


def hosts(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """*rules* as they were given to `guests`."""
    return tuple(rule.rule if isinstance(rule, GuestRule) else rule for rule in rules)


def class_of(part: Cost | Solver) -> str:
    """The name of the class of *part*, or of the plugin that it shows copies."""
    match part:
        case GuestCost(plugin) | GuestSolver(plugin):
            return type(plugin).__name__
        case _:
            return type(part).__name__


@frozen
class GuestRule:
    """A rule of a plugin, by its name."""

    rule: Rule
    _copies: Copies = field(factory=Copies, init=False, eq=False)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return self._copies.ask(self.rule, need, candidate)

    def __repr__(self) -> str:
        return name_of(self.rule)


@frozen
class GuestCost:
    """A cost of a plugin, by its name."""

    cost: Cost
    _copies: Copies = field(factory=Copies, init=False, eq=False)

    @property
    def name(self) -> str:
        """That of the cost."""
        return self.cost.name

    def of_parcel(self, offer: Offer, /) -> int:
        """What the cost says."""
        return self._copies.ask(self.cost.of_parcel, offer)

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """What the cost says."""
        return self._copies.ask(self.cost.of_unit, need, offer, earliest)

    def __repr__(self) -> str:
        return repr(self.cost)


@frozen
class GuestPerLine(GuestCost):
    """One that says something of lines, too."""

    def of_line(self, need: Need, offer: Offer, /) -> int:
        """What the cost says."""
        plugin: Any = self.cost
        answer: int = self._copies.ask(plugin.of_line, need, offer)
        return answer


@frozen
class GuestSolver:
    """A solver of a plugin, by its name."""

    solver: Solver

    @property
    def name(self) -> str:
        """That of the solver."""
        return self.solver.name

    def solve(self, problem: Problem, budget: int) -> Solution:
        """What the solver finds."""
        return Copies().ask(self.solver.solve, problem, budget)

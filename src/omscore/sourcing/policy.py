"""How a host wants its orders sourced: rules, limits, costs and solver, as one value."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from attrs import field, frozen

from omscore.sourcing.costs import Cost, Transport, Waiting
from omscore.sourcing.limits import Limit
from omscore.sourcing.problem import Solver
from omscore.sourcing.rules import DEFAULT_RULES, Rule, name_of
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import Greedy

Tier = tuple[Cost, ...]


@frozen(eq=False)
class Policy:
    """What every plan of a host follows.

    A plan first leaves as few units short as it can, then as few late past their latest day; below
    that it is the cheapest by the first of *tiers* (each a sum of costs), then by the next.
    Where *fallbacks* are given, the first of these sets of rules holds on top of *rules*; while it
    leaves units short the next one holds in its place, and the first of the most complete plans is
    followed.
    *solvers* are asked in order: the first whose plan stands up to verification is followed.
    *budget* bounds the steps of a search, *look_for_runner_up* those of what the next best costs.
    """

    name: str = "default"
    rules: Sequence[Rule] = DEFAULT_RULES
    fallbacks: Sequence[Sequence[Rule]] = field(default=((),), kw_only=True)
    limits: Sequence[Limit] = ()
    tiers: Sequence[Tier] = ((Transport(), Waiting()),)
    solvers: Sequence[Solver] = (Exact(), Greedy())
    budget: int = 400
    look_for_runner_up: int = 50
    digest: str = field(init=False)

    @digest.default
    def _digest(self) -> str:
        """Stands for everything that decides, in every process alike."""
        parts = (
            [name_of(rule) for rule in self.rules],
            [[name_of(rule) for rule in further] for further in self.fallbacks],
            self.limits,
            self.tiers,
            [solver.name for solver in self.solvers],
            self.budget,
        )
        return blake2b(repr(parts).encode(), digest_size=8).hexdigest()

"""How a host wants its orders sourced: rules, limits, costs and solver, as one value."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from attrs import field, frozen

from omscore.kernel.quantities import some_units
from omscore.network.learned import LEAST_SHIPMENTS
from omscore.network.transit import confidence
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
    With a *confidence*, in percent, transit times are those that were learned, where at least so
    many shipments have arrived; without one, they are the fixed days of lanes.
    """

    name: str = "default"
    rules: Sequence[Rule] = DEFAULT_RULES
    fallbacks: Sequence[Sequence[Rule]] = field(default=((),), kw_only=True)
    limits: Sequence[Limit] = ()
    tiers: Sequence[Tier] = ((Transport(), Waiting()),)
    solvers: Sequence[Solver] = (Exact(), Greedy())
    budget: int = 400
    look_for_runner_up: int = 50
    confidence: int | None = field(default=None, validator=confidence, kw_only=True)
    least_shipments: int = field(default=LEAST_SHIPMENTS, validator=some_units, kw_only=True)
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
            *(() if self.confidence is None else (self.confidence, self.least_shipments)),
        )
        return blake2b(repr(parts).encode(), digest_size=8).hexdigest()

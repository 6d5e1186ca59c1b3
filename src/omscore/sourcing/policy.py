"""How a host wants its orders sourced: rules, limits, costs and solver, as one value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import blake2b

from attrs import field, frozen

from omscore.kernel.quantities import no_or_some_units, some_units
from omscore.network.learned import LEAST_SHIPMENTS
from omscore.network.transit import confidence
from omscore.sourcing import parts
from omscore.sourcing.costs import Cost, Transport, Waiting
from omscore.sourcing.limits import Limit
from omscore.sourcing.naming import Name, names_in
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
    *currency* is that of its amounts, if it says so: see `prices_in`.
    `Unreadable`, with a path as in a file, if it is made of anything else.
    """

    name: str = field(default="default", validator=parts.a_name)
    rules: Sequence[Rule] = field(default=DEFAULT_RULES, validator=parts.rules)
    fallbacks: Sequence[Sequence[Rule]] = field(
        default=((),), validator=parts.sets_of_rules, kw_only=True
    )
    limits: Sequence[Limit] = field(default=(), validator=parts.limits)
    tiers: Sequence[Tier] = field(default=((Transport(), Waiting()),), validator=parts.tiers)
    solvers: Sequence[Solver] = field(default=(Exact(), Greedy()), validator=parts.solvers)
    budget: int = field(default=400, validator=some_units)
    look_for_runner_up: int = field(default=50, validator=no_or_some_units)
    confidence: int | None = field(default=None, validator=confidence, kw_only=True)
    least_shipments: int = field(default=LEAST_SHIPMENTS, validator=some_units, kw_only=True)
    currency: str | None = field(default=None, validator=parts.a_currency, kw_only=True)

    def parts(self) -> Iterator[tuple[str, object]]:
        """Its rules, limits, costs and solvers, and what they ask, with their places in a file."""
        rows: list[tuple[str, Sequence[object]]] = [
            ("$.rules", self.rules),
            ("$.limits", self.limits),
            ("$.solvers", self.solvers),
        ]
        rows += [(f"$.fallbacks[{n}]", further) for n, further in enumerate(self.fallbacks)]
        rows += [(f"$.tiers[{n}].costs", tier) for n, tier in enumerate(self.tiers)]
        for path, row in rows:
            for n, part in enumerate(row):
                yield from parts.within(part, f"{path}[{n}]")

    @cached_property
    def boxed(self) -> bool:
        """Whether nothing of it is code of a plugin."""
        return all(parts.in_the_box(part) for _, part in self.parts())

    @cached_property
    def prices_in(self) -> str | None:
        """The currency that lines must have, since a part compares its amounts with prices."""
        weighs = any(parts.weighs_prices(part) for _, part in self.parts())
        return self.currency if weighs else None

    @cached_property
    def named(self) -> tuple[Name, ...]:
        """The nodes and tags that it names."""
        return tuple([name for path, part in self.parts() for name in names_in(part, path)])

    @cached_property
    def digest(self) -> str:
        """Stands for everything that decides, in every process alike."""
        deciding = (
            [name_of(rule) for rule in self.rules],
            [[name_of(rule) for rule in further] for further in self.fallbacks],
            self.limits,
            self.tiers,
            [solver.name for solver in self.solvers],
            self.budget,
            *(() if self.confidence is None else (self.confidence, self.least_shipments)),
        )
        return blake2b(repr(deciding).encode(), digest_size=8).hexdigest()

"""Rules made of rules; and a rule, and a limit, that cost instead of excluding.

A rule is its own condition: it *holds* where it has nothing against a candidate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from attrs import field, frozen

from omscore.kernel.quantities import some_units
from omscore.kernel.reason import Reason
from omscore.kernel.several import at_least_one, several
from omscore.sourcing import parts
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.costs import MILS, Cost, Offer
from omscore.sourcing.limits import Limit, Piece, pieces
from omscore.sourcing.loosening import told
from omscore.sourcing.need import Need
from omscore.sourcing.rules import Rule, name_of
from omscore.sourcing.units import MINOR

Soften = tuple[int, int]
"""The place of the cost that a soft limit is, and its mils."""


@frozen
class NoneHolds(Reason):
    """Every one of several rules has something against the node, and one had to hold."""

    code: ClassVar[str] = "sourcing.none-holds"
    why: str

    def __str__(self) -> str:
        return f"none of several holds: {self.why}"


@frozen
class RuleHolds(Reason):
    """A rule that must not hold has nothing against the node."""

    code: ClassVar[str] = "sourcing.rule-holds"
    rule: str

    def __str__(self) -> str:
        return f"the rule {self.rule} holds, and must not"


def _several(value: Iterable[Rule]) -> tuple[Rule, ...]:
    rules = several(value, "rules")
    parts.each_a_rule(rules, "$.rules")
    return rules


def _names(rules: tuple[Rule, ...]) -> str:
    """The rules by name: how a function prints differs from process to process."""
    return f"({', '.join(map(name_of, rules))})"


@frozen
class AllOf:
    """Holds where every one of *rules* does; the first that does not says why."""

    rules: tuple[Rule, ...] = field(converter=_several, validator=at_least_one, repr=_names)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return next((no for rule in self.rules if (no := rule(need, candidate)) is not None), None)


@frozen
class AnyOf:
    """Holds where at least one of *rules* does."""

    rules: tuple[Rule, ...] = field(converter=_several, validator=at_least_one, repr=_names)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        why = list[str]()
        for rule in self.rules:
            if (no := rule(need, candidate)) is None:
                return None
            why.append(str(no))
        return NoneHolds("; ".join(why))


@frozen
class Not:
    """Holds where *rule* does not."""

    rule: Rule = field(validator=parts.rule, repr=name_of)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return RuleHolds(name_of(self.rule)) if self.rule(need, candidate) is None else None


@frozen
class When:
    """Asks *rule* where *condition* holds, and abstains elsewhere."""

    condition: Rule = field(validator=parts.rule, repr=name_of)
    rule: Rule = field(validator=parts.rule, repr=name_of)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        if self.condition(need, candidate) is not None:
            return None
        return self.rule(need, candidate)


@frozen
class Soft:
    """A rule that costs *unit* for each unit where it does not hold, instead of excluding.

    It is a `Cost`.  The rule is asked about each parcel that could be sent: as a candidate whose
    earliest day is that of the parcel.  Nodes that rest or have no room are not there to be asked.
    """

    rule: Rule = field(validator=parts.rule, repr=name_of)
    unit: int = field(validator=some_units, metadata=MINOR)

    @property
    def name(self) -> str:
        """That of the rule, so that the parts of a cost say which rule stands in the way."""
        return f"soft {name_of(self.rule)}"

    def of_parcel(self, offer: Offer, /) -> int:
        """Nothing: rules are about what a need gets."""
        return 0

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """The price of the broken rule, or nothing."""
        rows = offer.stock.get(need.sku) or ((offer.ship_day, need.quantity),)
        as_sent = Candidate(
            offer.node,
            offer.lane,
            rows,
            offer.delivery_day,
            cooling=False,
            load_percent=offer.load_percent,
            distance_km=offer.distance_km,
            rejections=offer.rejections,
            use_by=offer.use_by.get(need.sku, ()),
            link=offer.link,
        )
        return 0 if self.rule(need, as_sent) is None else MILS * self.unit


@frozen
class SoftLimit:
    """A limit that costs *price* where it is broken, instead of excluding.

    It is a `Cost` of the whole plan.  A limit that speaks of each line, group or place costs that
    much for each of them where it is broken.
    """

    limit: Limit = field(metadata={"refers": "limit"})
    price: int = field(validator=some_units, metadata=MINOR)

    @property
    def name(self) -> str:
        """That of the limit, so that the parts of a cost say which limit stands in the way."""
        return f"soft {told(self.limit)}"

    def of_parcel(self, offer: Offer, /) -> int:
        """Nothing: limits are about what a whole plan does."""
        return 0

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """Nothing, as above."""
        return 0


def softened(costs: Sequence[Cost], needs: Sequence[Need]) -> list[tuple[Soften, Piece]]:
    """Each piece of a limit that may be broken, and what that costs."""
    return [
        ((place, MILS * cost.price), piece)
        for place, cost in enumerate(costs)
        if isinstance(cost, SoftLimit)
        for piece in pieces(cost.limit, needs)
    ]

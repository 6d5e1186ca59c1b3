"""Safety stock: how much is held back, by which rule, and how much of it is there.

The most particular rule that fits decides: for an item at a node by a delivery method, for an item
at a node, for an item; then rules without an item, by node, method and classes of the item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from attrs import field, frozen

from omscore.atp.entries import percent
from omscore.atp.shares import shares
from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import no_or_some_units
from omscore.kernel.several import several_of


class Withheld(NamedTuple):
    """What is withheld, what is short of the safety stock, and what is left to promise."""

    withheld: int
    short: int
    available: int


def withhold(available: int, safety: int) -> Withheld:
    """Hold *safety* units back from *available*: all that is there at most, and never below."""
    withheld = min(safety, max(0, available))
    return Withheld(withheld, safety - withheld, available - withheld)


@frozen(kw_only=True)
class SafetyRule:
    """Hold back *units*, or this node's part of *percent* of what the whole network has.

    It fits an item, node and delivery method that are as it says; what is None fits any.  *classes*
    are categories and attributes, such as `category:tea`, all of which the item must have.
    """

    units: int = field(default=0, validator=no_or_some_units)
    percent: int = field(default=0, validator=percent)
    sku: ids.Sku | None = field(default=None, converter=ids.optional_sku)
    node: ids.NodeId | None = field(default=None, converter=ids.optional_node_id)
    method: ids.Method | None = field(default=None, converter=ids.optional_method)
    classes: tuple[str, ...] = field(default=(), converter=ids.classes)

    def __attrs_post_init__(self) -> None:
        if self.units and self.percent:
            raise Unreadable("units or percent, not both", "$.percent")

    def fits(self, case: Case) -> bool:
        """Whether it speaks of *case*."""
        return (
            self.sku in (None, case.sku)
            and self.node in (None, case.node)
            and self.method in (None, case.method)
            and set(self.classes) <= set(case.classes)
        )

    @property
    def particular(self) -> tuple[bool, bool, bool, int]:
        """How particular it is: item before node before method before number of classes."""
        named = (self.sku is not None, self.node is not None, self.method is not None)
        return (*named, len(self.classes))


@frozen
class Case:
    """What safety stock is asked for: an item at a node, perhaps by a delivery method."""

    sku: ids.Sku = field(converter=ids.sku)
    node: ids.NodeId = field(converter=ids.node_id)
    method: ids.Method | None = field(default=None, converter=ids.optional_method)
    classes: tuple[str, ...] = field(default=(), converter=ids.classes)


@frozen
class Kept:
    """The safety stock of a case, and the place of the rule that says so; None if none does."""

    units: int
    rule: int | None


def _rules(value: Iterable[SafetyRule]) -> tuple[SafetyRule, ...]:
    rules = several_of(SafetyRule, value, "rules")
    seen = list[tuple[object, ...]]()
    for place, one in enumerate(rules):
        named = (one.sku, one.node, one.method, one.classes)
        if named in seen:
            raise Unreadable("each condition once", f"$.rules[{place}]")
        seen.append(named)
    return rules


@frozen
class SafetyStock:
    """Rules for safety stock.  Among equally particular ones the first decides."""

    rules: tuple[SafetyRule, ...] = field(default=(), converter=_rules)

    @property
    def of_network(self) -> bool:
        """Whether any rule has to know what other nodes have."""
        return any(one.percent for one in self.rules)

    def of(self, case: Case, network: Mapping[ids.NodeId, int] | None = None) -> Kept:
        """The safety stock of *case*; *network* is what each node has of the item.

        `Unreadable` if the rule needs the network and the node is not in it.
        """
        fitting = [place for place, one in enumerate(self.rules) if one.fits(case)]
        if not fitting:
            return Kept(0, None)
        place = max(fitting, key=lambda at: (self.rules[at].particular, -at))
        rule = self.rules[place]
        if not rule.percent:
            return Kept(rule.units, place)
        if network is None or case.node not in network:
            raise Unreadable("stock of every node, this one too", "$.network")
        return Kept(network_safety(rule.percent, network)[case.node], place)


def network_safety(percent: int, stock: Mapping[ids.NodeId, int]) -> dict[ids.NodeId, int]:
    """Each node's part of *percent* of all stock, rounded up: the parts add up to the whole.

    A node that has nothing, or less, holds back nothing.
    """
    nodes = sorted(stock)
    there = [max(0, stock[node]) for node in nodes]
    kept = -(-sum(there) * percent // 100)
    return dict(zip(nodes, shares(kept, there), strict=True))

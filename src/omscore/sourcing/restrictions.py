"""Rules with a setting: what a host rules out.

Each is a frozen value that can be called, so that a policy says which it has, and is told apart
from others by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, get_args

from attrs import field, frozen

from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import no_or_some_units, some_units
from omscore.kernel.reason import Reason
from omscore.kernel.several import at_least_one, each_once, several
from omscore.network.facts import NodeKind
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.need import Need
from omscore.sourcing.units import DAYS, GRAMS, MINOR, NODES

KINDS: tuple[NodeKind, ...] = get_args(NodeKind)

# --- reasons ----------------------------------------------------------------------------------


@frozen
class NodeExcluded(Reason):
    """The host does not want the node to serve this."""

    code: ClassVar[str] = "sourcing.node-excluded"

    def __str__(self) -> str:
        return "the node is excluded"


@frozen
class WrongKind(Reason):
    """The node is not of a kind that may serve this."""

    code: ClassVar[str] = "sourcing.wrong-kind"
    kind: str

    def __str__(self) -> str:
        return f"a {self.kind} does not serve this"


@frozen
class WrongMethod(Reason):
    """The rule is for needs by other delivery methods."""

    code: ClassVar[str] = "sourcing.wrong-method"
    method: ids.Method

    def __str__(self) -> str:
        return f"not by {self.method}"


@frozen
class WrongRegion(Reason):
    """The rule is for needs in other regions."""

    code: ClassVar[str] = "sourcing.wrong-region"
    to: ids.Region

    def __str__(self) -> str:
        return f"not to {self.to}"


@frozen
class TransitTooLong(Reason):
    """The parcel is under way for too many working days."""

    code: ClassVar[str] = "sourcing.transit-too-long"
    days: int
    limit: int

    def __str__(self) -> str:
        return f"{self.days} days under way, where {self.limit} are allowed"


@frozen
class ParcelTooDear(Reason):
    """The lane asks too much for a parcel, in minor units."""

    code: ClassVar[str] = "sourcing.parcel-too-dear"
    cost: int
    limit: int

    def __str__(self) -> str:
        return f"a parcel costs {self.cost}, where {self.limit} are allowed"


@frozen
class TooHeavy(Reason):
    """One unit weighs more than the node handles."""

    code: ClassVar[str] = "sourcing.too-heavy"
    weight_g: int
    limit_g: int

    def __str__(self) -> str:
        return f"a unit weighs {self.weight_g} g, where {self.limit_g} g are allowed"


@frozen
class NotAllThere(Reason):
    """The node could send only a part of what is needed."""

    code: ClassVar[str] = "sourcing.not-all-there"
    available: int
    asked: int

    def __str__(self) -> str:
        return f"{self.available} of {self.asked} units"


@frozen
class SafetyStock(Reason):
    """Serving the need would leave the node with too few units."""

    code: ClassVar[str] = "sourcing.safety-stock"
    left: int
    kept: int

    def __str__(self) -> str:
        return f"{self.left} units would be left, where {self.kept} are kept"


# --- rules ------------------------------------------------------------------------------------


def _nodes(value: Iterable[str]) -> tuple[ids.NodeId, ...]:
    return each_once(ids.node_id, value, "nodes")


def _methods(value: Iterable[str]) -> tuple[ids.Method, ...]:
    return each_once(ids.method, value, "methods")


def _regions(value: Iterable[str]) -> tuple[ids.Region, ...]:
    return each_once(ids.region, value, "regions")


def _kinds(value: Iterable[str]) -> tuple[NodeKind, ...]:
    asked = several(value, "kinds")
    if any(kind not in KINDS for kind in asked):
        raise Unreadable(f"some of {', '.join(KINDS)}", "$.kinds")
    return tuple(kind for kind in sorted(KINDS) if kind in asked)


@frozen
class OnlyNodes:
    """Only these nodes: what a customer, a seller or a brand is pinned to."""

    nodes: tuple[ids.NodeId, ...] = field(converter=_nodes, validator=at_least_one, metadata=NODES)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return None if candidate.node.id in self.nodes else NodeExcluded()


@frozen
class ExceptNodes:
    """Every node but these."""

    nodes: tuple[ids.NodeId, ...] = field(converter=_nodes, validator=at_least_one, metadata=NODES)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return NodeExcluded() if candidate.node.id in self.nodes else None


@frozen
class OnlyKinds:
    """Only nodes of these kinds, such as `warehouse`."""

    kinds: tuple[NodeKind, ...] = field(converter=_kinds, validator=at_least_one)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        kind = candidate.node.kind
        return None if kind in self.kinds else WrongKind(kind)


@frozen
class OnlyMethods:
    """Only needs by these delivery methods: a condition for `When`."""

    methods: tuple[ids.Method, ...] = field(converter=_methods, validator=at_least_one)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return None if need.method in self.methods else WrongMethod(need.method)


@frozen
class OnlyRegions:
    """Only needs in these regions: a condition for `When`."""

    regions: tuple[ids.Region, ...] = field(converter=_regions, validator=at_least_one)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return None if need.to in self.regions else WrongRegion(need.to)


@frozen
class TransitAtMost:
    """Only lanes of at most so many *days* of transit; abstains without a lane."""

    days: int = field(validator=no_or_some_units, metadata=DAYS)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        if (lane := candidate.lane) is None or lane.transit_days <= self.days:
            return None
        return TransitTooLong(lane.transit_days, self.days)

    def loosened(self, reason: Reason, /) -> TransitAtMost | None:
        """With as many days as the lane takes."""
        return TransitAtMost(reason.days) if isinstance(reason, TransitTooLong) else None

    def __str__(self) -> str:
        return f"at most {self.days} days under way"


@frozen
class ParcelCostAtMost:
    """Only lanes that ask at most *cost* for a parcel; abstains without a lane."""

    cost: int = field(validator=no_or_some_units, metadata=MINOR)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        if (lane := candidate.lane) is None or lane.parcel_cost <= self.cost:
            return None
        return ParcelTooDear(lane.parcel_cost, self.cost)

    def loosened(self, reason: Reason, /) -> ParcelCostAtMost | None:
        """With as much as the lane asks for."""
        return ParcelCostAtMost(reason.cost) if isinstance(reason, ParcelTooDear) else None

    def __str__(self) -> str:
        return f"at most {self.cost} for a parcel"


@frozen
class WeightAtMost:
    """Only units of at most *weight_g*: a node that cannot handle more, within `When`."""

    weight_g: int = field(validator=no_or_some_units, metadata=GRAMS)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return None if need.weight_g <= self.weight_g else TooHeavy(need.weight_g, self.weight_g)

    def loosened(self, reason: Reason, /) -> WeightAtMost | None:
        """With as much as a unit weighs."""
        return WeightAtMost(reason.weight_g) if isinstance(reason, TooHeavy) else None

    def __str__(self) -> str:
        return f"at most {self.weight_g} g a unit"


@frozen
class WholeLine:
    """Only nodes that have, or will have, every unit that is needed."""

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        there = available(candidate)
        return None if there >= need.quantity else NotAllThere(there, need.quantity)


@frozen
class KeepsStock:
    """Only nodes that are left with *units* when they have served all of a need."""

    units: int = field(validator=some_units)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        left = available(candidate) - need.quantity
        return None if left >= self.units else SafetyStock(max(0, left), self.units)

    def loosened(self, reason: Reason, /) -> KeepsStock | None:
        """With what would be left; None if nothing would."""
        left = reason.left if isinstance(reason, SafetyStock) else 0
        return KeepsStock(left) if left else None

    def __str__(self) -> str:
        return f"{self.units} units kept"


def available(candidate: Candidate) -> int:
    """How many units the node has, or will have."""
    return max((units for _, units in candidate.rows), default=0)

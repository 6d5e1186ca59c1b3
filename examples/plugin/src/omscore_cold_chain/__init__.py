"""What has to stay cold leaves from cold stores only, and is not under way for long."""

from __future__ import annotations

from typing import ClassVar

from attrs import field, frozen

from omscore import Candidate, Need, Reason
from omscore.adapters.policies import Registry
from omscore.sourcing.units import DAYS


@frozen
class NotCold(Reason):
    """The node cannot keep it cold."""

    code: ClassVar[str] = "cold-chain.not-cold"

    def __str__(self) -> str:
        return "the node is no cold store"


@frozen
class TooLong(Reason):
    """The ice does not last."""

    code: ClassVar[str] = "cold-chain.too-long"
    days: int
    most: int

    def __str__(self) -> str:
        return f"{self.days} days under way, where ice lasts {self.most}"


@frozen
class ColdChain:
    """Items of class `cold` come from nodes with the tag `cold`, in *ice_days* at most."""

    ice_days: int = field(metadata=DAYS)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        if "cold" not in need.classes:
            return None
        if "cold" not in candidate.node.tags:
            return NotCold()
        lane = candidate.lane
        if lane is not None and lane.transit_days > self.ice_days:
            return TooLong(lane.transit_days, self.ice_days)
        return None


def extend(registry: Registry) -> Registry:
    """*registry*, in which a policy may name this rule."""
    return registry.with_rule("cold-chain", ColdChain)

"""Which nodes may serve a need.  A sift rule answers a Reason for no, and nothing for yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Protocol

from attrs import frozen

from omscore.kernel.ids import Method, Region
from omscore.kernel.reason import Reason
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.need import Need


class Rule(Protocol):
    """Says why a candidate will not do for a need, or says nothing.  Hosts plug in here."""

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None: ...


@frozen
class NodeInactive(Reason):
    """The node takes no work."""

    code: ClassVar[str] = "sourcing.node-inactive"

    def __str__(self) -> str:
        return "the node takes no work"


@frozen
class NoLane(Reason):
    """The node does not reach the region by the method."""

    code: ClassVar[str] = "sourcing.no-lane"
    to: Region
    method: Method

    def __str__(self) -> str:
        return f"no lane to {self.to} by {self.method}"


@frozen
class NoStock(Reason):
    """The node has nothing of the sku that may be promised."""

    code: ClassVar[str] = "sourcing.no-stock"

    def __str__(self) -> str:
        return "nothing that may be promised"


@frozen
class CoolingDown(Reason):
    """The node rejected this order a short while ago."""

    code: ClassVar[str] = "sourcing.cooling-down"

    def __str__(self) -> str:
        return "rejected this order a short while ago"


@frozen
class TooLate(Reason):
    """The node cannot deliver by the latest acceptable day."""

    code: ClassVar[str] = "sourcing.too-late"
    earliest: date
    latest: date

    def __str__(self) -> str:
        return f"delivers on {self.earliest}, acceptable is {self.latest}"


@frozen
class RuleFailed(Reason):
    """A rule raised, or answered neither a reason nor nothing: the node is passed over."""

    code: ClassVar[str] = "sourcing.rule-failed"
    rule: str
    fault: str

    def __str__(self) -> str:
        return f"the rule {self.rule} failed with {self.fault}"


def active(need: Need, candidate: Candidate, /) -> Reason | None:
    """Only nodes that take work."""
    return None if candidate.node.active else NodeInactive()


def reaches(need: Need, candidate: Candidate, /) -> Reason | None:
    """Only nodes with a lane to the region by the method."""
    return None if candidate.lane is not None else NoLane(need.to, need.method)


def stocked(need: Need, candidate: Candidate, /) -> Reason | None:
    """Only nodes that have, or will have, something to promise."""
    return None if any(units for _, units in candidate.rows) else NoStock()


def rested(need: Need, candidate: Candidate, /) -> Reason | None:
    """Only nodes that did not reject this order a short while ago."""
    return CoolingDown() if candidate.cooling else None


def in_time(need: Need, candidate: Candidate, /) -> Reason | None:
    """Only nodes that can deliver by the latest acceptable day; abstains where none is named."""
    if need.latest is None or candidate.earliest is None or candidate.earliest <= need.latest:
        return None
    return TooLate(candidate.earliest, need.latest)


DEFAULT_RULES: tuple[Rule, ...] = (active, reaches, stocked, rested)
BUILT_IN = (active, reaches, stocked, rested, in_time)


def judge(rules: Sequence[Rule], need: Need, candidate: Candidate) -> tuple[Reason, ...]:
    """Every reason why *candidate* will not do; a rule that fails is one."""
    return tuple(no for rule in rules if (no := _asked(rule, need, candidate)) is not None)


def _asked(rule: Rule, need: Need, candidate: Candidate) -> Reason | None:
    try:
        answer = rule(need, candidate)
        hash(answer)  # reasons are gathered by what they say
    except Exception as fault:  # a plugin may raise anything, and must not stop an order
        return RuleFailed(name_of(rule), type(fault).__name__)
    if answer is None or isinstance(answer, Reason):
        return answer
    return RuleFailed(name_of(rule), f"an answer of type {type(answer).__name__}")


def name_of(rule: Rule) -> str:
    """What explanations call a rule: the name of its function, or how its value prints."""
    name = getattr(rule, "__qualname__", None)
    return name if isinstance(name, str) else repr(rule)

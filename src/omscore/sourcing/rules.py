"""Which nodes may serve a need.  A sift rule answers a Reason for no, and nothing for yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Protocol

from attrs import frozen

from omscore.kernel.ids import Method, Region
from omscore.kernel.reason import Noted, Reason
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
class NoRoom(Reason):
    """Every day of the node that can be offered is full."""

    code: ClassVar[str] = "sourcing.no-room"

    def __str__(self) -> str:
        return "its days are full"


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
    """A rule raised, changed its input or answered no reason: the node is passed over."""

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
    rows = candidate.rows
    return None if rows and rows[-1][1] else NoStock()


def roomy(need: Need, candidate: Candidate, /) -> Reason | None:
    """Only nodes that can take something on a day that can be offered."""
    return NoRoom() if candidate.room == 0 else None


def rested(need: Need, candidate: Candidate, /) -> Reason | None:
    """Only nodes that did not reject this order a short while ago."""
    return CoolingDown() if candidate.cooling else None


def in_time(need: Need, candidate: Candidate, /) -> Reason | None:
    """Only nodes that can deliver by the latest acceptable day; abstains where none is named."""
    if need.latest is None or candidate.earliest is None or candidate.earliest <= need.latest:
        return None
    return TooLate(candidate.earliest, need.latest)


DEFAULT_RULES: tuple[Rule, ...] = (active, reaches, stocked, roomy, rested)
STANDING: tuple[Rule, ...] = (active, rested)
"""What every plan keeps, whether its policy says so or not."""

BUILT_IN = (active, reaches, stocked, roomy, rested, in_time)


def judge(rules: Sequence[Rule], need: Need, candidate: Candidate) -> tuple[Reason, ...]:
    """Every reason why *candidate* will not do; a rule that fails is one."""
    reasons: tuple[Reason, ...] = ()
    for rule in rules:
        try:
            answer = rule(need, candidate)
        except Exception as fault:  # a plugin may raise anything, and must not stop an order
            answer = RuleFailed(name_of(rule), type(fault).__name__)
        if answer is not None:
            reasons = (*reasons, _usable(rule, answer))
    return reasons


def _usable(rule: Rule, answer: object) -> Reason:
    """*answer*, if it can be gathered with others."""
    if not isinstance(answer, Reason):
        return RuleFailed(name_of(rule), f"an answer of type {type(answer).__name__}")
    try:
        hash(answer)
    except Exception as fault:  # a reason of a plugin is code of a plugin too
        return RuleFailed(name_of(rule), type(fault).__name__)
    return answer


def noted(reason: Reason) -> Noted:
    """What is kept of *reason*; of one that cannot tell, that it could not."""
    try:
        return reason.noted()
    except Exception as fault:  # as above
        return RuleFailed(type(reason).__name__, type(fault).__name__).noted()


def name_of(rule: Rule) -> str:
    """What explanations call a rule: the name of its function, or how its value prints."""
    name = getattr(rule, "__qualname__", None)
    return name if isinstance(name, str) else repr(rule)

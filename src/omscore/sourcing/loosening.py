"""How a rule or a limit is set a little more loosely, and how its setting is told."""

from __future__ import annotations

from typing import Protocol, assert_never, runtime_checkable

from omscore.kernel.reason import Reason
from omscore.sourcing import limits
from omscore.sourcing.limits import Limit
from omscore.sourcing.rules import Rule


@runtime_checkable
class Adjustable(Protocol):
    """A rule with a setting, which knows how loose it must be for a candidate to pass.

    How it prints is how its setting is told to people: "at most 3 days under way".
    """

    def loosened(self, reason: Reason, /) -> Rule | None:
        """The same rule, just loose enough for what it answered *reason*; None if it cannot be."""
        ...


def looser(limit: Limit) -> Limit | None:
    """One more than *limit* allows; None where there is only with it or without it."""
    match limit:
        case limits.AtMostParcels(most):
            return limits.AtMostParcels(most + 1)
        case limits.AtMostNodes(most):
            return limits.AtMostNodes(most + 1)
        case limits.AtMostParcelsPerLine(most):
            return limits.AtMostParcelsPerLine(most + 1)
        case limits.AtMostNodesPerLine(most):
            return limits.AtMostNodesPerLine(most + 1)
        case limits.LeastSplit(units):
            return limits.LeastSplit(units - 1) if units > 2 else None
        case (
            limits.CompleteOrder()
            | limits.CompleteLines()
            | limits.GroupsTogether()
            | limits.UnsplitBelow()
        ):
            return None
        case _:
            assert_never(limit)


def told(limit: Limit) -> str:
    """*limit* in words."""
    match limit:
        case limits.AtMostParcels(most):
            return f"at most {_some(most, 'parcel')}"
        case limits.AtMostNodes(most):
            return f"at most {_some(most, 'node')}"
        case limits.AtMostParcelsPerLine(most):
            return f"at most {_some(most, 'parcel')} for a line"
        case limits.AtMostNodesPerLine(most):
            return f"at most {_some(most, 'node')} for a line"
        case limits.LeastSplit(units):
            return f"at least {_some(units, 'unit')} of a line in a parcel"
        case limits.CompleteOrder():
            return "complete orders only"
        case limits.CompleteLines():
            return "complete lines only"
        case limits.GroupsTogether():
            return "groups in one parcel"
        case limits.UnsplitBelow(value):
            return f"one parcel for less than {value}"
        case _:
            assert_never(limit)


def _some(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"

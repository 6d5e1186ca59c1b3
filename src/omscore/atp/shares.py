"""Shares: whole units in proportion, by a divisor method.

Sainte-Laguë: each unit in turn goes where weight / (2 * had + 1) is highest.  The
shares add up to the total, a share is exact where the proportion is whole, and, since a larger
total only adds turns, more to share never lowers a share (Balinski and Young, *Fair
Representation*, 1982).  Methods of the largest remainder lack that.
"""

from __future__ import annotations

from collections.abc import Sequence


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """*total* units over *weights*, none of them negative; a tie goes to the earlier place.

    Where every weight is zero, so is every share.
    """
    if total < 0 or min(weights, default=0) < 0:
        raise ValueError("neither the total nor a weight is negative")
    if not (whole := sum(weights)):
        return [0] * len(weights)
    # At the divisor whole/total the method rounds to the nearest; few turns are then left, either
    # way.  Halves are ties between units of different claimants, so they wait for their turn.
    had = [(2 * total * weight + whole - 1) // (2 * whole) for weight in weights]
    had = [max(0, units) for units in had]
    while (open_ := total - sum(had)) > 0:
        had[_next(had, weights)] += 1
    while open_ < 0:
        had[_last(had, weights)] -= 1
        open_ += 1
    return had


def _next(had: Sequence[int], weights: Sequence[int]) -> int:
    """Whose turn it is."""
    best = 0
    for at in range(1, len(weights)):
        if weights[at] * (2 * had[best] + 1) > weights[best] * (2 * had[at] + 1):
            best = at
    return best


def _last(had: Sequence[int], weights: Sequence[int]) -> int:
    """Whose turn came last."""
    worst = -1
    for at, units in enumerate(had):
        if units and (
            worst < 0 or weights[at] * (2 * had[worst] - 1) <= weights[worst] * (2 * units - 1)
        ):
            worst = at
    return worst

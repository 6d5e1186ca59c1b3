"""Rounds: what left of the supply that channels share, so that a share is not had twice.

Shares are of an original supply: what is on hand and due before any of it is shipped.  What was
shipped since then counts against the share of its channel, as what is promised does.  A round
begins with its first shipment; it ends when units are announced or received beyond its original
supply, and shares are then cut anew of what is on hand and due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from attrs import frozen

NO_CHANNEL = ""


@frozen
class Claim:
    """Units that are promised to a channel, or were shipped for it."""

    channel: str
    units: int


def claims_of(units: Mapping[str, int]) -> tuple[Claim, ...]:
    """*units* of each channel that has some, by name."""
    return tuple(Claim(one, units[one]) for one in sorted(units) if units[one])


def known(on_hand: int, days: Mapping[date, Sequence[int]]) -> int:
    """The units on hand, and due by day: the first number of each."""
    return on_hand + sum(supply for supply, *_ in days.values())


@frozen
class Round:
    """What was *shipped* of *original* units; for no channel, if its name is empty."""

    original: int
    shipped: tuple[Claim, ...] = ()

    def with_shipped(self, channel: str | None, units: int) -> Round:
        """The same after a shipment for *channel*."""
        gone = {one.channel: one.units for one in self.shipped}
        name = channel or NO_CHANNEL
        return Round(self.original, claims_of({**gone, name: gone.get(name, 0) + units}))

    def after(self, units: int) -> Round | None:
        """The same, with *units* on hand and due now; None if more came than there was."""
        gone = sum(one.units for one in self.shipped)
        return self if units + gone <= self.original else None

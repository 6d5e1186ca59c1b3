"""Terms: what is withheld from whoever asks for units, and how the rest is told.

The position says how many units may be promised without breaking a promise.  Terms only take from
that: safety stock, the shares of other channels, supply that may not serve who asks.  So a grant is
never more than the position allows, whatever the terms are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from attrs import frozen

from omscore.atp.lots import UNLIMITED
from omscore.atp.position import Position
from omscore.atp.protection import Protection, Use
from omscore.atp.safety import withhold


class Withheld(NamedTuple):
    """What may be promised on terms, and why not more.

    *safety* and *safety_short* are what is withheld for safety stock and what is short of it,
    *protected* what is kept for other channels.
    """

    available: int
    safety: int
    safety_short: int
    protected: int


@frozen(kw_only=True)
class Terms:
    """On what terms units are promised to somebody.

    *safety* units are withheld, and, under *protection*, what is not in reach of *channel*.
    """

    safety: int = 0
    protection: Protection | None = None
    channel: str | None = None

    def available(self, position: Position, day: date, *, today: date, now: datetime) -> int:
        """How many units may be promised for *day* on these terms."""
        most = position.available(day, today=today, now=now)
        return most if self == PLAIN else self.withheld(position, most, now).available

    def curve(
        self, position: Position, start: date, *, today: date, now: datetime
    ) -> Sequence[tuple[date, int]]:
        """How many units may be promised from which day on, the first row at *start*."""
        rows = position.curve(start, today=today, now=now)
        return rows if self == PLAIN else list(self._lessened(position, rows, now))

    def _lessened(
        self, position: Position, rows: Sequence[tuple[date, int]], now: datetime
    ) -> Iterator[tuple[date, int]]:
        last: int | None = None
        for day, most in rows:
            if (units := self.withheld(position, most, now).available) != last:
                yield day, units
                last = units

    def withheld(self, position: Position, most: int, now: datetime) -> Withheld:
        """What is left of *most* units that *position* allows."""
        if most >= UNLIMITED:
            return Withheld(most, 0, 0, 0)
        safety, short, left = withhold(most, self.safety)
        if self.protection is None or left <= 0:
            return Withheld(left, safety, short, 0)
        segment = self.protection.named(self.channel)
        reach = self.protection.available(segment, left, uses(position, self.protection, now))
        return Withheld(min(left, reach), safety, short, left - min(left, reach))


PLAIN = Terms()
"""Nothing is withheld."""


def uses(position: Position, protection: Protection, now: datetime) -> list[Use]:
    """What each segment holds, by name; what no segment holds was taken of the unassigned."""
    taken = dict[str, int]()
    held = [(one.channel, one.units) for one in position.held if one.expires_at > now]
    for channel, units in [*((one.channel, one.units) for one in position.claims), *held]:
        segment = protection.named(channel)
        taken[segment] = taken.get(segment, 0) + units
    return [Use(segment, taken[segment]) for segment in sorted(taken)]

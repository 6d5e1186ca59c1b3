"""Terms: what is withheld from whoever asks for units, and how the rest is told.

The position says how many units may be promised without breaking a promise.  Terms only take from
that: safety stock, the shares of other channels, supply that may not serve who asks.  So a grant is
never more than the position allows, whatever the terms are.

Supply that may not serve everybody is matched with demand (`omscore.atp.windows`); whatever counts
more than the position counts, such as overdue supply, changes no grant.

Whoever only asks may have chosen a method that says how many units there are, instead of the
position.  No grant is given on such terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import attrs
from attrs import frozen

from omscore.atp import counting as ways
from omscore.atp.counting import Counting
from omscore.atp.entries import FARTHEST_DAYS, of_position
from omscore.atp.lots import UNLIMITED
from omscore.atp.methods import FARTHEST_HORIZON, AtpMethod, Bucket, Options, Row
from omscore.atp.position import Position
from omscore.atp.protection import UNASSIGNED, Protection, Use
from omscore.atp.safety import withhold
from omscore.atp.windows import Windows

MATCHING = Windows()


class Withheld(NamedTuple):
    """What may be promised on terms, and why not more.

    *safety* and *safety_short* are what is withheld for safety stock and what is short of it,
    *protected* what is kept for other channels, *waited_for* what is left to those who wait.
    """

    available: int
    safety: int
    safety_short: int
    protected: int
    waited_for: int = 0


@frozen(kw_only=True)
class Terms:
    """On what terms units are promised to somebody.

    *safety* units are withheld, as the *rule* at that place says; so is, under *protection*, what
    is not in reach of *channel*.  Where no shares are protected, *waited_for* units are left to
    those who wait: elsewhere they have their own.  Only supply counts that does by *counting*.  For
    questions alone, a *method* may be chosen that finds what there is, by *bucket*.
    """

    safety: int = 0
    rule: int | None = None
    protection: Protection | None = None
    channel: str | None = None
    counting: Counting = ways.PLAIN
    method: AtpMethod | None = None
    bucket: Bucket = "day"
    waited_for: int = 0

    @property
    def plain(self) -> bool:
        """Whether nothing is withheld."""
        return self is PLAIN or self == PLAIN

    @property
    def options(self) -> Options:
        """What a method is asked with: every day, nothing withheld."""
        return Options(horizon_days=FARTHEST_HORIZON, counting=self.counting, bucket=self.bucket)

    def available(self, position: Position, day: date, *, today: date, now: datetime) -> int:
        """How many units may be promised for *day* on these terms."""
        most = self.most(position, day, today=today, now=now)
        return most if self.plain else self.withheld(position, most, now).available

    def most(self, position: Position, day: date, *, today: date, now: datetime) -> int:
        """How many units there are for *day*, before anything is withheld."""
        asked = max(day, today)
        if self.method is not None and (asked - today).days <= FARTHEST_DAYS:
            entries = of_position(position, today, now)
            return self.method.available(entries, asked, today, self.options)
        most = position.available(day, today=today, now=now)
        if self.counting == ways.PLAIN or most <= 0:
            return most
        if (day - today).days > FARTHEST_DAYS:
            return 0
        entries = of_position(position, today, now)
        return min(most, max(0, MATCHING.available(entries, asked, today, self.options)))

    def curve(
        self, position: Position, start: date, *, today: date, now: datetime
    ) -> Sequence[tuple[date, int]]:
        """How many units may be promised from which day on, the first row at *start*."""
        if self.plain:
            return position.curve(start, today=today, now=now)
        return list(self._rows(position, start, today, now))

    def _rows(
        self, position: Position, start: date, today: date, now: datetime
    ) -> Iterator[tuple[date, int]]:
        last: int | None = None
        for day in self.days(position, start, today=today, now=now):
            most = max(0, self.most(position, day, today=today, now=now))
            if (units := self.withheld(position, most, now).available) != last:
                yield day, units
                last = units

    def days(self, position: Position, start: date, *, today: date, now: datetime) -> list[date]:
        """The days from *start* on at which what may be promised may change."""
        days = {start}
        if self.method is None:
            days.update(day for day, _ in position.curve(start, today=today, now=now))
        if self.method is not None or self.counting != ways.PLAIN:
            method, options = self.method or MATCHING, self.options
            counted = method.counted(of_position(position, today, now), today, options)
            days.update(one.start for one in method.steps(counted, options))
            days.add(today + timedelta(days=self.counting.lead_days))
        return sorted(day for day in days if day >= start)

    def withheld(self, position: Position, most: int, now: datetime) -> Withheld:
        """What is left of *most* units that *position* allows."""
        if most >= UNLIMITED:
            return Withheld(most, 0, 0, 0)
        safety, short, left = withhold(most, self.safety)
        if self.protection is None or left <= 0:
            behind = self._behind(left)
            return Withheld(behind, safety, short, 0, left - behind)
        segment = self.protection.named(self.channel)
        reach = self.protection.available(segment, left, uses(position, self.protection, now))
        return Withheld(min(left, reach), safety, short, left - min(left, reach))

    def kept_for(self, position: Position, most: int, now: datetime) -> dict[str, int]:
        """For which segments units are kept of *most* that *position* allows, and how many."""
        _, _, left = withhold(most, self.safety)
        if self.protection is None or left <= 0 or most >= UNLIMITED:
            return {}
        segment = self.protection.named(self.channel)
        return self.protection.kept(segment, left, uses(position, self.protection, now))

    def behind(self, rows: Iterable[Row]) -> Sequence[Row]:
        """*rows* of a method without what is left to those who wait."""
        if not self.waited_for or self.protection is not None:
            return list(rows)
        return [attrs.evolve(row, available=self._behind(row.available)) for row in rows]

    def _behind(self, there: int) -> int:
        """What those who wait leave of what is *there*; a shortage is no smaller for them."""
        return there if there >= UNLIMITED else max(min(there, 0), there - self.waited_for)


PLAIN = Terms()
"""Nothing is withheld."""


def uses(position: Position, protection: Protection, now: datetime) -> list[Use]:
    """What each segment holds, or had shipped of the supply that is shared, by name.

    What no channel holds was taken of the unassigned.
    """
    held = [(one.channel, one.units) for one in position.held if one.expires_at > now]
    named = [*((one.channel, one.units) for one in position.claims), *held]
    committed = sum(one.committed for one in position.buckets)
    taken = {UNASSIGNED: committed - sum(one.units for one in position.claims)}
    if position.round is not None:
        named += [(one.channel or None, one.units) for one in position.round.shipped]
    for channel, units in named:
        segment = protection.named(channel)
        taken[segment] = taken.get(segment, 0) + units
    return [Use(segment, taken[segment]) for segment in sorted(taken) if taken[segment] > 0]

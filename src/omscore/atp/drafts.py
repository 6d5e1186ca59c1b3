"""A draft: one position as one command changes it, asked many times and told once.

Requests of one command see what those before them took, without the position being made anew for
each.  What a draft is told can be taken back, in reverse order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import groupby

import attrs

from omscore.atp.movements import UnitsFreed, UnitsReserved
from omscore.atp.position import Position, evolve
from omscore.atp.terms import PLAIN, Terms

Entry = UnitsReserved | UnitsFreed


class Draft:
    """*position* at a node whose local day is *today*, at the instant *now*.

    A position on which a running minimum says what is available is kept as a timeline; any other
    is asked itself.  A *closed* node has nothing to promise.
    """

    def __init__(
        self, position: Position, *, today: date, now: datetime, closed: bool = False
    ) -> None:
        self.today, self._now, self._closed = today, now, closed
        self._position, self._timeline = position, position.timeline(today=today, now=now)
        self.entries: list[Entry] = []

    @property
    def position(self) -> Position:
        """The position, as all that was told leaves it."""
        return evolve(self._position, *self.entries) if self.entries else self._position

    def available(self, day: date, terms: Terms = PLAIN) -> int:
        """How many units may be promised on *terms* for *day*; a day that has passed is today."""
        if self._closed:
            return 0
        if self._timeline is None or not (terms.plain or terms.counting == PLAIN.counting):
            return terms.available(
                self.position, max(day, self.today), today=self.today, now=self._now
            )
        most = self._timeline.available(day.toordinal())
        if terms.plain:
            return most
        position = self._position if terms.protection is None else self.position
        return terms.withheld(position, most, self._now).available

    def days(self, start: date, terms: Terms = PLAIN) -> Sequence[date]:
        """*start*, and the later days on which more may be available on *terms* than before."""
        if self._closed:
            return [start]
        if terms.counting != PLAIN.counting:
            curve = terms.curve(self.position, start, today=self.today, now=self._now)
            return [day for day, _ in curve]
        if self._timeline is not None:
            steps = self._timeline.steps(start.toordinal())
            return [date.fromordinal(day) for day, _ in steps]
        curve = self.position.curve(start, today=self.today, now=self._now)
        return [day for day, _ in curve]

    def tell(self, entry: Entry) -> None:
        """Let *entry* happen."""
        self.entries.append(entry)
        self._count(entry, 1)

    def untell(self) -> None:
        """Take the last entry back."""
        self._count(self.entries.pop(), -1)

    def told(self) -> Sequence[Entry]:
        """What to tell the position."""
        return merged(self.entries)

    def _count(self, entry: Entry, sign: int) -> None:
        if self._timeline is None or (entry.expires_at or _NEVER) <= self._now:
            return
        units = -entry.units if isinstance(entry, UnitsReserved) else entry.units
        self._timeline.change(entry.day.toordinal(), sign * units)


def merged(entries: Iterable[Entry]) -> Sequence[Entry]:
    """*entries*, of which neighbors that differ by their reservation alone are one."""
    found = list[Entry]()
    for _, alike in groupby(entries, _terms):
        first, *more = alike
        units = first.units + sum(one.units for one in more)
        found.append(attrs.evolve(first, reservation=None, units=units) if more else first)
    return found


def _terms(entry: Entry) -> tuple[object, ...]:
    return type(entry), entry.day, entry.expires_at, entry.movable, entry.channel


_NEVER = datetime.max.replace(tzinfo=UTC)

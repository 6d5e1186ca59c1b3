"""Shortage: promises that stock and supply cannot keep, and those that they can keep again.

Only our own promises can be short: foreign demand lowers what may be promised, but breaks none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from omscore.atp.lots import UNLIMITED, free, unserved
from omscore.atp.movements import ShortageCleared
from omscore.atp.position import Position, keeping, owing


def deficits(position: Position, today: date) -> Iterator[tuple[date, int]]:
    """The days at which promises exceed stock beyond what is declared short, and by how much.

    A deficit goes on until supply makes up for it; where units expire, it goes on for good.
    """
    if position.expiring:
        lacking = 0
        for day, units in unserved(keeping(position, today), list(owing(position).items())):
            lacking += units
            yield day, lacking
        return
    for day, stock in _left(position, today):
        if stock < 0:
            yield day, -stock


def clearable(position: Position, today: date) -> Iterator[ShortageCleared]:
    """Declared shortage that is none any more, the latest day first."""
    room = _room_of_lots(position, today) if position.expiring else _room(position, today)
    for day, units in room:
        if units > 0:
            yield ShortageCleared(day, units)


def _room(position: Position, today: date) -> Iterator[tuple[date, int]]:
    """What of each day's shortage can be kept again, where no units expire."""
    slacks = [stock for _, stock in _left(position, today)]
    slack, cleared = None, 0
    for place in range(len(slacks) - 1, -1, -1):
        one = position.buckets[place]
        slack = slacks[place] if slack is None else min(slack, slacks[place])
        units = min(one.short, slack - cleared)
        cleared += max(0, units)
        yield one.day, units


def _left(position: Position, today: date) -> Iterator[tuple[date, int]]:
    """What is left at the end of each day, if what is declared short is not taken."""
    stock, endless = position.on_hand, position.endless
    for one in position.buckets:
        if endless is not None and one.day >= endless.since:
            stock, endless = stock + UNLIMITED, None
        stock += (one.supply if one.day >= today else 0) - one.committed + one.short
        yield one.day, stock


def _room_of_lots(position: Position, today: date) -> Iterator[tuple[date, int]]:
    """The same where units expire."""
    spans, owed = keeping(position, today), owing(position)
    for one in reversed(position.buckets):
        if one.short:
            units = min(one.short, free(spans, list(owed.items()), one.day))
            owed[one.day] += max(0, units)
            yield one.day, units

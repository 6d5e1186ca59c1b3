"""Expiries: until when what is set aside for a while is kept, on a grid.

A position keeps its units by expiry, so that they stop counting by the clock.  If every request had
an expiry of its own, a position would grow with its reservations.  So an expiry is rounded *up* to
the next instant of a grid, which is as fine as a sixteenth of the duration asked for: nobody gets
less time than was granted, nobody more than a sixteenth beyond it, and the instants at which a
position has something to expire stay few however many reservations there are.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

PARTS = 16
"""A step of the grid is no longer than the duration by this."""

_SECOND = timedelta(seconds=1)
# Each step divides the next, so that the coarse instants are fine ones too.
_STEPS = [
    *(timedelta(milliseconds=n) for n in (1, 5, 10, 50, 100, 500)),
    *(n * _SECOND for n in (1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 7_200, 21_600, 43_200)),
    *(timedelta(days=n) for n in (1, 2, 4)),
]
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=256)
def step(ttl: timedelta) -> timedelta:
    """The grid for *ttl*: the coarsest that is no coarser than a sixteenth of it."""
    return max((one for one in _STEPS if PARTS * one <= ttl), default=timedelta(microseconds=1))


def until(now: datetime, ttl: timedelta) -> datetime:
    """The first instant of the grid at which *ttl* from *now* is over."""
    grid = step(ttl)
    return _EPOCH - (_EPOCH - (now + ttl)) // grid * grid

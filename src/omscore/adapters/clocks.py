"""Clocks and ids: the real ones, and those that a test or a replay sets by hand."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Lock

from omscore.kernel.ids import checked
from omscore.kernel.moments import instant


class SystemClock:
    """The clock of the machine, but never earlier than it was before."""

    def __init__(self) -> None:
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._lock = Lock()

    def now(self) -> datetime:
        """The present instant, in UTC."""
        with self._lock:
            # The one place that reads the machine's clock: this is the port's adapter.
            self._latest = max(self._latest, datetime.now(UTC))  # noqa: TID251
            return self._latest


class FixedClock:
    """Stands still until it is moved, and never goes back."""

    def __init__(self, at: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._at = instant(at)

    @property
    def at(self) -> datetime:
        """The present instant, in UTC."""
        return self._at

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return self._at

    def set(self, at: datetime) -> None:
        """Go on to *at*; ValueError if that is earlier than it is now."""
        to = instant(at)
        if to < self._at:
            raise ValueError("a clock does not go back")
        self._at = to

    def advance(self, by: timedelta) -> None:
        """Go on by so much; ValueError if that is negative."""
        self.set(self._at + by)


class RandomIds:
    """Ids that no other instance gives out, on this machine or another: 122 random bits."""

    def next(self) -> str:
        """A new id: 32 hexadecimal digits."""
        # The one place that draws ids by chance: this is the port's adapter.
        return uuid.uuid4().hex  # noqa: TID251


class CountingIds:
    """*prefix*-1, *prefix*-2, …: for tests and replays, one prefix for each instance."""

    def __init__(self, prefix: str = "c") -> None:
        self._prefix = checked(prefix, "prefix")
        self._count = count(1)

    def next(self) -> str:
        """The next id."""
        return f"{self._prefix}-{next(self._count)}"

"""What the pure core must be told: the time, and new ids."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; read once per command."""

    def now(self) -> datetime:
        """The present instant, with a time zone; never earlier than it was before."""
        ...


class Ids(Protocol):
    """Names commands that nobody has named."""

    def next(self) -> str:
        """An id that was never given out before, by this or any other instance on one store."""
        ...

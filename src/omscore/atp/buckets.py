"""What a position keeps of each day: what comes and goes, which demand it is of, what is held."""

from __future__ import annotations

from datetime import date, datetime

from attrs import frozen

from omscore.atp.movements import DemandKind


@frozen
class Bucket:
    """One day: supply due, units committed, foreign demand, and declared shortage."""

    day: date
    supply: int = 0
    committed: int = 0
    foreign: int = 0
    short: int = 0


@frozen
class Want:
    """Foreign demand of *day* of one kind."""

    day: date
    kind: DemandKind
    units: int


@frozen
class Held:
    """Units set aside for *day*; at *expires_at* they stop counting, swept or not."""

    expires_at: datetime
    day: date
    units: int
    movable: bool = False
    channel: str | None = None

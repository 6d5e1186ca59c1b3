"""What happens to a position: units come, are promised, leave, and promises that cannot be kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from attrs import frozen

from omscore.atp.lots import Lot, Part
from omscore.kernel.ids import DocumentId, ReservationId

Cause = Literal[
    "received",
    "returned",
    "restocked",
    "adjusted",
    "counted",
    "found",
    "regraded",
    "dispatched",
    "sent-back",
    "issued",
    "lapsed",
    "made",
]

DemandKind = Literal["committed", "transfer-out", "planned"]


@frozen
class Endless:
    """Supply without limit from the day *since* on; who asks gets it *lead_days* after asking."""

    since: date
    lead_days: int = 0

    def asked(self, today: date) -> date:
        """The first day for which it may be promised to somebody who asks *today*."""
        return max(self.since, today + timedelta(days=self.lead_days))


@frozen
class StockEntered:
    """Units came to hand, or left it if *units* is negative: of *lot*, or those that expire first.

    At *lapses_at* units that came have seen their last useful day.
    """

    cause: Cause
    units: int
    document: DocumentId
    lot: Lot | None = None
    lapses_at: datetime | None = None


@frozen
class SupplyScheduled:
    """So many units more of *lot* will come on *day*; fewer, if *units* is negative."""

    day: date
    units: int
    document: DocumentId
    lot: Lot | None = None


@frozen
class SupplyUntracked:
    """Units are not counted: there is *endless* supply; or they are again, if that is None."""

    endless: Endless | None
    document: DocumentId


@frozen
class DemandScheduled:
    """Others will take so many units more on *day*; fewer, if *units* is negative."""

    day: date
    units: int
    document: DocumentId
    kind: DemandKind = "planned"


@frozen
class UnitsReserved:
    """Units were set aside for *day* and *channel*, until *expires_at* if that is given.

    They are those of one *reservation*, or of several that one command made, if that is None.
    *movable* ones may be moved to another node when somebody needs them here.
    """

    reservation: ReservationId | None
    day: date
    units: int
    expires_at: datetime | None = None
    movable: bool = False
    channel: str | None = None


@frozen
class UnitsCommitted:
    """Units that were set aside for a while are promised for good."""

    reservation: ReservationId
    day: date
    units: int
    expires_at: datetime
    movable: bool = False
    channel: str | None = None


@frozen
class UnitsFreed:
    """Units that were set aside are free again: those of one reservation, or of several at once."""

    reservation: ReservationId | None
    day: date
    units: int
    expires_at: datetime | None = None
    movable: bool = False
    channel: str | None = None


@frozen
class UnitsConsumed:
    """Promised units left the node: of these *lots*, the rest as they expire."""

    reservation: ReservationId
    day: date
    units: int
    lots: tuple[Part, ...] = ()
    channel: str | None = None


@frozen
class ShortageDeclared:
    """Promises for *day* cannot be kept: *units* of these reservations, of these owners."""

    day: date
    units: int
    reservations: tuple[ReservationId, ...]
    owners: tuple[str, ...]


@frozen
class ShortageCleared:
    """Promises for *day* can be kept again."""

    day: date
    units: int


PositionEvent = (
    StockEntered
    | SupplyScheduled
    | SupplyUntracked
    | DemandScheduled
    | UnitsReserved
    | UnitsCommitted
    | UnitsFreed
    | UnitsConsumed
    | ShortageDeclared
    | ShortageCleared
)

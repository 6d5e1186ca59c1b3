"""Stock set aside for somebody, until it is consumed, freed or expired.

Each reserved unit exits once: reserved = open + consumed + freed + expired, and only *open* counts.
The *epoch* of a reservation rises when it is extended, raised or moved, and when units leave it, so
that a call that comes late or twice is told from one that knows how it stands.  What may be asked
of it is in `omscore.atp.granting`.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Literal, assert_never

import attrs
from attrs import frozen

from omscore.atp.position import PositionId
from omscore.kernel.errors import Broken, ensure
from omscore.kernel.ids import NodeId
from omscore.kernel.keys import Kind

Exit = Literal["consumed", "freed", "expired"]

# --- what happens -----------------------------------------------------------------------------


@frozen
class StockReserved:
    """Units were set aside at a position, for a day."""

    position: PositionId
    day: date
    quantity: int
    owner: str
    expires_at: datetime | None = None
    group: tuple[NodeId, ...] = ()
    channel: str | None = None


@frozen
class StockCommitted:
    """What was set aside for a while is promised for good."""

    owner: str


@frozen
class ReservationExtended:
    """What was set aside is kept for longer."""

    expires_at: datetime


@frozen
class ReservationRaised:
    """More units were set aside."""

    units: int


@frozen
class ReservationMoved:
    """The units are at another node; they may go on to those of *group*."""

    position: PositionId
    group: tuple[NodeId, ...]


@frozen
class ReservationEnded:
    """Units left a reservation, for ever."""

    quantity: int
    exit: Exit


ReservationEvent = (
    StockReserved
    | StockCommitted
    | ReservationExtended
    | ReservationRaised
    | ReservationMoved
    | ReservationEnded
)


@frozen
class Reservation:
    """What was set aside for whom, and how many units left by which exit.

    *committed_by* is who owned it until it was committed.
    """

    position: PositionId
    day: date
    quantity: int
    owner: str
    expires_at: datetime | None = None
    consumed: int = 0
    freed: int = 0
    expired: int = 0
    group: tuple[NodeId, ...] = ()
    epoch: int = 1
    extensions: int = 0
    channel: str | None = None
    committed_by: str | None = None

    @property
    def open(self) -> int:
        """Units that have left by no exit."""
        return self.quantity - self.consumed - self.freed - self.expired

    def open_at(self, now: datetime) -> int:
        """Units that still hold stock at *now*: none from the instant of expiry on."""
        overdue = self.expires_at is not None and self.expires_at <= now
        return 0 if overdue else self.open

    @property
    def state(self) -> Literal["reserved", "committed", "ended"]:
        """How it stands; *reserved* is for a while, *committed* for good."""
        if not self.open:
            return "ended"
        return "committed" if self.expires_at is None else "reserved"

    @property
    def movable(self) -> bool:
        """Whether it gives way, to another node of its group; what is committed stays."""
        return len(self.group) > 1 and self.expires_at is not None


@lru_cache(maxsize=1024)
def expiring_at(position: str, expires_at: datetime, *, movable: bool) -> str:
    """The list of what expires at an instant; without what a quote holds, which ends with that."""
    return f"{position}{'+' if movable else ' '}{expires_at.isoformat()}"


def _listed(reservation: Reservation) -> str | None:
    if not reservation.open:
        return None
    if (expiry := reservation.expires_at) is None:
        return reservation.position
    return (
        expiring_at(reservation.position, expiry, movable=reservation.movable)
        if reservation.group
        else None
    )


def _open(reservation: Reservation) -> int:
    return reservation.open


def evolve(reservation: Reservation | None, /, *events: ReservationEvent) -> Reservation:
    """The reservation after *events*."""
    for event in events:
        if isinstance(event, StockReserved):
            reservation = Reservation(
                event.position,
                event.day,
                event.quantity,
                event.owner,
                event.expires_at,
                group=event.group,
                channel=event.channel,
            )
            continue
        if reservation is None:
            raise Broken("a reservation begins by being granted")
        match event:
            case StockCommitted(owner):
                by = reservation.owner
                reservation = attrs.evolve(
                    reservation, owner=owner, expires_at=None, committed_by=by
                )
            case ReservationExtended(expires_at):
                reservation = attrs.evolve(
                    reservation,
                    expires_at=expires_at,
                    epoch=reservation.epoch + 1,
                    extensions=reservation.extensions + 1,
                )
            case ReservationRaised(units):
                reservation = attrs.evolve(
                    reservation, quantity=reservation.quantity + units, epoch=reservation.epoch + 1
                )
            case ReservationMoved(position, group):
                reservation = attrs.evolve(
                    reservation, position=position, group=group, epoch=reservation.epoch + 1
                )
            case ReservationEnded(quantity, exit_):
                reservation = _less(reservation, quantity, exit_)
            case _:
                assert_never(event)
    if reservation is None:
        raise Broken("a reservation begins by being granted")
    return reservation


def _less(reservation: Reservation, quantity: int, exit_: Exit) -> Reservation:
    epoch = reservation.epoch + 1
    match exit_:
        case "consumed":
            gone = reservation.consumed + quantity
            return attrs.evolve(reservation, consumed=gone, epoch=epoch)
        case "freed":
            return attrs.evolve(reservation, freed=reservation.freed + quantity, epoch=epoch)
        case "expired":
            return attrs.evolve(reservation, expired=reservation.expired + quantity, epoch=epoch)


def law(reservation: Reservation) -> None:
    """Each reserved unit exits once."""
    ensure(reservation.open >= 0, "each reserved unit exits once")


RESERVATION = Kind(
    "reservation",
    Reservation,
    evolve,
    (
        StockReserved,
        StockCommitted,
        ReservationExtended,
        ReservationRaised,
        ReservationMoved,
        ReservationEnded,
    ),
    listed=_listed,
    law=law,
    margin=_open,
)

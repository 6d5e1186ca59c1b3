"""Stock set aside for somebody, until it is consumed, freed or expired.

Each reserved unit exits once: reserved = open + consumed + freed + expired, and only *open* counts.
An answer holds the entries of the position too, so that the two cannot drift apart.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal, assert_never

import attrs
from attrs import frozen

from omscore.atp.position import (
    Position,
    PositionEvent,
    PositionId,
    StockEntered,
    UnitsCommitted,
    UnitsConsumed,
    UnitsFreed,
    UnitsReserved,
    deficits,
)
from omscore.atp.position import (
    evolve as evolve_position,
)
from omscore.kernel.errors import Broken, ensure
from omscore.kernel.ids import DocumentId, ReservationId
from omscore.kernel.keys import Kind
from omscore.kernel.reason import Reason

Exit = Literal["consumed", "freed", "expired"]

# --- what may be asked ------------------------------------------------------------------------


@frozen
class Reserve:
    """Set *quantity* units aside for *day*, for *owner*; for good, if nothing expires."""

    reservation: ReservationId
    position: PositionId
    day: date
    quantity: int
    owner: str
    expires_at: datetime | None = None


@frozen
class Commit:
    """Promise for good, to *owner*, what was set aside for a while."""

    reservation: ReservationId
    owner: str


@frozen
class End:
    """Let *quantity* reserved units out by *exit*."""

    reservation: ReservationId
    quantity: int
    exit: Exit


# --- what happens -----------------------------------------------------------------------------


@frozen
class StockReserved:
    """Units were set aside at a position, for a day."""

    position: PositionId
    day: date
    quantity: int
    owner: str
    expires_at: datetime | None = None


@frozen
class StockCommitted:
    """What was set aside for a while is promised for good."""

    owner: str


@frozen
class ReservationEnded:
    """Units left a reservation, for ever."""

    quantity: int
    exit: Exit


ReservationEvent = StockReserved | StockCommitted | ReservationEnded


@frozen
class Reservation:
    """What was set aside for whom, and how many units left by which exit."""

    position: PositionId
    day: date
    quantity: int
    owner: str
    expires_at: datetime | None = None
    consumed: int = 0
    freed: int = 0
    expired: int = 0

    @property
    def open(self) -> int:
        """Units that still hold stock."""
        return self.quantity - self.consumed - self.freed - self.expired

    @property
    def state(self) -> Literal["reserved", "committed", "ended"]:
        """How it stands; *reserved* is for a while, *committed* for good."""
        if not self.open:
            return "ended"
        return "committed" if self.expires_at is None else "reserved"


def _listed(reservation: Reservation) -> str | None:
    return reservation.position if reservation.open else None


# --- answers ----------------------------------------------------------------------------------


@frozen
class Granted:
    """Yes: what to tell the position, and what to tell the reservation."""

    entries: tuple[PositionEvent, ...]
    events: tuple[ReservationEvent, ...]


@frozen
class Short(Reason):
    """Fewer units than asked for may be promised for that day."""

    code: ClassVar[str] = "reservation.short"
    asked: int
    available: int

    def __str__(self) -> str:
        return f"{self.asked} units asked, {self.available} available"


@frozen
class Ended(Reason):
    """The reservation holds fewer open units than should leave it, or is none, or is too old."""

    code: ClassVar[str] = "reservation.ended"
    open: int

    def __str__(self) -> str:
        return f"the reservation has {self.open} open units"


Answer = Granted | Short | Ended


def decide(
    position: Position | None,
    reservation: Reservation | None,
    command: Reserve | Commit | End,
    *,
    today: date,
    now: datetime,
) -> Answer:
    """Grant *command*, or say why not; nothing is raised, for both answers are expected."""
    at = position or Position()
    match command:
        case Reserve():
            return _reserve(at, reservation, command, today, now)
        case Commit():
            return _commit(at, reservation, command, today, now)
        case End():
            return _end(at, reservation, command)
        case _:
            assert_never(command)


def _reserve(
    position: Position, reservation: Reservation | None, ask: Reserve, today: date, now: datetime
) -> Answer:
    if reservation is not None:
        return Ended(reservation.open)
    if (available := position.available(ask.day, today=today, now=now)) < ask.quantity:
        return Short(ask.quantity, max(0, available))
    return Granted(
        (UnitsReserved(ask.reservation, ask.day, ask.quantity, ask.expires_at),),
        (StockReserved(ask.position, ask.day, ask.quantity, ask.owner, ask.expires_at),),
    )


def _commit(
    position: Position, reservation: Reservation | None, ask: Commit, today: date, now: datetime
) -> Answer:
    """Too late at the very instant of expiry; short, if stock was lost since it was set aside."""
    expiry = reservation.expires_at if reservation is not None else None
    if reservation is None or not reservation.open or expiry is None or now >= expiry:
        return Ended(0 if reservation is None or expiry is not None else reservation.open)
    entry = UnitsCommitted(ask.reservation, reservation.day, reservation.open, expiry)
    after = evolve_position(position, entry)
    if lacking := max((units for _, units in deficits(after, today)), default=0):
        return Short(reservation.open, max(0, reservation.open - lacking))
    return Granted((entry,), (StockCommitted(ask.owner),))


def _end(position: Position, reservation: Reservation | None, ask: End) -> Answer:
    if reservation is None or reservation.open < ask.quantity:
        return Ended(reservation.open if reservation is not None else 0)
    day, expiry = reservation.day, reservation.expires_at
    left = (ReservationEnded(ask.quantity, ask.exit),)
    if ask.exit != "consumed":
        return Granted((UnitsFreed(ask.reservation, day, ask.quantity, expiry),), left)
    entries: list[PositionEvent] = []
    if (missing := ask.quantity - position.on_hand) > 0:
        # The node shipped what the book did not have: the goods were there, so the book is mended.
        entries.append(StockEntered("found", missing, DocumentId(ask.reservation)))
    if expiry is not None:
        entries.append(UnitsCommitted(ask.reservation, day, ask.quantity, expiry))
    return Granted((*entries, UnitsConsumed(ask.reservation, day, ask.quantity)), left)


def evolve(reservation: Reservation | None, /, *events: ReservationEvent) -> Reservation:
    """The reservation after *events*."""
    for event in events:
        if isinstance(event, StockReserved):
            reservation = Reservation(
                event.position, event.day, event.quantity, event.owner, event.expires_at
            )
            continue
        if reservation is None:
            raise Broken("a reservation begins by being granted")
        match event:
            case StockCommitted(owner):
                reservation = attrs.evolve(reservation, owner=owner, expires_at=None)
            case ReservationEnded(quantity, exit_):
                reservation = _less(reservation, quantity, exit_)
            case _:
                assert_never(event)
    if reservation is None:
        raise Broken("a reservation begins by being granted")
    return reservation


def _less(reservation: Reservation, quantity: int, exit_: Exit) -> Reservation:
    match exit_:
        case "consumed":
            return attrs.evolve(reservation, consumed=reservation.consumed + quantity)
        case "freed":
            return attrs.evolve(reservation, freed=reservation.freed + quantity)
        case "expired":
            return attrs.evolve(reservation, expired=reservation.expired + quantity)


def law(reservation: Reservation) -> None:
    """Each reserved unit exits once."""
    ensure(reservation.open >= 0, "each reserved unit exits once")


RESERVATION = Kind(
    "reservation",
    Reservation,
    evolve,
    (StockReserved, StockCommitted, ReservationEnded),
    listed=_listed,
    law=law,
)

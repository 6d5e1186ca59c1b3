"""What may be asked of a reservation, and whether it is granted.

An answer holds the entries of the position too, so that the two cannot drift apart.  State, expiry
and epoch are checked in one step: a call that comes late or twice has *ended*, and has no effect.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, NamedTuple, assert_never

from attrs import frozen

from omscore.atp.lots import Part, leaving
from omscore.atp.movements import (
    Cause,
    PositionEvent,
    StockEntered,
    UnitsCommitted,
    UnitsConsumed,
    UnitsFreed,
    UnitsReserved,
)
from omscore.atp.position import Position, PositionId
from omscore.atp.position import evolve as evolve_position
from omscore.atp.reservations import (
    Exit,
    Reservation,
    ReservationEnded,
    ReservationEvent,
    ReservationExtended,
    ReservationMoved,
    ReservationRaised,
    StockCommitted,
    StockReserved,
)
from omscore.atp.shortage import deficits
from omscore.atp.terms import PLAIN, Terms
from omscore.kernel.ids import DocumentId, NodeId, ReservationId
from omscore.kernel.reason import Reason

# --- what may be asked ------------------------------------------------------------------------


@frozen
class Reserve:
    """Set *quantity* units aside for *day*, for *owner*; for good, if nothing expires.

    *group* names the nodes that it may sit at; it is empty for what an order or a quote holds,
    which moves and ends with that.  *channel* is who sells, where shares of stock are protected.
    """

    reservation: ReservationId
    position: PositionId
    day: date
    quantity: int
    owner: str
    expires_at: datetime | None = None
    group: tuple[NodeId, ...] = ()
    channel: str | None = None


@frozen
class Commit:
    """Promise for good, to *owner*, what was set aside for a while."""

    reservation: ReservationId
    owner: str
    epoch: int = 1


@frozen
class Extend:
    """Keep what was set aside for a while until *expires_at*, if that is later."""

    reservation: ReservationId
    expires_at: datetime
    epoch: int


@frozen
class Raise:
    """Set *units* more aside."""

    reservation: ReservationId
    units: int
    epoch: int


@frozen
class Move:
    """Let the open units be at *position*, from where they may go on to the nodes of *group*."""

    reservation: ReservationId
    position: PositionId
    group: tuple[NodeId, ...]
    epoch: int


@frozen
class End:
    """Let *quantity* reserved units out by *exit*, of these *lots* if somebody named them."""

    reservation: ReservationId
    quantity: int
    exit: Exit
    lots: tuple[Part, ...] = ()


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
    """The reservation holds fewer open units than should leave it, or is none, or is too old.

    It may also be at another *epoch* than the one that the caller knows: who asks again for how it
    stands may ask again for what he wants.
    """

    code: ClassVar[str] = "reservation.ended"
    open: int
    epoch: int = 1

    def __str__(self) -> str:
        return f"the reservation has {self.open} open units, at epoch {self.epoch}"


Answer = Granted | Short | Ended


def decide(
    position: Position | None,
    reservation: Reservation | None,
    command: Reserve | Commit | Extend | Raise | End,
    *,
    today: date,
    now: datetime,
    terms: Terms = PLAIN,
) -> Answer:
    """Grant *command*, or say why not; nothing is raised, for both answers are expected.

    *terms* say what is withheld from who asks for units.
    """
    at = position or Position()
    match command:
        case Reserve():
            return _reserve(at, reservation, command, _Asked(terms, today, now))
        case Commit():
            return _commit(at, reservation, command, today, now)
        case Extend():
            return _extend(at, reservation, command, today, now)
        case Raise():
            return _raise(at, reservation, command, _Asked(terms, today, now))
        case End():
            return _end(at, reservation, command, today)
        case _:
            assert_never(command)


class _Asked(NamedTuple):
    """On which terms, and when, units are asked for."""

    terms: Terms
    today: date
    now: datetime

    def lacking(self, position: Position, day: date, units: int) -> Short | None:
        """Why *units* may not be promised for *day*; None if they may."""
        there = self.terms.available(position, day, today=self.today, now=self.now)
        return Short(units, max(0, there)) if there < units else None


def _reserve(
    position: Position, reservation: Reservation | None, ask: Reserve, asked: _Asked
) -> Answer:
    if reservation is not None:
        return Ended(reservation.open, reservation.epoch)
    if short := asked.lacking(position, ask.day, ask.quantity):
        return short
    what = ask.position, ask.day, ask.quantity, ask.owner, ask.expires_at, ask.group, ask.channel
    event = StockReserved(*what)
    return Granted((entry_of(ask.reservation, event),), (event,))


def entry_of(reservation: ReservationId, event: StockReserved) -> UnitsReserved:
    """What a position is told when a reservation begins."""
    movable = len(event.group) > 1 and event.expires_at is not None
    what = reservation, event.day, event.quantity, event.expires_at
    return UnitsReserved(*what, movable, event.channel)


def _standing(
    reservation: Reservation | None, epoch: int, now: datetime
) -> tuple[Reservation, datetime] | Ended:
    """What is still set aside for a while at this *epoch*, and its expiry."""
    if reservation is None:
        return Ended(0)
    expiry, there = reservation.expires_at, reservation.open_at(now)
    if expiry is None or reservation.epoch != epoch or not there:
        return Ended(there, reservation.epoch)
    return reservation, expiry


def _commit(
    position: Position, held: Reservation | None, ask: Commit, today: date, now: datetime
) -> Answer:
    """Too late at the very instant of expiry; short, if stock was lost since it was set aside."""
    if isinstance(standing := _standing(held, ask.epoch, now), Ended):
        return standing
    reservation, expiry = standing
    entry = UnitsCommitted(
        ask.reservation, reservation.day, reservation.open, expiry, *_who(reservation)
    )
    after = evolve_position(position, entry)
    if lacking := max((units for _, units in deficits(after, today)), default=0):
        return Short(reservation.open, max(0, reservation.open - lacking))
    return Granted((entry,), (StockCommitted(ask.owner),))


def _extend(
    position: Position, held: Reservation | None, ask: Extend, today: date, now: datetime
) -> Answer:
    """A longer promise is a new one: short, if stock was lost since it was set aside."""
    if isinstance(standing := _standing(held, ask.epoch, now), Ended):
        return standing
    reservation, expiry = standing
    if ask.expires_at <= expiry:
        return Granted((), ())
    if (lacking := -position.available(reservation.day, today=today, now=now)) > 0:
        return Short(reservation.open, max(0, reservation.open - lacking))
    what = ask.reservation, reservation.day, reservation.open
    entries = (
        UnitsFreed(*what, expiry, *_who(reservation)),
        UnitsReserved(*what, ask.expires_at, *_who(reservation)),
    )
    return Granted(entries, (ReservationExtended(ask.expires_at),))


def _raise(position: Position, held: Reservation | None, ask: Raise, asked: _Asked) -> Answer:
    """Only what comes on top is asked of the position."""
    if isinstance(reservation := _kept(held, ask.epoch, asked.now), Ended):
        return reservation
    day, expiry = reservation.day, reservation.expires_at
    if short := asked.lacking(position, day, ask.units):
        return short
    entry = UnitsReserved(ask.reservation, day, ask.units, expiry, *_who(reservation))
    return Granted((entry,), (ReservationRaised(ask.units),))


def _kept(held: Reservation | None, epoch: int, now: datetime) -> Reservation | Ended:
    """What is set aside at this *epoch*, for a while or for good."""
    if held is not None and held.expires_at is None and held.open and held.epoch == epoch:
        return held
    standing = _standing(held, epoch, now)
    return standing if isinstance(standing, Ended) else standing[0]


@frozen
class Moving:
    """Yes: what to tell the position that units come to, and the one that they leave."""

    taken: UnitsReserved
    left: UnitsFreed
    event: ReservationMoved


def move(
    there: Position | None,
    reservation: Reservation | None,
    ask: Move,
    *,
    today: date,
    now: datetime,
    terms: Terms = PLAIN,
) -> Moving | Short | Ended:
    """Units are taken *there* before they are left here: at no time does nobody hold them."""
    if isinstance(kept := _kept(reservation, ask.epoch, now), Ended):
        return kept
    short = _Asked(terms, today, now).lacking(there or Position(), kept.day, kept.open)
    return short or moving(kept, ask)


def moving(kept: Reservation, ask: Move) -> Moving:
    """What is told when *ask* is granted."""
    what = ask.reservation, kept.day, kept.open, kept.expires_at
    movable = len(ask.group) > 1 and kept.expires_at is not None
    return Moving(
        UnitsReserved(*what, movable, kept.channel),
        freed(ask.reservation, kept),
        ReservationMoved(ask.position, ask.group),
    )


def freed(reservation: ReservationId, held: Reservation) -> UnitsFreed:
    """What a position is told when all open units of a reservation leave it."""
    return UnitsFreed(reservation, held.day, held.open, held.expires_at, *_who(held))


def _end(position: Position, held: Reservation | None, ask: End, today: date) -> Answer:
    if held is None or held.open < ask.quantity:
        return Ended(0) if held is None else Ended(held.open, held.epoch)
    what, expiry = (ask.reservation, held.day, ask.quantity), held.expires_at
    left = (ReservationEnded(ask.quantity, ask.exit),)
    if ask.exit != "consumed":
        return Granted((UnitsFreed(*what, expiry, *_who(held)),), left)
    entries: list[PositionEvent] = []
    if (missing := ask.quantity - position.on_hand) > 0:
        # The node shipped what the book did not have.  What nobody counts was made for it; anything
        # else was there, so the book is mended.
        cause: Cause = "found" if position.endless is None else "made"
        entries.append(StockEntered(cause, missing, DocumentId(ask.reservation)))
    if expiry is not None:
        entries.append(UnitsCommitted(*what, expiry, *_who(held)))
    lots = ask.lots or leaving(position.lots, position.on_hand, ask.quantity, today)
    return Granted((*entries, UnitsConsumed(*what, lots, held.channel)), left)


def _who(held: Reservation) -> tuple[bool, str | None]:
    """What a position keeps of who holds units: whether they may be moved, and the channel."""
    return held.movable, held.channel

"""Tickets: what the owner of a reservation shows, and what he may want of it.

A ticket names a reservation, and the epoch at which its owner knows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from attrs import Attribute, field, frozen

from omscore.kernel import ids
from omscore.kernel.durations import a_while
from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import some_units, units
from omscore.kernel.several import several_of

T = TypeVar("T")
MOST = 1_000


def owner_id(value: str) -> str:
    """A converter: the name of who holds stock, a word of the host."""
    return ids.checked(value, "owner")


def distinct(tickets: tuple[Ticket, ...], name: str) -> tuple[Ticket, ...]:
    """*tickets*, if each names another reservation."""
    if len({one.reservation for one in tickets}) < len(tickets):
        raise Unreadable("each reservation once", f"$.{name}")
    return tickets


def some(row: tuple[T, ...], name: str) -> tuple[T, ...]:
    """*row*, if it is neither empty nor too long."""
    if not 1 <= len(row) <= MOST:
        raise Unreadable(f"1 to {MOST} of them", f"$.{name}")
    return row


def _epoch(_: object, attribute: Attribute[int], value: int) -> None:
    units(value, attribute.name)


def _some_or_all(_: object, attribute: Attribute[int], value: int | None) -> None:
    if value is not None:
        units(value, attribute.name)


@frozen
class Ticket:
    """A reservation, at the *epoch* at which its owner knows it.

    *quantity* is how many of its units are meant: all that are open, if it is not given.
    """

    reservation: ids.ReservationId = field(converter=ids.reservation_id)
    epoch: int = field(default=1, validator=_epoch)
    quantity: int | None = field(default=None, validator=_some_or_all, kw_only=True)


def _tickets(value: Iterable[Ticket]) -> tuple[Ticket, ...]:
    return some(distinct(several_of(Ticket, value, "tickets"), "tickets"), "tickets")


def _whole_tickets(value: Iterable[Ticket]) -> tuple[Ticket, ...]:
    return whole(_tickets(value), "tickets")


def whole(tickets: tuple[Ticket, ...], name: str) -> tuple[Ticket, ...]:
    """*tickets*, if each means all units of its reservation."""
    for place, one in enumerate(tickets):
        if one.quantity is not None:
            raise Unreadable("a whole reservation", f"$.{name}[{place}].quantity")
    return tickets


# --- what is asked of reservations ------------------------------------------------------------


def _one_whole(_: object, attribute: Attribute[Ticket], value: Ticket) -> None:
    if not isinstance(value, Ticket) or value.quantity is not None:
        raise Unreadable("a ticket for a whole reservation", f"$.{attribute.name}")


def _to(value: str | None) -> str | None:
    return ids.optional(value, "to")


@frozen
class CommitReservations:
    """Promise for good what was set aside for a while; to another owner, if one is named."""

    owner: str = field(converter=owner_id)
    tickets: tuple[Ticket, ...] = field(converter=_whole_tickets)
    to: str | None = field(default=None, converter=_to, kw_only=True)


@frozen
class ExtendReservations:
    """Keep what was set aside for *ttl* from now, if that is longer than it is kept anyway."""

    owner: str = field(converter=owner_id)
    tickets: tuple[Ticket, ...] = field(converter=_whole_tickets)
    ttl: timedelta = field(validator=a_while, kw_only=True)


@frozen
class ResizeReservation:
    """Let a reservation have *quantity* open units: more, if they can be had, or fewer."""

    owner: str = field(converter=owner_id)
    ticket: Ticket = field(validator=_one_whole)
    quantity: int = field(validator=some_units, kw_only=True)


@frozen
class MoveReservation:
    """Let a reservation sit at *node* from now on, if there is enough; it never lets go between."""

    owner: str = field(converter=owner_id)
    ticket: Ticket = field(validator=_one_whole)
    node: ids.NodeId = field(converter=ids.node_id, kw_only=True)


@frozen
class FreeReservations:
    """Units are not needed any more.  Who frees all that are open need not know the epoch."""

    owner: str = field(converter=owner_id)
    tickets: tuple[Ticket, ...] = field(converter=_tickets)


@frozen
class ConsumeReservations:
    """Units left their node; what was not committed is committed by that."""

    owner: str = field(converter=owner_id)
    tickets: tuple[Ticket, ...] = field(converter=_tickets)


@frozen
class ExpireReservations:
    """A deadline: whatever expires at a position at this instant is free again."""

    position: str
    expires_at: datetime


OwnersCommand = (
    CommitReservations
    | ExtendReservations
    | ResizeReservation
    | MoveReservation
    | FreeReservations
    | ConsumeReservations
)


def tickets_of(command: OwnersCommand) -> tuple[Ticket, ...]:
    """The tickets of *command*."""
    if isinstance(command, ResizeReservation | MoveReservation):
        return (command.ticket,)
    return command.tickets

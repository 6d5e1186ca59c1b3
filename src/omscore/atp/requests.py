"""What a host asks of stock directly, what it is answered, and why not.

A request is answered by a `Grant`, which is kept: the same command gets the same answer again, and
what was refused can be counted.  What becomes of what was granted is in `omscore.atp.tickets`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import ClassVar

from attrs import Attribute, evolve, field, frozen
from attrs.validators import optional

from omscore.atp.tickets import MOST, Ticket, distinct, owner_id, some, whole
from omscore.kernel import ids
from omscore.kernel.durations import a_while
from omscore.kernel.errors import Unreadable
from omscore.kernel.keys import Kind
from omscore.kernel.moments import some_day
from omscore.kernel.quantities import no_or_some_units, some_units
from omscore.kernel.reason import Noted, Reason
from omscore.kernel.several import several, several_of
from omscore.kernel.truth import some_truth

MOST_DAYS = 3650
MOST_PLACES = 10_000
NEVER = "never"

# --- what is asked for ------------------------------------------------------------------------


def _within(_: object, attribute: Attribute[int], value: int) -> None:
    no_or_some_units(_, attribute, value)
    if value > MOST_DAYS:
        raise Unreadable(f"at most {MOST_DAYS} days", f"$.{attribute.name}")


@frozen
class Wanted:
    """Units of one sku for *day*, or for the earliest later day within so many.

    Without a day it is today, at each node its own; so is a day that has passed.
    """

    sku: ids.Sku = field(converter=ids.sku)
    quantity: int = field(validator=some_units)
    day: date | None = field(default=None, validator=optional(some_day), kw_only=True)
    within_days: int = field(default=0, validator=_within, kw_only=True)


def _wanted(value: Iterable[Wanted]) -> tuple[Wanted, ...]:
    return some(several_of(Wanted, value, "wanted"), "wanted")


def _replaced(value: Iterable[Ticket]) -> tuple[Ticket, ...]:
    return whole(distinct(several_of(Ticket, value, "replaces"), "replaces"), "replaces")


def _nodes(value: str | Iterable[str]) -> tuple[ids.NodeId, ...]:
    if isinstance(value, str):
        return (ids.node_id(value, "at"),)
    nodes = tuple(ids.node_id(one, "at") for one in several(value, "at"))
    if len(set(nodes)) < len(nodes):
        raise Unreadable("each node once", "$.at")
    return some(nodes, "at")


@frozen
class Request:
    """Set stock aside for *owner* (a cart, an order of the host), all of it or nothing.

    *at* is a node, or a group of nodes in the order in which they are tried; the units sit at some
    of them.  They are kept for *ttl*, or for good if that is None.  A *partial* request takes what
    there is.  What it *replaces* is free again if it is granted, and never counted against it.
    *channel* is who sells, where shares of the stock are protected.
    """

    owner: str = field(converter=owner_id)
    wanted: tuple[Wanted, ...] = field(converter=_wanted)
    at: tuple[ids.NodeId, ...] = field(converter=_nodes, kw_only=True)
    ttl: timedelta | None = field(validator=optional(a_while), kw_only=True)
    partial: bool = field(default=False, validator=some_truth, kw_only=True)
    channel: str | None = field(default=None, converter=ids.optional_channel, kw_only=True)
    replaces: tuple[Ticket, ...] = field(default=(), converter=_replaced, kw_only=True)


def _requests(value: Iterable[Request]) -> tuple[Request, ...]:
    requests = some(several_of(Request, value, "requests"), "requests")
    if sum(len(one.wanted) for one in requests) > MOST:
        raise Unreadable(f"at most {MOST} lines in all", "$.requests")
    if sum(len(one.wanted) * len(one.at) for one in requests) > MOST_PLACES:
        raise Unreadable(f"at most {MOST_PLACES} lines and nodes in all", "$.requests")
    return requests


@frozen
class ReserveStock:
    """Answer these requests, one after the other, on one view of the stock."""

    requests: tuple[Request, ...] = field(converter=_requests)


# --- what is answered -------------------------------------------------------------------------


@frozen
class Kept:
    """What a reservation keeps now: *quantity* open units of a sku, at a node, for a day.

    *line* is the place of what was wanted, from 0; *epoch* is what its owner shows from now on.
    """

    reservation: ids.ReservationId
    epoch: int
    line: int
    sku: ids.Sku
    node: ids.NodeId
    day: date
    quantity: int
    expires_at: datetime | None = None

    @property
    def ticket(self) -> Ticket:
        """What its owner shows when he wants something of it."""
        return Ticket(self.reservation, self.epoch)


@frozen
class Grant:
    """The answer: what is kept for *owner*, and *why* it is not all that was asked for.

    Unless a request is partial, one of the two is empty.
    """

    owner: str
    kept: tuple[Kept, ...] = ()
    why: tuple[Noted, ...] = ()

    @property
    def granted(self) -> bool:
        """Whether it is all that was asked for."""
        return not self.why

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """The tickets for all that is kept."""
        return tuple(one.ticket for one in self.kept)


@frozen
class StockAnswered:
    """What was answered, in the order of the requests."""

    grants: tuple[Grant, ...]


@frozen
class Answered:
    """How many requests of one command were granted, and how many were not."""

    granted: int = 0
    refused: int = 0


def _evolve(state: Answered | None, /, *events: StockAnswered) -> Answered:
    state = state or Answered()
    for event in events:
        granted = sum(one.granted for one in event.grants)
        refused = len(event.grants) - granted
        state = evolve(state, granted=state.granted + granted, refused=state.refused + refused)
    return state


REQUEST = Kind("request", Answered, _evolve, (StockAnswered,))


def grants_of(events: Iterable[object]) -> tuple[Grant, ...]:
    """The answers among *events*."""
    return tuple(
        one for event in events if isinstance(event, StockAnswered) for one in event.grants
    )


# --- reasons ----------------------------------------------------------------------------------


@frozen
class LineShort(Reason):
    """Fewer units than asked for may be promised by the last day that would do.

    *later* is the first day for which all of them could be had, or the word `never`.
    """

    code: ClassVar[str] = "reservation.line-short"
    line: int
    sku: ids.Sku
    asked: int
    available: int
    later: str

    def __str__(self) -> str:
        later = f", all of them on {self.later}" if self.later != NEVER else ""
        return f"{self.asked} units of {self.sku} asked, {self.available} available{later}"


@frozen
class NoSuchReservation(Reason):
    """Nobody holds a reservation of this id here."""

    code: ClassVar[str] = "reservation.unknown"
    reservation: ids.ReservationId

    def __str__(self) -> str:
        return f"there is no reservation {self.reservation}"


@frozen
class NotYours(Reason):
    """The reservation belongs to somebody else, or to an order or a quote."""

    code: ClassVar[str] = "reservation.not-yours"
    reservation: ids.ReservationId

    def __str__(self) -> str:
        return f"reservation {self.reservation} belongs to somebody else"


@frozen
class TtlTooLong(Reason):
    """Stock is not kept for so long; it is for good that no duration is given."""

    code: ClassVar[str] = "reservation.ttl-too-long"
    seconds: int
    most: int

    def __str__(self) -> str:
        return f"{self.seconds} seconds asked, stock is kept for at most {self.most}"


@frozen
class TooManyExtensions(Reason):
    """The reservation was extended as often as one may be."""

    code: ClassVar[str] = "reservation.too-many-extensions"
    reservation: ids.ReservationId
    most: int

    def __str__(self) -> str:
        return f"reservation {self.reservation} was extended {self.most} times, which is the most"

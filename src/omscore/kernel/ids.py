"""Names of things: one type per kind, 1-64 characters of a small alphabet, given as plain `str`.

The functions are attrs converters: a command that is given a bad id cannot be built.  Ids of
derived things follow from what they derive from, so that a retry writes the same ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import NewType

from omscore.kernel.errors import Unreadable
from omscore.kernel.several import each_once

CommandId = NewType("CommandId", str)
OrderId = NewType("OrderId", str)
LineId = NewType("LineId", str)
FulfillmentId = NewType("FulfillmentId", str)
ReturnId = NewType("ReturnId", str)
QuoteId = NewType("QuoteId", str)
ReservationId = NewType("ReservationId", str)
NodeId = NewType("NodeId", str)
CalendarId = NewType("CalendarId", str)
Sku = NewType("Sku", str)
DocumentId = NewType("DocumentId", str)
Region = NewType("Region", str)
Method = NewType("Method", str)
HoldId = NewType("HoldId", str)

LONGEST = 64
ALPHABET = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def checked(value: object, name: str = "id") -> str:
    """*value*, if it may be an id; `Unreadable` otherwise, without repeating its text."""
    if not isinstance(value, str) or not ALPHABET.fullmatch(value):
        raise Unreadable("an id is 1 to 64 characters of A-Z a-z 0-9 . _ : -", f"$.{name}")
    return value


def derived(parent: str, *parts: str | int) -> str:
    """The id of something that follows from *parent*: readable while short, else a digest."""
    text = ".".join((parent.replace("/", "."), *map(str, parts)))
    if len(text) <= LONGEST:
        return text
    return blake2b(text.encode(), digest_size=16).hexdigest()


def command_id(value: str) -> CommandId:
    """An id of a command, chosen by whoever sends it."""
    return CommandId(checked(value, "command"))


def order_id(value: str, name: str = "order") -> OrderId:
    """An id of an order."""
    return OrderId(checked(value, name))


def line_id(value: str, name: str = "line") -> LineId:
    """An id of an order line, unique within its order."""
    return LineId(checked(value, name))


def fulfillment_id(value: str) -> FulfillmentId:
    """An id of a fulfillment order."""
    return FulfillmentId(checked(value, "fulfillment"))


def return_id(value: str) -> ReturnId:
    """An id of a return."""
    return ReturnId(checked(value, "return"))


def quote_id(value: str, name: str = "quote") -> QuoteId:
    """An id of a quote."""
    return QuoteId(checked(value, name))


def node_id(value: str, name: str = "node") -> NodeId:
    """An id of a place that can fulfill."""
    return NodeId(checked(value, name))


def optional_node_id(value: str | None, name: str = "node") -> NodeId | None:
    """An id of a place that can fulfill, or None."""
    return None if value is None else node_id(value, name)


def calendar_id(value: str, name: str = "calendar") -> CalendarId:
    """An id of a calendar."""
    return CalendarId(checked(value, name))


def optional_calendar_id(value: str | None, name: str = "calendar") -> CalendarId | None:
    """An id of a calendar, or None."""
    return None if value is None else calendar_id(value, name)


def sku(value: str) -> Sku:
    """An id of an item."""
    return Sku(checked(value, "sku"))


def optional_sku(value: str | None) -> Sku | None:
    """An id of an item, or None."""
    return None if value is None else sku(value)


def document_id(value: str, name: str = "document") -> DocumentId:
    """An id of a paper of the source (a delivery note, a purchase order line, a count)."""
    return DocumentId(checked(value, name))


def reservation_id(value: str) -> ReservationId:
    """An id of a reservation."""
    return ReservationId(checked(value, "reservation"))


def region(value: str, name: str = "region") -> Region:
    """A part of the world: an ISO 3166 code such as `DE` or `US-CA`, or a word of the host."""
    return Region(checked(value, name))


def method(value: str, name: str = "method") -> Method:
    """A delivery method, in the words of the host."""
    return Method(checked(value, name))


def hold_id(value: str) -> HoldId:
    """An id of a hold, unique within its order."""
    return HoldId(checked(value, "hold"))


def optional_region(value: str | None, name: str = "region") -> Region | None:
    """A part of the world, or None."""
    return None if value is None else region(value, name)


def ship_to(value: str) -> Region:
    """Where an order or a line of it goes."""
    return region(value, "ship_to")


def optional_ship_to(value: str | None) -> Region | None:
    """Where a line goes, or None."""
    return optional_region(value, "ship_to")


def end(value: str) -> Region:
    """Where a way leads *to*."""
    return region(value, "to")


def optional_end(value: str | None) -> Region | None:
    """Where a way leads *to*, or None."""
    return optional_region(value, "to")


def optional_method(value: str | None) -> Method | None:
    """A delivery method, or None."""
    return None if value is None else method(value)


def reason(value: str) -> str:
    """Why something was done, in a word of whoever did it."""
    return checked(value, "reason")


def move(value: str) -> str:
    """The name of a move of a flow."""
    return checked(value, "move")


def classes(value: Iterable[str]) -> tuple[str, ...]:
    """The classes of an item, in words of the host: each once, in order."""
    return each_once(checked, value, "classes")


def tags(value: Iterable[str]) -> tuple[str, ...]:
    """The tags of a node, in words of the host: each once, in order."""
    return each_once(checked, value, "tags")


def optional(value: str | None, name: str) -> str | None:
    """*value*, if it may be an id, or None."""
    return None if value is None else checked(value, name)


def optional_lot(value: str | None) -> str | None:
    """The name of a lot, or None."""
    return optional(value, "lot")


def optional_channel(value: str | None) -> str | None:
    """The channel that something is sold through, in a word of the host, or None."""
    return optional(value, "channel")


def optional_group(value: str | None) -> str | None:
    """What lines are grouped by, in a word of the host, or None."""
    return optional(value, "group")


def optional_tracking(value: str | None) -> str | None:
    """What a carrier calls a parcel, or None."""
    return optional(value, "tracking")


def optional_customer(value: str | None) -> str | None:
    """What the host's own books call a customer, or None."""
    return optional(value, "customer")

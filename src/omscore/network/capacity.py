"""The capacity ledger: what one local day of a node can take, and what is booked of it.

A day is counted by units, by lines, by orders and by parcels.  What an order takes of it is counted
over all that leaves the node for that order on that day: two units of a line are two units, one
line, one order and one parcel.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Literal, NewType, assert_never, get_args

from attrs import frozen

from omscore.kernel.errors import ensure
from omscore.kernel.ids import LineId, Method, NodeId, Region
from omscore.kernel.keys import Kind
from omscore.kernel.reason import Reason

CapacityId = NewType("CapacityId", str)
CapacityKind = Literal["units", "lines", "orders", "parcels"]
CAPACITY_KINDS: tuple[CapacityKind, ...] = get_args(CapacityKind)

Slot = tuple[NodeId, CapacityKind, date]
"""A day of a node, counted in one way."""


@frozen
class Sending:
    """Units of one line that leave a node on a day: straight to a destination, or *via* a node."""

    line: LineId
    node: NodeId
    day: date
    to: Region
    method: Method
    via: NodeId | None
    quantity: int


def taken(sendings: Iterable[Sending]) -> Counter[Slot]:
    """What the *sendings* of one order take of the days of nodes, by kind.

    What goes by way of the same node on the same day leaves as one parcel.
    """
    found, seen = Counter[Slot](), set[tuple[Slot, object]]()
    for one in sendings:
        found[one.node, "units", one.day] += one.quantity
        seen.add(((one.node, "lines", one.day), one.line))
        seen.add(((one.node, "orders", one.day), None))
        seen.add(((one.node, "parcels", one.day), one.via or (one.to, one.method)))
    found.update(slot for slot, _ in seen)
    return found


def capacity_id(node: NodeId, kind: CapacityKind, day: date) -> CapacityId:
    """The id of a day's capacity of one kind at a node."""
    return CapacityId(f"{node}/{kind}/{day.isoformat()}")


@frozen
class CapacityBooked:
    """So much of a day was taken, when *limit* was what it could take."""

    used: int
    limit: int


@frozen
class CapacityFreed:
    """So much of a day was given back."""

    used: int


CapacityEvent = CapacityBooked | CapacityFreed


@frozen
class Capacity:
    """What is used of a day, and the highest limit under which it was booked."""

    used: int = 0
    limit: int = 0


@frozen
class DayFull(Reason):
    """The day cannot take as much as was asked for."""

    code: ClassVar[str] = "capacity.day-full"
    asked: int
    left: int

    def __str__(self) -> str:
        return f"{self.asked} asked, {self.left} left of the day"


def book(capacity: Capacity | None, used: int, limit: int) -> CapacityBooked | DayFull:
    """Take *used* of a day that can take *limit*, or say why not."""
    left = limit - (capacity or Capacity()).used
    return DayFull(used, max(0, left)) if used > left else CapacityBooked(used, limit)


def evolve(capacity: Capacity | None, /, *events: CapacityEvent) -> Capacity:
    """The capacity after *events*."""
    now = capacity or Capacity()
    for event in events:
        match event:
            case CapacityBooked(used, limit):
                now = Capacity(now.used + used, max(limit, now.limit))
            case CapacityFreed(used):
                now = Capacity(now.used - used, now.limit)
            case _:
                assert_never(event)
    return now


def law(capacity: Capacity) -> None:
    """No more is used than the day could take when it was booked."""
    ensure(0 <= capacity.used <= capacity.limit, "capacity used is within the limit")


def margin(capacity: Capacity) -> int:
    """What the day could still take, under the highest limit that it was booked with."""
    return capacity.limit - capacity.used


CAPACITY = Kind(
    "capacity", Capacity, evolve, (CapacityBooked, CapacityFreed), law=law, margin=margin
)

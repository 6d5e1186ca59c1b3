"""Waiting demand: units that were ordered, for which no supply with a date is known.

One backlog per sku, first come, first served: whoever was promised units that do not come goes
before those who ordered later.  It is no reservation, but lowers what later requests may be
promised; when supply arrives, those who wait are called in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import ClassVar, assert_never

import attrs
from attrs import field, frozen

from omscore.atp.questions import Shipment
from omscore.atp.reallocation import Strategy
from omscore.kernel import ids
from omscore.kernel.errors import Refused, Unreadable, ensure
from omscore.kernel.ids import LineId, Method, NodeId, OrderId, Region, Sku
from omscore.kernel.keys import Changes, Key, Kind, Seen
from omscore.kernel.reason import Reason
from omscore.kernel.recorded import Context, Recorded
from omscore.kernel.several import several
from omscore.kernel.todo import Later
from omscore.lifecycle.order.messages import SourceOrder

_EVER = datetime.min.replace(tzinfo=UTC)


@frozen
class Waiting:
    """Units of an order line that wait, and *since* when the order is placed.

    *ranked* ones were put first by somebody.  They go *to* a region by a *method*; where that was
    not kept, any node might serve them.
    """

    order: OrderId
    line: LineId
    quantity: int
    since: datetime | None = None
    ranked: bool = False
    to: Region | None = None
    method: Method | None = None

    @property
    def turn(self) -> tuple[bool, datetime]:
        """What goes before what: who was ranked, then who was placed before."""
        return not self.ranked, self.since or _EVER


@frozen
class WaitingJoined:
    """Units began to wait, behind all whose orders were placed before."""

    waiting: Waiting


@frozen
class WaitingLeft:
    """Units wait no more: they were allocated, or canceled."""

    waiting: Waiting


@frozen
class WaitingCalled:
    """Supply arrived: these orders may try again, in this order."""

    orders: tuple[OrderId, ...]


@frozen
class WaitingRanked:
    """These orders go first from now on, in this order; the others keep theirs behind them."""

    orders: tuple[OrderId, ...]


@frozen
class Reallocated:
    """What a line had of a node by day, and what it has now, by which strategy."""

    order: OrderId
    line: LineId
    strategy: Strategy
    was: tuple[Shipment, ...]
    now: tuple[Shipment, ...]


@frozen
class BacklogReallocated:
    """The backlog was promised anew at a node: these lines have other days, or none."""

    node: NodeId
    changed: tuple[Reallocated, ...]


Queue = dict[tuple[OrderId, LineId], Waiting]
BacklogEvent = WaitingJoined | WaitingLeft | WaitingCalled | WaitingRanked | BacklogReallocated


@frozen
class Backlog:
    """Who waits for a sku, first come first: by when orders were placed."""

    queue: tuple[Waiting, ...] = ()

    def keeping(self, order: OrderId, since: datetime) -> Backlog:
        """The same with a place for *order*, which has lost its units but does not wait yet."""
        if any(one.order == order for one in self.queue):
            return self
        place = Waiting(order, LineId("-"), 0, since)
        return Backlog(tuple(_inserted(self.queue, place)))


def evolve(backlog: Backlog | None, /, *events: BacklogEvent) -> Backlog:
    """The backlog after *events*; a line keeps its place while some of its units wait."""
    queue = {} if backlog is None else {(one.order, one.line): one for one in backlog.queue}
    for event in events:
        match event:
            case WaitingJoined(waiting):
                queue = _joined(queue, waiting)
            case WaitingLeft(waiting):
                _leave(queue, waiting)
            case WaitingCalled() | BacklogReallocated():
                pass
            case WaitingRanked(orders):
                queue = {(one.order, one.line): one for one in _ranked(queue.values(), orders)}
            case _:
                assert_never(event)
    return Backlog(tuple(queue.values()))


def _joined(queue: Queue, waiting: Waiting) -> Queue:
    at = waiting.order, waiting.line
    if (known := queue.get(at)) is not None:
        queue[at] = attrs.evolve(known, quantity=known.quantity + waiting.quantity)
        return queue
    return {(one.order, one.line): one for one in _inserted(queue.values(), waiting)}


def _inserted(queue: Iterable[Waiting], newcomer: Waiting) -> list[Waiting]:
    """*queue* with *newcomer* behind all whose turn is not after its own."""
    found = list(queue)
    place = next((at for at, one in enumerate(found) if one.turn > newcomer.turn), len(found))
    return [*found[:place], newcomer, *found[place:]]


def _leave(queue: Queue, waiting: Waiting) -> None:
    at = waiting.order, waiting.line
    left = (queue[at].quantity if at in queue else 0) - waiting.quantity
    ensure(left >= 0, "no more units leave a backlog than wait in it")
    if left:
        queue[at] = attrs.evolve(queue[at], quantity=left)
    else:
        del queue[at]


def _ranked(queue: Iterable[Waiting], orders: Sequence[OrderId]) -> list[Waiting]:
    """*queue* with *orders* first; what is of equal rank stays as it was."""
    places = {order: place for place, order in enumerate(orders)}
    ranked = [
        attrs.evolve(one, ranked=True) if one.order in places and not one.ranked else one
        for one in queue
    ]
    return sorted(ranked, key=lambda one: places.get(one.order, len(places)))


BACKLOG = Kind(
    "backlog",
    Backlog,
    evolve,
    (WaitingJoined, WaitingLeft, WaitingCalled, WaitingRanked, BacklogReallocated),
)


def call(changes: Changes, sku: Sku) -> None:
    """Tell those who wait for *sku* that there may be some; nothing, if nobody does."""
    key = BACKLOG.key(sku)
    if (backlog := changes.get(key)) is not None and backlog.queue:
        orders = dict.fromkeys(waiting.order for waiting in backlog.queue)
        changes.tell(key, [WaitingCalled(tuple(orders))])


@frozen
class Serving:
    """The process that sends called orders to be sourced; it keeps nothing."""


SERVING = Kind("serving", Serving)


def react(process: Serving | None, heard: Recorded[WaitingCalled]) -> tuple[None, Sequence[Later]]:
    """Each order in turn is sourced again."""
    return None, [Later(heard.recorded_at, SourceOrder(order)) for order in heard.event.orders]


# --- who goes first ---------------------------------------------------------------------------


@frozen
class DoesNotWait(Reason):
    """An order that is to go first does not wait for the sku."""

    code: ClassVar[str] = "backlog.does-not-wait"
    order: OrderId

    def __str__(self) -> str:
        return f"order {self.order} does not wait for it"


def _orders(values: Iterable[str]) -> tuple[OrderId, ...]:
    orders = tuple(ids.order_id(one, "orders") for one in several(values, "orders"))
    if not orders or len(set(orders)) < len(orders):
        raise Unreadable("one order or more, each of them once", "$.orders")
    return orders


@frozen
class RankWaiting:
    """Let these orders go first among those who wait for *sku*, in this order."""

    sku: Sku = field(converter=ids.sku)
    orders: tuple[OrderId, ...] = field(converter=_orders)


@frozen
class Ranking:
    """Change the order of a queue, and let those who wait try again in the new one."""

    def reads(self, command: RankWaiting, seen: Seen) -> Iterable[Key[object]]:
        """Who waits."""
        yield BACKLOG.key(command.sku)

    def decide(self, command: RankWaiting, seen: Seen, context: Context) -> Changes:
        """A new order; nothing, if it is the old one; `Refused` if somebody does not wait."""
        key, changes = BACKLOG.key(command.sku), Changes(seen)
        was = changes.get(key) or Backlog()
        waiting = {one.order for one in was.queue}
        if strangers := [DoesNotWait(one) for one in command.orders if one not in waiting]:
            raise Refused(*strangers)
        if tuple(_ranked(was.queue, command.orders)) != was.queue:
            changes.tell(key, [WaitingRanked(command.orders)])
            call(changes, command.sku)
        return changes

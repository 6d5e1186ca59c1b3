"""Waiting demand: units that were ordered, for which no supply with a date is known.

One backlog per sku, first come, first served.  It is no reservation, but lowers what later requests
may be promised; when supply arrives, those who wait are called in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, assert_never

from attrs import field, frozen

from omscore.kernel import ids
from omscore.kernel.errors import Refused, Unreadable, ensure
from omscore.kernel.ids import LineId, OrderId, Sku
from omscore.kernel.keys import Changes, Key, Kind, Seen
from omscore.kernel.reason import Reason
from omscore.kernel.recorded import Context, Recorded
from omscore.kernel.several import several
from omscore.kernel.todo import Later
from omscore.lifecycle.order.messages import SourceOrder


@frozen
class Waiting:
    """Units of an order line that wait."""

    order: OrderId
    line: LineId
    quantity: int


@frozen
class WaitingJoined:
    """Units began to wait, behind all others."""

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


BacklogEvent = WaitingJoined | WaitingLeft | WaitingCalled | WaitingRanked


@frozen
class Backlog:
    """Who waits for a sku, first come first."""

    queue: tuple[Waiting, ...] = ()


def evolve(backlog: Backlog | None, /, *events: BacklogEvent) -> Backlog:
    """The backlog after *events*; a line keeps its place while some of its units wait."""
    queue = {} if backlog is None else {(one.order, one.line): one for one in backlog.queue}
    for event in events:
        match event:
            case WaitingJoined(waiting):
                _add(queue, waiting, waiting.quantity)
            case WaitingLeft(waiting):
                _add(queue, waiting, -waiting.quantity)
            case WaitingCalled():
                pass
            case WaitingRanked(orders):
                queue = {(one.order, one.line): one for one in _ranked(queue.values(), orders)}
            case _:
                assert_never(event)
    return Backlog(tuple(queue.values()))


def _add(queue: dict[tuple[OrderId, LineId], Waiting], waiting: Waiting, quantity: int) -> None:
    at = waiting.order, waiting.line
    left = (queue[at].quantity if at in queue else 0) + quantity
    ensure(left >= 0, "no more units leave a backlog than wait in it")
    if left:
        queue[at] = Waiting(*at, left)
    else:
        del queue[at]


def _ranked(queue: Iterable[Waiting], orders: Sequence[OrderId]) -> list[Waiting]:
    """*queue* with *orders* first; what is of equal rank stays as it was."""
    places = {order: place for place, order in enumerate(orders)}
    return sorted(queue, key=lambda one: places.get(one.order, len(places)))


BACKLOG = Kind(
    "backlog", Backlog, evolve, (WaitingJoined, WaitingLeft, WaitingCalled, WaitingRanked)
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
    orders = tuple(map(ids.order_id, several(values, "orders")))
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

"""Waiting demand: units that were ordered, for which no supply with a date is known.

One backlog per sku, first come, first served.  It is no reservation, but lowers what later requests
may be promised; when supply arrives, those who wait are called in their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from attrs import frozen

from omscore.kernel.errors import ensure
from omscore.kernel.ids import LineId, OrderId, Sku
from omscore.kernel.keys import Changes, Kind
from omscore.kernel.recorded import Recorded
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


BacklogEvent = WaitingJoined | WaitingLeft | WaitingCalled


@frozen
class Backlog:
    """Who waits for a sku, first come first."""

    queue: tuple[Waiting, ...] = ()

    def before(self, order: OrderId | None) -> int:
        """How many units others wait for who came before *order*; all, if it does not wait."""
        ahead = 0
        for waiting in self.queue:
            if waiting.order == order:
                break
            ahead += waiting.quantity
        return ahead


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


BACKLOG = Kind("backlog", Backlog, evolve, (WaitingJoined, WaitingLeft, WaitingCalled))


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

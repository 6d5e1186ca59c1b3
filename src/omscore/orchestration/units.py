"""Moving units: stage, reservation, stock, capacity and backlog change in the same transaction.

Every journey tells its `UnitsMoved` through `tell`, so that law 2 of the design has one place:
at the end of every transaction, what a line has reserved is what it has allocated and not shipped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from omscore.kernel.flow import Flow
from omscore.kernel.ids import FulfillmentId, OrderId, ReservationId, Sku
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.recorded import Context
from omscore.lifecycle.fulfillment import fulfillment as fulfillments
from omscore.lifecycle.fulfillment.fulfillment import FULFILLMENT
from omscore.lifecycle.fulfillment.messages import Task
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.order.messages import Moved, UnitsMoved
from omscore.lifecycle.order.order import ORDER, Order, Share
from omscore.orchestration import backlog, days, reserving
from omscore.orchestration.backlog import BACKLOG, Waiting
from omscore.orchestration.shipping import UNKNOWN, Left


def reads_of(
    seen: Seen, order: Order, shares: Iterable[Share], move: str, flow: Flow
) -> Iterable[Key[object]]:
    """Everything that *shares* may change beside the order when they make *move*."""
    held = dict[str, None]()
    for share in shares:
        group = share.group
        if not orders.lets_go(group, move, flow):
            continue
        line = order.lines[share.line]
        yield BACKLOG.key(line.asked.sku)
        yield BACKLOG.key(orders.sku_of(line, group))
        if group.reservation is not None:
            held[group.reservation] = None
        if group.fulfillment is not None:
            yield FULFILLMENT.key(group.fulfillment)
        if group.node is not None and group.ship_day is not None:
            yield from days.reads_of(group.node, group.ship_day)
    if held:
        yield from reserving.reads_of(seen, held)


def tell(
    changes: Changes,
    order: OrderId,
    event: UnitsMoved,
    context: Context,
    left: Left = UNKNOWN,
    *,
    calling: bool = True,
) -> None:
    """Let units move, and let go of what they no longer hold: it goes to those who wait for it.

    What is shipped is of the lots that have *left*.  Nobody is called who waits, if not *calling*.
    """
    key = ORDER.key(order)
    lines = (known := changes.require(key)).lines
    changes.tell(key, [event])
    freed: dict[Sku, None] = {}
    for moved in event.moved:
        sku = lines[moved.line].asked.sku
        if moved.from_.stage == "backordered":
            changes.tell(BACKLOG.key(sku), [backlog.WaitingLeft(_waiting(known, moved))])
        if moved.to.stage == "backordered":
            changes.tell(BACKLOG.key(sku), [backlog.WaitingJoined(_waiting(known, moved))])
        if moved.from_.reservation is not None and moved.to.reservation is None:
            _let_go(changes, moved, moved.from_.reservation, event.move, context, left)
            if event.move != "ship":
                freed[orders.sku_of(lines[moved.line], moved.from_)] = None
    if any(one.from_.node is not None and one.to.node is None for one in event.moved):
        days.give_back(changes, days.sendings_of(known), days.sendings_of(changes.require(key)))
    for sku in freed if calling else ():
        backlog.call(changes, sku)


def _waiting(order: Order, moved: Moved) -> Waiting:
    way = moved.to.to, moved.to.method
    return Waiting(order.id, moved.line, moved.quantity, order.placed_at, False, *way)


def _let_go(
    changes: Changes, moved: Moved, held: ReservationId, move: str, context: Context, left: Left
) -> None:
    """Shipped units consume what was reserved for them; all others free it."""
    if move == "ship":
        reserving.consume(changes, context, held, moved.quantity, left.get(held, ()))
        return
    reserving.free(changes, context, held, moved.quantity)


def withdraw(changes: Changes, event: UnitsMoved, cause: str, flow: Flow) -> None:
    """Take units that left a fulfillment order out of its tasks."""
    gone = defaultdict[FulfillmentId, list[Moved]](list)
    for moved in event.moved:
        if (named := moved.from_.fulfillment) is not None and moved.to.fulfillment is None:
            gone[named].append(moved)
    for named, moves in gone.items():
        key = FULFILLMENT.key(named)
        found = changes.require(key)
        skus = {(task.line, task.reservation): task.sku for task in found.tasks}
        tasks = [
            Task(one.line, skus[one.line, held], held, one.quantity)
            for one in moves
            if (held := one.from_.reservation) is not None or one.from_.made
        ]
        changes.tell(key, fulfillments.lower(found, cause, tasks, flow))

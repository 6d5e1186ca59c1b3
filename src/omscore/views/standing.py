"""How an order stands: what a shop shows its customer and its staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from attrs import field, frozen

from omscore.kernel import ids
from omscore.kernel.flow import Flow
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.order.messages import Group
from omscore.lifecycle.order.order import Order, OrderLine


@frozen
class LineStanding:
    """One line: how many units are at which stage, in which groups, and by when they arrive.

    *promised* is None while some unit has no promise.  *returning* units are on a return.
    """

    line: ids.LineId
    sku: ids.Sku
    ordered: int
    status: str
    stages: Mapping[str, int]
    groups: Mapping[Group, int]
    promised: date | None
    returning: int


@frozen
class OrderStanding:
    """A whole order.  Its status is that of the units that are least far."""

    order: ids.OrderId
    status: str
    stages: Mapping[str, int]
    promised: date | None
    placed_at: datetime
    lines: Mapping[ids.LineId, LineStanding]
    holds: Mapping[ids.HoldId, str]
    fulfillments: tuple[ids.FulfillmentId, ...]
    customer: str | None = field(default=None, repr=False)


def standing(order: Order, flow: Flow) -> OrderStanding:
    """How *order* stands under *flow*."""
    lines = order.lines.values()
    return OrderStanding(
        order.id,
        orders.status(lines, flow),
        orders.breakdown(lines),
        orders.promised(lines),
        order.placed_at,
        {id_: _line(id_, line, flow) for id_, line in order.lines.items()},
        {id_: hold.reason for id_, hold in order.holds.items()},
        order.fulfillments,
        order.customer,
    )


def _line(id_: ids.LineId, line: OrderLine, flow: Flow) -> LineStanding:
    return LineStanding(
        id_,
        line.asked.sku,
        line.ordered,
        orders.status([line], flow),
        orders.breakdown([line]),
        line.units,
        orders.promised([line]),
        line.returning,
    )

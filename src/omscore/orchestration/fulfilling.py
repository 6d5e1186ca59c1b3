"""Fulfilling: work is given to nodes when it is due, and what they report moves the units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs
from attrs import frozen

from omscore.atp.position import POSITION, position_id
from omscore.kernel.flow import Flow
from omscore.kernel.ids import (
    DocumentId,
    FulfillmentId,
    LineId,
    NodeId,
    OrderId,
    ReservationId,
    derived,
)
from omscore.kernel.keys import Changes, Key, Kind, Seen
from omscore.kernel.recorded import Context, Recorded
from omscore.kernel.todo import Later
from omscore.lifecycle.fulfillment import fulfillment as fulfillments
from omscore.lifecycle.fulfillment.fulfillment import FULFILLMENT, Fulfillment
from omscore.lifecycle.fulfillment.messages import (
    FulfillmentMoved,
    FulfillmentReleased,
    PickFulfillment,
    RecallFulfillment,
    Report,
    ShipFulfillment,
    Task,
    TasksLowered,
)
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.order.messages import HoldLifted, PlanChosen, ReleaseOrder
from omscore.lifecycle.order.order import ORDER, Order, Share
from omscore.network.calendar import release_at
from omscore.network.facts import THE_NETWORK, Network
from omscore.network.plan import ParcelName
from omscore.orchestration import shipping, stock, units


@frozen
class Releasing:
    """Give to the nodes what is allocated, due and not held: one fulfillment order per parcel."""

    flow: Flow
    ship_flow: Flow

    def __attrs_post_init__(self) -> None:
        self.flow.require("release")

    def reads(self, command: ReleaseOrder, seen: Seen) -> Iterable[Key[object]]:
        """The order and the network, then as many fulfillment orders as parcels may be due."""
        yield (key := ORDER.key(command.order))
        yield THE_NETWORK
        if (order := seen.get(key)) is not None:
            parcels = _parcels(orders.ready(order, self.flow, "release"))
            for n in range(len(parcels)):
                yield FULFILLMENT.key(_name(order, n))

    def decide(self, command: ReleaseOrder, seen: Seen, context: Context) -> Changes:
        """Whatever is due is released, which may be nothing; what is held waits for the lift."""
        key, changes = ORDER.key(command.order), Changes(seen)
        order = orders.required(changes.get(key), command.order)
        if orders.held(order, "release"):
            return changes
        network = changes.get(THE_NETWORK) or Network()
        due = _due(orders.ready(order, self.flow, "release"), network, context.now)
        for n, (work, shares) in enumerate(due.items()):
            named = _name(order, n)
            moved = orders.moving(self.flow, "release", shares, fulfillment=named)
            units.tell(changes, order.id, moved, context)
            released = _released(order, named, work, shares, self.ship_flow)
            changes.tell(FULFILLMENT.key(named), [released])
        return changes


def _name(order: Order, n: int) -> FulfillmentId:
    return FulfillmentId(derived(order.id, len(order.fulfillments) + n + 1))


Work = tuple[ParcelName, NodeId | None]
"""What a node sends in one go: the parcel, and the node that it goes to first, if it does."""


def _parcels(shares: Iterable[Share]) -> dict[Work, list[Share]]:
    parcels: dict[Work, list[Share]] = {}
    for share in shares:
        group = share.group
        if group.node is not None and group.ship_day is not None:
            parcel = group.node, group.to, group.method, group.ship_day
            parcels.setdefault((parcel, group.via), []).append(share)
    return dict(sorted(parcels.items(), key=lambda one: (one[0][0], one[0][1] or "")))


def _due(shares: Iterable[Share], network: Network, now: datetime) -> dict[Work, list[Share]]:
    return {
        (parcel, via): shares
        for (parcel, via), shares in _parcels(shares).items()
        if release_at(network.nodes[parcel[0]], network, parcel[3]) <= now
    }


def _released(
    order: Order, named: FulfillmentId, work: Work, shares: Iterable[Share], flow: Flow
) -> FulfillmentReleased:
    tasks = tuple(
        Task(share.line, orders.sku_of(order.lines[share.line], share.group), held, share.quantity)
        for share in shares
        if (held := share.group.reservation) is not None or share.group.made
    )
    parcel, via = work
    return FulfillmentReleased(named, order.id, *parcel, tasks, flow.initial, via)


@frozen
class Reporting:
    """A node or a carrier reports: the work moves, and the units with it."""

    flow: Flow
    ship_flow: Flow

    def reads(self, report: Report, seen: Seen) -> Iterable[Key[object]]:
        """The work, its order, then what its units hold, and where missing units are sought."""
        yield (key := FULFILLMENT.key(report.fulfillment))
        if (work := seen.get(key)) is None:
            return
        yield (of := ORDER.key(work.order))
        if (order := seen.get(of)) is not None:
            missed = report.missing if isinstance(report, PickFulfillment) else ()
            move = "short" if missed else report.move
            yield from units.reads_of(seen, order, _in_work(order, work), move, self.flow)
            lines = {missing.line for missing in missed}
            for sku in dict.fromkeys(task.sku for task in work.tasks if task.line in lines):
                yield POSITION.key(position_id(work.node, sku))
                yield POSITION.key(position_id(work.node, sku, "suspect"))

    def decide(self, report: Report, seen: Seen, context: Context) -> Changes:
        """What the report leads to; a late or repeated one is ignored, with a reason."""
        key, changes = FULFILLMENT.key(report.fulfillment), Changes(seen)
        work = fulfillments.required(changes.get(key), report.fulfillment)
        for event in fulfillments.decide(work, report, self.ship_flow):
            if isinstance(event, FulfillmentMoved):
                self._moved(changes, work, event, report, context)
                continue
            changes.tell(key, [event])
            if isinstance(event, TasksLowered):
                self._missed(changes, work, event, context)
        return changes

    def _missed(
        self, changes: Changes, work: Fulfillment, event: TasksLowered, context: Context
    ) -> None:
        """Units that were not found are sourced again; their stock is suspect until counted."""
        order = changes.require(ORDER.key(work.order))
        left: dict[tuple[LineId, ReservationId | None], int] = {
            (task.line, task.reservation): task.quantity for task in event.tasks
        }
        shares = [
            Share(share.line, share.group, left.pop((share.line, share.group.reservation)))
            for share in _in_work(order, work)
            if (share.line, share.group.reservation) in left
        ]
        units.tell(changes, order.id, orders.moving(self.flow, "short", shares), context)
        for task in event.tasks:
            if task.reservation is not None:
                paper = DocumentId(work.id)
                stock.suspect(changes, context, work.node, task.sku, task.quantity, paper)

    def _moved(
        self,
        changes: Changes,
        work: Fulfillment,
        event: FulfillmentMoved,
        report: Report,
        context: Context,
    ) -> None:
        """The units move too; what is shipped leaves its lots."""
        order, move, left = changes.require(ORDER.key(work.order)), event.move, shipping.UNKNOWN
        shares = [
            share for share in _in_work(order, work) if self.flow.allows(share.group.stage, move)
        ]
        if isinstance(report, ShipFulfillment):
            left = shipping.lots_leaving(changes, context, shares, report.lots)
        moved = attrs.evolve(event, lots=tuple(shipping.told_apart(shares, left)))
        changes.tell(FULFILLMENT.key(work.id), [moved])
        if shares:
            units.tell(changes, order.id, orders.moving(self.flow, move, shares), context, left)


@frozen
class Recalling:
    """Ask a node to put back what it has picked."""

    flow: Flow
    ship_flow: Flow

    def reads(self, command: RecallFulfillment, seen: Seen) -> Iterable[Key[object]]:
        """The work and its order."""
        yield (key := FULFILLMENT.key(command.fulfillment))
        if (work := seen.get(key)) is not None:
            yield ORDER.key(work.order)

    def decide(self, command: RecallFulfillment, seen: Seen, context: Context) -> Changes:
        """The work is recalled; its units keep their stock until they are put back."""
        key, changes = FULFILLMENT.key(command.fulfillment), Changes(seen)
        work = fulfillments.required(changes.get(key), command.fulfillment)
        changes.tell(key, fulfillments.recall(work, command, self.ship_flow))
        order = changes.require(ORDER.key(work.order))
        shares = list(_in_work(order, work))
        changes.tell(ORDER.key(order.id), [orders.moving(self.flow, "recall", shares)])
        return changes


def _in_work(order: Order, work: Fulfillment) -> Iterable[Share]:
    """The units of *order* that are in *work*."""
    for line in dict.fromkeys(task.line for task in work.tasks):
        for group, quantity in order.lines[line].units.items():
            if group.fulfillment == work.id:
                yield Share(line, group, quantity)


@frozen
class Fulfilling:
    """The process that releases what is due; it keeps nothing."""


FULFILLING = Kind("fulfilling", Fulfilling)


def has_legs(event: PlanChosen) -> bool:
    """Whether there is anything to release."""
    return bool(event.decision.legs)


def react(
    process: Fulfilling | None, heard: Recorded[PlanChosen | HoldLifted]
) -> tuple[None, Sequence[Later]]:
    """Release each parcel when it is due; after a hold, whatever is due by now."""
    match heard.event:
        case PlanChosen(decision):
            due = sorted({max(leg.release_at, heard.recorded_at) for leg in decision.legs})
        case HoldLifted():
            due = [heard.recorded_at]
    from_order = ReleaseOrder(OrderId(heard.key.id))
    return None, [Later(moment, from_order) for moment in due]

"""The fulfillment order: the work that one node gets for one parcel of one order.

Its tasks say which units, and from which reservations; short and withdrawn units leave it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import assert_never

import attrs
from attrs import frozen

from omscore.kernel import ids
from omscore.kernel.errors import Broken, Refused, ensure
from omscore.kernel.flow import Flow
from omscore.kernel.keys import Kind
from omscore.lifecycle.fulfillment.messages import (
    FulfillmentEvent,
    FulfillmentMoved,
    FulfillmentReleased,
    Missing,
    MoreMissingThanAsked,
    MoreOfLotsThanAsked,
    NoSuchFulfillment,
    NotNow,
    OfLot,
    PickFulfillment,
    RecallFulfillment,
    RejectFulfillment,
    Report,
    ReportIgnored,
    ShipFulfillment,
    Task,
    TasksLowered,
)

# Stages in which units are still in the building, but not where stock is counted.
OFF_THE_SHELF = frozenset({"picked", "packed", "recalled"})


@frozen
class Fulfillment:
    """Who sends what to where, when, and how far it is; *lots* are of what was shipped."""

    id: ids.FulfillmentId
    order: ids.OrderId
    node: ids.NodeId
    to: ids.Region
    method: ids.Method
    ship_day: date
    tasks: tuple[Task, ...]
    stage: str
    tracking: str | None = None
    via: ids.NodeId | None = None
    lots: tuple[OfLot, ...] = ()


def required(found: Fulfillment | None, id_: ids.FulfillmentId) -> Fulfillment:
    """*found*; `Refused` if there is none of this id."""
    if found is None:
        raise Refused(NoSuchFulfillment(id_))
    return found


def decide(
    fulfillment: Fulfillment | None, report: Report, flow: Flow
) -> Sequence[FulfillmentEvent]:
    """What a node's *report* leads to.

    A late or repeated one is ignored, with a reason; `Refused` if the work is unknown, or if
    more is missing, or of lots, than was asked for.
    """
    known = required(fulfillment, report.fulfillment)
    if not flow.allows(known.stage, report.move):
        return [ReportIgnored(report.move, NotNow(report.move, known.stage).noted())]
    if isinstance(report, PickFulfillment) and report.missing:
        return _picked_short(known, report.missing, flow)
    why = report.reason if isinstance(report, RejectFulfillment) else None
    if not isinstance(report, ShipFulfillment):
        return [_moved(known, report.move, flow, why)]
    _require_asked(known, report.lots)
    return [_moved(known, report.move, flow, why, report.tracking)]


def _require_asked(fulfillment: Fulfillment, lots: Iterable[OfLot]) -> None:
    """`Refused`, if lots are named of more units than come from stock."""
    named, asked = Counter[ids.LineId](), Counter[ids.LineId]()
    for one in lots:
        named[one.line] += one.quantity
    for task in fulfillment.tasks:
        asked[task.line] += 0 if task.reservation is None else task.quantity
    faults = [
        MoreOfLotsThanAsked(line, units, asked[line])
        for line, units in named.items()
        if units > asked[line]
    ]
    if faults:
        raise Refused(*faults)


def recall(
    fulfillment: Fulfillment | None, command: RecallFulfillment, flow: Flow
) -> Sequence[FulfillmentEvent]:
    """The node is asked to put everything back; `Refused` if it has not picked, or has shipped."""
    known = required(fulfillment, command.fulfillment)
    if not flow.allows(known.stage, "recall"):
        raise Refused(NotNow("recall", known.stage))
    return [_moved(known, "recall", flow)]


def lower(
    fulfillment: Fulfillment, cause: str, tasks: Iterable[Task], flow: Flow
) -> Sequence[FulfillmentEvent]:
    """*tasks* leave the work; if they were all of it, it ends: *cause* is that move."""
    lowered = TasksLowered(cause, tuple(tasks))
    if evolve(fulfillment, lowered).tasks:
        return [lowered]
    return [lowered, _moved(fulfillment, cause, flow)]


def _picked_short(
    fulfillment: Fulfillment, missing: Sequence[Missing], flow: Flow
) -> Sequence[FulfillmentEvent]:
    lowered = [event for event in lower(fulfillment, "short", _tasks(fulfillment, missing), flow)]
    if len(lowered) > 1:
        return lowered
    return [*lowered, _moved(fulfillment, "pick", flow)]


def _tasks(fulfillment: Fulfillment, missing: Iterable[Missing]) -> Iterable[Task]:
    """The tasks that lack units, the last task of a line first."""
    wanted = dict[ids.LineId, int]()
    for one in missing:
        wanted[one.line] = wanted.get(one.line, 0) + one.quantity
    for line, quantity in wanted.items():
        tasks = [task for task in reversed(fulfillment.tasks) if task.line == line]
        asked = sum(task.quantity for task in tasks)
        if asked < quantity:
            raise Refused(MoreMissingThanAsked(line, quantity, asked))
        left = quantity
        for task in tasks:
            if taken := min(left, task.quantity):
                left -= taken
                yield attrs.evolve(task, quantity=taken)


def _moved(
    fulfillment: Fulfillment,
    move: str,
    flow: Flow,
    why: str | None = None,
    tracking: str | None = None,
) -> FulfillmentMoved:
    stage = fulfillment.stage
    return FulfillmentMoved(move, stage, flow.table[stage, move], why, tracking)


def evolve(fulfillment: Fulfillment | None, /, *events: FulfillmentEvent) -> Fulfillment:
    """The fulfillment order after *events*."""
    for event in events:
        match event:
            case FulfillmentReleased():
                fulfillment = Fulfillment(
                    event.fulfillment,
                    event.order,
                    event.node,
                    event.to,
                    event.method,
                    event.ship_day,
                    event.tasks,
                    event.stage,
                    via=event.via,
                )
                continue
            case ReportIgnored():
                continue
        if fulfillment is None:
            raise Broken("a fulfillment order begins by being released")
        match event:
            case FulfillmentMoved():
                fulfillment = attrs.evolve(
                    fulfillment,
                    stage=event.to,
                    tracking=event.tracking or fulfillment.tracking,
                    lots=event.lots or fulfillment.lots,
                )
            case TasksLowered():
                fulfillment = attrs.evolve(fulfillment, tasks=_less(fulfillment.tasks, event.tasks))
            case _:
                assert_never(event)
    if fulfillment is None:
        raise Broken("a fulfillment order begins by being released")
    return fulfillment


def _less(tasks: Iterable[Task], gone: Iterable[Task]) -> tuple[Task, ...]:
    lowered = {(task.line, task.reservation): task.quantity for task in gone}
    left = [
        attrs.evolve(task, quantity=task.quantity - lowered.pop((task.line, task.reservation), 0))
        for task in tasks
    ]
    ensure(not lowered, "only units of the work leave it")
    ensure(all(task.quantity >= 0 for task in left), "no more units leave a task than are in it")
    return tuple(task for task in left if task.quantity)


def _listed(fulfillment: Fulfillment) -> str | None:
    return fulfillment.node if fulfillment.stage in OFF_THE_SHELF else None


FULFILLMENT = Kind(
    "fulfillment",
    Fulfillment,
    evolve,
    (FulfillmentReleased, FulfillmentMoved, TasksLowered, ReportIgnored),
    listed=_listed,
)

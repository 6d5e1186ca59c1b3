"""The order: its unit groups, what it decides, how events change it, how it stands.

Per line, the units of all groups add up to the units ordered, after every event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import assert_never

import attrs
from attrs import field, frozen

from omscore.catalog.explosion import Exploded, Part
from omscore.catalog.line import Line
from omscore.kernel import ids
from omscore.kernel.errors import Broken, Refused, ensure
from omscore.kernel.flow import Flow
from omscore.kernel.keys import Kind
from omscore.lifecycle.order.chart import UNIT_FLOW
from omscore.lifecycle.order.messages import (
    AlreadyPlaced,
    CancelOrder,
    CancelUnits,
    Group,
    HoldExists,
    HoldLifted,
    HoldOrder,
    HoldPlaced,
    LiftHold,
    Moved,
    MoveUnits,
    NoSuchHold,
    NoSuchLine,
    NoSuchMove,
    NoSuchOrder,
    NotYoursToMake,
    OnHold,
    OrderEvent,
    OrderPlaced,
    PlaceOrder,
    PlanChosen,
    ReturnCounted,
    TooFewUnits,
    TooManyReturned,
    UnitsMoved,
)
from omscore.lifecycle.order.moving import (
    Seat as Seat,
    Share as Share,
    cut as cut,
    lets_go as lets_go,
    moving as moving,
    place_of,
)

OWN_MOVES = UNIT_FLOW.moves


@frozen
class OrderLine:
    """What was asked, where the units are, and how many of them are on a return.

    A line for a component of a bundle says of which it is a *part*.
    """

    asked: Line
    ordered: int
    units: Mapping[Group, int]
    returning: int = 0
    part: Part | None = None


@frozen
class Order:
    """Its lines and holds, and the names of the fulfillment orders and returns that it led to.

    *bundles* were asked for too: their components are among the lines.
    """

    id: ids.OrderId
    lines: Mapping[ids.LineId, OrderLine]
    placed_at: datetime
    customer: str | None = field(default=None, repr=False)
    holds: Mapping[ids.HoldId, HoldPlaced] = field(factory=dict)
    fulfillments: tuple[ids.FulfillmentId, ...] = ()
    returns: tuple[ids.ReturnId, ...] = ()
    bundles: Mapping[ids.LineId, Line] = field(factory=dict)
    channel: str | None = None


OrderCommand = PlaceOrder | HoldOrder | LiftHold | CancelUnits | CancelOrder | MoveUnits


def decide(
    order: Order | None, command: OrderCommand, flow: Flow, now: datetime
) -> Sequence[OrderEvent]:
    """What happens to the order alone when it is asked *command*; `Refused` where it will not."""
    if isinstance(command, PlaceOrder):
        return [placed(order, command, Exploded(command.lines), flow, now)]
    known = required(order, command.order)
    match command:
        case HoldOrder():
            return [_hold(known, command, flow)]
        case LiftHold():
            if command.hold not in known.holds:
                raise Refused(NoSuchHold(command.hold))
            return [HoldLifted(command.hold)]
        case CancelUnits():
            free_to(known, "cancel")
            return [moving(flow, "cancel", take(known, flow, "cancel", command))]
        case CancelOrder():
            free_to(known, "cancel")
            shares = ready(known, flow, "cancel")
            if not shares:
                raise Refused(TooFewUnits("cancel", asked=1, ready=0))
            return [moving(flow, "cancel", shares)]
        case MoveUnits():
            if command.move in OWN_MOVES:
                raise Refused(NotYoursToMake(command.move))
            if command.move not in flow.moves:
                raise Refused(NoSuchMove(command.move))
            free_to(known, command.move)
            return [moving(flow, command.move, take(known, flow, command.move, command))]
        case _:
            assert_never(command)


def required(order: Order | None, id_: ids.OrderId) -> Order:
    """*order*; `Refused` if there is none of this id."""
    if order is None:
        raise Refused(NoSuchOrder(id_))
    return order


def line_of(order: Order, line: ids.LineId) -> OrderLine:
    """The line of this id; `Refused` if the order has none."""
    if line not in order.lines:
        raise Refused(NoSuchLine(line))
    return order.lines[line]


# --- moving units -----------------------------------------------------------------------------


def ready(order: Order, flow: Flow, move: str, line: ids.LineId | None = None) -> list[Share]:
    """Everything that can make *move*: lines in order, units that are least far first.

    Among equally far groups: by node, then by ship day, then by reservation.
    """
    return [
        Share(id_, group, quantity)
        for id_, found in order.lines.items()
        if line in (None, id_)
        for group, quantity in sorted(found.units.items(), key=lambda one: place_of(one[0], flow))
        if flow.allows(group.stage, move)
    ]


def take(order: Order, flow: Flow, move: str, command: CancelUnits | MoveUnits) -> list[Share]:
    """The units that *command* asks for, least far first, so that work done is kept."""
    taken = list[Share]()
    for line, each in lines_of(order, command.line).items():
        shares = ready(order, flow, move, line)
        can = sum(share.quantity for share in shares) // each
        if can < command.quantity:
            raise Refused(TooFewUnits(move, asked=command.quantity, ready=can))
        taken += cut(shares, command.quantity * each)
    return taken


def lines_of(order: Order, line: ids.LineId) -> dict[ids.LineId, int]:
    """The lines that a line stands for, with the units of each in one: many for a bundle."""
    if line not in order.bundles:
        line_of(order, line)
        return {line: 1}
    return {
        id_: found.part.each
        for id_, found in order.lines.items()
        if found.part is not None and found.part.of == line
    }


def held(order: Order, move: str) -> Sequence[OnHold]:
    """Every hold that stops *move*.  What a node reports has happened, so no hold stops it."""
    return [
        OnHold(move, hold.hold, hold.reason) for hold in order.holds.values() if move in hold.moves
    ]


def free_to(order: Order, move: str) -> None:
    """`Refused` with every hold that stops *move*."""
    if holds := held(order, move):
        raise Refused(*holds)


# --- what happened ----------------------------------------------------------------------------


def evolve(order: Order | None, /, *events: OrderEvent) -> Order:
    """The order after *events*: one copy of what changes, however many events there are."""
    lines = {} if order is None else dict(order.lines)
    holds = {} if order is None else dict(order.holds)
    bundles = {} if order is None else order.bundles
    named = {} if order is None else dict.fromkeys(order.fulfillments)
    returns = {} if order is None else dict.fromkeys(order.returns)
    touched: dict[ids.LineId, dict[Group, int]] = {}
    for event in events:
        match event:
            case UnitsMoved():
                for moved in event.moved:
                    groups = touched.get(moved.line)
                    if groups is None:
                        groups = touched[moved.line] = dict(lines[moved.line].units)
                    _shift(groups, moved)
                    if moved.to.fulfillment is not None:
                        named[moved.to.fulfillment] = None
            case OrderPlaced():
                order = Order(
                    event.order, lines, event.placed_at, event.customer, channel=event.channel
                )
                lines.update(_opened(event))
                bundles = {line.id: line for line in event.bundles}
            case HoldPlaced():
                holds[event.hold] = event
            case HoldLifted():
                ensure(holds.pop(event.hold, None) is not None, "a hold that is lifted was placed")
            case ReturnCounted():
                line = lines[event.line]
                returns[event.return_] = None
                lines[event.line] = attrs.evolve(line, returning=line.returning + event.quantity)
            case PlanChosen():
                pass
            case _:
                assert_never(event)
    if order is None:
        raise Broken("an order begins by being placed")
    for id_, groups in touched.items():
        was = lines[id_]
        lines[id_] = OrderLine(was.asked, was.ordered, groups, was.returning, was.part)
    return attrs.evolve(
        order,
        lines=lines,
        holds=holds,
        fulfillments=tuple(named),
        returns=tuple(returns),
        bundles=bundles,
    )


def _opened(event: OrderPlaced) -> dict[ids.LineId, OrderLine]:
    return {
        line.id: OrderLine(
            line,
            line.quantity,
            {
                Group(
                    event.stage, line.ship_to or event.ship_to, line.method or event.method
                ): line.quantity
            },
            part=event.parts.get(line.id),
        )
        for line in event.lines
    }


def _shift(groups: dict[Group, int], moved: Moved) -> None:
    left = groups.pop(moved.from_, 0) - moved.quantity
    ensure(left >= 0, "no more units leave a group than are in it")
    if left:
        groups[moved.from_] = left
    groups[moved.to] = groups.get(moved.to, 0) + moved.quantity


def law(order: Order) -> None:
    """Per line: ordered = sum over unit groups, each of at least one unit."""
    for line in order.lines.values():
        ensure(
            sum(line.units.values()) == line.ordered and min(line.units.values()) > 0,
            "the units of a line add up to what was ordered",
        )
        ensure(0 <= line.returning <= shipped(line), "no more units return than were shipped")


ORDER = Kind(
    "order",
    Order,
    evolve,
    (OrderPlaced, UnitsMoved, PlanChosen, HoldPlaced, HoldLifted, ReturnCounted),
    law=law,
)


# --- how it stands ----------------------------------------------------------------------------

SENT = frozenset({"shipped", "ready", "delivered", "returned_to_sender", "lost"})


def shipped(line: OrderLine) -> int:
    """How many units of *line* have left a node."""
    return sum(quantity for group, quantity in line.units.items() if group.stage in SENT)


def sku_of(line: OrderLine, group: Group) -> ids.Sku:
    """What units of *group* are: what was asked, or what is sent instead."""
    return group.instead or line.asked.sku


def breakdown(lines: Iterable[OrderLine]) -> Mapping[str, int]:
    """How many units are at which stage."""
    counted = Counter[str]()
    for line in lines:
        for group, quantity in line.units.items():
            counted[group.stage] += quantity
    return counted


def status(lines: Iterable[OrderLine], flow: Flow) -> str:
    """The stage of the units that are least far; canceled ranks last, so only if all are."""
    return min(breakdown(lines), key=flow.ranks.__getitem__)


def promised(lines: Iterable[OrderLine]) -> date | None:
    """The day by which everything is promised; None while some unit has no promise."""
    days = [group.promised for line in lines for group in line.units if group.stage != "canceled"]
    return max((day for day in days if day is not None), default=None) if all(days) else None


# --- deciding ---------------------------------------------------------------------------------


def counting(
    order: Order,
    return_: ids.ReturnId,
    wanted: Iterable[tuple[ids.LineId, int]],
    counted: Mapping[ids.LineId, int] = MappingProxyType({}),
) -> list[ReturnCounted]:
    """Units of lines go on a return; `Refused` with every line of which too few were shipped.

    *counted* are those that the return has already, on top of which these come.
    """
    asked = list(wanted)
    faults = [
        TooManyReturned(id_, quantity + had, left + had)
        for id_, quantity in asked
        if (left := shipped(line := line_of(order, id_)) - line.returning) < quantity
        for had in [counted.get(id_, 0)]
    ]
    if faults:
        raise Refused(*faults)
    return [ReturnCounted(return_, id_, quantity) for id_, quantity in asked]


def placed(
    order: Order | None, command: PlaceOrder, whole: Exploded, flow: Flow, now: datetime
) -> OrderPlaced:
    """The order that *command* asks for, with the components of *whole* for its bundles."""
    if order is not None:
        raise Refused(AlreadyPlaced(command.order))
    return OrderPlaced(
        command.order,
        whole.lines,
        command.ship_to,
        command.method,
        flow.initial,
        now,
        command.customer,
        whole.parts,
        whole.bundles,
        command.channel,
    )


def _hold(order: Order, command: HoldOrder, flow: Flow) -> HoldPlaced:
    if command.hold in order.holds:
        raise Refused(HoldExists(command.hold))
    if unknown := [NoSuchMove(move) for move in command.moves if move not in flow.moves]:
        raise Refused(*unknown)
    return HoldPlaced(command.hold, command.reason, command.moves)

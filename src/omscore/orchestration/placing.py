"""Placing and sourcing: an order is planned, and its stock reserved, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

from attrs import frozen

from omscore.kernel import ids
from omscore.kernel.errors import Refused
from omscore.kernel.flow import Flow
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.reason import Reason
from omscore.kernel.recorded import Context
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.order.messages import PlaceOrder, PlanChosen, SourceOrder
from omscore.lifecycle.order.order import ORDER, Order, Seat, Share
from omscore.network.facts import THE_NETWORK
from omscore.network.plan import Decision, Leg, via_of
from omscore.orchestration import days, needing, units
from omscore.orchestration.backlog import BACKLOG
from omscore.orchestration.planning import Planner
from omscore.orchestration.recovering import RECOVERING, cooling_nodes, rejections_of
from omscore.sourcing.need import Need


@frozen
class NotAvailable(Reason):
    """Fewer units than asked for can be promised, and the order is all or nothing."""

    code: ClassVar[str] = "order.not-available"
    line: ids.LineId
    asked: int
    short: int

    def __str__(self) -> str:
        return f"line {self.line}: {self.short} of {self.asked} units cannot be promised"


@frozen
class Placing:
    """Take an order on, and source it at once."""

    flow: Flow
    planner: Planner

    def __attrs_post_init__(self) -> None:
        self.flow.require("allocate", "backorder")

    def reads(self, command: PlaceOrder, seen: Seen) -> Iterable[Key[object]]:
        """The order, and everything that a plan for it rests on."""
        yield ORDER.key(command.order)
        yield from self.planner.reads(seen, needing.needs_of(command, seen))

    def decide(self, command: PlaceOrder, seen: Seen, context: Context) -> Changes:
        """An order whose units are allocated, or wait; `Refused` if a sku or region is unknown."""
        key, changes = ORDER.key(command.order), Changes(seen, guards=(THE_NETWORK,))
        prices_in = self.planner.policy.prices_in
        needing.require_served(changes, needing.needs_of(command, changes), prices_in)
        whole = needing.exploded(command.lines, changes)
        changes.tell(key, [orders.placed(seen.get(key), command, whole, self.flow, context.now)])
        source(changes, command.order, self.flow, self.planner, context)
        if command.complete:
            _all_or_nothing(changes.require(key))
        return changes


@frozen
class Sourcing:
    """Find nodes for the units of an order that have none."""

    flow: Flow
    planner: Planner

    def reads(self, command: SourceOrder, seen: Seen) -> Iterable[Key[object]]:
        """The order, then everything that a plan for the rest of it rests on."""
        yield (key := ORDER.key(command.order))
        yield RECOVERING.key(command.order)
        if (order := seen.get(key)) is not None:
            needs = needs_of_shares(order, orders.ready(order, self.flow, "allocate"))
            yield from (BACKLOG.key(need.sku) for need in needs)
            yield from self.planner.reads(seen, needs)

    def decide(self, command: SourceOrder, seen: Seen, context: Context) -> Changes:
        """Units that are allocated, or wait; nothing, if every unit has a node."""
        key, changes = ORDER.key(command.order), Changes(seen, guards=(THE_NETWORK,))
        orders.free_to(orders.required(changes.get(key), command.order), "allocate")
        cooling = cooling_nodes(seen, command.order, context.now)
        avoid = cooling.union(command.avoid)
        rejections = rejections_of(seen, command.order)
        source(changes, command.order, self.flow, self.planner, context, avoid, rejections)
        return changes


def source(
    changes: Changes,
    id_: ids.OrderId,
    flow: Flow,
    planner: Planner,
    context: Context,
    avoid: frozenset[ids.NodeId] = frozenset(),
    rejections: Mapping[ids.NodeId, int] = MappingProxyType({}),
    *,
    first: bool = False,
) -> None:
    """Plan the units that need a node, reserve what the plan says, and let the rest wait.

    Those that go *first* have not begun to wait: nobody who waits is served before them.
    """
    order = changes.require(ORDER.key(id_))
    waiting = orders.ready(order, flow, "allocate")
    if first:
        waiting = [share for share in waiting if share.group.stage == flow.initial]
    if not waiting:
        return
    needs = needs_of_shares(order, waiting)
    decision = planner.plan(
        changes, needs, context, order=id_, avoid=avoid, rejections=rejections, first=first
    )
    seat(changes, id_, flow, planner, waiting, decision, context)
    backorder(changes, id_, flow, context)


def seat(
    changes: Changes,
    id_: ids.OrderId,
    flow: Flow,
    planner: Planner,
    waiting: Sequence[Share],
    decision: Decision,
    context: Context,
    after: int = 0,
) -> None:
    """Give the units that are *waiting* the nodes and days that were decided on.

    The same command has planned so many legs *after* which these come.
    """
    order = changes.require(ORDER.key(id_))
    if decision.legs or any(share.group.stage == flow.initial for share in waiting):
        network, items = needing.versions(changes.seen, needs_of_shares(order, waiting))
        changes.tell(ORDER.key(id_), [PlanChosen(decision, network, items)])
    held = planner.reserve(
        changes,
        decision.legs,
        context,
        owner=id_,
        channel=order.channel,
        beside=list(days.sendings_of(order)),
        after=after,
    )
    _allocate(changes, id_, flow, waiting, decision, held, context)


def needs_of_shares(order: Order, shares: Sequence[Share]) -> list[Need]:
    """One need per line and way, of all its units that have no node."""
    wanted: dict[ids.LineId, int] = {}
    for share in shares:
        wanted[share.line] = wanted.get(share.line, 0) + share.quantity
    groups = {share.line: share.group for share in shares}
    whole = _whole(order, wanted)
    needs = []
    for line, quantity in wanted.items():
        found, group = order.lines[line], groups[line]
        one = needing.need(found.asked, quantity, group.to, group.method, order.channel)
        if found.part is not None and found.part.of in whole:
            bundle = order.bundles[found.part.of]
            one = needing.part_of(one, found.part, bundle, whole[found.part.of])
        needs.append(one)
    return needs


def _whole(order: Order, wanted: Mapping[ids.LineId, int]) -> dict[ids.LineId, int]:
    """The bundles of which whole ones are lacking, with the units in each.

    Where some components have their place and others lost it, each is sourced for itself: what is
    lacking makes no whole bundles any more.
    """
    parts = {id_: line.part for id_, line in order.lines.items() if line.part is not None}
    lacking: dict[ids.LineId, set[tuple[int, int]]] = {}
    for id_, part in parts.items():
        lacking.setdefault(part.of, set()).add(divmod(wanted.get(id_, 0), part.each))
    units = needing.units_of(parts)
    return {
        of: units[of]
        for of, sets in lacking.items()
        if len(sets) == 1 and all(not rest for _, rest in sets)
    }


def _allocate(
    changes: Changes,
    id_: ids.OrderId,
    flow: Flow,
    waiting: Sequence[Share],
    decision: Decision,
    held: Sequence[ids.ReservationId | None],
    context: Context,
) -> None:
    shares, seats = [], []
    queues: dict[ids.LineId, list[Share]] = {}
    for share in waiting:
        queues.setdefault(share.line, []).append(share)
    for leg, reservation in zip(decision.legs, held, strict=True):
        taken, queues[leg.line] = _split(queues[leg.line], leg.quantity)
        shares += taken
        seats += [seat_of(leg, reservation)] * len(taken)
    if shares:
        moved = orders.moving(flow, "allocate", shares, seats=seats)
        units.tell(changes, id_, moved, context)


def seat_of(leg: Leg, reservation: ids.ReservationId | None) -> Seat:
    """The seat that a leg gives to units."""
    return Seat(
        leg.node,
        reservation,
        leg.ship_day,
        leg.delivery_day,
        via_of(leg),
        leg.made,
        None if leg.instead_of is None else leg.sku,
    )


def _split(queue: Sequence[Share], quantity: int) -> tuple[list[Share], list[Share]]:
    """The first *quantity* units, and the rest."""
    taken = list(orders.cut(queue, quantity))
    gone = {share.group: share.quantity for share in taken}
    rest = [
        Share(share.line, share.group, left)
        for share in queue
        if (left := share.quantity - gone.get(share.group, 0))
    ]
    return taken, rest


def backorder(
    changes: Changes,
    id_: ids.OrderId,
    flow: Flow,
    context: Context,
    line: ids.LineId | None = None,
) -> None:
    """Let what has no place wait: of the whole order, or of one *line*."""
    order = changes.require(ORDER.key(id_))
    if shares := orders.ready(order, flow, "backorder", line):
        units.tell(changes, id_, orders.moving(flow, "backorder", shares), context)


def _all_or_nothing(order: Order) -> None:
    faults = [
        NotAvailable(id_, line.ordered, short)
        for id_, line in order.lines.items()
        if (short := orders.breakdown([line]).get("backordered", 0))
    ]
    if faults:
        raise Refused(*faults)

"""Recovering: units that lost their place are sourced again, a few times, then shown to a person.

A node that rejected an order is not asked again for a while: it cools down.  Units that wait are
tried again when that is over, and a day after they began to: days that were full have passed then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import field, frozen

from omscore.atp.movements import ShortageDeclared
from omscore.kernel import ids
from omscore.kernel.durations import a_while, no_or_a_while
from omscore.kernel.flow import Flow
from omscore.kernel.keys import Changes, Key, Kind, Seen
from omscore.kernel.quantities import no_or_some_units
from omscore.kernel.reason import Noted
from omscore.kernel.recorded import Context, Recorded
from omscore.kernel.todo import Later
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.order.messages import SourceOrder, UnitsMoved
from omscore.lifecycle.order.order import ORDER, Order, Share
from omscore.orchestration import units
from omscore.orchestration.work_items import OpenWorkItem

LOSING = frozenset({"reject", "short"})
WAITING = "backorder"


@frozen
class Recovering:
    """How often units of an order lost their place, and which nodes cool down until when.

    *rejections* say how often each node rejected it.
    """

    lost: int = 0
    cooling: Mapping[ids.NodeId, datetime] = field(factory=dict)
    rejections: Mapping[ids.NodeId, int] = field(factory=dict)


RECOVERING = Kind("recovering", Recovering)


def wants_place(event: UnitsMoved) -> bool:
    """Whether units have to be sourced again, now or later."""
    return event.move in LOSING or event.move == WAITING


def cooling_nodes(seen: Changes | Seen, order: ids.OrderId, now: datetime) -> frozenset[ids.NodeId]:
    """The nodes that rejected *order* a short while ago."""
    process = seen.get(RECOVERING.key(order)) or Recovering()
    return frozenset(node for node, until in process.cooling.items() if until > now)


def rejections_of(seen: Changes | Seen, order: ids.OrderId) -> Mapping[ids.NodeId, int]:
    """How often each node rejected *order*."""
    return (seen.get(RECOVERING.key(order)) or Recovering()).rejections


def rejecting(event: UnitsMoved) -> Sequence[ids.NodeId]:
    """The nodes that reject their work by *event*."""
    if event.move != "reject":
        return ()
    nodes = dict.fromkeys(moved.from_.node for moved in event.moved)
    return [node for node in nodes if node is not None]


@frozen
class Recovery:
    """The policy of recovering.

    Units of one order may lose their place *tries* times; a node that rejects it rests for
    *cool_down*; units that begin to wait are tried again after *patience*, if not before.
    """

    tries: int = field(default=5, validator=no_or_some_units)
    cool_down: timedelta = field(default=timedelta(hours=24), validator=no_or_a_while)
    patience: timedelta = field(default=timedelta(hours=24), validator=a_while)

    def react(
        self, process: Recovering | None, heard: Recorded[UnitsMoved | ShortageDeclared]
    ) -> tuple[Recovering | None, Sequence[Later]]:
        """Source again at once, elsewhere; after the last try, ask a person."""
        event = heard.event
        if isinstance(event, ShortageDeclared):
            return process, _losses(event, heard.recorded_at)
        now, order = heard.recorded_at, ids.OrderId(heard.key.id)
        if event.move == WAITING:
            return process, [Later(now + self.patience, SourceOrder(order))]
        was = process or Recovering()
        cooling = {node: until for node, until in was.cooling.items() if until > now}
        rejections = dict(was.rejections)
        for node in rejecting(event):
            cooling[node] = now + self.cool_down
            rejections[node] = rejections.get(node, 0) + 1
        lost = was.lost + 1
        later = [Later(now, SourceOrder(order))]
        if event.move == "reject":
            later.append(Later(now + self.cool_down, SourceOrder(order)))
        if lost > self.tries:
            lines = dict.fromkeys(moved.line for moved in event.moved)
            reasons = (Noted("recovering.gave-up", {"tries": self.tries, "lines": len(lines)}),)
            item = OpenWorkItem(ids.derived(order, "source", lost), order, "source", reasons)
            later = [Later(now, item)]
        return Recovering(lost, cooling, rejections), later


# --- stock that was promised and is gone ------------------------------------------------------


@frozen
class LoseStock:
    """The stock under these reservations will not come: the units lose their place."""

    order: ids.OrderId
    reservations: tuple[ids.ReservationId, ...]


def _losses(event: ShortageDeclared, now: datetime) -> Sequence[Later]:
    by_order: dict[str, list[ids.ReservationId]] = {}
    for reservation, owner in zip(event.reservations, event.owners, strict=True):
        by_order.setdefault(owner, []).append(reservation)
    return [
        Later(now, LoseStock(ids.OrderId(owner), tuple(reservations)))
        for owner, reservations in by_order.items()
    ]


@frozen
class Losing:
    """Take units out of reservations that can no longer be kept.

    What a node has picked is in its hands, so only units that are not picked lose their place.
    """

    flow: Flow
    ship_flow: Flow

    def __attrs_post_init__(self) -> None:
        self.flow.require("short")

    def reads(self, command: LoseStock, seen: Seen) -> Iterable[Key[object]]:
        """The order, then what the concerned units hold."""
        yield (key := ORDER.key(command.order))
        if (order := seen.get(key)) is not None:
            shares = self._shares(order, command)
            yield from units.reads_of(seen, order, shares, "short", self.flow)

    def decide(self, command: LoseStock, seen: Seen, context: Context) -> Changes:
        """Units that have nothing any more; none, if they have moved on meanwhile."""
        key, changes = ORDER.key(command.order), Changes(seen)
        order = changes.get(key)
        shares = [] if order is None else self._shares(order, command)
        if shares:
            moved = orders.moving(self.flow, "short", shares)
            units.tell(changes, command.order, moved, context)
            units.withdraw(changes, moved, "short", self.ship_flow)
        return changes

    def _shares(self, order: Order, command: LoseStock) -> list[Share]:
        picked = self.flow.ranks["picked"]
        return [
            share
            for share in orders.ready(order, self.flow, "short")
            if share.group.reservation in command.reservations
            and self.flow.ranks[share.group.stage] < picked
        ]

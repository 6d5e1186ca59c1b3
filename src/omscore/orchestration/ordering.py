"""What is asked of an order that exists: hold it, lift a hold, cancel units, move them."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from omscore.kernel.flow import Flow
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.recorded import Context
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.order.messages import (
    CancelOrder,
    CancelUnits,
    HoldOrder,
    LiftHold,
    MoveUnits,
    UnitsMoved,
)
from omscore.lifecycle.order.order import ORDER, Order, Share
from omscore.orchestration import units


@frozen
class Holding:
    """Hold an order, or lift a hold.  It concerns the order alone, whose `decide` says it all."""

    flow: Flow

    def reads(self, command: HoldOrder | LiftHold, seen: Seen) -> Iterable[Key[object]]:
        """The order."""
        yield ORDER.key(command.order)

    def decide(self, command: HoldOrder | LiftHold, seen: Seen, context: Context) -> Changes:
        """A hold begins, or ends."""
        key, changes = ORDER.key(command.order), Changes(seen)
        changes.tell(key, orders.decide(seen.get(key), command, self.flow, context.now))
        return changes


@frozen
class Moving:
    """Cancel units, or make a move of the host's own; what they held and no longer need is freed.

    Units that a node was told of are taken out of its work.
    """

    flow: Flow
    ship_flow: Flow

    def __attrs_post_init__(self) -> None:
        self.flow.require("cancel")

    def reads(
        self, command: CancelUnits | CancelOrder | MoveUnits, seen: Seen
    ) -> Iterable[Key[object]]:
        """The order, then everything that its units hold."""
        yield (key := ORDER.key(command.order))
        if (order := seen.get(key)) is not None:
            move = command.move if isinstance(command, MoveUnits) else "cancel"
            yield from units.reads_of(seen, order, _concerned(order, command), move, self.flow)

    def decide(
        self, command: CancelUnits | CancelOrder | MoveUnits, seen: Seen, context: Context
    ) -> Changes:
        """Units moved, and let go of what they held."""
        key, changes = ORDER.key(command.order), Changes(seen)
        for event in orders.decide(seen.get(key), command, self.flow, context.now):
            if isinstance(event, UnitsMoved):
                units.tell(changes, command.order, event, context)
                units.withdraw(changes, event, "cancel", self.ship_flow)
        return changes


def _concerned(order: Order, command: CancelUnits | CancelOrder | MoveUnits) -> Iterable[Share]:
    for id_, line in order.lines.items():
        of = None if line.part is None else line.part.of
        if isinstance(command, CancelOrder) or command.line in (id_, of):
            for group, quantity in line.units.items():
                yield Share(id_, group, quantity)

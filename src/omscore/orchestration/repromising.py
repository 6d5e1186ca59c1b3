"""Promising anew: units that no node works on yet are planned again, as if they had no place.

It is for when supply, calendars or lanes have changed.  What an order holds is not taken from it by
those who wait; if the new plan is the old one, nothing happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import evolve, frozen

from omscore.kernel import ids
from omscore.kernel.flow import Flow
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.recorded import Context
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.order.messages import RepromiseOrder
from omscore.lifecycle.order.order import ORDER, Order, Share
from omscore.network.facts import THE_NETWORK
from omscore.orchestration import placing, units
from omscore.orchestration.backlog import BACKLOG
from omscore.orchestration.planning import Planner
from omscore.promise.change import Change, LinePlan, Plan, Sent, change, plan_of
from omscore.sourcing.need import Need

MOVE = "replan"


@frozen
class Repromising:
    """Plan again what is allocated, and keep what comes of it; what waits goes on waiting."""

    flow: Flow
    planner: Planner

    def __attrs_post_init__(self) -> None:
        self.flow.require(MOVE, "allocate", "backorder")

    def reads(self, command: RepromiseOrder, seen: Seen) -> Iterable[Key[object]]:
        """The order, what its units hold, and everything that a plan for them rests on."""
        yield (key := ORDER.key(command.order))
        if (order := seen.get(key)) is not None:
            placed, needs = self._placed(order), self._needs(order)
            yield from units.reads_of(seen, order, placed, MOVE, self.flow)
            yield from (BACKLOG.key(need.sku) for need in needs)
            yield from self.planner.reads(seen, needs)

    def decide(self, command: RepromiseOrder, seen: Seen, context: Context) -> Changes:
        """Units with other seats, or without any; nothing, if the promise stands."""
        key, changes = ORDER.key(command.order), Changes(seen, guards=(THE_NETWORK,))
        orders.free_to(orders.required(changes.get(key), command.order), "allocate")
        if not self.changed(command.order, seen, context).lines:
            return changes
        self._let_go(changes, command.order, context)
        placing.source(changes, command.order, self.flow, self.planner, context, first=True)
        return changes

    def changed(self, id_: ids.OrderId, seen: Seen, context: Context) -> Change:
        """What would be promised otherwise now; nothing is kept."""
        changes = Changes(seen)
        order = orders.required(changes.get(ORDER.key(id_)), id_)
        was, needs = self._promised(order), self._needs(order)
        self._let_go(changes, id_, context)
        decision = self.planner.plan(changes, needs, context, order=id_, first=True)
        return change(was, plan_of(decision), decision)

    def _let_go(self, changes: Changes, id_: ids.OrderId, context: Context) -> None:
        if placed := self._placed(changes.require(ORDER.key(id_))):
            units.tell(changes, id_, orders.moving(self.flow, MOVE, placed), context)

    def _placed(self, order: Order) -> list[Share]:
        return orders.ready(order, self.flow, MOVE)

    def _needs(self, order: Order) -> list[Need]:
        return placing.needs_of_shares(order, self._placed(order))

    def _promised(self, order: Order) -> Plan:
        """What the units that can be planned again were promised."""
        plans: dict[ids.LineId, LinePlan] = {}
        for share in self._placed(order):
            was = plans.get(share.line, LinePlan())
            plans[share.line] = evolve(was, sent=_with(was.sent, share))
        return plans


def _with(sent: Sequence[Sent], share: Share) -> tuple[Sent, ...]:
    group = share.group
    if group.node is None or group.ship_day is None or group.promised is None:
        return tuple(sent)
    return tuple(sorted([*sent, Sent(group.node, group.ship_day, group.promised, share.quantity)]))

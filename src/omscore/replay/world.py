"""The simulated world around the library: suppliers, customers, nodes and carriers.

It knows what has happened from the events that it hears, and from nothing else; what it does
follows from them, from the scenario, and from chances with a seed and a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import assert_never

from attrs import define, field, frozen

from omscore.atp.messages import AdjustStock, ExpectSupply, ReceiveStock, ReceiveSupply
from omscore.kernel.ids import NodeId, OrderId, Sku, derived
from omscore.kernel.keys import Key
from omscore.kernel.recorded import Recorded
from omscore.lifecycle.fulfillment.fulfillment import FULFILLMENT
from omscore.lifecycle.fulfillment.messages import FulfillmentMoved, FulfillmentReleased
from omscore.lifecycle.order.chart import UNIT_FLOW
from omscore.lifecycle.order.messages import PlaceOrder
from omscore.lifecycle.order.order import ORDER, Order
from omscore.lifecycle.returns.messages import ReturnAnnounced, ReturnReceived
from omscore.lifecycle.returns.returns import RETURN
from omscore.replay.agenda import Coming, Doing
from omscore.replay.credits import Matching, match_credits
from omscore.replay.customers import ComeBack, Customers, LookAt, Undo
from omscore.replay.history import Historic, HistoricAdjustment, HistoricOrder
from omscore.replay.scenario import Scenario
from omscore.replay.staff import Staff, Step
from omscore.replay.tables import PurchaseOrder
from omscore.replay.timetable import Timetable, between

SHOP, BUYER, STOCKTAKER = "shop", "buyer", "stocktaker"
OPENING = "opening"


@frozen
class Give:
    """A command that the scenario names itself."""

    doing: Doing


Act = Give | Step | Undo | ComeBack | LookAt


@frozen
class Deed:
    """What an act leads to: commands, and acts that come later."""

    doings: tuple[Doing, ...] = ()
    coming: tuple[Coming[Act], ...] = ()


@define
class World:
    """Everybody outside, as far as a *scenario* tells of them."""

    scenario: Scenario
    hours: Timetable
    staff: Staff
    customers: Customers
    matching: Matching
    _watched: frozenset[Key[object]] = field(repr=False)
    _seen: dict[Key[object], object] = field(factory=dict, repr=False)

    @classmethod
    def of(cls, scenario: Scenario) -> World:
        """The world of a scenario, before anything has happened."""
        hours = Timetable(scenario.network.whole())
        matching = match_credits(scenario.events)
        matched = {one.order for some in matching.matches.values() for one in some}
        return cls(
            scenario,
            hours,
            Staff(scenario.chances, hours),
            Customers(scenario.chances, hours, UNIT_FLOW),
            matching,
            frozenset(ORDER.key(order) for order in matched),
        )

    # --- what the scenario says ---------------------------------------------------------------

    def opening(self) -> Iterator[Coming[Act]]:
        """Opening stock, purchase orders and the history, each at its time."""
        begins = self.scenario.begins_at
        for n, lying in enumerate(self.scenario.stock, start=1):
            document = derived(OPENING, n)
            receive = ReceiveStock(
                node=lying.node, sku=lying.sku, quantity=lying.quantity, document=document
            )
            doing = Doing(receive, document, lying.node)
            yield Coming(begins, 0, f"{n:08}", Give(doing))
        for n, purchase in enumerate(self.scenario.purchase_orders):
            yield from self._supply(purchase, n)
        homes = self._homes()
        for n, event in enumerate(self.scenario.events):
            yield self._historic(event, n, homes)

    def _supply(self, purchase: PurchaseOrder, n: int) -> Iterator[Coming[Act]]:
        """The order becomes known, and the goods come: when they are due, or late by chance."""
        node, chances = self.hours.network.nodes[purchase.node], self.scenario.chances
        begins, known = self.scenario.begins_at, self.scenario.begins_at
        if purchase.ordered is not None:
            known = max(begins, self.hours.opens(node, purchase.ordered))
        chance = Random(f"{chances.seed}/{purchase.document}")
        is_late = chance.random() < chances.late_purchase_order
        late = timedelta(days=chance.randint(1, chances.late_days) * is_late)
        opens = self.hours.opens(node, purchase.due + late)
        comes = between(opens, opens + timedelta(hours=3), chance.random())
        expect = ExpectSupply(
            node=purchase.node,
            sku=purchase.sku,
            document=purchase.document,
            quantity=purchase.quantity,
            day=purchase.due,
        )
        doing = Doing(expect, derived("expect", purchase.document), BUYER)
        yield Coming(known, 0, f"supply {n:08}", Give(doing))
        receipt = derived("receipt", purchase.document)
        receive = ReceiveSupply(
            node=purchase.node,
            sku=purchase.sku,
            document=purchase.document,
            quantity=purchase.quantity,
            receipt=receipt,
        )
        came = Doing(receive, derived("supply", purchase.document), node.id)
        yield Coming(max(comes, known), 1, f"supply {n:08}", Give(came))

    def _historic(self, event: Historic, n: int, homes: dict[Sku, NodeId]) -> Coming[Act]:
        name = f"history {n:08}"
        if isinstance(event, HistoricOrder):
            place = PlaceOrder(event.order_id, event.lines, event.ship_to, customer=event.customer)
            doing = Doing(place, derived("place", event.order_id), SHOP)
            return Coming(event.placed_at, 1, name, Give(doing))
        if isinstance(event, HistoricAdjustment):
            home = homes.get(event.sku, self.scenario.network.nodes[0].id)
            adjust = AdjustStock(
                node=home, sku=event.sku, quantity=event.quantity, document=event.document
            )
            doing = Doing(adjust, derived("adjust", event.document), STOCKTAKER)
            return Coming(event.at, 1, name, Give(doing))
        matches = self.matching.matches[event.credit_id]
        return Coming(event.at, 1, name, Undo(event.credit_id, matches))

    def _homes(self) -> dict[Sku, NodeId]:
        """The node at which most of a sku lies when the period begins, else comes first."""
        homes = {one.sku: one.node for one in reversed(self.scenario.purchase_orders)}
        lying = sorted(self.scenario.stock, key=lambda one: (one.quantity, one.node))
        return homes | {one.sku: one.node for one in lying}

    # --- what the world hears and does --------------------------------------------------------

    def hear(self, recorded: Recorded[object]) -> Iterable[Coming[Act]]:
        """What comes later because of an event."""
        key, event = recorded.key, recorded.event
        if key.kind not in (FULFILLMENT, RETURN) and key not in self._watched:
            return
        if (evolve := key.kind.evolve) is not None:
            self._seen[key] = evolve(self._seen.get(key), event)
        if isinstance(event, FulfillmentReleased | FulfillmentMoved):
            work = FULFILLMENT.key(key.id).narrow(self._seen[key])
            if work and (step := self.staff.next_step(work, recorded.recorded_at)) is not None:
                yield step
        if isinstance(event, ReturnAnnounced | ReturnReceived):
            yield from self._returned(key, event, recorded.recorded_at)

    def _returned(
        self, key: Key[object], event: ReturnAnnounced | ReturnReceived, at: datetime
    ) -> Iterable[Coming[Act]]:
        found = RETURN.key(key.id).narrow(self._seen[key])
        if found is None:
            return
        if isinstance(event, ReturnReceived):
            yield self.customers.looked_at(found, event.node, at)
        elif (order := self._order(found.order)) is not None:
            yield self.customers.sent_back(found, order, at)

    def act(self, act: Act, at: datetime) -> Deed:
        """What happens now, as far as the world knows what has happened before."""
        match act:
            case Give(doing):
                return Deed((doing,))
            case Step(fulfillment, move):
                key = FULFILLMENT.key(fulfillment)
                work = key.narrow(self._seen.get(key))
                report = None if work is None else self.staff.report(work, move)
                return Deed() if report is None else Deed((report,))
            case Undo():
                undone = self.customers.undo(act, self._order)
                again = self.customers.again(act, undone.waiting, at)
                return Deed(undone.doings, () if again is None else (again,))
            case ComeBack():
                return self._comes_back(act, at)
            case LookAt(return_):
                found = RETURN.key(return_).narrow(self._seen.get(RETURN.key(return_)))
                return Deed() if found is None else Deed((self.customers.graded(found),))
            case _:
                assert_never(act)

    def _comes_back(self, act: ComeBack, at: datetime) -> Deed:
        found = RETURN.key(act.return_).narrow(self._seen.get(RETURN.key(act.return_)))
        order = None if found is None else self._order(found.order)
        if found is None or order is None or found.stage != "announced":
            return Deed()
        if (doing := self.customers.received(found, order)) is not None:
            return Deed((doing,))
        later = self.customers.put_off(act, at)
        return Deed() if later is None else Deed((), (later,))

    def _order(self, order: OrderId) -> Order | None:
        key = ORDER.key(order)
        return key.narrow(self._seen.get(key))

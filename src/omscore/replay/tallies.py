"""Running sums over the events of a store: of orders, of work and parcels, and of everything else.

They count what is recorded and not what a run did, so a run that changes nothing finds the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime

from attrs import define, field

from omscore.atp.movements import ShortageDeclared, StockEntered
from omscore.atp.supplies import PaperIgnored, SupplyExpected, SupplyReceived
from omscore.kernel.ids import LineId, NodeId, OrderId, Sku
from omscore.kernel.moments import local_day
from omscore.kernel.recorded import Recorded
from omscore.lifecycle.fulfillment import fulfillment as fulfillments
from omscore.lifecycle.fulfillment.fulfillment import Fulfillment
from omscore.lifecycle.fulfillment.messages import (
    FulfillmentMoved,
    FulfillmentReleased,
    ReportIgnored,
    TasksLowered,
)
from omscore.lifecycle.order.messages import Moved, OrderPlaced, PlanChosen, UnitsMoved
from omscore.lifecycle.returns.messages import (
    ReturnGraded,
    ReturnReceived,
    ReturnReportIgnored,
)
from omscore.network.facts import Lane, Network
from omscore.network.plan import Decision
from omscore.orchestration.work_items import WorkItemOpened
from omscore.sourcing.costs import MILS, Transport, in_minor

MARKS = {"backorder": "backordered", "cancel": "canceled", "reject": "rejected", "short": "short"}
"""What a move says of its order."""


@define
class Promised:
    """Units of a line that were promised for a day, in the first plan of their order."""

    day: date
    left: int


@define
class OrderCount:
    """One order, as far as it is counted; *marks* say what is remarkable about it."""

    placed: date
    lines: int
    planned: bool = False
    parcels: int = 0
    promises: dict[LineId, list[Promised]] = field(factory=dict)
    marks: set[str] = field(factory=set)

    def promise(self, decision: Decision) -> None:
        """Remember what the first plan promised, the earliest day first."""
        for leg in sorted(decision.legs, key=lambda leg: leg.delivery_day):
            promised = Promised(leg.delivery_day, leg.quantity)
            self.promises.setdefault(leg.line, []).append(promised)

    def kept(self, line: LineId, quantity: int, day: date) -> tuple[int, int]:
        """How many of the delivered units were promised at once, and how many came in time.

        What comes keeps the earliest promises first.
        """
        known, in_time = 0, 0
        for promised in self.promises.get(line, ()):
            taken = min(quantity - known, promised.left)
            promised.left -= taken
            known += taken
            in_time += taken * (day <= promised.day)
        return known, in_time


@define
class OrderTally:
    """Orders and their units; *zone* is that of the shop, *zones* are those of the nodes."""

    zone: str
    zones: Mapping[NodeId, str]
    orders: dict[OrderId, OrderCount] = field(factory=dict)
    stages: Counter[str] = field(factory=Counter)
    moves: Counter[str] = field(factory=Counter)
    lines: int = 0
    units: int = 0
    value: int = 0
    promised_units: int = 0
    promised_days: int = 0
    short_at_once: int = 0
    orders_in_full: int = 0
    planned_cost: int = 0
    achieved_days: int = 0
    units_with_promise: int = 0
    units_in_time: int = 0

    def hear(self, heard: Recorded[object]) -> None:
        """Count an event of an order."""
        match heard.event:
            case OrderPlaced():
                self._placed(heard.event)
            case PlanChosen(decision):
                self._planned(self.orders[OrderId(heard.key.id)], decision)
            case UnitsMoved():
                self._moved(self.orders[OrderId(heard.key.id)], heard.event, heard.occurred_at)

    def _placed(self, event: OrderPlaced) -> None:
        day = local_day(event.placed_at, self.zone)
        self.orders[event.order] = OrderCount(day, len(event.lines))
        units = sum(line.quantity for line in event.lines)
        self.stages[event.stage] += units
        self.units += units
        self.lines += len(event.lines)
        self.value += sum(line.price.minor * line.quantity for line in event.lines)

    def _planned(self, order: OrderCount, decision: Decision) -> None:
        """Only the first plan of an order is what its customer was told at once."""
        if order.planned:
            order.marks.add("sourced again")
            return
        order.planned = True
        order.promise(decision)
        short = sum(decision.short.values())
        self.short_at_once += short
        self.orders_in_full += not short
        self.planned_cost += decision.parts.get(Transport().name, 0)
        for leg in decision.legs:
            self.promised_units += leg.quantity
            self.promised_days += leg.quantity * (leg.delivery_day - order.placed).days

    def _moved(self, order: OrderCount, event: UnitsMoved, at: datetime) -> None:
        for moved in event.moved:
            self.stages[moved.from_.stage] -= moved.quantity
            self.stages[moved.to.stage] += moved.quantity
            self.moves[event.move] += moved.quantity
            if event.move == "deliver":
                self._delivered(order, moved, at)
        if event.move in MARKS:
            order.marks.add(MARKS[event.move])

    def _delivered(self, order: OrderCount, moved: Moved, at: datetime) -> None:
        zone = self.zones.get(moved.to.node or NodeId(""), self.zone)
        day = local_day(at, zone)
        self.achieved_days += moved.quantity * (day - order.placed).days
        known, in_time = order.kept(moved.line, moved.quantity, day)
        self.units_with_promise += known
        self.units_in_time += in_time
        if known > in_time:
            order.marks.add("late")


@define
class WorkTally:
    """Fulfillment orders and parcels, and what the parcels cost."""

    network: Network
    weights_g: Mapping[Sku, int]
    orders: Mapping[OrderId, OrderCount]
    work: dict[str, Fulfillment] = field(factory=dict, repr=False)
    released: int = 0
    moves: Counter[str] = field(factory=Counter)
    cost: int = 0

    def hear(self, heard: Recorded[object]) -> None:
        """Count an event of a fulfillment order."""
        id_ = heard.key.id
        match heard.event:
            case FulfillmentReleased():
                self.released += 1
                self.work[id_] = fulfillments.evolve(None, heard.event)
            case TasksLowered():
                self.work[id_] = fulfillments.evolve(self.work[id_], heard.event)
            case FulfillmentMoved(move):
                self.moves[move] += 1
                if move == "ship":
                    self._shipped(self.work.pop(id_))

    def _shipped(self, work: Fulfillment) -> None:
        order = self.orders[work.order]
        order.parcels += 1
        if order.parcels > 1:
            order.marks.add("split")
        lane = self.network.lane(self.network.nodes[work.node], work.to, work.method)
        if lane is not None:
            self.cost += self._cost(lane, work)

    def _cost(self, lane: Lane, work: Fulfillment) -> int:
        """The parcel, its units, and its weight by the gram, as plans reckon them."""
        units = sum(task.quantity for task in work.tasks)
        grams = sum(task.quantity * self.weights_g.get(task.sku, 0) for task in work.tasks)
        once = lane.parcel_cost + units * lane.unit_cost
        return in_minor(MILS * once + grams * lane.kg_cost)


@define
class OtherTally:
    """Returns, supplies and stock, and what was refused or ignored."""

    zone: str
    zones: Mapping[NodeId, str]
    returns: int = 0
    units_returned: int = 0
    sellable: int = 0
    damaged: int = 0
    expected: dict[str, date] = field(factory=dict, repr=False)
    supplies_in_time: int = 0
    supplies_late: int = 0
    units_supplied: int = 0
    written_off: int = 0
    found: int = 0
    declared_short: int = 0
    refused: Counter[str] = field(factory=Counter)
    ignored: Counter[str] = field(factory=Counter)
    work_items: Counter[str] = field(factory=Counter)

    def hear(self, heard: Recorded[object]) -> None:
        """Count any other event."""
        match heard.event:
            case StockEntered("adjusted", units):
                self.written_off += max(0, -units)
                self.found += max(0, units)
            case ShortageDeclared():
                self.declared_short += heard.event.units
            case SupplyExpected():
                self.expected[heard.key.id] = heard.event.day
            case SupplyReceived(quantity):
                self._supplied(heard.key.id, quantity, heard.occurred_at)
            case ReturnReceived():
                self.returns += 1
                self.units_returned += sum(line.quantity for line in heard.event.lines)
            case ReturnGraded(grades):
                self.sellable += sum(grade.sellable for grade in grades)
                self.damaged += sum(grade.damaged for grade in grades)
            case WorkItemOpened():
                self.work_items[heard.event.task] += 1
                self.refused.update(reason.code for reason in heard.event.reasons)
            case ReportIgnored() | ReturnReportIgnored() | PaperIgnored():
                self.ignored[heard.event.why.code] += 1

    def _supplied(self, id_: str, quantity: int, at: datetime) -> None:
        """In time is what comes on the day for which it was first expected, or before."""
        zone = self.zones.get(NodeId(id_.split("/")[1]), self.zone)
        late = local_day(at, zone) > self.expected[id_]
        self.supplies_late += late
        self.supplies_in_time += not late
        self.units_supplied += quantity

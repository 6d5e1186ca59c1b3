"""What a customer is told before an order exists: a sourcing plan that nobody has committed to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from attrs import field, frozen

from omscore.kernel.ids import LineId, NodeId
from omscore.kernel.moments import Window
from omscore.network.calendar import ordered_before
from omscore.network.collecting import delivery_windows, ready_at
from omscore.network.expecting import Confident, Expected
from omscore.network.facts import PICKUP, Lane, Network
from omscore.network.plan import Decision, Leg, ParcelName, parcel_of
from omscore.sourcing import pipeline
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question

PATIENCE = frozenset({"waiting", "lateness"})
"""Costs that nobody pays: prices put on time, so that plans can be compared by one figure."""


@frozen
class Promise:
    """A plan with dates.

    *days* is the day by which all of a line arrives; a line is not in it while some of its units
    can be promised by nobody.  Those are *short*.  The plan can be followed if the order comes
    before *order_before*; None where nothing is promised.  What is collected is *ready* from an
    instant on, at a place whose hours are known; a parcel is delivered in one of its *windows*,
    where its lane has some.  Where transit times were learned, it is told what was *expected* of
    its way.
    """

    days: Mapping[LineId, date]
    short: Mapping[LineId, int]
    decision: Decision
    order_before: datetime | None = None
    ready: datetime | None = None
    windows: Mapping[ParcelName, tuple[Window, ...]] = field(factory=dict)
    expected: Mapping[ParcelName, Expected] = field(factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every unit of every line is promised."""
        return not self.short

    @property
    def day(self) -> date | None:
        """The day by which everything arrives; None while something is short."""
        return max(self.days.values(), default=None) if self.complete else None

    @property
    def last_day(self) -> date | None:
        """The day by which everything that is promised arrives, though something may be short."""
        return max((leg.delivery_day for leg in self.decision.legs), default=None)

    @property
    def first_day(self) -> date | None:
        """The day on which the first parcel arrives."""
        return min((leg.delivery_day for leg in self.decision.legs), default=None)

    @property
    def parcels(self) -> int:
        """How many parcels it takes."""
        return len({parcel_of(leg) for leg in self.decision.legs})

    @property
    def price(self) -> int:
        """What its parcels cost, in minor units: its cost without what is a price on time."""
        return price_of(self.decision)

    def __str__(self) -> str:
        return "\n".join(self._told())

    def _told(self) -> Iterator[str]:
        whole = f"complete by {self.day}" if self.day else "not complete"
        ready = f", ready from {self.ready:%Y-%m-%d %H:%M} UTC" if self.ready else ""
        yield f"{self.parcels} {'parcel' if self.parcels == 1 else 'parcels'}, {whole}{ready}"
        for leg in self.decision.legs:
            yield (
                f"  line {leg.line}: {leg.quantity} x {leg.sku} from {leg.node}, "
                f"ships {leg.ship_day}{_by_way(leg)}, arrives {leg.delivery_day}"
            )
            if why := self.expected.get(parcel_of(leg)):
                yield f"    {why}"
        for line, units in self.short.items():
            yield f"  line {line}: {units} {'unit has' if units == 1 else 'units have'} no date"


def _by_way(leg: Leg) -> str:
    return "".join(f" by way of {hop.node} on {hop.ship_day}" for hop in leg.path[1:])


def price_of(decision: Decision) -> int:
    """What somebody pays for the plan of *decision*, in minor units: no `PATIENCE`."""
    parts = decision.parts
    return decision.cost - sum(parts[name] for name in PATIENCE.intersection(parts))


def promise(question: Question, policy: Policy) -> Promise:
    """The plan that an order would get, and its days."""
    return promise_of(pipeline.source(question, policy), question)


def promise_of(decision: Decision, question: Question) -> Promise:
    """What *decision* promises, which was made for *question*."""
    network = question.network
    days: dict[LineId, date] = {}
    for leg in decision.legs:
        if leg.line not in decision.short:
            days[leg.line] = max(leg.delivery_day, days.get(leg.line, leg.delivery_day))
    until = [
        ordered_before(network.nodes[leg.node], network, leg.ship_day) for leg in decision.legs
    ]
    ready = max(filter(None, (_ready(leg, question) for leg in decision.legs)), default=None)
    before = min(until, default=None)
    windows = {
        parcel_of(leg): tuple(delivery_windows(lane, leg.delivery_day))
        for leg, lane in _last_lanes(decision, network)
        if lane.windows
    }
    told = {
        parcel_of(leg): known
        for leg, lane in _last_lanes(decision, network)
        if isinstance(network, Confident) and (known := network.expected(lane)) is not None
    }
    return Promise(days, decision.short, decision, before, ready, windows, told)


def _last_lanes(decision: Decision, network: Network) -> Iterator[tuple[Leg, Lane]]:
    """Each leg, and the lane by which its parcel gets there."""
    for leg in decision.legs:
        lane = network.lane(network.nodes[parcel_of(leg)[0]], leg.to, leg.method)
        if lane is not None:
            yield leg, lane


def _ready(leg: Leg, question: Question) -> datetime | None:
    """When *leg* can be collected; None if it is not, or if nobody knows the hours."""
    place = question.network.nodes.get(NodeId(leg.to))
    if leg.method != PICKUP or place is None:
        return None
    return ready_at(place, question.network, leg.delivery_day, question.now)

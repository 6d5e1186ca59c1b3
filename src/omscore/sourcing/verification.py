"""Whether a plan may be followed: checked by code that knows nothing of how it was found.

Every plan of every solver goes through here, whoever wrote the solver.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar

from attrs import frozen

from omscore.kernel.ids import LineId, NodeId, Sku
from omscore.kernel.reason import Reason
from omscore.network.calendar import delivery_day, release_at, ship_day
from omscore.network.plan import Leg, ParcelName, parcel_of
from omscore.sourcing.candidate import Finding, Question
from omscore.sourcing.limits import Limit, broken
from omscore.sourcing.need import Need
from omscore.sourcing.rules import Rule, judge


@frozen
class NotCovered(Reason):
    """Legs and shortage of a line do not add up to what was asked."""

    code: ClassVar[str] = "plan.not-covered"
    line: LineId
    planned: int
    asked: int

    def __str__(self) -> str:
        return f"line {self.line}: {self.planned} units planned or short, {self.asked} asked"


@frozen
class NotAsked(Reason):
    """A leg serves something else than the need of its line."""

    code: ClassVar[str] = "plan.not-asked"
    line: LineId

    def __str__(self) -> str:
        return f"line {self.line}: a leg serves something that was not asked"


@frozen
class NotSent(Reason):
    """The node is unknown, inactive or cooling down, or has no lane there."""

    code: ClassVar[str] = "plan.not-sent"
    line: LineId
    node: NodeId

    def __str__(self) -> str:
        return f"line {self.line}: {self.node} cannot send it"


@frozen
class WrongDay(Reason):
    """A leg leaves too early, or arrives or is released on another day than the calendars say."""

    code: ClassVar[str] = "plan.wrong-day"
    line: LineId
    node: NodeId

    def __str__(self) -> str:
        return f"line {self.line}: {self.node} cannot send it on that day"


@frozen
class OverStock(Reason):
    """More units leave a node by a day than may be promised for it."""

    code: ClassVar[str] = "plan.over-stock"
    node: NodeId
    sku: Sku
    planned: int
    available: int

    def __str__(self) -> str:
        return f"{self.planned} units of {self.sku} at {self.node}, {self.available} available"


@frozen
class OverCapacity(Reason):
    """More units leave a node on a day than it can send."""

    code: ClassVar[str] = "plan.over-capacity"
    node: NodeId
    day: date
    planned: int
    left: int

    def __str__(self) -> str:
        return f"{self.planned} units at {self.node} on {self.day}, {self.left} left of the day"


@frozen
class RuledOut(Reason):
    """A rule has something against the node for this line."""

    code: ClassVar[str] = "plan.ruled-out"
    line: LineId
    node: NodeId
    why: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.node} is ruled out by {self.why}"


def verify(
    question: Question,
    limits: Sequence[Limit],
    legs: Sequence[Leg],
    short: Mapping[LineId, int],
    *,
    rules: Sequence[Rule] = (),
) -> tuple[Reason, ...]:
    """Why the plan of *legs*, which leaves units *short*, may not be followed; empty if it may."""
    return (
        *_covered(question.needs, legs, short),
        *_sent(question, legs),
        *_ruled(question, rules, legs),
        *_stocked(question, legs),
        *_roomy(question, legs),
        *(no for limit in limits for no in broken(limit, question.needs, legs)),
    )


def _covered(
    needs: Sequence[Need], legs: Sequence[Leg], short: Mapping[LineId, int]
) -> Iterator[Reason]:
    asked, planned = {need.line: need for need in needs}, defaultdict[LineId, int](int)
    for leg in legs:
        need = asked.get(leg.line)
        if need is None or (need.sku, need.to, need.method) != (leg.sku, leg.to, leg.method):
            yield NotAsked(leg.line)
        if type(leg.quantity) is not int or leg.quantity < 1:
            yield NotAsked(leg.line)
        planned[leg.line] += leg.quantity
    for line, units in short.items():
        if line not in asked or type(units) is not int or units < 1:
            yield NotAsked(line)
        planned[line] += units
    for line, need in asked.items():
        if planned[line] != need.quantity:
            yield NotCovered(line, planned[line], need.quantity)


def _sent(question: Question, legs: Sequence[Leg]) -> Iterator[Reason]:
    network, first = question.network, dict[NodeId, date]()
    days = dict[ParcelName, tuple[date, datetime]]()
    for leg in legs:
        node = network.nodes.get(leg.node)
        lane = None if node is None else network.lane(node, leg.to, leg.method)
        if node is None or lane is None or not node.active or node.id in question.cooling:
            yield NotSent(leg.line, leg.node)
            continue
        if node.id not in first:
            first[node.id] = ship_day(node, network, question.now)
        if (parcel := parcel_of(leg)) not in days:
            arrives = delivery_day(lane, network, leg.ship_day)
            days[parcel] = arrives, release_at(node, network, leg.ship_day)
        if leg.ship_day < first[node.id] or (leg.delivery_day, leg.release_at) != days[parcel]:
            yield WrongDay(leg.line, leg.node)


def _ruled(question: Question, rules: Sequence[Rule], legs: Sequence[Leg]) -> Iterator[Reason]:
    finding, needs = Finding(question), {need.line: need for need in question.needs}
    for line, id_ in dict.fromkeys((leg.line, leg.node) for leg in legs):
        need, node = needs.get(line), question.network.nodes.get(id_)
        if need is not None and node is not None:
            for no in judge(rules, need, finding.candidate(need, node)):
                yield RuledOut(line, id_, no.code)


def _stocked(question: Question, legs: Sequence[Leg]) -> Iterator[Reason]:
    leaving = defaultdict[tuple[NodeId, Sku], list[tuple[date, int]]](list)
    for leg in legs:
        leaving[leg.node, leg.sku].append((leg.ship_day, leg.quantity))
    for (node, sku), some in leaving.items():
        rows = question.stock.get((node, sku), ())
        for day in {day for day, _ in some}:
            gone = sum(units for on, units in some if on <= day)
            available = max((units for ready, units in rows if ready <= day), default=0)
            if gone > available:
                yield OverStock(node, sku, gone, available)


def _roomy(question: Question, legs: Sequence[Leg]) -> Iterator[Reason]:
    leaving = defaultdict[tuple[NodeId, date], int](int)
    for leg in legs:
        leaving[leg.node, leg.ship_day] += leg.quantity
    for (id_, day), units in leaving.items():
        node = question.network.nodes.get(id_)
        limited = node is not None and "units" in node.capacity
        if limited and units > (left := question.room.get((id_, day), 0)):
            yield OverCapacity(id_, day, units, left)

"""Whether a plan may be followed: checked by code that knows nothing of how it was found.

Every plan of every solver goes through here, whoever wrote the solver.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import ClassVar

from attrs import frozen

from omscore.kernel.ids import LineId, NodeId, Sku
from omscore.kernel.reason import Reason
from omscore.network.calendar import (
    add_working_days,
    calendar_of,
    delivery_day,
    release_at,
    ship_day,
)
from omscore.network.capacity import CapacityKind, taken
from omscore.network.facts import Node
from omscore.network.plan import Leg, ParcelName, parcel_of, sender_of, sendings_of
from omscore.sourcing.candidate import Finding
from omscore.sourcing.limits import Limit, broken
from omscore.sourcing.need import Need
from omscore.sourcing.question import Question
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
class NotWhole(Reason):
    """The units of a bundle's components make no whole bundles."""

    code: ClassVar[str] = "plan.not-whole"
    bundle: LineId

    def __str__(self) -> str:
        return f"line {self.bundle}: the components that are planned make no whole bundles"


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
class WrongPath(Reason):
    """A leg goes by way of a node that does not pass it on, or not on these days."""

    code: ClassVar[str] = "plan.wrong-path"
    line: LineId
    node: NodeId

    def __str__(self) -> str:
        return f"line {self.line}: {self.node} cannot send it this way"


@frozen
class Split(Reason):
    """A line that may not be split comes in several parcels."""

    code: ClassVar[str] = "plan.split"
    line: LineId
    parcels: int

    def __str__(self) -> str:
        return f"line {self.line} comes in {self.parcels} parcels, and may not be split"


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
    """More units, lines, orders or parcels leave a node on a day than it can send."""

    code: ClassVar[str] = "plan.over-capacity"
    node: NodeId
    day: date
    planned: int
    left: int
    kind: CapacityKind = "units"

    def __str__(self) -> str:
        planned = f"{self.planned} {self.kind} at {self.node} on {self.day}"
        return f"{planned}, {self.left} left of the day"


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
        *_unsplit(question.needs, legs),
        *(no for limit in limits for no in broken(limit, question.needs, legs)),
    )


def _covered(
    needs: Sequence[Need], legs: Sequence[Leg], short: Mapping[LineId, int]
) -> Iterator[Reason]:
    asked, planned = {need.line: need for need in needs}, defaultdict[LineId, int](int)
    for leg in legs:
        need = asked.get(leg.line)
        if need is None or (need.to, need.method) != (leg.to, leg.method) or not _offers(need, leg):
            yield NotAsked(leg.line)
        if type(leg.quantity) is not int or leg.quantity < 1:
            yield NotAsked(leg.line)
        planned[leg.line] += leg.quantity
    yield from _in_sets(needs, planned)
    for line, units in short.items():
        if line not in asked or type(units) is not int or units < 1:
            yield NotAsked(line)
        planned[line] += units
    for line, need in asked.items():
        if planned[line] != need.quantity:
            yield NotCovered(line, planned[line], need.quantity)


def _offers(need: Need, leg: Leg) -> bool:
    """Whether what *leg* sends is what is needed, or may be sent instead."""
    if leg.made == need.stocked:
        return False
    if leg.instead_of is None:
        return leg.sku == need.sku
    skus = [other.sku for other in need.substitutes]
    return leg.sku in skus and leg.instead_of == need.sku


def _in_sets(needs: Sequence[Need], planned: Mapping[LineId, int]) -> Iterator[Reason]:
    """Whether as many of each component of a bundle are planned as make whole bundles."""
    sets = dict[LineId, tuple[int, int]]()
    for need in needs:
        if need.bundle is not None:
            units = divmod(planned.get(need.line, 0), need.each)
            if units[1] or sets.setdefault(need.bundle, units) != units:
                yield NotWhole(need.bundle)


def _sent(question: Question, legs: Sequence[Leg]) -> Iterator[Reason]:
    network, first = question.network, dict[NodeId, date]()
    days = dict[ParcelName, date]()
    for leg in legs:
        node, last = network.nodes.get(leg.node), network.nodes.get(sender_of(leg))
        lane = None if last is None else network.lane(last, leg.to, leg.method)
        if node is None or lane is None or _rests(question, node):
            yield NotSent(leg.line, leg.node)
            continue
        for one in (node, last):
            if one is not None and one.id not in first:
                first[one.id] = ship_day(one, network, question.now)
        parcel = parcel_of(leg)
        if parcel not in days:
            days[parcel] = delivery_day(lane, network, parcel[3])
        released = release_at(node, network, leg.ship_day)
        if (
            leg.ship_day < first[node.id]
            or leg.release_at != released
            or leg.delivery_day != days[parcel]
        ):
            yield WrongDay(leg.line, leg.node)
        elif leg.path and not _passes(question, leg, first):
            yield WrongPath(leg.line, leg.node)


def _rests(question: Question, node: Node) -> bool:
    return not node.active or node.id in question.cooling


def _passes(question: Question, leg: Leg, first: Mapping[NodeId, date]) -> bool:
    """Whether each hop of a path is a way that there is, on days on which it can be gone."""
    network = question.network
    if len(leg.path) != 2 or not leg.path[0].node == leg.node != leg.path[1].node:
        return False
    start, end = leg.path
    link, via = network.links.get((start.node, end.node)), network.nodes[end.node]
    if link is None or _rests(question, via):
        return False
    carrier, works = calendar_of(network, link.carrier_calendar), calendar_of(network, via.calendar)
    arrives = add_working_days(carrier, leg.ship_day, link.transit_days)
    ready = max(first[via.id], add_working_days(works, arrives, via.processing_days))
    on_time = (start.ship_day, start.arrival_day, end.arrival_day) == (
        leg.ship_day,
        arrives,
        leg.delivery_day,
    )
    return on_time and end.ship_day >= ready


def _unsplit(needs: Sequence[Need], legs: Sequence[Leg]) -> Iterator[Reason]:
    parcels, whole = defaultdict[LineId, set[ParcelName]](set), {one.line: one for one in needs}
    for leg in legs:
        if leg.line in whole:
            parcels[whole[leg.line].whole].add(parcel_of(leg))
    for line in dict.fromkeys(need.whole for need in needs if not need.split):
        if len(parcels[line]) > 1:
            yield Split(line, len(parcels[line]))


def _ruled(question: Question, rules: Sequence[Rule], legs: Sequence[Leg]) -> Iterator[Reason]:
    finding, needs = Finding(question), {need.line: need for need in question.needs}
    asked: dict[tuple[LineId, NodeId, NodeId, Sku], None] = {}
    for leg in legs:
        asked[leg.line, leg.node, sender_of(leg), leg.sku] = None
    for line, id_, last, sku in asked:
        need, node = needs.get(line), question.network.nodes.get(id_)
        link = None if id_ == last else question.network.links.get((id_, last))
        if need is None or node is None or (link is None) != (id_ == last):
            continue  # found elsewhere
        instead = next((one for one in need.substitutes if one.sku == sku != need.sku), None)
        candidate = finding.candidate(need, node, link, instead)
        for no in judge(rules, need.served_by(instead), candidate):
            yield RuledOut(line, id_, no.code)


def _stocked(question: Question, legs: Sequence[Leg]) -> Iterator[Reason]:
    leaving = defaultdict[tuple[NodeId, Sku], list[tuple[date, int]]](list)
    made = {need.line for need in question.needs if not need.stocked}
    for leg in legs:
        if leg.line in made:
            continue
        leaving[leg.node, leg.sku].append((leg.ship_day, leg.quantity))
    for (node, sku), some in leaving.items():
        rows = question.stock.get((node, sku), ())
        for day in {day for day, _ in some}:
            gone = sum(units for on, units in some if on <= day)
            available = max((units for ready, units in rows if ready <= day), default=0)
            if gone > available:
                yield OverStock(node, sku, gone, available)


def _roomy(question: Question, legs: Sequence[Leg]) -> Iterator[Reason]:
    for (id_, kind, day), planned in taken(sendings_of(legs)).items():
        node = question.network.nodes.get(id_)
        limited = node is not None and kind in node.capacity
        if limited and planned > (left := question.room.get((id_, kind, day), 0)):
            yield OverCapacity(id_, day, planned, left, kind)

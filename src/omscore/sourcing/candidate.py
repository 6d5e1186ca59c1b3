"""The nodes that might serve a need, with every fact that a rule may ask about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from attrs import define, field, frozen

from omscore.kernel.ids import NodeId, Sku
from omscore.kernel.moments import local_day
from omscore.network.calendar import delivery_day, ship_day, ship_day_of_supply
from omscore.network.facts import Lane, Network, Node
from omscore.sourcing.need import Need

Rows = Sequence[tuple[date, int]]


@frozen
class Question:
    """Everything that a plan rests on, as plain values.

    *stock* says how many units of a sku may be promised at a node from which day on: rows that only
    rise; a missing one is no stock.  *room* is what is left of a node's days, in units: of a node
    with a limit, the days that it names are offered and no others.  *cooling* are nodes that
    rejected this before, and are not asked now.
    """

    needs: tuple[Need, ...]
    network: Network
    now: datetime
    stock: Mapping[tuple[NodeId, Sku], Rows] = field(factory=dict)
    room: Mapping[tuple[NodeId, date], int] = field(factory=dict)
    cooling: frozenset[NodeId] = frozenset()


@frozen
class Candidate:
    """A node that might serve a need: its lane (None if there is none) and its stock.

    *rows* say how many units can have left by which ship day; both only rise.  *earliest* is the
    first day of delivery; None without a lane or without stock.
    """

    node: Node
    lane: Lane | None
    rows: Rows
    earliest: date | None
    cooling: bool


def nodes_of(network: Network) -> Iterable[Node]:
    """Every node, by id."""
    for id_ in sorted(network.nodes):
        yield network.nodes[id_]


def candidates(question: Question) -> list[list[Candidate]]:
    """For each need, every node there is, by id."""
    found = _Finding(question)
    nodes = list(nodes_of(question.network))
    return [[found.candidate(node, need) for node in nodes] for need in question.needs]


@define
class _Finding:
    """What is found once per question, and asked for again and again."""

    question: Question
    bases: dict[NodeId, date] = field(factory=dict)
    rows: dict[tuple[NodeId, Sku], Rows] = field(factory=dict)
    days: dict[tuple[Lane, date], date] = field(factory=dict)

    def candidate(self, node: Node, need: Need) -> Candidate:
        question = self.question
        lane = question.network.lane(node, need.to, need.method)
        rows = self._rows(node, need.sku)
        earliest = None if lane is None or not rows else self._delivery(lane, rows[0][0])
        return Candidate(node, lane, rows, earliest, node.id in question.cooling)

    def _delivery(self, lane: Lane, day: date) -> date:
        if (lane, day) not in self.days:
            self.days[lane, day] = delivery_day(lane, self.question.network, day)
        return self.days[lane, day]

    def _rows(self, node: Node, sku: Sku) -> Rows:
        if (node.id, sku) not in self.rows:
            stock = self.question.stock.get((node.id, sku), ())
            self.rows[node.id, sku] = self._leaving(node, stock) if stock else ()
        return self.rows[node.id, sku]

    def _leaving(self, node: Node, stock: Rows) -> Rows:
        """By which ship day how many units can leave: what is there now at once, supply later."""
        network, now = self.question.network, self.question.now
        if node.id not in self.bases:
            self.bases[node.id] = ship_day(node, network, now)
        base, today = self.bases[node.id], local_day(now, node.zone)
        leaving: dict[date, int] = {}
        for day, units in stock:
            if units > 0:
                ready = base if day <= today else max(base, ship_day_of_supply(node, network, day))
                leaving[ready] = units
        return tuple(leaving.items())

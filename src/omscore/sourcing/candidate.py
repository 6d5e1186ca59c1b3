"""The nodes that might serve a need, with every fact that a rule may ask about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from attrs import define, field, frozen

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import Method, NodeId, Region, Sku
from omscore.kernel.moments import local_day
from omscore.network.calendar import delivery_day, ship_day, ship_day_of_supply
from omscore.network.facts import Lane, Link, Network, Node
from omscore.network.paths import onward_day
from omscore.network.places import Point, distance_km
from omscore.sourcing.days import Days, limited, load_percent
from omscore.sourcing.need import Alternative, Need
from omscore.sourcing.question import Question, Rows, Spans


@frozen
class Candidate:
    """A node that might serve a need: its lane (None if there is none) and its stock.

    *rows* say how many units can have left by which ship day; both only rise.  *earliest* is the
    day on which the first of them would be delivered; None without a lane or without stock.
    *room* is how many units the days on which they could leave can take, and *load_percent* how
    much of the first such day is taken; None without a limit.  *distance_km* is from the node to
    the destination as the crow flies; None unless it is known where both are.  *rejections* says
    how often the node rejected this order, *use_by* how many of its units must be used by when,
    *closed* the spans of days on which nothing of it is offered.

    A candidate with a *link* sends its units by way of another node, *via*, whose lane is the
    *lane*; its distance is that of both stretches, and nothing leaves *via* before the day
    *onward_from*.  One with an *instead* sends a substitute.
    """

    node: Node
    lane: Lane | None
    rows: Rows
    earliest: date | None
    cooling: bool
    room: int | None = None
    load_percent: int | None = None
    distance_km: int | None = None
    rejections: int = 0
    use_by: Rows = ()
    link: Link | None = None
    via: Node | None = None
    onward_from: date | None = None
    instead: Alternative | None = None
    closed: Spans = ()

    def onward_day(self, network: Network, shipped: date) -> date:
        """The day on which the customer's parcel leaves, with what leaves the node on *shipped*."""
        if self.link is None or self.onward_from is None:
            return shipped
        return max(self.onward_from, onward_day(self.link, network, shipped))

    def delivery_day(self, network: Network, shipped: date) -> date | None:
        """The day on which what leaves the node on *shipped* is delivered; None without a lane."""
        if self.lane is None:
            return None
        return delivery_day(self.lane, network, self.onward_day(network, shipped))


def nodes_of(network: Network) -> Iterable[Node]:
    """Every node, by id."""
    for id_ in sorted(network.nodes):
        yield network.nodes[id_]


def candidates(question: Question) -> list[list[Candidate]]:
    """For each need, every node there is, by id, then whatever could go another way.

    Those are nodes with stock that have a link to one with a lane, and nodes with a substitute.
    """
    finding, nodes = Finding(question), list(nodes_of(question.network))
    return [
        [finding.candidate(need, node) for node in nodes] + list(finding.detours(need))
        for need in question.needs
    ]


def apart(node: Node, to: Point | None) -> int | None:
    """The distance from *node*, if it is known where both are."""
    return None if node.at is None or to is None else distance_km(node.at, to)


def is_open(candidate: Candidate, day: date) -> bool:
    """Whether what its rows say holds on *day*."""
    return not any(start <= day <= end for start, end in candidate.closed)


def most_of(candidate: Candidate) -> int:
    """How many units a node could send at the most, were nothing else asked of it."""
    there = candidate.rows[-1][1] if candidate.rows and candidate.lane is not None else 0
    return there if candidate.room is None else min(there, candidate.room)


@frozen
class _Way:
    """A node and how it reaches somewhere, and what is the same of it for every sku."""

    node: Node
    link: Link | None
    via: Node | None
    onward_from: date | None
    lane: Lane | None
    cooling: bool
    distance_km: int | None
    arrivals: dict[date, date]


@define
class Finding:
    """Finds candidates for a *question*; what they share is found once."""

    question: Question
    ways: dict[tuple[NodeId, Region, Method, NodeId | None], _Way] = field(factory=dict, init=False)
    bases: dict[tuple[object, ...], tuple[date, date]] = field(factory=dict, init=False)
    rows: dict[tuple[NodeId, Sku], Rows] = field(factory=dict, init=False)
    days: Days = field(init=False)
    named: dict[NodeId, list[date]] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.days = Days(self.question)
        for node, day in sorted({(node, day) for node, _, day in self.question.room}):
            self.named.setdefault(node, []).append(day)

    def candidate(
        self,
        need: Need,
        node: Node,
        link: Link | None = None,
        instead: Alternative | None = None,
    ) -> Candidate:
        """*node*, as one that might serve *need*: by a link or not, with a substitute or not."""
        name = node.id, need.to, need.method, None if link is None else link.to
        if (way := self.ways.get(name)) is None:
            way = self.ways[name] = self._way(node, link, need.to, need.method)
        question, sku = self.question, need.sku if instead is None else instead.sku
        rows = self._rows(node, sku) if need.stocked else ((self._base(node)[0], need.quantity),)
        full = limited(node)
        return Candidate(
            node,
            way.lane,
            rows,
            self._earliest(way, rows) if rows else None,
            way.cooling,
            self._room(node, rows) if full else None,
            self._load_percent(node, rows) if full else None,
            way.distance_km,
            question.rejections.get(node.id, 0) if question.rejections else 0,
            question.use_by.get((node.id, sku), ()) if question.use_by else (),
            link,
            way.via,
            way.onward_from,
            instead,
            question.closed.get((node.id, sku), ()) if question.closed else (),
        )

    def detours(self, need: Need) -> Iterator[Candidate]:
        """Whoever has stock and a link to a node with a lane, and whoever has a substitute."""
        links = list(self._links(need)) if need.stocked else []
        for instead in (None, *need.substitutes):
            sku = need.sku if instead is None else instead.sku
            if instead is not None:
                for node in self.question.network.reaching(need.to, need.method):
                    if self._rows(node, sku):
                        yield self.candidate(need, node, None, instead)
            for link in links:
                node = self.question.network.nodes[link.node]
                if self._rows(node, sku):
                    yield self.candidate(need, node, link, instead)

    def _links(self, need: Need) -> Iterator[Link]:
        """The links that lead to a node that would send it on, by both their ends."""
        network = self.question.network
        for name in sorted(network.links):
            link = network.links[name]
            if self.passes(link) and network.lane(network.nodes[link.to], need.to, need.method):
                yield link

    def passes(self, link: Link) -> bool:
        """Whether *link* joins known nodes, of which the one at its end takes work."""
        nodes = self.question.network.nodes
        known = link.node in nodes and link.to in nodes
        return known and nodes[link.to].active and link.to not in self.question.cooling

    def _way(self, node: Node, link: Link | None, to: Region, method: Method) -> _Way:
        network, cooling = self.question.network, node.id in self.question.cooling
        if link is None:
            far = apart(node, network.where(to))
            return _Way(node, None, None, None, network.lane(node, to, method), cooling, far, {})
        via = network.nodes[link.to]
        first, last = apart(node, via.at), apart(via, network.where(to))
        far = None if first is None or last is None else first + last
        lane, first_day = network.lane(via, to, method), self._base(via)[0]
        return _Way(node, link, via, first_day, lane, cooling, far, {})

    def _load_percent(self, node: Node, rows: Rows) -> int | None:
        """How much is taken of the first day on which something could leave."""
        first = rows[0][0] if rows else date.min
        days = (day for day in self.named.get(node.id, ()) if day >= first)
        return None if (day := next(days, None)) is None else load_percent(self.question, node, day)

    def _room(self, node: Node, rows: Rows) -> int:
        first = rows[0][0] if rows else date.min
        days = self.days.offered.get(node.id, {})
        return sum([units for day, units in days.items() if day >= first])

    def _earliest(self, way: _Way, rows: Rows) -> date | None:
        if way.lane is None:
            return None
        day, network = rows[0][0], self.question.network
        if day not in way.arrivals:
            leaves = day
            if way.link is not None and way.onward_from is not None:
                leaves = max(way.onward_from, onward_day(way.link, network, day))
            way.arrivals[day] = delivery_day(way.lane, network, leaves)
        return way.arrivals[day]

    def _rows(self, node: Node, sku: Sku) -> Rows:
        """By which ship day how many units can leave: what is there now at once, supply later."""
        if (found := self.rows.get((node.id, sku))) is not None:
            return found
        leaving: dict[date, int] = {}
        if stock := self.question.stock.get((node.id, sku)):
            network, (base, today) = self.question.network, self._base(node)
            for day, units in stock:
                if type(units) is not int:
                    raise Unreadable("whole numbers of units", f"$.stock.{node.id}.{sku}")
                if units > 0:
                    due = base if day <= today else ship_day_of_supply(node, network, day)
                    leaving[max(base, due)] = units
        self.rows[node.id, sku] = rows = tuple(leaving.items())
        return rows

    def _base(self, node: Node) -> tuple[date, date]:
        """The first ship day and the local day: the same for nodes that work alike."""
        alike = node.zone, node.calendar, node.cut_off, node.processing_days
        if alike not in self.bases:
            network, now = self.question.network, self.question.now
            self.bases[alike] = ship_day(node, network, now), local_day(now, node.zone)
        return self.bases[alike]

"""Draws a sifted question as a `Problem` in numbers.

Tiers become one figure here.  What a tier can add up to at most, plus one, is the weight of a unit
of the tier above it: units short, then units late, then the tiers of costs in the policy's order.

A unit is offered on the first day on which it can leave; where that day is limited, on the next
ones too, until there is room for all that is wanted of the node.  It does not wait to leave with
others, with two exceptions.  Where the question is drawn *held*, a node also offers the day by
which it has everything, so that one parcel can carry it.  And where goods come to a node by a link,
its own units and those that came before may wait for them, for that is what such a detour is for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from attrs import define, field

from omscore.kernel.ids import Method, NodeId, Region, Sku
from omscore.kernel.read_only import ReadOnly
from omscore.network.calendar import delivery_day
from omscore.network.facts import Lane, Link, Node
from omscore.sourcing import limits
from omscore.sourcing.asked import Mils, parcel_mils, toll_mils, unit_mils
from omscore.sourcing.candidate import Candidate, apart, is_open
from omscore.sourcing.combinators import Soften, softened
from omscore.sourcing.costs import Offer
from omscore.sourcing.days import Day, Days, limited, load_percent
from omscore.sourcing.line_costs import In, line_costs, line_tolls
from omscore.sourcing.need import Alternative, Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.pools import Pools, Taken
from omscore.sourcing.problem import Arc, Parcel, Problem, Soft, Toll
from omscore.sourcing.problem import Need as Wanted
from omscore.sourcing.question import Question, Rows
from omscore.sourcing.surcharges import surcharged

Weigh = Callable[[Mils], int]
At = tuple[NodeId, Region, Method]
Lines = Mapping[In, Mils]
Drawn = tuple[
    Problem, Sequence[Sequence["Way"]], Sequence[Mils], Sequence[Mils], Lines, Sequence[Soften], int
]


NOTHING: Mapping[Sku, Rows] = ReadOnly()


@define
class Way:
    """An arc, and what it stands for; made by the hundred, so it is not frozen.

    A unit leaves its node as the *offer* says, with or without a *toll* for a link, and reaches the
    customer in a *parcel*; *mils* is what it costs.
    """

    parcel: int
    most: int
    taken: Taken
    late: bool
    mils: Mils
    offer: Offer
    toll: int | None
    instead: Alternative | None


_Trip = tuple[int, int, Taken, Offer, int | None, Alternative | None]
"""A way before its cost: parcel, most, pools, offer, toll, and what is sent instead."""


@define
class Pen:
    """What has been drawn so far: parcels, tolls, pools."""

    question: Question
    policy: Policy
    kept: Sequence[Sequence[Candidate]]
    held: bool
    offers: list[Offer] = field(factory=list)
    parcels: dict[tuple[NodeId, Region, Method, date], int] = field(factory=dict)
    tolls: dict[tuple[NodeId, NodeId, date], int] = field(factory=dict)
    toll_offers: list[Offer] = field(factory=list)
    wanted: dict[NodeId, int] = field(factory=dict)
    all_there: dict[At, date] = field(factory=dict)
    joint_days: dict[At, list[date]] = field(factory=dict)
    linked: bool = False
    pools: Pools = field(factory=lambda: Pools(False))
    stock: Mapping[NodeId, Mapping[Sku, Rows]] = field(init=False)
    use_by: Mapping[NodeId, Mapping[Sku, Rows]] = field(init=False)
    days: Days = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.stock = _by_node(self.question.stock)
        self.use_by = _by_node(self.question.use_by)

    def drawn(self) -> Drawn:
        """The problem; its ways; what parcels, tolls, lines and soft limits cost; a unit late."""
        self._look_around()
        self.policy = surcharged(self.policy, self.kept)
        needs = self.question.needs
        ways = [
            self._ways(need, [trip for one in some for trip in self._trips(need, one)])
            for need, some in zip(needs, self.kept, strict=True)
        ]
        costs = [cost for tier in self.policy.tiers for cost in tier]
        for_parcels = [parcel_mils(costs, offer) for offer in self.offers]
        for_tolls = [toll_mils(costs, offer) for offer in self.toll_offers]
        by_way = [[way.parcel for way in some] for some in ways]
        for_lines = line_costs(costs, needs, self.offers, by_way)
        soft = softened(costs, needs)
        for_limits = [one for one, _ in soft]
        once = [*for_parcels, *for_tolls, *for_lines.values()]
        weights, late, short = self._weights(ways, once, for_limits)
        weigh: Weigh = sum if len(self.policy.tiers) == 1 else partial(_dot, weights)
        pools = self.pools.binding([way.taken for some in ways for way in some])
        problem = Problem(
            tuple(self._wanted(ways, weigh, late, short, pools)),
            tuple(self._parcels(map(weigh, for_parcels))),
            tuple(map(self.pools.numbers, pools)),
            () if self.linked else tuple(self.days.rooms(self._limited_parcels(), self.wanted)),
            tuple(limits.all_for_solver(self.policy.limits, needs)),
            (
                *self._tolls(ways, list(map(weigh, for_tolls))),
                *line_tolls({name: weigh(mils) for name, mils in for_lines.items()}, by_way),
            ),
            tuple([Soft(piece, weights[place] * mils) for (place, mils), piece in soft]),
        )
        return problem, ways, for_parcels, for_tolls, for_lines, for_limits, late

    def _look_around(self) -> None:
        """What is wanted of each node, its days, and when it has everything."""
        for need, some in zip(self.question.needs, self.kept, strict=True):
            for one in some:
                self.wanted[one.node.id] = self.wanted.get(one.node.id, 0) + need.quantity
                self.linked = self.linked or one.link is not None
                if self.held and one.rows:
                    at = one.node.id, need.to, need.method
                    ready = _ready(one.rows, need.quantity)
                    self.all_there[at] = max(ready, self.all_there.get(at, ready))
        self.days = Days(self.question, self.linked)
        if self.linked:
            self.pools = Pools(True)
            self.joint_days = self._joint_days()

    def _joint_days(self) -> dict[At, list[date]]:
        """The days on which a node that goods come to sends something to a destination."""
        ends = {
            (one.via.id, need.to, need.method)
            for need, some in zip(self.question.needs, self.kept, strict=True)
            for one in some
            if one.via is not None
        }
        joint = {at: set[date]() for at in ends}
        for need, some in zip(self.question.needs, self.kept, strict=True):
            for one in some:
                at = _sender(one).id, need.to, need.method
                if at in joint and one.lane is not None and one.rows:
                    days = [day for day, _ in self._days(need, one)]
                    joint[at] |= {one.onward_day(self.question.network, day) for day in days}
        return {at: sorted(days) for at, days in joint.items()}

    # --- what is offered ----------------------------------------------------------------------

    def _trips(self, need: Need, candidate: Candidate) -> Iterator[_Trip]:
        """Each day on which the node could send some of the need, in each parcel it could join."""
        if (lane := candidate.lane) is None or not candidate.rows:
            return
        quantity, instead, pools = need.quantity, candidate.instead, self._pools(need, candidate)
        days = self._days(need, candidate)
        for day, units in _open(candidate, days) if candidate.closed else days:
            most = units if units < quantity else quantity
            if not self.linked:
                parcel = self._parcel(need, candidate, lane, day)
                yield parcel, most, pools[0][1], self.offers[parcel], None, instead
                continue
            taken = tuple([pool for end, some in pools if day < end for pool in some])
            if limited(candidate.node):
                taken += (self._day_pool(candidate.node, day),)
            for onward in self._onward_days(need, candidate, day):
                parcel = self._parcel(need, candidate, lane, onward)
                offer, toll = self.offers[parcel], None
                if candidate.link is not None:
                    offer = self._link_offer(candidate, day, offer)
                    toll = self._toll(offer)
                yield parcel, most, taken, offer, toll, instead

    def _pools(self, need: Need, candidate: Candidate) -> list[tuple[date, Taken]]:
        """What the need takes of the node's stock, and until before which day."""
        if not need.stocked:
            return [(date.max, ())]
        sku = need.sku if candidate.instead is None else candidate.instead.sku
        return self.pools.ask(candidate.node.id, sku, candidate.rows, need.quantity)

    def _day_pool(self, node: Node, day: date) -> int:
        left = self.days.offered[node.id][day]
        return self.pools.ask_day(node.id, day, left, self.wanted[node.id])

    def _days(self, need: Need, candidate: Candidate) -> Sequence[tuple[date, int]]:
        """The ship days worth offering, each with the units that can have left by then."""
        rows, more = candidate.rows, set[date]()
        if self.held or self.joint_days:
            at = candidate.node.id, need.to, need.method
            if candidate.link is None:
                more.update(self.joint_days.get(at, ()))
            if self.held:
                more.add(self.all_there[at])
        if limited(candidate.node):
            return self._limited_days(candidate, more)
        if not more:
            return rows
        days = {day for day in more if day >= rows[0][0]}.union([day for day, _ in rows])
        return [(day, _there(rows, day)) for day in sorted(days)]

    def _limited_days(self, candidate: Candidate, more: set[date]) -> list[tuple[date, int]]:
        node, rows = candidate.node.id, candidate.rows
        offered = self.days.offered.get(node, {})
        days = {day for day in more if day >= rows[0][0] and day in offered}
        for ready, _ in rows:
            left = self.wanted[node]
            for day, units in offered.items():
                if day >= ready and left > 0:
                    days.add(day)
                    left -= 0 if self.held or (node, day) in self.days.tight else units
        return [(day, min(_there(rows, day), offered[day])) for day in sorted(days)]

    def _onward_days(self, need: Need, candidate: Candidate, day: date) -> list[date]:
        """The days of the parcels that can carry what leaves the node on *day*."""
        if candidate.via is None:
            return [day]
        first = candidate.onward_day(self.question.network, day)
        joint = self.joint_days[candidate.via.id, need.to, need.method]
        return [first, *[later for later in joint if later > first]]

    def _parcel(self, need: Need, candidate: Candidate, lane: Lane, day: date) -> int:
        node = _sender(candidate)
        name = node.id, need.to, need.method, day
        if (found := self.parcels.get(name)) is not None:
            return found
        straight, network = candidate.link is None, self.question.network
        arrives = candidate.earliest if straight and day == candidate.rows[0][0] else None
        if arrives is None:
            arrives = delivery_day(lane, network, day)
        far = candidate.distance_km if straight else apart(node, network.where(need.to))
        self.parcels[name] = len(self.offers)
        self.offers.append(self._offer(node, lane, day, arrives, far))
        return self.parcels[name]

    def _link_offer(self, candidate: Candidate, day: date, last: Offer) -> Offer:
        """How a unit leaves the first node, and when it reaches the customer."""
        node, far = candidate.node, candidate.distance_km
        return self._offer(node, last.lane, day, last.delivery_day, far, candidate.link)

    def _offer(
        self,
        node: Node,
        lane: Lane,
        day: date,
        arrives: date,
        far: int | None,
        link: Link | None = None,
    ) -> Offer:
        stock, use_by = self.stock.get(node.id, NOTHING), self.use_by.get(node.id, NOTHING)
        load = load_percent(self.question, node, day)
        rejections = self.question.rejections.get(node.id, 0)
        return Offer(node, lane, day, arrives, far, load, link, stock, use_by, rejections)

    def _toll(self, offer: Offer) -> int | None:
        if (link := offer.link) is None:
            return None
        name = link.node, link.to, offer.ship_day
        if name not in self.tolls:
            self.tolls[name] = len(self.toll_offers)
            self.toll_offers.append(offer)
        return self.tolls[name]

    # --- what it costs ------------------------------------------------------------------------

    def _ways(self, need: Need, trips: Sequence[_Trip]) -> list[Way]:
        if not trips:
            return []
        costs = [cost for tier in self.policy.tiers for cost in tier]
        earliest = min([offer.delivery_day for _, _, _, offer, _, _ in trips])
        if need.wanted is not None:
            earliest = max(earliest, need.wanted)
        latest = need.latest or date.max
        ways = []
        for parcel, most, taken, offer, toll, instead in trips:
            served = need if instead is None else need.served_by(instead)
            mils, late = unit_mils(costs, served, offer, earliest), offer.delivery_day > latest
            ways.append(Way(parcel, most, taken, late, mils, offer, toll, instead))
        return ways

    def _weights(
        self,
        ways: Sequence[Sequence[Way]],
        once_mils: Sequence[Mils],
        limit_mils: Sequence[Soften],
    ) -> tuple[list[int], int, int]:
        """What a mil of each cost weighs, and a unit late, and a unit short."""
        weights, above, end = list[int](), 1, sum(map(len, self.policy.tiers))
        for tier in reversed(self.policy.tiers):
            start = end - len(tier)
            span = sum([sum(mils[start:end]) for mils in once_mils])
            span += sum([mils for place, mils in limit_mils if start <= place < end])
            for need, some in zip(self.question.needs, ways, strict=True):
                costs = [0, *[sum(way.mils[start:end]) for way in some]]
                span += need.quantity * (max(costs) - min(costs))
            weights[:0] = [above] * len(tier)
            above += above * span
            end = start
        return weights, above, above * (1 + sum([need.quantity for need in self.question.needs]))

    # --- in numbers ---------------------------------------------------------------------------

    def _wanted(
        self,
        ways: Sequence[Sequence[Way]],
        weigh: Weigh,
        late: int,
        short: int,
        pools: Mapping[int, int],
    ) -> Iterator[Wanted]:
        least = limits.least_split(self.policy.limits)
        for need, some in zip(self.question.needs, ways, strict=True):
            arcs = tuple([_arc(way, weigh, late, pools) for way in some])
            yield Wanted(need.quantity, short * need.priority, arcs, least)

    def _parcels(self, costs: Iterable[int]) -> Iterator[Parcel]:
        ids = {node: place for place, node in enumerate(sorted(self.question.network.nodes))}
        for offer, cost in zip(self.offers, costs, strict=True):
            yield Parcel(ids[offer.node.id], offer.ship_day.toordinal(), cost)

    def _tolls(self, ways: Sequence[Sequence[Way]], costs: Sequence[int]) -> Iterator[Toll]:
        arcs: list[list[tuple[int, int]]] = [[] for _ in costs]
        for need, some in enumerate(ways) if costs else ():
            for place, way in enumerate(some):
                if way.toll is not None:
                    arcs[way.toll].append((need, place))
        for mine, cost in zip(arcs, costs, strict=True):
            yield Toll(frozenset(mine), cost)

    def _limited_parcels(self) -> dict[Day, set[int]]:
        """The parcels that leave on each day that takes only so much."""
        on: dict[Day, set[int]] = {}
        for parcel, offer in enumerate(self.offers):
            if limited(offer.node):
                on.setdefault((offer.node.id, offer.ship_day), set()).add(parcel)
        return on


def _sender(candidate: Candidate) -> Node:
    """The node whose parcel the customer gets."""
    return candidate.node if candidate.via is None else candidate.via


def _open(candidate: Candidate, days: Rows) -> Rows:
    return [row for row in days if is_open(candidate, row[0])]


def _by_node(
    rows: Mapping[tuple[NodeId, Sku], Rows],
) -> Mapping[NodeId, Mapping[Sku, Rows]]:
    found: dict[NodeId, dict[Sku, Rows]] = {}
    for (node, sku), some in rows.items():
        found.setdefault(node, {})[sku] = tuple(some)
    return {node: ReadOnly(skus) for node, skus in found.items()}


def _ready(rows: Rows, quantity: int) -> date:
    """The first day by which all of it can have left, or else as much as ever can."""
    return next((day for day, units in rows if units >= quantity), rows[-1][0])


def _there(rows: Rows, day: date) -> int:
    return max([units for ready, units in rows if ready <= day], default=0)


def _arc(way: Way, weigh: Weigh, late: int, pools: Mapping[int, int]) -> Arc:
    takes = tuple([(pools[pool], 1) for pool in way.taken if pool in pools]) if pools else ()
    return Arc(way.parcel, way.most, weigh(way.mils) + late * way.late, takes)


def _dot(weights: Sequence[int], mils: Mils) -> int:
    return sum([weight * one for weight, one in zip(weights, mils, strict=True)])

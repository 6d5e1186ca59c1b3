"""Draws a sifted question as a `Problem` in numbers, and reads what a solver says back into legs.

Tiers become one figure here.  What a tier can add up to at most, plus one, is the weight of a unit
of the tier above it: units short, then units late, then the tiers of costs in the policy's order.

A unit is offered on the first day on which it can leave; where that day is limited, on the next
ones too, until there is room for all that is wanted of the node.  It does not wait to leave with
others, unless the question is drawn *held*: then a node also offers the day by which it has
everything, so that one parcel can carry it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import accumulate

import attrs
from attrs import define, field, frozen

from omscore.kernel.ids import Method, NodeId, Region, Sku
from omscore.network.calendar import delivery_day, release_at
from omscore.network.facts import Lane
from omscore.network.plan import Leg
from omscore.sourcing import limits
from omscore.sourcing.candidate import Candidate, Question, Rows, limited, load_percent
from omscore.sourcing.costs import Cost, Offer, in_minor
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Arc, Parcel, Problem, Room, Solution
from omscore.sourcing.problem import Need as Wanted

Units = tuple[tuple[int, int, int], ...]
Mils = tuple[int, ...]
"""What something costs by each cost of the policy, tier after tier."""
Weigh = Callable[[Mils], int]


class CostFailed(Exception):
    """A cost raised, or answered no amount that a plan can add up."""

    def __init__(self, cost: Cost, fault: str) -> None:
        super().__init__(cost, fault)
        self.cost = cost
        self.fault = fault


@frozen
class Drawing:
    """A problem, and what its numbers stand for.

    *offers* are the parcels, *parcel_mils* what they cost, and *unit_mils* what a unit costs by
    each arc of each need.  *late* is the weight of a unit late past its latest day: solutions that
    differ by less leave as many units short and late.
    """

    question: Question
    policy: Policy
    problem: Problem
    offers: tuple[Offer, ...]
    parcel_mils: Sequence[Mils]
    unit_mils: Sequence[Sequence[Mils]]
    late: int

    def legs(self, units: Units) -> tuple[Leg, ...]:
        """*units* as legs: by line, then as the arcs of a need stand: by node and ship day."""
        releases: dict[int, datetime] = {}
        legs = []
        for place, arc, quantity in units:
            need, parcel = self.question.needs[place], self.problem.needs[place].arcs[arc].parcel
            offer = self.offers[parcel]
            if parcel not in releases:
                releases[parcel] = release_at(offer.node, self.question.network, offer.ship_day)
            legs.append(
                Leg(
                    need.line,
                    need.sku,
                    offer.node.id,
                    quantity,
                    need.to,
                    need.method,
                    offer.ship_day,
                    offer.delivery_day,
                    releases[parcel],
                )
            )
        return tuple(legs)

    def parts(self, units: Units) -> Mapping[str, int]:
        """What *units* cost by the name of each cost, in minor units that add up."""
        costs = [cost for tier in self.policy.tiers for cost in tier]
        used = {self.problem.needs[place].arcs[arc].parcel for place, arc, _ in units}
        mils: dict[str, int] = {}
        for n, cost in enumerate(costs):
            total = sum([self.parcel_mils[parcel][n] for parcel in used])
            total += sum([self.unit_mils[place][arc][n] * many for place, arc, many in units])
            mils[cost.name] = mils.get(cost.name, 0) + total
        marks = [in_minor(total) for total in accumulate(mils.values(), initial=0)]
        return {
            name: after - before
            for name, before, after in zip(mils, marks, marks[1:], strict=False)
        }

    def bound(self, solution: Solution, cost: int) -> int:
        """What every plan as complete as this one costs at least, in minor units."""
        gap = solution.cost - solution.bound
        if not gap:
            return cost
        if len(self.policy.tiers) == 1 and gap < self.late:
            return min(cost, in_minor(1_000 * cost - gap))
        least = 0
        for need, arcs in zip(self.problem.needs, self.unit_mils, strict=True):
            least += need.quantity * min([0, *(sum(mils) for mils in arcs)])
        return min(cost, in_minor(least))

    def without(self, node: NodeId) -> Drawing:
        """The same question, in which *node* sends nothing."""
        kept = [offer.node.id != node for offer in self.offers]
        places = [
            [place for place, arc in enumerate(need.arcs) if kept[arc.parcel]]
            for need in self.problem.needs
        ]
        needs = tuple(
            attrs.evolve(need, arcs=tuple([need.arcs[place] for place in mine]))
            for need, mine in zip(self.problem.needs, places, strict=True)
        )
        mils = [
            [some[place] for place in mine]
            for some, mine in zip(self.unit_mils, places, strict=True)
        ]
        problem = attrs.evolve(self.problem, needs=needs)
        return attrs.evolve(self, problem=problem, unit_mils=mils)


def draw(
    question: Question, policy: Policy, kept: Sequence[Sequence[Candidate]], *, held: bool = False
) -> Drawing:
    """The problem of covering each need from those of its candidates that are *kept*.

    `CostFailed` if a cost of the policy does.
    """
    return _Pen(question, policy, kept, held).drawing()


@frozen
class _Way:
    """An arc in the making: how late it is, and what a unit costs."""

    parcel: int
    most: int
    pool: int
    late: bool
    mils: Mils


@define
class _Pen:
    question: Question
    policy: Policy
    kept: Sequence[Sequence[Candidate]]
    held: bool
    parcels: dict[tuple[NodeId, Region, Method, date], int] = field(factory=dict)
    offers: list[Offer] = field(factory=list)
    pools: dict[tuple[NodeId, Sku], int] = field(factory=dict)
    stocks: list[Rows] = field(factory=list)
    asked: list[int] = field(factory=list)
    wanted: dict[NodeId, int] = field(factory=dict)
    open_days: dict[NodeId, list[date]] = field(factory=dict)
    all_there: dict[tuple[NodeId, Region, Method], date] = field(factory=dict)

    def drawing(self) -> Drawing:
        self._look_around()
        needs = self.question.needs
        ways = [
            self._ways(need, [row for one in some for row in self._offered(need, one)])
            for need, some in zip(needs, self.kept, strict=True)
        ]
        costs = [cost for tier in self.policy.tiers for cost in tier]
        parcel_mils = [_parcel_mils(costs, offer) for offer in self.offers]
        weights, late, short = self._weights(ways, parcel_mils)
        weigh = sum if len(self.policy.tiers) == 1 else partial(_dot, weights)
        pools = self._binding(ways)
        problem = Problem(
            tuple(self._wanted(ways, weigh, late, short, pools)),
            tuple(self._parcels(map(weigh, parcel_mils))),
            tuple(map(self._stock, pools)),
            tuple(self._rooms()),
            tuple(one for limit in self.policy.limits for one in limits.for_solver(limit, needs)),
        )
        unit_mils = [[way.mils for way in some] for some in ways]
        return Drawing(
            self.question, self.policy, problem, tuple(self.offers), parcel_mils, unit_mils, late
        )

    def _look_around(self) -> None:
        """What is wanted of each node, its days, and when it has everything."""
        for need, some in zip(self.question.needs, self.kept, strict=True):
            for one in some:
                self.wanted[one.node.id] = self.wanted.get(one.node.id, 0) + need.quantity
                if self.held and one.rows:
                    at = one.node.id, need.to, need.method
                    ready = _ready(one.rows, need.quantity)
                    self.all_there[at] = max(ready, self.all_there.get(at, ready))
        for node, day in sorted(self.question.room):
            if self.question.room[node, day] > 0:
                self.open_days.setdefault(node, []).append(day)

    # --- what is offered ----------------------------------------------------------------------

    def _offered(self, need: Need, candidate: Candidate) -> Iterator[tuple[int, int, int]]:
        """Parcel, units and pool of each day on which the node could send some of the need."""
        if candidate.lane is not None and candidate.rows:
            pool = self._pool(need, candidate)
            for day, units in self._days(need, candidate):
                parcel = self._parcel(need, candidate, candidate.lane, day)
                yield parcel, min(units, need.quantity), pool

    def _days(self, need: Need, candidate: Candidate) -> Sequence[tuple[date, int]]:
        """The ship days worth offering, each with the units that can have left by then."""
        rows = candidate.rows
        if limited(candidate.node):
            return self._limited_days(candidate)
        if self.held:
            day = self.all_there[candidate.node.id, need.to, need.method]
            return sorted({(day, _there(rows, day)), *rows})
        return rows

    def _limited_days(self, candidate: Candidate) -> list[tuple[date, int]]:
        node, rows, room = candidate.node.id, candidate.rows, self.question.room
        days = set[date]()
        for ready, _ in rows:
            left = self.wanted[node]
            for day in self.open_days.get(node, ()):
                if day >= ready and left > 0:
                    days.add(day)
                    left -= 0 if self.held else room[node, day]
        return [(day, min(_there(rows, day), room[node, day])) for day in sorted(days)]

    def _pool(self, need: Need, candidate: Candidate) -> int:
        at = candidate.node.id, need.sku
        if at not in self.pools:
            self.pools[at] = len(self.stocks)
            self.stocks.append(candidate.rows)
            self.asked.append(0)
        pool = self.pools[at]
        self.asked[pool] += need.quantity
        return pool

    def _parcel(self, need: Need, candidate: Candidate, lane: Lane, day: date) -> int:
        name = candidate.node.id, need.to, need.method, day
        if (found := self.parcels.get(name)) is not None:
            return found
        arrives = candidate.earliest if day == candidate.rows[0][0] else None
        if arrives is None:
            arrives = delivery_day(lane, self.question.network, day)
        self.parcels[name] = len(self.offers)
        node, load = candidate.node, None
        if limited(node):
            load = load_percent(node, self.question.room[node.id, day])
        self.offers.append(Offer(node, lane, day, arrives, candidate.distance_km, load))
        return self.parcels[name]

    # --- what it costs ------------------------------------------------------------------------

    def _ways(self, need: Need, rows: Sequence[tuple[int, int, int]]) -> list[_Way]:
        if not rows:
            return []
        costs = [cost for tier in self.policy.tiers for cost in tier]
        earliest = min([self.offers[parcel].delivery_day for parcel, _, _ in rows])
        latest = need.latest or date.max
        ways = []
        for parcel, most, pool in rows:
            offer = self.offers[parcel]
            mils = _unit_mils(costs, need, offer, earliest)
            ways.append(_Way(parcel, most, pool, offer.delivery_day > latest, mils))
        return ways

    def _weights(
        self, ways: Sequence[Sequence[_Way]], parcel_mils: Sequence[Mils]
    ) -> tuple[list[int], int, int]:
        """What a mil of each cost weighs, and a unit late, and a unit short."""
        weights, above, end = list[int](), 1, sum(map(len, self.policy.tiers))
        for tier in reversed(self.policy.tiers):
            start = end - len(tier)
            span = sum([sum(mils[start:end]) for mils in parcel_mils])
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
        ways: Sequence[Sequence[_Way]],
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

    def _binding(self, ways: Sequence[Sequence[_Way]]) -> dict[int, int]:
        """The pools that say more than the most of their arcs do, each with its place."""
        arcs = Counter([way.pool for some in ways for way in some])
        binding = [
            pool
            for pool, rows in enumerate(self.stocks)
            if arcs[pool] > 1 and rows[0][1] < self.asked[pool]
        ]
        return {pool: place for place, pool in enumerate(binding)}

    def _stock(self, pool: int) -> tuple[tuple[int, int], ...]:
        return tuple([(day.toordinal(), units) for day, units in self.stocks[pool]])

    def _rooms(self) -> Iterator[Room]:
        """The days that could be too full; others are no constraint."""
        on: dict[tuple[NodeId, date], set[int]] = {}
        for parcel, offer in enumerate(self.offers):
            if limited(offer.node):
                on.setdefault((offer.node.id, offer.ship_day), set()).add(parcel)
        for at, found in on.items():
            if self.question.room[at] < self.wanted[at[0]]:
                yield Room(frozenset(found), "units", self.question.room[at])


def _ready(rows: Rows, quantity: int) -> date:
    """The first day by which all of it can have left, or else as much as ever can."""
    return next((day for day, units in rows if units >= quantity), rows[-1][0])


def _there(rows: Rows, day: date) -> int:
    return max([units for ready, units in rows if ready <= day], default=0)


def _parcel_mils(costs: Sequence[Cost], offer: Offer) -> Mils:
    mils = []
    for cost in costs:
        try:
            answer = cost.of_parcel(offer)
        except Exception as fault:  # a plugin may raise anything, and must not stop an order
            raise CostFailed(cost, type(fault).__name__) from None
        if type(answer) is not int or answer < 0:
            raise CostFailed(cost, "an answer that is no amount")
        mils.append(answer)
    return tuple(mils)


def _unit_mils(costs: Sequence[Cost], need: Need, offer: Offer, earliest: date) -> Mils:
    mils = []
    for cost in costs:
        try:
            answer = cost.of_unit(need, offer, earliest)
        except Exception as fault:  # as above
            raise CostFailed(cost, type(fault).__name__) from None
        if type(answer) is not int:
            raise CostFailed(cost, "an answer that is no amount")
        mils.append(answer)
    return tuple(mils)


def _arc(way: _Way, weigh: Weigh, late: int, pools: Mapping[int, int]) -> Arc:
    place = pools.get(way.pool)
    takes = () if place is None else ((place, 1),)
    return Arc(way.parcel, way.most, weigh(way.mils) + late * way.late, takes)


def _dot(weights: Sequence[int], mils: Mils) -> int:
    return sum([weight * one for weight, one in zip(weights, mils, strict=True)])

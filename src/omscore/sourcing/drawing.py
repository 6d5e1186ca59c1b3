"""Draws a sifted question as a `Problem` in numbers, and reads what a solver says back into legs.

Tiers become one figure here.  What a tier can add up to at most, plus one, is the weight of a unit
of the tier above it: units short, then units late, then the tiers of costs in the policy's order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate

from attrs import define, field, frozen

from omscore.kernel.ids import NodeId, Sku
from omscore.network.calendar import delivery_day, release_at
from omscore.network.facts import Lane, Node
from omscore.network.plan import Leg
from omscore.sourcing import limits
from omscore.sourcing.candidate import Candidate, Question, Rows
from omscore.sourcing.costs import Offer, in_minor
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Arc, Need as Wanted, Parcel, Problem, Room, Solution

Units = tuple[tuple[int, int, int], ...]


@frozen
class Drawing:
    """A problem, and what its numbers stand for.

    *offers* are the parcels.  *late* is the weight of a unit late past its latest day: solutions
    that differ by less leave equally many units short and late.
    """

    question: Question
    policy: Policy
    problem: Problem
    offers: tuple[Offer, ...]
    earliest: tuple[date | None, ...]
    late: int

    def legs(self, units: Units) -> tuple[Leg, ...]:
        """*units* as legs: by line, then as the arcs of a need stand: by node and ship day."""
        network = self.question.network
        return tuple(
            Leg(
                need.line,
                need.sku,
                offer.node.id,
                quantity,
                need.to,
                need.method,
                offer.ship_day,
                offer.delivery_day,
                release_at(offer.node, network, offer.ship_day),
            )
            for place, arc, quantity in units
            for need, offer in [(self.question.needs[place], self._offer(place, arc))]
        )

    def parts(self, units: Units) -> Mapping[str, int]:
        """What *units* cost by the name of each cost, in minor units that add up."""
        mils: dict[str, int] = {}
        used = {self.problem.needs[place].arcs[arc].parcel for place, arc, _ in units}
        for cost in (cost for tier in self.policy.tiers for cost in tier):
            parcels = sum(cost.of_parcel(self.offers[parcel]) for parcel in used)
            mils[cost.name] = mils.get(cost.name, 0) + parcels
            for place, arc, quantity in units:
                if (earliest := self.earliest[place]) is not None:
                    need, offer = self.question.needs[place], self._offer(place, arc)
                    mils[cost.name] += quantity * cost.of_unit(need, offer, earliest)
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
        dearest = (need.quantity * min((0, *(a.cost for a in need.arcs))) for need in self._needs)
        return min(cost, in_minor(sum(dearest)))

    def without(self, node: NodeId) -> Problem:
        """The same problem, in which *node* sends nothing."""
        kept = [offer.node.id != node for offer in self.offers]
        needs = tuple(
            Wanted(
                need.quantity,
                need.short_cost,
                tuple(arc for arc in need.arcs if kept[arc.parcel]),
                need.least_split,
            )
            for need in self._needs
        )
        problem = self.problem
        return Problem(needs, problem.parcels, problem.pools, problem.rooms, problem.limits)

    @property
    def _needs(self) -> tuple[Wanted, ...]:
        return self.problem.needs

    def _offer(self, place: int, arc: int) -> Offer:
        return self.offers[self._needs[place].arcs[arc].parcel]


def draw(question: Question, policy: Policy, kept: Sequence[Sequence[Candidate]]) -> Drawing:
    """The problem of covering each need from those of its candidates that are *kept*."""
    pen = _Pen(question, policy, kept)
    return pen.drawing()


@frozen
class _Way:
    """An arc in the making: how late, and what a unit costs in each tier, in mils."""

    parcel: int
    most: int
    pool: int
    is_late: bool
    tiers: tuple[int, ...]


@define
class _Pen:
    question: Question
    policy: Policy
    kept: Sequence[Sequence[Candidate]]
    offers: dict[tuple[NodeId, str, str, date], int] = field(factory=dict)
    drawn: list[Offer] = field(factory=list)
    pools: dict[tuple[NodeId, Sku], int] = field(factory=dict)
    stocks: list[Rows] = field(factory=list)
    wanted: dict[NodeId, int] = field(factory=dict)
    open_days: dict[NodeId, list[date]] = field(factory=dict)

    def drawing(self) -> Drawing:
        needs = self.question.needs
        for need, some in zip(needs, self.kept, strict=True):
            for one in some:
                self.wanted[one.node.id] = self.wanted.get(one.node.id, 0) + need.quantity
        for node, day in sorted(self.question.room):
            if self.question.room[node, day] > 0:
                self.open_days.setdefault(node, []).append(day)
        offered = [
            [row for one in some for row in self._offered(need, one)]
            for need, some in zip(needs, self.kept, strict=True)
        ]
        earliest = tuple(
            min((self.drawn[parcel].delivery_day for parcel, _, _ in rows), default=None)
            for rows in offered
        )
        ways = [
            [] if first is None else [self._way(need, row, first) for row in rows]
            for need, rows, first in zip(needs, offered, earliest, strict=True)
        ]
        problem, late = self._problem(ways)
        return Drawing(self.question, self.policy, problem, tuple(self.drawn), earliest, late)

    def _offered(self, need: Need, candidate: Candidate) -> Iterator[tuple[int, int, int]]:
        """Parcel, units and pool of each day on which the node could send some of the need."""
        if candidate.lane is not None:
            pool = self._pool(candidate, need.sku)
            for day, units in self._days(candidate):
                parcel = self._parcel(candidate.node, candidate.lane, day)
                yield parcel, min(units, need.quantity), pool

    def _way(self, need: Need, row: tuple[int, int, int], earliest: date) -> _Way:
        parcel, most, pool = row
        offer = self.drawn[parcel]
        return _Way(
            parcel,
            most,
            pool,
            need.latest is not None and offer.delivery_day > need.latest,
            tuple(
                [
                    sum([cost.of_unit(need, offer, earliest) for cost in tier])
                    for tier in self.policy.tiers
                ]
            ),
        )

    def _days(self, candidate: Candidate) -> Iterator[tuple[date, int]]:
        """The ship days worth offering, each with the units that can have left by then."""
        node, rows = candidate.node, candidate.rows
        if "units" not in node.capacity:
            yield from rows
            return
        days, room = self.open_days.get(node.id, []), self.question.room
        offered: dict[date, int] = {}
        for ready, units in rows:
            left = self.wanted[node.id]
            for day in (day for day in days if day >= ready):
                offered[day] = units
                left -= room[node.id, day]
                if left <= 0:
                    break
        for day in sorted(offered):
            units = max(units for ready, units in rows if ready <= day)
            yield day, min(units, room[node.id, day])

    def _pool(self, candidate: Candidate, sku: Sku) -> int:
        at = candidate.node.id, sku
        if at not in self.pools:
            self.pools[at] = len(self.stocks)
            self.stocks.append(candidate.rows)
        return self.pools[at]

    def _parcel(self, node: Node, lane: Lane, day: date) -> int:
        name = node.id, lane.to, lane.method, day
        if name not in self.offers:
            self.offers[name] = len(self.drawn)
            arrives = delivery_day(lane, self.question.network, day)
            self.drawn.append(Offer(node, lane, day, arrives))
        return self.offers[name]

    def _problem(self, ways: Sequence[Sequence[_Way]]) -> tuple[Problem, int]:
        """The numbers; a pool that only one arc draws on says no more than its most."""
        needs, tiers = self.question.needs, self.policy.tiers
        parcels = [
            tuple(sum(cost.of_parcel(offer) for cost in tier) for tier in tiers)
            for offer in self.drawn
        ]
        weights, late, short = _weights(needs, ways, parcels, len(tiers))
        ids = {node: place for place, node in enumerate(sorted(self.question.network.nodes))}
        least = limits.least_split(self.policy.limits)
        drawn_on = Counter(way.pool for some in ways for way in some)
        problem = Problem(
            tuple(
                Wanted(
                    need.quantity,
                    short,
                    tuple(
                        Arc(
                            way.parcel,
                            way.most,
                            _dot(weights, way.tiers) + late * way.is_late,
                            ((way.pool, 1),) if drawn_on[way.pool] > 1 else (),
                        )
                        for way in some
                    ),
                    least,
                )
                for need, some in zip(needs, ways, strict=True)
            ),
            tuple(
                Parcel(ids[offer.node.id], offer.ship_day.toordinal(), _dot(weights, cost))
                for offer, cost in zip(self.drawn, parcels, strict=True)
            ),
            tuple(tuple((day.toordinal(), units) for day, units in rows) for rows in self.stocks),
            tuple(self._rooms()),
            tuple(one for limit in self.policy.limits for one in limits.for_solver(limit, needs)),
        )
        return problem, late

    def _rooms(self) -> Iterator[Room]:
        """The days that could be too full; others are no constraint."""
        on: dict[tuple[NodeId, date], set[int]] = {}
        for parcel, offer in enumerate(self.drawn):
            if "units" in offer.node.capacity:
                on.setdefault((offer.node.id, offer.ship_day), set()).add(parcel)
        for at, found in on.items():
            if self.question.room[at] < self.wanted[at[0]]:
                yield Room(frozenset(found), "units", self.question.room[at])


def _dot(weights: Sequence[int], values: Sequence[int]) -> int:
    return sum([weight * value for weight, value in zip(weights, values, strict=True)])


def _weights(
    needs: Sequence[Need],
    ways: Sequence[Sequence[_Way]],
    parcels: Sequence[tuple[int, ...]],
    tiers: int,
) -> tuple[list[int], int, int]:
    """What a mil of each tier weighs, and a unit late, and a unit short."""
    weights, above = [1] * tiers, 1
    for tier in reversed(range(tiers)):
        weights[tier] = above
        span = sum(cost[tier] for cost in parcels)
        for need, some in zip(needs, ways, strict=True):
            costs = [way.tiers[tier] for way in some]
            span += need.quantity * (max((0, *costs)) - min((0, *costs)))
        above += weights[tier] * span
    late = above
    return weights, late, late * (1 + sum(need.quantity for need in needs))

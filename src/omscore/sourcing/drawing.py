"""Draws a sifted question as a `Problem` in numbers, and reads what a solver says back into legs.

The `Pen` draws; a `Drawing` remembers what its numbers stand for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate

import attrs
from attrs import frozen

from omscore.kernel.ids import NodeId
from omscore.network.calendar import release_at
from omscore.network.paths import arrival_day
from omscore.network.plan import Hop, Leg
from omscore.sourcing.asked import Mils
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.combinators import Soften, SoftLimit
from omscore.sourcing.costs import Offer, in_minor
from omscore.sourcing.limits import counts_parcels
from omscore.sourcing.pen import Lines, Pen, Way
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Problem, Solution, Toll, broken
from omscore.sourcing.question import Question

Units = tuple[tuple[int, int, int], ...]


@frozen
class Drawing:
    """A problem, and what its numbers stand for.

    *offers* are the parcels, *parcel_mils* what they cost, and *ways* the arcs of each need;
    *line_mils* are what a need costs once in a parcel, and *limit_mils* are for each soft limit the
    place of its cost, and how much it asks.
    *late* is the weight of a unit late past its latest day: solutions that differ by less leave as
    many units short and late.
    """

    question: Question
    policy: Policy
    problem: Problem
    offers: tuple[Offer, ...]
    parcel_mils: Sequence[Mils]
    toll_mils: Sequence[Mils]
    line_mils: Lines
    limit_mils: Sequence[Soften]
    ways: Sequence[Sequence[Way]]
    late: int

    def legs(self, units: Units) -> tuple[Leg, ...]:
        """*units* as legs: by line, then as the arcs of a need stand: by node and ship day."""
        releases: dict[object, datetime] = {}
        legs = []
        for place, arc, quantity in units:
            need, way = self.question.needs[place], self.ways[place][arc]
            offer = way.offer
            if (at := (offer.node.id, offer.ship_day)) not in releases:
                releases[at] = release_at(offer.node, self.question.network, offer.ship_day)
            legs.append(
                Leg(
                    need.line,
                    need.sku if way.instead is None else way.instead.sku,
                    offer.node.id,
                    quantity,
                    need.to,
                    need.method,
                    offer.ship_day,
                    offer.delivery_day,
                    releases[at],
                    () if offer.link is None else tuple(self._hops(way)),
                    None if way.instead is None else need.sku,
                    not need.stocked,
                )
            )
        return tuple(legs)

    def _hops(self, way: Way) -> Iterator[Hop]:
        offer, last = way.offer, self.offers[way.parcel]
        if (link := offer.link) is not None:
            arrives = arrival_day(link, self.question.network, offer.ship_day)
            yield Hop(link.node, offer.ship_day, arrives, link.parcel_cost)
            yield Hop(link.to, last.ship_day, last.delivery_day, last.lane.parcel_cost)

    def parts(self, units: Units) -> Mapping[str, int]:
        """What *units* cost by the name of each cost, in minor units that add up."""
        costs = [cost for tier in self.policy.tiers for cost in tier]
        carried = [(self.ways[place][arc], many) for place, arc, many in units]
        once = [self.parcel_mils[parcel] for parcel in {way.parcel for way, _ in carried}]
        once += [self.toll_mils[n] for n in {way.toll for way, _ in carried} if n is not None]
        if self.line_mils:
            lines = {(place, self.ways[place][arc].parcel) for place, arc, _ in units}
            once += [self.line_mils[one] for one in lines if one in self.line_mils]
        conceded = [self.limit_mils[place] for place in broken(self.problem, units)]
        mils: dict[str, int] = {}
        for n, cost in enumerate(costs):
            total = sum([asked for place, asked in conceded if place == n])
            total += sum([mils[n] for mils in once])
            total += sum([way.mils[n] * many for way, many in carried])
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
        for need, ways in zip(self.problem.needs, self.ways, strict=True):
            least += need.quantity * min([0, *(sum(way.mils) for way in ways)])
        return min(cost, in_minor(least))

    def without(self, node: NodeId) -> Drawing:
        """The same question, in which *node* sends nothing."""
        places = [
            [place for place, way in enumerate(ways) if way.offer.node.id != node]
            for ways in self.ways
        ]
        needs = tuple(
            attrs.evolve(need, arcs=tuple([need.arcs[place] for place in mine]))
            for need, mine in zip(self.problem.needs, places, strict=True)
        )
        tolls = _renamed(self.problem.tolls, places) if self.problem.tolls else ()
        ways = [
            [some[place] for place in mine] for some, mine in zip(self.ways, places, strict=True)
        ]
        problem = attrs.evolve(self.problem, needs=needs, tolls=tolls)
        return attrs.evolve(self, problem=problem, ways=ways)


def _renamed(tolls: Sequence[Toll], places: Sequence[Sequence[int]]) -> tuple[Toll, ...]:
    """*tolls*, where of each need only the arcs at these places are left."""
    names = {
        (need, was): (need, now) for need, mine in enumerate(places) for now, was in enumerate(mine)
    }
    return tuple(
        Toll(frozenset([names[arc] for arc in toll.arcs if arc in names]), toll.cost)
        for toll in tolls
    )


def draw(
    question: Question, policy: Policy, kept: Sequence[Sequence[Candidate]], *, held: bool = False
) -> Drawing:
    """The problem of covering each need from those of its candidates that are *kept*.

    Units may wait to leave with others where the question is drawn *held*, and where it costs to
    leave in several parcels.  `CostFailed` if a cost of the policy does.
    """
    soft = [cost.limit for tier in policy.tiers for cost in tier if isinstance(cost, SoftLimit)]
    pen = Pen(question, policy, kept, held or counts_parcels(soft))
    problem, ways, for_parcels, for_tolls, for_lines, for_limits, late = pen.drawn()
    offers = tuple(pen.offers)
    return Drawing(
        question,
        pen.policy,
        problem,
        offers,
        for_parcels,
        for_tolls,
        for_lines,
        for_limits,
        ways,
        late,
    )

"""What would have to be different for a better plan: which constraint binds, and by how much.

Every answer is found by asking the recipe again with one thing changed: a rule or a limit is
loosened, a node has more stock, or more room on its days.  What is reported is the smallest change
that wins as much as the largest would, so each answer can be tried, and holds.  Better is as in the
recipe: fewer units short, then fewer late, then cheaper, tier by tier.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import attrs
from attrs import field, frozen

from omscore.kernel.ids import NodeId, Sku
from omscore.kernel.moments import local_day
from omscore.kernel.reason import Reason
from omscore.network.calendar import ship_day
from omscore.network.capacity import CapacityKind, taken
from omscore.network.plan import Decision, parcel_of, sendings_of
from omscore.sourcing import pipeline
from omscore.sourcing.apart import guests
from omscore.sourcing.candidate import Candidate, candidates
from omscore.sourcing.loosening import Adjustable, looser, told
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question, Rows
from omscore.sourcing.rules import Rule, active, judge, name_of, rested
from omscore.sourcing.surcharges import SURCHARGES

# --- what could be different ------------------------------------------------------------------


@frozen
class RuleLoosened:
    """A rule with a setting is set more loosely; both in words."""

    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.now} instead of {self.was}"


@frozen
class NodesAllowed:
    """A rule lets these nodes pass; *why* is what it has against them."""

    rule: str
    nodes: tuple[NodeId, ...]
    why: tuple[str, ...]

    def __str__(self) -> str:
        return f"{' and '.join(self.nodes)} in spite of: {'; '.join(self.why)}"


@frozen
class LimitLoosened:
    """A limit allows more, or is gone; both in words."""

    was: str
    now: str | None

    def __str__(self) -> str:
        return f"{self.now} instead of {self.was}" if self.now else f"no need of {self.was}"


@frozen
class MoreStock:
    """A node has so many units more of each sku, by *day*."""

    node: NodeId
    units: Mapping[Sku, int] = field(hash=False)
    day: date

    def __str__(self) -> str:
        what = " and ".join(f"{_units(n, 'more')} of {sku}" for sku, n in self.units.items())
        return f"{what} at {self.node} by {self.day}"


@frozen
class MoreRoom:
    """The days of a node take so much more, by day and kind."""

    node: NodeId
    more: Mapping[tuple[date, CapacityKind], int] = field(hash=False)

    def __str__(self) -> str:
        rows = self.more.items()
        days = " and ".join(f"{_counted(n, kind)} on {day}" for (day, kind), n in rows)
        return f"room for {days} at {self.node}"


def _counted(number: int, kind: CapacityKind) -> str:
    return f"{number} more {kind if number > 1 else kind[:-1]}"


Change = RuleLoosened | NodesAllowed | LimitLoosened | MoreStock | MoreRoom


@frozen
class WhatIf:
    """What a *change* would win.

    *sent* are units that are not short any more, *on_time* those that are not late; *parcels* and
    *cost* (minor units) are how many less it would be, negative if it is more.  *complete* says
    that nothing would be short then, and something is now.
    """

    change: Change
    sent: int
    on_time: int
    parcels: int
    cost: int
    complete: bool

    def __str__(self) -> str:
        return f"with {self.change}, {' and '.join(self._won())}"

    def _won(self) -> Iterator[str]:
        if self.complete:
            yield "everything would be sent"
        elif self.sent:
            yield f"{_units(self.sent, 'more')} would be sent"
        if self.on_time:
            yield f"{_units(self.on_time, 'fewer')} would be late"
        if self.parcels > 0 or (self.parcels and not self.sent):
            count = abs(self.parcels)
            yield f"it would take {count} parcel{'s' * (count > 1)} {_less(self.parcels)}"
        if self.cost or not (self.sent or self.on_time or self.parcels):
            yield f"it would cost {abs(self.cost)} {_less(self.cost)}"


def _units(count: int, how: str) -> str:
    return f"{count} {how} unit{'s' * (count > 1)}"


def _less(saved: int) -> str:
    return "less" if saved >= 0 else "more"


# --- asking again -----------------------------------------------------------------------------


def what_ifs(question: Question, policy: Policy, decision: Decision) -> tuple[WhatIf, ...]:
    """Every single change that would have led to a better plan than *decision*, the best first.

    *decision* is what `pipeline.source` makes of the *question* by the *policy*.  Nothing is found
    where the plan could not be better: then nothing binds but what the lanes cost.
    """
    asking = _Asking(question, attrs.evolve(policy, look_for_runner_up=0), decision)
    found = [*asking.rules(), *asking.limits(), *asking.stock(), *asking.room()]
    return tuple(one for _, one in sorted(found, key=_first))


Rank = tuple[int, ...]
Found = tuple[Rank, WhatIf]


def _first(found: Found) -> tuple[Rank, str]:
    return found[0], str(found[1].change)


@frozen
class _Asking:
    question: Question
    policy: Policy
    decision: Decision
    rank: Rank = field(init=False)
    candidates: Sequence[Sequence[Candidate]] = field(init=False)

    @rank.default
    def _rank_now(self) -> Rank:
        return self._rank(self.decision)

    @candidates.default
    def _candidates(self) -> Sequence[Sequence[Candidate]]:
        return candidates(self.question)

    # --- rules and limits ---------------------------------------------------------------------

    def rules(self) -> Iterator[Found]:
        """What each rule costs, and how loose it would have to be."""
        every = [*self.policy.rules, *(rule for some in self.policy.fallbacks for rule in some)]
        for rule in {id(rule): rule for rule in every}.values():
            if not (against := list(self._against(rule))):
                continue
            free = pipeline.source(
                _without(self.question, rule), _replaced(self.policy, rule, None)
            )
            if self._rank(free) >= self.rank:
                continue
            if isinstance(rule, Adjustable) and (loose := self._set(rule, against, free)):
                yield self._found(RuleLoosened(str(rule), str(loose[0])), loose[1])
            else:
                yield self._found(_allowed(rule, against, free), free)

    def _against(self, rule: Rule) -> Iterator[tuple[NodeId, Reason]]:
        alone = guests((rule,))
        for need, some in zip(self.question.needs, self.candidates, strict=True):
            for one in some:
                for reason in judge(alone, need, one):
                    yield one.node.id, reason

    def _set(
        self, rule: Adjustable, against: Sequence[tuple[NodeId, Reason]], free: Decision
    ) -> tuple[Rule, Decision] | None:
        """The tightest setting by which the plan is as good as without the rule."""
        settings = dict.fromkeys(rule.loosened(reason) for _, reason in dict.fromkeys(against))
        ladder = sorted(
            [one for one in settings if one is not None],
            key=lambda one: -sum(1 for _ in self._against(one)),
        )
        tried: dict[int, Decision] = {}

        def good_enough(place: int) -> bool:
            tried[place] = self._by(_replaced(self.policy, rule, ladder[place]))
            return self._rank(tried[place]) <= self._rank(free)

        place = bisect_left(range(len(ladder)), True, key=good_enough)
        return (ladder[place], tried[place]) if place < len(ladder) else None

    def limits(self) -> Iterator[Found]:
        """What each limit costs, one step at a time."""
        for place, limit in enumerate(self.policy.limits):
            more = looser(limit)
            limits = list(self.policy.limits)
            limits[place : place + 1] = [] if more is None else [more]
            other = self._by(attrs.evolve(self.policy, limits=tuple(limits)))
            if self._rank(other) < self.rank:
                now = None if more is None else told(more)
                yield self._found(LimitLoosened(told(limit), now), other)

    # --- stock and room -----------------------------------------------------------------------

    def stock(self) -> Iterator[Found]:
        """What each node would need to send more, or all of it."""
        for node, needs in self._could().items():
            question = self._stocked(node, needs)
            other = pipeline.source(question, self.policy)
            if self._rank(other) < self.rank and (units := self._lacking(node, other)):
                day = ship_day(self.question.network.nodes[node], question.network, question.now)
                yield self._found(MoreStock(node, units, day), other)

    def _could(self) -> Mapping[NodeId, Sequence[Need]]:
        """The needs of each node that could serve them if it had the stock."""
        last = self.policy.fallbacks[-1] if self.policy.fallbacks else ()
        rules = guests((*self.policy.rules, *last))
        could = defaultdict[NodeId, list[Need]](list)
        for need, some in zip(self.question.needs, self.candidates, strict=True):
            for one in some:
                day = local_day(self.question.now, one.node.zone)
                full = attrs.evolve(one, rows=((day, need.quantity),), earliest=None)
                if one.lane is not None and not judge(rules, need, full):
                    could[one.node.id].append(need)
        return could

    def _stocked(self, node: NodeId, needs: Iterable[Need]) -> Question:
        """The question in which a node has today whatever is asked of it."""
        today = local_day(self.question.now, self.question.network.nodes[node].zone)
        wanted = defaultdict[Sku, int](int)
        for need in needs:
            wanted[need.sku] += need.quantity
        stock = dict(self.question.stock)
        for sku, units in wanted.items():
            later = [row for row in stock.get((node, sku), ()) if row[1] > units]
            stock[node, sku] = [(today, units), *later]
        return attrs.evolve(self.question, stock=stock)

    def _lacking(self, node: NodeId, other: Decision) -> dict[Sku, int]:
        """How many units more than it has *node* sends in *other*, by sku."""
        lacking = dict[Sku, int]()
        sent = [leg for leg in other.legs if leg.node == node]
        for sku in sorted({leg.sku for leg in sent}):
            rows = self._rows(node, sku)
            for day in {leg.ship_day for leg in sent}:
                gone = sum(x.quantity for x in sent if x.sku == sku and x.ship_day <= day)
                there = max([units for ready, units in rows if ready <= day], default=0)
                if gone > there:
                    lacking[sku] = max(lacking.get(sku, 0), gone - there)
        return lacking

    def _rows(self, node: NodeId, sku: Sku) -> Rows:
        for need, some in zip(self.question.needs, self.candidates, strict=True):
            for one in some:
                if need.sku == sku and one.node.id == node:
                    return one.rows
        return ()

    def room(self) -> Iterator[Found]:
        """What each node would send if its days took more."""
        wanted = sum(need.quantity for need in self.question.needs)
        for node in sorted({id_ for id_, _, _ in self.question.room}):
            room = {
                at: left + wanted if at[0] == node else left
                for at, left in self.question.room.items()
            }
            other = pipeline.source(attrs.evolve(self.question, room=room), self.policy)
            if self._rank(other) < self.rank and (more := self._crowded(node, other)):
                yield self._found(MoreRoom(node, more), other)

    def _crowded(self, node: NodeId, other: Decision) -> dict[tuple[date, CapacityKind], int]:
        """How much more than its days take *node* sends in *other*, by day and kind."""
        room, capacity = self.question.room, self.question.network.nodes[node].capacity
        over = {
            (day, kind): used - room.get((id_, kind, day), 0)
            for (id_, kind, day), used in sorted(taken(sendings_of(other.legs)).items())
            if id_ == node and kind in capacity
        }
        return {at: lacking for at, lacking in sorted(over.items()) if lacking > 0}

    # --- better -------------------------------------------------------------------------------

    def _by(self, policy: Policy) -> Decision:
        return pipeline.source(self.question, policy)

    def _rank(self, decision: Decision) -> Rank:
        """Lower is better: units short by priority, units late, then each tier of costs."""
        short = sum(x.priority * decision.short.get(x.line, 0) for x in self.question.needs)
        tiers = [
            sum(decision.parts.get(name, 0) for name in {cost.name for cost in tier})
            for tier in self.policy.tiers or ((),)
        ]
        tiers[0] += sum(decision.parts.get(name, 0) for name in SURCHARGES)
        return short, self._late(decision), *tiers

    def _late(self, decision: Decision) -> int:
        latest = {need.line: need.latest or date.max for need in self.question.needs}
        return sum(x.quantity for x in decision.legs if x.delivery_day > latest[x.line])

    def _found(self, change: Change, other: Decision) -> Found:
        was = self.decision
        short, still = sum(was.short.values()), sum(other.short.values())
        parcels = len(set(map(parcel_of, was.legs))) - len(set(map(parcel_of, other.legs)))
        on_time = self._late(was) - self._late(other)
        return self._rank(other), WhatIf(
            change, short - still, on_time, parcels, was.cost - other.cost, 0 == still < short
        )


def _replaced(policy: Policy, rule: Rule | Adjustable, by: Rule | None) -> Policy:
    """*policy* with another rule in the place of *rule*, or with none."""

    def swapped(rules: Sequence[Rule]) -> tuple[Rule, ...]:
        return tuple(x for one in rules if (x := by if one is rule else one) is not None)

    fallbacks = tuple(map(swapped, policy.fallbacks))
    return attrs.evolve(policy, rules=swapped(policy.rules), fallbacks=fallbacks)


def _without(question: Question, rule: Rule) -> Question:
    """*question* without the facts that no plan may ignore, whether *rule* is asked or not."""
    if rule is rested:
        return attrs.evolve(question, cooling=frozenset())
    if rule is not active:
        return question
    working = {id_: attrs.evolve(x, active=True) for id_, x in question.network.nodes.items()}
    return attrs.evolve(question, network=attrs.evolve(question.network, nodes=working))


def _allowed(rule: Rule, against: Iterable[tuple[NodeId, Reason]], free: Decision) -> NodesAllowed:
    """The nodes of the plan *free* of a rule that the rule is against."""
    used = {leg.node for leg in free.legs}
    mine = [(node, str(reason)) for node, reason in against if node in used]
    nodes, why = dict.fromkeys(x for x, _ in mine), dict.fromkeys(x for _, x in mine)
    return NodesAllowed(name_of(rule), tuple(nodes), tuple(why))

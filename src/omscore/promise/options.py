"""What a customer may choose from: sooner, cheaper, or in fewer parcels.

Three figures count: the last *day* on which something arrives, the *price* (what parcels and units
cost, without prices that are only put on time), and the number of *parcels*.  A plan is an option
if no other is as good in all three and better in one.  Compared are the plans under the rules and
limits of the policy that promise as much as the plan that an order would get; that plan is always
offered too.

Options are found one by one.  The cheapest plan within a box (by a day, in so many parcels) is an
option, of those with its price the one with the fewest parcels; every other option in the box is
sooner or comes in fewer parcels, so lies in one of two smaller boxes.  This is the
epsilon-constraint method (Haimes, Lasdon & Wismer 1971) with the parameters varied as in Laumanns,
Thiele & Zitzler, *An efficient, adaptive parameter variation scheme for metaheuristics based on the
epsilon-constraint method*, European Journal of Operational Research 169 (2006).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import assert_never, get_args

import attrs
from attrs import define, field, frozen

from omscore.kernel.ids import LineId, NodeId
from omscore.network.plan import Choice
from omscore.promise.promise import PATIENCE, Promise, promise_of
from omscore.promise.waiting import patient
from omscore.sourcing import pipeline
from omscore.sourcing.costs import Cost
from omscore.sourcing.limits import AtMostParcels
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question

MOST_PLANS = 60
"""How many plans are looked at before the search for options ends."""

Figures = tuple[date, int, int]
_DAY = timedelta(days=1)


@frozen
class Options:
    """Promises to choose from, by day, then price, then parcels.

    *chosen* is one of them: what an order gets if nobody chooses.  *whole* says that there is no
    other option, which is proved; otherwise a budget ran out, and each is at least possible.
    *pick_up* are those of collecting everything at a place, for each place that was asked about: no
    option of one way beats one of another, since who is at home all day cannot be told to drive.
    """

    promises: tuple[Promise, ...]
    chosen: Promise
    whole: bool
    pick_up: Mapping[NodeId, Options] = field(factory=dict)

    @property
    def earliest(self) -> Promise:
        """The one that is there first; of several, the cheapest."""
        return min(self.promises, key=figures)

    @property
    def cheapest(self) -> Promise:
        """The one that costs least; of several, the earliest."""
        return min(self.promises, key=lambda one: (one.price, *figures(one)))

    @property
    def fewest_parcels(self) -> Promise:
        """The one that comes in the fewest parcels; of several, the cheapest."""
        return min(self.promises, key=lambda one: (one.parcels, one.price, *figures(one)))

    def named(self, choice: Choice) -> Promise:
        """The one that *choice* names."""
        match choice:
            case "chosen":
                return self.chosen
            case "earliest":
                return self.earliest
            case "cheapest":
                return self.cheapest
            case "fewest-parcels":
                return self.fewest_parcels
            case _:
                assert_never(choice)

    def marks(self, promise: Promise) -> Iterator[Choice]:
        """What *promise* stands out by."""
        choices: tuple[Choice, ...] = get_args(Choice)
        return (choice for choice in choices if promise == self.named(choice))

    def __str__(self) -> str:
        told = [str(self.chosen)] if len(self.promises) == 1 else map(self._told, self.promises)
        there = (f"pick up at {place}:\n{some}" for place, some in self.pick_up.items())
        return "\n".join([*told, *there])

    def _told(self, promise: Promise) -> str:
        marks = ", ".join(self.marks(promise))
        head, line, rest = f"{promise.price} for {promise}".partition("\n")
        return f"{head}  ({marks}){line}{rest}" if marks else f"{head}{line}{rest}"


def figures(promise: Promise) -> Figures:
    """What options are compared by; of a promise of nothing, the day is the last there is."""
    return promise.last_day or date.max, promise.price, promise.parcels


def options(question: Question, policy: Policy, *, most: int = MOST_PLANS) -> Options:
    """Every option for *question* under *policy*, with a look at no more than *most* plans."""
    answer = pipeline.answer(question, policy)
    chosen = promise_of(answer.decision, question)
    search = _Search.within(_relaxed(question, chosen), policy, answer, most)
    found = [*search.run(), chosen]
    best = {figures(one): one for one in found if not any(_beats(other, one) for other in found)}
    best[figures(chosen)] = chosen
    return Options(tuple(best[key] for key in sorted(best)), chosen, search.whole)


def _beats(one: Promise, other: Promise) -> bool:
    """Whether *one* is as good in everything, and better in something."""
    (day, price, parcels), its = figures(one), figures(other)
    return figures(one) != its and day <= its[0] and price <= its[1] and parcels <= its[2]


def _relaxed(question: Question, chosen: Promise) -> Question:
    """The same question, where a line that is late in any case may be as late as in *chosen*."""
    came = {leg.line: date.min for leg in chosen.decision.legs}
    for leg in chosen.decision.legs:
        came[leg.line] = max(came[leg.line], leg.delivery_day)
    return attrs.evolve(
        question,
        needs=tuple(
            need
            if need.latest is None
            else attrs.evolve(need, latest=max(need.latest, came.get(need.line, need.latest)))
            for need in question.needs
        ),
    )


@define
class _Search:
    """Looks for the cheapest plan in one box after the other."""

    question: Question
    policy: Policy
    lacking: int
    left: int
    whole: bool
    looked: dict[tuple[date, int], Promise | None] = field(factory=dict)

    @classmethod
    def within(
        cls, question: Question, policy: Policy, answer: pipeline.Answer, most: int
    ) -> _Search:
        """A search among the plans that keep the rules of *answer* and promise as much."""
        lacking = _lacking(question, answer.decision.short)
        kept = attrs.evolve(
            policy,
            rules=answer.rules,
            fallbacks=((),),
            tiers=(_priced(policy),),
            look_for_runner_up=0,
        )
        return cls(patient(question), kept, lacking, most, answer.proved)

    def run(self) -> list[Promise]:
        """Every option, and maybe some that others beat."""
        todo = [(date.max, sum(need.quantity for need in self.question.needs))]
        seen, found = set[tuple[date, int]](), dict[Figures, Promise]()
        while todo:
            if (box := todo.pop()) in seen:
                continue
            seen.add(box)
            if (best := self._best(*box)) is not None and best.last_day is not None:
                found[figures(best)] = best
                todo += [(box[0], best.parcels - 1), (best.last_day - _DAY, box[1])]
        return list(found.values())

    def _best(self, day: date, parcels: int) -> Promise | None:
        """The cheapest plan that arrives by *day* in at most so many *parcels*, if there is one."""
        if not parcels:
            return None
        for (by, most), best in self.looked.items():
            if by >= day and most >= parcels and (best is None or _fits(best, day, parcels)):
                return best
        if not self.left:
            self.whole = False
            return None
        self.left -= 1
        self.looked[day, parcels] = best = self._ask(day, parcels)
        return best

    def _ask(self, day: date, parcels: int) -> Promise | None:
        needs = tuple(
            attrs.evolve(need, latest=min(day, need.latest or day)) for need in self.question.needs
        )
        answer = pipeline.answer(
            attrs.evolve(self.question, needs=needs),
            attrs.evolve(self.policy, limits=(*self.policy.limits, AtMostParcels(parcels))),
            held=True,
        )
        self.whole = self.whole and answer.proved
        best = promise_of(answer.decision, self.question)
        latest = {need.line: need.latest or day for need in needs}
        late = any(leg.delivery_day > latest[leg.line] for leg in answer.decision.legs)
        return None if late or _lacking(self.question, best.short) > self.lacking else best


def _fits(best: Promise, day: date, parcels: int) -> bool:
    return best.last_day is not None and best.last_day <= day and best.parcels <= parcels


def _lacking(question: Question, short: Mapping[LineId, int]) -> int:
    """What the units that are *short* weigh."""
    return sum(need.priority * short.get(need.line, 0) for need in question.needs)


def _priced(policy: Policy) -> tuple[Cost, ...]:
    """What parcels and units cost, in one tier."""
    return tuple(
        cost for tier in policy.tiers for cost in tier if getattr(cost, "name", "") not in PATIENCE
    )

"""What every cost promises.

It answers whole mils, for a parcel and a line never less than none; the same to the same, whoever
was asked before; and it leaves alone what it is shown.  What a plan is said to cost by it is what
asking it again about that plan adds up to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import NoReturn

from attrs import define, frozen
from hypothesis.strategies import SearchStrategy

from omscore.kernel.ids import LineId
from omscore.network.plan import Decision, ParcelName, parcel_of
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.costs import Cost, Offer, PerLine, in_minor
from omscore.sourcing.need import Need
from omscore.sourcing.pipeline import CostIgnored, sift, source
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question
from omscore.sourcing.rules import DEFAULT_RULES
from omscore.sourcing.surcharges import SURCHARGES
from omscore.testing.laws.plugins.counterexample import BrokenLaw, hold, raised, told
from omscore.testing.laws.plugins.offers import (
    earliest,
    name,
    name_in_plan,
    planned,
    served,
    soonest,
)
from omscore.testing.questions import questions, simpler

WHOLE = "whole mils, as an int"


@define
class Priced:
    """How many parcels and units a cost was asked about, and how often it asked for something."""

    cases: int = 0
    some: int = 0


def check_cost(
    cost: Cost,
    cases: SearchStrategy[Question] | None = None,
    *,
    most: int = 100,
    smallest: bool = True,
) -> Priced:
    """Ask *cost* about every parcel of *most* questions; `BrokenLaw` shows where it fails.

    *cases* are questions of your own, in which no node has a day that takes only so much;
    *smallest* is as for `check_rule`.
    """
    priced = Priced()
    _named(cost)
    some = questions(limited=False) if cases is None else cases
    hold(_Trial(cost, priced).of, some, most, smallest=smallest, simpler=simpler)
    return priced


def _named(cost: Cost) -> None:
    name = getattr(cost, "name", None)
    if not isinstance(name, str) or not name.strip():
        raise BrokenLaw("a cost", "it has a name", {}, "text, as its name", repr(name))
    if re.search(r" at 0x[0-9a-f]+", repr(cost)):
        law = "it prints alike in every process"
        raise BrokenLaw(f"the cost {name}", law, {}, "a frozen value", repr(cost))


@frozen
class Asking:
    """One thing that a cost is asked: about a parcel, a need in it, or a unit of that.

    A need without an *earliest* day is asked about as a line.
    """

    offer: Offer
    need: Need | None = None
    earliest: date | None = None

    def put(self, cost: Cost) -> object:
        """What *cost* says to it."""
        if self.need is None:
            return cost.of_parcel(self.offer)
        if self.earliest is None:
            return cost.of_line(self.need, self.offer) if isinstance(cost, PerLine) else 0
        return cost.of_unit(self.need, self.offer, self.earliest)


@define
class _Trial:
    cost: Cost
    priced: Priced

    def of(self, question: Question) -> None:
        """Every law, on every parcel of one question."""
        kept, _ = sift(question, DEFAULT_RULES)
        askings = [
            one
            for need, some in zip(question.needs, kept, strict=True)
            for one in _asked(question, need, some)
        ]
        copies = deepcopy(askings)
        first = [self._answer(one, copy) for one, copy in zip(askings, copies, strict=True)]
        for n in reversed(range(len(askings))):
            for same in askings[n], copies[n]:
                if (then := self._ask(same)) != first[n]:
                    law = "it answers the same to the same, whoever was asked before"
                    self._break(law, same, f"{first[n]} mils, as it said at first", repr(then))
        self._adds_up(question, kept)
        self.priced.cases += len(first)
        self.priced.some += sum(mils != 0 for mils in first)

    def _answer(self, asking: Asking, copy: Asking) -> int:
        """What the cost says, if it may say so."""
        mils = self._ask(asking)
        if asking != copy:
            self._break("it leaves alone what it is shown", copy, told(copy), told(asking))
        if type(mils) is not int:
            self._break(
                "it answers whole mils", asking, WHOLE, f"{mils!r}, of type {type(mils).__name__}"
            )
        if asking.earliest is None and mils < 0:
            what = "parcel" if asking.need is None else "line"
            self._break(f"a {what} costs something or nothing", asking, "zero or more", str(mils))
        return mils

    def _ask(self, asking: Asking) -> object:
        try:
            return asking.put(self.cost)
        except Exception as fault:  # a plugin may raise anything
            self._break("it answers whatever it is asked", asking, WHOLE, raised(fault))

    def _adds_up(self, question: Question, kept: list[list[Candidate]]) -> None:
        """Whether what is reported is what asking again about the plan adds up to."""
        decision = source(question, Policy(tiers=((self.cost,),), look_for_runner_up=0))
        mils = self._recomputed(question, kept, decision)
        given = {"need": question.needs, "leg": decision.legs}
        said = {part: cost for part, cost in decision.parts.items() if part not in SURCHARGES}
        ignored = [fault for fault in decision.faults if fault.code == CostIgnored.code]
        if ignored or said.keys() != {self.cost.name} or said[self.cost.name] != in_minor(mils):
            law = "what a plan is said to cost is what it adds up to"
            expected = f"{in_minor(mils)} minor units, which are {mils} mils half up"
            came = told(ignored or decision.parts)
            raise BrokenLaw(self._who(), law, given, expected, came)

    def _recomputed(
        self, question: Question, kept: list[list[Candidate]], decision: Decision
    ) -> int:
        total, paid, handled = 0, set[ParcelName](), set[tuple[LineId, ParcelName]]()
        for need, some in zip(question.needs, kept, strict=True):
            by_name = {name(need, one): one for one in some}
            for leg in decision.legs:
                if (one := by_name.get(name_in_plan(leg))) is None:
                    continue
                leaving, parcel = planned(question, need, one, leg)
                first = earliest(need, some)
                total += leg.quantity * self.cost.of_unit(served(need, one), leaving, first)
                if parcel_of(leg) not in paid:
                    total += self.cost.of_parcel(parcel)
                    paid.add(parcel_of(leg))
                if isinstance(self.cost, PerLine) and (leg.line, parcel_of(leg)) not in handled:
                    total += self.cost.of_line(need, parcel)
                    handled.add((leg.line, parcel_of(leg)))
        return total

    def _who(self) -> str:
        return f"the cost {self.cost.name}"

    def _break(self, law: str, asking: Asking, expected: str, came: str) -> NoReturn:
        given = {"need": asking.need, "earliest": asking.earliest}
        given = {name: one for name, one in given.items() if one is not None}
        raise BrokenLaw(self._who(), law, {**given, "offer": asking.offer}, expected, came)


def _asked(question: Question, need: Need, kept: list[Candidate]) -> Iterator[Asking]:
    for one in kept:
        for ship, _ in one.rows:
            leaving, parcel = soonest(question, need, one, ship)
            yield Asking(parcel)
            yield Asking(parcel, need)
            yield Asking(leaving, served(need, one), earliest(need, kept))

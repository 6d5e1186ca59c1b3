"""What every sift rule promises.

Whatever it is asked, it answers a `Reason` or nothing; the same to the same, whoever was asked
before; and it leaves alone what it is shown.  So a plan by it can be checked, repeated, explained.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import NoReturn

import attrs
from attrs import define
from hypothesis.strategies import SearchStrategy

from omscore.kernel.reason import Reason
from omscore.sourcing.candidate import Candidate, candidates
from omscore.sourcing.need import Need
from omscore.sourcing.pipeline import source
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question
from omscore.sourcing.rules import DEFAULT_RULES, Rule, name_of
from omscore.testing.laws.plugins.counterexample import BrokenLaw, hold, raised, told
from omscore.testing.laws.plugins.offers import Name, name, name_in_plan, served
from omscore.testing.questions import questions, simpler

Pair = tuple[Need, Candidate]
Said = Mapping[Name, Reason | None]
CODE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@define
class Asked:
    """How often a rule was asked, and how often it said no."""

    cases: int = 0
    no: int = 0


def check_rule(
    rule: Rule,
    cases: SearchStrategy[Question] | None = None,
    *,
    most: int = 100,
    smallest: bool = True,
) -> Asked:
    """Ask *rule* about every candidate of *most* questions; `BrokenLaw` shows where it fails.

    *cases* are questions of your own, for a rule about what `omscore.testing.questions` never has.
    The *smallest* case that breaks a law is looked for; without that, the first one is shown.
    """
    asked = Asked()
    _named(rule)
    some = questions() if cases is None else cases
    hold(_Trial(rule, asked).of, some, most, smallest=smallest, simpler=simpler)
    return asked


def _named(rule: Rule) -> None:
    if re.search(r" at 0x[0-9a-f]+", name := name_of(rule)):
        raise BrokenLaw(
            "the rule",
            "it has the same name in every process",
            {},
            "a function, or a frozen value that prints as what it was made of",
            name,
        )


@define
class _Trial:
    rule: Rule
    asked: Asked

    def of(self, question: Question) -> None:
        """Every law, on every candidate of one question."""
        pairs = [
            (served(need, one), one)
            for need, some in zip(question.needs, candidates(question), strict=True)
            for one in some
        ]
        copies = deepcopy(pairs)
        first = [self._answer(pair, copy) for pair, copy in zip(pairs, copies, strict=True)]
        for n in reversed(range(len(pairs))):
            self._same(pairs[n], first[n], self._ask(pairs[n]))
            self._same(pairs[n], first[n], self._ask(copies[n]))
        names = [
            name(need, one)
            for need, some in zip(question.needs, candidates(question), strict=True)
            for one in some
        ]
        said = dict(zip(names, first, strict=True))
        self._in_a_policy(question, said)
        self.asked.cases += len(pairs)
        self.asked.no += sum(no is not None for no in first)

    def _answer(self, pair: Pair, copy: Pair) -> Reason | None:
        """What the rule says of *pair*, if it may say so."""
        answer = self._ask(pair)
        if pair != copy:
            self._break(
                "it leaves alone what it is shown", copy, told(copy), _difference(pair, copy)
            )
        return None if answer is None else self._readable(pair, answer)

    def _ask(self, pair: Pair) -> object:
        try:
            return self.rule(*pair)
        except Exception as fault:  # a plugin may raise anything
            self._break("it answers whatever it is asked", pair, "a Reason, or None", raised(fault))

    def _same(self, pair: Pair, first: object, then: object) -> None:
        if first != then:
            law = "it answers the same to the same, whoever was asked before"
            self._break(law, pair, f"{first!r}, as it said at first", repr(then))

    def _readable(self, pair: Pair, answer: object) -> Reason:
        """*answer*, if it can be gathered, kept and shown."""
        if not isinstance(answer, Reason):
            came = f"{answer!r}, of type {type(answer).__name__}"
            self._break("it answers a Reason or nothing", pair, "a Reason, or None", came)
        try:
            hash(answer)
            code, sentence, figures = answer.noted().code, str(answer), _figures(answer)
        except Exception as fault:  # a reason of a plugin is code of a plugin too
            self._break("its reasons can be kept", pair, "a frozen Reason", raised(fault))
        if not isinstance(code, str) or not CODE.fullmatch(code):
            self._break(
                "its reasons have a code", pair, 'a code like "my-shop.too-far"', repr(code)
            )
        if not sentence.strip() or "\n" in sentence:
            self._break("its reasons are sentences", pair, "one line of text", repr(sentence))
        for figure in figures:
            if isinstance(figure, bool) or not isinstance(figure, int | str | date):
                expected = "whole numbers, ids and days as the fields of a reason"
                self._break("its reasons have exact figures", pair, expected, repr(figure))
        return answer

    def _in_a_policy(self, question: Question, said: Said) -> None:
        """Whether plans keep it, and do not depend on where it stands among other rules."""
        after = source(question, Policy(rules=(*DEFAULT_RULES, self.rule)))
        before = source(question, Policy(rules=(self.rule, *DEFAULT_RULES)))
        given = {"need": question.needs, "node": tuple(question.network.nodes.values())}
        if (after.legs, after.short) != (before.legs, before.short):
            law = "a plan does not depend on where it stands among the rules"
            raise BrokenLaw(self._who(), law, given, told(after.legs), told(before.legs))
        for leg in after.legs:
            if (no := said.get(name_in_plan(leg))) is not None:
                law = "no plan uses a node that it is against"
                raise BrokenLaw(
                    self._who(), law, given, f"{leg.node} sends nothing: {no}", told(leg)
                )

    def _who(self) -> str:
        return f"the rule {name_of(self.rule)}"

    def _break(self, law: str, pair: Pair, expected: str, came: str) -> NoReturn:
        need, candidate = pair
        given = {"need": need, "candidate": candidate}
        raise BrokenLaw(self._who(), law, given, expected, came)


def _figures(answer: Reason) -> tuple[object, ...]:
    return attrs.astuple(answer, recurse=False)


def _difference(pair: Pair, copy: Pair) -> str:
    return "; ".join(told(now) for now, was in zip(pair, copy, strict=True) if now != was)

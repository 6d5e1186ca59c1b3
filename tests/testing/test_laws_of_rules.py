"""The kit lets through rules that keep the laws, and shows what breaks them."""

from __future__ import annotations

import random
from typing import Any, ClassVar

import attrs
import pytest
from attrs import define, field, frozen
from hypothesis.strategies import SearchStrategy

from omscore.adapters.policies import BUILT_IN
from omscore.kernel.ids import NodeId
from omscore.kernel.reason import Reason
from omscore.network.facts import Node
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.combinators import AllOf, AnyOf, Not, When
from omscore.sourcing.need import Need
from omscore.sourcing.question import Question
from omscore.sourcing.restrictions import OnlyKinds, TransitAtMost, WholeLine
from omscore.sourcing.rules import CoolingDown, Rule, active, in_time, name_of, rested
from omscore.testing.laws import BrokenLaw, check_rule
from omscore.testing.questions import questions

FEW = 40

RULES: list[Rule] = [
    *(rule for rule in BUILT_IN.rules.values() if not isinstance(rule, type)),
    AllOf([active, OnlyKinds(["store", "vendor"])]),
    AnyOf([rested, Not(in_time)]),
    When(OnlyKinds(["store"]), TransitAtMost(2)),
    WholeLine(),
]


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_rules_in_the_box_keep_the_laws(rule: Rule) -> None:
    """What is asked of plugins is what ours do; and each of them was against something."""
    asked = check_rule(rule)
    assert asked.no > 0
    assert asked.cases > asked.no


# --- rules that break them ----------------------------------------------------------------------


def unsure(need: Need, candidate: Candidate, /) -> Any:
    """Takes it for granted that there is a lane."""
    return CoolingDown() if candidate.lane.transit_days > 3 else None  # type: ignore[union-attr]


def yes_or_no(need: Need, candidate: Candidate, /) -> Any:
    """Answers a bool."""
    return candidate.cooling


def throwing_dice(need: Need, candidate: Candidate, /) -> Any:
    """Answers by chance."""
    return CoolingDown() if random.random() < 0.3 else None


def opening(need: Need, candidate: Candidate, /) -> Any:
    """Changes what it is shown."""
    object.__setattr__(candidate.node, "active", True)


@define(eq=False)
class Third:
    """Is against every third candidate that it is asked about."""

    asked: int = field(default=0, repr=False)

    def __call__(self, need: Need, candidate: Candidate, /) -> Any:
        self.asked += 1
        return CoolingDown() if self.asked % 3 == 0 else None


@define(eq=False)
class Twice:
    """Is against whom it was asked about before: by identity, which a copy does not share."""

    seen: list[Candidate] = field(factory=list, repr=False)

    def __call__(self, need: Need, candidate: Candidate, /) -> Any:
        if any(one is candidate for one in self.seen):
            return None
        self.seen.append(candidate)
        return CoolingDown()


class Plain:
    """A rule that prints with its address."""

    def __call__(self, need: Need, candidate: Candidate, /) -> Any:
        return None


def answering(reason: object) -> Rule:
    """A rule that is against stores, for a *reason* that is none."""

    def rule(need: Need, candidate: Candidate, /) -> Any:
        return reason if candidate.node.kind == "store" else None

    return rule


@frozen
class Loud(Reason):
    """A reason with a code like a sentence."""

    code: ClassVar[str] = "Too far!"


@frozen
class Mute(Reason):
    """A reason without a sentence."""

    code: ClassVar[str] = "test.mute"

    def __str__(self) -> str:
        return " "


@frozen
class Inexact(Reason):
    """A reason with a figure that is not exact."""

    code: ClassVar[str] = "test.inexact"
    share: float = 0.1


@frozen
class Changing(Reason):
    """A reason that cannot be gathered with others."""

    code: ClassVar[str] = "test.changing"
    nodes: list[str] = field(factory=list)


@pytest.mark.parametrize(
    ("rule", "law"),
    [
        (unsure, "it answers whatever it is asked"),
        (yes_or_no, "it answers a Reason or nothing"),
        (answering("no"), "it answers a Reason or nothing"),
        (answering(CoolingDown), "it answers a Reason or nothing"),
        (throwing_dice, "it answers the same to the same, whoever was asked before"),
        (Third(), "it answers the same to the same, whoever was asked before"),
        (Twice(), "it answers the same to the same, whoever was asked before"),
        (opening, "it leaves alone what it is shown"),
        (Plain(), "it has the same name in every process"),
        (answering(Loud()), "its reasons have a code"),
        (answering(Mute()), "its reasons are sentences"),
        (answering(Inexact()), "its reasons have exact figures"),
        (answering(Changing()), "its reasons can be kept"),
    ],
)
def test_a_rule_that_breaks_a_law_is_shown(rule: Rule, law: str) -> None:
    """By the law that it breaks, not by a failure somewhere behind."""
    with pytest.raises(BrokenLaw) as broken:
        check_rule(rule, smallest=False)

    assert broken.value.law == law


def test_a_counterexample_can_be_read() -> None:
    """The smallest one there is: the first of everything, and only what is not as usual."""
    with pytest.raises(BrokenLaw) as broken:
        check_rule(unsure)

    assert str(broken.value) == (
        "the rule unsure breaks a law: it answers whatever it is asked\n"
        "  need       line 1, sku POT, quantity 1, to DE, method standard\n"
        "  candidate  node (id berlin), lane none, rows none, earliest none, cooling no\n"
        "  expected   a Reason, or None\n"
        "  came       AttributeError: 'NoneType' object has no attribute 'transit_days'"
    )


def test_a_rule_about_other_names_brings_questions_of_its_own() -> None:
    """The kit knows three nodes only; a rule about a fourth would never be against anything."""

    def not_from_rome(need: Need, candidate: Candidate, /) -> Reason | None:
        return CoolingDown() if candidate.node.id == "rome" else None

    def with_rome(question: Question) -> Question:
        nodes = {**question.network.nodes, NodeId("rome"): Node("rome")}
        return attrs.evolve(question, network=attrs.evolve(question.network, nodes=nodes))

    mine: SearchStrategy[Question] = questions().map(with_rome)
    assert check_rule(not_from_rome, most=FEW).no == 0
    assert check_rule(not_from_rome, mine, most=FEW).no > 0

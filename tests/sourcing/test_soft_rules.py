"""A soft rule costs exactly where the same rule, as a hard one, would pass a candidate over."""

from __future__ import annotations

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.kernel.ids import NodeId
from omscore.sourcing.candidate import candidates
from omscore.sourcing.combinators import AllOf, AnyOf, Not, Soft, When
from omscore.sourcing.drawing import draw
from omscore.sourcing.fitness import (
    Carries,
    LoadAtMost,
    OnlyClasses,
    RejectedAtMost,
    ShelfLife,
    WithinKm,
)
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question
from omscore.sourcing.restrictions import KeepsStock, OnlyKinds, TransitAtMost, WholeLine
from omscore.sourcing.rules import Rule, in_time, judge, rested
from omscore.testing.questions import questions
from omscore.testing.strategies import NODES

PRICE = 7
RULES: list[Rule] = [
    in_time,
    OnlyKinds(["store"]),
    TransitAtMost(2),
    WithinKm(500),
    LoadAtMost(50),
    RejectedAtMost(0),
    ShelfLife(3),
    WholeLine(),
    KeepsStock(2),
    OnlyClasses(["cold"]),
    Carries(["cold"]),
    AllOf([in_time, TransitAtMost(3)]),
    AnyOf([in_time, WithinKm(900)]),
    Not(OnlyKinds(["vendor"])),
    When(OnlyKinds(["store"]), KeepsStock(1)),
]


@settings(max_examples=300)
@given(questions(), st.dictionaries(st.sampled_from(NODES).map(NodeId), st.integers(1, 2)))
def test_it_costs_where_the_rule_would_exclude(
    question: Question, rejections: dict[NodeId, int]
) -> None:
    """Of what leaves on a candidate's first day, by the node itself: the day that a rule sees."""
    question = attrs.evolve(question, rejections=rejections)
    kept = [
        [one for one in some if not judge([rested], need, one)]
        for need, some in zip(question.needs, candidates(question), strict=True)
    ]
    costs = [Soft(rule, PRICE) for rule in RULES]
    drawing = draw(question, Policy("soft", tiers=(tuple(costs),)), kept)
    for need, some, ways in zip(question.needs, kept, drawing.ways, strict=True):
        asked = {(one.node.id, one.instead): one for one in some if one.link is None and one.rows}
        for way in ways:
            one = asked.get((way.offer.node.id, way.instead))
            if one is not None and way.toll is None and way.offer.ship_day == one.rows[0][0]:
                served = need if one.instead is None else need.served_by(one.instead)
                broken = [bool(judge([rule], served, one)) for rule in RULES]
                assert way.mils[: len(RULES)] == tuple(1_000 * PRICE * no for no in broken)

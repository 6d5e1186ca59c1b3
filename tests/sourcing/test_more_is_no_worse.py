"""What a shop hopes for when it opens a node or buys stock: no plan becomes worse by it.

It holds where a cost does not look at other candidates, and where no fallback rules are named.
"""

from __future__ import annotations

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.network.plan import Decision
from omscore.sourcing.costs import Handling, Transport
from omscore.sourcing.pipeline import source
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question
from omscore.sourcing.restrictions import TransitAtMost
from omscore.testing.questions import questions

PLAIN = Policy(tiers=((Transport(), Handling(parcel=30, unit=2, line=9)),), budget=100_000)


def worth(question: Question, decision: Decision) -> tuple[int, int, int]:
    """In the order in which plans are compared: units short, by priority; units late; the cost."""
    needs = {need.line: need for need in question.needs}
    short = sum(needs[line].priority * units for line, units in decision.short.items())
    late = 0
    for leg in decision.legs:
        latest = needs[leg.line].latest
        late += leg.quantity if latest is not None and leg.delivery_day > latest else 0
    return short, late, decision.cost


def planned(question: Question) -> tuple[int, int, int]:
    """What the best plan is worth, proved."""
    decision = source(question, PLAIN)
    assert decision.bound == decision.cost
    return worth(question, decision)


@given(question=questions(), more=st.integers(1, 3))
@settings(max_examples=80)
def test_more_stock_makes_no_plan_worse(question: Question, more: int) -> None:
    """Wherever it is, and whenever it comes."""
    stock = {at: tuple((day, n + more) for day, n in rows) for at, rows in question.stock.items()}
    assert planned(attrs.evolve(question, stock=stock)) <= planned(question)


@given(question=questions(), more=st.integers(1, 3))
@settings(max_examples=80)
def test_more_room_in_a_day_makes_no_plan_worse(question: Question, more: int) -> None:
    """A node that can send more can send what it could before."""
    nodes = {
        id_: attrs.evolve(node, capacity={kind: n + more for kind, n in node.capacity.items()})
        for id_, node in question.network.nodes.items()
    }
    room = {at: n + more for at, n in question.room.items()}
    network = attrs.evolve(question.network, nodes=nodes)
    assert planned(attrs.evolve(question, network=network, room=room)) <= planned(question)


@given(question=questions(), pick=st.randoms(use_true_random=False))
@settings(max_examples=80)
def test_one_more_node_makes_no_plan_worse(question: Question, pick: object) -> None:
    """It need not be used: said of the same question without one of its nodes."""
    network = question.network
    closed = pick.choice(sorted(network.nodes))  # type: ignore[attr-defined]
    nodes = {id_: node for id_, node in network.nodes.items() if id_ != closed}
    fewer = attrs.evolve(question, network=attrs.evolve(network, nodes=nodes))
    assert planned(question) <= planned(fewer)


@given(question=questions(), days=st.integers(0, 4))
@settings(max_examples=80)
def test_one_more_rule_makes_no_plan_better(question: Question, days: int) -> None:
    """Rules only take away."""
    policy = attrs.evolve(PLAIN, rules=(*PLAIN.rules, TransitAtMost(days)))
    assert planned(question) <= worth(question, source(question, policy))

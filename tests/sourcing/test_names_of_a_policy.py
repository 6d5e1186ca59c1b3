"""A policy may name nodes and tags that nobody knows: it is told so as early as it can be known."""

from __future__ import annotations

import pytest

from omscore import Configuration, Item, Node, Oms, PlaceOrder, Planner, Policy, ReceiveStock, eur
from omscore.adapters.clocks import CountingIds, FixedClock
from omscore.adapters.memory import MemoryStore
from omscore.catalog.line import Line
from omscore.kernel.errors import Unreadable
from omscore.sourcing.combinators import AllOf, Not, Soft, When
from omscore.sourcing.costs import Cost, Preference, Transport
from omscore.sourcing.fitness import OnlyTags
from omscore.sourcing.nodes import Labor, Performance
from omscore.sourcing.restrictions import ExceptNodes, OnlyKinds, OnlyNodes
from omscore.sourcing.rules import DEFAULT_RULES, Rule, active
from omscore.sourcing.stakes import Opportunity, StockOutRisk
from omscore.testing.builders import MONDAY

BERLIN = Node("berlin", ships_to=["DE"], tags=["near"])


def an_oms(policy: Policy, store: MemoryStore) -> Oms:
    """One that plans by *policy*."""
    return Oms(
        store,
        clock=FixedClock(MONDAY),
        ids=CountingIds("c"),
        configuration=Configuration(planner=Planner(policy)),
    )


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        (ExceptNodes(["berlin", "berln"]), "$.rules[1].nodes.berln"),
        (OnlyNodes(["berln"]), "$.rules[1].nodes.berln"),
        (Not(ExceptNodes(["berln"])), "$.rules[1].rule.nodes.berln"),
        (AllOf([active, OnlyNodes(["berln"])]), "$.rules[1].rules[1].nodes.berln"),
        (When(OnlyNodes(["berln"]), active), "$.rules[1].condition.nodes.berln"),
        (OnlyTags(["near", "nearr"]), "$.rules[1].tags.nearr"),
    ],
)
def test_an_unknown_node_of_a_rule_is_refused_with_its_place(rule: Rule, path: str) -> None:
    """When an `Oms` is made on a store whose network is known."""
    store = MemoryStore()
    an_oms(Policy(), store).know(BERLIN)

    with pytest.raises(Unreadable) as refused:
        an_oms(Policy(rules=(OnlyKinds(["warehouse"]), rule)), store)
    assert refused.value.path == path
    assert "perhaps" in refused.value.problem


@pytest.mark.parametrize(
    ("cost", "path"),
    [
        (Preference({"berln": 5}), "parcel.berln"),
        (Labor(hour=9, hours={"berln": 5}), "hours.berln"),
        (Performance(failed=9, percent={"berln": 5}), "percent.berln"),
        (Opportunity({"berln": {"TEA": 5}}), "unit.berln"),
        (StockOutRisk(9, {"berln": {"TEA": 5}}), "demand.berln"),
        (Soft(OnlyNodes(["berln"]), 5), "rule.nodes.berln"),
    ],
)
def test_an_unknown_node_of_a_cost_is_refused_with_its_place(cost: Cost, path: str) -> None:
    """As above."""
    store = MemoryStore()
    an_oms(Policy(), store).know(BERLIN)

    with pytest.raises(Unreadable) as refused:
        an_oms(Policy(tiers=((Transport(), cost),)), store)
    assert refused.value.path == f"$.tiers[0].costs[1].{path}"


def test_known_names_and_a_network_that_is_still_empty_are_taken() -> None:
    """Facts may come after the policy."""
    policy = Policy(fallbacks=((OnlyTags(["near"]),), ()), rules=(OnlyNodes(["berlin"]),))
    store = MemoryStore()
    an_oms(policy, store).know(BERLIN)

    assert an_oms(policy, store).configuration.planner.policy is policy


def test_until_a_node_is_known_every_plan_says_so() -> None:
    """No order is stopped by it, and none leaves by a node that a rule is against."""
    policy = Policy(rules=(*DEFAULT_RULES, ExceptNodes(["london"])))
    oms = an_oms(policy, MemoryStore())
    oms.know(Item("TEA"), BERLIN)
    oms.do(ReceiveStock(node="berlin", sku="TEA", quantity=5, document="r-1"))

    def place(order: str) -> None:
        oms.do(PlaceOrder(order, lines=[Line("1", "TEA", 1, eur("4.50"))], ship_to="DE"))

    place("o-1")
    said = "the policy names the node london in $.rules[5].nodes, and nobody knows it"
    assert said in str(oms.explain("o-1"))

    oms.know(Node("london"))
    place("o-2")
    assert "nobody knows" not in str(oms.explain("o-2"))

"""What a policy says in vain is told when it is read, with its place."""

from __future__ import annotations

import pytest

from omscore.adapters.policies import checked, read_policy
from omscore.kernel.errors import Unreadable
from omscore.orchestration.planning import Planner
from omscore.sourcing.combinators import Not
from omscore.sourcing.limits import AtMostNodes, AtMostParcels
from omscore.sourcing.policy import Policy
from omscore.sourcing.rules import DEFAULT_RULES, CoolingDown, Rule, active
from omscore.sourcing.solvers.chosen import Automatic


def a_file(**lists: list[str]) -> str:
    """A policy file with these lists."""
    return "\n".join(['name = "a"', *(f"{k} = [{', '.join(v)}]" for k, v in lists.items())])


def table(type_: str, rest: str = "") -> str:
    """A table of a type; *rest* are its parameters."""
    return f'{{ type = "{type_}"{rest and ", "}{rest} }}'


def most(of: str, n: int) -> str:
    """A limit of so many of something."""
    return table(f"at-most-{of}", f"most = {n}")


def only(node: str, rule: str = "only-nodes") -> str:
    """A rule about one node."""
    return table(rule, f'nodes = ["{node}"]')


def kinds(*several: str) -> str:
    """A rule about kinds."""
    return table("only-kinds", f"kinds = {[*several]}")


def within(days: int) -> str:
    """A rule about transit."""
    return table("transit-at-most", f'days = "{days} days"')


NOT_ACTIVE = table("not", 'rule = "active"')


@pytest.mark.parametrize(
    ("text", "path"),
    [
        # rules
        (a_file(rules=['"active"', '"active"']), "$.rules[1]"),
        (a_file(rules=[only("a"), only("b")]), "$.rules"),
        (a_file(rules=[only("a"), only("a", "except-nodes")]), "$.rules"),
        (a_file(rules=[kinds("store"), kinds("vendor", "locker")]), "$.rules"),
        (a_file(rules=[within(3), within(5)]), "$.rules"),
        (a_file(rules=['"active"', NOT_ACTIVE]), "$.rules"),
        (
            a_file(rules=[table("all-of", f"rules = [{kinds('store')}, {kinds('vendor')}]")]),
            "$.rules",
        ),
        # fallbacks
        (a_file(fallbacks=[]), "$.fallbacks"),
        (a_file(fallbacks=["[]", f"[{only('a')}]"]), "$.fallbacks[1]"),
        (a_file(fallbacks=[f"[{only('a')}]", f"[{only('a')}]"]), "$.fallbacks[1]"),
        (a_file(fallbacks=[f"[{only('a')}, {only('a')}]"]), "$.fallbacks[0][1]"),
        (a_file(rules=[only("a")], fallbacks=[f"[{only('b')}]", "[]"]), "$.fallbacks[0]"),
        # limits
        (a_file(limits=[most("nodes", 2), most("nodes", 3)]), "$.limits[1]"),
        (a_file(limits=[table("complete-order"), table("complete-lines")]), "$.limits[1]"),
        (a_file(limits=[most("nodes", 2), most("parcels", 2)]), "$.limits[0]"),
        (a_file(limits=[most("nodes", 2), most("nodes-per-line", 2)]), "$.limits[1]"),
        (a_file(limits=[most("parcels", 2), most("nodes-per-line", 3)]), "$.limits[1]"),
        (a_file(limits=[most("parcels", 2), most("parcels-per-line", 2)]), "$.limits[1]"),
        (a_file(limits=[most("parcels-per-line", 1), most("nodes-per-line", 1)]), "$.limits[1]"),
        (a_file(limits=[most("parcels", 1), table("groups-together")]), "$.limits[1]"),
        # costs and solvers
        (a_file(tiers=['{ costs = [{ type = "transport" }, { type = "transport" }] }']), "$.tiers"),
        (
            a_file(tiers=[f"{{ costs = [{table('transport')}] }}"] * 2),
            "$.tiers",
        ),
        (
            a_file(tiers=[f"{{ costs = [{table('transport')}, {table('handling')}] }}"]),
            "$.tiers[0].costs[1]",
        ),
        (
            a_file(tiers=[f"{{ costs = [{table('preference', 'parcel = {}')}] }}"]),
            "$.tiers[0].costs[0]",
        ),
        (a_file(tiers=[]), "$.tiers"),
        (a_file(solvers=['"exact"', '"exact"']), "$.solvers[1]"),
        (a_file(solvers=[]), "$.solvers"),
    ],
)
def test_what_is_in_vain_is_told_with_its_place(text: str, path: str) -> None:
    """Whoever wrote it meant something by it."""
    with pytest.raises(Unreadable) as refused:
        read_policy(text)

    assert refused.value.path == path


@pytest.mark.parametrize(
    "text",
    [
        a_file(rules=[kinds("store", "vendor"), kinds("vendor", "locker")]),
        a_file(rules=[only("a"), only("b", "except-nodes")]),
        a_file(fallbacks=[f"[{only('a')}]", f"[{only('b')}]", "[]"]),
        a_file(limits=[most("nodes", 2), most("parcels", 3), most("parcels-per-line", 2)]),
        a_file(limits=[table("complete-lines"), most("nodes", 1), table("groups-together")]),
    ],
)
def test_what_is_not_in_vain_is_taken(text: str) -> None:
    """Parts that narrow one another may stand side by side."""
    assert read_policy(text).name == "a"


def test_a_policy_in_python_is_looked_at_in_the_same_way() -> None:
    """As soon as somebody plans by it."""
    fine = Policy(limits=(AtMostParcels(2),))
    assert checked(fine) is fine
    assert Planner(fine).policy is fine
    for policy, path in (
        (Policy(limits=(AtMostParcels(2), AtMostNodes(2))), "$.limits[1]"),
        (Policy(rules=(active, Not(active))), "$.rules"),
    ):
        with pytest.raises(Unreadable) as refused:
            Planner(policy)
        assert refused.value.path == path


def test_parts_of_one_name_may_differ() -> None:
    """A host may make two rules by one function, and a solver of its own with two settings."""

    def without(node: str) -> Rule:
        return lambda _, candidate: CoolingDown() if candidate.node.id == node else None

    policy = Policy(
        rules=(*DEFAULT_RULES, without("a"), without("b")),
        fallbacks=((without("c"),), (without("d"),), ()),
        solvers=(Automatic(), Automatic(then=None)),
    )
    assert checked(policy) is policy

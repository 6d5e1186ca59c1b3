"""Which nodes may serve a need: what each rule says, and what rules made of rules say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.kernel.reason import Noted, Reason
from omscore.network.facts import Lane, Node
from omscore.sourcing import fitness, rules
from omscore.sourcing import restrictions as only
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.combinators import AllOf, AnyOf, Not, Soft, When
from omscore.sourcing.costs import Offer
from omscore.sourcing.need import Need
from omscore.sourcing.rules import Rule, judge, name_of

DAY = date(2026, 3, 2)
NEED = Need(LineId("1"), Sku("S"), 3, Region("DE"), Method("standard"), weight_g=2_000)
LANE = Lane("lyon", "DE", transit_days=3, parcel_cost=700)
LYON = Candidate(Node("lyon", kind="store"), LANE, ((DAY, 4),), DAY, cooling=False)


def but(**changes: object) -> Candidate:
    """The candidate that no rule has anything against, with something wrong."""
    return attrs.evolve(LYON, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "candidate", "sentence"),
    [
        (rules.active, but(node=Node("lyon", active=False)), "the node takes no work"),
        (rules.reaches, but(lane=None), "no lane to DE by standard"),
        (rules.stocked, but(rows=()), "nothing that may be promised"),
        (rules.stocked, but(rows=((DAY, 0),)), "nothing that may be promised"),
        (rules.roomy, but(room=0), "its days are full"),
        (rules.rested, but(cooling=True), "rejected this order a short while ago"),
        (only.OnlyNodes(["metz"]), LYON, "the node is excluded"),
        (only.ExceptNodes(["lyon"]), LYON, "the node is excluded"),
        (only.OnlyKinds(["warehouse", "vendor"]), LYON, "a store does not serve this"),
        (only.OnlyMethods(["express"]), LYON, "not by standard"),
        (only.OnlyRegions(["FR"]), LYON, "not to DE"),
        (only.TransitAtMost(2), LYON, "3 days under way, where 2 are allowed"),
        (only.ParcelCostAtMost(699), LYON, "a parcel costs 700, where 699 are allowed"),
        (only.WeightAtMost(1_999), LYON, "a unit weighs 2000 g, where 1999 g are allowed"),
        (only.WholeLine(), but(rows=((DAY, 2),)), "2 of 3 units"),
        (only.KeepsStock(2), LYON, "1 units would be left, where 2 are kept"),
        (only.KeepsStock(2), but(rows=((DAY, 1),)), "0 units would be left, where 2 are kept"),
    ],
)
def test_a_rule_says_why_not(rule: Rule, candidate: Candidate, sentence: str) -> None:
    """In one sentence, with the figures that it rests on."""
    assert [str(no) for no in judge([rule], NEED, candidate)] == [sentence]


@pytest.mark.parametrize(
    "rule",
    [
        *rules.BUILT_IN,
        only.OnlyNodes(["lyon", "metz"]),
        only.ExceptNodes(["metz"]),
        only.OnlyKinds(["store"]),
        only.OnlyMethods(["standard"]),
        only.OnlyRegions(["DE"]),
        only.TransitAtMost(3),
        only.ParcelCostAtMost(700),
        only.WeightAtMost(2_000),
        only.WholeLine(),
        only.KeepsStock(1),
    ],
)
def test_a_rule_says_nothing_where_it_is_kept(rule: Rule) -> None:
    """At its very limit, too."""
    assert judge([rule], NEED, LYON) == ()


@pytest.mark.parametrize("rule", [only.TransitAtMost(0), only.ParcelCostAtMost(0)])
def test_a_rule_about_lanes_abstains_without_one(rule: Rule) -> None:
    """That there is none is what `reaches` says, once."""
    assert judge([rule], NEED, but(lane=None)) == ()


@pytest.mark.parametrize(
    "make",
    [
        lambda: only.OnlyNodes([]),
        lambda: only.OnlyNodes("lyon"),
        lambda: only.OnlyNodes(["no id!"]),
        lambda: only.OnlyKinds(["barn"]),
        lambda: only.TransitAtMost(-1),
        lambda: only.TransitAtMost(True),
        lambda: only.WeightAtMost(1.5),  # type: ignore[arg-type]
        lambda: only.KeepsStock(0),
        lambda: AllOf([]),
        lambda: AnyOf([]),
        lambda: Soft(rules.rested, 0),
    ],
)
def test_a_rule_without_sense_cannot_be_made(make: Callable[[], object]) -> None:
    """A policy is wrong when it is written, not when an order comes."""
    with pytest.raises(Unreadable):
        make()


# --- rules made of rules ----------------------------------------------------------------------

ATOMS: Sequence[Rule] = (
    only.OnlyKinds(["store"]),
    only.OnlyKinds(["warehouse"]),
    only.OnlyRegions(["DE"]),
    only.OnlyRegions(["FR"]),
    rules.active,
    rules.rested,
)


def holds(rule: Rule, candidate: Candidate) -> bool:
    """The plain logic that combinators are checked against."""
    match rule:
        case AllOf(several):
            return all(holds(one, candidate) for one in several)
        case AnyOf(several):
            return any(holds(one, candidate) for one in several)
        case Not(one):
            return not holds(one, candidate)
        case When(condition, one):
            return not holds(condition, candidate) or holds(one, candidate)
        case _:
            return rule(NEED, candidate) is None


def combined(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(AllOf, several),
        st.builds(AnyOf, several),
        st.builds(Not, inner),
        st.builds(When, inner, inner),
    )


RULES = st.recursive(st.sampled_from(ATOMS), combined, max_leaves=8)


@given(RULES, st.booleans(), st.booleans())
def test_rules_combine_like_logic(rule: Rule, cooling: bool, active: bool) -> None:
    """Whatever they are made of; and what they say of a no can be told and kept."""
    candidate = but(cooling=cooling, node=Node("lyon", kind="store", active=active))
    reasons = judge([rule], NEED, candidate)

    assert (reasons == ()) == holds(rule, candidate)
    for no in reasons:
        assert str(no)
        assert no.noted().code == no.code


@given(RULES)
def test_a_rule_prints_alike_in_every_process(rule: Rule) -> None:
    """A policy is told apart by how its rules print: no address in memory may stand in it."""
    assert " at 0x" not in name_of(rule)


def test_a_rule_of_rules_says_what_its_rules_say() -> None:
    """Each of those that do not hold where one would be enough, the first where all must."""
    far, heavy = only.TransitAtMost(1), only.WeightAtMost(5)
    told = [
        str(no)
        for no in judge([AllOf([far, heavy]), AnyOf([far, heavy]), Not(rules.active)], NEED, LYON)
    ]

    assert told == [
        "3 days under way, where 1 are allowed",
        "none of several holds: 3 days under way, where 1 are allowed; "
        "a unit weighs 2000 g, where 5 g are allowed",
        "the rule active holds, and must not",
    ]


def test_a_soft_rule_costs_where_it_does_not_hold() -> None:
    """It is asked about the parcel: on its day, and with the units that are needed."""
    offer = Offer(LYON.node, LANE, DAY, DAY.replace(day=9))
    late = attrs.evolve(NEED, latest=DAY.replace(day=8))
    soft = Soft(rules.in_time, 250)

    assert soft.of_unit(NEED, offer, DAY) == 0
    assert soft.of_unit(late, offer, DAY) == 250_000
    assert Soft(only.WholeLine(), 250).of_unit(NEED, offer, DAY) == 0
    assert (soft.of_parcel(offer), soft.name) == (0, "soft in_time")


def test_a_soft_rule_knows_the_stock_and_the_history_of_the_node() -> None:
    """As a hard one does: what would be left, and how often the node said no."""
    stock = {NEED.sku: ((DAY, 9),)}
    offer = Offer(LYON.node, LANE, DAY, DAY, stock=stock, rejections=2)

    def asked(rule: Rule) -> int:
        return Soft(rule, 1).of_unit(NEED, offer, DAY) // 1_000

    assert (asked(only.KeepsStock(6)), asked(only.KeepsStock(7))) == (0, 1)
    assert (asked(fitness.RejectedAtMost(2)), asked(fitness.RejectedAtMost(1))) == (0, 1)


# --- rules that fail --------------------------------------------------------------------------


@attrs.frozen
class Odd(Reason):
    """A reason of a plugin that cannot be gathered."""

    code = "plugin.odd"
    figures: list[int]


@attrs.frozen
class Mute(Reason):
    """A reason of a plugin that cannot be kept."""

    code = "plugin.mute"

    def noted(self) -> Noted:
        """Breaks."""
        raise OSError


def raising(need: Need, candidate: Candidate, /) -> Reason | None:
    """A rule with a bug."""
    raise KeyError(candidate.node.id)


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (raising, "KeyError"),
        (lambda need, candidate: True, "an answer of type bool"),
        (lambda need, candidate: "no", "an answer of type str"),
        (lambda: None, "TypeError"),
        (lambda need, candidate: Odd([1]), "TypeError"),
    ],
)
def test_a_rule_that_fails_is_a_reason_of_its_own(rule: Rule, fault: str) -> None:
    """The node is passed over, rather than served by mistake; the others are asked."""
    found = judge([rule, only.OnlyRegions(["FR"])], NEED, LYON)

    assert [no.code for no in found] == ["sourcing.rule-failed", "sourcing.wrong-region"]
    assert found[0].noted().figures["fault"] == fault


def test_a_reason_that_cannot_be_kept_leaves_a_note_that_it_could_not() -> None:
    """The record of a decision never depends on a plugin."""
    assert rules.noted(Mute()).figures == {"rule": "Mute", "fault": "OSError"}


def test_node_ids_are_given_in_any_order() -> None:
    """Equal rules are equal, and make equal policies."""
    assert only.OnlyNodes(["b", "a", "b"]) == only.OnlyNodes((NodeId("a"), NodeId("b")))

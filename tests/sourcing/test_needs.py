"""What a need may ask for: substitutes, whole bundles, one parcel, a day, a place to go to.

Everything is there today and takes a day, so that what a plan may do is easy to try out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product

import attrs
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.kernel.reason import Reason
from omscore.network.facts import Lane, Network, Node
from omscore.network.plan import Leg
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.costs import Transport, Waiting
from omscore.sourcing.limits import AtMostNodesPerLine, CompleteLines, Limit
from omscore.sourcing.need import Alternative, Need
from omscore.sourcing.pipeline import sift, source
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import Greedy
from omscore.sourcing.solvers.highs import Highs
from omscore.sourcing.verification import verify

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
DE, FR, STANDARD = Region("DE"), Region("FR"), Method("standard")
TEA, POT, CUP = Sku("TEA"), Sku("POT"), Sku("CUP")
PLAIN = Policy(tiers=((Transport(),),))


def a_question(
    needs: Sequence[Need],
    stock: dict[tuple[str, Sku], int],
    costs: dict[str, tuple[int, int]] | None = None,
) -> Question:
    """Nodes with stock of today, each with a parcel and a unit cost to Germany and France."""
    prices = costs or {"a": (10, 1), "b": (20, 1)}
    lanes = [
        Lane(node, to, transit_days=1, parcel_cost=parcel, unit_cost=unit)
        for node, (parcel, unit) in prices.items()
        for to in (DE, FR)
    ]
    return Question(
        tuple(needs),
        Network(
            {NodeId(node): Node(node) for node in prices},
            {(lane.node, lane.to, lane.method): lane for lane in lanes},
        ),
        NOW,
        {(NodeId(node), sku): [(TODAY, units)] for (node, sku), units in stock.items()},
    )


def a_need(sku: Sku = TEA, quantity: int = 1, line: str = "1", **rest: object) -> Need:
    """So many units to Germany."""
    return Need(LineId(line), sku, quantity, DE, STANDARD, **rest)  # type: ignore[arg-type]


# --- against an oracle that tries all -----------------------------------------------------------


@frozen
class Sent:
    """One unit of a need, of a sku, from a node."""

    need: Need
    sku: Sku
    node: NodeId
    penalty: int


def choices(question: Question, need: Need) -> list[Sent | None]:
    """Whatever a unit could be."""
    skus = [(need.sku, 0), *((other.sku, other.penalty) for other in need.substitutes)]
    return [
        None,
        *(
            Sent(need, sku, node, penalty)
            for node in question.network.nodes
            for sku, penalty in skus
            if (node, sku) in question.stock
        ),
    ]


def allowed(question: Question, sent: Sequence[Sent]) -> bool:
    """Within stock; only whole bundles; what may not be split in one parcel."""
    taken = Counter((one.node, one.sku) for one in sent)
    if any(units > question.stock[at][-1][1] for at, units in taken.items()):
        return False
    for line in {need.whole for need in question.needs}:
        needs = [need for need in question.needs if need.whole == line]
        mine = [one for one in sent if one.need.whole == line]
        sets = {
            (sum(one.need == need for one in mine) / need.each) if need.bundle else 0.0
            for need in needs
        }
        if len(sets) > 1 or not all(one.is_integer() for one in sets):
            return False
        if not needs[0].split and len({one.node for one in mine}) > 1:
            return False
    return True


def cost(question: Question, sent: Sequence[Sent]) -> int:
    """What parcels cost once, and units each, with what a substitute costs more."""
    lanes = question.network.lanes
    parcels = {(one.node, one.need.to, STANDARD) for one in sent}
    return sum(lanes[parcel].parcel_cost for parcel in parcels) + sum(
        lanes[one.node, one.need.to, STANDARD].unit_cost + one.penalty for one in sent
    )


def cheapest(question: Question) -> tuple[int, int]:
    """The fewest units short, weighed by priority, and the least that costs, by trying it all."""
    units = [need for need in question.needs for _ in range(need.quantity)]
    best: tuple[int, int] | None = None
    for chosen in product(*(choices(question, need) for need in units)):
        sent = [one for one in chosen if one is not None]
        if allowed(question, sent):
            short = [need for need, one in zip(units, chosen, strict=True) if one is None]
            found = sum(need.priority for need in short), cost(question, sent)
            best = found if best is None else min(best, found)
    assert best is not None
    return best


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Up to four units: plain lines, lines with substitutes, a bundle of two or three things."""
    one = draw(st.sampled_from(["plain", "substitutes", "bundle", "bundle", "both"]))
    splits = st.sampled_from([True, True, False])
    needs: list[Need] = []
    if one in ("plain", "substitutes", "both"):
        others = (Alternative(POT, draw(st.integers(0, 9))), Alternative(CUP, 3))
        several = others[: draw(st.integers(1, 2))] if one != "plain" else ()
        quantity = draw(st.integers(1, 2 if one == "both" else 3))
        needs.append(a_need(TEA, quantity, substitutes=several, split=draw(splits)))
    if one in ("bundle", "both"):
        bundles = draw(st.integers(1, 1 if one == "both" else 2))
        split, each = draw(splits), 1 if one == "both" else draw(st.sampled_from([1, 1, 2]))
        if bundles == 2:
            each = 1
        needs += [
            a_need(POT, bundles * each, "2.POT", bundle=LineId("2"), each=each, split=split),
            a_need(CUP, bundles, "2.CUP", bundle=LineId("2"), split=split),
        ]
    stock = {
        (node, sku): draw(st.integers(1, 3))
        for node in "ab"
        for sku in (TEA, POT, CUP)
        if draw(st.sampled_from([True, True, False]))
    }
    prices = {node: (draw(st.integers(0, 9)), draw(st.integers(0, 3))) for node in "ab"}
    return a_question(needs, stock, prices)


@settings(max_examples=120)
@given(questions())
def test_no_plan_is_more_complete_or_cheaper(question: Question) -> None:
    """Whatever is sent instead, in whole bundles, in one parcel where that is asked."""
    decision = source(question, PLAIN)

    assert (sum(decision.short.values()), decision.cost) == cheapest(question)
    assert decision.bound == decision.cost
    assert not decision.faults


@settings(max_examples=60)
@given(questions(), st.sampled_from([(), (CompleteLines(),), (AtMostNodesPerLine(1),)]))
def test_every_solver_finds_what_may_be_followed_and_the_proving_ones_the_same(
    question: Question, limits: tuple[Limit, ...]
) -> None:
    """A solver that is passed over, because its plan does not hold, would be a fault."""
    plans = [
        source(question, attrs.evolve(PLAIN, limits=limits, solvers=(solver,)))
        for solver in (Exact(), Highs(), Greedy())
    ]
    figures = [(sum(plan.short.values()), plan.cost) for plan in plans]

    assert not [fault for plan in plans for fault in plan.faults]
    assert figures[0] == figures[1] <= figures[2]


@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(question: Question, chance: object) -> None:
    """To the leg."""
    needs = list(question.needs)
    chance.shuffle(needs)  # type: ignore[attr-defined]

    assert source(attrs.evolve(question, needs=tuple(needs)), PLAIN) == source(question, PLAIN)


# --- substitutes ------------------------------------------------------------------------------


def sent(legs: Sequence[Leg]) -> list[tuple[str, str, int]]:
    """The sku, the node and the units of each leg."""
    return [(leg.sku, leg.node, leg.quantity) for leg in legs]


def test_a_substitute_is_sent_where_it_costs_less_than_another_parcel() -> None:
    """At 8 it is worth it, at 30 it is not; where nothing else is there it is sent at any price."""
    stock = {("a", POT): 5, ("b", TEA): 5}
    cheap, dear = (a_need(substitutes=(Alternative(POT, penalty),)) for penalty in (8, 30))
    assert sent(source(a_question([cheap], stock), PLAIN).legs) == [("POT", "a", 1)]
    assert sent(source(a_question([dear], stock), PLAIN).legs) == [("TEA", "b", 1)]
    [leg] = source(a_question([dear], {("a", POT): 5}), PLAIN).legs
    assert (leg.sku, leg.instead_of) == (POT, TEA)


def test_of_substitutes_that_cost_the_same_the_first_is_sent() -> None:
    """They are named in the order in which they are preferred."""
    both = a_question([a_need(substitutes=(Alternative(CUP), Alternative(POT)))], {}).needs
    stock = {("a", POT): 1, ("a", CUP): 1}
    assert [leg.sku for leg in source(a_question(both, stock), PLAIN).legs] == [CUP]


def test_a_substitute_is_a_part_of_what_a_plan_costs() -> None:
    """Under every policy: nobody has to think of it."""
    need = a_need(quantity=2, substitutes=(Alternative(POT, 8, weight_g=500),))
    decision = source(a_question([need], {("a", POT): 5}), PLAIN)
    assert decision.parts == {"transport": 12, "substitution": 16}


def test_rules_look_at_what_is_sent_not_at_what_was_asked() -> None:
    """A substitute of a class that a node does not handle does not come from there."""

    def not_hazardous(need: Need, candidate: Candidate, /) -> Reason | None:
        return Hazardous() if "hazardous" in need.classes else None

    need = a_need(substitutes=(Alternative(POT, classes=("hazardous",)), Alternative(CUP, 5)))
    question = a_question([need], {("a", POT): 5, ("a", CUP): 5})
    decision = source(question, attrs.evolve(PLAIN, rules=(*PLAIN.rules, not_hazardous)))
    assert [leg.sku for leg in decision.legs] == [CUP]
    [passed] = [one for one in decision.passed_over if one.sku == POT]
    assert passed.reasons[-1].code == "test.hazardous"


@frozen
class Hazardous(Reason):
    """The item is hazardous."""

    code = "test.hazardous"

    def __str__(self) -> str:
        return "hazardous"


# --- bundles ----------------------------------------------------------------------------------


def a_set(bundles: int, *, split: bool = True) -> list[Need]:
    """So many sets of a pot and two cups."""
    return [
        a_need(POT, bundles, "1.POT", bundle=LineId("1"), split=split),
        a_need(CUP, 2 * bundles, "1.CUP", bundle=LineId("1"), each=2, split=split),
    ]


def test_only_whole_bundles_are_sent() -> None:
    """Three pots and three cups make one set, and leave two sets short."""
    stock = {("a", POT): 3, ("b", CUP): 3}
    decision = source(a_question(a_set(3), stock), PLAIN)
    assert sent(decision.legs) == [("CUP", "b", 2), ("POT", "a", 1)]
    assert decision.short == {"1.CUP": 4, "1.POT": 2}


def test_a_bundle_that_may_not_be_split_comes_in_one_parcel() -> None:
    """Though each of its parts is cheaper elsewhere."""
    stock = {("a", POT): 3, ("b", CUP): 6, ("b", POT): 1}
    prices = {"a": (0, 1), "b": (0, 2)}
    apart, whole = (
        source(a_question(a_set(1, split=split), stock, prices), PLAIN) for split in (True, False)
    )
    assert sent(apart.legs) == [("CUP", "b", 2), ("POT", "a", 1)]
    assert sent(whole.legs) == [("CUP", "b", 2), ("POT", "b", 1)]
    two = source(a_question(a_set(2, split=False), stock), PLAIN)
    assert sent(two.legs) == [("CUP", "b", 2), ("POT", "b", 1)]
    assert two.short == {"1.CUP": 2, "1.POT": 1}


# --- other things -----------------------------------------------------------------------------


def test_what_may_not_be_split_comes_in_one_parcel_or_is_short() -> None:
    """Three are asked, two are at either node."""
    stock = {("a", TEA): 2, ("b", TEA): 2}
    decision = source(a_question([a_need(quantity=3, split=False)], stock), PLAIN)
    assert sent(decision.legs) == [("TEA", "a", 2)]
    assert decision.short == {"1": 1}


def test_before_the_day_that_is_wanted_nobody_waits() -> None:
    """A slow lane is as good as a fast one, until the day on which it is wanted."""
    network = Network(
        {NodeId(node): Node(node) for node in "ab"},
        {
            (NodeId(node), DE, STANDARD): Lane(node, "DE", transit_days=days, parcel_cost=cost)
            for node, days, cost in (("a", 1, 30), ("b", 6, 10))
        },
    )
    stock = {(NodeId(node), TEA): [(TODAY, 1)] for node in "ab"}

    def from_where(wanted: date | None) -> str:
        question = Question((a_need(wanted=wanted),), network, NOW, stock)
        [leg] = source(question, Policy(tiers=((Transport(), Waiting(10)),))).legs
        return leg.node

    assert from_where(None) == "a"
    assert from_where(TODAY + timedelta(days=6)) == "b"


def test_what_is_not_stocked_needs_a_lane_and_room_and_nothing_else() -> None:
    """A download, a repair: there is no stock of it, but a day has only so many hours."""
    need = a_need(quantity=3, stocked=False)
    question = a_question([need], {})
    assert sent(source(question, PLAIN).legs) == [("TEA", "a", 3)]
    busy = {NodeId(node): Node(node, capacity={"units": 2}) for node in "ab"}
    network = attrs.evolve(question.network, nodes=busy)
    limited = attrs.evolve(
        question, network=network, room={(id_, "units", TODAY): 2 for id_ in busy}
    )
    assert sent(source(limited, PLAIN).legs) == [("TEA", "a", 2), ("TEA", "b", 1)]


def test_lines_go_to_where_each_is_asked_to_go() -> None:
    """Two parcels from one node, because they go to two places."""
    needs = [a_need(), attrs.evolve(a_need(POT, line="2"), to=FR)]
    decision = source(a_question(needs, {("a", TEA): 1, ("a", POT): 1}), PLAIN)
    assert [(leg.line, leg.to) for leg in decision.legs] == [("1", DE), ("2", FR)]
    assert decision.cost == 22


def spoiled() -> Iterator[tuple[str, Question, list[Leg], dict[LineId, int]]]:
    """Plans that a plugin could think of, and what is wrong with each."""
    other = a_need(substitutes=(Alternative(POT),))
    question = a_question([other], {("a", POT): 5, ("a", CUP): 5})
    [leg] = source(question, PLAIN).legs
    yield "plan.not-asked", question, [attrs.evolve(leg, sku=CUP)], {}
    yield "plan.not-asked", question, [attrs.evolve(leg, instead_of=None)], {}
    question = a_question(a_set(1), {("a", POT): 3, ("a", CUP): 3})
    cups, pots = source(question, PLAIN).legs
    yield "plan.not-whole", question, [pots], {LineId("1.CUP"): 2}
    half = attrs.evolve(cups, quantity=1)
    yield "plan.not-whole", question, [pots, half], {LineId("1.CUP"): 1}
    yield "plan.not-covered", question, [pots, cups], {LineId("1.CUP"): 2}
    question = a_question([a_need(quantity=2)], {("a", TEA): 1, ("b", TEA): 1})
    legs = list(source(question, PLAIN).legs)
    whole = attrs.evolve(question, needs=(a_need(quantity=2, split=False),))
    yield "plan.split", whole, legs, {}


@pytest.mark.parametrize(("code", "question", "legs", "short"), list(spoiled()))
def test_verification_finds_what_was_not_asked_for(
    code: str, question: Question, legs: list[Leg], short: dict[LineId, int]
) -> None:
    """Another sku, half a bundle, two parcels where one was asked."""
    assert code in {no.code for no in verify(question, (), legs, short)}


def test_a_substitute_is_a_candidate_where_it_is_there() -> None:
    """A node without any says nothing of it: the record names what might have been sent."""
    need = a_need(substitutes=(Alternative(POT),))
    kept, passed_over = sift(a_question([need], {("a", POT): 1}), PLAIN.rules)
    assert [(one.node.id, one.instead) for one in kept[0]] == [("a", need.substitutes[0])]
    assert {one.node for one in passed_over} == {"a", "b"}

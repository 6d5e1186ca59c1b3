"""What a customer may choose from: every plan that no other beats, and no plan that one does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.network.calendar import delivery_day, release_at
from omscore.network.facts import Lane, Link, Network, Node
from omscore.network.plan import Leg, parcel_of
from omscore.promise.options import Figures, figures, options
from omscore.promise.promise import Promise
from omscore.sourcing.costs import Transport, Waiting
from omscore.sourcing.limits import AtMostNodes, AtMostParcels, CompleteLines, Limit
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question
from omscore.sourcing.restrictions import ExceptNodes
from omscore.sourcing.verification import verify

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DE, STANDARD = Region("DE"), Method("standard")
DAYS = 4


def day(n: int) -> date:
    """The day *n* days from that Monday."""
    return MONDAY.date() + timedelta(days=n)


# --- the oracle -------------------------------------------------------------------------------


def every_plan(question: Question) -> Iterator[tuple[Leg, ...]]:
    """Each way of sending, or not sending, each unit of each need from each node on each day."""
    network = question.network
    seats = [
        (node, lane, on)
        for node in network.nodes.values()
        if (lane := network.lane(node, DE, STANDARD)) is not None
        for on in map(day, range(DAYS))
    ]
    for counts in product(*(_shared(need.quantity, len(seats)) for need in question.needs)):
        yield tuple(
            Leg(
                need.line,
                need.sku,
                node.id,
                units,
                DE,
                STANDARD,
                on,
                delivery_day(lane, network, on),
                release_at(node, network, on),
            )
            for need, shares in zip(question.needs, counts, strict=True)
            for units, (node, lane, on) in zip(shares, seats, strict=True)
            if units
        )


def _shared(units: int, seats: int) -> list[tuple[int, ...]]:
    """Every way to put at most so many units on so many seats."""
    if not seats:
        return [()]
    return [
        (first, *rest) for first in range(units + 1) for rest in _shared(units - first, seats - 1)
    ]


def frontier(question: Question, policy: Policy, chosen: Promise) -> set[Figures]:
    """The figures that no other plan beats, among those that are no less complete or punctual."""
    latest = {need.line: need.latest or date.max for need in question.needs}
    for leg in chosen.decision.legs:
        latest[leg.line] = max(latest[leg.line], leg.delivery_day)
    weight = {need.line: need.weight_g for need in question.needs}
    plans = list[tuple[int, Figures]]()
    for legs in every_plan(question):
        short = {need.line: need.quantity for need in question.needs}
        for leg in legs:
            short[leg.line] -= leg.quantity
        short = {line: units for line, units in short.items() if units}
        if legs and not verify(question, policy.limits, legs, short, rules=policy.rules):
            if any(leg.delivery_day > latest[leg.line] for leg in legs):
                continue
            parcels = {parcel_of(leg) for leg in legs}
            mils = 0
            for node, to, method, _ in parcels:
                mils += 1_000 * question.network.lanes[node, to, method].parcel_cost
            for leg in legs:
                lane = question.network.lanes[leg.node, leg.to, leg.method]
                each = 1_000 * lane.unit_cost + lane.kg_cost * weight[leg.line]
                mils += leg.quantity * each
            came = max(leg.delivery_day for leg in legs)
            told = came, (mils + 500) // 1_000, len(parcels)
            plans.append((sum(short.values()), told))
    least = min((lacks for lacks, _ in plans), default=0)
    told_ = {told for lacks, told in plans if lacks == least}
    return {
        one
        for one in told_
        if not any(two != one and all(map(int.__le__, *map(_plain, (two, one)))) for two in told_)
    }


def _plain(told: Figures) -> tuple[int, int, int]:
    return told[0].toordinal(), told[1], told[2]


# --- laws -------------------------------------------------------------------------------------


@st.composite
def rows(draw: st.DrawFn) -> list[tuple[date, int]]:
    """Stock that rises on some of the first days."""
    more = draw(st.lists(st.integers(0, 2), min_size=DAYS, max_size=DAYS))
    there, rising = 0, []
    for n, units in enumerate(more):
        there += units
        if units:
            rising.append((day(n), there))
    return rising


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """One or two needs of few units, two nodes, of which one may have little room on its days."""
    room = draw(st.none() | st.lists(st.integers(0, 2), min_size=DAYS, max_size=DAYS))
    nodes = {
        NodeId("berlin"): Node("berlin", capacity={} if room is None else {"units": 9}),
        NodeId("metz"): Node("metz"),
    }
    lanes = [
        Lane(
            node,
            "DE",
            transit_days=draw(st.integers(0, 2)),
            parcel_cost=draw(st.sampled_from([0, 1, 3, 5])),
            unit_cost=draw(st.integers(0, 2)),
            kg_cost=draw(st.integers(0, 2)),
        )
        for node in nodes
    ]
    quantities = draw(st.sampled_from([(1,), (2,), (3,), (1, 1), (1, 2)]))
    needs = tuple(
        Need(
            LineId(f"{n}"),
            Sku("ab"[n]),
            quantity,
            DE,
            STANDARD,
            latest=draw(st.none() | st.integers(1, DAYS).map(day)),
            weight_g=draw(st.sampled_from([0, 300])),
        )
        for n, quantity in enumerate(quantities)
    )
    stock = {(node, need.sku): draw(rows()) for node in nodes for need in needs}
    return Question(
        needs,
        Network(nodes, {(lane.node, lane.to, lane.method): lane for lane in lanes}),
        MONDAY,
        stock,
        {(NodeId("berlin"), "units", day(n)): left for n, left in enumerate(room or ())},
    )


limits = st.sampled_from([(), (AtMostParcels(2),), (AtMostNodes(1),), (CompleteLines(),)])


@given(questions(), limits)
@settings(max_examples=60)
def test_options_are_the_plans_that_no_other_beats(
    question: Question, limits: tuple[Limit, ...]
) -> None:
    """The oracle tries every plan there is; what is chosen is an option though others beat it."""
    policy = Policy(limits=limits, budget=5_000)
    told = options(question, policy)

    assert told.whole
    if told.chosen.decision.legs:
        found = set(map(figures, told.promises))
        assert found - {figures(told.chosen)} <= frontier(question, policy, told.chosen) <= found


@given(questions(), st.integers(0, 3))
@settings(max_examples=30)
def test_a_search_that_ends_early_gives_possible_plans_and_says_so(
    question: Question, most: int
) -> None:
    """What is chosen is always there; each other one is possible, whether it is beaten or not."""
    policy = Policy(budget=5_000)
    told, every = options(question, policy, most=most), options(question, policy)

    assert told.chosen == every.chosen
    assert told.chosen in told.promises
    assert not told.whole or told == every
    for one in told.promises:
        assert not verify(question, policy.limits, one.decision.legs, one.short, rules=policy.rules)


# --- examples ---------------------------------------------------------------------------------


def two_ways() -> Question:
    """Tea and a pot: together from far away, or the tea from next door and the pot from there."""
    nodes = {NodeId(id_): Node(id_) for id_ in ("berlin", "lyon", "metz")}
    lanes = [
        Lane("berlin", "DE", transit_days=1, parcel_cost=390),
        Lane("lyon", "DE", transit_days=1, parcel_cost=520),
        Lane("metz", "DE", transit_days=4, parcel_cost=800),
    ]
    needs = tuple(Need(LineId(sku), Sku(sku), 1, DE, STANDARD) for sku in ("tea", "pot"))
    there = [(day(0), 9)]
    stock = {
        (NodeId(node), Sku(sku)): there
        for node, skus in {"berlin": ["tea"], "lyon": ["pot"], "metz": ["tea", "pot"]}.items()
        for sku in skus
    }
    ways = {(lane.node, lane.to, lane.method): lane for lane in lanes}
    return Question(needs, Network(nodes, ways), MONDAY, stock)


def test_sooner_cheaper_and_fewer_parcels_are_told_apart() -> None:
    """The parcel from Metz is cheaper and one; the two others are there three days sooner."""
    told = options(two_ways(), Policy())

    assert [figures(one) for one in told.promises] == [(day(1), 910, 2), (day(4), 800, 1)]
    assert told.chosen == told.cheapest == told.fewest_parcels == told.promises[1]
    assert told.earliest == told.promises[0]
    assert list(told.marks(told.promises[0])) == ["earliest"]
    assert str(told).splitlines() == [
        "910 for 2 parcels, complete by 2026-03-03  (earliest)",
        "  line pot: 1 x pot from lyon, ships 2026-03-02, arrives 2026-03-03",
        "  line tea: 1 x tea from berlin, ships 2026-03-02, arrives 2026-03-03",
        "800 for 1 parcel, complete by 2026-03-06  (chosen, cheapest, fewest-parcels)",
        "  line pot: 1 x pot from metz, ships 2026-03-02, arrives 2026-03-06",
        "  line tea: 1 x tea from metz, ships 2026-03-02, arrives 2026-03-06",
    ]


def test_what_a_policy_chooses_is_offered_though_another_beats_it() -> None:
    """A price on each day of waiting may buy a line that is early beside one that is late."""
    question = two_ways()
    lyon = (NodeId("lyon"), Sku("pot"))
    late = attrs.evolve(question, stock={**question.stock, lyon: [(day(3), 9)]})
    told = options(late, Policy(tiers=((Transport(), Waiting(100)),)))

    assert figures(told.chosen) == (day(4), 910, 2)
    assert told.earliest == told.cheapest == told.fewest_parcels
    assert figures(told.earliest) == (day(4), 800, 1)


def test_where_nothing_can_be_promised_there_is_nothing_to_choose() -> None:
    """The one promise says that everything is short."""
    told = options(attrs.evolve(two_ways(), stock={}), Policy())

    assert told.promises == (told.chosen,)
    assert told.chosen.short == {"tea": 1, "pot": 1}
    assert str(told) == str(told.chosen)


def test_the_rules_of_the_fallback_that_is_followed_hold_for_every_option() -> None:
    """Metz is the fallback: while Berlin and Lyon can send everything, it is no option."""
    spare = Policy(fallbacks=((ExceptNodes(["metz"]),), ()))
    without_pots = attrs.evolve(two_ways(), stock={
        at: rows for at, rows in two_ways().stock.items() if at != ("lyon", "pot")
    })  # fmt: skip

    assert [figures(one)[1] for one in options(two_ways(), spare).promises] == [910]
    assert [figures(one)[1] for one in options(without_pots, spare).promises] == [800]


def by_way_of_lyon(pot: int) -> Question:
    """Tea that reaches Germany only by way of Lyon, which has a pot from some day on."""
    nodes = {NodeId(id_): Node(id_) for id_ in ("lyon", "metz")}
    lane = Lane("lyon", "DE", transit_days=1, parcel_cost=500)
    link = Link("metz", "lyon", transit_days=2, parcel_cost=50)
    needs = tuple(Need(LineId(sku), Sku(sku), 1, DE, STANDARD) for sku in ("tea", "pot"))
    stock = {
        (NodeId("metz"), Sku("tea")): [(day(0), 1)],
        (NodeId("lyon"), Sku("pot")): [(day(pot), 1)],
    }
    network = Network(
        nodes, {(lane.node, lane.to, lane.method): lane}, links={(link.node, link.to): link}
    )
    return Question(needs, network, MONDAY, stock)


@pytest.mark.parametrize(("pot", "arrives"), [(0, 3), (2, 3), (5, 6)])
def test_what_comes_by_way_of_a_node_shares_a_parcel_with_what_is_there(
    pot: int, arrives: int
) -> None:
    """The pot waits for the tea, or the tea leaves so late that it meets the pot."""
    told = options(by_way_of_lyon(pot), Policy())

    assert figures(told.fewest_parcels) == (day(arrives), 550, 1)
    assert told.whole

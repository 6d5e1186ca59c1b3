"""Goods that go by way of another node: the laws of a plan, against an oracle that tries all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product

import attrs
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.network.calendar import (
    add_working_days,
    calendar_of,
    delivery_day,
    ship_day,
    ship_day_of_supply,
)
from omscore.network.capacity import CapacityKind, Slot
from omscore.network.facts import PICKUP, Calendar, Lane, Link, Network, Node
from omscore.network.plan import Leg, parcel_of, sender_of
from omscore.promise.dates import earliest, order_until
from omscore.sourcing.candidate import candidates
from omscore.sourcing.costs import Transport, Waiting
from omscore.sourcing.limits import AtMostNodes, AtMostParcels, GroupsTogether
from omscore.sourcing.need import Need
from omscore.sourcing.pipeline import source
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question, Rows
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import Greedy
from omscore.sourcing.solvers.highs import Highs
from omscore.sourcing.verification import verify

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY, DAY = NOW.date(), timedelta(days=1)
DE, STANDARD = Region("DE"), Method("standard")
WEEK, WAITING = Calendar("week"), 5
PLAIN = Policy(tiers=((Transport(), Waiting(WAITING)),))


@frozen
class Way:
    """One unit of a need: where it starts and when, by which link, and the parcel that it is in."""

    node: NodeId
    ship_day: date
    link: Link | None
    sender: NodeId
    onward: date
    delivery_day: date


def starts(question: Question, node: Node, sku: Sku) -> set[date]:
    """The days on which a unit could leave a node, were there room."""
    network = question.network
    base = ship_day(node, network, question.now)
    days = set()
    for day, _ in question.stock.get((node.id, sku), ()):
        days.add(base if day <= TODAY else max(base, ship_day_of_supply(node, network, day)))
    if node.capacity:
        first = min(days, default=date.max)
        days = {day for id_, _, day in question.room if id_ == node.id and day >= first}
    return days


def ready(question: Question, link: Link, shipped: date) -> date:
    """The first day on which what left by *link* can go on, walked day by day."""
    network = question.network
    via = network.nodes[link.to]
    day = add_working_days(calendar_of(network, link.carrier_calendar), shipped, link.transit_days)
    day = add_working_days(calendar_of(network, via.calendar), day, via.processing_days)
    return max(day, ship_day(via, network, question.now))


def senders(question: Question) -> dict[tuple[NodeId, Region, Method], set[date]]:
    """The days on which each node could send a parcel, from its own stock or with what came."""
    days: dict[tuple[NodeId, Region, Method], set[date]] = {}
    for need in question.needs:
        for node in question.network.nodes.values():
            at = node.id, need.to, need.method
            own = starts(question, node, need.sku)
            if node.active and node.id not in question.cooling:
                days.setdefault(at, set()).update(own)
                for link in question.network.links.values():
                    if link.node == node.id:
                        there = {ready(question, link, day) for day in own}
                        days.setdefault((link.to, need.to, need.method), set()).update(there)
    return days


def ways(question: Question, need: Need) -> Iterator[Way]:
    """Everything that one unit could do."""
    network, open_ = question.network, senders(question)
    for node in network.nodes.values():
        if not node.active or node.id in question.cooling:
            continue
        links = [link for link in network.links.values() if link.node == node.id]
        for link in (None, *links):
            sender = node if link is None else network.nodes[link.to]
            lane = network.lane(sender, need.to, need.method)
            if lane is None or not sender.active or sender.id in question.cooling:
                continue
            for day in starts(question, node, need.sku):
                first = day if link is None else ready(question, link, day)
                for onward in open_[sender.id, need.to, need.method] | {first}:
                    if onward >= first:
                        arrives = delivery_day(lane, network, onward)
                        start = onward if link is None else day
                        yield Way(node.id, start, link, sender.id, onward, arrives)


def fits(question: Question, sent: Sequence[tuple[Need, Way]]) -> bool:
    """Whether stock and room allow these units."""
    network = question.network
    for need, way in sent:
        node = network.nodes[way.node]
        base, there = ship_day(node, network, question.now), 0
        for day, units in question.stock.get((way.node, need.sku), ()):
            due = base if day <= TODAY else max(base, ship_day_of_supply(node, network, day))
            there = max(there, units if due <= way.ship_day else 0)
        mine = [by for other, by in sent if (by.node, other.sku) == (way.node, need.sku)]
        if sum(by.ship_day <= way.ship_day for by in mine) > there:
            return False
        on = sum((by.node, by.ship_day) == (way.node, way.ship_day) for _, by in sent)
        used = {"units": on, "orders": 1}
        for kind in node.capacity:
            if used[kind] > question.room.get((way.node, kind, way.ship_day), 0):
                return False
    return True


def cost(question: Question, sent: Sequence[tuple[Need, Way]], first: dict[Need, date]) -> int:
    """What parcels and links cost once, and units each."""
    network, total = question.network, 0
    parcels = {(way.sender, need.to, need.method, way.onward) for need, way in sent}
    for sender, to, method, _ in parcels:
        lane = network.lane(network.nodes[sender], to, method)
        total += 0 if lane is None else lane.parcel_cost
    for link, _ in {(way.link, way.ship_day) for _, way in sent if way.link is not None}:
        total += link.parcel_cost
    for need, way in sent:
        lane = network.lane(network.nodes[way.sender], need.to, need.method)
        total += 0 if lane is None else lane.unit_cost
        total += 0 if way.link is None else way.link.unit_cost
        total += WAITING * (way.delivery_day - first[need]).days
    return total


def cheapest(question: Question) -> tuple[int, int]:
    """The fewest units short, and the least that costs, by trying everything unit by unit."""
    units = [need for need in question.needs for _ in range(need.quantity)]
    choices = {
        need: [None, *dict.fromkeys(w for w in ways(question, need) if fits(question, [(need, w)]))]
        for need in question.needs
    }
    first = {
        need: min([way.delivery_day for way in some if way is not None], default=TODAY)
        for need, some in choices.items()
    }
    best = len(units), 0
    for chosen in product(*(choices[need] for need in units)):
        sent = [(need, way) for need, way in zip(units, chosen, strict=True) if way is not None]
        if len(units) - len(sent) <= best[0] and fits(question, sent):
            best = min(best, (len(units) - len(sent), cost(question, sent, first)))
    return best


# --- any question -----------------------------------------------------------------------------


@st.composite
def questions(draw: st.DrawFn, most_units: int = 2) -> Question:
    """A few units at up to three nodes, of which some have links to others and some no lane."""
    nodes = [
        Node(
            name,
            calendar=draw(st.sampled_from([None, "week"])),
            processing_days=draw(st.integers(0, 1)),
            capacity=draw(st.sampled_from([{}, {}, {"units": 2}, {"orders": 1}])),
            active=draw(st.sampled_from([True, True, True, False])),
        )
        for name in "abc"
    ]
    lanes = [
        Lane(name, "DE", transit_days=draw(st.integers(0, 2)), parcel_cost=draw(_COST))
        for name in draw(st.sampled_from(["c", "c", "bc", "abc"]))
    ]
    pairs = draw(st.lists(st.sampled_from(_PAIRS), min_size=1, max_size=2))
    links = {
        (NodeId(one), NodeId(other)): Link(
            one,
            other,
            transit_days=draw(st.integers(0, 2)),
            parcel_cost=draw(_COST),
            unit_cost=draw(st.integers(0, 2)),
            carrier_calendar=draw(st.sampled_from([None, "week"])),
        )
        for one, other in pairs
    }
    network = Network(
        {node.id: node for node in nodes},
        {(lane.node, lane.to, lane.method): lane for lane in lanes},
        {WEEK.id: WEEK},
        links,
    )
    needs = tuple(
        Need(LineId(str(n)), sku, draw(st.integers(1, most_units)), DE, STANDARD)
        for n, sku in enumerate(draw(st.sampled_from([(TEA,), (TEA, TEA), (TEA, POT)])))
    )
    stock = {
        (node.id, sku): draw(_ROWS)
        for node in nodes
        for sku in (TEA, POT)
        if draw(st.sampled_from([True, True, False]))
    }
    room = {
        (node.id, kind, TODAY + n * DAY): draw(st.integers(0, 2))
        for node in nodes
        for kind in node.capacity
        for n in (0, 1, 5)
    }
    return Question(needs, network, NOW, stock, room)


TEA, POT = Sku("TEA"), Sku("POT")
_PAIRS = [("a", "c"), ("b", "c"), ("a", "b"), ("c", "a")]
_COST = st.sampled_from([0, 3, 5, 9])
_ROWS: st.SearchStrategy[Rows] = st.sampled_from(
    [((TODAY, 1),), ((TODAY, 2),), ((TODAY + 3 * DAY, 2),), ((TODAY, 1), (TODAY + 4 * DAY, 3))]
)


@settings(max_examples=80)
@given(questions())
def test_no_plan_with_paths_is_more_complete_or_cheaper(question: Question) -> None:
    """The oracle sends every unit every way, and counts what is shared once."""
    decision = source(question, PLAIN)

    assert (sum(decision.short.values()), decision.cost) == cheapest(question)
    assert decision.bound == decision.cost
    assert not decision.faults


@settings(max_examples=60)
@given(questions(most_units=4), st.sampled_from([(), (AtMostParcels(1),), (AtMostNodes(1),)]))
def test_every_solver_finds_what_may_be_followed_and_the_proving_ones_the_same(
    question: Question, limits: tuple[AtMostParcels | AtMostNodes, ...]
) -> None:
    """Verification walks each path by itself; a solver that is passed over would be a fault."""
    exact, highs, greedy = (
        source(question, attrs.evolve(PLAIN, limits=limits, solvers=(solver,)))
        for solver in (Exact(), Highs(), Greedy())
    )

    assert not exact.faults + highs.faults + greedy.faults
    best, other, first = ((sum(one.short.values()), one.cost) for one in (exact, highs, greedy))
    assert best == other <= first
    assert exact.cost == sum(exact.parts.values())


@given(questions(most_units=4))
def test_a_path_is_whole(question: Question) -> None:
    """It starts where and when the leg does, each hop where the last one ended, in time."""
    for leg in source(question, PLAIN).legs:
        if leg.path:
            start, end = leg.path
            assert (start.node, start.ship_day) == (leg.node, leg.ship_day)
            assert (end.node, end.arrival_day) == (sender_of(leg), leg.delivery_day)
            assert start.ship_day <= start.arrival_day <= end.ship_day <= end.arrival_day


@given(questions(most_units=4))
def test_nothing_is_promised_before_it_could_be_there(question: Question) -> None:
    """Law 7, with paths: alone, a need is as early as the oracle says, and never later."""
    for need, soonest in zip(question.needs, earliest(question, PLAIN), strict=True):
        assert soonest == slow_earliest(question, need)


@given(questions(most_units=3), st.integers(-1, 12), st.integers(0, 400))
def test_whoever_orders_before_the_latest_instant_is_served_in_time_and_nobody_else(
    question: Question, ahead: int, later: int
) -> None:
    """Backward over a lane, the work at its node, and a link, as far as forward over the same."""
    wanted, then = TODAY + ahead * DAY, NOW + later * timedelta(minutes=30)
    untils = order_until(question, PLAIN, wanted)
    for until, soonest in zip(
        untils, earliest(attrs.evolve(question, now=then), PLAIN), strict=True
    ):
        in_time = soonest is not None and soonest <= wanted
        assert (until is not None and then < until) == in_time


def slow_earliest(question: Question, need: Need) -> date | None:
    """The first day by which enough units of *need* could be there, one after the other."""
    alone = attrs.evolve(question, needs=(need,))
    found = [way for way in ways(alone, need) if fits(alone, [(need, way)])]
    for day in sorted({way.delivery_day for way in found}):
        sent: list[tuple[Need, Way]] = []
        for way in sorted(found, key=lambda way: way.ship_day):
            while way.delivery_day <= day and fits(alone, [*sent, (need, way)]):
                sent.append((need, way))
        if len(sent) >= need.quantity:
            return day
    return None


@given(questions(most_units=3), st.randoms(use_true_random=False))
def test_the_order_in_which_anything_is_told_changes_nothing(
    question: Question, chance: object
) -> None:
    """Lines, nodes, links, rules: a plan is a plan, not the order in which somebody typed."""

    def shuffled(rows: list[object]) -> list[object]:
        chance.shuffle(rows)  # type: ignore[attr-defined]
        return rows

    network = attrs.evolve(
        question.network,
        nodes=dict(shuffled(list(question.network.nodes.items()))),  # type: ignore[arg-type]
        links=dict(shuffled(list(question.network.links.items()))),  # type: ignore[arg-type]
    )
    other = attrs.evolve(
        question,
        needs=tuple(shuffled(list(question.needs))),  # type: ignore[arg-type]
        network=network,
    )
    rules = tuple(shuffled(list(PLAIN.rules)))
    was, now = source(question, PLAIN), source(other, attrs.evolve(PLAIN, rules=rules))  # type: ignore[arg-type]
    assert (now.legs, now.short, now.cost) == (was.legs, was.short, was.cost)


# --- what it is for ---------------------------------------------------------------------------


def a_question(*needs: Need, lanes: Sequence[Lane] = ()) -> Question:
    """Tea in Berlin and Lyon, a pot in the store, and links from both to the store."""
    nodes = [Node("berlin"), Node("lyon"), Node("store", kind="store")]
    links = [Link("berlin", "store", parcel_cost=300), Link("lyon", "store", parcel_cost=250)]
    return Question(
        needs,
        Network(
            {node.id: node for node in nodes},
            {(lane.node, lane.to, lane.method): lane for lane in lanes},
            links={(link.node, link.to): link for link in links},
        ),
        NOW,
        {
            (NodeId("berlin"), TEA): [(TODAY, 5)],
            (NodeId("berlin"), POT): [(TODAY, 5)],
            (NodeId("lyon"), TEA): [(TODAY, 5)],
            (NodeId("store"), POT): [(TODAY, 1)],
        },
    )


def collected(line: str, sku: Sku, quantity: int) -> Need:
    """So many units, to be collected at the store."""
    return Need(LineId(line), sku, quantity, Region("store"), PICKUP)


def test_ship_to_store_then_pick_up_pays_a_shared_hop_once() -> None:
    """Lyon is cheaper for the tea alone; with a second pot, everything comes from Berlin."""
    alone = source(a_question(collected("1", TEA, 2)), PLAIN)
    both = source(a_question(collected("1", TEA, 2), collected("2", POT, 2)), PLAIN)

    assert [(leg.node, sender_of(leg)) for leg in alone.legs] == [("lyon", "store")]
    assert {leg.node for leg in both.legs if leg.sku == TEA} == {"berlin"}
    assert (alone.parts["transfers"], both.parts["transfers"]) == (250, 300)


def test_a_transfer_makes_one_parcel_of_two() -> None:
    """A second parcel would cost 900; sending the tea to the store first costs 250."""
    lanes = [Lane("store", "DE", parcel_cost=500), Lane("lyon", "DE", parcel_cost=900)]
    needs = [
        Need(LineId("1"), TEA, 1, DE, STANDARD, group="set"),
        Need(LineId("2"), POT, 1, DE, STANDARD, group="set"),
    ]
    together = Policy(limits=(GroupsTogether(),))
    decision = source(a_question(*needs, lanes=lanes), together)

    assert {parcel_of(leg) for leg in decision.legs} == {("store", DE, STANDARD, TODAY + DAY)}
    assert [leg.path[0].node for leg in decision.legs if leg.path] == ["lyon"]
    assert decision.cost == 500 + 250 + decision.parts["waiting"]


def test_stock_that_is_where_it_is_collected_goes_nowhere() -> None:
    """The one pot in the store is ready at once."""
    [leg] = source(a_question(collected("1", POT, 1)), PLAIN).legs

    assert (leg.node, leg.path, leg.delivery_day) == ("store", (), TODAY)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda leg: attrs.evolve(leg, path=leg.path[:1]),
        lambda leg: attrs.evolve(leg, path=(leg.path[0], leg.path[0])),
        lambda leg: attrs.evolve(leg, path=(leg.path[1], leg.path[1])),
        lambda leg: attrs.evolve(
            leg, path=(attrs.evolve(leg.path[0], arrival_day=TODAY), leg.path[1])
        ),
        lambda leg: attrs.evolve(
            leg, path=(attrs.evolve(leg.path[0], ship_day=TODAY + DAY), leg.path[1])
        ),
        lambda leg: attrs.evolve(
            leg,
            delivery_day=TODAY,
            path=(leg.path[0], attrs.evolve(leg.path[1], ship_day=TODAY, arrival_day=TODAY)),
        ),
        lambda leg: attrs.evolve(leg, node=NodeId("store")),
    ],
)
def test_verification_finds_a_path_that_cannot_be_gone(spoil: object) -> None:
    """Missing hops, hops back, and days on which the goods are not there yet."""
    question = a_question(collected("1", TEA, 2))
    [leg] = source(question, PLAIN).legs
    spoiled: Leg = spoil(leg)  # type: ignore[operator]

    assert not verify(question, (), [leg], {})
    assert {no.code for no in verify(question, (), [spoiled], {})} & {
        "plan.wrong-path",
        "plan.wrong-day",
        "plan.not-sent",
    }


def test_a_node_that_takes_no_work_passes_nothing_on() -> None:
    """Nor does one that rests; and stock behind it is out of reach."""
    question = a_question(collected("1", TEA, 2))
    closed = attrs.evolve(question.network.nodes[NodeId("store")], active=False)
    nodes = {**question.network.nodes, closed.id: closed}
    shut = attrs.evolve(question, network=attrs.evolve(question.network, nodes=nodes))
    resting = attrs.evolve(question, cooling=frozenset({closed.id}))

    for unable in (shut, resting):
        assert source(unable, PLAIN).short == {"1": 2}
        [some] = candidates(unable)
        assert [one.node.id for one in some if one.link is not None] == []


@given(question=questions(most_units=2), data=st.data())
@settings(max_examples=60)
def test_days_of_few_lines_and_parcels_are_kept_where_goods_go_on(
    question: Question, data: st.DataObject
) -> None:
    """Such a plan need not be the cheapest, but it is right, and spares what is no trouble."""
    kinds: list[CapacityKind] = ["lines", "parcels"]
    nodes = {
        id_: attrs.evolve(node, capacity=dict.fromkeys(data.draw(st.sampled_from([[], kinds])), 9))
        for id_, node in question.network.nodes.items()
    }
    network = attrs.evolve(question.network, nodes=nodes)
    room: dict[Slot, int] = {
        (id_, kind, TODAY + n * DAY): data.draw(st.integers(0, 4))
        for id_, node in nodes.items()
        for kind in node.capacity
        for n in (0, 1, 5)
    }
    tight = attrs.evolve(question, network=network, room=room)
    decision = source(tight, PLAIN)

    assert verify(tight, (), decision.legs, decision.short) == ()
    wide = attrs.evolve(tight, room=dict.fromkeys(room, 9))
    assert source(wide, PLAIN).short == source(_by_units(wide), PLAIN).short


def _by_units(question: Question) -> Question:
    """The same days, of which each takes nine units, and as many lines and parcels as may be."""
    nodes = {
        id_: attrs.evolve(node, capacity={"units": 9} if node.capacity else {})
        for id_, node in question.network.nodes.items()
    }
    room: dict[Slot, int] = {(id_, "units", day): 9 for id_, _, day in question.room}
    return attrs.evolve(question, network=attrs.evolve(question.network, nodes=nodes), room=room)

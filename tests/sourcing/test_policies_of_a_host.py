"""What a host may want of a plan beyond the cheapest one: limits, fallbacks, priorities, costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.network.facts import Lane, Network, Node
from omscore.network.plan import Decision, parcel_of
from omscore.promise.promise import promise
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.combinators import Soft
from omscore.sourcing.costs import Cost, Handling, Lateness, Offer, Preference, Transport, Waiting
from omscore.sourcing.limits import (
    AtMostNodesPerLine,
    AtMostParcels,
    AtMostParcelsPerLine,
    GroupsTogether,
    LeastSplit,
    Limit,
    UnsplitBelow,
    broken,
)
from omscore.sourcing.need import Need
from omscore.sourcing.pipeline import source
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question
from omscore.sourcing.restrictions import ExceptNodes, OnlyKinds, TransitAtMost
from omscore.sourcing.rules import DEFAULT_RULES, active, reaches, rested, stocked
from omscore.sourcing.verification import verify

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
Stock = Mapping[str, Sequence[int]]


def day(ahead: int) -> date:
    """So many days from now."""
    return TODAY + timedelta(days=ahead)


def needs(*quantities: int, **changes: object) -> tuple[Need, ...]:
    """One need for each quantity, of skus a, b, c …"""
    return tuple(
        attrs.evolve(
            Need(LineId(str(n)), Sku("abcdef"[n]), quantity, Region("DE"), Method("standard")),
            **changes,  # type: ignore[arg-type]
        )
        for n, quantity in enumerate(quantities)
    )


def a_question(
    asked: Sequence[Need],
    stock: Mapping[str, Mapping[str, Sequence[tuple[int, int]]]],
    nodes: Sequence[Node] = (),
    lanes: Sequence[Lane] = (),
) -> Question:
    """*stock* by node and sku, as (days ahead, units); nodes that are not given are plain."""
    known = {NodeId(name): Node(name) for name in stock} | {node.id: node for node in nodes}
    ways = {(id_, "DE", "standard"): Lane(id_, "DE", parcel_cost=100) for id_ in known}
    ways |= {(lane.node, lane.to, lane.method): lane for lane in lanes}
    return Question(
        tuple(asked),
        Network(known, ways),  # type: ignore[arg-type]
        NOW,
        {
            (NodeId(node), Sku(sku)): [(day(ahead), units) for ahead, units in rows]
            for node, skus in stock.items()
            for sku, rows in skus.items()
        },
    )


def sent(decision: Decision) -> list[tuple[str, str, int, date]]:
    """Line, node, units and ship day of each leg."""
    return [(leg.line, leg.node, leg.quantity, leg.ship_day) for leg in decision.legs]


# --- waiting for one another ------------------------------------------------------------------


def test_units_leave_as_soon_as_they_can() -> None:
    """Nobody holds back what is there for what is not, unless a limit asks for it."""
    question = a_question(needs(1, 1), {"x": {"a": [(0, 1)], "b": [(5, 1)]}})

    assert sent(source(question, Policy())) == [("0", "x", 1, day(0)), ("1", "x", 1, day(5))]


@pytest.mark.parametrize("limit", [AtMostParcels(1), GroupsTogether(), UnsplitBelow(1_000)])
def test_units_wait_for_one_another_rather_than_being_short(limit: Limit) -> None:
    """One parcel can carry everything, on the day on which everything is there."""
    question = a_question(
        needs(1, 1, group="gift", price=400), {"x": {"a": [(0, 1)], "b": [(5, 1)]}}
    )
    decision = source(question, Policy(limits=(limit,)))

    assert sent(decision) == [("0", "x", 1, day(5)), ("1", "x", 1, day(5))]
    assert promise(question, Policy(limits=(limit,))).complete


STOCK = st.dictionaries(
    st.sampled_from("xyz"),
    st.dictionaries(
        st.sampled_from("ab"),
        st.lists(st.tuples(st.sampled_from([0, 2, 5]), st.integers(1, 3)), min_size=1, max_size=2),
        min_size=1,
    ),
    min_size=1,
)


@given(STOCK, st.integers(1, 3), st.integers(1, 3))
def test_one_parcel_carries_as_much_as_any_parcel_could(
    stock: dict[str, dict[str, list[tuple[int, int]]]], a: int, b: int
) -> None:
    """By an oracle that looks at every node on every day."""
    for skus in stock.values():
        for sku, rows in skus.items():
            skus[sku] = [(at, 2 * n + units) for n, (at, units) in enumerate(sorted(rows))]
    question = a_question(needs(a, b), stock)
    decision = source(question, Policy(limits=(AtMostParcels(1),)))

    best = max(
        sum(
            min(want, max((n for at, n in skus.get(sku, ()) if at <= ahead), default=0))
            for sku, want in (("a", a), ("b", b))
        )
        for skus in stock.values()
        for ahead in range(6)
    )
    assert sum(leg.quantity for leg in decision.legs) == best
    assert len({parcel_of(leg) for leg in decision.legs}) <= 1


def test_a_full_day_is_waited_for_too() -> None:
    """The node can send two units on a day; all three of them together only later."""
    question = attrs.evolve(
        a_question(needs(3), {"x": {"a": [(0, 9)]}}, [Node("x", capacity={"units": 5})]),
        room={(NodeId("x"), "units", day(n)): room for n, room in enumerate([2, 1, 0, 4])},
    )

    assert sent(source(question, Policy())) == [("0", "x", 2, day(0)), ("0", "x", 1, day(1))]
    for limit in AtMostParcels(1), LeastSplit(3):
        assert sent(source(question, Policy(limits=(limit,)))) == [("0", "x", 3, day(3))]


# --- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "codes"),
    [
        (AtMostParcelsPerLine(1), {"plan.too-many-parcels"}),
        (AtMostNodesPerLine(1), {"plan.too-many-nodes"}),
        (AtMostParcelsPerLine(2), set()),
        (UnsplitBelow(4_001), {"plan.split-below-value"}),
        (UnsplitBelow(4_000), set()),
    ],
)
def test_solver_and_verifier_understand_the_same_limits(limit: Limit, codes: set[str]) -> None:
    """What the one would not do without the limit is what the other finds wrong with it."""
    question = a_question(
        needs(3, 1, price=1_000),
        {"x": {"a": [(0, 2)], "b": [(0, 1)]}, "y": {"a": [(0, 2)], "b": [(0, 1)]}},
    )
    without, with_it = source(question, Policy()), source(question, Policy(limits=(limit,)))

    assert {no.code for no in broken(limit, question.needs, without.legs)} == codes
    assert not list(broken(limit, question.needs, with_it.legs))
    assert not with_it.faults
    assert sum(with_it.short.values()) == (1 if codes else 0)


def test_each_place_has_its_own_parcel_whatever_it_is_worth() -> None:
    """A gift to somebody else cannot come in the same parcel."""
    here, there = needs(1, 1, price=5)
    question = a_question(
        (here, attrs.evolve(there, to=Region("FR"))),
        {"x": {"a": [(0, 1)], "b": [(0, 1)]}},
        [Node("x", ships_to=["FR"])],
    )

    assert source(question, Policy(limits=(UnsplitBelow(1_000),))).short == {}


# --- fallbacks, priorities, prices ------------------------------------------------------------

SHOPS = (Node("shop", kind="store"), Node("hall"))
WAREHOUSES = OnlyKinds(["warehouse"])


def test_fallbacks_are_tried_while_something_is_short() -> None:
    """Stores are spared, though they would be cheaper, as long as warehouses have everything."""
    policy = Policy(fallbacks=((WAREHOUSES,), ()))
    near = [Lane("shop", "DE", parcel_cost=1)]
    stock = {"shop": {"a": [(0, 5)]}, "hall": {"a": [(0, 2)]}}
    enough, more = (a_question(needs(n), stock, SHOPS, near) for n in (2, 3))

    assert {node for _, node, *_ in sent(source(enough, policy))} == {"hall"}
    [spared] = source(enough, policy).passed_over
    assert (spared.node, spared.reasons[0].code) == ("shop", "sourcing.wrong-kind")
    assert source(more, policy).short == {}
    assert {node for _, node, *_ in sent(source(more, policy))} == {"shop"}


def test_a_fallback_that_helps_nobody_is_not_followed() -> None:
    """Of plans that are equally complete the one by the stricter rules is followed."""
    question = a_question(needs(3), {"hall": {"a": [(0, 2)]}}, SHOPS)
    strict, loose = (
        Policy(rules=(*DEFAULT_RULES, WAREHOUSES)),
        Policy(fallbacks=((WAREHOUSES,), ())),
    )

    assert source(question, loose).passed_over == source(question, strict).passed_over
    assert source(question, loose).short == {"0": 1}


def test_the_line_of_the_highest_priority_is_covered_first() -> None:
    """Two lines want the last unit; a parcel may carry one line only."""
    first, second = needs(2, 1)
    question = a_question(
        (first, attrs.evolve(second, sku=Sku("a"), priority=3)), {"x": {"a": [(0, 2)]}}
    )

    assert source(question, Policy()).short == {"0": 1}
    swapped = attrs.evolve(question, needs=(attrs.evolve(first, priority=4), question.needs[1]))
    assert source(swapped, Policy()).short == {"1": 1}


def test_fewer_units_late_come_before_any_price() -> None:
    """And of those that are late anyway, lateness has a price."""
    slow, slower, fast = (
        Lane(name, "DE", transit_days=days, parcel_cost=cost)
        for name, days, cost in (("x", 4, 50), ("y", 9, 10), ("z", 1, 900))
    )
    stock = {name: {"a": [(0, 1)]} for name in "xyz"}
    question = a_question(needs(1, latest=day(2)), stock, lanes=[slow, slower, fast])
    without_fast = Policy(rules=(*DEFAULT_RULES, ExceptNodes(["z"])), tiers=((Transport(),),))
    priced = attrs.evolve(without_fast, tiers=((Transport(), Lateness(9)),))

    assert sent(source(question, Policy()))[0][1] == "z"
    assert sent(source(question, without_fast))[0][1] == "y"
    assert sent(source(question, priced))[0][1] == "x"
    assert source(question, priced).parts == {"transport": 50, "lateness": 18}


def test_a_soft_rule_is_broken_for_a_price_and_says_so() -> None:
    """It never leaves anything short; the parts of the cost name it."""
    lanes = [
        Lane("x", "DE", transit_days=5, parcel_cost=10),
        Lane("y", "DE", transit_days=1, parcel_cost=80),
    ]
    question = a_question(needs(1), {name: {"a": [(0, 1)]} for name in "xy"}, lanes=lanes)

    def by(price: int) -> Decision:
        tiers = ((Transport(), Soft(TransitAtMost(2), price)),)
        return source(question, Policy(tiers=tiers))

    assert sent(by(100))[0][1] == "y"
    assert by(60).parts == {"transport": 10, "soft TransitAtMost(days=2)": 60}


def test_tiers_are_kept_in_their_order() -> None:
    """A cent in the first tier outweighs everything in the second."""
    lanes = [Lane("x", "DE", parcel_cost=500), Lane("y", "DE", parcel_cost=1)]
    question = a_question(needs(1), {name: {"a": [(0, 1)]} for name in "xy"}, lanes=lanes)
    tiers: Sequence[tuple[Cost, ...]] = ((Preference({"y": 1}),), (Transport(), Handling(unit=3)))

    decision = source(question, Policy(tiers=tiers))
    assert decision.parts == {"preference": 0, "transport": 500, "handling": 3}
    assert source(question, Policy(tiers=tiers[::-1])).parts["preference"] == 1


def test_a_line_is_handled_once_in_each_parcel() -> None:
    """However many units it has there; so two lines in one parcel cost as much as one in two."""
    lanes = [Lane("x", "DE", parcel_cost=0), Lane("y", "DE", parcel_cost=0)]
    stock = {"x": {"a": [(0, 3)], "b": [(0, 1)]}, "y": {"a": [(0, 2)], "b": [(0, 1)]}}
    policy = Policy(tiers=((Transport(), Handling(line=40)),))

    def handled(*quantities: int) -> int:
        return source(a_question(needs(*quantities), stock, lanes=lanes), policy).parts["handling"]

    assert [handled(1), handled(3), handled(4)] == [40, 40, 80]
    assert [handled(3, 1), handled(5, 2)] == [80, 160]


def test_a_line_stays_whole_where_handling_it_twice_costs_more() -> None:
    """The nearer node has one unit of two; a parcel of it is cheaper by less than a line."""
    lanes = [Lane("x", "DE", unit_cost=10), Lane("y", "DE", unit_cost=60)]
    question = a_question(needs(2), {"x": {"a": [(0, 1)]}, "y": {"a": [(0, 9)]}}, lanes=lanes)

    def by(line: int) -> list[str]:
        decision = source(question, Policy(tiers=((Transport(), Handling(line=line)),)))
        assert decision.bound == decision.cost
        return [leg.node for leg in decision.legs]

    assert by(49) == ["x", "y"]
    assert by(51) == ["y"]


# --- costs that fail --------------------------------------------------------------------------


@frozen
class Moody:
    """A cost of a plugin that answers whatever it likes."""

    parcel: object
    unit: object
    name: str = "moody"

    def of_parcel(self, offer: Offer, /) -> int:
        return _given(self.parcel)

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        return _given(self.unit)


def _given(answer: object) -> int:
    if isinstance(answer, Exception):
        raise answer
    return answer  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("cost", "fault"),
    [
        (Moody(KeyError("x"), 0), "KeyError"),
        (Moody(0, ZeroDivisionError()), "ZeroDivisionError"),
        (Moody(-1, 0), "an answer that is no amount"),
        (Moody(0, 0.5), "an answer that is no amount"),
        (Moody(None, 0), "an answer that is no amount"),
        (Moody(0, float("nan")), "an answer that is no amount"),
        (Moody(True, 0), "an answer that is no amount"),
    ],
)
def test_a_cost_that_fails_is_left_out_and_named(cost: Cost, fault: str) -> None:
    """The order is planned by the others."""
    question = a_question(needs(1), {"x": {"a": [(0, 1)]}})
    decision = source(question, Policy(tiers=((cost, Transport()),)))

    [noted] = decision.faults
    assert (noted.code, noted.figures) == (
        "sourcing.cost-ignored",
        {"cost": "moody", "fault": fault},
    )
    assert (decision.parts, decision.short) == ({"transport": 100}, {})
    alone = source(question, Policy(tiers=((cost,),)))
    assert (alone.cost, alone.parts, alone.short) == (0, {}, {})
    assert alone.digest == Policy(tiers=((cost,),)).digest


# --- nobody is passed over in silence ---------------------------------------------------------


@given(
    STOCK,
    st.sets(st.sampled_from("xyz")),
    st.dictionaries(st.sampled_from("xyz"), st.lists(st.integers(0, 1), min_size=6, max_size=6)),
    st.sets(st.sampled_from("xyz")),
)
def test_every_node_could_send_something_or_has_a_reason_not_to(
    stock: dict[str, dict[str, list[tuple[int, int]]]],
    inactive: set[str],
    rooms: dict[str, list[int]],
    cooling: set[str],
) -> None:
    """For every need; and a node with a reason sends nothing."""
    nodes = [
        Node(name, active=name not in inactive, capacity={"units": 1} if name in rooms else {})
        for name in "xyz"
    ]
    stock = {
        name: {sku: sorted(dict(rows).items()) for sku, rows in skus.items()}
        for name, skus in stock.items()
    }
    question = attrs.evolve(
        a_question(needs(1, 1), stock, nodes),
        room={
            (NodeId(n), "units", day(k)): left
            for n, days in rooms.items()
            for k, left in enumerate(days)
        },
        cooling=frozenset(map(NodeId, cooling)),
    )
    decision = source(question, Policy())
    passed = {(line, one.node) for one in decision.passed_over for line in one.lines}

    for line, sku in ("0", "a"), ("1", "b"):
        for name in "xyz":
            rows = stock.get(name, {}).get(sku, [])
            first = min((at for at, _ in rows), default=9)
            full = name in rooms and not any(rooms[name][first:])
            no = name in inactive or name in cooling or not rows or full
            assert ((line, name) in passed) == no
    assert not passed & {(leg.line, leg.node) for leg in decision.legs}


def test_verification_asks_the_rules_again() -> None:
    """A plan of a plugin may not use a node that a rule is against."""
    question = a_question(needs(1), {"x": {"a": [(0, 1)]}})
    legs = source(question, Policy()).legs

    assert verify(question, (), legs, {}, rules=(active, reaches, stocked, rested)) == ()
    [no] = verify(question, (), legs, {}, rules=(ExceptNodes(["x"]),))
    assert str(no) == "line 0: x is ruled out by sourcing.node-excluded"


def test_a_rule_may_not_change_its_mind() -> None:
    """A rule that is not pure cannot lead to a plan that it is against."""
    asked = list[str]()

    def moody(need: Need, candidate: Candidate, /) -> None:
        asked.append(need.line)
        if len(asked) > 1:
            raise RuntimeError

    decision = source(a_question(needs(1), {"x": {"a": [(0, 1)]}}), Policy(rules=(moody,)))

    assert decision.short == {"0": 1}
    assert {fault.figures["fault"] for fault in decision.faults} == {"plan.ruled-out"}


def test_waiting_has_a_price() -> None:
    """A dearer parcel is worth it when it saves more days than it costs."""
    lanes = [
        Lane("x", "DE", transit_days=9, parcel_cost=10),
        Lane("y", "DE", transit_days=1, parcel_cost=60),
    ]
    stock = {name: {"a": [(0, 9)]} for name in "xy"}

    one, two = (a_question(needs(n), stock, lanes=lanes) for n in (1, 2))
    policy = Policy(tiers=((Transport(), Waiting(5)),))
    assert source(one, policy).parts == {"transport": 10, "waiting": 40}
    assert source(two, policy).parts == {"transport": 60, "waiting": 0}

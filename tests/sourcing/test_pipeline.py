"""The laws of a plan, on small questions that can also be answered by trying everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product

import attrs
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.network.calendar import delivery_day, ship_day, ship_day_of_supply
from omscore.network.capacity import CapacityKind
from omscore.network.facts import Calendar, Lane, Network, Node
from omscore.network.plan import Decision, Leg, parcel_of
from omscore.promise.dates import earliest
from omscore.promise.promise import promise
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.costs import Transport, Waiting
from omscore.sourcing.limits import (
    AtMostNodes,
    AtMostParcels,
    CompleteLines,
    CompleteOrder,
    GroupsTogether,
    LeastSplit,
    Limit,
    broken,
)
from omscore.sourcing.need import Need
from omscore.sourcing.pipeline import source
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Problem, Solution
from omscore.sourcing.question import Question, Rows
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import Greedy
from omscore.sourcing.verification import verify

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
DE, STANDARD = Region("DE"), Method("standard")
WEEK = Calendar("week")


def a_network(nodes: Sequence[Node], lanes: Sequence[Lane]) -> Network:
    """These nodes and lanes, with a working week."""
    return Network(
        {node.id: node for node in nodes},
        {(lane.node, lane.to, lane.method): lane for lane in lanes},
        {WEEK.id: WEEK},
    )


@frozen
class Way:
    """One unit of a need, sent by a node on a day."""

    node: NodeId
    ship_day: date
    delivery_day: date
    parcel_cost: int
    unit_cost: int


def ways(question: Question, need: Need) -> Iterator[Way]:
    """Every node and ship day by which a unit could go, whether there is stock or not."""
    network = question.network
    for node in network.nodes.values():
        lane = network.lane(node, need.to, need.method)
        if lane is None or node.id in question.cooling or not node.active:
            continue
        days = set()
        for day, _ in question.stock.get((node.id, need.sku), ()):
            base = ship_day(node, network, question.now)
            days.add(base if day <= TODAY else max(base, ship_day_of_supply(node, network, day)))
        if node.capacity:
            days = {day for id_, _, day in question.room if id_ == node.id}
        for day in days:
            arrives = delivery_day(lane, network, day)
            yield Way(node.id, day, arrives, lane.parcel_cost, lane.unit_cost)


def fits(question: Question, sent: Sequence[tuple[Need, Way]]) -> bool:
    """Whether stock and room allow these units, each looked at on its own."""
    for need, way in sent:
        rows = question.stock.get((way.node, need.sku), ())
        gone = sum(
            1
            for other, by in sent
            if (by.node, other.sku) == (way.node, need.sku) and by.ship_day <= way.ship_day
        )
        network = question.network
        node = network.nodes[way.node]
        there = 0
        for day, units in rows:
            base = ship_day(node, network, question.now)
            ready = base if day <= TODAY else max(base, ship_day_of_supply(node, network, day))
            if ready <= way.ship_day:
                there = max(there, units)
        if gone > there:
            return False
        at = way.node, way.ship_day
        on = [other for other, by in sent if (by.node, by.ship_day) == at]
        used = {
            "units": len(on),
            "lines": len({other.line for other in on}),
            "orders": 1,
            "parcels": len({(other.to, other.method) for other in on}),
        }
        for kind in node.capacity:
            if used[kind] > question.room.get((way.node, kind, way.ship_day), 0):
                return False
    return True


def cheapest(question: Question, waiting: int) -> tuple[int, int] | None:
    """The fewest units short, and the least cost of it, by trying everything unit by unit."""
    units = [need for need in question.needs for _ in range(need.quantity)]
    choices = [[None, *ways(question, need)] for need in units]
    best: tuple[int, int] | None = None
    for chosen in product(*choices):
        sent = [(need, way) for need, way in zip(units, chosen, strict=True) if way is not None]
        if not fits(question, sent):
            continue
        parcels = {(way.node, way.ship_day): way.parcel_cost for _, way in sent}
        cost = sum(parcels.values()) + sum(way.unit_cost for _, way in sent)
        for need, way in sent:
            cost += waiting * (way.delivery_day - first_day(question, need)).days
        found = (len(units) - len(sent), cost)
        best = found if best is None else min(best, found)
    return best


def first_day(question: Question, need: Need) -> date:
    """The first day on which a unit of *need* could be delivered, if it were alone."""
    return min(way.delivery_day for way in ways(question, need) if fits(question, [(need, way)]))


def _rows(units: Sequence[int], days: Sequence[int]) -> Rows:
    total, rows = 0, list[tuple[date, int]]()
    for day, more in zip(sorted(set(days)), units, strict=False):
        total += more
        rows.append((TODAY + timedelta(days=day), total))
    return rows


CAPACITIES: list[Mapping[str, int]] = [
    {"units": 2},
    {"lines": 1},
    {"orders": 1},
    {"parcels": 1},
    {"units": 2, "lines": 1, "orders": 1, "parcels": 1},
]


@st.composite
def questions(draw: st.DrawFn, *, limited: bool = True) -> Question:
    """Up to three units of up to two skus, at up to three nodes."""
    names = [NodeId(name) for name in "abc"[: draw(st.integers(1, 3))]]
    nodes = [
        Node(
            name,
            calendar=draw(st.sampled_from([None, "week"])),
            processing_days=draw(st.integers(0, 1)),
            capacity=draw(st.sampled_from(CAPACITIES)) if limited and draw(st.booleans()) else {},
            active=draw(st.sampled_from([True, True, False])),
        )
        for name in names
    ]
    lanes = [
        Lane(
            name,
            "DE",
            transit_days=draw(st.integers(0, 3)),
            parcel_cost=draw(st.integers(0, 9)),
            unit_cost=draw(st.integers(0, 4)),
        )
        for name in names
        if draw(st.sampled_from([True, True, True, False]))
    ]
    network = a_network(nodes, lanes)
    skus = [Sku("S"), Sku("T")]
    asked = draw(st.lists(st.sampled_from(skus), min_size=1, max_size=2))
    budget = 3
    needs = []
    for place, sku in enumerate(asked):
        quantity = draw(st.integers(1, max(1, budget - (len(asked) - place - 1))))
        budget -= quantity
        needs.append(Need(LineId(str(place)), sku, quantity, DE, STANDARD))
    stock = {
        (name, sku): _rows(
            draw(st.lists(st.integers(1, 2), min_size=1, max_size=2)),
            draw(st.lists(st.sampled_from([0, 0, 1, 5]), min_size=1, max_size=2)),
        )
        for name in names
        for sku in skus
        if draw(st.booleans())
    }
    room = {
        (node.id, kind, day): draw(st.integers(0, 2))
        for node in nodes
        for kind in node.capacity
        for day in _ship_days(network, node)
    }
    cooling = frozenset(draw(st.lists(st.sampled_from(names), max_size=1)))
    return Question(tuple(needs), network, NOW, stock, room, cooling)


def _ship_days(network: Network, node: Node) -> list[date]:
    base = ship_day(node, network, NOW)
    after = ship_day_of_supply(node, network, TODAY + timedelta(days=5))
    return sorted({base, max(base, after)})


WAITING = 5
PLAIN = Policy(tiers=((Transport(), Waiting(WAITING)),))
LIMITS: list[Limit] = [
    AtMostParcels(1),
    AtMostNodes(1),
    CompleteOrder(),
    CompleteLines(),
    LeastSplit(2),
    GroupsTogether(),
]


@settings(max_examples=150)
@given(questions())
def test_no_plan_is_more_complete_or_cheaper(question: Question) -> None:
    """The oracle tries every unit on every day at every node."""
    decision = source(question, PLAIN)

    short, cost = cheapest(question, WAITING) or (0, 0)
    assert (sum(decision.short.values()), decision.cost) == (short, cost)
    assert decision.bound == decision.cost
    assert not decision.faults


@given(questions(), st.lists(st.sampled_from(LIMITS), max_size=3), st.booleans())
def test_a_plan_covers_each_need_once_and_keeps_everything(
    question: Question, limits: list[Limit], exact: bool
) -> None:
    """Law 6: legs and shortage add up, within stock, room, rules and limits, from any solver."""
    grouped = tuple(attrs.evolve(need, group="g") for need in question.needs)
    asked = attrs.evolve(question, needs=grouped)
    solver = Exact() if exact else Greedy()
    decision = source(asked, Policy(limits=tuple(limits), solvers=(solver,)))

    assert not decision.faults
    for need in asked.needs:
        sent = sum(leg.quantity for leg in decision.legs if leg.line == need.line)
        assert sent + decision.short.get(need.line, 0) == need.quantity
    for limit in limits:
        assert not list(broken(limit, asked.needs, decision.legs))
    assert decision.bound <= decision.cost
    assert decision.cost == sum(decision.parts.values())


@given(questions(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_told_changes_nothing(
    question: Question, chance: object
) -> None:
    """Ties break by node and day, never by the order of a dictionary."""

    def shuffled(table: dict[object, object]) -> dict[object, object]:
        rows = list(table.items())
        chance.shuffle(rows)  # type: ignore[attr-defined]
        return dict(rows)

    network = question.network
    other = attrs.evolve(
        question,
        network=Network(
            shuffled(dict(network.nodes)),  # type: ignore[arg-type]
            shuffled(dict(network.lanes)),  # type: ignore[arg-type]
            dict(network.calendars),
        ),
        stock=shuffled(dict(question.stock)),  # type: ignore[arg-type]
        room=shuffled(dict(question.room)),  # type: ignore[arg-type]
    )

    assert source(other, PLAIN) == source(question, PLAIN)


@given(questions())
def test_nobody_is_promised_a_day_that_cannot_be(question: Question) -> None:
    """Law 7: a line arrives no earlier than if it were alone, by trying day after day."""
    promised = promise(question, PLAIN)

    for need, soonest in zip(question.needs, earliest(question, PLAIN), strict=True):
        first = _slow_earliest(question, need)
        assert soonest is None or first is None or soonest <= first
        if need.line in promised.days:
            assert first is not None
            assert promised.days[need.line] >= first


def _slow_earliest(question: Question, need: Need) -> date | None:
    """The first day by which every unit of *need* alone can be there, from all ways there are."""
    alone = attrs.evolve(question, needs=(need,))
    for ahead in range(40):
        day = TODAY + timedelta(days=ahead)
        in_time = [way for way in ways(alone, need) if way.delivery_day <= day]
        for chosen in product(in_time, repeat=need.quantity):
            if fits(alone, [(need, way) for way in chosen]):
                return day
    return None


# --- what may go wrong ------------------------------------------------------------------------


@frozen
class Rogue:
    """A solver of a plugin that gives whatever it likes."""

    given: Solution | None
    name: str = "rogue"

    def solve(self, problem: Problem, budget: int) -> Solution:
        if self.given is None:
            raise ZeroDivisionError
        return self.given


def a_question(*, quantity: int = 2, there: int = 3) -> Question:
    """Two units asked, three at one node."""
    node = Node("a")
    network = a_network([node], [Lane("a", "DE", parcel_cost=10)])
    need = Need(LineId("1"), Sku("S"), quantity, DE, STANDARD)
    return Question((need,), network, NOW, {(node.id, Sku("S")): [(TODAY, there)]})


@pytest.mark.parametrize(
    "given_",
    [
        None,
        Solution(((0, 0, 3),), 0, 0, 0, "rogue"),
        Solution(((0, 7, 1),), 0, 0, 0, "rogue"),
        Solution(((0, 0, 2),), 1, 1, 0, "rogue"),
        Solution(((0, 0, -1),), 0, 0, 0, "rogue"),
    ],
)
def test_a_solver_that_fails_is_passed_over(given_: Solution | None) -> None:
    """It raised, over-committed, named no arc, lied about the cost: the next one is asked."""
    decision = source(a_question(), Policy(solvers=(Rogue(given_), Exact())))

    assert [fault.code for fault in decision.faults] == ["sourcing.solver-failed"]
    assert decision.solver == "exact"
    assert not decision.short


def test_without_a_solver_that_works_everything_is_short() -> None:
    """An order waits rather than being wrong."""
    decision = source(a_question(), Policy(solvers=(Rogue(None),)))

    assert decision.legs == ()
    assert decision.short == {"1": 2}


def spoiled(decision: Decision, **changes: object) -> list[Leg]:
    """The legs of *decision*, the first of them spoiled."""
    first, *rest = decision.legs
    return [attrs.evolve(first, **changes), *rest]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity": 3}, "plan.not-covered"),
        ({"quantity": 0}, "plan.not-asked"),
        ({"quantity": True}, "plan.not-asked"),
        ({"line": "9"}, "plan.not-asked"),
        ({"sku": "T"}, "plan.not-asked"),
        ({"node": "nowhere"}, "plan.not-sent"),
        ({"ship_day": TODAY - timedelta(days=1)}, "plan.wrong-day"),
        ({"delivery_day": TODAY}, "plan.wrong-day"),
    ],
)
def test_verification_finds_what_is_wrong(changes: dict[str, object], code: str) -> None:
    """It looks at the plan and the question, and at nothing that a solver said."""
    question = a_question()
    legs = spoiled(source(question, PLAIN), **changes)

    assert code in {no.code for no in verify(question, (), legs, {})}


def test_verification_counts_stock_and_room() -> None:
    """Of lines that share a sku, and of parcels that share a day, together."""
    legs = source(a_question(), PLAIN).legs
    poorer, full = a_question(there=1), a_question()
    full = attrs.evolve(
        full,
        network=a_network([Node("a", capacity={"units": 1})], [Lane("a", "DE", parcel_cost=10)]),
        room={(NodeId("a"), "units", TODAY): 1},
    )

    assert [no.code for no in verify(poorer, (), legs, {})] == ["plan.over-stock"]
    assert [no.code for no in verify(full, (), legs, {})] == ["plan.over-capacity"]


@pytest.mark.parametrize(("kind", "planned"), [("units", 2), ("lines", 1), ("orders", 1)])
def test_verification_counts_a_day_in_every_way(kind: CapacityKind, planned: int) -> None:
    """A plan of what the day took, where it takes one less meanwhile."""
    question = a_question()
    node, lane = Node("a", capacity={kind: 9}), Lane("a", "DE", parcel_cost=10)
    room = {(node.id, kind, TODAY): planned}
    limited = attrs.evolve(question, network=a_network([node], [lane]), room=room)
    legs = source(limited, PLAIN).legs

    assert sum(leg.quantity for leg in legs) == 2
    assert verify(limited, (), legs, {}) == ()
    fuller = attrs.evolve(limited, room={(node.id, kind, TODAY): planned - 1})
    [no] = verify(fuller, (), legs, {})
    assert str(no) == f"{planned} {kind} at a on {TODAY}, {planned - 1} left of the day"


# --- why ---------------------------------------------------------------------------------------


def never(need: Need, candidate: Candidate, /) -> None:
    """A rule of a plugin with a bug."""
    raise KeyError(need.line)


def test_a_rule_that_raises_passes_the_node_over_and_says_so() -> None:
    """A plugin must not stop an order, and must not go unnoticed."""
    decision = source(a_question(), Policy(rules=(never,)))

    [passed] = decision.passed_over
    assert passed.reasons[0].code == "sourcing.rule-failed"
    assert passed.reasons[0].figures == {"rule": "never", "fault": "KeyError"}
    assert decision.short == {"1": 2}


def test_the_runner_up_does_without_a_node_that_was_chosen() -> None:
    """What the next best would have cost is what the choice was worth."""
    nodes = [Node("a"), Node("b")]
    lanes = [Lane("a", "DE", parcel_cost=10), Lane("b", "DE", parcel_cost=25)]
    question = attrs.evolve(
        a_question(),
        network=a_network(nodes, lanes),
        stock={(node.id, Sku("S")): [(TODAY, 3)] for node in nodes},
    )
    for tiers in PLAIN.tiers, ((Waiting(WAITING),), (Transport(),)):
        decision = source(question, Policy(tiers=tiers))

        assert {parcel_of(leg)[0] for leg in decision.legs} == {"a"}
        assert (decision.cost, decision.runner_up) == (10, 25)


def test_a_policy_is_told_apart_by_its_digest() -> None:
    """The record says by which policy a plan was chosen; equal ones are equal everywhere."""
    assert Policy().digest == Policy().digest
    assert Policy().digest != Policy(limits=(AtMostParcels(1),)).digest
    assert Policy().digest != Policy(tiers=((Transport(),),)).digest

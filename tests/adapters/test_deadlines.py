"""A plugin that takes too long leads to a fault and to somebody else's plan, not to a wrong one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import cycle

import attrs
import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.adapters.deadlines import Deadline, timed
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.kernel.reason import Reason
from omscore.network.facts import Lane, Network, Node
from omscore.network.plan import Decision
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.combinators import SoftLimit
from omscore.sourcing.costs import MILS, Offer, Transport
from omscore.sourcing.limits import AtMostParcels
from omscore.sourcing.need import Need
from omscore.sourcing.pipeline import source
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Problem, Solution
from omscore.sourcing.question import Question
from omscore.sourcing.restrictions import ExceptNodes, NodeExcluded
from omscore.sourcing.rules import DEFAULT_RULES
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import Greedy
from omscore.sourcing.verification import verify
from omscore.testing.builders import MONDAY, TODAY
from omscore.testing.questions import questions


@define
class Stopwatch:
    """A clock that stands still, except for what plugins take."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@define(eq=False)
class Slow:
    """A rule against one node, a cost and a solver in one, whose answers *take* so long."""

    clock: Stopwatch
    takes: Iterator[float]
    against: str = "nobody"
    name: str = "slow"
    asked: int = field(default=0, repr=False)

    def _take(self) -> None:
        self.asked += 1
        self.clock.now += next(self.takes)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        self._take()
        return NodeExcluded() if candidate.node.id == self.against else None

    def of_parcel(self, offer: Offer, /) -> int:
        self._take()
        return 7 * MILS

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        self._take()
        return 0

    def solve(self, problem: Problem, budget: int) -> Solution:
        self._take()
        return Exact().solve(problem, budget)

    def __repr__(self) -> str:
        return "Slow()"


def a_question(*nodes: str) -> Question:
    """Three units, of which each node has enough; the first is the cheapest."""
    need = Need(LineId("1"), Sku("TEA"), 3, Region("DE"), Method("standard"))
    lanes = [Lane(id_, "DE", parcel_cost=100 * n) for n, id_ in enumerate(nodes, start=1)]
    network = Network(
        {NodeId(id_): Node(id_) for id_ in nodes},
        {(one.node, one.to, one.method): one for one in lanes},
    )
    return Question(
        (need,), network, MONDAY, {(NodeId(id_), need.sku): ((TODAY, 9),) for id_ in nodes}
    )


def senders(decision: Decision) -> list[str]:
    """Which nodes send something."""
    return [leg.node for leg in decision.legs]


def test_a_late_rule_rules_the_node_out() -> None:
    """As one that raises does: nobody knows what it would have said."""
    clock = Stopwatch()
    rule = Slow(clock, cycle([9.0, 0.1]))
    policy = timed(Policy(rules=(*DEFAULT_RULES, rule)), Deadline(1.0, clock=clock))
    decision = source(a_question("berlin", "lyon"), policy)

    assert senders(decision) == ["lyon"]
    [passed] = decision.passed_over
    assert passed.node == "berlin"
    assert str(passed.reasons[0]) == "sourcing.rule-failed (rule Slow(), fault TookTooLong)"


def test_a_late_cost_is_left_out() -> None:
    """And named; the plan is chosen by the others."""
    clock = Stopwatch()
    policy = Policy(tiers=((Transport(), Slow(clock, cycle([9.0]))),))
    decision = source(a_question("berlin"), timed(policy, Deadline(1.0, clock=clock)))

    assert decision.parts == {"transport": 100}
    [noted] = decision.faults
    assert noted.figures == {"cost": "slow", "fault": "TookTooLong"}


def test_a_soft_limit_is_still_one_under_a_deadline() -> None:
    """It answers nothing itself, and is read by whoever draws the question."""
    question = a_question("berlin", "lyon")
    need = attrs.evolve(question.needs[0], quantity=2)
    stock = {at: ((day, 1),) for at, ((day, _),) in question.stock.items()}
    question = attrs.evolve(question, needs=(need,), stock=stock)
    policy = Policy(tiers=((Transport(), SoftLimit(AtMostParcels(1), 30)),))

    plain = source(question, policy)
    assert plain.parts["soft at most 1 parcel"] == 30
    assert source(question, timed(policy, Deadline(1.0))).parts == plain.parts


def test_after_a_late_solver_the_next_one_is_asked() -> None:
    """Its solution may have been right; it is thrown away all the same."""
    clock = Stopwatch()
    policy = Policy(solvers=(Slow(clock, cycle([9.0])), Greedy()))
    decision = source(a_question("berlin"), timed(policy, Deadline(1.0, clock=clock)))

    assert (decision.solver, senders(decision)) == ("greedy", ["berlin"])
    [noted] = decision.faults
    assert noted.figures == {"solver": "slow", "fault": "TookTooLong"}


def test_who_is_late_too_often_is_not_asked_for_a_while() -> None:
    """A plugin that hangs for a second at each of 200 nodes would hold up an order for minutes."""
    clock = Stopwatch()
    slow = Slow(clock, cycle([9.0]))
    deadline = Deadline(1.0, strikes=2, rest_seconds=60.0, clock=clock)
    policy = timed(Policy(solvers=(slow, Greedy())), deadline)

    asked = []
    for _ in range(4):
        source(a_question("berlin"), policy)
        asked.append(slow.asked)
    assert asked == [1, 2, 2, 2]
    clock.now += 60.0
    source(a_question("berlin"), policy)
    assert slow.asked == 3


def test_who_is_in_time_again_starts_afresh() -> None:
    """Two strikes with a good answer in between are not two in a row."""
    clock = Stopwatch()
    slow = Slow(clock, cycle([9.0, 0.5]))
    deadline = Deadline(1.0, strikes=2, clock=clock)
    policy = timed(Policy(solvers=(slow, Greedy()), look_for_runner_up=0), deadline)
    solvers = [source(a_question("berlin"), policy).solver for _ in range(6)]

    assert solvers == ["greedy", "exact"] * 3


def test_a_deadline_changes_nothing_for_who_keeps_it() -> None:
    """Neither the plan nor the digest: it is the same policy."""
    policy = Policy(
        rules=(*DEFAULT_RULES, ExceptNodes(["berlin"])), fallbacks=((ExceptNodes(["lyon"]),), ())
    )
    question = a_question("berlin", "lyon", "porto")

    with_it = timed(policy, Deadline(60.0))
    assert with_it.digest == policy.digest
    assert source(question, with_it) == source(question, policy)


@given(
    questions(),
    st.lists(st.sampled_from([0.1, 0.1, 0.9, 1.1, 50.0]), min_size=1),
    st.integers(1, 3),
)
@settings(max_examples=40)
def test_however_slow_they_are_a_plan_keeps_every_rule(
    question: Question, takes: list[float], strikes: int
) -> None:
    """A late answer may leave units short, but never sends what a rule is against."""
    clock, times = Stopwatch(), cycle(takes)
    rule = Slow(clock, times, against="berlin")
    policy = Policy(
        rules=(*DEFAULT_RULES, rule),
        tiers=((Transport(), Slow(clock, times)),),
        solvers=(Slow(clock, times), Greedy()),
    )
    decision = source(question, timed(policy, Deadline(1.0, strikes, 20.0, clock)))

    in_time = attrs.evolve(rule, takes=cycle([0.0]))
    assert not verify(question, (), decision.legs, decision.short, rules=(*DEFAULT_RULES, in_time))
    assert "berlin" not in senders(decision)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Deadline(0.0),
        lambda: Deadline(float("nan")),
        lambda: Deadline(float("inf")),
        lambda: Deadline(1.0, strikes=0),
    ],
)
def test_a_deadline_without_sense_cannot_be_made(make: Callable[[], Deadline]) -> None:
    """Nobody is in time for no time at all."""
    with pytest.raises(Unreadable):
        make()

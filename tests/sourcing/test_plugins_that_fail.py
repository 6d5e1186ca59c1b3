"""Whatever a plugin does, the order is planned by the others, or not at all: never wrongly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.kernel.reason import Reason
from omscore.network.facts import Lane, Network, Node
from omscore.sourcing.candidate import Candidate, Question
from omscore.sourcing.costs import Cost, Offer, Transport
from omscore.sourcing.need import Need
from omscore.sourcing.pipeline import source
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Problem, Solution, cost_of
from omscore.sourcing.rules import DEFAULT_RULES, CoolingDown, Rule
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import Greedy
from omscore.sourcing.verification import verify
from omscore.testing.builders import MONDAY, TODAY
from omscore.testing.questions import questions

# --- what plugins may do ------------------------------------------------------------------------


def raises(*_: Any) -> Any:
    raise RuntimeError("and says something personal")


def empties(_: Need, candidate: Candidate) -> Any:
    candidate.node.capacity.clear()  # type: ignore[attr-defined]


def fills(_: Need, candidate: Candidate) -> Any:
    candidate.rows.append((date.min, 99))  # type: ignore[attr-defined]


def opens(_: Need, candidate: Candidate) -> Any:
    candidate.node.active = True  # type: ignore[misc]


RULES: list[Callable[..., Any]] = [
    raises,
    empties,
    fills,
    opens,
    lambda *_: True,
    lambda *_: "no",
    lambda *_: CoolingDown,
    lambda *_: float("nan"),
]


@attrs.frozen(eq=False)
class Odd:
    """A cost or a solver that does *what* it is told."""

    what: Callable[..., Any]
    name: str = "odd"

    def of_parcel(self, offer: Offer, /) -> int:
        answer: int = self.what(offer)
        return answer

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        answer: int = self.what(offer)
        return answer

    def solve(self, problem: Problem, budget: int) -> Solution:
        answer: Solution = self.what(problem, Exact().solve(problem, budget))
        return answer


def stocks(offer: Offer) -> Any:
    for rows in offer.stock.values():
        rows.append((date.min, 99))  # type: ignore[attr-defined]
    return 0


def takes(offer: Offer) -> Any:
    offer.stock.clear()  # type: ignore[attr-defined]
    return 0


def empties_offer(offer: Offer) -> Any:
    offer.node.capacity.clear()  # type: ignore[attr-defined]
    return 0


COSTS: list[Callable[..., Any]] = [
    raises,
    stocks,
    takes,
    empties_offer,
    lambda _: None,
    lambda _: 0.5,
    lambda _: -(10**9),
    lambda _: float("inf"),
    lambda _: 10**30,
]


def overcommits(problem: Problem, _: Solution) -> Solution:
    units = tuple((n, 0, need.quantity) for n, need in enumerate(problem.needs) if need.arcs)
    return Solution(units, cost_of(problem, units), 0, 0, "odd")


def forgets_limits(problem: Problem, _: Solution) -> Solution:
    return Exact().solve(attrs.evolve(problem, rooms=(), limits=(), pools=()), 400)


def strips(problem: Problem, _: Solution) -> Solution:
    object.__setattr__(problem, "needs", ())
    raise RuntimeError("and leaves nothing behind")


def reaches_in(problem: Problem, found: Solution) -> Solution:
    object.__setattr__(problem.needs[0], "quantity", 1)
    return found


SOLVERS: list[Callable[..., Any]] = [
    raises,
    strips,
    reaches_in,
    overcommits,
    forgets_limits,
    lambda *_: None,
    lambda *_: (),
    lambda _, found: attrs.evolve(found, units=((0, 0, 10**9),)),
    lambda _, found: attrs.evolve(found, units=((7, 7, 1),)),
    lambda _, found: attrs.evolve(found, cost=found.cost - 1),
    lambda _, found: attrs.evolve(found, bound=found.cost + 1),
    lambda _, found: attrs.evolve(found, work="much"),
    lambda _, found: attrs.evolve(found, solver=None),
]


# --- never a wrong order ------------------------------------------------------------------------


@given(questions(), st.sampled_from(RULES), st.sampled_from(COSTS), st.sampled_from(SOLVERS))
@settings(max_examples=60)
def test_a_plan_stands_up_to_verification_whatever_plugins_do(
    question: Question,
    rule: Callable[..., Any],
    cost: Callable[..., Any],
    solver: Callable[..., Any],
) -> None:
    """All three at once, each with the one in the box behind it."""
    before = repr(question)

    def sometimes(need: Need, candidate: Candidate, /) -> Reason | None:
        answer: Reason | None = rule(need, candidate) if candidate.node.id == "berlin" else None
        return answer

    policy = Policy(
        rules=(*DEFAULT_RULES, sometimes),
        tiers=((Transport(), Odd(cost)),),
        solvers=(Odd(solver), Greedy()),
    )
    decision = source(question, policy)

    assert repr(question) == before
    assert not verify(
        question, (), decision.legs, decision.short, rules=(*DEFAULT_RULES, sometimes)
    )
    assert "berlin" not in {leg.node for leg in decision.legs}
    assert sum(decision.parts.values()) == decision.cost
    assert "personal" not in repr(decision)


@given(questions(), st.sampled_from(RULES))
@settings(max_examples=30)
def test_a_rule_that_fails_everywhere_leaves_everything_short(
    question: Question, rule: Rule
) -> None:
    """Nobody knows what it would have said, and it may have been about poison."""
    decision = source(question, Policy(rules=(rule, *DEFAULT_RULES)))

    assert decision.legs == ()
    codes = [reason.code for passed in decision.passed_over for reason in passed.reasons]
    assert "sourcing.rule-failed" in codes


@pytest.mark.parametrize("what", COSTS[:-1])
def test_a_cost_that_fails_is_named(what: Callable[..., Any]) -> None:
    """Once, with the plan that the others lead to."""
    question = _simple()
    with_it: tuple[Cost, ...] = (Transport(), Odd(what))
    decision = source(question, Policy(tiers=(with_it,)))

    assert [fault.code for fault in decision.faults] == ["sourcing.cost-ignored"]
    assert decision.parts == source(question, Policy(tiers=((Transport(),),))).parts


@attrs.frozen(eq=False)
class Nameless:
    """A cost whose name is asked for in vain."""

    called: Callable[[], Any]

    @property
    def name(self) -> Any:
        return self.called()

    def of_parcel(self, offer: Offer, /) -> int:
        return 7

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        return 7


@pytest.mark.parametrize("called", [raises, lambda: None, lambda: ["odd"]])
def test_a_cost_whose_name_fails_is_named_by_its_class(called: Callable[[], Any]) -> None:
    """What it would add to the price could not be told."""
    question = _simple()
    with_it: tuple[Cost, ...] = (Transport(), Nameless(called))
    decision = source(question, Policy(tiers=(with_it,)))

    [fault] = decision.faults
    assert (fault.code, fault.figures["cost"]) == ("sourcing.cost-ignored", "Nameless")
    assert decision.parts == source(question, Policy(tiers=((Transport(),),))).parts


@pytest.mark.parametrize("what", SOLVERS)
def test_a_solver_that_fails_is_named(what: Callable[..., Any]) -> None:
    """And the next one is asked."""
    question = _simple()
    decision = source(question, Policy(solvers=(Odd(what), Greedy())))

    assert [fault.code for fault in decision.faults] == ["sourcing.solver-failed"]
    assert decision.legs == source(question, Policy(solvers=(Greedy(),))).legs


def _simple() -> Question:
    """Two needs for one sku, of which there is too little at one node for both."""
    sku, to, by = Sku("TEA"), Region("DE"), Method("standard")
    nodes = {NodeId(id_): Node(id_, capacity={"units": 4}) for id_ in ("berlin", "lyon")}
    lanes = {(id_, to, by): Lane(id_, to, parcel_cost=100) for id_ in nodes}
    return Question(
        (Need(LineId("1"), sku, 3, to, by), Need(LineId("2"), sku, 3, to, by)),
        Network(nodes, lanes),
        MONDAY,
        {(id_, sku): [(TODAY, 4)] for id_ in nodes},
        {(id_, TODAY): 4 for id_ in nodes},
    )

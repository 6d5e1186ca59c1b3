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
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.combinators import AllOf, Soft, When
from omscore.sourcing.costs import Cost, Offer, Transport
from omscore.sourcing.need import Need
from omscore.sourcing.pipeline import source
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Problem, Solution, cost_of
from omscore.sourcing.question import Question
from omscore.sourcing.restrictions import OnlyKinds
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


def changes(what: str, name: str, value: object) -> Callable[..., Any]:
    """Changes a field of the need, of the candidate or offer, or of its node, in spite of frost."""

    def changing(*shown: Any) -> Any:
        need, one = shown if len(shown) == 2 else (None, shown[0])
        place = {"need": need, "one": one}.get(what) or getattr(one, what, None)
        object.__setattr__(place, name, value)
        return None if len(shown) == 2 else 0

    return changing


def makes_room(_: Need, candidate: Candidate) -> Any:
    dict.__setitem__(candidate.node.capacity, "units", 99)  # type: ignore[index]


RULES: list[Callable[..., Any]] = [
    raises,
    empties,
    fills,
    opens,
    makes_room,
    changes("need", "quantity", 10**6),
    changes("one", "rows", ((date.min, 99),)),
    changes("one", "lane", Lane("berlin", "DE", transit_days=99)),
    changes("node", "processing_days", 99),
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


def sells_out(offer: Offer) -> Any:
    dict.clear(offer.stock)  # type: ignore[arg-type]
    return 0


COSTS: list[Callable[..., Any]] = [
    raises,
    stocks,
    takes,
    empties_offer,
    sells_out,
    changes("one", "ship_day", date.max),
    changes("one", "load_percent", 99),
    changes("lane", "parcel_cost", 0),
    changes("node", "priority", 99),
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


CHANGE = changes("node", "priority", 99)


@pytest.mark.parametrize("rule", [AllOf((CHANGE,)), When(OnlyKinds(["warehouse"]), CHANGE)])
def test_a_rule_that_changes_what_it_is_shown_is_named_within_others_too(rule: Rule) -> None:
    """Whatever of the box asks it."""
    [passed, _] = source(_simple(), Policy(rules=(*DEFAULT_RULES, rule))).passed_over

    [no] = passed.reasons
    assert (no.code, no.figures["fault"]) == ("sourcing.rule-failed", "ChangedInput")


def test_a_soft_rule_that_changes_what_it_is_shown_is_ignored() -> None:
    """As a cost is, for it is one."""
    decision = source(_simple(), Policy(tiers=((Transport(), Soft(CHANGE, 9)),)))

    assert [fault.figures["fault"] for fault in decision.faults] == ["ChangedInput"]
    assert decision.parts == {"transport": 200}


def test_what_a_plugin_keeps_and_changes_later_is_its_own() -> None:
    """It finds its own copies changed, and nobody else finds anything."""
    kept = list[Any]()

    def keeps(need: Need, candidate: Candidate, /) -> Reason | None:
        for earlier in kept:
            object.__setattr__(earlier.lane, "parcel_cost", 0)
            object.__setattr__(earlier, "rows", ())
        kept[:] = [candidate]
        return None

    decision = source(_simple(), Policy(rules=(*DEFAULT_RULES, keeps)))
    assert decision.parts == {"transport": 200, "waiting": 0}
    assert decision.short == {}
    faults = [str(no.figures) for passed in decision.passed_over for no in passed.reasons]
    assert ["ChangedInput" in fault for fault in faults] == [True]


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
        {(id_, "units", TODAY): 4 for id_ in nodes},
    )

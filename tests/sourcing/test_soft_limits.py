"""Limits that cost where they are broken: the choice of which to keep is the best there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from omscore.adapters.policies import read_policy
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.network.facts import Lane, Network, Node
from omscore.network.plan import parcel_of
from omscore.sourcing import concessions
from omscore.sourcing.combinators import SoftLimit
from omscore.sourcing.costs import Transport, Waiting
from omscore.sourcing.feasible import faults
from omscore.sourcing.limits import (
    AtMostNodes,
    AtMostNodesPerLine,
    AtMostParcels,
    AtMostParcelsPerLine,
    CompleteLines,
    CompleteOrder,
    GroupsTogether,
    LeastSplit,
    Limit,
    UnsplitBelow,
    broken,
)
from omscore.sourcing.need import Need
from omscore.sourcing.pipeline import source
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import (
    AllOrNothing,
    AtMost,
    Parts,
    Problem,
    Sets,
    Soft,
    Solution,
    Solver,
    Together,
    cost_of,
)
from omscore.sourcing.question import Question
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import Greedy
from omscore.sourcing.solvers.highs import Highs
from omscore.testing.problems import cheaper, problems

# --- against trying everything ----------------------------------------------------------------


@st.composite
def soft_problems(draw: DrawFn) -> Problem:
    """Any small problem, with limits of every kind that may be broken."""
    problem = draw(problems())
    needs = range(len(problem.needs))
    some, most = st.frozensets(st.sampled_from(needs), min_size=1), st.integers(0, 2)
    sets = some.map(lambda found: tuple((need, 1 + need % 2) for need in sorted(found)))
    limits = st.one_of(
        st.builds(AtMost, some, st.sampled_from(["parcels", "nodes"]), most),
        st.builds(AllOrNothing, some),
        st.builds(Together, some),
        st.builds(Sets, sets),
        st.builds(Parts, st.sampled_from(needs), st.integers(2, 3)),
    )
    soft = st.builds(Soft, limits, st.sampled_from([0, 1, 3, 8, 30]))
    return attrs.evolve(problem, soft=tuple(draw(st.lists(soft, min_size=1, max_size=4))))


@pytest.mark.parametrize("solver", [Exact(), Highs()], ids=lambda solver: solver.name)
@given(problem=soft_problems())
@settings(max_examples=60)
def test_no_choice_of_the_limits_to_keep_is_cheaper(solver: Solver, problem: Problem) -> None:
    """Against every solution there is, each at the price of what it breaks."""
    solution = concessions.solve(solver, problem, 100_000)

    assert faults(problem, solution) == ()
    assert solution.cost == solution.bound == cost_of(problem, solution.units)
    assert cheaper(problem, solution.cost) is None


@given(problem=soft_problems(), budget=st.integers(0, 6))
@settings(max_examples=100)
def test_a_budget_that_runs_out_leaves_a_plan_and_an_honest_bound(
    problem: Problem, budget: int
) -> None:
    """The best of all solutions is never below the bound, with whatever solver."""
    for solver in (Exact(), Greedy()):
        solution = concessions.solve(solver, problem, budget)
        best = cheaper(problem, solution.cost)

        assert faults(problem, solution) == ()
        assert solution.bound <= (solution if best is None else best).cost
        assert solution.work <= 2 * max(1, budget) + 1


@given(problem=soft_problems())
@settings(max_examples=100)
def test_a_limit_that_costs_more_than_anything_is_kept_like_a_hard_one(problem: Problem) -> None:
    """Where it can be kept at no loss of units, soft and hard are the same."""
    dear = attrs.evolve(problem, soft=tuple(Soft(one.limit, 10**7) for one in problem.soft))
    hard = [one.limit for one in dear.soft if not isinstance(one.limit, Parts)]
    kept = attrs.evolve(
        problem, soft=tuple(one for one in dear.soft if isinstance(one.limit, Parts))
    )
    kept = attrs.evolve(kept, limits=(*kept.limits, *hard))

    there, here = (concessions.solve(Exact(), one, 100_000) for one in (dear, kept))
    assert there.cost == here.cost


@frozen
class Counted:
    """A solver that remembers whether it was shown a soft limit."""

    name: str = "counted"

    def solve(self, problem: Problem, budget: int = 1) -> Solution:
        """As the exact one does."""
        assert problem.soft == ()
        return Exact().solve(problem, budget)


@given(problem=soft_problems())
@settings(max_examples=50)
def test_no_solver_has_to_know_of_soft_limits(problem: Problem) -> None:
    """What somebody wrote for limits that hold serves these, too."""
    mine = concessions.solve(Counted(), problem, 1_000)
    assert mine.units == concessions.solve(Exact(), problem, 1_000).units


# --- by a policy ------------------------------------------------------------------------------

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CHEAP_APART: Mapping[str, Mapping[str, int]] = {
    "x": {"a": 2},
    "y": {"b": 2},
    "z": {"a": 2, "b": 2},
}
LIMITS: Sequence[Limit] = (
    AtMostParcels(1),
    AtMostNodes(1),
    AtMostParcelsPerLine(1),
    AtMostNodesPerLine(1),
    CompleteOrder(),
    CompleteLines(),
    LeastSplit(2),
    GroupsTogether(),
    UnsplitBelow(5_000),
)


def needs(*quantities: int) -> tuple[Need, ...]:
    """Lines of skus a, b …, of one group, for 10 each."""
    to = Region("DE"), Method("standard")
    return tuple(
        Need(LineId(str(n)), Sku("abc"[n]), units, *to, group="g", price=1_000)
        for n, units in enumerate(quantities, 0)
    )


def a_question(asked: Sequence[Need], stock: Mapping[str, Mapping[str, int]]) -> Question:
    """*stock* by node and sku, today; *z* is the dear one."""
    lanes = [Lane(node, "DE", parcel_cost=700 if node == "z" else 200) for node in stock]
    return Question(
        tuple(asked),
        Network(
            {NodeId(node): Node(node) for node in stock},
            {(lane.node, lane.to, lane.method): lane for lane in lanes},
        ),
        NOW,
        {
            (NodeId(node), Sku(sku)): [(NOW.date(), units)]
            for node, skus in stock.items()
            for sku, units in skus.items()
        },
    )


def by(limit: Limit, price: int) -> Policy:
    """Freight, and what it costs to break *limit*."""
    return Policy(tiers=((Transport(), SoftLimit(limit, price)),))


def test_a_limit_is_kept_while_that_costs_no_more_than_its_price() -> None:
    """Two cheap parcels at 400, or one at 700; the parts name the limit and what it asked."""
    question = a_question(needs(2, 2), CHEAP_APART)
    apart, one = (source(question, by(AtMostParcels(1), price)) for price in (299, 301))

    assert [leg.node for leg in apart.legs] == ["x", "y"]
    assert apart.parts == {"transport": 400, "soft at most 1 parcel": 299}
    assert [leg.node for leg in one.legs] == ["z", "z"]
    assert one.parts == {"transport": 700, "soft at most 1 parcel": 0}
    assert (apart.cost, apart.bound, one.cost, one.bound) == (699, 699, 700, 700)


def test_a_soft_limit_leaves_nothing_short() -> None:
    """A hard one would."""
    question = a_question(needs(2, 2), {"x": {"a": 2}, "y": {"b": 2}})

    assert source(question, Policy(limits=(AtMostParcels(1),))).short
    assert source(question, by(AtMostParcels(1), 10**6)).short == {}


def test_units_wait_for_one_another_where_that_saves_the_price() -> None:
    """Some are there today, the rest tomorrow: one parcel, if two cost enough."""
    today = a_question(needs(4), {"x": {"a": 2}})
    later = [(NOW.date(), 2), (NOW.date() + timedelta(days=1), 4)]
    question = attrs.evolve(today, stock={(NodeId("x"), Sku("a")): later})

    def parcels(price: int) -> int:
        tiers = ((Waiting(7), SoftLimit(AtMostParcelsPerLine(1), price)),)
        return len({parcel_of(leg) for leg in source(question, Policy(tiers=tiers)).legs})

    assert (parcels(13), parcels(15)) == (2, 1)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: type(limit).__name__)
@given(
    a=st.integers(1, 3),
    b=st.integers(1, 3),
    stock=st.dictionaries(
        st.sampled_from("xyz"),
        st.fixed_dictionaries({"a": st.integers(0, 3), "b": st.integers(0, 3)}),
        min_size=1,
    ),
    price=st.sampled_from([1, 150, 10_000]),
)
@settings(max_examples=40)
def test_what_is_paid_is_the_price_of_what_is_broken(
    limit: Limit, a: int, b: int, stock: Mapping[str, Mapping[str, int]], price: int
) -> None:
    """Code that knows nothing of solvers says which limits a plan breaks, and how often."""
    question = a_question(needs(a, b), stock)
    plan = source(question, by(limit, price))
    wrong = [str(no) for no in broken(limit, question.needs, plan.legs)]
    times = plan.parts[SoftLimit(limit, price).name] // price

    assert bool(wrong) == bool(times)
    assert times <= len(wrong)
    assert sum(plan.parts.values()) == plan.cost == plan.bound
    assert plan.short == source(question, Policy(tiers=((Transport(),),))).short


def test_a_soft_limit_of_a_lower_tier_moves_nothing_above_it() -> None:
    """A cent of freight weighs more than any price below."""
    question = a_question(needs(2, 2), CHEAP_APART)
    tiers = ((Transport(),), (SoftLimit(AtMostParcels(1), 10**6),))

    assert [leg.node for leg in source(question, Policy(tiers=tiers)).legs] == ["x", "y"]


# --- in a file --------------------------------------------------------------------------------


def a_file(cost: str, limits: str = "") -> str:
    """A policy with one more cost."""
    costs = f'costs = [{{ type = "transport" }}, {cost}]'
    return f'name = "a"\ncurrency = "EUR"\nlimits = [{limits}]\n[[tiers]]\n{costs}'


ONE_PARCEL = '{ type = "at-most-parcels", most = 1 }'


def test_a_file_says_what_it_costs_to_break_a_limit() -> None:
    """With the limit as it stands elsewhere, and a price with its currency."""
    soft = f'{{ type = "soft-limit", limit = {ONE_PARCEL}, price = "2.99 EUR" }}'
    below = '{ type = "unsplit-below", value = "50 EUR" }'
    worth = f'{{ type = "soft-limit", limit = {below}, price = "2.99 EUR" }}'

    assert read_policy(a_file(soft)).tiers == by(AtMostParcels(1), 299).tiers
    assert read_policy(a_file(worth)).tiers == by(UnsplitBelow(5_000), 299).tiers


@pytest.mark.parametrize(
    ("cost", "limits", "path"),
    [
        (f'{{ type = "soft-limit", limit = {ONE_PARCEL} }}', "", "price"),
        (f'{{ type = "soft-limit", limit = {ONE_PARCEL}, price = "0 EUR" }}', "", "price"),
        ('{ type = "soft-limit", limit = { type = "fair" }, price = "1 EUR" }', "", "limit.type"),
        ('{ type = "soft-limit", limit = { type = "split" }, price = "1 EUR" }', "", "limit.type"),
        (f'{{ type = "soft-limit", limit = {ONE_PARCEL}, price = "1 EUR" }}', ONE_PARCEL, ""),
        (
            '{ type = "soft-limit", limit = { type = "groups-together" }, price = "1 EUR" }',
            ONE_PARCEL,
            "",
        ),
    ],
)
def test_a_soft_limit_that_means_nothing_is_refused_with_its_place(
    cost: str, limits: str, path: str
) -> None:
    """No price, a price of nothing, an unknown limit, or one that a hard limit keeps anyhow."""
    with pytest.raises(Unreadable) as problem:
        read_policy(a_file(cost, limits))
    assert problem.value.path == f"$.tiers[0].costs[1]{path and '.'}{path}"

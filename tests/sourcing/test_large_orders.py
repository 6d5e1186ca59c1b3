"""What a search does that is not finished at once: prices on what is scarce, and blocks."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.sourcing.feasible import faults
from omscore.sourcing.problem import (
    Arc,
    AtMost,
    Limit,
    Need,
    Parcel,
    Problem,
    Room,
    Solution,
    Together,
    cost_of,
)
from omscore.sourcing.solvers.blocks import Part, improved
from omscore.sourcing.solvers.boxes import Search
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.filling import Units
from omscore.sourcing.solvers.folded import Folded
from omscore.sourcing.solvers.greedy import Greedy
from omscore.testing.problems import cheaper, problems


def searched(problem: Problem, start: Units, budget: int = 5_000, patience: int = 0) -> Search:
    """A finished search that looks for prices after so many steps, *worth* its proven bound."""
    folded = Folded.of(problem)
    search = Search.of(folded, start, budget, twice=folded.charge().twice)
    search.patience = patience
    search.floor = search.run(-(10**12))
    return search


@given(problem=problems(), patience=st.sampled_from([0, 1, 3]))
@settings(max_examples=150)
def test_prices_change_no_optimum(problem: Problem, patience: int) -> None:
    """They only help to prove it: against trying everything, with prices as early as can be."""
    search = searched(problem, (), patience=patience)
    cost = cost_of(problem, search.best)
    assert faults(problem, Solution(search.best, cost, cost, 0, "boxes")) == ()
    assert search.floor == search.worth
    assert cheaper(problem, cost) is None


@given(problem=problems(most_needs=3), budget=st.integers(0, 40))
@settings(max_examples=80)
def test_a_search_that_is_not_finished_claims_no_more_than_it_proved(
    problem: Problem, budget: int
) -> None:
    """However far the prices have come."""
    search = searched(problem, (), budget)
    bound = search.folded.bound(search.floor, search.worth)
    assert cheaper(problem, bound) is None


def crowded(seed: int, lines: int, nodes: int, *, limited: bool = True) -> Problem:
    """Nodes with little room for units or lines, skus that two lines share, and limits."""
    chance = Random(seed)
    parcels = tuple(Parcel(n, 0, chance.randint(400, 1_200)) for n in range(nodes))
    needs, pools = list[Need](), list[tuple[tuple[int, int], ...]]()
    for line in range(lines):
        quantity = chance.choice((1, 1, 2, 3))
        if line % 2 and chance.random() < 0.5:
            needs.append(Need(quantity, 10**6, needs[-1].arcs))
            continue
        arcs = []
        for node in range(nodes):
            if chance.random() < 0.6:
                arcs.append(Arc(node, 3, chance.randint(30, 900), ((len(pools), 1),)))
                pools.append(((0, chance.randint(1, 3)),))
        needs.append(Need(quantity, 10**6, tuple(arcs)))
    rooms = tuple(
        Room(frozenset({n}), chance.choice(("units", "lines")), chance.randint(2, 6))
        for n in range(nodes)
        if chance.random() < 0.8
    )
    limits: tuple[Limit, ...] = (
        AtMost(frozenset(range(lines // 2)), "parcels", max(2, nodes // 2)),
        Together(frozenset({0, lines - 1})),
    )
    return Problem(tuple(needs), parcels, tuple(pools), rooms, limits if limited else ())


def anew(problem: Problem, start: Units, budget: int) -> tuple[Units, int]:
    """Solves a block."""
    search = searched(problem, start, budget, patience=40)
    return search.best, budget - search.budget


@given(seed=st.integers(0, 10**6), lines=st.integers(2, 12), size=st.integers(1, 4))
@settings(max_examples=60)
def test_blocks_keep_every_constraint_and_never_cost_more(seed: int, lines: int, size: int) -> None:
    """Whatever a block finds is carried out beside what all others send."""
    problem = crowded(seed, lines, nodes=6)
    start = Greedy().solve(problem)
    units, left = improved(problem, start.units, anew, 300, size)
    better = Solution(units, cost_of(problem, units), start.bound, 300 - left, "blocks")
    assert faults(problem, better) == ()
    assert better.cost <= start.cost
    assert 0 <= left <= 300


@given(problem=problems(most_needs=3), chance=st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_a_block_says_the_truth_about_the_whole(problem: Problem, chance: Random) -> None:
    """What it saves is what the whole saves, if the whole may be carried out."""
    before = Greedy().solve(problem).units
    group = {need for limit in problem.limits for need in limit.needs}
    block = frozenset({chance.randrange(len(problem.needs))} | group)
    part = Part.of(problem, before, block)
    inside = part.inside(before)
    assert part.outside(inside, before) == before
    after, _ = anew(part.problem, inside, 300)
    whole = part.outside(after, before)
    saved = cost_of(part.problem, inside) - cost_of(part.problem, after)
    assert saved == cost_of(problem, before) - cost_of(problem, whole)


def test_an_order_of_a_hundred_lines_in_crowded_nodes_is_close_to_its_bound() -> None:
    """Where no search is finished: some percent, in the steps that a policy gives it."""
    problem = crowded(5, lines=100, nodes=40, limited=False)
    solution = Exact().solve(problem, 400)
    assert faults(problem, solution) == ()
    assert solution.work <= 400
    assert solution.bound < solution.cost < solution.bound * 1.15
    assert solution == Exact().solve(problem, 400)

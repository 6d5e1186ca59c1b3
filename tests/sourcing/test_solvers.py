"""What every solver promises, and what the exact one adds: nothing cheaper exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from random import Random
from typing import Literal

import attrs
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from omscore.kernel.errors import Broken
from omscore.sourcing.feasible import faults
from omscore.sourcing.problem import (
    AllOrNothing,
    Arc,
    AtMost,
    Limit,
    Need,
    Parcel,
    Problem,
    Room,
    Sets,
    Solution,
    Solver,
    Together,
    Toll,
    cost_of,
)
from omscore.sourcing.solvers.chosen import Automatic
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import CheapestFirst, Covering, Greedy
from omscore.sourcing.solvers.highs import Highs

SHORT = 1_000
SOLVERS = [Greedy(), CheapestFirst(), Covering(), Exact(), Highs(), Automatic()]
PROVING = [Exact(), Highs(), Automatic()]


def problems(most_needs: int = 3) -> st.SearchStrategy[Problem]:
    """Small ones; chance makes them dense in ties, scarcity and constraints that matter."""
    seeds = st.integers(0, 2**32)
    return seeds.map(lambda seed: a_small_one(Random(seed), most_needs))


def a_small_one(chance: Random, most_needs: int) -> Problem:
    """Stock over time that needs share; in two of three, also rooms, limits and parts."""
    bound = chance.random() < 0.67
    parcels = tuple(
        Parcel(chance.randrange(3), chance.randint(1, 2), chance.choice((0, 3, 5, 5, 10, 17)))
        for _ in range(chance.randint(1, 4))
    )
    pools = tuple(_rows(chance) for _ in range(chance.randint(1, 4)))
    needs = tuple(
        _need(chance, len(parcels), len(pools), (1, 1, 2, 3) if bound else (1,))
        for _ in range(chance.randint(1, most_needs))
    )
    rooms = [_room(chance, len(parcels)) for _ in range(chance.choice((0, 1, 1, 2)) * bound)]
    limits = [_limit(chance, len(needs)) for _ in range(chance.choice((0, 1, 1, 2)) * bound)]
    tolls = [_toll(chance, needs) for _ in range(chance.choice((0, 0, 1, 2)))]
    tolls += _lines(needs, chance.choice((0, 0, 2, 7)))
    problem = Problem(needs, parcels, pools, tuple(rooms), tuple(limits), tuple(tolls))
    return _alone(problem) if chance.random() < 0.2 else problem


def _alone(problem: Problem) -> Problem:
    """The first need for more units, with one arc to a parcel, in the order of parcels."""
    need, only = problem.needs[0], frozenset({0})
    arcs = sorted({arc.parcel: arc for arc in need.arcs}.items())
    need = attrs.evolve(need, quantity=2 * need.quantity, arcs=tuple(arc for _, arc in arcs))
    limits = tuple(one for one in problem.limits if one.needs == only)
    tolls = tuple(_lines((need,), 7)) if problem.tolls else ()
    return Problem((need,), problem.parcels, problem.pools, problem.rooms, limits, tolls)


def _toll(chance: Random, needs: tuple[Need, ...]) -> Toll:
    arcs = [(n, place) for n, need in enumerate(needs) for place in range(len(need.arcs))]
    some = chance.sample(arcs, chance.randint(0, min(4, len(arcs))))
    return Toll(frozenset(some), chance.choice((0, 1, 4, 9, 20)))


def _lines(needs: tuple[Need, ...], cost: int) -> list[Toll]:
    """What each need owes once to each parcel that could carry it."""
    arcs: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for n, need in enumerate(needs) if cost else ():
        for place, arc in enumerate(need.arcs):
            arcs.setdefault((n, arc.parcel), []).append((n, place))
    return [Toll(frozenset(mine), cost) for mine in arcs.values()]


def _rows(chance: Random) -> tuple[tuple[int, int], ...]:
    first = chance.randint(0, 3)
    return ((1, first), (2, first + chance.randint(1, 2)))[: chance.choice((1, 2, 2))]


def _need(chance: Random, parcels: int, pools: int, parts: tuple[int, ...]) -> Need:
    arcs = []
    for _ in range(chance.randint(0, 4)):
        taken = chance.sample(range(pools), min(pools, chance.choice((0, 1, 1, 1, 2))))
        takes = tuple((pool, chance.choice((1, 1, 2))) for pool in taken)
        most, cost = chance.randint(1, 3), chance.choice((-3, 0, 1, 2, 2, 4, 7))
        arcs.append(Arc(chance.randrange(parcels), most, cost, takes))
    quantity, short = chance.choice((1, 1, 2, 3)), chance.choice((SHORT, SHORT, 6))
    return Need(quantity, short, tuple(arcs), chance.choice(parts))


def _some(chance: Random, count: int) -> frozenset[int]:
    return frozenset(chance.sample(range(count), chance.randint(1, count)))


def _room(chance: Random, parcels: int) -> Room:
    inside, most = _some(chance, parcels), chance.randint(0, 4)
    kinds: tuple[Literal["units", "lines", "parcels"], ...] = ("units", "lines", "parcels")
    return Room(inside, chance.choice(kinds), most)


def _limit(chance: Random, needs: int) -> Limit:
    some, most = _some(chance, needs), chance.choice((0, 1, 1, 2))
    return chance.choice(
        (
            AtMost(some, "parcels", most),
            AtMost(some, "nodes", most),
            AllOrNothing(some),
            Together(some),
            Sets(tuple((need, chance.choice((1, 1, 2))) for need in sorted(some))),
        )
    )


def a_large_one(seed: int, needs: int, nodes: int) -> Problem:
    """Stock at about half of the nodes, some of it later; two needs share their stock."""
    chance = Random(seed)
    parcels = [Parcel(n, day, chance.randint(40, 120)) for n in range(nodes) for day in (1, 5)]
    pools, wanted = list[tuple[tuple[int, int], ...]](), list[Need]()
    for _ in range(needs):
        arcs = []
        for node in range(nodes):
            if chance.random() < 0.5:
                now, later = chance.randint(0, 3), chance.randint(1, 4)
                cost = chance.randint(5, 40)
                for day, most in ((0, now), (1, now + later)):
                    if most:
                        arcs.append(Arc(2 * node + day, most, cost + day, ((len(pools), 1),)))
                pools.append(((1, now), (5, now + later)))
        wanted.append(Need(chance.choice([1, 1, 2, 3, 8]), SHORT, tuple(arcs)))
    if needs > 1:
        wanted[1] = attrs.evolve(wanted[0], quantity=wanted[1].quantity)
    return Problem(tuple(wanted), tuple(parcels), tuple(pools))


def every_way(need: Need) -> Iterator[tuple[tuple[int, int], ...]]:
    """Whatever could cover a need in part or in full, as (place of the arc, units)."""
    for units in product(*(range(min(arc.most, need.quantity) + 1) for arc in need.arcs)):
        if sum(units) <= need.quantity:
            yield tuple((place, n) for place, n in enumerate(units) if n)


def parcels_of(problem: Problem, solution: Solution) -> int:
    """How many parcels carry anything."""
    return len({problem.needs[need].arcs[place].parcel for need, place, _ in solution.units})


def by_trying(problem: Problem) -> tuple[int, int]:
    """The cost of the cheapest solution and the fewest parcels it takes, by trying them all."""
    tried = []
    for ways in product(*(every_way(need) for need in problem.needs)):
        units = tuple((need, *one) for need, way in enumerate(ways) for one in way)
        cost = cost_of(problem, units)
        one = Solution(units, cost, cost, 0, "trying")
        tried.append((cost, parcels_of(problem, one), one))
    tried.sort(key=lambda one: one[:2])
    return next(one[:2] for one in tried if not faults(problem, one[2]))


# --- every solver -------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda solver: solver.name)
@given(problem=problems(most_needs=2))
@settings(max_examples=200)
def test_a_solution_keeps_every_constraint_and_no_bound_is_above_the_optimum(
    solver: Solver, problem: Problem
) -> None:
    """A plan that cannot be carried out is worse than none; a bound that lies proves nothing."""
    solution = solver.solve(problem, 1_000)
    assert faults(problem, solution) == ()
    assert solution.bound <= by_trying(problem)[0] <= solution.cost


@pytest.mark.parametrize("solver", PROVING, ids=lambda solver: solver.name)
@given(problem=problems())
@settings(max_examples=800)
def test_nothing_is_cheaper_than_what_a_proving_solver_finds(
    solver: Solver, problem: Problem
) -> None:
    """Against the slow oracle that tries everything, with every kind of constraint."""
    solution = solver.solve(problem, 100_000)
    assert solution.cost == solution.bound == by_trying(problem)[0]


@given(seed=st.integers(0, 10**6), needs=st.integers(1, 6), nodes=st.integers(1, 12))
@settings(max_examples=40)
def test_exact_and_highs_agree_where_trying_would_take_for_ever(
    seed: int, needs: int, nodes: int
) -> None:
    """Two solvers that share no search, on problems of some size."""
    problem = a_large_one(seed, needs, nodes)
    exact, other = Exact().solve(problem, 3_000), Highs().solve(problem)
    assert faults(problem, exact) == faults(problem, other) == ()
    assert exact.bound <= other.cost
    assert other.bound <= exact.cost
    assert exact.bound < exact.cost or exact.cost == other.cost


TOLLS_THAT_ARE_SETTLED = a_small_one(Random(102_919), 3)
"""The rules of thumb find cheaper ones as long as the tolls are no part of other figures."""


@given(problem=problems(), budget=st.integers(0, 6))
@example(problem=TOLLS_THAT_ARE_SETTLED, budget=0)
@settings(max_examples=150)
def test_a_search_that_is_cut_short_is_as_good_as_any_rule_of_thumb(
    problem: Problem, budget: int
) -> None:
    """Whoever asks for the best must not get less than a list would have given."""
    rough = [one.solve(problem) for one in (Greedy(), CheapestFirst(), Covering())]
    assert Exact().solve(problem, budget).cost <= min(one.cost for one in rough)


@pytest.mark.parametrize("limit", [AtMost(frozenset(range(4)), "parcels", 3), None])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=10)
def test_nor_is_a_large_one_worse(limit: Limit | None, seed: int) -> None:
    """Sixty nodes and more units than three parcels carry."""
    whole = a_large_one(seed, 4, 60)
    needs = tuple(attrs.evolve(need, quantity=60 * need.quantity) for need in whole.needs)
    problem = attrs.evolve(whole, needs=needs, limits=() if limit is None else (limit,))
    rough = [one.solve(problem) for one in (Greedy(), CheapestFirst(), Covering())]
    found = Exact().solve(problem, 50)

    assert faults(problem, found) == ()
    assert found.bound <= found.cost <= min(one.cost for one in rough)


# --- the exact one ------------------------------------------------------------------------------


@given(seed=st.integers(0, 10**6), needs=st.integers(1, 8), nodes=st.integers(1, 30))
@settings(max_examples=60)
def test_no_single_exchange_makes_a_proved_solution_cheaper(
    seed: int, needs: int, nodes: int
) -> None:
    """Units of one arc sent by another instead: what a planner would try by hand."""
    problem = a_large_one(seed, needs, nodes)
    solution = Exact().solve(problem, 3_000)
    assume(solution.cost == solution.bound)
    for units in exchanged(problem, solution):
        cost = cost_of(problem, units)
        if cost < solution.cost:
            assert faults(problem, Solution(units, cost, cost, 0, "by hand"))


def exchanged(problem: Problem, solution: Solution) -> Iterator[tuple[tuple[int, int, int], ...]]:
    """Every way to send one unit, or all, of one arc by another arc of its need."""
    sent = {(need, place): n for need, place, n in solution.units}
    for (need, place), n in sent.items():
        for other in range(len(problem.needs[need].arcs)):
            for moved in {1, n} if other != place else ():
                units = {**sent, (need, place): n - moved}
                units[need, other] = units.get((need, other), 0) + moved
                yield tuple(sorted((*at, many) for at, many in units.items() if many))


@given(problem=problems(), budget=st.integers(0, 6))
@settings(max_examples=150)
def test_a_budget_that_runs_out_leaves_a_solution_and_an_honest_bound(
    problem: Problem, budget: int
) -> None:
    """Whoever stops early must not be told that the best was found."""
    solution = Exact().solve(problem, budget)
    assert faults(problem, solution) == ()
    assert solution.bound <= by_trying(problem)[0] <= solution.cost


@given(problem=problems())
@settings(max_examples=150)
def test_of_solutions_that_cost_the_same_one_with_the_fewest_parcels_is_found(
    problem: Problem,
) -> None:
    """A tie is broken by what the customer sees."""
    assert parcels_of(problem, Exact().solve(problem)) == by_trying(problem)[1]


@given(problem=problems(), seed=st.integers(0, 10**6))
@settings(max_examples=150)
def test_the_order_of_needs_arcs_and_parcels_does_not_change_the_cost(
    problem: Problem, seed: int
) -> None:
    """Nor the number of parcels: who comes first is no reason."""
    other = shuffled(problem, Random(seed))
    one, two = Exact().solve(problem), Exact().solve(other)
    assert (one.cost, parcels_of(problem, one)) == (two.cost, parcels_of(other, two))


def shuffled(problem: Problem, chance: Random) -> Problem:
    """The same problem in another order."""
    needs, parcels = list(range(len(problem.needs))), list(range(len(problem.parcels)))
    chance.shuffle(needs)
    chance.shuffle(parcels)
    places = [chance.sample(range(len(need.arcs)), len(need.arcs)) for need in problem.needs]
    return Problem(
        tuple(_moved(problem.needs[need], parcels, places[need]) for need in needs),
        tuple(problem.parcels[parcel] for parcel in parcels),
        problem.pools,
        tuple(
            attrs.evolve(room, parcels=frozenset(parcels.index(p) for p in room.parcels))
            for room in problem.rooms
        ),
        tuple(_renamed(limit, needs.index) for limit in problem.limits),
        tuple(
            Toll(
                frozenset((needs.index(need), places[need].index(k)) for need, k in toll.arcs),
                toll.cost,
            )
            for toll in problem.tolls
        ),
    )


def _moved(need: Need, parcels: list[int], places: list[int]) -> Need:
    arcs = [need.arcs[place] for place in places]
    moved = [attrs.evolve(arc, parcel=parcels.index(arc.parcel)) for arc in arcs]
    return attrs.evolve(need, arcs=tuple(moved))


def _renamed(limit: Limit, name: Callable[[int], int]) -> Limit:
    if isinstance(limit, Sets):
        return Sets(tuple((name(need), units) for need, units in limit.each))
    return attrs.evolve(limit, needs=frozenset(map(name, limit.needs)))


@given(problem=problems())
@settings(max_examples=150)
def test_more_of_everything_never_costs_more(problem: Problem) -> None:
    """More stock and more room only add solutions."""
    richer = attrs.evolve(
        problem,
        pools=tuple(tuple((day, n + 1) for day, n in rows) for rows in problem.pools),
        rooms=tuple(attrs.evolve(room, most=room.most + 1) for room in problem.rooms),
    )
    assert Exact().solve(richer).cost <= Exact().solve(problem).cost


@given(problem=problems())
@settings(max_examples=150)
def test_one_more_parcel_never_costs_more(problem: Problem) -> None:
    """It need not be used.  Parts are left out: they are smallest in each parcel."""
    parcels = (*problem.parcels, Parcel(9, 1, 1))
    arc = Arc(len(problem.parcels), 2, 0, ())
    needs = tuple(attrs.evolve(need, arcs=(*need.arcs, arc)) for need in problem.needs)
    wider = attrs.evolve(problem, parcels=parcels, needs=needs)
    assert Exact().solve(wider).cost <= Exact().solve(problem).cost


@given(problem=problems())
@settings(max_examples=150)
def test_the_same_problem_has_the_same_solution(problem: Problem) -> None:
    """To the unit, and by as much work, however its sets were built."""
    again = attrs.evolve(
        problem,
        limits=tuple(
            limit
            if isinstance(limit, Sets)
            else attrs.evolve(limit, needs=frozenset(sorted(limit.needs, reverse=True)))
            for limit in problem.limits
        ),
    )
    assert Exact().solve(problem) == Exact().solve(again)


def test_one_look_proves_most_orders() -> None:
    """Two parcels cost at least the cheapest units and the two smallest parcel costs."""
    arcs = (Arc(0, 2, 50, ()), Arc(1, 2, 40, ()))
    problem = Problem((Need(2, SHORT, arcs),), (Parcel(0, 0, 100), Parcel(1, 0, 110)), ())
    assert Exact().solve(problem) == Solution(((0, 1, 2),), 190, 190, 1, "exact")


def test_a_line_is_split_where_that_is_cheaper_than_being_short() -> None:
    """Two nodes with one unit each."""
    arcs = (Arc(0, 1, 5, ((0, 1),)), Arc(1, 1, 5, ((1, 1),)))
    problem = Problem(
        (Need(2, SHORT, arcs),), (Parcel(0, 0, 10), Parcel(1, 0, 10)), (((0, 1),), ((0, 1),))
    )
    assert Exact().solve(problem).units == ((0, 0, 1), (0, 1, 1))


def test_a_large_need_over_stock_that_comes_in_time_is_proved() -> None:
    """Fifty nodes with a little now and more later, and nearly all of it wanted."""
    problem = a_large_one(3, needs=1, nodes=50)
    supply = sum(rows[-1][1] for rows in problem.pools)
    wanted = attrs.evolve(problem.needs[0], quantity=supply - 20)
    arcs = tuple(attrs.evolve(arc, most=supply) for arc in wanted.arcs)
    problem = attrs.evolve(problem, needs=(attrs.evolve(wanted, arcs=arcs),))
    solution = Exact().solve(problem)
    assert faults(problem, solution) == ()
    assert sum(n for _, _, n in solution.units) == supply - 20
    assert solution.cost - solution.bound <= solution.cost // 1_000


def test_a_parcel_that_costs_less_than_nothing_is_refused() -> None:
    """Unused parcels are not chosen for a gift."""
    with pytest.raises(Broken):
        Exact().solve(Problem((Need(1, SHORT, (Arc(0, 1, 1, ()),)),), (Parcel(0, 0, -1),), ()))

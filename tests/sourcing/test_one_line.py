"""One line alone has a search of its own: it must find what the general one does."""

from __future__ import annotations

from random import Random

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.sourcing.feasible import faults
from omscore.sourcing.problem import Arc, Need, Parcel, Problem, Solution
from omscore.sourcing.solvers.exact import ROWS, Exact
from omscore.sourcing.solvers.line import line


def a_line(chance: Random, nodes: int, quantity: int) -> Problem:
    """Up to as many arcs as nodes, with costs that are alike, or far apart, or a gift."""
    dear = chance.choice((0, 5, 60))
    parcels = tuple(Parcel(n, 0, chance.randint(0, dear)) for n in range(nodes))
    deep = chance.choice((1, 3, quantity))
    arcs = tuple(
        Arc(n, chance.randint(0, deep), chance.choice((-3, 0, 1, 2, chance.randint(0, 40))), ())
        for n in range(nodes)
        if chance.random() < 0.8
    )
    return Problem((Need(quantity, chance.choice((6, 15, 10_000)), arcs),), parcels, ())


def turned(problem: Problem) -> Problem:
    """The same with its arcs in the opposite order, which only the general search takes."""
    (need,) = problem.needs
    return attrs.evolve(problem, needs=(attrs.evolve(need, arcs=need.arcs[::-1]),))


def lines(nodes: int = 30, units: int = 90) -> st.SearchStrategy[Problem]:
    """Some hundred units over some dozen nodes at most."""
    seeds = st.integers(0, 2**32)
    return st.builds(
        lambda seed, n, q: a_line(Random(seed), n, q), seeds, st.integers(0, nodes), units_of(units)
    )


def units_of(most: int) -> st.SearchStrategy[int]:
    """Few or many."""
    return st.integers(1, 8) | st.integers(1, most)


@given(problem=lines())
@settings(max_examples=300)
def test_a_line_alone_costs_what_the_general_search_finds(problem: Problem) -> None:
    """And comes in as few parcels: a shortcut must not lead elsewhere."""
    one, other = Exact().solve(problem), Exact().solve(turned(problem))
    assert faults(problem, one) == ()
    assert (one.cost, one.bound) == (other.cost, other.bound)
    assert len(one.units) == len(other.units)


@given(problem=lines(), budget=st.integers(0, 2))
@settings(max_examples=150)
def test_a_table_that_is_not_finished_proves_nothing(problem: Problem, budget: int) -> None:
    """What it found may be followed; whether it is the cheapest is said only where it is known."""
    found = line(problem, budget)
    assert found is not None
    units, cost, proved, _ = found
    assert faults(problem, Solution(units, cost, cost, 0, "line")) == ()
    best = Exact().solve(turned(problem)).cost
    assert cost == best if proved else cost >= best


def test_a_table_of_too_many_units_is_left_to_the_general_search() -> None:
    """Grams instead of pieces: the table grows with them, the search does not."""
    chance = Random(7)
    parcels = tuple(Parcel(n, 0, chance.randint(40_000, 90_000)) for n in range(20))
    arcs = tuple(
        Arc(n, chance.randint(20_000, 60_000), chance.randint(1, 4), ()) for n in range(20)
    )
    problem = Problem((Need(400_000, 10**6, arcs),), parcels, ())
    solution = Exact().solve(problem)
    assert solution.cost == solution.bound
    assert solution.work > ROWS

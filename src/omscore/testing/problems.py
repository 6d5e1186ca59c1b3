"""Any problem that a solver may get, small enough to be solved by trying everything."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Literal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

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
    Rows,
    Solution,
    Together,
    cost_of,
)

Units = tuple[tuple[int, int, int], ...]
SHORT = 1_000
ROOMS: tuple[Literal["units", "lines", "parcels"], ...] = ("units", "lines", "parcels")


@st.composite
def problems(draw: DrawFn, *, most_needs: int = 2) -> Problem:
    """Stock over time that needs share; also rooms, limits and parts, which often matter."""
    parcels = tuple(draw(st.lists(_parcels(), min_size=1, max_size=3)))
    pools = tuple(draw(st.lists(_rows(), min_size=1, max_size=3)))
    some = st.lists(_needs(len(parcels), len(pools)), min_size=1, max_size=most_needs)
    needs = tuple(draw(some))
    rooms = draw(st.lists(_rooms(len(parcels)), max_size=1))
    limits = draw(st.lists(_limits(len(needs)), max_size=2))
    return Problem(needs, parcels, pools, tuple(rooms), tuple(limits))


def _parcels() -> SearchStrategy[Parcel]:
    costs = st.sampled_from([0, 3, 5, 10, 17])
    return st.builds(Parcel, st.integers(0, 2), st.integers(1, 2), costs)


def _rows() -> SearchStrategy[Rows]:
    def later(first: int, more: int) -> Rows:
        return ((1, first), (2, first + more)) if more else ((1, first),)

    return st.builds(later, st.integers(0, 3), st.integers(0, 2))


@st.composite
def _needs(draw: DrawFn, parcels: int, pools: int) -> Need:
    arcs = st.builds(
        Arc,
        st.integers(0, parcels - 1),
        st.integers(1, 2),
        st.sampled_from([0, 1, 2, 4, 7, -3]),
        st.lists(st.integers(0, pools - 1), unique=True, max_size=2).map(_takes),
    )
    quantity, short = draw(st.integers(1, 3)), draw(st.sampled_from([SHORT, 6]))
    least = draw(st.sampled_from([1, 2]))
    return Need(quantity, short, tuple(draw(st.lists(arcs, max_size=3))), least)


def _takes(pools: list[int]) -> tuple[tuple[int, int], ...]:
    return tuple((pool, 1) for pool in pools)


def _some(count: int) -> SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(0, count - 1), min_size=1)


def _rooms(parcels: int) -> SearchStrategy[Room]:
    return st.builds(Room, _some(parcels), st.sampled_from(ROOMS), st.integers(0, 4))


def _limits(needs: int) -> SearchStrategy[Limit]:
    some, most = _some(needs), st.integers(0, 2)
    return st.one_of(
        st.builds(AtMost, some, st.just("parcels"), most),
        st.builds(AtMost, some, st.just("nodes"), most),
        st.builds(AllOrNothing, some),
        st.builds(Together, some),
    )


def cheaper(problem: Problem, cost: int) -> Solution | None:
    """The cheapest of all solutions, if it costs less than *cost*: slow and obvious."""
    for found, units in sorted((cost_of(problem, units), units) for units in _every(problem)):
        if found >= cost:
            return None
        solution = Solution(units, found, found, 0, "trying everything")
        if not faults(problem, solution):
            return solution
    return None


def _every(problem: Problem) -> Iterator[Units]:
    """Whatever could be sent, whether it is allowed or not."""
    for ways in product(*map(_ways, problem.needs)):
        yield tuple((n, place, units) for n, way in enumerate(ways) for place, units in way)


def _ways(need: Need) -> list[tuple[tuple[int, int], ...]]:
    return [
        tuple((place, n) for place, n in enumerate(units) if n)
        for units in product(*(range(min(arc.most, need.quantity) + 1) for arc in need.arcs))
        if sum(units) <= need.quantity
    ]

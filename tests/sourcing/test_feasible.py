"""The check of solutions finds what is wrong, and says it."""

from __future__ import annotations

import attrs
import pytest

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
    Together,
    Toll,
    cost_of,
)

PROBLEM = Problem(
    needs=(
        Need(4, 100, (Arc(0, 3, 5, ((0, 1),)), Arc(1, 4, 6, ((0, 1),)))),
        Need(2, 100, (Arc(0, 2, 5, ((1, 2),)), Arc(2, 2, 5, ()))),
    ),
    parcels=(Parcel(0, 1, 10), Parcel(0, 5, 10), Parcel(1, 1, 10)),
    pools=(((1, 2), (5, 4)), ((1, 4),)),
)
GOOD = ((0, 0, 2), (0, 1, 2), (1, 0, 2))


def said(problem: Problem, *units: tuple[int, int, int], cost: int | None = None) -> list[str]:
    """What is wrong with *units*."""
    counted = cost_of(problem, units) if cost is None else cost
    return list(faults(problem, Solution(units, counted, 0, 1, "a person")))


def test_a_good_solution_has_no_fault() -> None:
    """Nor has being short of everything."""
    assert said(PROBLEM, *GOOD) == []
    assert said(PROBLEM) == []


@pytest.mark.parametrize(
    ("units", "sentence"),
    [
        ([(2, 0, 1)], "there is no need 2"),
        ([(0, 2, 1)], "need 0 has no arc 2"),
        ([(0, -1, 1)], "need 0 has no arc -1"),
        ([(0, 0, 0)], "need 0 gets 0 units by arc 0"),
        ([(0, 0, True)], "need 0 gets True units by arc 0"),
        ([(0, 0, 1), (0, 0, 1)], "units are not in the order of needs and arcs, each once"),
        ([(1, 0, 1), (0, 0, 1)], "units are not in the order of needs and arcs, each once"),
    ],
)
def test_units_that_are_none_are_named(units: list[tuple[int, int, int]], sentence: str) -> None:
    """Before anything is added up."""
    assert said(PROBLEM, *units, cost=0) == [sentence]


@pytest.mark.parametrize(
    ("units", "sentence"),
    [
        ([(1, 1, 3)], "need 1 gets 3 units by arc 1, which carries 2"),
        ([(1, 0, 1), (1, 1, 2)], "need 1 gets 3 units and wants 2"),
        ([(0, 0, 3)], "by day 1 pool 0 gives 3 units and holds 2"),
    ],
)
def test_more_than_there_is_is_named(units: list[tuple[int, int, int]], sentence: str) -> None:
    """By arc, by need, and by pool and day."""
    assert sentence in said(PROBLEM, *units)


def test_what_leaves_early_is_gone_later() -> None:
    """A pool is one stock over time; units that take two of it count twice."""
    scarce = attrs.evolve(PROBLEM, pools=(((1, 2), (5, 3)), ((1, 3),)))
    assert said(scarce, *GOOD) == [
        "by day 5 pool 0 gives 4 units and holds 3",
        "by day 1 pool 1 gives 4 units and holds 3",
    ]
    assert said(attrs.evolve(PROBLEM, pools=((), ((1, 4),))), (0, 0, 1)) == [
        "by day 1 pool 0 gives 1 units and holds 0"
    ]


@pytest.mark.parametrize(
    ("room", "sentence"),
    [
        (Room(frozenset({0, 1}), "units", 5), "6 units where there is room for 5"),
        (Room(frozenset({0, 1}), "lines", 2), "3 lines where there is room for 2"),
        (Room(frozenset({0, 1}), "parcels", 1), "2 parcels where there is room for 1"),
    ],
)
def test_too_little_room_is_named(room: Room, sentence: str) -> None:
    """In units, in lines and in parcels; exactly full is not too full."""
    assert said(attrs.evolve(PROBLEM, rooms=(room,)), *GOOD) == [sentence]
    enough = attrs.evolve(room, most=room.most + 1)
    assert said(attrs.evolve(PROBLEM, rooms=(enough,)), *GOOD) == []


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        (AtMost(frozenset({0}), "parcels", 1), "2 parcels where at most 1 are allowed"),
        (AtMost(frozenset({0}), "nodes", 0), "1 nodes where at most 0 are allowed"),
        (Together(frozenset({0, 1})), "2 parcels where everything must go together"),
    ],
)
def test_a_broken_limit_is_named(limit: Limit, sentence: str) -> None:
    """Two parcels of one node are one node."""
    assert said(attrs.evolve(PROBLEM, limits=(limit,)), *GOOD) == [sentence]


def test_all_or_nothing_is_neither_a_part_nor_one_need_alone() -> None:
    """Everything and nothing are both well."""
    whole = attrs.evolve(PROBLEM, limits=(AllOrNothing(frozenset({0, 1})),))
    assert said(whole, *GOOD) == []
    assert said(whole) == []
    assert said(whole, *GOOD[:2]) == ["4 of 6 units where it is all or nothing"]


def test_what_makes_no_whole_sets_is_named() -> None:
    """Two of the first for each of the second; no set at all is well too."""
    sets = attrs.evolve(PROBLEM, limits=(Sets(((0, 2), (1, 1))),))
    assert said(sets, *GOOD) == []
    assert said(sets) == []
    assert said(sets, (0, 0, 2), (1, 0, 1)) == []
    assert said(sets, *GOOD[:2]) == ["[4, 0] units that make no whole sets"]
    assert said(sets, (0, 0, 1), (0, 1, 2), (1, 0, 2)) == ["[3, 2] units that make no whole sets"]


def test_a_toll_is_counted_once() -> None:
    """However many of its arcs carry something; and not at all if none does."""
    shared = attrs.evolve(PROBLEM, tolls=(Toll(frozenset({(0, 0), (1, 0)}), 7),))
    assert cost_of(shared, GOOD) == cost_of(PROBLEM, GOOD) + 7
    assert cost_of(shared, GOOD[1:2]) == cost_of(PROBLEM, GOOD[1:2])
    assert said(shared, *GOOD, cost=cost_of(PROBLEM, GOOD)) == ["it costs 59 and says 52"]


def test_a_part_that_is_too_small_is_named() -> None:
    """Unless it is all that is wanted."""
    need = attrs.evolve(PROBLEM.needs[0], least_split=3)
    split = attrs.evolve(PROBLEM, needs=(need, attrs.evolve(PROBLEM.needs[1], least_split=3)))
    assert said(split, *GOOD) == [
        "parcel 0 carries 2 units of need 0, too small a part",
        "parcel 1 carries 2 units of need 0, too small a part",
    ]


def test_figures_that_do_not_add_up_are_named() -> None:
    """A cost is counted again, and no bound is above it."""
    cost = cost_of(PROBLEM, GOOD)
    assert said(PROBLEM, *GOOD, cost=cost - 1) == [f"it costs {cost} and says {cost - 1}"]
    proud = Solution(GOOD, cost, cost + 1, 1, "a person")
    assert faults(PROBLEM, proud) == (f"its bound {cost + 1} is above its cost {cost}",)

"""Rules of thumb: what most shops do, and where it leads."""

from __future__ import annotations

from omscore.sourcing.problem import AllOrNothing, Arc, Need, Parcel, Problem
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import CheapestFirst, Covering, Greedy
from omscore.testing.problems import SHORT


def test_greedy_takes_what_comes_first() -> None:
    """A priority list, whatever it costs."""
    arcs = (Arc(1, 1, 90, ()), Arc(0, 2, 5, ()))
    problem = Problem((Need(2, SHORT, arcs),), (Parcel(0, 0, 10), Parcel(1, 0, 10)), ())
    assert Greedy().solve(problem).units == ((0, 0, 1), (0, 1, 1))


def test_covering_opens_what_carries_most() -> None:
    """Even where two cheap parcels would cost less."""
    needs = tuple(Need(1, SHORT, (Arc(k, 1, 0, ()), Arc(2, 1, 50, ()))) for k in range(2))
    problem = Problem(needs, (Parcel(0, 0, 1), Parcel(1, 0, 1), Parcel(2, 0, 9)), ())
    assert Covering().solve(problem).units == ((0, 1, 1), (1, 1, 1))


def test_greedy_leaves_out_what_cannot_be_complete() -> None:
    """All or nothing: and so all that is entangled with it."""
    needs = (Need(2, SHORT, (Arc(0, 1, 1, ()),)), *[Need(1, SHORT, (Arc(0, 1, 1, ()),))] * 2)
    limits = (AllOrNothing(frozenset({0, 1})), AllOrNothing(frozenset({1, 2})))
    problem = Problem(needs, (Parcel(0, 0, 1),), (), limits=limits)
    assert Greedy().solve(problem).units == ()


def test_cheapest_first_counts_the_parcel_that_a_unit_needs() -> None:
    """A dear unit in a cheap parcel is cheaper than a cheap unit in a dear one."""
    arcs = (Arc(0, 1, 1, ()), Arc(1, 1, 5, ()))
    problem = Problem((Need(1, SHORT, arcs),), (Parcel(0, 0, 90), Parcel(1, 0, 10)), ())
    assert CheapestFirst().solve(problem).units == ((0, 1, 1),)


def test_cheapest_first_goes_on_with_parcels_that_are_paid_for() -> None:
    """The second line joins the first, though another parcel alone would be cheaper for it."""
    arcs = (Arc(0, 1, 5, ()), Arc(1, 1, 1, ()))
    needs = (Need(1, SHORT, (Arc(0, 1, 1, ()),)), Need(1, SHORT, arcs))
    problem = Problem(needs, (Parcel(0, 0, 30), Parcel(1, 0, 10)), ())
    assert CheapestFirst().solve(problem).units == ((0, 0, 1), (1, 0, 1))


def test_cheapest_first_does_not_look_ahead() -> None:
    """Two cheap parcels, where one for both is cheaper: what only a search finds."""
    needs = tuple(Need(1, SHORT, (Arc(k, 1, 0, ()), Arc(2, 1, 0, ()))) for k in range(2))
    problem = Problem(needs, (Parcel(0, 0, 10), Parcel(1, 0, 10), Parcel(2, 0, 12)), ())
    assert CheapestFirst().solve(problem).cost == 20
    assert Exact().solve(problem).cost == 12

"""Shares: whole units in proportion, as handing them out one by one would have it."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omscore.atp.shares import shares

weights = st.lists(st.integers(0, 9) | st.integers(200, 999), min_size=1, max_size=6)


def in_turn(total: int, several: list[int]) -> list[int]:
    """Each unit where weight / (2 * had + 1) is highest, in fractions; ties go to the first."""
    had = [0] * len(several)
    for _ in range(total if any(several) else 0):
        claims = [
            Fraction(weight, 2 * units + 1) for weight, units in zip(several, had, strict=True)
        ]
        had[claims.index(max(claims))] += 1
    return had


@example(100, [970, 6, 6, 6, 6, 6])
@given(st.integers(0, 80), weights)
def test_shares_are_units_handed_out_one_by_one(total: int, several: list[int]) -> None:
    """Sainte-Laguë, as its book has it; where nobody has a claim, nobody gets anything."""
    assert shares(total, several) == in_turn(total, several)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=8))
def test_shares_of_many_add_up_and_never_fall(total: int, several: list[int]) -> None:
    """Without a turn for each of a million million units."""
    was, is_ = shares(total, several), shares(total + 1, several)

    assert sum(was) == (total if any(several) else 0)
    assert all(more >= units for units, more in zip(was, is_, strict=True))


@pytest.mark.parametrize(("total", "several"), [(-1, [1]), (1, [2, -1])])
def test_less_than_nothing_is_an_error_of_the_caller(total: int, several: list[int]) -> None:
    """Whatever comes from outside was bounded before."""
    with pytest.raises(ValueError, match="negative"):
        shares(total, several)

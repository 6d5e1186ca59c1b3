"""Matching lots with demands: as many units as can be, and nobody worse off for one behind him."""

from itertools import combinations, permutations

from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.matching import Matching


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 15), st.integers(1, 3)), max_size=4),
)
def test_a_matching_is_the_largest_there_is(
    lots: list[int], demands: list[tuple[int, int]]
) -> None:
    """Against every order of serving with nobody moving: none serves more."""
    may_use = (1 << len(lots)) - 1
    matching = Matching(lots)
    served = sum(matching.serve(matching.demand(one & may_use), units) for one, units in demands)

    for turn in permutations(demands):
        plain = Matching(lots)
        assert served >= sum(
            plain.serve(plain.demand(one & may_use), units, settled=True) for one, units in turn
        )
    assert sum(matching.free) == sum(lots) - served
    for demand, (may, _) in enumerate(demands):
        assert all(may >> lot & 1 for lot, one in enumerate(matching.served) if demand in one)


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 15), st.integers(1, 4), st.booleans()), max_size=7),
)
def test_each_demand_gets_all_that_those_before_can_leave_it(
    lots: list[int], demands: list[tuple[int, int, bool]]
) -> None:
    """Whatever was in vain before, and whoever left: as many as are left in any choice of others.

    No choice of demands may take more than what the lots hold that some of it may use (P. Hall,
    *On representatives of subsets*, 1935); who leaves takes what he has along.
    """
    matching, served = Matching(lots), dict[int, int]()
    for may, units, leaves in demands:
        one = matching.demand(may & (1 << len(lots)) - 1)
        holds = [
            free + sum(there.values())
            for free, there in zip(matching.free, matching.served, strict=True)
        ]
        most = min(
            sum(
                units
                for lot, units in enumerate(holds)
                if any(matching.usable[other] >> lot & 1 for other in (one, *others))
            )
            - sum(served[other] for other in others)
            for count in range(len(served) + 1)
            for others in combinations(served, count)
        )
        served[one] = matching.serve(one, units)
        assert served[one] == min(units, most)
        if leaves:
            assert matching.withdraw(one) == served.pop(one)

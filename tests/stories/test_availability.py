"""Stories of asking: how many units, on which day, by which method."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.messages import ExpectDemand
from omscore.atp.methods import Options
from omscore.atp.periods import Discrete
from omscore.oms import Oms
from omscore.testing.builders import a_node, an_item, an_oms, an_order, day, expected, received

some = st.integers(1, 9)


def a_shop_with(there: int, coming: int, taken: int, asked: int) -> Oms:
    """Tea in Berlin: some there, some coming on day 5, some of others on day 7, some ordered."""
    demand = ExpectDemand(node="berlin", sku="TEA", document="d-1", quantity=taken, day=day(7))
    shop = an_oms()
    shop.oms.know(an_item(), a_node())
    for command in received(there), expected(coming, day(5)), demand, an_order(asked):
        shop.oms.do(command)
    return shop.oms


@given(there=some, coming=some, taken=some, asked=some)
def test_a_method_sees_what_the_position_keeps(
    there: int, coming: int, taken: int, asked: int
) -> None:
    """Look-ahead is what grants go by: the rows say what may be promised, day by day."""
    oms = a_shop_with(there, coming, taken, asked)
    rows = oms.availability("TEA", "berlin", options=Options(horizon_days=10))

    for row in rows:
        assert max(0, row.available) == oms.available("TEA", "berlin", day=row.day)


@given(there=some, coming=some, taken=some, asked=some, quantity=some)
def test_the_earliest_day_is_the_first_that_suffices(
    there: int, coming: int, taken: int, asked: int, quantity: int
) -> None:
    """Day by day, the slow way."""
    oms = a_shop_with(there, coming, taken, asked)
    slowly = next(
        (day(n) for n in range(20) if oms.available("TEA", "berlin", day=day(n)) >= quantity),
        None,
    )

    assert oms.earliest("TEA", "berlin", quantity) == slowly


def test_a_planner_asks_in_another_dialect() -> None:
    """Discrete: each receipt on its own, up to the next."""
    oms = a_shop_with(there=4, coming=6, taken=1, asked=3)
    rows = oms.availability("TEA", "berlin", method=Discrete(), options=Options(horizon_days=10))

    assert [row.available for row in rows] == [1] * 5 + [5] * 5

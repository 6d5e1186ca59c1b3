"""Stories of asking: how many units, on which day, by which method."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.messages import ExpectDemand, ReceiveSupply
from omscore.atp.methods import Options
from omscore.atp.outlook import NothingWouldDo
from omscore.atp.periods import Discrete
from omscore.atp.questions import Level, LineNotBy
from omscore.oms import Oms
from omscore.testing import laws
from omscore.testing.builders import (
    a_node,
    a_shop,
    an_item,
    an_oms,
    an_order,
    day,
    expected,
    received,
)

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


def test_a_node_that_takes_no_work_promises_nothing() -> None:
    """No plan would send from it, and no request is granted there: no answer may say otherwise."""
    oms = a_shop_with(there=9, coming=6, taken=1, asked=3)
    oms.know(a_node(active=False))
    at = ("TEA", "berlin")

    assert oms.available(*at) == oms.availabilities([at])[at] == 0
    assert oms.earliest(*at, 1) is None
    assert {row.available for row in oms.availability(*at)} == {0}
    assert {row.reserved for row in oms.availability(*at)} == {0, 3}
    assert oms.over_nodes("TEA") == [Level(day(0), 0)]
    assert oms.lacking(*at, 1) == NothingWouldDo(1)
    assert isinstance(oms.together("berlin", [("TEA", 1)]), LineNotBy)
    assert str(oms.explain_availability(*at)).splitlines() == [
        "0 units may be promised for 2026-03-02",
        "  none, since the node takes no work",
        "2026-03-02: 6 available, as 2026-03-02 decides",
        "  +9 on-hand (2026-03-02)",
        "  -3 committed:2026-03-02 (2026-03-02)",
        "1 asked: no supply would make 1 units available",
    ]

    oms.know(a_node())
    assert oms.available(*at) == 6


def test_an_explanation_names_the_papers_of_what_is_due() -> None:
    """Two purchase orders of one day; one is short when it comes, and what came is on hand."""
    shop = a_shop({"berlin": {"TEA": 2}}).given(
        expected(9, day(3), document="po-1"), expected(4, day(3), document="po-2")
    )

    def told() -> list[str]:
        return str(shop.oms.explain_availability("TEA", "berlin", day=day(3))).splitlines()

    assert told()[1:] == [
        "2026-03-05: 15 available, as 2026-03-05 decides",
        "  +2 on-hand (2026-03-02)",
        "  +9 po-1 (2026-03-05)",
        "  +4 po-2 (2026-03-05)",
    ]

    shop.given(ReceiveSupply(node="berlin", sku="TEA", document="po-1", quantity=6, receipt="n-1"))
    assert "  +3 po-1 (2026-03-05)" in told()
    laws.check(shop.oms)


def test_a_planner_asks_in_another_dialect() -> None:
    """Discrete: each receipt on its own, up to the next."""
    oms = a_shop_with(there=4, coming=6, taken=1, asked=3)
    rows = oms.availability("TEA", "berlin", method=Discrete(), options=Options(horizon_days=10))

    assert [row.available for row in rows] == [1] * 5 + [5] * 5

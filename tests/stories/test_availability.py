"""Stories of asking: how many units, on which day, by which method."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omscore.asking.stock import MOST_OWNERS
from omscore.atp.messages import ExpectDemand, ReceiveSupply
from omscore.atp.methods import Options
from omscore.atp.movements import DemandKind
from omscore.atp.outlook import NothingWouldDo
from omscore.atp.periods import Discrete
from omscore.atp.questions import Level, LineNotBy
from omscore.atp.requests import Request, Wanted
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
MOVE: DemandKind = "transfer-out"


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
        "  -3 o-1 (2026-03-02)",
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


def test_an_explanation_names_who_takes_units() -> None:
    """Orders, and the documents of others; a forecast that is taken back is no name any more."""
    shop = a_shop({"berlin": {"TEA": 9}}).given(
        an_order(2, id="o-1"),
        an_order(1, 1, id="o-2"),
        ExpectDemand(node="berlin", sku="TEA", document="f-1", quantity=2, day=day(3)),
        ExpectDemand(node="berlin", sku="TEA", document="f-2", quantity=1, day=day(3)),
        ExpectDemand(node="berlin", sku="TEA", document="t-1", quantity=1, day=day(3), kind=MOVE),
    )

    def told() -> list[str]:
        return str(shop.oms.explain_availability("TEA", "berlin", day=day(3))).splitlines()

    assert told()[2:] == [
        "  +9 on-hand (2026-03-02)",
        "  -2 o-1 (2026-03-02)",
        "  -1 o-2 (2026-03-02)",
        "  -1 o-2.2 (2026-03-02)",
        "  -2 f-1 (2026-03-05)",
        "  -1 f-2 (2026-03-05)",
        "  -1 t-1 (2026-03-05)",
    ]

    shop.given(ExpectDemand(node="berlin", sku="TEA", document="f-1", quantity=0, day=day(3)))
    assert not any("f-1" in line for line in told())
    laws.check(shop.oms)


def test_very_many_owners_go_by_day() -> None:
    """A planner who asks about an item of the day is not read a hundred thousand names."""
    shop = a_shop({"berlin": {"TEA": 999}})
    many = [
        Request(f"o-{n}", [Wanted("TEA", 1)], at="berlin", ttl=None) for n in range(MOST_OWNERS + 1)
    ]
    shop.oms.reserve_many(many[1:])
    assert "  -1 o-7 (2026-03-02)" in str(shop.oms.explain_availability("TEA", "berlin"))

    shop.oms.reserve_many(many[:1])
    told = str(shop.oms.explain_availability("TEA", "berlin")).splitlines()
    assert told[3:] == [f"  -{MOST_OWNERS + 1} committed:2026-03-02 (2026-03-02)"]


def test_a_planner_asks_in_another_dialect() -> None:
    """Discrete: each receipt on its own, up to the next."""
    oms = a_shop_with(there=4, coming=6, taken=1, asked=3)
    rows = oms.availability("TEA", "berlin", method=Discrete(), options=Options(horizon_days=10))

    assert [row.available for row in rows] == [1] * 5 + [5] * 5

"""Lots that return: goods that come back are no fresher than they were; none too old is sold."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.atp.lots import PLAIN, Lot
from omscore.atp.messages import ReceiveStock
from omscore.atp.movements import StockEntered
from omscore.lifecycle.fulfillment.messages import ShipFulfillment
from omscore.lifecycle.returns.messages import Grade, GradeReturn, ReceiveReturn
from omscore.testing import laws
from omscore.testing.builders import DAY, a_shop, an_order, day, of_line
from omscore.testing.story import Shop

AT: Any = {"node": "berlin", "sku": "TEA"}
OLD, NEW = Lot(day(3), "A"), Lot(day(9), "B")
SAID = [PLAIN, PLAIN, Lot(None, "A"), Lot(None, "Z"), Lot(day(5)), NEW]


def expected(left: Sequence[Lot], said: Lot) -> Lot:
    """What they are of: what is said of them, else what is known of all that could be meant."""
    meant = [
        one for one in left if said.use_by in (None, one.use_by) and said.name in (None, one.name)
    ]
    ends: list[date] = [one.use_by for one in meant if one.use_by]
    known = meant[0] if len(meant) == 1 else Lot(min(ends, default=None))
    return Lot(said.use_by or known.use_by, said.name or known.name)


def restocked(shop: Shop, condition: str) -> dict[Lot, int]:
    return {
        one.event.lot or PLAIN: one.event.units
        for one in shop.events()
        if isinstance(one.event, StockEntered)
        and one.event.cause == "restocked"
        and one.key.id == f"berlin/TEA/{condition}"
    }


@settings(max_examples=80, deadline=None)
@given(
    stock=st.tuples(*[st.integers(0, 3)] * 3).filter(any),
    ordered=st.integers(1, 9),
    good=st.integers(0, 9),
    said=st.sampled_from(SAID),
    days=st.integers(0, 10),
)
def test_what_comes_back_is_of_the_lot_that_left_unless_its_grade_says_another(
    stock: Sequence[int], ordered: int, good: int, said: Lot, days: int
) -> None:
    """Of several lots all are taken to end with the first; what is past its day is damaged."""
    shop, shipped = a_shop({}), min(ordered, sum(stock))
    for lot, units in zip((OLD, NEW, PLAIN), stock, strict=True):
        if units:
            came = ReceiveStock(
                **AT, quantity=units, document=f"r-{lot.name}", use_by=lot.use_by, lot=lot.name
            )
            shop.given(came)
    shop.given(an_order(shipped), ShipFulfillment("o-1.1"))
    known = [Lot(one.use_by, one.lot) for one in shop.oms.fulfillment("o-1.1").lots]
    told = sum(one.quantity for one in shop.oms.fulfillment("o-1.1").lots)
    lot = expected([*known, *[PLAIN] * (told < shipped)], said)

    shop.after(days * DAY).given(
        ReceiveReturn("r-1", order="o-1", node="berlin", lines=of_line(shipped))
    )
    sellable = min(good, shipped)
    grade = Grade(
        "1",
        sellable=sellable,
        damaged=shipped - sellable,
        use_by=said.use_by,
        lot=said.name,
    )
    shop.given(GradeReturn("r-1", grades=[grade]))

    if lot.use_by is not None and lot.use_by < day(days):
        sellable = 0
    assert restocked(shop, "sellable") == ({lot: sellable} if sellable else {})
    assert restocked(shop, "damaged") == ({lot: shipped - sellable} if shipped > sellable else {})
    laws.check(shop.oms)

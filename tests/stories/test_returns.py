"""Goods come back: announced or not, graded, restocked or sent back."""

from datetime import timedelta

import pytest

from omscore.atp.lots import Lot
from omscore.atp.messages import NoSuchNode, ReceiveStock
from omscore.atp.position import POSITION
from omscore.kernel.ids import LineId, NodeId, OrderId, ReturnId
from omscore.kernel.reason import Reason
from omscore.lifecycle.fulfillment.messages import ShipFulfillment
from omscore.lifecycle.order.messages import (
    CancelUnits,
    NoSuchLine,
    NoSuchOrder,
    TooManyReturned,
)
from omscore.lifecycle.returns.messages import (
    AcceptReturn,
    AnnounceReturn,
    CancelReturn,
    Grade,
    GradeReturn,
    GradesDiffer,
    NoSuchReturn,
    OtherOrder,
    ReceiveReturn,
    RefuseReturn,
    RestockReturn,
    ReturnExists,
    ReturnNotNow,
)
from omscore.orchestration.returning import ReturnPolicy
from omscore.runtime.configuration import Configuration
from omscore.testing import laws
from omscore.testing.builders import DAY, a_shop, an_order, day, of_line
from omscore.testing.story import Shop

BY_HAND = Configuration(returning=ReturnPolicy(accept=False))


def shipped(configuration: Configuration | None = None) -> Shop:
    """Four of ten left Berlin, and one of the five that were ordered was canceled."""
    return a_shop({"berlin": {"TEA": 10}}, configuration=configuration).given(
        an_order(5), CancelUnits("o-1", line="1", quantity=1), ShipFulfillment("o-1.1")
    )


def announced(quantity: int, id: str = "r-1") -> AnnounceReturn:
    return AnnounceReturn(id, order="o-1", lines=of_line(quantity), reason="too-bitter")


def came(quantity: int, id: str = "r-1", node: str = "berlin") -> ReceiveReturn:
    return ReceiveReturn(id, order="o-1", node=node, lines=of_line(quantity))


def graded(sellable: int, damaged: int = 0) -> GradeReturn:
    return GradeReturn("r-1", grades=[Grade("1", sellable=sellable, damaged=damaged)])


def test_goods_that_came_back_are_sold_again_only_after_somebody_looked() -> None:
    """Received, they are here; graded, three can be sold and one is for the bin."""
    shop = shipped().given(announced(4), came(4))
    assert shop.oms.available("TEA", "berlin") == 6
    assert shop.oms.available("TEA", "berlin", condition="returned") == 4

    shop.given(graded(3, damaged=1))
    assert shop.oms.return_("r-1").stage == "restocked"
    assert shop.oms.available("TEA", "berlin") == 9
    assert shop.oms.available("TEA", "berlin", condition="damaged") == 1
    assert shop.oms.available("TEA", "berlin", condition="returned") == 0
    laws.check(shop.oms)


def test_goods_that_come_back_are_of_the_lot_that_they_were_sent_of() -> None:
    """One pot says so itself; of the others the books know; what is too old is for the bin."""
    shop = a_shop({}).given(
        ReceiveStock(node="berlin", sku="TEA", quantity=4, document="d-1", use_by=day(5), lot="A"),
        an_order(4),
        ShipFulfillment("o-1.1"),
    )
    newer = Grade("1", sellable=1, use_by=day(9), lot="B")
    shop.given(came(2, "r-1"), GradeReturn("r-1", grades=[newer, Grade("1", sellable=1)]))
    assert lots(shop) == {Lot(day(9), "B"): 1, Lot(day(5), "A"): 1}

    shop.after(7 * DAY).given(came(2, "r-2"), GradeReturn("r-2", grades=[Grade("1", sellable=2)]))
    assert lots(shop) == {Lot(day(9), "B"): 1}
    assert lots(shop, "damaged") == {Lot(day(5), "A"): 3}
    laws.check(shop.oms)


def lots(shop: Shop, condition: str = "sellable") -> dict[Lot, int]:
    position = shop.oms.get(POSITION.key(f"berlin/TEA/{condition}"))
    return {} if position is None else {one.lot: one.units for one in position.lots}


def test_a_parcel_at_the_door_announces_itself() -> None:
    """Nobody said that it would come; it is counted all the same."""
    shop = shipped().given(came(2))

    assert shop.oms.return_("r-1").stage == "received"
    assert shop.oms.order("o-1").lines[LineId("1")].returning == 2


def test_no_more_comes_back_than_was_shipped() -> None:
    """Over all returns of a line: three announced, one received, and none is left."""
    shop = shipped().given(announced(3), came(1, "r-2"))

    shop.refuses(announced(1, "r-3"), TooManyReturned(LineId("1"), asked=1, left=0))
    shop.refuses(came(1, "r-3"), TooManyReturned(LineId("1"), asked=1, left=0))
    shop.ignores(came(4), TooManyReturned(LineId("1"), asked=4, left=3))
    laws.check(shop.oms)


@pytest.mark.parametrize(("units", "left"), [(1, 3), (3, 1), (4, 0)])
def test_what_came_counts_not_what_was_announced(units: int, left: int) -> None:
    """Two were announced: fewer give the rest back, more are taken if so many were shipped."""
    shop = shipped().given(announced(2), came(units))

    shop.refuses(
        announced(left + 1, "r-2"), TooManyReturned(LineId("1"), asked=left + 1, left=left)
    )


def test_what_is_announced_and_does_not_come_lapses() -> None:
    """After sixty days it may be announced again; canceled, it may at once."""
    shop = shipped().given(announced(4)).after(60 * DAY - timedelta(minutes=1))
    assert shop.oms.return_("r-1").stage == "announced"
    shop.after(timedelta(minutes=1))
    assert shop.oms.return_("r-1").stage == "canceled"

    shop.given(announced(4, "r-2"), CancelReturn("r-2"), announced(4, "r-3"))
    shop.ignores(came(1), ReturnNotNow("receive", "canceled"))


def test_a_refused_return_goes_back_to_the_customer() -> None:
    """It was used: it leaves our stock again, and may be sent in once more."""
    shop = shipped(BY_HAND).given(announced(2), came(2), graded(0, damaged=2))
    shop.given(RefuseReturn("r-1", reason="used"))

    assert shop.oms.return_("r-1").stage == "refused"
    assert shop.oms.available("TEA", "berlin", condition="returned") == 0
    assert shop.oms.order("o-1").lines[LineId("1")].returning == 0
    shop.given(announced(4, "r-2"))
    laws.check(shop.oms)


def test_a_host_may_decide_each_return_by_hand() -> None:
    """Then nothing is accepted by itself; accepted goods are restocked."""
    shop = shipped(BY_HAND).given(came(2), graded(2))
    assert shop.oms.return_("r-1").stage == "graded"

    shop.given(AcceptReturn("r-1"))
    assert shop.oms.return_("r-1").stage == "restocked"
    shop.refuses(RestockReturn("r-1"), ReturnNotNow("restock", "restocked"))


def test_goods_may_come_back_to_another_node() -> None:
    """The parcel was sent from Berlin and is handed in at the store in London."""
    shop = shipped().given(came(2, node="london"), graded(2))

    assert shop.oms.available("TEA", "london") == 2
    assert shop.oms.available("TEA", "berlin") == 6
    laws.check(shop.oms)


def test_what_came_back_serves_those_who_wait() -> None:
    """The next in line gets the pot that somebody else did not like."""
    shop = a_shop({"berlin": {"TEA": 4}}).given(
        an_order(4), ShipFulfillment("o-1.1"), an_order(2, id="o-2"), came(3)
    )
    assert shop.oms.order("o-2").status == "backordered"
    shop.given(graded(3))
    assert shop.oms.order("o-2").status == "released"
    laws.check(shop.oms)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (announced(1), ReturnExists(ReturnId("r-1"))),
        (graded(1), GradesDiffer(LineId("1"), graded=1, received=2)),
        (CancelReturn("r-1"), ReturnNotNow("cancel", "received")),
        (AcceptReturn("r-1"), ReturnNotNow("accept", "received")),
        (AcceptReturn("r-9"), NoSuchReturn(ReturnId("r-9"))),
        (came(1, "r-2", node="rome"), NoSuchNode(NodeId("rome"))),
        (
            ReceiveReturn("r-2", order="o-9", node="berlin", lines=of_line(1)),
            NoSuchOrder(OrderId("o-9")),
        ),
        (
            AnnounceReturn("r-2", order="o-1", lines=of_line(1, "7")),
            NoSuchLine(LineId("7")),
        ),
        (
            ReceiveReturn("r-2", order="o-1", node="berlin", lines=of_line(1, "7")),
            NoSuchLine(LineId("7")),
        ),
    ],
)
def test_a_return_that_makes_no_sense_is_refused(command: object, reason: Reason) -> None:
    """Each with the reason, and nothing changes."""
    shipped().given(came(2)).refuses(command, reason)


def test_a_return_belongs_to_its_order() -> None:
    """A mistyped number must not credit somebody else."""
    shop = shipped().given(an_order(1, id="o-2"), ShipFulfillment("o-2.1"), announced(1))

    shop.refuses(
        ReceiveReturn("r-1", order="o-2", node="berlin", lines=of_line(1)),
        OtherOrder(OrderId("o-2")),
    )

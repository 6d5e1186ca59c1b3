"""A vendor sends straight to the customer what it never counts for us, in so many days."""

from datetime import timedelta
from typing import Any

from omscore.atp.availability import Answering, Availability
from omscore.atp.movements import ShortageDeclared
from omscore.atp.projected import Untracked
from omscore.kernel.ids import LineId
from omscore.lifecycle.fulfillment.messages import (
    AcceptFulfillment,
    DeliverFulfillment,
    PackFulfillment,
    PickFulfillment,
    RejectFulfillment,
    ShipFulfillment,
)
from omscore.runtime.configuration import Configuration
from omscore.testing import laws
from omscore.testing.builders import a_lane, a_line, a_node, a_shop, an_order, day
from omscore.testing.story import Shop

MAKER = a_node("maker", kind="vendor", ships_to=(), capacity={"orders": 2})
NODES = MAKER, a_node("berlin"), a_lane("maker", "DE", transit_days=2, parcel_cost=900)


def a_shop_with_a_vendor(berlin: int = 0, **configuration: Any) -> Shop:
    """The maker makes tea in three days; Berlin has some, and sends it for less."""
    made = Availability(answering=[Answering(method=Untracked(3), node="maker")])
    return a_shop(
        {"berlin": {"TEA": berlin}} if berlin else {},
        nodes=NODES,
        configuration=Configuration(availability=made, **configuration),
    )


def test_what_is_promised_is_what_the_vendor_ships() -> None:
    """Three days to make it and two on the way: so it is told, ordered, released and shipped."""
    shop = a_shop_with_a_vendor()
    promised = shop.oms.promise([a_line(4)], "DE").chosen
    [leg] = promised.decision.legs
    assert (leg.node, leg.ship_day, leg.delivery_day) == ("maker", day(3), day(5))

    shop.given(an_order(4))
    order = shop.oms.order("o-1")
    assert (order.promised, order.stages) == (promised.day, {"allocated": 4})

    shop.after(timedelta(days=3))
    assert shop.oms.order("o-1").stages == {"released": 4}
    shop.given(
        AcceptFulfillment("o-1.1"),
        PickFulfillment("o-1.1"),
        PackFulfillment("o-1.1"),
        ShipFulfillment("o-1.1"),
    )
    assert shop.oms.order("o-1").status == "shipped"
    shop.given(DeliverFulfillment("o-1.1"))
    assert shop.oms.order("o-1").status == "delivered"
    assert not [one for one in shop.events() if isinstance(one.event, ShortageDeclared)]
    laws.check(shop.oms)


def test_stock_at_hand_goes_first_and_the_vendor_sends_the_rest() -> None:
    """Two are in Berlin; nobody waits for the other three."""
    shop = a_shop_with_a_vendor(berlin=2).given(an_order(5))
    groups = shop.oms.order("o-1").lines[LineId("1")].groups
    sent = {(group.node, group.ship_day): units for group, units in groups.items()}

    assert sent == {("berlin", day(0)): 2, ("maker", day(3)): 3}
    laws.check(shop.oms)


def test_a_vendor_whose_day_is_full_sends_on_the_next() -> None:
    """It takes two orders a day, however much they ask for."""
    shop = a_shop_with_a_vendor().given(*(an_order(40, id=f"o-{n}") for n in range(1, 4)))

    assert [shop.oms.order(f"o-{n}").promised for n in (1, 2, 3)] == [day(5), day(5), day(6)]
    laws.check(shop.oms)


def test_a_vendor_that_rejects_is_not_asked_again_at_once() -> None:
    """What it will not send waits; nothing of it is booked any more."""
    shop = a_shop_with_a_vendor().given(an_order(4)).after(timedelta(days=3))
    shop.given(RejectFulfillment("o-1.1", reason="sold-out"))

    assert shop.oms.order("o-1").stages == {"backordered": 4}
    laws.check(shop.oms)

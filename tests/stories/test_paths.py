"""Goods that go another way than straight from a warehouse to the door."""

from omscore.kernel.ids import LineId, NodeId
from omscore.lifecycle.fulfillment.messages import (
    ArriveFulfillment,
    DeliverFulfillment,
    NotNow,
    PackFulfillment,
    PickFulfillment,
    ReturnToSender,
    ShipFulfillment,
)
from omscore.lifecycle.order.messages import CancelOrder
from omscore.network.facts import Link
from omscore.testing import laws
from omscore.testing.builders import (
    a_lane,
    a_line,
    a_node,
    a_shop,
    an_order,
    day,
    received,
    some_lines,
)
from omscore.testing.story import Shop

LINE = LineId("1")
STORE = a_node("corner", ships_to=(), kind="store")
NODES = (
    a_node("berlin", ships_to=()),
    STORE,
    Link("berlin", "corner", transit_days=2, parcel_cost=300),
)


def a_corner_shop(**here: int) -> Shop:
    """Ten of tea in Berlin, which ships to the store on the corner; and what is *here*."""
    return a_shop({"berlin": {"TEA": 10}, "corner": here}, nodes=NODES)


def test_what_is_not_in_the_store_is_shipped_there_and_collected() -> None:
    """The work says where the parcel goes first; stock leaves Berlin when the parcel does."""
    shop = a_corner_shop().given(an_order(3, ship_to="corner", method="pickup"))
    [group] = shop.oms.order("o-1").lines[LINE].groups

    assert (group.node, group.via, group.ship_day, group.promised) == (
        "berlin",
        "corner",
        day(0),
        day(2),
    )
    work = shop.oms.fulfillment("o-1.1")
    assert (work.node, work.via, work.to, work.method) == ("berlin", "corner", "corner", "pickup")
    shop.given(ShipFulfillment("o-1.1"))
    assert shop.oms.available("TEA", "berlin") == 7
    shop.given(DeliverFulfillment("o-1.1"))
    assert shop.oms.order("o-1").status == "delivered"
    laws.check(shop.oms)


def test_a_customer_is_told_when_it_is_at_the_store_and_collects_it() -> None:
    """The whole journey: two nodes, one parcel, and the stage that a customer is called at."""
    shop = a_corner_shop().given(an_order(3, ship_to="corner", method="pickup"))
    shop.ignores(ArriveFulfillment("o-1.1"), NotNow("arrive", "released"))
    journey = PickFulfillment, PackFulfillment, ShipFulfillment, ArriveFulfillment
    for report, stage in zip(journey, ("picked", "packed", "shipped", "ready"), strict=True):
        shop.given(report("o-1.1"))
        assert shop.oms.order("o-1").stages == {stage: 3}
        assert shop.oms.fulfillment("o-1.1").stage == stage
        laws.check(shop.oms)
    shop.ignores(ShipFulfillment("o-1.1"), NotNow("ship", "ready"))
    assert "arrive 3 units shipped -> ready" in str(shop.oms.explain("o-1"))

    shop.given(DeliverFulfillment("o-1.1"))
    assert shop.oms.order("o-1").status == "delivered"
    assert shop.oms.available("TEA", "berlin") == 7
    assert shop.oms.available("TEA", "corner") == 0
    laws.check(shop.oms)


def test_what_nobody_collects_goes_back() -> None:
    """The place keeps it for a while; then the parcel is on its way home."""
    shop = a_corner_shop().given(
        an_order(3, ship_to="corner", method="pickup"),
        ShipFulfillment("o-1.1"),
        ArriveFulfillment("o-1.1"),
        ReturnToSender("o-1.1"),
    )

    assert shop.oms.order("o-1").status == "returned_to_sender"
    shop.ignores(DeliverFulfillment("o-1.1"), NotNow("deliver", "returned_to_sender"))
    laws.check(shop.oms)


def test_what_is_in_the_store_is_collected_at_once() -> None:
    """Two are here today; the third comes from Berlin, as work of its own."""
    shop = a_corner_shop(TEA=2).given(an_order(3, ship_to="corner", method="pickup"))
    groups = shop.oms.order("o-1").lines[LINE].groups

    assert {(group.node, group.via): n for group, n in groups.items()} == {
        ("corner", None): 2,
        ("berlin", "corner"): 1,
    }
    laws.check(shop.oms)


def test_a_path_is_told() -> None:
    """In the promise, in the story of the order, and in the parts of what it costs."""
    shop = a_corner_shop()
    asked = [a_line(3)]
    told = shop.oms.promise(asked, ship_to="corner", method="pickup")
    assert "by way of corner on 2026-03-04, arrives 2026-03-04" in str(told)
    assert told.chosen is not None
    assert told.chosen.decision.parts["transfers"] == 300

    story = str(shop.given(an_order(*asked, ship_to="corner", method="pickup")).oms.explain("o-1"))
    assert "berlin sends 3 units to corner on 2026-03-02, there on 2026-03-04" in story
    assert "to ship on 2026-03-02 to corner by way of corner" in story


def test_units_that_are_canceled_on_the_way_to_the_store_are_free_again() -> None:
    """The stock and the day that they held are in Berlin."""
    shop = a_shop(
        {"berlin": {"TEA": 10}},
        nodes=(a_node("berlin", ships_to=(), capacity={"units": 4}), *NODES[1:]),
    )
    shop.given(an_order(3, ship_to="corner", method="pickup")).given(CancelOrder("o-1"))

    assert shop.oms.available("TEA", "berlin") == 10
    shop.given(an_order(4, id="o-2", ship_to="corner", method="pickup"))
    assert shop.oms.order("o-2").promised == day(2)
    laws.check(shop.oms)


def test_lines_of_one_order_go_to_different_places_by_different_methods() -> None:
    """One home, one to the store, one by a courier: each by a way that leads there."""
    shop = a_shop(
        {"berlin": {"TEA": 10, "POT": 10}},
        nodes=(
            *NODES,
            a_lane("berlin", "DE", transit_days=3),
            a_lane("berlin", "FR", method="courier", transit_days=1),
        ),
    )
    shop.given(
        an_order(
            a_line(1, id="1"),
            a_line(1, "POT", id="2", ship_to="corner", method="pickup"),
            a_line(1, "POT", id="3", ship_to="FR", method="courier"),
        )
    )
    order = shop.oms.order("o-1")
    ways = {
        line: (group.to, group.method, group.via, group.promised)
        for line, of in order.lines.items()
        for group in of.groups
    }
    assert ways == {
        "1": ("DE", "standard", None, day(3)),
        "2": ("corner", "pickup", "corner", day(2)),
        "3": ("FR", "courier", None, day(1)),
    }
    assert len(order.fulfillments) == 3
    laws.check(shop.oms)


def test_a_vendor_ships_what_it_has_told_us_of() -> None:
    """Drop shipping: the vendor is a node, its feed is its stock, its work a fulfillment order."""
    shop = a_shop(
        {},
        nodes=(
            a_node("berlin", ships_to=()),
            a_node("maker", ships_to=(), kind="vendor", processing_days=2),
            a_lane("berlin", "DE", parcel_cost=400),
            a_lane("maker", "DE", parcel_cost=900),
        ),
    )
    shop.given(received(1, "TEA", "berlin"), received(5, "POT", "maker", document="feed-7"))
    shop.given(an_order(*some_lines(("TEA", 1), ("POT", 2))))
    order = shop.oms.order("o-1")

    assert {line: group.node for line, of in order.lines.items() for group in of.groups} == {
        "1": NodeId("berlin"),
        "2": NodeId("maker"),
    }
    assert order.promised == day(3)
    laws.check(shop.oms)

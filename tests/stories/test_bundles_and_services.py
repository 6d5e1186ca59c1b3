"""What is no stock of its own: bundles, downloads, services."""

from __future__ import annotations

import pytest

from omscore.atp.messages import NoSuchItem
from omscore.catalog.item import Component
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import LineId, Sku
from omscore.lifecycle.fulfillment.messages import (
    DeliverFulfillment,
    Missing,
    PickFulfillment,
    RejectFulfillment,
    ShipFulfillment,
)
from omscore.lifecycle.order.messages import CancelUnits, TooFewUnits
from omscore.lifecycle.quote.messages import AcceptQuote, WithdrawQuote
from omscore.testing import laws
from omscore.testing.builders import (
    a_line,
    a_node,
    a_quote,
    a_shop,
    an_item,
    an_order,
    day,
    received,
)
from omscore.testing.story import Shop

BUNDLE = an_item("SET", kind="bundle", components=[Component("POT"), Component("CUP", 2)])


def a_tea_shop(**stock: int) -> Shop:
    """A set is a pot and two cups; a voucher is downloaded, a tasting takes an evening."""
    shop = a_shop(
        {"berlin": stock} if stock else {},
        nodes=(
            a_node("berlin"),
            a_node("cloud", ships_to=["DE"], capacity={"units": 3}),
        ),
        skus=("TEA", "POT", "CUP"),
    )
    shop.oms.know(BUNDLE, an_item("VOUCHER", kind="digital"), an_item("TASTING", kind="service"))
    return shop


def stages(shop: Shop, order: str = "o-1") -> dict[str, dict[str, int]]:
    """How many units of each line are at which stage."""
    return {line: dict(of.stages) for line, of in shop.oms.order(order).lines.items()}


# --- bundles ----------------------------------------------------------------------------------


def test_a_bundle_is_ordered_and_its_components_are_sent() -> None:
    """Each has a line of its own, named after the bundle's; stock is that of the components."""
    shop = a_tea_shop(POT=5, CUP=10).given(an_order(a_line(2, "SET")))

    assert stages(shop) == {"1.POT": {"released": 2}, "1.CUP": {"released": 4}}
    assert (shop.oms.available("POT", "berlin"), shop.oms.available("CUP", "berlin")) == (3, 6)
    shop.given(ShipFulfillment("o-1.1"), DeliverFulfillment("o-1.1"))
    assert shop.oms.order("o-1").status == "delivered"
    laws.check(shop.oms)


def test_only_whole_bundles_are_sent_and_the_rest_waits() -> None:
    """Three cups make one set; what is lacking of the other comes later, and goes together."""
    shop = a_tea_shop(POT=5, CUP=3).given(an_order(a_line(2, "SET")))
    assert stages(shop) == {
        "1.POT": {"backordered": 1, "released": 1},
        "1.CUP": {"backordered": 2, "released": 2},
    }

    shop.given(received(1, "CUP", document="r-2"))
    assert stages(shop) == {"1.POT": {"released": 2}, "1.CUP": {"released": 4}}
    laws.check(shop.oms)


def test_a_component_that_is_lost_is_sourced_for_itself() -> None:
    """The pot is on its way already; the cup that was missing is sent when there is one."""
    shop = a_tea_shop(POT=1, CUP=2).given(an_order(a_line(1, "SET")))
    shop.given(PickFulfillment("o-1.1", missing=[Missing("1.CUP", 1)]))
    assert stages(shop)["1.CUP"] == {"backordered": 1, "picked": 1}

    shop.given(received(1, "CUP", document="r-2"))
    assert stages(shop)["1.CUP"] == {"picked": 1, "released": 1}
    laws.check(shop.oms)


def test_a_bundle_is_canceled_as_a_whole() -> None:
    """One of two: a pot and two cups; and no more than there are."""
    shop = a_tea_shop(POT=5, CUP=10).given(an_order(a_line(2, "SET")))
    shop.given(CancelUnits("o-1", line="1", quantity=1))
    assert stages(shop) == {
        "1.POT": {"released": 1, "canceled": 1},
        "1.CUP": {"released": 2, "canceled": 2},
    }
    assert shop.oms.available("CUP", "berlin") == 8

    shop.refuses(CancelUnits("o-1", line="1", quantity=2), TooFewUnits("cancel", asked=2, ready=1))
    laws.check(shop.oms)


def test_a_bundle_of_bundles_is_taken_apart_to_the_end() -> None:
    """A hamper is two sets and a tea; a third level is one too many."""
    shop = a_tea_shop(POT=5, CUP=10, TEA=3)
    shop.oms.know(
        an_item("HAMPER", kind="bundle", components=[Component("SET", 2), Component("TEA")]),
        an_item("CRATE", kind="bundle", components=[Component("HAMPER", 2)]),
    )
    shop.given(an_order(a_line(1, "HAMPER")))
    assert {line: of.ordered for line, of in shop.oms.order("o-1").lines.items()} == {
        "1.POT": 2,
        "1.CUP": 4,
        "1.TEA": 1,
    }
    with pytest.raises(Unreadable, match="2 deep"):
        shop.oms.do(an_order(a_line(1, "CRATE"), id="o-2"))


def test_a_line_that_is_named_as_a_component_would_be_is_unreadable() -> None:
    """Nobody could tell them apart."""
    with pytest.raises(Unreadable, match="no component gets"):
        a_tea_shop(POT=1).oms.do(an_order(a_line(1, "SET"), a_line(1, "TEA", id="1.POT")))


def test_a_bundle_of_something_unknown_is_refused() -> None:
    """Its components must be items."""
    shop = a_tea_shop()
    shop.oms.know(an_item("KIT", kind="bundle", components=[Component("GLUE")]))
    shop.refuses(an_order(a_line(1, "KIT")), NoSuchItem(Sku("GLUE")))


def test_a_bundle_is_quoted_promised_and_accepted() -> None:
    """With the same components at each step."""
    shop = a_tea_shop(POT=5, CUP=10)
    promised = shop.oms.promise([a_line(2, "SET")], ship_to="DE").chosen
    assert promised is not None
    assert promised.days == {"1.CUP": day(2), "1.POT": day(2)}

    shop.given(a_quote(a_line(2, "SET")), a_quote(a_line(1, "SET"), id="q-2"))
    shop.given(AcceptQuote("q-1", order="o-1"), WithdrawQuote("q-2"))
    assert stages(shop) == {"1.POT": {"released": 2}, "1.CUP": {"released": 4}}
    assert shop.oms.available("CUP", "berlin") == 6
    shop.given(CancelUnits("o-1", line="1", quantity=2))
    assert shop.oms.order("o-1").status == "canceled"
    laws.check(shop.oms)


# --- what is made when it is asked for --------------------------------------------------------


@pytest.mark.parametrize("sku", ["VOUCHER", "TASTING"])
def test_what_is_made_takes_capacity_and_no_stock(sku: str) -> None:
    """Three a day at the one node with a limit; the other one takes what is left."""
    shop = a_tea_shop()
    only = a_node("berlin", ships_to=())
    shop.oms.know(only)
    shop.given(an_order(a_line(2, sku)), an_order(a_line(2, sku), id="o-2"))

    [first] = shop.oms.order("o-1").lines[LineId("1")].groups
    assert (first.node, first.made, first.reservation, first.promised) == (
        "cloud",
        True,
        None,
        day(2),
    )
    days = {g.ship_day: n for g, n in shop.oms.order("o-2").lines[LineId("1")].groups.items()}
    assert days == {day(0): 1, day(1): 1}
    laws.check(shop.oms)


def test_what_is_made_is_work_like_any_other() -> None:
    """A node is told, does it, and reports; or will not, and somebody else is asked."""
    shop = a_tea_shop().given(an_order(a_line(2, "TASTING")))
    [group] = shop.oms.order("o-1").lines[LineId("1")].groups
    assert group.node == "berlin"
    shop.given(RejectFulfillment("o-1.1"))
    [group] = shop.oms.order("o-1").lines[LineId("1")].groups
    assert group.node == "cloud"
    shop.given(ShipFulfillment("o-1.2"), DeliverFulfillment("o-1.2"))

    assert shop.oms.order("o-1").status == "delivered"
    laws.check(shop.oms)


def test_what_is_made_and_canceled_gives_its_day_back() -> None:
    """Its day can be promised to somebody else."""
    shop = a_tea_shop()
    shop.oms.know(a_node("berlin", ships_to=()))
    shop.given(an_order(a_line(3, "VOUCHER")), CancelUnits("o-1", line="1", quantity=2))
    shop.given(an_order(a_line(2, "VOUCHER"), id="o-2"))

    [group] = shop.oms.order("o-2").lines[LineId("1")].groups
    assert group.ship_day == day(0)
    laws.check(shop.oms)


def test_what_is_made_can_be_quoted() -> None:
    """Its day is kept as long as the quote is open."""
    shop = a_tea_shop()
    shop.oms.know(a_node("berlin", ships_to=()))
    shop.given(a_quote(a_line(3, "VOUCHER")))
    told = shop.oms.promise([a_line(1, "VOUCHER")], ship_to="DE").chosen
    assert told is not None
    assert told.day == day(3)

    shop.given(AcceptQuote("q-1", order="o-1"))
    assert shop.oms.order("o-1").promised == day(2)
    laws.check(shop.oms)


def test_a_bundle_may_hold_what_is_made() -> None:
    """A pot with a voucher: one from the shelf, one from nowhere."""
    shop = a_tea_shop(POT=2)
    shop.oms.know(
        an_item("GIFT", kind="bundle", components=[Component("POT"), Component("VOUCHER")])
    )
    shop.given(an_order(a_line(3, "GIFT")))
    assert stages(shop) == {
        "1.POT": {"backordered": 1, "released": 2},
        "1.VOUCHER": {"backordered": 1, "released": 2},
    }
    laws.check(shop.oms)

"""Facts of others about reservations: who holds what, and what that leaves."""

from typing import Any

import pytest
from others import allocated, is_short, locations, nodes_of, of, on_hand, one, tea, waiting

from omscore.atp.messages import AdjustStock, CountStock
from omscore.atp.movements import UnitsConsumed
from omscore.atp.requests import (
    Request,
    Wanted,
)
from omscore.atp.tickets import (
    ResizeReservation,
)
from omscore.kernel.errors import Refused, Unreadable
from omscore.lifecycle.fulfillment.messages import ShipFulfillment
from omscore.lifecycle.order.messages import (
    CancelOrder,
    CancelUnits,
)
from omscore.testing.builders import (
    a_quote,
    an_order,
    received,
)
from omscore.testing.story import Shop


@of("solidus-029-receipt-fills-backorders-fifo-+1", "solidus-031-receipt-fills-backorders-fifo--1")
def fifo(given: Any, expect: Any) -> Shop:
    """Who waits is a queue with us, and not a stock below nothing."""
    shop, came = one(0), given["op"]["receive"]
    orders = {unit: f"o-{n}" for n, unit in enumerate(given["backordered_units_fifo"])}
    shop.given(*(an_order(1, id=id_) for id_ in orders.values()))
    if came > 0:
        shop.given(received(came, node="W"))
    else:
        with pytest.raises(Unreadable):
            received(came, node="W")
    assert [unit for unit, id_ in orders.items() if allocated(shop, id_)] == expect["filled"]
    return shop


@of("solidus-033-reduce-to-zero-positive")
def to_zero(given: Any, expect: Any) -> Shop:
    count = CountStock(node="W", sku="TEA", counted=0, document="c-1")
    shop = one(given["on_hand"]).given(count)
    assert on_hand(shop) == expect["on_hand"]
    return shop


@of("solidus-035-non-backorderable-cannot-go-negative")
def never_below_nothing(given: Any, expect: Any) -> Shop:
    shop, less = one(given["on_hand"]), given["op"]["adjust"]
    with pytest.raises(Refused):
        shop.oms.do(AdjustStock(node="W", sku="TEA", quantity=less, document="a-1"))
    assert on_hand(shop) == expect["on_hand"]
    return shop


@of("saleor-001-allocate-basic")
def allocate(given: Any, expect: Any) -> Shop:
    shop = one(given["stock"]).given(an_order(given["allocate"]))
    assert (allocated(shop), shop.oms.available("TEA", "W")) == (
        expect["allocated"],
        expect["available"],
    )
    return shop


@of("saleor-011-insufficient-10", "saleor-041-reserve-too-many")
def insufficient(given: Any, expect: Any) -> Shop:
    stock = given["stock"] if isinstance(given["stock"], dict) else {"W": given["stock"]}
    shop = locations(tea(**stock))
    is_short(shop, given.get("demand", given.get("reserve")))
    return shop


@of("saleor-013-deallocate-all")
def deallocate(given: Any, expect: Any) -> Shop:
    shop = one(given["stock"]).given(
        an_order(given["allocated"]), CancelUnits("o-1", line="1", quantity=given["release"])
    )
    assert (on_hand(shop), allocated(shop)) == (expect["stock"], expect["allocated"])
    return shop


@of("saleor-015-deallocate-many-all")
def deallocate_many(given: Any, expect: Any) -> Shop:
    shop = locations(tea(**given["allocated"])).given(an_order(given["release"]))
    assert nodes_of(shop) == given["allocated"]
    shop.given(CancelOrder("o-1"))
    assert allocated(shop) == sum(expect["allocated"].values())
    return shop


@of("saleor-017-increase-stock-plain")
def increase(given: Any, expect: Any) -> Shop:
    shop = one(given["stock"]).given(an_order(given["allocated"]))
    shop.given(received(given["increase"], node="W"))
    assert (on_hand(shop), allocated(shop)) == (expect["stock"], expect["allocated"])
    return shop


@of("saleor-025-ship-all-allocated")
def ship_all(given: Any, expect: Any) -> Shop:
    shop = one(given["stock"]).given(an_order(given["ship"]), ShipFulfillment("o-1.1"))
    assert (on_hand(shop), allocated(shop)) == (expect["stock"], expect["allocated"])
    return shop


@of("saleor-039-reserve-split")
def reserve_split(given: Any, expect: Any) -> Shop:
    shop = locations(tea(**given["stock"])).given(a_quote(given["reserve"]))
    legs = [held.leg for held in shop.oms.quote("q-1").opened.reserved]
    assert {leg.node: leg.quantity for leg in legs} == expect["reserved"]
    return shop


@of("saleor-019-increase-allocation-19", "saleor-021-increase-allocation-21")
def raise_allocation(given: Any, expect: Any) -> Shop:
    """Only the difference is asked for; what cannot be had leaves everything as it was."""
    shop = one(given["stock"])
    request = Request("order-1", [Wanted("TEA", given["allocated"])], at="W", ttl=None)
    [ticket] = shop.oms.reserve(request).tickets
    more = given["allocated"] + given["increase_by"]
    [grant] = shop.when(ResizeReservation("order-1", ticket, quantity=more)).grants
    assert grant.granted == ("error" not in expect)
    assert given["stock"] - shop.oms.available("TEA", "W") == expect["allocated"]
    return shop


@of("saleor-043-reserve-with-other-reservations")
def others_first(given: Any, expect: Any) -> Shop:
    shop = locations(tea(**given["stock"]))
    shop.given(an_order(sum(given["allocated"].values()), id="o-0"))
    shop.given(a_quote(given["reserved_by_others"]))
    is_short(shop, given["reserve"])
    return shop


@of("vendure-003-fulfil-makes-sale", "vendure-019-fulfil-partial")
def fulfill(given: Any, expect: Any) -> Shop:
    """What they allocate beyond the stock waits with us; there is no negative stock."""
    shop = one(given["on_hand"]).given(an_order(given["allocated"]), ShipFulfillment("o-1.1"))
    sold = [told.event for told in shop.events() if isinstance(told.event, UnitsConsumed)]
    assert sum(event.units for event in sold) == given["fulfil"]
    assert on_hand(shop) == expect["on_hand"]
    assert allocated(shop) + waiting(shop) == expect["allocated"]
    return shop

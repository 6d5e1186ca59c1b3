"""Facts of others about sourcing: which location sends what, and what waits."""

from typing import Any

from others import allocated, is_short, locations, nodes_of, of, one, tea, waiting

from omscore.testing.builders import (
    a_quote,
    an_order,
    received,
    some_lines,
)
from omscore.testing.story import Shop


@of("solidus-001-default-covers-all", "solidus-003-overflow-then-backorder")
def two_skus(given: Any, expect: Any) -> Shop:
    shop = locations({place["id"]: place["on_hand"] for place in given["locations"]}, ["default"])
    shop.given(an_order(*some_lines(*given["demand"].items())))
    wanted = {node: sum(held.values()) for node, held in expect["on_hand"].items()}
    assert nodes_of(shop) == {node: units for node, units in wanted.items() if units}
    assert waiting(shop) == sum(sum(held.values()) for held in expect["backordered"].values())
    return shop


@of("solidus-005-one-loc-0", "solidus-009-two-loc-short-1-1")
def too_little(given: Any, expect: Any) -> Shop:
    shop = locations({place["id"]: {"TEA": place["on_hand"]["V"]} for place in given["locations"]})
    is_short(shop, given["demand"]["V"])
    return shop


@of(
    "solidus-007-one-loc-exact",
    "solidus-011-two-loc-ok-0-5",
    "solidus-013-two-loc-ok-2-5",
    "solidus-015-two-loc-ok-5-5",
    "solidus-017-three-loc-222",
)
def enough(given: Any, expect: Any) -> Shop:
    """Which location sends how much follows from their greedy order only where it is forced."""
    held = {place["id"]: {"TEA": place["on_hand"]["V"]} for place in given["locations"]}
    shop = locations(held).given(an_order(given["demand"]["V"], complete=True))
    assert sum(nodes_of(shop).values()) == expect["total_on_hand"]
    if "shipments" in expect:
        assert len(shop.oms.order("o-1").fulfillments) == expect["shipments"]
    greedy = expect.get("allocations_ordered_greedy", {})
    assert len(nodes_of(shop)) <= len(greedy or held)
    if len(greedy) == 1:
        assert nodes_of(shop) == greedy
    return shop


@of("solidus-019-split-backordered")
def apart(given: Any, expect: Any) -> Shop:
    """What waits is in no parcel yet; when it comes it is one of its own."""
    package, wanted = given["package"], expect["packages"]
    there, later = package["on_hand"], package["backordered"]
    shop = one(there).given(an_order(there + later))
    assert (allocated(shop), waiting(shop)) == (wanted[0]["on_hand"], wanted[1]["backordered"])
    shop.given(received(later, node="W", document="later"))
    works = [shop.oms.fulfillment(id_) for id_ in shop.oms.order("o-1").fulfillments]
    units = [sum(task.quantity for task in work.tasks) for work in works]
    assert units == [value for one_ in wanted for value in one_.values()]
    return shop


@of("saleor-003-sorting-order-split", "saleor-007-reservation-shifts-split-sorted")
def in_channel_order(given: Any, expect: Any) -> Shop:
    """Their order of warehouses is our cost of a unit."""
    shop = locations(tea(**given["stock"]), given["order"])
    for _, units in given.get("reserved_by_others", {}).items():
        shop.given(a_quote(units))
    shop.given(an_order(given["demand"]))
    assert nodes_of(shop) == expect["allocations"]
    return shop


@of("saleor-005-collection-point-wins-channel")
def one_parcel_wins(given: Any, expect: Any) -> Shop:
    point = given["collection_point"]
    shop = locations(tea(**given["stock"], **{point["id"]: point["qty"]}))
    shop.given(an_order(given["demand"]))
    assert nodes_of(shop) == expect["allocations"]
    return shop


@of("saleor-009-prior-allocations-reduce")
def what_is_left(given: Any, expect: Any) -> Shop:
    free = {node: given["stock"][node] - given["allocated"][node] for node in given["stock"]}
    shop = locations(tea(**free)).given(an_order(given["demand"]))
    assert sorted(nodes_of(shop).values(), reverse=True) == expect["allocation_sizes"]
    assert nodes_of(shop)[expect["first"]] == max(expect["allocation_sizes"])
    return shop

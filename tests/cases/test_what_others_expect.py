"""Facts from the test suites of Solidus, Saleor and Vendure, on our front door.

Their locations are our nodes, their allocations our reservations, their shipments our fulfillment
orders.  What they do differently, or what we do not do, is named with the reason.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from omscore.atp.messages import AdjustStock, CountStock
from omscore.atp.movements import UnitsConsumed
from omscore.atp.position import POSITION
from omscore.atp.requests import (
    Request,
    Wanted,
)
from omscore.atp.tickets import (
    ResizeReservation,
)
from omscore.catalog.line import Line
from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.ids import HoldId, LineId
from omscore.lifecycle.fulfillment.messages import NotNow, PickFulfillment, ShipFulfillment
from omscore.lifecycle.order.messages import (
    CancelOrder,
    CancelUnits,
    HoldOrder,
    LiftHold,
    MoveUnits,
    NotYoursToMake,
    OnHold,
    TooFewUnits,
)
from omscore.lifecycle.quote.messages import AcceptQuote
from omscore.lifecycle.returns.chart import RETURN_FLOW
from omscore.lifecycle.returns.messages import AnnounceReturn, Grade, GradeReturn, ReceiveReturn
from omscore.testing import laws
from omscore.testing.builders import (
    a_lane,
    a_node,
    a_quote,
    a_shop,
    an_order,
    of_line,
    received,
    some_lines,
)
from omscore.testing.story import Shop

HERE = Path(__file__).parent
CASES: dict[str, Any] = {
    case["id"]: case
    for file in sorted(HERE.glob("*.json"))
    if file.stem != "left_out"
    for case in json.loads(file.read_text(encoding="utf-8"))
}
Run = Callable[[Any, Any], Shop | None]
RUNS: dict[str, Run] = {}


def of(*ids: str) -> Callable[[Run], Run]:
    """The adapter for these cases."""

    def register(run: Run) -> Run:
        RUNS.update(dict.fromkeys(ids, run))
        return run

    return register


# --- our words for theirs ---------------------------------------------------------------------


def locations(
    stock: Mapping[str, Mapping[str, int]], order: Iterable[str] = (), inactive: Iterable[str] = ()
) -> Shop:
    """A node for each location; those that come first in *order* are cheaper for each unit."""
    places, first, closed = list(stock), list(order), set(inactive)
    nodes = [a_node(id_, ships_to=(), active=id_ not in closed) for id_ in places]
    lanes = [
        a_lane(id_, unit_cost=100 * first.index(id_) if id_ in first else 0, parcel_cost=10)
        for id_ in places
    ]
    skus = sorted({sku for held in stock.values() for sku in held})
    return a_shop(stock_of(stock), nodes=(*nodes, *lanes), skus=skus or ["TEA"])


def stock_of(stock: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {
        node: {sku: units for sku, units in held.items() if units} for node, held in stock.items()
    }


def tea(**units: int) -> dict[str, dict[str, int]]:
    """So much tea at each location."""
    return {location: {"TEA": quantity} for location, quantity in units.items()}


def one(on_hand: int) -> Shop:
    """A shop with one location."""
    return locations(tea(W=on_hand))


def nodes_of(shop: Shop, order: str = "o-1") -> dict[str, int]:
    """How many units of an order each node sends."""
    found = Counter[str]()
    for line in shop.oms.order(order).lines.values():
        for group, units in line.groups.items():
            if group.node is not None:
                found[group.node] += units
    return dict(found)


def waiting(shop: Shop, order: str = "o-1") -> int:
    return shop.oms.order(order).stages.get("backordered", 0)


def allocated(shop: Shop, *orders: str) -> int:
    """Units of orders that have stock and have not left."""
    stages = Counter[str]()
    for order in orders or ("o-1",):
        stages.update(shop.oms.order(order).stages)
    return stages["allocated"] + stages["released"] + stages["picked"]


def on_hand(shop: Shop, node: str = "W") -> int:
    position = shop.oms.get(POSITION.key(f"{node}/TEA/sellable"))
    return 0 if position is None else position.on_hand


def is_short(shop: Shop, *asked: Line | int, id: str = "o-1") -> None:
    """All or nothing is refused, and nothing is reserved."""
    told = shop.events()
    with pytest.raises(Refused) as refused:
        shop.oms.do(an_order(*asked, id=id, complete=True))
    assert {reason.code for reason in refused.value.reasons} == {"order.not-available"}
    assert shop.events() == told


# --- sourcing ---------------------------------------------------------------------------------


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


# --- available to promise ---------------------------------------------------------------------


@of("solidus-027-supply-inactive-ignored")
def active_only(given: Any, expect: Any) -> Shop:
    places = {f"L{n}": place for n, place in enumerate(given["locations"])}
    shop = locations(
        tea(**{id_: place["on_hand"] for id_, place in places.items()}),
        inactive=[id_ for id_, place in places.items() if not place["active"]],
    )
    for units, yes in expect["can_supply"].items():
        assert shop.oms.promise(an_order(int(units)).lines, "DE").chosen.complete == yes
    return shop


@of("saleor-033-available-exact")
def exactly(given: Any, expect: Any) -> Shop:
    shop = locations(tea(**given["stock"]))
    for units, yes in expect["ok"].items():
        assert shop.oms.promise(an_order(int(units)).lines, "DE").chosen.complete == yes
    return shop


@of("saleor-035-available-after-reservations")
def after_reservations(given: Any, expect: Any) -> Shop:
    shop = locations(tea(**given["stock"]))
    for n, units in enumerate(given["reserved"]):
        shop.given(a_quote(units, id=f"q-{n}"))
    left = sum(shop.oms.available("TEA", node) for node in given["stock"])
    assert left == expect["available"]
    return shop


@of("saleor-037-available-excludes-own-reservation")
def own_reservation(given: Any, expect: Any) -> Shop:
    """Whoever holds a quote is served from it: it does not compete with itself."""
    shop = locations(tea(**given["stock"])).given(a_quote(expect["available"]))
    assert not shop.oms.promise(an_order(1).lines, "DE").chosen.complete
    shop.given(AcceptQuote("q-1", order="o-1"))
    assert allocated(shop) == expect["available"]
    return shop


@of("vendure-007-saleable-cap-3")
def capped(given: Any, expect: Any) -> Shop:
    shop = one(given["on_hand"]).given(a_quote(given["add"]))
    reserved = shop.oms.quote("q-1").opened.reserved
    assert sum(held.leg.quantity for held in reserved) == expect["added"]
    return shop


@of("vendure-015-adjust-after-stock-gone")
def gone_meanwhile(given: Any, expect: Any) -> Shop:
    shop = one(given["on_hand"]).given(
        a_quote(1), CountStock(node="W", sku="TEA", counted=0, document="c-1")
    )
    with pytest.raises(Refused) as refused:
        shop.oms.do(AcceptQuote("q-1", order="o-1"))
    assert [reason.code for reason in refused.value.reasons] == ["reservation.short"]
    is_short(shop, 2)
    return shop


@of("vendure-023-multi-location-total")
def total(given: Any, expect: Any) -> Shop:
    shop = locations(tea(**given["levels"]))
    assert sum(shop.oms.available("TEA", node) for node in given["levels"]) == expect["total"]
    return shop


# --- reservations -----------------------------------------------------------------------------


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


# --- lifecycles -------------------------------------------------------------------------------


@of("solidus-065-can-cancel-when-shipment-pending", "solidus-067-can-cancel-when-shipment-ready")
def can_cancel(given: Any, expect: Any) -> Shop:
    shop = one(0 if given["shipment_state"] == "pending" else 3)
    shop.given(an_order(3), CancelOrder("o-1"))
    assert shop.oms.order("o-1").status == "canceled"
    return shop


@of("solidus-069-can-cancel-when-shipment-canceled")
def cannot_cancel_twice(given: Any, expect: Any) -> Shop:
    shop = one(3).given(an_order(3), CancelOrder("o-1"))
    return shop.refuses(CancelOrder("o-1"), TooFewUnits("cancel", asked=1, ready=0))


@of("solidus-071-shipment-ready-to-shipped")
def ready_ships(given: Any, expect: Any) -> Shop:
    shop = one(3).given(an_order(3), ShipFulfillment("o-1.1"))
    assert shop.oms.fulfillment("o-1.1").stage == given["to"]
    return shop


@of("solidus-073-shipment-pending-to-canceled")
def pending_cancels(given: Any, expect: Any) -> Shop:
    shop = one(3).given(an_order(3), CancelOrder("o-1"))
    assert shop.oms.fulfillment("o-1.1").stage == given["to"]
    return shop


@of("solidus-075-shipment-shipped-to-canceled")
def shipped_stays(given: Any, expect: Any) -> Shop:
    shop = one(3).given(an_order(3), ShipFulfillment("o-1.1"))
    return shop.refuses(CancelOrder("o-1"), TooFewUnits("cancel", asked=1, ready=0))


@of("solidus-085-short-ship-leaves-shipped-shipment")
def rest_is_given_up(given: Any, expect: Any) -> Shop:
    shop = one(2).given(an_order(3), ShipFulfillment("o-1.1"), CancelOrder("o-1"))
    assert shop.oms.fulfillment("o-1.1").stage == expect["shipment_state"]
    assert shop.oms.order("o-1").status == "shipped"
    return shop


@of("solidus-095-return-reception-in_transit-to-received")
def return_arrives(given: Any, expect: Any) -> Shop:
    shop = one(3).given(
        an_order(3),
        ShipFulfillment("o-1.1"),
        AnnounceReturn("r-1", order="o-1", lines=of_line(3)),
        ReceiveReturn("r-1", order="o-1", node="W", lines=of_line(3)),
    )
    assert shop.oms.return_("r-1").stage == given["to"]
    return shop


@of("solidus-097-return-reception-received-to-awaiting")
def return_goes_on(given: Any, expect: Any) -> None:
    """Nothing leads back to what is only announced."""
    assert "announced" not in RETURN_FLOW.table.values()


@of(
    "saleor-047-derive-order-status-5-0-0-0",
    "saleor-049-derive-order-status-5-3-0-0",
    "saleor-051-derive-order-status-5-5-0-0",
)
def status_follows(given: Any, expect: Any) -> Shop:
    """Ours is that of the units that are least far; theirs is read off the stages."""
    shop = one(given["total"])
    if given["fulfilled"]:
        shop = one(given["fulfilled"]).given(an_order(given["total"]), ShipFulfillment("o-1.1"))
    else:
        shop.given(an_order(given["total"]))
    stages = shop.oms.order("o-1").stages
    shipped = stages.get("shipped", 0)
    theirs = {0: "unfulfilled", given["total"]: "fulfilled"}.get(shipped, "partially_fulfilled")
    assert theirs == expect["status"]
    assert (shop.oms.order("o-1").status == "shipped") == (theirs == "fulfilled")
    return shop


@of("saleor-053-derive-order-status-5-5-5-0")
def all_returned(given: Any, expect: Any) -> Shop:
    """Returns are an overlay with us: every shipped unit is on one."""
    shop = one(5).given(
        an_order(5),
        ShipFulfillment("o-1.1"),
        ReceiveReturn("r-1", order="o-1", node="W", lines=of_line(given["returned"])),
    )
    assert shop.oms.order("o-1").lines[LineId("1")].returning == given["total"]
    return shop


@of("vendure-041-cancel-all")
def cancel_all(given: Any, expect: Any) -> Shop:
    shop = one(3).given(an_order(2, 1), CancelOrder("o-1"))
    assert shop.oms.order("o-1").stages == {"canceled": 3}
    return shop


@of("vendure-047-hook-veto-message")
def veto(given: Any, expect: Any) -> Shop:
    """A hold with a reason is our veto, and the reason is in the refusal."""
    hold = HoldOrder("o-1", hold="h-1", reason="the-returned-text", moves=["cancel"])
    shop = one(3).given(an_order(3), hold)
    shop.refuses(CancelOrder("o-1"), OnHold("cancel", HoldId("h-1"), "the-returned-text"))
    return shop.given(LiftHold("o-1", hold="h-1"), CancelOrder("o-1"))


@of("vendure-049-no-manual-PaymentAuthorized", "vendure-051-no-manual-Cancelled")
def derived_only(given: Any, expect: Any) -> Shop:
    """Nobody sets a status, and the moves of the library have commands of their own."""
    move = "deliver" if "Payment" in given["manual_transition_to"] else "cancel"
    shop = one(3).given(an_order(3))
    return shop.refuses(MoveUnits("o-1", line="1", quantity=1, move=move), NotYoursToMake(move))


# --- edits ------------------------------------------------------------------------------------


@of("solidus-039-lower-qty-drops-backordered-first")
def waiting_first(given: Any, expect: Any) -> Shop:
    shop = one(given["units"].count("on_hand")).given(an_order(len(given["units"])))
    less = len(given["units"]) - given["new_qty"]
    shop.given(CancelUnits("o-1", line="1", quantity=less))
    assert (allocated(shop), waiting(shop)) == (len(expect["units"]), 0)
    return shop


@of("solidus-041-lower-qty-zero-keeps-shipped")
def shipped_is_kept(given: Any, expect: Any) -> Shop:
    shop = one(1).given(an_order(2), ShipFulfillment("o-1.1"), received(1, node="W"))
    assert allocated(shop) == 1
    shop.given(CancelOrder("o-1"))
    assert shop.oms.order("o-1").stages == {"shipped": 1, "canceled": 1}
    return shop


@of("vendure-039-cancel-part")
def cancel_part(given: Any, expect: Any) -> Shop:
    shop = one(5).given(
        an_order(given["qty"]), CancelUnits("o-1", line="1", quantity=given["cancel"])
    )
    assert allocated(shop) == expect["allocated"] == expect["qty"]
    return shop


@of("vendure-043-fulfil-twice")
def twice(given: Any, expect: Any) -> Shop:
    """A report that comes again is recorded as ignored."""
    shop = one(1).given(an_order(given["line_qty"]), ShipFulfillment("o-1.1"))
    shop.ignores(ShipFulfillment("o-1.1"), NotNow("ship", "shipped"))
    return shop.ignores(PickFulfillment("o-1.1"), NotNow("pick", "shipped"))


# --- returns ----------------------------------------------------------------------------------


@of("solidus-091-return-restocks-when-tracked")
def restocks(given: Any, expect: Any) -> Shop:
    """Somebody looks at it first; what can be sold again is in stock again."""
    shop = one(3).given(an_order(1), ShipFulfillment("o-1.1"))
    before = shop.oms.available("TEA", "W")
    shop.given(
        ReceiveReturn("r-1", order="o-1", node="W", lines=of_line(1)),
        GradeReturn("r-1", grades=[Grade("1", sellable=1)]),
    )
    assert shop.oms.available("TEA", "W") - before == expect["stock_delta"]
    return shop


# --- what is left out -------------------------------------------------------------------------

LEFT_OUT: Mapping[str, str] = json.loads((HERE / "left_out.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("id_", sorted(RUNS))
def test_what_others_expect_holds_here(id_: str) -> None:
    """Other people's cases find what one's own tests assume; the books are in order after each."""
    shop = RUNS[id_](CASES[id_]["given"], CASES[id_]["expect"])

    if shop is not None:
        laws.check(shop.oms)


def test_every_case_runs_or_is_left_out_for_a_reason() -> None:
    """None is passed over in silence."""
    assert RUNS.keys() | LEFT_OUT.keys() == CASES.keys()
    assert not RUNS.keys() & LEFT_OUT.keys()
    assert all(LEFT_OUT.values())

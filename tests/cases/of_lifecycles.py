"""Facts of others about the lives of orders and shipments, and about edits of orders."""

from typing import Any

from others import allocated, of, one, waiting

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
from omscore.lifecycle.returns.chart import RETURN_FLOW
from omscore.lifecycle.returns.messages import AnnounceReturn, ReceiveReturn
from omscore.testing.builders import (
    an_order,
    of_line,
    received,
)
from omscore.testing.story import Shop


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


# --- edits --------------------------------------------------------------------------------------


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

"""An order is held, lifted, canceled, recalled."""

import pytest

from omscore.kernel.ids import HoldId, LineId
from omscore.lifecycle.fulfillment.messages import (
    FulfillmentMoved,
    NotNow,
    PackFulfillment,
    PickFulfillment,
    PutBackFulfillment,
    RecallFulfillment,
    ShipFulfillment,
    TasksLowered,
)
from omscore.lifecycle.order.messages import (
    CancelOrder,
    CancelUnits,
    HoldOrder,
    LiftHold,
    NoSuchLine,
    OnHold,
    SourceOrder,
    TooFewUnits,
)
from omscore.testing import laws
from omscore.testing.builders import DAY, a_shop, an_order, day, expected, some_lines
from omscore.testing.story import Shop

THREE_LEFT = TooFewUnits("cancel", asked=4, ready=3)


def hold(*moves: str, id: str = "h-1") -> HoldOrder:
    return HoldOrder("o-1", hold=id, reason="fraud", moves=moves or ("release",))


def lift(id: str = "h-1") -> LiftHold:
    return LiftHold("o-1", hold=id)


def cancel(quantity: int, line: str = "1") -> CancelUnits:
    return CancelUnits("o-1", line=line, quantity=quantity)


def due_on_thursday() -> Shop:
    """Four units of tea are ordered, and allocated to what comes on Thursday."""
    return a_shop({}).given(expected(10, day(3)), an_order(4))


def test_a_held_order_keeps_its_stock_but_is_not_released() -> None:
    """A hold blocks the release, not the reservation: whoever is verified late loses nothing."""
    shop = due_on_thursday().given(hold()).after(4 * DAY)

    assert shop.oms.order("o-1").status == "allocated"
    assert shop.oms.order("o-1").holds == {"h-1": "fraud"}
    laws.check(shop.oms)


def test_lifting_the_last_hold_releases_what_is_due() -> None:
    """Two people have to say yes, and the second yes sends it off."""
    shop = due_on_thursday().given(hold(), hold(id="h-2")).after(3 * DAY)

    assert shop.given(lift()).oms.order("o-1").status == "allocated"
    assert shop.given(lift("h-2")).oms.order("o-1").status == "released"


def test_a_hold_stops_the_moves_that_it_names() -> None:
    """Until it is lifted nothing is canceled, and nothing sourced."""
    a_shop().given(an_order(2), hold("cancel")).refuses(
        cancel(1), OnHold("cancel", HoldId("h-1"), "fraud")
    ).given(lift(), cancel(1))
    a_shop({}).given(an_order(2), hold("allocate")).refuses(
        SourceOrder("o-1"), OnHold("allocate", HoldId("h-1"), "fraud")
    )


def test_what_is_canceled_before_it_is_picked_is_free_at_once() -> None:
    """The next customer can have it; the node is told to leave it on the shelf."""
    shop = a_shop().given(an_order(3))
    shop.given(cancel(2))

    assert shop.oms.order("o-1").stages == {"released": 1, "canceled": 2}
    assert shop.oms.available("TEA", "berlin") == 9
    assert [task.quantity for task in shop.oms.fulfillment("o-1.1").tasks] == [1]
    laws.check(shop.oms)


def test_work_of_which_everything_is_canceled_ends() -> None:
    """Nobody walks to a shelf for nothing."""
    shop = a_shop().given(an_order(3), CancelOrder("o-1"))
    told = [one.event for one in shop.events()]

    assert shop.oms.fulfillment("o-1.1").stage == "canceled"
    assert FulfillmentMoved("cancel", "released", "canceled") in told
    assert any(isinstance(one, TasksLowered) and one.cause == "cancel" for one in told)
    assert shop.oms.order("o-1").status == "canceled"
    shop.ignores(PickFulfillment("o-1.1"), NotNow("pick", "canceled"))


def test_no_more_is_canceled_than_can_be() -> None:
    """Nothing is changed by asking for too much; a line that is not there is another matter."""
    shop = a_shop().given(an_order(3))

    shop.refuses(cancel(4), THREE_LEFT).refuses(cancel(1, "2"), NoSuchLine(LineId("2")))
    shop.given(PickFulfillment("o-1.1")).refuses(cancel(1), TooFewUnits("cancel", asked=1, ready=0))


def test_waiting_units_are_canceled_before_those_that_have_stock() -> None:
    """What has been set aside stays set aside for as long as possible."""
    shop = a_shop({"berlin": {"TEA": 2}}).given(an_order(5), cancel(3))

    assert shop.oms.order("o-1").stages == {"released": 2, "canceled": 3}
    laws.check(shop.oms)


def test_the_rest_of_an_order_is_canceled_while_some_of_it_is_on_its_way() -> None:
    """What has left comes back as a return, or not at all."""
    shop = a_shop({"berlin": {"TEA": 2, "POT": 1}}).given(
        an_order(*some_lines(("TEA", 4), ("POT", 1))), ShipFulfillment("o-1.1"), CancelOrder("o-1")
    )

    assert shop.oms.order("o-1").stages == {"shipped": 3, "canceled": 2}


@pytest.mark.parametrize("packed", [False, True])
def test_what_is_picked_is_recalled_and_put_back(packed: bool) -> None:
    """Its stock is free when it lies on the shelf again, and not before."""
    shop = a_shop().given(an_order(3), PickFulfillment("o-1.1"))
    if packed:
        shop.given(PackFulfillment("o-1.1"))
    shop.given(RecallFulfillment("o-1.1"))

    assert shop.oms.order("o-1").status == "recalled"
    assert shop.oms.available("TEA", "berlin") == 7
    shop.given(PutBackFulfillment("o-1.1"))
    assert shop.oms.order("o-1").status == "canceled"
    assert shop.oms.available("TEA", "berlin") == 10
    laws.check(shop.oms)


def test_a_recall_that_comes_too_late_is_overtaken_by_the_lorry() -> None:
    """The node shipped before it read the recall: the report counts, for it is a fact."""
    shop = a_shop().given(an_order(3), PickFulfillment("o-1.1"), RecallFulfillment("o-1.1"))
    shop.given(ShipFulfillment("o-1.1"))

    assert shop.oms.order("o-1").status == "shipped"
    shop.refuses(RecallFulfillment("o-1.1"), NotNow("recall", "shipped"))
    laws.check(shop.oms)


def test_what_no_node_has_picked_needs_no_recall() -> None:
    """It is canceled instead."""
    a_shop().given(an_order(3)).refuses(RecallFulfillment("o-1.1"), NotNow("recall", "released"))

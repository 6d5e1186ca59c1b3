"""What was promised is promised anew, when supply, lanes or nodes have changed: what, and why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.kernel.errors import Refused
from omscore.kernel.ids import HoldId, NodeId, OrderId
from omscore.lifecycle.order.messages import (
    HoldOrder,
    NoSuchOrder,
    OnHold,
    PlanChosen,
    RepromiseOrder,
    UnitsMoved,
)
from omscore.promise.change import (
    LeavesOtherDay,
    NotNeeded,
    PassedOverNow,
    TravelsOtherDays,
)
from omscore.testing import laws
from omscore.testing.builders import (
    a_lane,
    a_node,
    a_shop,
    an_order,
    day,
    expected,
    received,
    three_nodes,
)
from omscore.testing.story import Shop

O_1, BERLIN, PARIS = OrderId("o-1"), NodeId("berlin"), NodeId("paris")


def promised_for_next_week() -> Shop:
    """Nobody has tea; Berlin gets some on Friday, which travels until Monday."""
    shop = a_shop({}).given(expected(10, day(4)), an_order(3))
    assert shop.oms.order("o-1").promised == day(7)
    return shop


def test_a_promise_stands_while_nothing_changes() -> None:
    """Asking changes nothing, and promising anew neither."""
    shop = promised_for_next_week()
    told = shop.events()

    assert shop.oms.repromise("o-1").lines == ()
    assert str(shop.oms.repromise("o-1")) == "as promised"
    assert not shop.when(RepromiseOrder("o-1")).events
    assert shop.events() == told


def test_stock_that_came_elsewhere_brings_it_sooner() -> None:
    """Asked first, then done: the order gets what was said."""
    shop = promised_for_next_week().given(received(5, node="paris"))
    shop.oms.know(a_lane("paris", transit_days=3, parcel_cost=100))
    [line] = (change := shop.oms.repromise("o-1")).lines

    assert (line.was.day, line.now.day, change.later) == (day(7), day(3), ())
    assert line.why == (NotNeeded(BERLIN),)
    assert str(change).splitlines() == [
        "line 1: 2026-03-09, now 2026-03-05",
        "  it is better without berlin now",
    ]
    assert shop.oms.order("o-1").promised == day(7)

    shop.leads(RepromiseOrder("o-1"), to=[UnitsMoved, PlanChosen, UnitsMoved])
    assert shop.oms.order("o-1").promised == day(3)
    assert shop.oms.available("TEA", "berlin", day=day(4)) == 10
    laws.check(shop.oms)


def test_a_lane_that_became_slower_is_told_before_the_customer_notices() -> None:
    """The same node on the same day, but it is on the way for longer."""
    shop = promised_for_next_week()
    shop.oms.know(a_lane("berlin", transit_days=3, carrier_calendar="weekdays"))
    [line] = (change := shop.oms.repromise("o-1")).later

    assert line.why == (TravelsOtherDays(BERLIN, day(7), day(9)),)
    assert str(line.why[0]) == "what berlin sends arrives on 2026-03-11, not on 2026-03-09"
    assert change.lines == (line,)
    shop.given(RepromiseOrder("o-1"))
    assert shop.oms.order("o-1").promised == day(9)


def test_a_node_that_closed_is_passed_over_for_its_reasons() -> None:
    """Its supply may come as it likes."""
    shop = promised_for_next_week().given(expected(10, day(10), node="paris", document="po-2"))
    closed = a_node("berlin", ships_to=(), zone="Europe/Berlin", calendar="weekdays", active=False)
    shop.oms.know(closed)
    [line] = shop.oms.repromise("o-1").lines

    assert line.why == (PassedOverNow(BERLIN, "sourcing.node-inactive"),)
    assert str(line.why[0]) == "berlin is passed over now: sourcing.node-inactive"
    assert list(line.now.nodes) == [PARIS]


def test_a_node_that_works_slower_sends_later() -> None:
    """The same node, another day."""
    shop = promised_for_next_week()
    slow = a_node(
        "berlin", ships_to=(), zone="Europe/Berlin", calendar="weekdays", processing_days=1
    )
    shop.oms.know(*three_nodes(slow))
    [line] = shop.oms.repromise("o-1").lines

    assert line.why == (LeavesOtherDay(BERLIN, day(4), day(7)),)
    assert str(line.why[0]) == "berlin sends it on 2026-03-09, not on 2026-03-06"


def test_who_waits_does_not_take_what_an_order_holds() -> None:
    """Ten come; the first order holds three of them, and the second waits for two more."""
    shop = promised_for_next_week().given(an_order(9, id="o-2"))
    assert shop.oms.order("o-2").stages["backordered"] == 2

    assert shop.oms.repromise("o-1").lines == ()
    shop.given(received(5, node="paris", document="r-2"))
    assert shop.oms.order("o-2").stages.get("backordered", 0) == 0
    laws.check(shop.oms)


def test_what_a_node_works_on_is_not_planned_again() -> None:
    """It was released at once; and on an order that does not exist, or is held, nothing is done."""
    shop = a_shop().given(an_order(3))
    shop.oms.know(a_lane("berlin", transit_days=9))

    assert shop.oms.repromise("o-1").lines == ()
    shop.refuses(RepromiseOrder("o-9"), NoSuchOrder(OrderId("o-9")))
    with pytest.raises(Refused):
        shop.oms.repromise("o-9")
    shop.given(HoldOrder("o-1", hold="h-1", reason="fraud", moves=["allocate"]))
    shop.refuses(RepromiseOrder("o-1"), OnHold("allocate", HoldId("h-1"), "fraud"))


changes = st.sampled_from(["stock", "slower", "faster", "closed", "supply", "order", "time"])


@given(st.lists(changes, min_size=1, max_size=5))
@settings(max_examples=25)
def test_what_is_said_is_what_is_done_and_then_it_stands(said: list[str]) -> None:
    """Whatever changes: the order is promised as was told, and asked again, it stands."""
    shop = promised_for_next_week()
    for n, one in enumerate(said):
        if one == "stock":
            shop.given(received(2, node="paris", document=f"r-{n}"))
        elif one in ("slower", "faster"):
            shop.oms.know(a_lane("berlin", transit_days=4 if one == "slower" else 0))
        elif one == "closed":
            shop.oms.know(a_node("paris", ships_to=(), zone="Europe/Paris", active=False))
        elif one == "supply":
            shop.given(expected(4, day(1), node="london", document=f"po-x-{n}"))
        elif one == "order":
            shop.given(an_order(4, id=f"o-x-{n}"))
        else:
            shop.after(timedelta(hours=7))
    change = shop.oms.repromise("o-1")
    shop.given(RepromiseOrder("o-1"))

    laws.check(shop.oms)
    for line in change.lines:
        stands = shop.oms.order("o-1").lines[line.line]
        assert stands.promised == line.now.day
        assert {group.node for group in stands.groups} == set(line.now.nodes)
    assert shop.oms.repromise("o-1").lines == ()

"""Lots and untracked stock, through the front door: what expires, and what nobody counts."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from omscore.adapters.clocks import FixedClock
from omscore.atp.lots import UNLIMITED, Lot, Part
from omscore.atp.messages import (
    AdjustStock,
    CountStock,
    DispatchTransfer,
    ExpectDemand,
    ExpectSupply,
    NotOfLot,
    ReceiveStock,
    ReceiveSupply,
    RegradeStock,
    TooFarAhead,
    TrackStock,
    UntrackStock,
)
from omscore.atp.movements import ShortageDeclared, StockEntered
from omscore.atp.position import POSITION, Condition, Position, position_id
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import FulfillmentId, LineId, NodeId, Sku
from omscore.lifecycle.fulfillment.messages import (
    MoreOfLotsThanAsked,
    OfLot,
    PackFulfillment,
    PickFulfillment,
    ShipFulfillment,
)
from omscore.oms import Oms
from omscore.testing import laws
from omscore.testing.builders import (
    DAY,
    HOUR,
    TODAY,
    a_node,
    a_quote,
    a_shop,
    an_order,
    day,
    received,
)
from omscore.testing.story import Shop

AT: Any = {"node": "berlin", "sku": "TEA"}


def milk(quantity: int, until: date, document: str = "r-1", lot: str | None = None) -> ReceiveStock:
    return ReceiveStock(**AT, quantity=quantity, document=document, use_by=until, lot=lot)


def position(shop: Shop, node: str = "berlin", condition: Condition = "sellable") -> Position:
    found = shop.oms.get(POSITION.key(position_id(NodeId(node), Sku("TEA"), condition)))
    return found or Position()


def told(shop: Shop, kind: type[Any]) -> list[Any]:
    return [one.event for one in shop.events() if isinstance(one.event, kind)]


def test_a_lot_is_no_stock_beyond_its_last_useful_day() -> None:
    """Six are useful until Thursday, four of Wednesday until the next: both are told."""
    shop = a_shop({}).given(
        milk(6, day(3)),
        ExpectSupply(**AT, quantity=4, day=day(2), document="po-1", use_by=day(9)),
    )

    asked = [shop.oms.available("TEA", "berlin", day=day(n)) for n in (0, 2, 4, 10)]
    assert asked == [6, 10, 4, 0]
    assert shop.oms.earliest("TEA", "berlin", 7) == day(2)


def test_a_lot_that_lapses_leaves_the_sellable_stock_and_its_promises_are_given_anew() -> None:
    """The order waited for the pick too long: it is told in the same transaction, and moves on."""
    shop = a_shop({"paris": {"TEA": 5}}).given(milk(4, day(1)), an_order(3))
    assert shop.oms.order("o-1").status == "released"
    shop.after(2 * DAY)
    [short] = told(shop, ShortageDeclared)

    assert (short.units, short.owners) == (3, ("o-1",))
    assert position(shop).on_hand == 0
    assert position(shop, condition="damaged") == Position(4, lots=(Part(None, Lot(day(1)), 4),))
    assert [one.units for one in told(shop, StockEntered) if one.cause == "lapsed"] == [-4, 4]
    laws.check(shop.oms)


def test_a_later_demand_that_no_lot_can_serve_keeps_nobody_from_one() -> None:
    """A forecast for the week after its last useful day takes nothing from a lot of today."""
    shop = a_shop({}).given(
        ExpectDemand(**AT, quantity=2, day=day(11), document="forecast"),
        milk(7, day(4)),
        an_order(7),
    )

    assert shop.oms.order("o-1").status == "released"
    laws.check(shop.oms)


def test_what_was_received_too_old_is_never_sellable() -> None:
    """Its deadline is over when it comes."""
    shop = a_shop({}).given(milk(4, day(-1)))

    assert shop.oms.available("TEA", "berlin") == 0
    assert position(shop, condition="damaged").on_hand == 4


def test_what_expires_first_is_shipped_first() -> None:
    """Without a word of the node the book assumes what good nodes do."""
    shop = a_shop({}).given(milk(2, day(9), "r-2", "B"), milk(2, day(3), "r-1", "A"))
    shop.given(received(2, document="r-3"), an_order(3))
    work = shop.oms.order("o-1").fulfillments[0]
    shop.given(PickFulfillment(work), PackFulfillment(work), ShipFulfillment(work))

    assert position(shop).lots == (Part(None, Lot(day(9), "B"), 1),)
    assert position(shop).on_hand == 3
    laws.check(shop.oms)


def packed(shop: Shop, *asked: int) -> FulfillmentId:
    """An order of so many units in each line, ready to leave."""
    [work] = shop.given(an_order(*asked)).oms.order("o-1").fulfillments
    shop.given(PickFulfillment(work), PackFulfillment(work))
    return work


def test_who_ships_may_name_the_lots_that_left() -> None:
    """The picker took the newer tea, and scanned it; of the other line nobody says anything."""
    shop = a_shop({}).given(milk(2, day(9), "r-2", "B"), milk(2, day(5), "r-1", "A"))
    work = packed(shop, 2, 1)
    lots = (OfLot("1", 1, lot="B"), OfLot("1", 1, use_by=day(9)))
    shop.given(ShipFulfillment(work, lots=lots))

    assert position(shop).lots == (Part(None, Lot(day(5), "A"), 1),)
    left = OfLot("1", 2, use_by=day(9), lot="B"), OfLot("2", 1, use_by=day(5), lot="A")
    assert shop.oms.fulfillment(work).lots == left
    assert "2 of line 1 of lot B useful until 2026-03-11" in str(shop.oms.explain("o-1"))
    laws.check(shop.oms)


def test_a_lot_that_is_not_there_cannot_have_left() -> None:
    """Nor can more units of lots than were asked for; then nothing has happened."""
    shop = a_shop({}).given(milk(2, day(9), "r-2", "B"), milk(2, day(5), "r-1", "A"))
    work = packed(shop, 3)
    shop.refuses(ShipFulfillment(work, lots=[OfLot("1", 3, lot="B")]), NotOfLot(3, 2))
    more = [OfLot("1", 2, lot="A"), OfLot("1", 2, lot="B"), OfLot("7", 1, lot="B")]
    lines = LineId("1"), LineId("7")
    faults = (MoreOfLotsThanAsked(lines[0], 4, 3), MoreOfLotsThanAsked(lines[1], 1, 0))
    shop.refuses(ShipFulfillment(work, lots=more), *faults)

    assert shop.oms.order("o-1").status == "packed"


def test_a_count_of_the_evening_takes_no_lot_from_what_left_at_noon() -> None:
    """The sheet lacks the two units that had left; which lot they were of is told later."""
    shop = a_shop({}).given(milk(2, day(9), "r-2", "B"), milk(2, day(5), "r-1", "A"))
    work = packed(shop, 2)
    noon = shop.clock.at + HOUR
    shop.after(2 * HOUR).given(CountStock(**AT, counted=2, document="c-1"))
    assert position(shop).lots == (Part(None, Lot(day(9), "B"), 2),)
    shop.oms.do(ShipFulfillment(work, lots=[OfLot("1", 2, lot="A")]), occurred_at=noon)

    assert position(shop).lots == (Part(None, Lot(day(9), "B"), 2),)
    assert shop.oms.order("o-1").status == "shipped"
    laws.check(shop.oms)


def test_lots_go_with_units_wherever_they_go() -> None:
    """To another node, into doubt and back; a lot that is named is the one that leaves."""
    shop = a_shop({}).given(milk(2, day(9), "r-2", "B"), milk(2, day(5), "r-1", "A"))
    a, b = Lot(day(5), "A"), Lot(day(9), "B")
    shop.given(RegradeStock(**AT, document="c-1", quantity=3, was="sellable", condition="suspect"))
    assert position(shop, condition="suspect").lots == (Part(None, a, 2), Part(None, b, 1))
    shop.given(RegradeStock(**AT, document="c-2", quantity=3, was="suspect", condition="sellable"))
    assert position(shop).lots == (Part(None, a, 2), Part(None, b, 2))
    shop.given(AdjustStock(**AT, document="a-1", quantity=-1, use_by=day(9), lot="B"))
    shop.given(DispatchTransfer(**AT, to="paris", quantity=2, day=day(2), document="t-1"))
    sent = Lot(day(5), "A", "transfer-in")
    assert position(shop).lots == (Part(None, b, 1),)
    assert position(shop, "paris").lots == (Part(day(2), sent, 2),)
    came = ReceiveSupply(node="paris", sku="TEA", document="t-1", quantity=2, receipt="d-1")
    assert position(shop.given(came), "paris").lots == (Part(None, a, 2),)
    short = AdjustStock(**AT, document="a-2", quantity=-2, use_by=day(9), lot="B")
    shop.refuses(short, NotOfLot(2, 1))
    laws.check(shop.oms)


def test_a_transfer_of_several_lots_ends_with_the_first() -> None:
    """A promise must hold whichever unit is taken for it."""
    shop = a_shop({}).given(milk(2, day(9), "r-2", "B"), milk(2, day(5), "r-1", "A"))
    shop.given(DispatchTransfer(**AT, to="paris", quantity=4, day=day(2), document="t-1"))

    assert position(shop, "paris").lots == (Part(day(2), Lot(day(5), kind="transfer-in"), 4),)


def test_what_comes_with_another_date_than_announced_has_that() -> None:
    """The delivery note knows; a smaller delivery leaves the rest of the order due."""
    shop = a_shop({}).given(
        ExpectSupply(
            **AT, quantity=5, day=TODAY, document="po-1", use_by=day(9), kind="production"
        ),
        ReceiveSupply(**AT, document="po-1", quantity=3, receipt="d-1", use_by=day(7), lot="L7"),
    )

    assert position(shop).lots == (
        Part(None, Lot(day(7), "L7"), 3),
        Part(TODAY, Lot(day(9), kind="production"), 2),
    )


@pytest.mark.parametrize("capacity", [{}, {"units": 3}])
def test_no_plan_ships_milk_after_its_day(capacity: dict[str, int]) -> None:
    """Full days push orders on: beyond its last day a lot is not offered, and the rest waits."""
    node = a_node("berlin", capacity=capacity)
    shop = a_shop({}, nodes=[node]).given(
        milk(9, day(1)),
        ExpectSupply(**AT, quantity=4, day=day(4), document="po-1", use_by=day(9)),
    )
    shop.given(an_order(5, id="o-1"), an_order(5, id="o-2"), a_quote(2))
    ships = [
        group.ship_day
        for id_ in ("o-1", "o-2")
        for line in shop.oms.order(id_).lines.values()
        for group in line.groups
        if group.stage != "backordered"
    ]

    assert ships
    assert all(one <= day(1) or day(4) <= one <= day(9) for one in ships if one is not None)
    laws.check(shop.oms)


def test_no_plan_ships_what_is_only_due_after_its_day() -> None:
    """Nothing expires on the shelf; what comes today is of no use tomorrow, when there is room."""
    narrow = a_node("berlin", ships_to=["DE"], capacity={"units": 3})
    shop = a_shop({"berlin": {"TEA": 2}}, nodes=[narrow]).given(
        an_order(2, id="o-1"),
        ExpectSupply(**AT, quantity=3, day=day(0), use_by=day(0), document="po-1"),
        an_order(3, id="o-2"),
    )

    groups = shop.oms.order("o-2").lines[LineId("1")].groups
    assert {group.ship_day: units for group, units in groups.items()} == {day(0): 1, None: 2}
    laws.check(shop.oms)


# --- nobody counts it ---------------------------------------------------------------------------


def test_what_is_made_to_order_is_ordered_and_shipped_without_stock() -> None:
    """Three days after it was asked for; what leaves was made for it, so nothing goes below nil."""
    shop = a_shop({}).given(UntrackStock(**AT, document="u-1", lead_days=3), an_order(40))
    shop.given()

    assert shop.oms.available("TEA", "berlin") == 0
    assert shop.oms.available("TEA", "berlin", day=day(3)) == UNLIMITED
    assert shop.oms.order("o-1").promised == day(4)
    shop.after(3 * DAY)
    work = shop.oms.order("o-1").fulfillments[0]
    shop.given(PickFulfillment(work), PackFulfillment(work), ShipFulfillment(work))
    assert shop.oms.order("o-1").status == "shipped"
    assert [one.units for one in told(shop, StockEntered) if one.cause == "made"] == [40]
    assert told(shop, ShortageDeclared) == []
    laws.check(shop.oms)


def test_who_waits_is_served_when_units_are_not_counted_any_more_and_loses_when_they_are() -> None:
    """Both are reports of facts: the timeline tells the truth at once."""
    shop = a_shop({}).given(an_order(5))
    assert shop.oms.order("o-1").status == "backordered"
    shop.given(UntrackStock(**AT, document="u-1"))
    assert shop.oms.order("o-1").status == "released"
    shop.given(TrackStock(**AT, document="u-2"))
    [short] = told(shop, ShortageDeclared)
    assert (short.units, short.owners) == (5, ("o-1",))
    assert shop.oms.order("o-1").status == "backordered"
    laws.check(shop.oms)


def test_a_fence_is_supply_without_limit_from_a_day_on() -> None:
    """Until then what is counted counts."""
    shop = a_shop({"berlin": {"TEA": 2}}).given(UntrackStock(**AT, document="u-1", since=day(5)))

    assert [shop.oms.available("TEA", "berlin", day=day(n)) for n in (0, 4, 5)] == [2, 2, UNLIMITED]
    assert shop.oms.earliest("TEA", "berlin", 9) == day(5)


# --- bad input ----------------------------------------------------------------------------------

FAR = date(2099, 1, 1)


@pytest.mark.parametrize(
    ("report", "field"),
    [
        (ExpectSupply(**AT, document="po-1", quantity=1, day=FAR), "day"),
        (ExpectDemand(**AT, document="d-1", quantity=1, day=FAR), "day"),
        (DispatchTransfer(**AT, to="paris", document="t-1", quantity=1, day=date.max), "day"),
        (UntrackStock(**AT, document="u-1", since=FAR), "since"),
    ],
)
def test_what_is_due_in_a_hundred_years_is_a_typo(report: Any, field: str) -> None:
    """A bounded horizon: the refusal names the field, and nothing changed."""
    far = report.since if field == "since" else report.day

    a_shop({"berlin": {"TEA": 5}}).refuses(report, TooFarAhead(field, far, 3_660))


@pytest.mark.parametrize(
    ("type_", "fields", "path"),
    [
        ("expect-supply", {"use_by": "2026-03-08"}, "$.use_by"),
        ("expect-supply", {"kind": "gift"}, "$.kind"),
        ("expect-supply", {"firm": 1}, "$.firm"),
        ("expect-supply", {"reliability": 101}, "$.reliability"),
        ("receive-stock", {"use_by": "soon"}, "$.use_by"),
        ("receive-stock", {"lot": "a b"}, "$.lot"),
        ("untrack-stock", {"lead_days": -1}, "$.lead_days"),
        ("untrack-stock", {"lead_days": True}, "$.lead_days"),
        ("untrack-stock", {"since": 3}, "$.since"),
    ],
)
def test_unreadable_reports_name_the_field(type_: str, fields: Any, path: str) -> None:
    """Through the strict door, as an integration sends it."""
    command: dict[str, Any] = {"type": type_, "document": "d-1", **AT, **fields}
    command |= {} if type_ == "untrack-stock" else {"quantity": 1}
    command |= {"day": "2026-03-09"} if type_ == "expect-supply" else {}
    with pytest.raises(Unreadable) as raised:
        Oms.in_memory(clock=FixedClock()).decode(json.dumps(command))

    assert raised.value.path == path


def test_a_lot_lapses_once_however_often_it_came() -> None:
    """Each receipt sets a deadline; the first to be worked finds all, the others nothing."""
    shop = a_shop({}).given(milk(1, day(1), "r-1"), milk(2, day(1), "r-2"), milk(4, day(8), "r-3"))
    shop.after(timedelta(days=3))

    assert position(shop).on_hand == 4
    assert position(shop, condition="damaged").on_hand == 3
    laws.check(shop.oms)

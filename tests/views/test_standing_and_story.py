"""What people read: how an order stands, and what happened to it."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given

from omscore.kernel.ids import LineId
from omscore.lifecycle.fulfillment.messages import (
    Missing,
    PickFulfillment,
    RejectFulfillment,
    ShipFulfillment,
)
from omscore.lifecycle.order.messages import CancelUnits, HoldOrder, LiftHold
from omscore.lifecycle.order.order import ORDER
from omscore.lifecycle.returns.messages import AnnounceReturn, Grade, GradeReturn, ReceiveReturn
from omscore.testing import traces
from omscore.testing.builders import (
    HOUR,
    a_line,
    a_shop,
    an_order,
    day,
    of_line,
    some_lines,
)
from omscore.testing.laws.books import Books


def test_an_order_stands_as_its_units_do() -> None:
    """Line by line: how many are where, and by when they arrive."""
    shop = a_shop({"berlin": {"TEA": 3, "POT": 1}}).given(
        an_order(*some_lines(("TEA", 4), ("POT", 1)), customer="Customer-007"),
        CancelUnits("o-1", line="1", quantity=1),
    )
    standing = shop.oms.order("o-1")
    first, second = standing.lines[LineId("1")], standing.lines[LineId("2")]

    assert (first.ordered, first.stages, first.status) == (
        4,
        {"released": 3, "canceled": 1},
        "released",
    )
    assert (first.promised, second.promised, standing.promised) == (day(1), day(1), day(1))
    assert standing.customer == "Customer-007"
    assert "Customer-007" not in repr(standing)


def test_the_whole_life_of_an_order_is_told_in_its_order() -> None:
    """Placed, rejected, sourced again, shipped, returned: with who, when and why."""
    shop = a_shop().given(an_order(3), HoldOrder("o-1", hold="h-1", reason="fraud"))
    shop.given(LiftHold("o-1", hold="h-1"))
    shop.oms.do(RejectFulfillment("o-1.1", reason="no-staff"), actor="berlin")
    shop.given(PickFulfillment("o-1.2", missing=[Missing("1", 1)]), ShipFulfillment("o-1.2"))
    shop.given(
        AnnounceReturn("r-1", order="o-1", lines=of_line(2), reason="too-bitter"),
        ReceiveReturn("r-1", order="o-1", node="paris", lines=of_line(1)),
        GradeReturn("r-1", grades=[Grade("1", damaged=1)]),
        ShipFulfillment("o-1.2"),
    )
    told = str(shop.oms.explain("o-1"))
    found = [
        told.index(words)
        for words in (
            "placed, to DE by standard: 3 x TEA",
            "released to berlin",
            "hold h-1 (fraud) stops release",
            "hold h-1 lifted",
            "reject: released -> rejected, because no-staff",
            "released to paris",
            "short: 1 x TEA less",
            "ship: picked -> shipped",
            "announced (too-bitter): 2 x TEA",
            "received at paris: 1 x TEA",
            "graded: 0 sellable, 1 damaged",
            "restock: accepted -> restocked",
            "the report ship is ignored",
        )
    ]

    assert found == sorted(found)
    assert "berlin passed over for 1 line: rejected this order a short while ago" in told


def test_what_was_reported_late_says_when_it_was_recorded() -> None:
    """The scanner was offline: it happened at nine, and we heard of it at ten."""
    shop = a_shop().given(an_order(3))
    shop.clock.advance(HOUR)
    then = shop.clock.at - HOUR + timedelta(minutes=1)
    shop.oms.do(PickFulfillment("o-1.1"), actor="scanner", occurred_at=then)

    assert "2026-03-02 09:01 UTC  scanner" in str(shop.oms.explain("o-1"))
    assert "(recorded 2026-03-02 10:00)" in str(shop.oms.explain("o-1"))


def test_a_long_order_is_told_in_short() -> None:
    """The first few lines, and how many more there are."""
    many = [a_line(1, id=str(n)) for n in range(1, 9)]
    told = str(a_shop().given(an_order(*many)).oms.explain("o-1"))

    assert "1 x TEA, 1 x TEA, 1 x TEA and 5 more" in told


@given(traces.traces())
def test_every_order_can_be_told_and_names_nobody(trace: Sequence[object]) -> None:
    """Law 12 for what people read: whatever happened, its story shows no customer."""
    shop = a_shop({})
    shop.play(trace)
    for id_, _ in Books.of(shop.oms).all(ORDER):
        told = shop.oms.explain(id_)
        assert len(told.told) >= 1
        assert "Customer" not in str(told)
        assert "Customer" not in repr(told) + repr(shop.oms.order(id_))

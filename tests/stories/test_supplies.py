"""Supply comes, is late, is less: the timeline tells the truth at once."""

from datetime import timedelta
from typing import Any

import pytest

from omscore.atp.messages import (
    AdjustStock,
    ChangeSupply,
    CountStock,
    DispatchTransfer,
    ExpectDemand,
    ExpectSupply,
    LapseSupply,
    NoSuchItem,
    NoSuchNode,
    NoSuchSupply,
    NotOnHand,
    Overtaken,
    ReceiveStock,
    ReceiveSupply,
    RegradeStock,
    SeenBefore,
    SupplyExists,
)
from omscore.atp.movements import ShortageDeclared
from omscore.atp.supplies import SupplyOutdated
from omscore.kernel.ids import DocumentId, LineId, NodeId, Sku
from omscore.kernel.reason import Reason
from omscore.testing import laws
from omscore.testing.builders import DAY, MONDAY, a_shop, an_order, day, expected, received
from omscore.testing.story import Shop

AT: Any = {"node": "berlin", "sku": "TEA"}


def declared(shop: Shop) -> list[ShortageDeclared]:
    return [one.event for one in shop.events() if isinstance(one.event, ShortageDeclared)]


def promised_on_supply() -> Shop:
    """Ten should come on Wednesday; two orders of four rest on them."""
    return a_shop({}).given(expected(10, day(2)), an_order(4, id="o-1"), an_order(4, id="o-2"))


def test_supply_that_is_less_declares_a_shortage_and_names_who_loses() -> None:
    """Only five will come: the reservation that came last loses, and its order is told."""
    shop = promised_on_supply().given(ChangeSupply(**AT, document="po-1", quantity=5, day=day(2)))
    [short] = declared(shop)

    assert (short.units, short.owners) == (3, ("o-2",))
    assert len(short.reservations) == 1
    assert shop.oms.order("o-1").status == "allocated"
    assert shop.oms.order("o-2").stages == {"allocated": 1, "backordered": 3}
    laws.check(shop.oms)


def test_what_was_lost_is_sourced_elsewhere_at_once() -> None:
    """Paris has some: the customer learns of a new date, not of a problem."""
    shop = promised_on_supply()
    shop.given(
        received(8, node="paris"), ChangeSupply(**AT, document="po-1", quantity=0, day=day(2))
    )
    nodes = {
        group.node
        for id_ in ("o-1", "o-2")
        for group in shop.oms.order(id_).lines[LineId("1")].groups
    }

    assert nodes == {"paris"}
    assert {shop.oms.order(id_).status for id_ in ("o-1", "o-2")} == {"released"}
    laws.check(shop.oms)


def test_supply_that_does_not_come_is_late_and_expected_again() -> None:
    """Wednesday is over in Berlin: what rests on it is promised anew, a week later."""
    shop = promised_on_supply()
    before = shop.oms.order("o-1").promised
    shop.after(timedelta(days=2, hours=14))
    late = shop.oms.order("o-1").promised
    late_by = [one.units for one in declared(shop)]

    assert before is not None
    assert late is not None
    assert late > before
    assert sum(late_by) == 8
    assert shop.oms.available("TEA", "berlin", day=day(30)) == 2
    laws.check(shop.oms)


def test_supply_that_came_in_time_is_not_late() -> None:
    """The deadline is still worked, and finds nothing to do."""
    shop = promised_on_supply().given(
        ReceiveSupply(**AT, document="po-1", quantity=10, receipt="d-1")
    )
    shop.after(10 * DAY)

    assert declared(shop) == []
    assert shop.oms.available("TEA", "berlin") == 2


def test_supply_comes_in_parts_and_sometimes_too_much() -> None:
    """What is here counts; what is still due keeps its day; more than expected is taken too."""
    shop = a_shop({}).given(
        expected(10, day(2)), ReceiveSupply(**AT, document="po-1", quantity=4, receipt="d-1")
    )
    assert shop.oms.available("TEA", "berlin") == 4
    assert shop.oms.available("TEA", "berlin", day=day(2)) == 10

    shop.given(ReceiveSupply(**AT, document="po-1", quantity=9, receipt="d-2"))
    assert shop.oms.available("TEA", "berlin") == 13
    assert shop.oms.available("TEA", "berlin", day=day(9)) == 13
    laws.check(shop.oms)


def test_what_comes_before_it_is_announced_is_there_and_only_the_rest_is_due() -> None:
    """The delivery note was faster than the purchase order, and knew nothing of its lot."""
    shop = a_shop({}).given(
        an_order(3), ReceiveSupply(**AT, document="po-1", quantity=4, receipt="d-1")
    )
    assert shop.oms.order("o-1").status == "released"
    assert shop.oms.available("TEA", "berlin", day=day(2)) == 1

    late = ExpectSupply(**AT, document="po-1", quantity=10, day=day(2), use_by=day(5))
    shop.given(late)
    assert shop.oms.available("TEA", "berlin", day=day(2)) == 7
    assert shop.oms.available("TEA", "berlin", day=day(6)) == 0
    laws.check(shop.oms)


def test_a_canceled_supply_stays_canceled_when_its_announcement_comes_late() -> None:
    """The cancelation is numbered 2, the announcement 1."""
    shop = a_shop({})
    cancel = ChangeSupply(**AT, document="po-1", quantity=0, day=day(2))
    shop.oms.do(cancel, actor="erp", sequence=2)
    shop.oms.do(expected(10, day(2)), actor="erp", sequence=1)

    assert shop.oms.available("TEA", "berlin", day=day(9)) == 0
    laws.check(shop.oms)


def test_an_announcement_is_taken_once() -> None:
    """The same again is a copy, changed since or not; an older one that differs is overtaken."""
    change = ChangeSupply(**AT, document="po-1", quantity=4, day=day(3))
    shop = a_shop({}).given(expected(10, day(2)), change)
    again = shop.when(expected(10, day(2)))
    older = shop.oms.do(expected(12, day(2)), occurred_at=MONDAY - DAY)
    told = [one.event for one in (*again.events, *older.events)]

    assert told == [
        SupplyOutdated(SeenBefore(DocumentId("po-1")).noted()),
        SupplyOutdated(Overtaken(MONDAY.isoformat()).noted()),
    ]
    assert shop.oms.available("TEA", "berlin", day=day(9)) == 4


def test_a_transfer_may_come_before_it_is_told_that_it_left() -> None:
    """It is in the stock of one node only, as soon as both have spoken."""
    here: Any = {"node": "paris", "sku": "TEA", "document": "t-1"}
    shop = a_shop({"berlin": {"TEA": 6}}).given(ReceiveSupply(**here, quantity=3, receipt="d-1"))
    shop.given(DispatchTransfer(**AT, to="paris", quantity=4, day=day(1), document="t-1"))

    assert shop.oms.available("TEA", "berlin") == 2
    assert shop.oms.available("TEA", "paris") == 3
    assert shop.oms.available("TEA", "paris", day=day(1)) == 4
    laws.check(shop.oms)


def test_a_supply_that_is_moved_forward_serves_no_one_earlier_but_later_ones_sooner() -> None:
    """Promises stay as they were given; who asks now gets the better day."""
    shop = promised_on_supply().given(ChangeSupply(**AT, document="po-1", quantity=10, day=day(1)))

    assert shop.oms.available("TEA", "berlin", day=day(1)) == 2
    assert declared(shop) == []


def test_stock_that_is_counted_away_cannot_be_promised_or_kept() -> None:
    """Six were promised, four are there: two are declared short, and wait again."""
    shop = a_shop({"berlin": {"TEA": 6}}).given(
        an_order(6), CountStock(**AT, counted=4, document="c-1")
    )

    assert shop.oms.order("o-1").stages == {"released": 4, "backordered": 2}
    assert [one.units for one in declared(shop)] == [2]
    laws.check(shop.oms)


def test_what_is_counted_up_serves_those_who_wait() -> None:
    """The find is no surprise for whoever was told to wait."""
    shop = a_shop({"berlin": {"TEA": 6}}).given(
        an_order(8), CountStock(**AT, counted=9, document="c-1")
    )

    assert shop.oms.order("o-1").status == "released"
    assert shop.oms.available("TEA", "berlin") == 1


def test_a_paper_is_taken_once() -> None:
    """The same delivery note twice is a copy; the same number at another node is another paper."""
    shop = a_shop({}).given(received(4))
    shop.ignores(received(4), SeenBefore(DocumentId("r-1")))
    shop.given(received(3, node="paris"))

    assert shop.oms.available("TEA", "berlin") == 4
    assert shop.oms.available("TEA", "paris") == 3


def test_a_transfer_is_in_nobodys_stock_until_it_is_received() -> None:
    """It left Berlin and is due in Paris; the sum over both never changes but by what is lost."""
    sent = DispatchTransfer(**AT, to="paris", quantity=4, day=day(1), document="t-1")
    shop = a_shop({"berlin": {"TEA": 6}}).given(sent)
    assert shop.oms.available("TEA", "berlin") == 2
    assert shop.oms.available("TEA", "paris") == 0
    assert shop.oms.available("TEA", "paris", day=day(1)) == 4

    here: Any = {"node": "paris", "sku": "TEA", "document": "t-1"}
    shop.given(ReceiveSupply(**here, quantity=3, receipt="d-1"))
    shop.given(ChangeSupply(**here, quantity=0, day=day(1)))
    assert shop.oms.available("TEA", "paris", day=day(9)) == 3
    laws.check(shop.oms)
    shop.ignores(sent, SeenBefore(DocumentId("t-1")))


def test_foreign_demand_takes_what_it_says_and_no_more() -> None:
    """A marketplace sells too; its last word replaces the one before."""
    shop = a_shop({"berlin": {"TEA": 6}})
    for quantity, left in (4, 2), (1, 5), (0, 6):
        shop.given(ExpectDemand(**AT, quantity=quantity, day=day(1), document="market"))
        assert shop.oms.available("TEA", "berlin") == left


def test_only_sellable_stock_is_promised() -> None:
    """A damaged pot is a pot, but nobody may be sent it; regraded, it is free."""
    shop = a_shop({}).given(
        ReceiveStock(**AT, quantity=2, condition="damaged", document="d-1"), an_order(1)
    )
    assert shop.oms.order("o-1").status == "backordered"

    shop.given(RegradeStock(**AT, quantity=1, was="damaged", condition="sellable", document="d-2"))
    assert shop.oms.order("o-1").status == "released"
    assert shop.oms.available("TEA", "berlin", condition="damaged") == 1
    laws.check(shop.oms)


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (received(1, "GRAIL"), NoSuchItem(Sku("GRAIL"))),
        (received(1, node="rome"), NoSuchNode(NodeId("rome"))),
        (AdjustStock(**AT, quantity=-11, document="a-1"), NotOnHand(asked=11, on_hand=10)),
        (
            RegradeStock(**AT, quantity=1, was="damaged", condition="sellable", document="a-1"),
            NotOnHand(asked=1, on_hand=0),
        ),
        (
            DispatchTransfer(**AT, to="paris", quantity=11, day=day(1), document="t-1"),
            NotOnHand(asked=11, on_hand=10),
        ),
        (
            DispatchTransfer(**AT, to="rome", quantity=1, day=day(1), document="t-1"),
            NoSuchNode(NodeId("rome")),
        ),
        (
            LapseSupply(DocumentId("po-7"), NodeId("berlin"), Sku("TEA")),
            NoSuchSupply(DocumentId("po-7")),
        ),
        (expected(5, day(3)), SupplyExists(DocumentId("po-1"))),
        (
            DispatchTransfer(
                node="paris", to="berlin", sku="TEA", quantity=4, day=day(3), document="po-1"
            ),
            SupplyExists(DocumentId("po-1")),
        ),
    ],
)
def test_a_report_that_cannot_be_true_is_refused(report: object, reason: Reason) -> None:
    """Nobody can take away what is not there, or announce another thing under the same name."""
    a_shop().given(expected(4, day(3))).refuses(report, reason)

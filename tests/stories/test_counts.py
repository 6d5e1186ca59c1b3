"""Counts: of an instant, of what is there, on the shelf or for sale; and papers that come late."""

from datetime import timedelta
from typing import Any

import pytest

from omscore.atp.messages import (
    AdjustStock,
    ChangeSupply,
    CountStock,
    DispatchTransfer,
    ExpectDemand,
    IssueStock,
    Outdated,
    ReceiveStock,
    ReceiveSupply,
)
from omscore.atp.movements import ShortageDeclared, StockEntered
from omscore.atp.position import POSITION, Position
from omscore.atp.supplies import DemandOutdated, PaperOutdated, SupplyOutdated
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import DocumentId
from omscore.lifecycle.fulfillment.messages import (
    PickFulfillment,
    RecallFulfillment,
    ShipFulfillment,
)
from omscore.testing import laws
from omscore.testing.builders import HOUR, MONDAY, a_quote, a_shop, an_order, day, expected
from omscore.testing.story import Shop

AT: Any = {"node": "berlin", "sku": "TEA"}


def ten() -> Shop:
    return a_shop({"berlin": {"TEA": 10}})


def count(counted: int, *, document: str = "c-1", **rest: Any) -> CountStock:
    return CountStock(**AT, counted=counted, document=document, **rest)


def on_hand(shop: Shop) -> int:
    return (shop.oms.get(POSITION.key("berlin/TEA/sellable")) or Position()).on_hand


def entered(shop: Shop) -> list[tuple[str, int, str]]:
    """What came to hand since the shop opened, by cause and paper."""
    told = [one.event for one in shop.events() if isinstance(one.event, StockEntered)]
    return [(one.cause, one.units, one.document) for one in told if one.document != "opening"]


# --- as of an instant -------------------------------------------------------------------------


def test_what_moved_after_the_count_is_counted_on_top_of_it() -> None:
    """Eight were there at nine; two were sold at ten; the count sheet is typed in at noon."""
    shop = ten().after(HOUR).given(IssueStock(**AT, quantity=2, document="bon-1")).after(2 * HOUR)
    shop.given(count(8, as_of=MONDAY))

    assert entered(shop) == [("issued", -2, "bon-1"), ("counted", -2, "c-1")]
    assert shop.oms.available("TEA", "berlin") == 6
    laws.check(shop.oms)


def test_a_receipt_from_before_the_count_is_in_the_count() -> None:
    """The delivery note lay about: it is on record, and no unit is there twice."""
    shop = ten().after(2 * HOUR).given(count(14, as_of=MONDAY + HOUR))
    shop.oms.do(ReceiveStock(**AT, quantity=4, document="note-1"), occurred_at=MONDAY)

    assert entered(shop)[1:] == [("received", 4, "note-1"), ("counted", -4, "c-1")]
    assert on_hand(shop) == 14
    laws.check(shop.oms)


def test_a_transfer_that_left_before_the_count_is_not_taken_twice() -> None:
    """And its units are on the way all the same."""
    shop = ten().after(2 * HOUR).given(count(0, as_of=MONDAY + HOUR))
    sent = DispatchTransfer(**AT, to="paris", quantity=10, day=day(1), document="t-1")
    shop.oms.do(sent, occurred_at=MONDAY)

    assert on_hand(shop) == 0
    assert shop.oms.available("TEA", "paris", day=day(1)) == 10
    laws.check(shop.oms)


def test_a_parcel_that_left_before_the_count_is_not_missed_twice() -> None:
    """The carrier's scan comes in late: seven were counted, and seven are there."""
    shop = ten().given(an_order(3)).after(2 * HOUR).given(count(7, as_of=MONDAY + HOUR))
    shop.oms.do(ShipFulfillment("o-1.1"), occurred_at=MONDAY + timedelta(minutes=5))

    assert on_hand(shop) == 7
    assert shop.oms.order("o-1").status == "shipped"
    assert shop.oms.available("TEA", "berlin") == 7
    laws.check(shop.oms)


def test_a_count_that_is_older_than_the_last_one_is_ignored_and_says_why() -> None:
    """Two sheets cross in the post: the later look at the shelf is right."""
    shop = ten().after(2 * HOUR).given(count(6, as_of=MONDAY + HOUR, document="c-2"))
    receipt = shop.when(count(9, as_of=MONDAY, document="c-1"))
    [ignored] = [one.event for one in receipt.events]

    assert ignored == PaperOutdated(DocumentId("c-1"), Outdated(DocumentId("c-2")).noted())
    assert on_hand(shop) == 6
    assert list(shop.oms.audit()) == []


def test_counts_of_one_source_are_ordered_by_its_numbers() -> None:
    """Its clock was set back; its numbers were not.  Of another source only the time is known."""
    shop = ten().after(3 * HOUR)
    shop.oms.do(count(6, document="c-2"), occurred_at=MONDAY + HOUR, sequence=2, actor="wms")
    shop.oms.do(count(9, document="c-1"), occurred_at=MONDAY + 2 * HOUR, sequence=1, actor="wms")
    assert on_hand(shop) == 6

    shop.oms.do(count(5, document="c-3"), occurred_at=MONDAY, sequence=3, actor="wms")
    assert on_hand(shop) == 5

    shop.oms.do(count(4, document="s-1"), occurred_at=MONDAY + 2 * HOUR, sequence=1, actor="shop")
    assert on_hand(shop) == 4


def test_more_left_since_than_the_count_had_so_it_was_wrong() -> None:
    """Nobody can sell four of three: there are none now, and never less."""
    shop = ten().after(HOUR).given(IssueStock(**AT, quantity=4, document="bon-1")).after(HOUR)
    shop.given(count(3, as_of=MONDAY))

    assert on_hand(shop) == 0
    laws.check(shop.oms)


def test_a_count_of_tomorrow_is_taken_as_of_now() -> None:
    """A clock that is ahead must not keep every later paper out."""
    shop = ten().given(count(8, as_of=MONDAY + 24 * HOUR)).after(HOUR)
    shop.oms.do(ReceiveStock(**AT, quantity=1, document="n-1"), occurred_at=MONDAY + HOUR)

    assert on_hand(shop) == 9


# --- what is counted --------------------------------------------------------------------------


def test_a_count_of_the_shelf_leaves_out_what_is_picked() -> None:
    """Three lie on the packing table: seven on the shelf are ten in all."""
    shop = ten().given(an_order(3, id="o-1"), an_order(2, id="o-2"), PickFulfillment("o-1.1"))
    shop.given(count(7, counts="on-shelf"))
    assert on_hand(shop) == 10

    shop.given(RecallFulfillment("o-1.1"), count(7, counts="on-shelf", document="c-2"))
    assert on_hand(shop) == 10

    shop.given(ShipFulfillment("o-1.1"), count(7, counts="on-shelf", document="c-3"))
    assert on_hand(shop) == 7
    assert entered(shop) == []
    laws.check(shop.oms)


def test_what_is_picked_after_the_count_was_on_the_shelf() -> None:
    """Ten were counted at nine, three were picked at ten, the sheet comes at eleven."""
    shop = ten().given(an_order(3)).after(HOUR).given(PickFulfillment("o-1.1")).after(HOUR)
    shop.given(count(10, counts="on-shelf", as_of=MONDAY))

    assert on_hand(shop) == 10


def test_what_a_vendor_calls_available_is_free_of_our_promises() -> None:
    """He has put our four aside and would sell five more: nine are there."""
    shop = ten().given(an_order(4), count(5, counts="available"))

    assert on_hand(shop) == 9
    assert shop.oms.available("TEA", "berlin") == 5


def test_what_was_promised_and_sent_after_a_vendor_counted_changes_nothing_of_it() -> None:
    """Six were free at nine; one more was promised at ten, and four were sent."""
    shop = ten().given(an_order(4)).after(HOUR).given(an_order(1, id="o-2"))
    shop.given(ShipFulfillment("o-1.1")).after(HOUR).given(
        count(6, counts="available", as_of=MONDAY)
    )

    assert entered(shop) == []
    assert shop.oms.available("TEA", "berlin") == 5
    laws.check(shop.oms)


def test_a_vendor_with_none_available_takes_nothing_from_what_he_promised() -> None:
    """None to sell: what lies aside for us is still ours, and what we hold for a while is not."""
    shop = ten().given(an_order(4), a_quote(2), count(0, counts="available"))

    assert on_hand(shop) == 4
    assert shop.oms.available("TEA", "berlin") == 0
    assert shop.oms.order("o-1").status == "released"
    laws.check(shop.oms)


def test_a_vendor_with_none_available_does_not_mend_a_shortage() -> None:
    """Two of our six are missing; that he sells none to others brings them no closer."""
    shop = ten().given(an_order(6), count(4))
    before = on_hand(shop)
    shop.given(count(0, counts="available", document="c-2"))

    assert on_hand(shop) <= before
    laws.check(shop.oms)


def test_supply_that_is_due_is_not_available_at_a_vendor_today() -> None:
    """Ours for Wednesday rest on Wednesday's supply: none free today is no more and no less."""
    shop = a_shop({}).given(expected(10, day(2)), an_order(4), count(0, counts="available"))

    assert on_hand(shop) == 0
    assert shop.oms.available("TEA", "berlin", day=day(2)) == 6


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"counts": "most"}, "$.counts"),
        ({"counts": "available", "condition": "damaged"}, "$.counts"),
        ({"as_of": MONDAY.replace(tzinfo=None)}, "$.as_of"),
    ],
)
def test_a_count_that_makes_no_sense_is_unreadable(wrong: dict[str, Any], path: str) -> None:
    """Damaged units are for nobody to sell; and an instant has a zone."""
    with pytest.raises(Unreadable) as error:
        count(1, **wrong)
    assert error.value.path == path


# --- what cannot be kept any more -------------------------------------------------------------


@pytest.mark.parametrize(
    "report",
    [
        count(2),
        AdjustStock(**AT, quantity=-8, document="a-1"),
        IssueStock(**AT, quantity=8, document="i-1"),
        DispatchTransfer(**AT, to="paris", quantity=8, day=day(1), document="t-1"),
    ],
    ids=lambda report: type(report).__name__,
)
def test_whatever_takes_promised_units_names_who_loses_them(report: object) -> None:
    """It is taken in, for it is true; and in the same transaction it says whom it hits."""
    shop = ten().given(an_order(4, id="o-1"), an_order(3, id="o-2"))
    receipt = shop.when(report)
    short = [one.event for one in receipt.events if isinstance(one.event, ShortageDeclared)]

    assert sum(one.units for one in short) == 5
    assert {owner for one in short for owner in one.owners} == {"o-1", "o-2"}
    laws.check(shop.oms)


def test_what_the_shop_sold_was_there() -> None:
    """The till does not ask the books: two more than they had are found, and then gone."""
    shop = a_shop({"berlin": {"TEA": 3}}).given(IssueStock(**AT, quantity=5, document="bon-1"))

    assert entered(shop) == [("found", 2, "bon-1"), ("issued", -5, "bon-1")]
    assert on_hand(shop) == 0
    laws.check(shop.oms)


# --- words that cross -------------------------------------------------------------------------


def change(quantity: int, on: int) -> ChangeSupply:
    return ChangeSupply(**AT, document="po-1", quantity=quantity, day=day(on))


def demand(quantity: int) -> ExpectDemand:
    return ExpectDemand(**AT, document="market", quantity=quantity, day=day(1))


@pytest.mark.parametrize("stamps", [("sequence", 2, 1), ("occurred_at", MONDAY, MONDAY - HOUR)])
def test_an_older_word_never_overwrites_a_newer_one(stamps: tuple[str, Any, Any]) -> None:
    """By the number or the time of the source; it is recorded, and says what overtook it."""
    by, newer, older = stamps
    shop = a_shop({}).given(expected(10, day(2)))
    shop.oms.do(change(4, 3), actor="erp", **{by: newer})
    late = shop.oms.do(change(9, 2), actor="erp", **{by: older})
    assert [type(one.event) for one in late.events] == [SupplyOutdated]
    assert shop.oms.available("TEA", "berlin", day=day(9)) == 4

    shop.oms.do(demand(3), actor="market", **{by: newer})
    late = shop.oms.do(demand(1), actor="market", **{by: older})
    assert [type(one.event) for one in late.events] == [DemandOutdated]
    assert shop.oms.available("TEA", "berlin", day=day(9)) == 1
    laws.check(shop.oms)
    assert list(shop.oms.audit()) == []


def test_a_receipt_from_before_the_last_word_is_not_taken_from_what_is_still_to_come() -> None:
    """Four of ten came; then the vendor wrote "six to come"; then the delivery note is found."""
    shop = a_shop({}).given(expected(10, day(2))).after(2 * HOUR)
    shop.oms.do(change(6, 2), occurred_at=MONDAY + HOUR)
    note = ReceiveSupply(**AT, document="po-1", quantity=4, receipt="note-1")
    shop.oms.do(note, occurred_at=MONDAY)

    assert shop.oms.available("TEA", "berlin") == 4
    assert shop.oms.available("TEA", "berlin", day=day(2)) == 10
    laws.check(shop.oms)
    assert list(shop.oms.audit()) == []

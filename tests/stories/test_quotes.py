"""A quote keeps stock for a while: accepted, expired, withdrawn."""

from datetime import timedelta

import pytest

from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.ids import LineId, OrderId, QuoteId
from omscore.lifecycle.order.messages import AlreadyPlaced
from omscore.lifecycle.quote.messages import (
    AcceptQuote,
    NoSuchQuote,
    QuoteExists,
    QuoteExpired,
    QuoteMoved,
    QuoteNotNow,
    QuoteOpened,
    RenewQuote,
    WithdrawQuote,
)
from omscore.network.plan import Choice
from omscore.testing import laws
from omscore.testing.builders import (
    HOUR,
    a_lane,
    a_line,
    a_node,
    a_quote,
    a_shop,
    an_order,
    day,
    received,
    three_nodes,
)
from omscore.testing.story import Shop

HALF = timedelta(minutes=30)
ACCEPT = AcceptQuote("q-1", order="o-1")


def quoted(quantity: int = 4) -> Shop:
    """Ten of tea in Berlin, and a quote for some of them that is open for half an hour."""
    return a_shop({"berlin": {"TEA": 10}}).given(a_quote(quantity))


def test_what_is_quoted_cannot_be_promised_to_others() -> None:
    """That is what a quote is for."""
    shop = quoted()

    assert shop.oms.available("TEA", "berlin") == 6
    assert shop.given(an_order(10, id="o-2")).oms.order("o-2").stages["backordered"] == 4


def test_an_accepted_quote_is_an_order_with_the_days_that_were_quoted() -> None:
    """It is not planned again: the same node, the same day, the same stock."""
    shop = quoted().leads(a_quote(2, id="q-2"), to=[QuoteOpened])
    shop.after(HALF - timedelta(seconds=1)).given(ACCEPT)
    [leg] = [one.leg for one in shop.oms.quote("q-1").opened.reserved]
    [group] = shop.oms.order("o-1").lines[leg.line].groups

    assert (group.node, group.ship_day, group.promised) == ("berlin", day(0), leg.delivery_day)
    assert shop.oms.quote("q-1").stage == "accepted"
    assert shop.oms.quote("q-1").order == "o-1"
    assert shop.oms.order("o-1").status == "released"
    laws.check(shop.oms)


def test_at_its_expiry_a_quote_holds_nothing_swept_or_not() -> None:
    """The clock decides, not the worker that cleans up."""
    shop = quoted()
    shop.clock.advance(HALF)

    assert shop.oms.available("TEA", "berlin") == 10
    shop.refuses(ACCEPT, QuoteExpired(shop.clock.at))
    assert shop.given(an_order(10, id="o-2")).oms.order("o-2").status == "released"


def test_an_expired_quote_is_swept_when_it_is_due() -> None:
    """Its reservation ends, its day is free, and nobody can accept it any more."""
    shop = quoted().after(HALF)

    assert shop.oms.quote("q-1").stage == "expired"
    shop.refuses(ACCEPT, QuoteNotNow("accept", "expired"))
    laws.check(shop.oms)


def test_a_withdrawn_quote_is_free_at_once() -> None:
    """The customer said no."""
    shop = quoted().leads(WithdrawQuote("q-1"), to=[QuoteMoved("withdraw", "open", "withdrawn")])

    assert shop.oms.available("TEA", "berlin") == 10
    shop.refuses(ACCEPT, QuoteNotNow("accept", "withdrawn"))
    shop.after(HOUR)
    assert shop.oms.quote("q-1").stage == "withdrawn"
    laws.check(shop.oms)


@pytest.mark.parametrize("ends", [WithdrawQuote("q-1"), HALF])
def test_who_waits_gets_what_a_quote_kept(ends: object) -> None:
    """Withdrawn or expired: the next in line is served, without anybody asking."""
    shop = quoted(10).given(an_order(3, id="o-2"))
    assert shop.oms.order("o-2").status == "backordered"

    shop.play([ends])
    assert shop.oms.order("o-2").status == "released"


def test_what_was_short_in_a_quote_waits_in_its_order() -> None:
    """Twelve were asked and ten quoted: the quote says so, and two are backordered."""
    shop = quoted(12).given(ACCEPT)

    assert shop.oms.quote("q-1").opened.decision.short == {"1": 2}
    assert shop.oms.order("o-1").stages == {"released": 10, "backordered": 2}


def test_a_quote_keeps_a_full_day_too() -> None:
    """London takes three units a day, and three are quoted: until that ends, today is full."""
    narrow = a_node("london", ships_to=["DE"], capacity={"units": 3})
    shop = a_shop({"london": {"TEA": 9}}, nodes=three_nodes(narrow)).given(
        a_quote(3), an_order(1, id="o-2"), WithdrawQuote("q-1"), an_order(1, id="o-3")
    )
    days = [
        group.ship_day
        for id_ in ("o-2", "o-3")
        for group in shop.oms.order(id_).lines[LineId("1")].groups
    ]

    assert days == [day(1), day(0)]
    laws.check(shop.oms)


def test_names_are_given_once() -> None:
    """A quote, and the order that it becomes."""
    quoted().refuses(a_quote(1), QuoteExists(QuoteId("q-1")))
    quoted().given(an_order(1)).refuses(ACCEPT, AlreadyPlaced(OrderId("o-1")))
    quoted().refuses(AcceptQuote("q-9", order="o-1"), NoSuchQuote(QuoteId("q-9")))
    quoted().given(ACCEPT).refuses(
        AcceptQuote("q-1", order="o-2"), QuoteNotNow("accept", "accepted")
    )


def test_a_quote_tells_its_plan_and_what_became_of_it() -> None:
    """Who asked, what was chosen and why, until when; then the order, and no customer."""
    shop = quoted(2).given(AcceptQuote("q-1", order="o-1"))
    opened, accepted = (one.sentence for one in shop.oms.explain_quote("q-1").told)
    text = str(shop.oms.explain_quote("q-1"))

    assert opened.startswith("quoted, to DE by standard: 2 x TEA, open until 2026-03-02")
    assert accepted == "accept: open -> accepted, by order o-1"
    for words in ("Quote q-1", "sourced: 1 parcel", "berlin sends 2 units of 1 line", "costs "):
        assert words in text
    with pytest.raises(Refused):
        shop.oms.explain_quote("q-9")


# --- renewed ----------------------------------------------------------------------------------


def test_an_expired_quote_is_planned_again_and_the_difference_is_told() -> None:
    """Somebody else took the tea of Berlin meanwhile; Paris has some, further away."""
    shop = quoted(8).after(HALF).given(received(9, node="paris"), an_order(6, id="o-2"))
    shop.leads(RenewQuote("q-1", renewed="q-2"), to=[QuoteOpened])
    change = shop.oms.renewed("q-2")

    assert change is not None
    assert shop.oms.quote("q-2").opened.renews == "q-1"
    assert shop.oms.quote("q-2").opened.lines == shop.oms.quote("q-1").opened.lines
    assert str(change).splitlines() == [
        "line 1: 2026-03-03, now 2026-03-05",
        "  it is better without berlin now",
        "sending it costs 400, now 900",
    ]
    # What two more days of waiting weigh is for the planner, and nobody pays it.
    assert (change.decision.cost, change.decision.parts["waiting"]) == (980, 80)
    assert [one.line for one in change.later] == ["1"]
    opened, *_ = shop.oms.explain_quote("q-2").told
    assert opened.sentence.endswith(", in the place of quote q-1")
    assert opened.details[-4:] == ("otherwise than before:", *str(change).splitlines())
    assert shop.given(AcceptQuote("q-2", order="o-1")).oms.order("o-1").promised == day(3)
    laws.check(shop.oms)


def test_a_quote_that_nothing_happened_to_is_renewed_as_it_was() -> None:
    """The same nodes, the same days; but a quote that renews none is compared with none."""
    shop = quoted().given(WithdrawQuote("q-1"), RenewQuote("q-1", renewed="q-2", ttl=HOUR))

    assert str(shop.oms.renewed("q-2")) == "as promised"
    assert shop.oms.renewed("q-1") is None
    assert shop.oms.quote("q-2").opened.expires_at == shop.clock.at + HOUR


def test_a_quote_is_renewed_once_it_has_ended() -> None:
    """Its stock would be kept twice; what has become an order is not asked for again."""
    shop = quoted().refuses(RenewQuote("q-1", renewed="q-2"), QuoteNotNow("renew", "open"))
    shop.refuses(RenewQuote("q-9", renewed="q-2"), NoSuchQuote(QuoteId("q-9")))
    shop.clock.advance(HALF)  # its time is over, though nobody has swept it
    shop.given(RenewQuote("q-1", renewed="q-2"))
    shop.refuses(RenewQuote("q-1", renewed="q-2"), QuoteExists(QuoteId("q-2")))

    shop.given(AcceptQuote("q-2", order="o-1"))
    shop.refuses(RenewQuote("q-2", renewed="q-3"), QuoteNotNow("renew", "accepted"))
    laws.check(shop.oms)


def test_a_quote_keeps_its_prices_and_its_plan_whatever_changes() -> None:
    """Until its time is over: a slower lane or another price list is for the next one."""
    shop = quoted()
    shop.oms.know(a_lane("berlin", transit_days=9, parcel_cost=5_000))
    opened = shop.given(ACCEPT).oms.quote("q-1").opened

    assert shop.oms.order("o-1").promised == day(1)
    assert opened.decision.cost == 400
    assert opened.lines[0].price == a_line().price


# --- of several options -----------------------------------------------------------------------


def slow_and_dear() -> Shop:
    """Berlin is there tomorrow for ten euros, Paris in three days for one."""
    shop = a_shop({"berlin": {"TEA": 9}, "paris": {"TEA": 9}})
    shop.oms.know(
        a_lane("berlin", transit_days=1, parcel_cost=1_000),
        a_lane("paris", transit_days=3, parcel_cost=100),
    )
    return shop


@pytest.mark.parametrize(
    ("option", "arrives"),
    [("chosen", 3), ("cheapest", 3), ("fewest-parcels", 3), ("earliest", 1)],
)
def test_the_option_that_a_customer_chose_is_quoted_and_becomes_the_order(
    option: Choice, arrives: int
) -> None:
    """What was shown is what is kept, and what is sent."""
    shop = slow_and_dear()
    shown = shop.oms.promise([a_line(2)], "DE").named(option)
    shop.given(a_quote(2, option=option), ACCEPT)

    assert shown.day == day(arrives) == shop.oms.order("o-1").promised
    assert shop.oms.quote("q-1").opened.decision.legs == shown.decision.legs
    laws.check(shop.oms)


def test_a_quote_is_renewed_by_the_option_that_was_chosen() -> None:
    """Who wanted it early wants it early again."""
    shop = slow_and_dear().given(a_quote(2, option="earliest"), WithdrawQuote("q-1"))
    shop.given(RenewQuote("q-1", renewed="q-2"))

    assert str(shop.oms.renewed("q-2")) == "as promised"
    with pytest.raises(Unreadable) as unreadable:
        a_quote(2, option="best")
    assert unreadable.value.path == "$.option"

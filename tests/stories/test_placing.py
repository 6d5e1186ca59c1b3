"""An order is placed: sourced, reserved and, when it is due, released."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest

from omscore.atp.messages import NoSuchItem
from omscore.catalog.line import Line
from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.ids import LineId, Method, OrderId, Region, Sku
from omscore.kernel.money import eur, money
from omscore.lifecycle.fulfillment.messages import (
    DeliverFulfillment,
    FulfillmentReleased,
    PackFulfillment,
    PickFulfillment,
    ShipFulfillment,
)
from omscore.lifecycle.order.messages import (
    AlreadyPlaced,
    OrderPlaced,
    PlanChosen,
    UnitsMoved,
)
from omscore.orchestration.needing import DayPassed, NotServed, OtherCurrency, WantedTooLate
from omscore.orchestration.placing import NotAvailable
from omscore.orchestration.planning import Planner
from omscore.runtime.configuration import Configuration
from omscore.sourcing.combinators import SoftLimit
from omscore.sourcing.costs import Transport
from omscore.sourcing.limits import UnsplitBelow
from omscore.sourcing.policy import Policy
from omscore.sourcing.stakes import Markdown
from omscore.testing import laws
from omscore.testing.builders import (
    DAY,
    HOUR,
    a_line,
    a_node,
    a_quote,
    a_shop,
    an_order,
    day,
    expected,
    received,
    some_lines,
    three_nodes,
)


def test_an_order_is_sourced_and_its_stock_reserved_in_one_go() -> None:
    """Whoever asks next cannot be promised the same units."""
    shop = a_shop().leads(an_order(3), to=[OrderPlaced, PlanChosen, UnitsMoved])

    assert shop.oms.available("TEA", "berlin") == 7
    assert shop.oms.order("o-1").promised == day(1)


def test_an_order_goes_from_the_shelf_to_the_door() -> None:
    """Placed, released, picked, packed, shipped, delivered: stock leaves when the parcel does."""
    shop, stages = a_shop().given(an_order(3)), list[str]()
    for step in PickFulfillment, PackFulfillment, ShipFulfillment, DeliverFulfillment:
        stages.append(shop.oms.order("o-1").status)
        shop.given(step("o-1.1"))

    assert [*stages, shop.oms.order("o-1").status] == [
        "released",
        "picked",
        "packed",
        "shipped",
        "delivered",
    ]
    assert shop.oms.available("TEA", "berlin") == 7
    laws.check(shop.oms)


def test_an_order_is_split_where_no_node_has_all_of_it() -> None:
    """Berlin sends what it has, and Paris the rest; the later parcel says when all is there."""
    shop = a_shop().given(an_order(12))
    [line] = shop.oms.order("o-1").lines.values()

    assert {group.node: units for group, units in line.groups.items()} == {"berlin": 10, "paris": 2}
    assert len(shop.oms.order("o-1").fulfillments) == 2
    assert shop.oms.order("o-1").promised == max(
        group.promised for group in line.groups if group.promised
    )


def test_lines_of_one_parcel_travel_together() -> None:
    """One node, one destination, one method, one day: one piece of work."""
    shop = a_shop({"berlin": {"TEA": 5, "POT": 5}}).given(
        an_order(*some_lines(("TEA", 2), ("POT", 1), ("TEA", 1)))
    )

    [work] = shop.oms.order("o-1").fulfillments
    assert [(task.sku, task.quantity) for task in shop.oms.fulfillment(work).tasks] == [
        ("TEA", 2),
        ("POT", 1),
        ("TEA", 1),
    ]


def test_a_line_may_go_elsewhere_than_its_order() -> None:
    """A present for a friend in France, on the same bill."""
    shop = a_shop().given(an_order(a_line(1), a_line(1, id="2", ship_to="FR")))
    standing = shop.oms.order("o-1")

    assert [group.to for line in standing.lines.values() for group in line.groups] == ["DE", "FR"]
    assert len(standing.fulfillments) == 2


def test_what_cannot_be_promised_waits() -> None:
    """Better a late pot than none; the order has no date until all of it has one."""
    shop = a_shop().given(an_order(17))
    standing = shop.oms.order("o-1")

    assert standing.stages == {"released": 15, "backordered": 2}
    assert (standing.status, standing.promised) == ("backordered", None)


def test_all_or_nothing_is_refused_with_what_is_missing() -> None:
    """A set of chairs is no set without the last one; nothing is reserved."""
    shop = a_shop().refuses(
        an_order(a_line(17), a_line(1, "POT", id="2"), complete=True),
        NotAvailable(LineId("1"), asked=17, short=2),
        NotAvailable(LineId("2"), asked=1, short=1),
    )

    assert shop.oms.available("TEA", "berlin") == 10
    shop.given(an_order(15, complete=True))


def test_an_order_is_placed_once() -> None:
    """The second of two clicks is told so."""
    a_shop().given(an_order(1)).refuses(an_order(2), AlreadyPlaced(OrderId("o-1")))


def test_what_nobody_sells_and_where_nobody_delivers_is_refused_with_every_reason() -> None:
    """All of it at once: mending one fault only to meet the next wastes somebody's time."""
    a_shop().refuses(
        an_order(a_line(1, "GRAIL"), a_line(1, id="2", ship_to="AQ"), a_line(1, id="3")),
        NoSuchItem(Sku("GRAIL")),
        NotServed(LineId("2"), Region("AQ"), Method("standard")),
    )


def test_stock_that_is_due_is_promised_for_its_day() -> None:
    """Nothing is here, but ten come on Thursday: the order is allocated, and not yet released."""
    shop = a_shop({}).given(expected(10, day(3)), an_order(4))
    standing = shop.oms.order("o-1")

    assert (standing.status, standing.promised) == ("allocated", day(4))
    assert shop.oms.available("TEA", "berlin") == 0
    assert shop.oms.available("TEA", "berlin", day=day(3)) == 6


def test_work_is_given_to_a_node_when_it_is_due_and_not_before() -> None:
    """Ordered on Monday for Thursday: the node hears of it when its Thursday begins."""
    shop = a_shop({}).given(expected(10, day(3)), an_order(4))

    shop.after(timedelta(days=2, hours=13, minutes=59))
    assert shop.oms.order("o-1").status == "allocated"
    shop.after(timedelta(minutes=1))
    assert shop.oms.order("o-1").status == "released"
    [released] = [one for one in shop.events() if isinstance(one.event, FulfillmentReleased)]
    assert released.recorded_at == shop.clock.at
    assert released.actor == "omscore"


@pytest.mark.parametrize(
    ("later", "ships"),
    [(timedelta(0), day(0)), (timedelta(hours=4), day(1)), (timedelta(days=4, hours=4), day(7))],
)
def test_what_is_ordered_after_the_cut_off_leaves_on_the_next_working_day(
    later: timedelta, ships: object
) -> None:
    """Berlin closes at two, which is one o'clock in UTC; nobody works on Sundays."""
    shop = a_shop({"berlin": {"TEA": 9}}).after(later).given(an_order(1))
    [group] = shop.oms.order("o-1").lines[LineId("1")].groups

    assert group.ship_day == ships


def test_a_node_that_closes_gets_no_new_work() -> None:
    """What it has promised stays; facts are learned again when they change."""
    shop = a_shop().given(an_order(1, id="o-1"))
    shop.oms.know(a_node("berlin", ships_to=[], active=False))
    shop.given(an_order(1, id="o-2"))
    nodes = [
        group.node
        for id_ in ("o-1", "o-2")
        for group in shop.oms.order(id_).lines[LineId("1")].groups
    ]

    assert nodes == ["berlin", "paris"]


def test_a_day_that_is_full_passes_orders_on_to_the_next() -> None:
    """London takes three units a day: the fourth leaves on Tuesday, the seventh on Wednesday."""
    narrow = a_node("london", ships_to=["DE"], capacity={"units": 3})
    shop = a_shop({"london": {"TEA": 20}}, nodes=three_nodes(narrow)).given(
        an_order(2, id="o-1"), an_order(4, id="o-2"), an_order(3, id="o-3")
    )
    days = Counter[object]()
    for id_ in "o-1", "o-2", "o-3":
        for group, units in shop.oms.order(id_).lines[LineId("1")].groups.items():
            days[group.ship_day] += units

    assert days == {day(0): 3, day(1): 3, day(2): 3}
    laws.check(shop.oms)


def test_a_promise_is_what_an_order_would_get() -> None:
    """What checkout says and what fulfillment does follow the same rules; nothing is kept."""
    shop = a_shop()
    promise = shop.oms.promise([a_line(12)], "DE")
    told = shop.events()
    assert shop.oms.promise([a_line(12)], "DE") == promise
    assert shop.events() == told

    shop.given(an_order(12))
    assert promise.chosen.day == shop.oms.order("o-1").promised


def test_a_day_that_is_over_everywhere_cannot_be_asked_for() -> None:
    """It is Monday morning in UTC, so still Sunday evening twelve hours west of it."""
    shop, past = a_shop(), DayPassed(LineId("1"), day(-2))

    shop.refuses(an_order(a_line(latest=day(-2))), past)
    shop.refuses(a_quote(a_line(latest=day(-2))), past)
    with pytest.raises(Refused) as refused:
        shop.oms.promise([a_line(latest=day(-2))], "DE")
    assert refused.value.reasons == (past,)
    assert str(past) == "line 1: 2026-02-28 is over"
    shop.given(an_order(a_line(latest=day(-1))))


def test_a_line_is_not_wanted_for_a_day_that_is_too_late() -> None:
    """Whoever asks so has mixed up two days."""
    shop, mixed_up = a_shop(), WantedTooLate(LineId("1"), day(5), day(4))
    line = a_line(wanted=day(5), latest=day(4))

    shop.refuses(an_order(line), mixed_up)
    shop.refuses(a_quote(line), mixed_up)
    assert str(mixed_up) == "line 1: wanted for 2026-03-07, and by 2026-03-06 at the latest"
    shop.given(an_order(a_line(wanted=day(5), latest=day(5))))


def test_a_line_in_another_currency_than_the_policy_weighs_prices_in_is_refused() -> None:
    """Twenty francs are not twenty euros; what weighs no price does not mind."""
    limits = (UnsplitBelow(2_000),)
    soft = ((Transport(), SoftLimit(UnsplitBelow(2_000), 50)),)
    other = OtherCurrency(LineId("1"), "CHF", "EUR")
    for policy in (
        Policy(limits=limits, currency="EUR"),
        Policy(tiers=soft, currency="EUR"),
        Policy(tiers=((Transport(), Markdown(50, 3)),), currency="EUR"),
    ):
        shop = a_shop(configuration=Configuration(planner=Planner(policy)))
        francs = a_line(price=money("4.50", "CHF"))
        shop.refuses(an_order(francs), other)
        shop.refuses(a_quote(francs), other)
        with pytest.raises(Refused) as refused:
            shop.oms.promise([francs], "DE")
        assert refused.value.reasons == (other,)
        shop.given(an_order(a_line(price=eur("4.50"))))

    for policy in Policy(currency="EUR"), Policy(limits=limits):
        shop = a_shop(configuration=Configuration(planner=Planner(policy)))
        shop.given(an_order(a_line(price=money("4.50", "CHF"))))


def test_a_shop_tells_until_when_to_order_for_a_wanted_day() -> None:
    """Five from Paris travel for three days, ten from Berlin for one: it depends on how many."""
    shop = a_shop()

    def until(units: int) -> datetime | None:
        return shop.oms.order_until([a_line(units)], "DE", day(4))[LineId("1")]

    assert (until(8), until(15), until(16)) == (utc(3, 13), utc(1, 15), None)
    shop.after(timedelta(days=3, hours=4))
    assert until(8) is None
    assert shop.oms.promise([a_line(8)], "DE").earliest.day == day(7)


def utc(n: int, hour: int) -> datetime:
    """An hour of the day *n* days from that Monday."""
    return datetime.combine(day(n), time(hour), UTC)


def test_how_many_plans_are_looked_at_is_up_to_the_host() -> None:
    """With none, it is what an order would get, at the price of sourcing one order."""
    shop = a_shop()

    assert shop.oms.promise([a_line(12)], "DE", plans=0).promises == (
        shop.oms.promise([a_line(12)], "DE").chosen,
    )
    for wrong in -1, True, 2.5:
        with pytest.raises(Unreadable) as unreadable:
            shop.oms.promise([a_line()], "DE", plans=wrong)  # type: ignore[arg-type]
        assert unreadable.value.path == "$.plans"


def test_the_story_of_an_order_says_who_when_and_why() -> None:
    """It is what a person reads who has the customer on the phone; it does not name them."""
    shop = a_shop().given(an_order(3, customer="Customer-007"))
    shop.after(HOUR).oms.do(PickFulfillment("o-1.1"), actor="scanner-3")
    told = str(shop.oms.explain("o-1"))

    assert "berlin sends 3 units" in told
    assert "2026-03-02 10:00 UTC  scanner-3" in told
    assert "Customer-007" not in told


def test_stock_that_arrives_is_there_for_the_next_order() -> None:
    """No batch, no night run."""
    shop = a_shop({}).given(received(2)).after(DAY).given(an_order(2))

    assert shop.oms.order("o-1").status == "released"


def test_the_line_that_matters_most_goes_first_where_not_all_can_be_sent() -> None:
    """Three units for two lines: a unit of the second outweighs two of the first."""
    shop = a_shop({"berlin": {"TEA": 3}})
    lines = [Line("1", "TEA", 3, eur("1.00")), Line("2", "TEA", 2, eur("1.00"), priority=2)]
    shop.given(an_order(*lines))

    shares = shop.oms.order("o-1").lines
    sent = {
        line: sum(units for group, units in shares[LineId(line)].groups.items() if group.node)
        for line in ("1", "2")
    }
    assert sent == {"1": 1, "2": 2}


@pytest.mark.parametrize("priority", [0, -1, True, 1.5, 1_001])
def test_a_priority_that_is_none_is_refused(priority: object) -> None:
    """With the name of the field."""
    with pytest.raises(Unreadable) as problem:
        Line("1", "TEA", 1, eur("1.00"), priority=priority)  # type: ignore[arg-type]
    assert problem.value.path == "$.priority"

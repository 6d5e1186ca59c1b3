"""Safety stock, protected shares and the type matrix: what is told is what is promised and kept."""

from typing import Any

import attrs
import pytest

from omscore.atp.availability import Answering, Availability, Protecting
from omscore.atp.counting import Counting
from omscore.atp.entries import TypeMatrix
from omscore.atp.messages import ExpectDemand, ExpectSupply
from omscore.atp.methods import Options
from omscore.atp.movements import DemandKind
from omscore.atp.periods import Discrete
from omscore.atp.projected import Lacks
from omscore.atp.protection import Protection, Segment
from omscore.atp.questions import NotBy, Shipment
from omscore.atp.requests import Request, ReserveStock, Wanted
from omscore.atp.safety import SafetyRule, SafetyStock
from omscore.catalog.item import Component
from omscore.kernel.errors import Unreadable
from omscore.lifecycle.order.messages import CancelOrder
from omscore.lifecycle.quote.messages import AcceptQuote
from omscore.runtime.configuration import Configuration
from omscore.testing import laws
from omscore.testing.builders import (
    HOUR,
    TODAY,
    a_line,
    a_node,
    a_quote,
    a_request,
    a_shop,
    an_item,
    an_order,
    day,
    expected,
    received,
)
from omscore.testing.story import Shop

TWO = (a_node("berlin"), a_node("paris"))


def shop_with(availability: Availability, berlin: int = 10, paris: int = 0) -> Shop:
    """Tea in Berlin and in Paris, promised as *availability* says."""
    configuration = Configuration(availability=availability)
    there = {"berlin": berlin, "paris": paris}
    stock = {node: {"TEA": units} for node, units in there.items() if units}
    return a_shop(stock, nodes=TWO, configuration=configuration)


def stages(shop: Shop, order: str = "o-1") -> dict[str, int]:
    return dict(shop.oms.order(order).stages)


def test_safety_stock_is_withheld_from_whoever_asks() -> None:
    """The shelf has ten; seven are told, promised, and given, and no order gets the other three."""
    shop = shop_with(Availability(safety=SafetyStock([SafetyRule(units=3)])))
    assert shop.oms.available("TEA", "berlin") == 7
    assert shop.oms.earliest("TEA", "berlin", 8) is None
    assert (
        sum(leg.quantity for leg in shop.oms.promise([a_line(9)], "DE").chosen.decision.legs) == 7
    )
    shop.given(an_order(9))

    assert stages(shop) == {"released": 7, "backordered": 2}
    assert shop.oms.available("TEA", "berlin") == 0
    laws.check(shop.oms)


def test_safety_stock_falls_back_from_method_to_node_to_item_to_class() -> None:
    """The most particular rule decides, for delivery by this method too."""
    rules = SafetyStock(
        [
            SafetyRule(units=1, classes=["category:tea"]),
            SafetyRule(units=4, sku="TEA", node="berlin"),
            SafetyRule(units=6, sku="TEA", node="berlin", method="express"),
        ]
    )
    shop = shop_with(Availability(safety=rules), paris=10)
    shop.oms.know(an_item("TEA", classes=["category:tea"]))

    assert shop.oms.available("TEA", "berlin") == 6
    assert shop.oms.available("TEA", "berlin", method="express") == 4
    assert shop.oms.available("TEA", "paris") == 9
    shop.given(an_order(14, method="express"))
    assert stages(shop) == {"released": 13, "backordered": 1}
    laws.check(shop.oms)


def test_a_percentage_of_the_network_is_shared_by_what_nodes_have() -> None:
    """A fifth of fifteen is three: two of them in Berlin, one in Paris."""
    rules = SafetyStock([SafetyRule(percent=20)])
    shop = shop_with(Availability(safety=rules), paris=5)

    assert shop.oms.availabilities([("TEA", "berlin"), ("TEA", "paris")]) == {
        ("TEA", "berlin"): 8,
        ("TEA", "paris"): 4,
    }
    shop.given(an_order(13))
    assert stages(shop) == {"released": 12, "backordered": 1}
    request = Request("cart", [Wanted("TEA", 1)], at=["berlin", "paris"], ttl=HOUR)
    shop.given(ReserveStock([request]))
    assert shop.oms.available("TEA", "berlin") == 0
    laws.check(shop.oms)


def test_what_lacks_is_told_with_what_is_withheld_of_it() -> None:
    """Half of what the network has is withheld, of what comes too: eight more make four."""
    shop = shop_with(Availability(safety=SafetyStock([SafetyRule(percent=50)])), berlin=4)
    assert shop.oms.lacking("TEA", "berlin", 6) == Lacks(8, TODAY)
    assert shop.oms.explain_availability("TEA", "berlin", quantity=6).lacking == Lacks(8, TODAY)
    shop.given(received(7, document="r-2"))
    assert shop.oms.available("TEA", "berlin") == 5
    shop.given(received(1, document="r-3"))

    assert shop.oms.available("TEA", "berlin") == 6
    assert shop.oms.lacking("TEA", "berlin", 6) is None
    assert shop.oms.lacking_together("berlin", [("TEA", 9)], latest=day(2)) == {
        "TEA": Lacks(3, day(2))
    }


SHARES = Protection(
    [Segment("web", 40, "percent"), Segment("shop", 30, "percent")], unassigned=False
)
SHARED = Availability(protecting=[Protecting(classes=["brand:acme"], protection=SHARES)])


def shared() -> Shop:
    """Ten of tea: four for the web, three for the shop, three for nobody in particular."""
    shop = shop_with(SHARED)
    shop.oms.know(an_item("TEA", classes=["brand:acme"]))
    return shop


def test_a_channel_gets_its_share_whoever_comes_first() -> None:
    """Checkout says it, the order gets it, and a canceled order gives it back to its channel."""
    shop = shared()
    told = {one: shop.oms.available("TEA", "berlin", channel=one) for one in ("web", "shop", None)}
    assert told == {"web": 4, "shop": 3, None: 3}
    shop.given(an_order(9, id="o-1", channel="web"), an_order(2, id="o-2", channel="shop"))

    assert stages(shop, "o-1") == {"released": 4, "backordered": 5}
    assert stages(shop, "o-2") == {"released": 2}
    assert shop.oms.available("TEA", "berlin", channel="web") == 0
    assert shop.oms.available("TEA", "berlin", channel="shop") == 1
    shop.given(CancelOrder("o-1"))
    assert shop.oms.available("TEA", "berlin", channel="web") == 4
    laws.check(shop.oms)


def test_a_quote_and_a_cart_hold_the_share_of_their_channel() -> None:
    """Kept for a while or for good, and when the quote becomes an order."""
    shop = shared().given(a_quote(3, channel="web"))
    assert shop.oms.available("TEA", "berlin", channel="web") == 1
    shop.given(AcceptQuote("q-1", order="o-1"))
    assert shop.oms.available("TEA", "berlin", channel="web") == 1
    cart = Request("cart", [Wanted("TEA", 3)], at=["berlin"], channel="shop", ttl=HOUR)
    late = Request("late", [Wanted("TEA", 1)], at=["berlin"], channel="shop", ttl=HOUR)
    shop.given(ReserveStock([cart, late]))

    assert shop.oms.available("TEA", "berlin", channel="shop") == 0
    assert shop.oms.available("TEA", "berlin", channel="web") == 1
    laws.check(shop.oms)


def test_every_question_about_stock_is_answered_for_a_channel() -> None:
    """One of them says four, and so do all."""
    shop, at = shared(), ("TEA", "berlin")
    shop.oms.know(an_item("SET", kind="bundle", components=[Component("TEA", 2)]))
    oms: Any = shop.oms
    web = {"channel": "web"}

    assert oms.availabilities([at], **web) == {at: oms.available(*at, **web)} == {at: 4}
    assert oms.over_nodes("TEA", **web)[0].available == 4
    assert oms.bundles("SET", **web)[0].available == 2
    assert oms.shipments(*at, 4, **web) == (Shipment(day(0), 4),)
    assert isinstance(oms.shipments(*at, 5, **web), NotBy)
    assert oms.together("berlin", [("TEA", 4)], **web) == oms.earliest(*at, 4, **web) == day(0)
    assert oms.lacking(*at, 5, **web) is not None
    assert oms.lacking(*at, 4, **web) is None
    assert oms.lacking_together("berlin", [("TEA", 4)], **web) == {}


def test_pegging_goes_by_what_supply_may_serve() -> None:
    """By the matrix of the channel, planned supply covers no order."""
    matrix = Counting(serves=TypeMatrix({"planned": ["planned"]}))
    rule = Answering(channel="web", options=Options(counting=matrix))
    shop = shop_with(Availability(answering=[rule]), berlin=0)
    due: Any = {"node": "berlin", "sku": "TEA", "quantity": 5, "day": day(2)}
    shop.given(ExpectSupply(**due, document="po-1", kind="planned", firm=False), an_order(4))

    assert shop.oms.pegging("TEA", "berlin").uncovered() == ()
    [row] = shop.oms.pegging("TEA", "berlin", channel="web").uncovered()
    assert (row.demand, row.units) == ("o-1", 4)


def test_planned_supply_is_promised_to_nobody_if_the_matrix_says_so() -> None:
    """It shows in the plan of production, and is no promise to a customer."""
    matrix = TypeMatrix({"planned": ["planned"]})
    options = Options(counting=Counting(serves=matrix))
    shop = shop_with(Availability(answering=[Answering(options=options)]), berlin=2)
    due: Any = {"node": "berlin", "sku": "TEA", "quantity": 5, "day": day(2)}
    shop.given(ExpectSupply(**due, document="po-1", kind="planned", firm=False), an_order(4))

    assert stages(shop) == {"released": 2, "backordered": 2}
    shop.given(ExpectSupply(**due, document="po-2", kind="production"))
    assert stages(shop) == {"released": 2, "allocated": 2}
    laws.check(shop.oms)


@pytest.mark.parametrize(("kind", "left"), [("planned", 5), ("transfer-out", 1), ("committed", 1)])
def test_what_others_take_may_need_other_supply_than_a_forecast(
    kind: DemandKind, left: int
) -> None:
    """Planned supply covers a forecast; what another system has promised takes what is there."""
    matrix = Counting(serves=TypeMatrix({"planned": ["planned"]}))
    policy = Availability(answering=[Answering(options=Options(counting=matrix))])
    shop = shop_with(policy, berlin=5)
    due: Any = {"node": "berlin", "sku": "TEA", "quantity": 5, "day": day(2)}
    shop.given(ExpectSupply(**due, document="po-1", kind="planned", firm=False))
    taken: Any = {"node": "berlin", "sku": "TEA", "quantity": 4, "day": day(4)}
    shop.given(ExpectDemand(**taken, document="d-1", kind=kind))

    assert shop.oms.available("TEA", "berlin") == left
    assert shop.oms.reserve(a_request(left)).granted
    assert not shop.oms.reserve(a_request(1)).granted
    shop.given(ExpectDemand(**{**taken, "quantity": 0}, document="d-1"))
    assert shop.oms.available("TEA", "berlin") == 5 - left
    laws.check(shop.oms)


def test_each_item_is_answered_by_its_method() -> None:
    """A planner reads discrete numbers for this item; what is granted looks ahead all the same."""
    options = Options(horizon_days=3, bucket="supply")
    rule = Answering(sku="TEA", method=Discrete(), options=options)
    safe = SafetyStock([SafetyRule(units=1)])
    shop = shop_with(Availability(answering=[rule], safety=safe), berlin=2)
    shop.given(
        ExpectSupply(node="berlin", sku="TEA", quantity=5, day=day(2), document="po-1"),
        an_order(1),
    )

    rows = shop.oms.availability("TEA", "berlin")
    assert [(row.day, row.available, row.withheld) for row in rows] == [
        (day(0), 0, 1),
        (day(2), 4, 1),
    ]
    assert [row.available for row in shop.oms.availability("POT", "berlin")][:2] == [0, 0]


def test_how_an_answer_is_shown_changes_nothing_that_is_withheld() -> None:
    """Two for safety, four of the rest for the web: a longer horizon, another method, see that."""
    none_planned = Counting(serves=TypeMatrix({"planned": ["planned"]}))
    policy = attrs.evolve(
        SHARED,
        safety=SafetyStock([SafetyRule(units=2)]),
        answering=[Answering(options=Options(counting=none_planned))],
    )
    shop = shop_with(policy, berlin=12)
    shop.oms.know(an_item("TEA", classes=["brand:acme"]))
    shop.given(attrs.evolve(expected(9, day(2)), firm=False))
    longer, more = Options(horizon_days=9), Options(safety=7, horizon_days=1)

    for row in shop.oms.availability("TEA", "berlin", options=longer, channel="web"):
        assert row.available == shop.oms.available("TEA", "berlin", day=row.day, channel="web") == 4
    [row] = shop.oms.availability("TEA", "berlin", method=Discrete(), options=more, channel="web")
    assert (row.withheld, row.available) == (7, 2)


def test_a_number_is_explained_at_the_front_door() -> None:
    """The day and the entries that bind, what is withheld, and the smallest change."""
    shop = shop_with(Availability(safety=SafetyStock([SafetyRule(units=3)])), berlin=5)
    shop.given(an_order(1))
    found = shop.oms.explain_availability("TEA", "berlin", day=day(1), quantity=4)

    assert (found.available, found.rule, found.withheld.safety) == (1, 0, 3)
    assert found.lacking == Lacks(3, day(1))
    assert str(found).splitlines()[-2:] == [
        "  -3 safety stock, by rule 0",
        "4 asked: 3 more units are needed by 2026-03-03",
    ]


def test_an_explanation_says_for_whom_units_are_kept() -> None:
    """Ten are there: half for the web, a fifth for the shop; what nobody owns is not the web's."""
    shares = [Segment("web", 50, "percent"), Segment("shop", 20, "percent")]
    policy = Availability(
        protecting=[Protecting(sku="TEA", protection=Protection(shares, unassigned=False))]
    )
    shop = shop_with(policy, berlin=10)
    found = shop.oms.explain_availability("TEA", "berlin", channel="web")
    other = shop.oms.explain_availability("TEA", "berlin")

    assert (found.available, dict(found.kept)) == (5, {"": 3, "shop": 2})
    assert "  -5 kept for others: 3 unassigned, 2 for shop" in str(found)
    assert "  -7 kept for others: 2 for shop, 5 for web" in str(other)


HALF, CHILD = Segment("a", 50, "percent"), Segment("b", 1, parent="a")
NONE: Any = 3


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: Availability(safety=NONE), "$.safety"),
        (lambda: Availability(answering=[NONE]), "$.answering[0]"),
        (lambda: Answering(method=NONE), "$.method"),
        (lambda: Answering(options=NONE), "$.options"),
        (lambda: Answering(classes="tea"), "$.classes"),
        (lambda: Protecting(protection=NONE), "$.protection"),
        (lambda: Protecting(protection=SHARES, channel="web"), "$.channel"),
        (
            lambda: Protection([Segment("a", 60, "percent"), Segment("b", 50, "percent")]),
            "$.segments",
        ),
        (
            lambda: Protection([Segment("a", 1, parent="b"), Segment("b", 1, parent="a")]),
            "$.segments",
        ),
    ],
)
def test_a_policy_that_cannot_be_is_refused_by_name(make: Any, path: str) -> None:
    """Over a hundred percent, in a circle, or of another kind: the path says what to mend."""
    with pytest.raises(Unreadable) as raised:
        make()

    assert (raised.value.path or "").startswith(path)


def test_a_day_that_is_over_has_no_explanation() -> None:
    """It is refused by name."""
    with pytest.raises(Unreadable) as raised:
        shop_with(Availability()).oms.explain_availability("TEA", "berlin", day=day(-1))
    assert raised.value.path == "$.day"

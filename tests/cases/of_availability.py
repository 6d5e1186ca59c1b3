"""Facts of others about what may be promised, of what is counted and of what is not."""

from typing import Any

import pytest
from others import allocated, is_short, locations, of, one, tea

from omscore.atp.availability import Answering, Availability
from omscore.atp.lots import UNLIMITED
from omscore.atp.messages import CountStock, TrackStock, UntrackStock
from omscore.atp.projected import Untracked
from omscore.kernel.errors import Refused, Unreadable
from omscore.lifecycle.quote.messages import AcceptQuote
from omscore.runtime.configuration import Configuration
from omscore.testing.builders import (
    a_line,
    a_node,
    a_quote,
    a_shop,
    an_item,
    an_order,
    day,
    expected,
    some_lines,
)
from omscore.testing.story import Shop


@of("solidus-027-supply-inactive-ignored")
def active_only(given: Any, expect: Any) -> Shop:
    places = {f"L{n}": place for n, place in enumerate(given["locations"])}
    shop = locations(
        tea(**{id_: place["on_hand"] for id_, place in places.items()}),
        inactive=[id_ for id_, place in places.items() if not place["active"]],
    )
    for units, yes in expect["can_supply"].items():
        assert shop.oms.promise(an_order(int(units)).lines, "DE").chosen.complete == yes
    return shop


@of("saleor-033-available-exact")
def exactly(given: Any, expect: Any) -> Shop:
    shop = locations(tea(**given["stock"]))
    for units, yes in expect["ok"].items():
        assert shop.oms.promise(an_order(int(units)).lines, "DE").chosen.complete == yes
    return shop


@of("saleor-035-available-after-reservations")
def after_reservations(given: Any, expect: Any) -> Shop:
    shop = locations(tea(**given["stock"]))
    for n, units in enumerate(given["reserved"]):
        shop.given(a_quote(units, id=f"q-{n}"))
    left = sum(shop.oms.available("TEA", node) for node in given["stock"])
    assert left == expect["available"]
    return shop


@of("saleor-037-available-excludes-own-reservation")
def own_reservation(given: Any, expect: Any) -> Shop:
    """Whoever holds a quote is served from it: it does not compete with itself."""
    shop = locations(tea(**given["stock"])).given(a_quote(expect["available"]))
    assert not shop.oms.promise(an_order(1).lines, "DE").chosen.complete
    shop.given(AcceptQuote("q-1", order="o-1"))
    assert allocated(shop) == expect["available"]
    return shop


@of("vendure-007-saleable-cap-3")
def capped(given: Any, expect: Any) -> Shop:
    shop = one(given["on_hand"]).given(a_quote(given["add"]))
    reserved = shop.oms.quote("q-1").opened.reserved
    assert sum(held.leg.quantity for held in reserved) == expect["added"]
    return shop


@of("vendure-015-adjust-after-stock-gone")
def gone_meanwhile(given: Any, expect: Any) -> Shop:
    shop = one(given["on_hand"]).given(
        a_quote(1), CountStock(node="W", sku="TEA", counted=0, document="c-1")
    )
    with pytest.raises(Refused) as refused:
        shop.oms.do(AcceptQuote("q-1", order="o-1"))
    assert [reason.code for reason in refused.value.reasons] == ["reservation.short"]
    is_short(shop, 2)
    return shop


@of("vendure-023-multi-location-total")
def total(given: Any, expect: Any) -> Shop:
    shop = locations(tea(**given["levels"]))
    assert sum(shop.oms.available("TEA", node) for node in given["levels"]) == expect["total"]
    return shop


# --- what nobody counts -------------------------------------------------------------------------

UNCOUNTED = Availability(
    answering=[
        Answering(sku="untracked", method=Untracked()),
        Answering(classes=["inherits"], method=Untracked()),
    ]
)


def uncounted(on_hand: int, *skus: str) -> Shop:
    """One location with so many of each of *skus*, some of which nobody counts."""
    chosen = Configuration(availability=UNCOUNTED)
    stock = {"W": {sku: on_hand for sku in skus if on_hand}}
    shop = a_shop(stock, nodes=(a_node("W"),), skus=skus, configuration=chosen)
    shop.oms.know(an_item("inherit-untracked", classes=["inherits"]))
    return shop


@of("solidus-025-untracked-is-infinite")
def infinite(given: Any, expect: Any) -> Shop:
    shop = uncounted(given["on_hand"], "untracked")
    assert expect["on_hand_available"] == "inf"
    assert shop.oms.available("untracked", "W") == UNLIMITED
    return shop


@of("vendure-011-saleable-untracked")
def beyond_stock(given: Any, expect: Any) -> Shop:
    line = a_line(given["add"], "untracked")
    shop = uncounted(given["on_hand"], "untracked").given(a_quote(line))
    reserved = shop.oms.quote("q-1").opened.reserved
    assert sum(held.leg.quantity for held in reserved) == expect["added"]
    return shop


@of("vendure-001-allocate-respects-tracking")
def by_tracking(given: Any, expect: Any) -> Shop:
    """What is not counted is reserved, too, but nothing that is there becomes less by it."""
    names = [line["v"].replace("(", "-").replace(")", "") for line in given["lines"]]
    asked = [(name, line["qty"]) for name, line in zip(names, given["lines"], strict=True)]
    shop = uncounted(given["on_hand"], *names).given(an_order(*some_lines(*asked)))
    left = [shop.oms.available(name, "W") for name in names]
    assert [max(0, given["on_hand"] - units) for units in left] == expect["allocated"]
    return shop


@of("saleor-045-preorder-reserved-by-other")
def before_it_is_there(given: Any, expect: Any) -> Shop:
    """Their threshold of a preorder is supply that is due with us."""
    shop = one(0).given(expected(given["channel_threshold"], day(30), node="W"))
    shop.given(a_quote(given["reserved_by_others"]))
    assert not expect["ok"]
    is_short(shop, given["request"])
    shop.given(an_order(given["channel_threshold"] - given["reserved_by_others"], complete=True))
    return shop


@of("vendure-013-saleable-negative")
def promised_beyond_stock(given: Any, expect: Any) -> Shop:
    """More was promised than is there, while nobody counted: nothing is left for anybody."""
    at: Any = {"node": "W", "sku": "TEA"}
    shop = one(given["on_hand"]).given(UntrackStock(**at, document="u-1"))
    shop.given(an_order(given["allocated"], id="o-0"), TrackStock(**at, document="u-2"))
    assert shop.oms.available("TEA", "W") == expect["available"]
    is_short(shop, given["add"])
    return shop


@of("vendure-021-set-on-hand-below-threshold")
def no_count_below_nothing(given: Any, expect: Any) -> Shop:
    """No stock of ours is below nothing, whatever threshold theirs has."""
    assert given["set_on_hand"] < given["threshold"]
    with pytest.raises(Unreadable) as refused:
        CountStock(node="W", sku="TEA", counted=given["set_on_hand"], document="c-1")
    assert refused.value.path == "$.counted"
    return one(0)

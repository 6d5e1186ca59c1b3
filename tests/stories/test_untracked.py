"""What the policy says nobody counts: what is told, planned and granted is the same supply."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.adapters.clocks import CountingIds
from omscore.atp.availability import Answering, Availability
from omscore.atp.counting import Counting
from omscore.atp.lots import UNLIMITED
from omscore.atp.messages import TrackStock, UntrackStock
from omscore.atp.methods import Options
from omscore.atp.movements import Endless, ShortageDeclared, SupplyUntracked
from omscore.atp.periods import Discrete
from omscore.atp.position import POSITION, Position
from omscore.atp.projected import Untracked
from omscore.atp.requests import Wanted
from omscore.atp.safety import SafetyRule, SafetyStock
from omscore.atp.tickets import MoveReservation, ResizeReservation
from omscore.kernel.errors import Unreadable
from omscore.lifecycle.fulfillment.messages import ShipFulfillment
from omscore.oms import Oms
from omscore.runtime.configuration import Configuration
from omscore.testing import laws
from omscore.testing.builders import a_node, a_request, a_shop, an_item, an_order, day, received
from omscore.testing.story import Shop

BERLIN: Any = {"node": "berlin", "sku": "TEA"}


def made(lead_days: int = 3, **scope: Any) -> Availability:
    """What is made to order, of everything or of what *scope* says."""
    return Availability(answering=[Answering(method=Untracked(lead_days), **scope)])


def shop_with(availability: Availability, berlin: int = 0, paris: int = 0) -> Shop:
    there = {"berlin": berlin, "paris": paris}
    return a_shop(
        {node: {"TEA": units} for node, units in there.items() if units},
        nodes=[a_node("berlin"), a_node("paris")],
        configuration=Configuration(availability=availability),
    )


def with_policy(shop: Shop, availability: Availability) -> Shop:
    """The same shop, when its host has chosen again."""
    chosen = Configuration(availability=availability)
    again = Oms(shop.oms.storage, clock=shop.clock, ids=CountingIds("d"), configuration=chosen)
    return Shop(again, shop.clock)


def position(shop: Shop, node: str = "berlin") -> Position:
    return shop.oms.get(POSITION.key(f"{node}/TEA/sellable")) or Position()


def wanting(units: int, on: date, **rest: Any) -> Any:
    return a_request(Wanted("TEA", units, day=on), **rest)


def test_what_is_made_to_order_is_promised_for_its_lead_days_without_limit() -> None:
    """Two are there today; from Thursday on as many as anybody asks for, and nobody waits."""
    shop = shop_with(made(3), berlin=2)
    found = [shop.oms.available(**BERLIN, day=day(n)) for n in range(4)]
    assert found[:3] == [2, 2, 2]
    assert found[3] == UNLIMITED
    assert [row.available for row in shop.oms.availability("TEA", "berlin")][:3] == [2, 2, 2]
    assert shop.oms.earliest("TEA", "berlin", 40) == day(3)
    assert position(shop).endless is None

    shop.given(an_order(40))
    assert shop.oms.order("o-1").promised == day(5)
    assert "backordered" not in shop.oms.order("o-1").stages
    assert position(shop).endless == Endless(day(0), 3)
    laws.check(shop.oms)


def test_a_cart_is_granted_what_was_told_and_no_day_is_oversold_before() -> None:
    """Three for tomorrow are one too many; for Thursday there is no limit, here or elsewhere."""
    shop = shop_with(made(3, sku="TEA"), berlin=2)
    assert not shop.oms.reserve(wanting(3, day(1))).granted
    assert position(shop).endless is None
    grant = shop.oms.reserve(wanting(900, day(3)))
    [ticket] = grant.tickets
    [raised] = shop.oms.do(ResizeReservation("cart-1", ticket, quantity=999)).grants
    [ticket] = raised.tickets
    [moved] = shop.oms.do(MoveReservation("cart-1", ticket, node="paris")).grants

    assert [one.quantity for one in moved.kept] == [999]
    assert position(shop, "paris").endless == Endless(day(0), 3)
    assert [shop.oms.available(**BERLIN, day=day(n)) for n in (0, 3)] == [2, UNLIMITED]
    laws.check(shop.oms)


def fence(days: int) -> Availability:
    counting = Counting(unlimited_after_days=days)
    return Availability(answering=[Answering(options=Options(counting=counting))])


def test_a_fence_of_the_policy_is_supply_for_whoever_grants_too() -> None:
    """From three days on there is no limit: so it is told, granted and written down."""
    shop, made_ = shop_with(fence(3), berlin=2), shop_with(made(3), berlin=2)
    rows = shop.oms.availability("TEA", "berlin")

    assert rows == made_.oms.availability("TEA", "berlin")
    assert [one.available for one in rows[:4]] == [
        shop.oms.available(**BERLIN, day=day(n)) for n in range(4)
    ]
    assert not shop.oms.reserve(wanting(3, day(2))).granted
    assert shop.oms.reserve(wanting(900, day(3))).granted
    assert position(shop).endless == Endless(day(0), 3)
    with pytest.raises(Unreadable) as refused:
        attrs.evolve(fence(3).answering[0], channel="web")
    assert refused.value.path == "$.channel"
    laws.check(shop.oms)


def test_what_leaves_was_made_for_it() -> None:
    """Nothing goes below nil, and nothing is declared short."""
    shop = shop_with(made(0)).given(an_order(4), ShipFulfillment("o-1.1"))

    assert (position(shop).on_hand, shop.oms.order("o-1").status) == (0, "shipped")
    assert not [one for one in shop.events() if isinstance(one.event, ShortageDeclared)]
    laws.check(shop.oms)


def test_where_no_rule_says_so_units_are_counted() -> None:
    """Made to order in Paris, by class; counted in Berlin."""
    shop = shop_with(made(0, node="paris", classes=["made"]), berlin=2)
    assert shop.oms.over_nodes("TEA")[0].available == 2
    shop.oms.know(an_item("TEA", classes=["made"]))

    assert shop.oms.available("TEA", "berlin") == 2
    assert shop.oms.available("TEA", "paris") == UNLIMITED
    shop.given(an_order(9))
    assert "backordered" not in shop.oms.order("o-1").stages
    assert position(shop).endless is None
    laws.check(shop.oms)


def test_a_channel_that_is_answered_otherwise_has_that_supply_too() -> None:
    """How a number is read is a matter of the channel, what is there is not."""
    made_, read = Answering(method=Untracked(2)), Answering(channel="web", method=Discrete())
    shop = shop_with(Availability(answering=[made_, read]), berlin=2)

    assert shop.oms.available(**BERLIN, day=day(2), channel="web") == UNLIMITED
    rows = shop.oms.availability("TEA", "berlin", channel="web")
    assert [row.available for row in rows[:3]] == [2, 2, UNLIMITED]
    with pytest.raises(Unreadable) as refused:
        Answering(channel="web", method=Untracked())
    assert refused.value.path == "$.channel"


def test_safety_stock_is_kept_of_what_is_counted() -> None:
    """Of the two that are there one is kept; of what is made nothing has to be."""
    safe = SafetyStock([SafetyRule(units=1)])
    shop = shop_with(attrs.evolve(made(2), safety=safe), berlin=2)

    assert [shop.oms.available(**BERLIN, day=day(n)) for n in (0, 2)] == [1, UNLIMITED]


def test_lead_days_are_those_of_the_rule_and_the_first_day_that_of_the_report() -> None:
    """A report may say since when; how long it takes to make is a matter of the policy."""
    shop = shop_with(made(1))
    shop.given(UntrackStock(**BERLIN, document="u-1", since=day(4)))
    assert shop.oms.earliest("TEA", "berlin", 9) == day(4)
    longer = with_policy(shop, made(6))
    assert longer.oms.earliest("TEA", "berlin", 9) == day(6)

    assert not longer.oms.reserve(wanting(9, day(5))).granted
    assert longer.oms.reserve(wanting(9, day(6))).granted
    assert position(shop).endless == Endless(day(4), 6)
    laws.check(shop.oms)


def test_when_the_rule_goes_the_entry_stays_until_somebody_counts_again() -> None:
    """What was promised rests on it; a report ends it, and names who loses."""
    shop = with_policy(shop_with(made(1)).given(an_order(3)), Availability())
    assert shop.oms.available(**BERLIN, day=day(1)) == UNLIMITED
    shop.given(TrackStock(**BERLIN, document="t-1"))

    assert shop.oms.available(**BERLIN, day=day(1)) == 0
    [short] = [one.event for one in shop.events() if isinstance(one.event, ShortageDeclared)]
    assert short.units == 3
    laws.check(shop.oms)


def test_the_entry_is_written_once() -> None:
    """By the first promise, in its transaction."""
    shop = shop_with(made(0)).given(an_order(1, id="o-1"), an_order(1, id="o-2"))
    shop.oms.reserve(a_request(1))

    assert len([one for one in shop.events() if isinstance(one.event, SupplyUntracked)]) == 1


@given(
    st.integers(0, 4),
    st.integers(0, 4),
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 5), st.booleans()), max_size=6),
)
def test_what_is_told_is_granted_and_not_one_unit_more(
    lead: int, stock: int, asked: Sequence[tuple[int, int, bool]]
) -> None:
    """By the plan of a checkout, and by a cart, whatever was promised before."""
    shop = shop_with(made(lead), berlin=stock)
    for n, (on, units, ordered) in enumerate(asked):
        there = shop.oms.available(**BERLIN, day=day(on))
        assert (there == UNLIMITED) == (on >= lead)
        if there < UNLIMITED:
            assert not shop.oms.reserve(wanting(there + 1, day(on), owner=f"c-{n}")).granted
        if ordered:
            shop.given(an_order(units, id=f"o-{n}"))
            assert "backordered" not in shop.oms.order(f"o-{n}").stages
        elif units <= there:
            assert shop.oms.reserve(wanting(units, day(on), owner=f"d-{n}")).granted
    shop.given(received(1, document="last"))
    laws.check(shop.oms)

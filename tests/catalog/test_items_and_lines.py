"""What may be sold, and what may be asked for."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given

from omscore.catalog.item import ITEM, Component, Item, ItemLearned, evolve
from omscore.catalog.line import MOST_LINES, Line
from omscore.kernel.errors import Broken, Unreadable
from omscore.kernel.money import eur, usd
from omscore.lifecycle.order.messages import PlaceOrder
from omscore.testing import strategies
from omscore.testing.builders import a_line, an_item


@pytest.mark.parametrize(
    ("rest", "path"),
    [
        ({"kind": "gas"}, "$.kind"),
        ({"kind": "bundle"}, "$.components"),
        ({"components": [Component("POT")]}, "$.components"),
        ({"kind": "bundle", "components": [Component("POT"), Component("POT")]}, "$.components"),
        ({"kind": "bundle", "components": [Component("SET")]}, "$.components"),
        ({"weight_g": -1}, "$.weight_g"),
        ({"weight_g": 1.5}, "$.weight_g"),
        ({"weight_g": True}, "$.weight_g"),
    ],
)
def test_an_item_that_makes_no_sense_is_unreadable(rest: Mapping[str, Any], path: str) -> None:
    """A catalog is somebody else's export: what is wrong is found at the door, with its path."""
    with pytest.raises(Unreadable) as unreadable:
        Item("SET", **rest)

    assert unreadable.value.path == path


def test_a_bundle_names_what_is_in_it() -> None:
    """Two pots and one tea make the set; it is no stock of its own."""
    teaset = an_item("SET", kind="bundle", components=[Component("POT", 2), Component("TEA")])

    assert {one.sku: one.quantity for one in teaset.components} == {"POT": 2, "TEA": 1}


def test_an_item_is_as_it_was_last_learned() -> None:
    """Catalogs are sent again and again; the last word counts, and replay needs a first."""
    light, heavy = an_item(weight_g=10), an_item(weight_g=900)

    assert evolve(None, ItemLearned(light), ItemLearned(heavy)) == heavy
    with pytest.raises(Broken):
        evolve(None)
    assert ITEM.events == (ItemLearned,)


@pytest.mark.parametrize("quantity", [0, -1, True, 2.0, "2", None, 10**10])
def test_a_line_asks_for_whole_units(quantity: Any) -> None:
    """Half a pot, a negative pot and `True` pots are mistakes of the caller."""
    with pytest.raises(Unreadable) as unreadable:
        Line("1", "POT", quantity, eur(1))

    assert unreadable.value.path == "$.quantity"


@pytest.mark.parametrize("price", [eur("-0.01"), 450, "4.50", None])
def test_a_line_has_a_price_in_money(price: Any) -> None:
    """A bare number has no currency, and nobody is paid for taking goods."""
    with pytest.raises(Unreadable) as unreadable:
        Line("1", "POT", 1, price)

    assert unreadable.value.path == "$.price"


def an_order_of(*lines: Any) -> PlaceOrder:
    return PlaceOrder("o-1", lines, "DE")


def test_an_order_has_up_to_a_thousand_lines() -> None:
    """A bound that is checked before anything is planned; the thousandth is fine."""
    many = [a_line(id=str(n)) for n in range(MOST_LINES + 1)]

    assert len(an_order_of(*many[:-1]).lines) == 1_000
    for wrong in many, []:
        with pytest.raises(Unreadable, match="1 to 1000 lines") as unreadable:
            an_order_of(*wrong)
        assert unreadable.value.path == "$.lines"


def test_two_lines_of_one_order_have_two_ids() -> None:
    """Everything that happens later names its line by id."""
    with pytest.raises(Unreadable) as unreadable:
        an_order_of(a_line(id="1"), a_line(id="2"), a_line(id="1"))

    assert unreadable.value.path == "$.lines[2].id"


def test_an_order_has_one_currency() -> None:
    """Sums over an order would need a rate, which is somebody's decision."""
    with pytest.raises(Unreadable) as unreadable:
        an_order_of(a_line(id="1"), a_line(id="2", price=usd(1)))

    assert unreadable.value.path == "$.lines[1].price.currency"


def test_a_line_is_a_line() -> None:
    """A tuple of the right length is no line."""
    with pytest.raises(Unreadable) as unreadable:
        an_order_of(a_line(), ("2", "TEA", 1))

    assert unreadable.value.path == "$.lines[1]"


@given(strategies.orders())
def test_any_order_of_the_strategies_is_acceptable_and_shows_no_customer(
    order: PlaceOrder,
) -> None:
    """The generated orders are those that a caller may send; whose they are is not printed."""
    assert {line.price.currency for line in order.lines} == {order.lines[0].price.currency}
    assert "Customer-" not in repr(order)

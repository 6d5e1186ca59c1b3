"""What may be sent instead, and what a line asks of its parcels and its day."""

from __future__ import annotations

from typing import Any

import pytest

from omscore.atp.messages import NoSuchItem
from omscore.catalog.line import Line, Substitute
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import LineId, Sku
from omscore.lifecycle.fulfillment.messages import Missing, PickFulfillment, ShipFulfillment
from omscore.lifecycle.order.messages import CancelUnits
from omscore.lifecycle.quote.messages import AcceptQuote
from omscore.lifecycle.returns.messages import AnnounceReturn, ReceiveReturn
from omscore.testing import laws
from omscore.testing.builders import (
    a_line,
    a_node,
    a_quote,
    a_shop,
    an_order,
    day,
    of_line,
    received,
)
from omscore.testing.story import Shop


def a_tea_shop(**stock: int) -> Shop:
    """Berlin alone, with so much of each sku."""
    skus = ("TEA", "POT", "MUG")
    return a_shop({"berlin": stock} if stock else {}, nodes=(a_node("berlin"),), skus=skus)


def tea(quantity: int = 1) -> Line:
    """Tea, or else a pot, or else a mug."""
    return a_line(quantity, substitutes=[Substitute("POT", 100), Substitute("MUG", 200)])


def sent(shop: Shop, order: str = "o-1") -> dict[str | None, int]:
    """How many units of each substitute are in the order; None is what was asked."""
    groups = shop.oms.order(order).lines[LineId("1")].groups
    return {group.instead: units for group, units in groups.items() if group.node is not None}


def test_what_is_not_there_is_sent_as_something_else() -> None:
    """One tea, two pots, one mug: what is preferred goes first, and stock is that of each."""
    shop = a_tea_shop(TEA=1, POT=2, MUG=5).given(an_order(tea(4)))

    assert sent(shop) == {None: 1, "POT": 2, "MUG": 1}
    assert [shop.oms.available(sku, "berlin") for sku in ("TEA", "POT", "MUG")] == [0, 0, 4]
    work = shop.oms.fulfillment("o-1.1")
    assert {task.sku: task.quantity for task in work.tasks} == {"TEA": 1, "POT": 2, "MUG": 1}
    shop.given(ShipFulfillment("o-1.1"))
    laws.check(shop.oms)


def test_a_substitute_that_is_not_found_is_sought_again_as_what_was_asked() -> None:
    """The shelf was empty of pots; by then there is tea."""
    shop = a_tea_shop(POT=1).given(an_order(tea()))
    shop.given(received(1, "TEA", document="r-2"))
    shop.given(PickFulfillment("o-1.1", missing=[Missing("1", 1)]))

    assert sent(shop) == {None: 1}
    assert shop.oms.available("POT", "berlin") == 0
    laws.check(shop.oms)


def test_a_substitute_that_is_canceled_is_free_for_whoever_waits_for_it() -> None:
    """Its stock is that of the pot, and a pot is what another order waits for."""
    shop = a_tea_shop(POT=1).given(an_order(tea()))
    shop.given(an_order(a_line(1, "POT"), id="o-2"))
    assert shop.oms.order("o-2").status == "backordered"

    shop.given(CancelUnits("o-1", line="1", quantity=1))
    assert shop.oms.order("o-2").status == "released"
    laws.check(shop.oms)


def test_what_waits_waits_for_what_was_asked() -> None:
    """And is sourced again when that comes; until then a substitute would do as well."""
    shop = a_tea_shop().given(an_order(tea()))
    assert shop.oms.order("o-1").status == "backordered"
    shop.given(received(3, "TEA", document="r-2"))
    assert sent(shop) == {None: 1}
    laws.check(shop.oms)


def test_a_substitute_that_comes_back_is_what_was_sent() -> None:
    """A returned pot is a pot, though tea was ordered."""
    shop = a_tea_shop(POT=1).given(an_order(tea()), ShipFulfillment("o-1.1"))
    shop.given(AnnounceReturn("r-1", order="o-1", lines=of_line(1), reason="unwanted"))
    shop.given(ReceiveReturn("r-1", order="o-1", node="berlin", lines=of_line(1)))
    laws.check(shop.oms)


def test_substitutes_are_quoted_and_accepted() -> None:
    """What the customer was shown is what is sent."""
    shop = a_tea_shop(POT=2).given(a_quote(tea(2)))
    shop.given(received(5, "TEA", document="r-2"), AcceptQuote("q-1", order="o-1"))

    assert sent(shop) == {"POT": 2}
    laws.check(shop.oms)


def test_a_substitute_that_nobody_knows_is_refused() -> None:
    """As is a line of such a sku."""
    line = a_line(1, substitutes=[Substitute("WHAT")])
    a_tea_shop(TEA=1).refuses(an_order(line), NoSuchItem(Sku("WHAT")))


def test_a_line_that_may_not_be_split_comes_in_one_parcel() -> None:
    """Two are in either place; what does not fit waits."""
    nodes = (a_node("berlin"), a_node("paris", ships_to=["DE"]))
    shop = a_shop({"berlin": {"TEA": 2}, "paris": {"TEA": 2}}, nodes=nodes)
    shop.given(an_order(a_line(3, split=False)), an_order(a_line(2), id="o-2"))

    assert len(shop.oms.order("o-1").fulfillments) == 1
    assert shop.oms.order("o-1").lines[LineId("1")].stages == {"released": 2, "backordered": 1}
    laws.check(shop.oms)


def test_a_line_that_is_wanted_later_does_not_take_a_dear_way() -> None:
    """Waiting costs nothing before the day that the customer asks for."""
    shop = a_tea_shop(TEA=5)
    first = shop.oms.promise([a_line(1, wanted=day(9))], ship_to="DE").chosen
    assert first is not None
    assert first.decision.parts["waiting"] == 0


@pytest.mark.parametrize(
    ("rest", "path"),
    [
        ({"substitutes": [Substitute("TEA")]}, "$.substitutes"),
        ({"substitutes": [Substitute("POT"), Substitute("POT", 3)]}, "$.substitutes"),
        ({"substitutes": Substitute("POT")}, "$.substitutes"),
        ({"substitutes": ["POT"]}, "$.substitutes[0]"),
        ({"split": 1}, "$.split"),
        ({"group": "two words"}, "$.group"),
    ],
)
def test_a_line_that_makes_no_sense_is_unreadable(rest: Any, path: str) -> None:
    """With the path to what is wrong."""
    with pytest.raises(Unreadable) as unreadable:
        a_line(1, **rest)
    assert unreadable.value.path == path

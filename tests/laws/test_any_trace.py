"""Laws 1-6 and 9-12 over whole traces: whatever a shop is asked, its books are in order."""

from collections.abc import Sequence

from attrs import evolve
from hypothesis import given, settings

from omscore.catalog.item import Component
from omscore.catalog.line import Substitute
from omscore.lifecycle.order.messages import PlaceOrder
from omscore.lifecycle.quote.messages import RequestQuote
from omscore.network.facts import Link
from omscore.testing import laws, traces
from omscore.testing.builders import THREE_NODES, a_shop, an_item, received


@given(traces.traces())
def test_the_books_are_in_order_whatever_happens(trace: Sequence[object]) -> None:
    """Laws 1-6, 9-12: orders, reports, supplies, returns and quotes, in any sequence."""
    shop = a_shop({})
    shop.play(trace)

    laws.check(shop.oms)


@settings(max_examples=40)
@given(traces.traces())
def test_the_books_are_in_order_where_goods_go_by_way_of_nodes_and_bundles_are_sold(
    trace: Sequence[object],
) -> None:
    """A pot is a bundle here, of two teas and a card that is made when it is asked for.

    For tea, a can may be sent instead, of which there are some in Paris.
    """
    shop = a_shop(
        {},
        nodes=(*THREE_NODES, Link("london", "berlin", parcel_cost=50), Link("paris", "london")),
        skus=("TEA", "CAN"),
    )
    card = an_item("CARD", kind="service")
    pot = an_item("POT", kind="bundle", components=[Component("TEA", 2), Component("CARD")])
    shop.oms.know(card, pot)
    shop.given(received(4, "CAN", "paris", document="cans"))
    shop.play([_with_substitutes(step) for step in trace])

    laws.check(shop.oms)


def _with_substitutes(step: object) -> object:
    """An order or a quote for tea, of which a can would do as well."""
    if not isinstance(step, PlaceOrder | RequestQuote):
        return step
    can = (Substitute("CAN", 40),)
    lines = [evolve(x, substitutes=can) if x.sku == "TEA" else x for x in step.lines]
    return evolve(step, lines=lines)

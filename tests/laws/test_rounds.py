"""A channel never has more than its share of a supply, however it is promised and shipped."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.atp.availability import Availability, Protecting
from omscore.atp.messages import ReceiveSupply
from omscore.atp.protection import Protection, Segment
from omscore.lifecycle.fulfillment.messages import ShipFulfillment
from omscore.runtime.configuration import Configuration
from omscore.testing import laws
from omscore.testing.builders import a_node, a_shop, an_order, day, expected, received
from omscore.testing.story import Shop

CHANNELS = ("web", "store", None)
OWN = Protection(
    [Segment("web", 40, "percent"), Segment("store", 1, "ratio"), Segment("fair", 2, "ratio")],
    unassigned=False,
)
steps = st.lists(
    st.tuples(st.sampled_from(CHANNELS), st.integers(1, 9), st.booleans()), min_size=1, max_size=8
)


def shop_with(there: int, protection: Protection = OWN) -> Shop:
    policy = Availability(protecting=[Protecting(protection=protection)])
    configuration = Configuration(availability=policy)
    stock = {"berlin": {"TEA": there}} if there else {}
    return a_shop(stock, nodes=(a_node("berlin"),), configuration=configuration)


def sell(shop: Shop, asked: Sequence[tuple[str | None, int, bool]], begin: int = 0) -> Counter[str]:
    """Order and, if it is said, ship what was promised; the units that each channel got."""
    got = Counter[str]()
    for number, (channel, units, ships) in enumerate(asked, start=begin):
        shop.given(an_order(units, id=f"o-{number}", channel=channel))
        order = shop.oms.order(f"o-{number}")
        got[channel or ""] += units - order.stages.get("backordered", 0)
        for one in order.fulfillments if ships else ():
            shop.given(ShipFulfillment(one))
    return got


@settings(max_examples=60)
@given(st.integers(0, 30), st.integers(0, 20), steps)
def test_nobody_gets_more_than_the_share_of_what_was_there(
    there: int, due: int, asked: Sequence[tuple[str | None, int, bool]]
) -> None:
    """Of what is on hand and due at first; whoever asks for all of his share gets all of it."""
    shop = shop_with(there)
    if due:
        shop.given(expected(due, day(2)))
    got = sell(shop, asked)
    shares = OWN.shares(there + due)
    last = [(one, 60, False) for one in CHANNELS]

    assert all(units <= shares[one] for one, units in got.items())
    assert got + sell(shop, last, len(asked)) == Counter(
        {one: units for one, units in shares.items() if units and one != "fair"}
    )
    laws.check(shop.oms)


def test_what_comes_beyond_what_was_known_is_shared_anew() -> None:
    """A receipt that nobody announced begins a new round; one that was announced does not."""
    half = Protection([Segment("web", 50, "percent")], unassigned=False)
    shop = shop_with(10, half).given(expected(10, day(0), document="po-1"))
    assert sell(shop, [("web", 8, True)]) == {"web": 8}
    came = ReceiveSupply(document="po-1", node="berlin", sku="TEA", quantity=10, receipt="r-1")
    assert shop.given(came).oms.available("TEA", "berlin", channel="web") == 2
    assert sell(shop, [("web", 2, True)], 1) == {"web": 2}
    shop.given(received(6, document="r-9"))

    assert shop.oms.available("TEA", "berlin", channel="web") == 8
    laws.check(shop.oms)

"""Stories of asking more: parts, lines together, bundles, over nodes, and thousands at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.adapters.clocks import FixedClock
from omscore.atp.messages import ExpectDemand, NoSuchItem, NoSuchNode
from omscore.atp.pegging import POLICIES
from omscore.atp.projected import Lacks
from omscore.atp.questions import Bundles, Level, LineNotBy, NotBy, Shipment
from omscore.catalog.item import Component, Item
from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.ids import NodeId, Sku
from omscore.oms import Oms
from omscore.testing import laws
from omscore.testing.builders import (
    MONDAY,
    TODAY,
    a_node,
    a_quote,
    a_shop,
    an_item,
    an_order,
    day,
    expected,
    received,
)
from omscore.testing.story import Shop

POT, LID = Sku("POT"), Sku("LID")
BERLIN, PARIS = NodeId("berlin"), NodeId("paris")
SETS = Item("SET", kind="bundle", components=[Component("POT"), Component("LID", 2)])


def a_kitchen_shop() -> Shop:
    """Berlin has pots, Paris lids; more of both is due."""
    shop = a_shop(
        {"berlin": {"POT": 5, "LID": 2}, "paris": {"POT": 1, "LID": 9}}, skus=("POT", "LID", "TEA")
    )
    shop.oms.know(SETS)
    return shop.given(
        expected(4, day(3), "LID"),
        expected(5, day(6), "POT", document="po-2"),
    )


# --- one node ---------------------------------------------------------------------------------


def test_a_quantity_can_come_in_parts() -> None:
    """Five pots today, the other three next Sunday; not before the first parcel is worth it."""
    oms = a_kitchen_shop().oms

    assert oms.shipments("POT", "berlin", 8) == (Shipment(TODAY, 5), Shipment(day(6), 3))
    assert oms.shipments("POT", "berlin", 8, first=6) == (Shipment(day(6), 8),)
    assert oms.shipments("POT", "berlin", 8, latest=day(5)) == NotBy(8, 5, day(5))
    assert oms.earliest("POT", "berlin", 8) == day(6)
    assert oms.earliest("POT", "berlin", 8, latest=day(5)) is None


def test_a_refused_quantity_says_how_little_is_missing() -> None:
    """The buyer orders just that, for just that day."""
    shop = a_kitchen_shop()
    lacks = shop.oms.lacking("POT", "berlin", 8, latest=day(5))
    assert lacks == Lacks(3, day(5))

    shop.given(expected(3, day(5), "POT", document="po-3"))
    assert shop.oms.lacking("POT", "berlin", 8, latest=day(5)) is None
    assert shop.oms.earliest("POT", "berlin", 8, latest=day(5)) == day(5)


def test_lines_go_together_when_the_last_of_them_can() -> None:
    """Two lines of one sku need the sum of both."""
    oms = a_kitchen_shop().oms

    assert oms.together("berlin", [("POT", 4), ("LID", 3)]) == day(3)
    assert oms.together("berlin", [("POT", 4), ("LID", 4), ("LID", 4)]) == LineNotBy(
        "LID", 8, 6, day(6)
    )
    assert oms.lacking_together("berlin", [("POT", 6), ("LID", 3)], latest=day(4)) == {
        "POT": Lacks(1, day(4))
    }


# --- several nodes ----------------------------------------------------------------------------


def test_a_bundle_is_complete_at_one_node_or_comes_from_several() -> None:
    """A pot and two lids: the pots are in Berlin, the lids in Paris."""
    oms = a_kitchen_shop().oms

    assert oms.bundles("SET")[0] == Bundles(TODAY, 1, LID, node=BERLIN)
    assert oms.bundles("SET")[1] == Bundles(day(3), 3, LID, node=BERLIN)
    assert oms.bundles("SET", apart=True)[0] == Bundles(TODAY, 5, LID)
    assert oms.bundles("SET", ["paris"])[0] == Bundles(TODAY, 1, POT, node=PARIS)


def test_nodes_can_be_pooled() -> None:
    """What the whole network has, day by day."""
    oms = a_kitchen_shop().oms

    assert oms.over_nodes("POT") == [Level(TODAY, 6), Level(day(6), 11)]
    assert oms.over_nodes("POT", ["paris"]) == [Level(TODAY, 1)]


@settings(max_examples=25)
@given(
    stock=st.dictionaries(
        st.tuples(st.sampled_from(("TEA", "POT")), st.sampled_from(("berlin", "paris", "london"))),
        st.integers(1, 9),
    ),
    due=st.lists(
        st.tuples(st.sampled_from(("TEA", "POT")), st.integers(1, 9), st.integers(1, 6)), max_size=3
    ),
    asked=st.none() | st.integers(0, 8),
)
def test_many_at_once_are_answered_as_one_by_one(
    stock: dict[tuple[str, str], int], due: list[tuple[str, int, int]], asked: int | None
) -> None:
    """A category page asks for all of it in one go."""
    shop = a_shop({})
    for (sku, node), units in stock.items():
        shop.given(received(units, sku, node))
    for place, (sku, units, on) in enumerate(due):
        shop.given(expected(units, day(on), sku, document=f"po-{place}"))
    on_day = None if asked is None else day(asked)
    pairs = [(sku, node) for sku in ("TEA", "POT") for node in ("berlin", "paris", "london")]

    assert shop.oms.availabilities(pairs, day=on_day) == {
        (sku, node): shop.oms.available(sku, node, day=on_day) for sku, node in pairs
    }


def test_thousands_are_read_in_one_go(tmp_path: Path) -> None:
    """From a file too: no statement grows beyond what a database takes."""
    skus = [f"SKU-{n}" for n in range(2_000)]
    with Oms.sqlite(tmp_path / "shop.db", clock=FixedClock(MONDAY)) as oms:
        oms.know(*map(an_item, skus), a_node("berlin"), a_node("paris"))
        oms.do(received(3, "SKU-7"))
        found = oms.availabilities((sku, node) for sku in skus for node in ("berlin", "paris"))

    assert len(found) == 4_000
    assert {pair: units for pair, units in found.items() if units} == {("SKU-7", "berlin"): 3}


# --- pegging ----------------------------------------------------------------------------------


def test_a_planner_sees_which_supply_serves_which_order() -> None:
    """Orders, a quote and foreign demand, against the shelf and what is due."""
    shop = a_shop({"berlin": {"TEA": 2}}).given(
        expected(9, day(3)),
        an_order(2, id="o-1"),
        a_quote(3, id="q-1"),
        an_order(4, id="o-2"),
        ExpectDemand(node="berlin", sku="TEA", document="d-1", quantity=1, day=day(9)),
    )

    assert str(shop.oms.pegging("TEA", "berlin")).splitlines() == [
        "o-1 (2026-03-02): 2 from on-hand (2026-03-02)",
        "held:2026-03-05:0 (2026-03-05): 3 from po-1 (2026-03-05)",
        "o-2 (2026-03-05): 4 from po-1 (2026-03-05)",
        "d-1 (2026-03-11): 1 from po-1 (2026-03-05)",
        "spare: 1 of po-1",
    ]
    first = shop.oms.pegging("TEA", "berlin", "priority", ranks={"o-2": -1}).rows[0]
    assert first.demand == "o-2"
    laws.check(shop.oms)


def test_an_order_with_several_reservations_is_numbered() -> None:
    """Two lines of one sku are two reservations."""
    shop = a_shop({"berlin": {"TEA": 9}}).given(an_order(2, 3))

    for policy in POLICIES:
        table = shop.oms.pegging("TEA", "berlin", policy)
        assert [(row.demand, row.units) for row in table.rows] == [("o-1", 2), ("o-1.2", 3)]


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (lambda oms: oms.bundles("POT"), "$.sku"),
        (lambda oms: oms.shipments("POT", "berlin", 0), "$.quantity"),
        (lambda oms: oms.together("berlin", []), "$.wanted"),
        (lambda oms: oms.pegging("POT", "berlin", "lifo"), "$.policy"),
        (lambda oms: oms.pegging("POT", "berlin", "priority", ranks={"o-9": 1}), "$.ranks.o-9"),
        (lambda oms: oms.earliest("POT", "berlin", 1, latest="soon"), "$.latest"),
        (lambda oms: oms.availabilities([("P T", "berlin")]), "$.sku"),
    ],
)
def test_bad_input_is_refused_by_name(asked: Callable[[Oms], object], path: str) -> None:
    """The path says which field to mend."""
    with pytest.raises(Unreadable) as refused:
        asked(a_kitchen_shop().oms)
    assert refused.value.path == path


def test_every_unknown_name_is_told_at_once() -> None:
    """A typo is not "no stock", and a long list is mended in one go."""
    with pytest.raises(Refused) as refused:
        a_kitchen_shop().oms.availabilities([("POT", "rome"), ("PAN", "oslo"), ("CUP", "rome")])

    assert refused.value.reasons == (
        NoSuchNode(NodeId("rome")),
        NoSuchNode(NodeId("oslo")),
        NoSuchItem(Sku("PAN")),
        NoSuchItem(Sku("CUP")),
    )

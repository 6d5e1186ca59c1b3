"""Facts arrive from outside: what is new is told, and what names another must find it."""

import pytest

from omscore.catalog.item import ITEM, ItemLearned
from omscore.kernel.errors import Unreadable
from omscore.network.facts import THE_NETWORK, NodeLearned
from omscore.orchestration.learning import Fact
from omscore.testing.builders import a_calendar, a_lane, a_node, a_shop, an_item, an_oms, an_order


def test_what_is_known_already_changes_nothing() -> None:
    """A catalog is sent every night; only what differs is an event."""
    shop = an_oms()
    facts = an_item("TEA"), a_node("berlin"), a_lane("berlin", "DE"), a_calendar()
    first, again = shop.oms.know(*facts), shop.oms.know(*facts)
    changed = shop.oms.know(an_item("TEA", weight_g=90), a_node("berlin", kind="store"))

    assert len(first.events) == 4
    assert list(again.events) == []
    assert {type(one.event) for one in changed.events} == {ItemLearned, NodeLearned}


@pytest.mark.parametrize(
    ("fact", "path"),
    [
        (a_node("rome", calendar="moon"), "$.nodes.rome.calendar"),
        (a_lane("rome", "DE"), "$.lanes.rome.DE.standard.node"),
        (a_lane("berlin", "DE", carrier_calendar="moon"), "$.lanes.berlin.DE.standard"),
        (a_lane("berlin", "DE", delivery_calendar="moon"), "$.lanes.berlin.DE.standard"),
    ],
)
def test_a_fact_that_names_nothing_known_is_unreadable(fact: Fact, path: str) -> None:
    """Nothing of the batch is learned, so that a corrected one can simply be sent again."""
    shop = a_shop()
    told = shop.events()

    with pytest.raises(Unreadable) as unreadable:
        shop.oms.know(an_item("CUP"), fact)
    assert unreadable.value.path == path
    assert shop.events() == told
    assert shop.oms.get(ITEM.key("CUP")) is None


def test_facts_of_one_batch_may_name_each_other_in_any_sequence() -> None:
    """Exports are sorted by table, not by what depends on what."""
    shop = an_oms()
    shop.oms.know(a_lane("berlin", "DE"), a_node("berlin", calendar="weekdays"), a_calendar())
    network = shop.oms.get(THE_NETWORK)

    assert network is not None
    assert set(network.nodes) == {"berlin"}


@pytest.mark.parametrize("thing", ["TEA", None, {"sku": "TEA"}])
def test_what_is_no_fact_is_unreadable(thing: object) -> None:
    """By place, since a list of a thousand may hold one that is wrong."""
    with pytest.raises(Unreadable) as unreadable:
        an_oms().oms.know(an_item(), thing)  # type: ignore[arg-type]

    assert unreadable.value.path == "$.facts[1]"


def test_a_decision_says_which_version_of_the_facts_it_saw() -> None:
    """Years later one can tell what was known when it was made."""
    shop = a_shop().given(an_order(1))
    shop.oms.know(an_item("TEA", weight_g=90), a_node("rome"))
    shop.given(an_order(1, id="o-2"))
    chosen = [one.event for one in shop.events() if hasattr(one.event, "decision")]
    versions = [(event.network, dict(event.items)) for event in chosen]  # type: ignore[attr-defined]

    assert versions == [(10, {"TEA": 1}), (11, {"TEA": 2})]

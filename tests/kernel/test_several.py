"""Where several values are asked for, one is told from many, and each from another kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from omscore.catalog.item import Component, Item
from omscore.catalog.line import Line
from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.money import eur
from omscore.lifecycle.fulfillment.messages import Missing, PickFulfillment
from omscore.lifecycle.order.messages import HoldOrder, PlaceOrder, SourceOrder
from omscore.lifecycle.returns.messages import AnnounceReturn, GradeReturn
from omscore.network.facts import Node
from omscore.oms import Oms
from omscore.testing.builders import a_node, an_item, an_oms

LINE: Any = Line("1", "TEA", 1, eur(1))
NOBODY_MEANS: list[object] = [None, 3, "TEA", b"TEA", {"a": 1}]
MADE: dict[str, Callable[[Any], object]] = {
    "$.lines": lambda bad: PlaceOrder("o-1", bad, "DE"),
    "$.avoid": lambda bad: SourceOrder("o-1", avoid=bad),
    "$.moves": lambda bad: HoldOrder("o-1", hold="h", reason="r", moves=bad),
    "$.missing": lambda bad: PickFulfillment("f-1", missing=bad),
    "$.grades": lambda bad: GradeReturn("r-1", grades=bad),
    "$.components": lambda bad: Item("SET", kind="bundle", components=bad),
    "$.ships_to": lambda bad: Node("berlin", ships_to=bad),
}


@pytest.mark.parametrize("path", MADE)
@pytest.mark.parametrize("bad", NOBODY_MEANS, ids=repr)
def test_what_is_not_several_is_told_with_its_place(path: str, bad: object) -> None:
    """A string is several characters to Python, and a dictionary its keys."""
    with pytest.raises(Unreadable) as refused:
        MADE[path](bad)

    assert refused.value.path == path


def test_a_value_of_another_kind_is_told_by_its_place() -> None:
    """So that the caller finds it among hundreds."""
    with pytest.raises(Unreadable) as second:
        PickFulfillment("f-1", missing=[Missing("1", 1), LINE])
    with pytest.raises(Unreadable) as first:
        AnnounceReturn("r-1", order="o-1", lines=[LINE])

    assert second.value.path == "$.missing[1]"
    assert first.value.path == "$.lines[0]"
    assert Item("SET", kind="bundle", components=iter([Component("TEA")])).components


def test_a_day_takes_so_much_of_each_kind() -> None:
    """A bare number does not say of what."""
    bad: Any = 5
    with pytest.raises(Unreadable, match="capacity"):
        Node("berlin", capacity=bad)


def test_a_typo_is_not_no_stock() -> None:
    """Who asks for what is not known hears so, and so does who asks for no day."""
    oms, bad = an_oms().oms, "2026-03-02"
    day: Any = bad
    condition: Any = bad
    oms.know(an_item(), a_node())

    assert oms.available("TEA", "berlin") == 0
    for sku, node in ("TAE", "berlin"), ("TEA", "brelin"):
        with pytest.raises(Refused):
            oms.available(sku, node)
    with pytest.raises(Unreadable, match="day"):
        oms.available("TEA", "berlin", day=day)
    with pytest.raises(Unreadable, match="condition"):
        oms.available("TEA", "berlin", condition=condition)


def test_an_address_of_another_database_is_no_postgres() -> None:
    """Nothing is opened, or made, that nobody asked for."""
    with pytest.raises(Unreadable, match="postgresql"):
        Oms.postgres("sqlite:///shop.db")

"""Items: what may be ordered, and how it comes to be fulfilled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, assert_never

from attrs import field, frozen

from omscore.kernel import ids
from omscore.kernel.errors import Broken, Unreadable
from omscore.kernel.keys import Kind
from omscore.kernel.quantities import no_or_some_units, some_units
from omscore.kernel.several import several_of

ItemKind = Literal["stock", "bundle", "digital", "service"]


@frozen
class Component:
    """So many units of a sku in each unit of a bundle."""

    sku: ids.Sku = field(converter=ids.sku)
    quantity: int = field(default=1, validator=some_units)


def _components(value: Iterable[Component]) -> tuple[Component, ...]:
    return several_of(Component, value, "components")


@frozen
class Item:
    """What is known of a sku.

    *kind*: `stock` is kept at nodes and counted; a `bundle` is made of *components*; `digital` and
    `service` take no stock.  *weight_g* is the weight of one unit in grams.  *classes* are words
    of the host for rules to ask about, such as `hazardous`, `oversize` or `brand:acme`.
    """

    sku: ids.Sku = field(converter=ids.sku)
    kind: ItemKind = field(default="stock", kw_only=True)
    components: tuple[Component, ...] = field(default=(), converter=_components, kw_only=True)
    weight_g: int = field(default=0, validator=no_or_some_units, kw_only=True)
    classes: tuple[str, ...] = field(default=(), converter=ids.classes, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.kind not in ("stock", "bundle", "digital", "service"):
            raise Unreadable("one of stock, bundle, digital, service", "$.kind")
        if (self.kind == "bundle") != bool(self.components):
            raise Unreadable("a bundle has components, and nothing else has", "$.components")
        if len({one.sku for one in self.components}) < len(self.components):
            raise Unreadable("each sku once", "$.components")
        if any(one.sku == self.sku for one in self.components):
            raise Unreadable("a bundle does not contain itself", "$.components")


@frozen
class ItemLearned:
    """From now on an item is like this."""

    item: Item


def evolve(item: Item | None, /, *events: ItemLearned) -> Item:
    """The item as it was last learned."""
    for event in events:
        match event:
            case ItemLearned():
                item = event.item
            case _:
                assert_never(event)
    if item is None:
        raise Broken("an item begins by being learned")
    return item


ITEM = Kind("item", Item, evolve, (ItemLearned,))

"""Bundles taken apart: nothing is lost, nothing is added, and what cannot be is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.catalog.explosion import components, explode
from omscore.catalog.item import Component, Item
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import Sku
from omscore.testing.builders import a_line, an_item

STOCK = [an_item(sku) for sku in ("CUP", "POT", "TEA")]


@st.composite
def catalogs(draw: st.DrawFn) -> dict[Sku, Item]:
    """Three items of stock, a bundle of some of them, and one of those and of that bundle."""
    catalog = {item.sku: item for item in STOCK}
    for name in ("SET", "HAMPER"):
        skus = draw(st.lists(st.sampled_from(sorted(catalog)), min_size=1, unique=True))
        parts = [Component(sku, draw(st.integers(1, 3))) for sku in skus]
        bundle = an_item(name, kind="bundle", components=parts)
        catalog[bundle.sku] = bundle
    return catalog


def flat(catalog: Mapping[Sku, Item], sku: Sku) -> Counter[str]:
    """What is in one unit of a sku, unit by unit."""
    if catalog[sku].kind != "bundle":
        return Counter([sku])
    found = Counter[str]()
    for one in catalog[sku].components:
        for _ in range(one.quantity):
            found += flat(catalog, one.sku)
    return found


@given(catalogs(), st.lists(st.sampled_from(["SET", "HAMPER", "POT"]), min_size=1, max_size=3))
def test_components_add_up_to_what_was_asked(catalog: dict[Sku, Item], asked: list[str]) -> None:
    """Unit by unit, whatever is in whatever; and each part knows its bundle."""
    lines = [a_line(n, sku, id=str(n)) for n, sku in enumerate(asked, start=1)]
    whole = explode(lines, catalog.get)

    for line in lines:
        mine = [one for one in whole.lines if one.id.split(".")[0] == line.id]
        expected = {sku: n * line.quantity for sku, n in flat(catalog, line.sku).items()}
        assert {one.sku: one.quantity for one in mine} == expected
        for one in mine:
            if (part := whole.parts.get(one.id)) is not None:
                assert (part.of, part.each * line.quantity) == (line.id, one.quantity)
    assert [line.sku for line in whole.bundles] == [sku for sku in asked if sku != "POT"]


def test_a_component_goes_where_its_bundle_goes_and_has_no_price_of_its_own() -> None:
    """The customer pays for the set; each part has to arrive as the set has to."""
    pots = an_item("SET", kind="bundle", components=[Component("POT", 2)])
    line = a_line(3, "SET", ship_to="FR", method="courier")
    [part] = explode([line], {pots.sku: pots}.get).lines

    assert (part.id, part.sku, part.quantity) == ("1.POT", "POT", 6)
    assert (part.ship_to, part.method, part.price.minor) == ("FR", "courier", 0)


def test_what_is_no_bundle_stays_as_it_is() -> None:
    """Whether it is known or not: who plans it will say."""
    lines = [a_line(1, "POT"), a_line(1, "WHAT", id="2")]
    assert explode(lines, {item.sku: item for item in STOCK}.get).lines == tuple(lines)


def test_bundles_in_a_circle_are_unreadable() -> None:
    """Two that are in each other would never end."""
    one = an_item("ONE", kind="bundle", components=[Component("TWO")])
    two = an_item("TWO", kind="bundle", components=[Component("ONE")])
    with pytest.raises(Unreadable) as unreadable:
        components(one, {item.sku: item for item in (one, two)}.get)
    assert unreadable.value.path == "$.components"

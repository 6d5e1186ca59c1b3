"""Bundles taken apart: what a line of a bundle comes to in lines of its components."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import attrs
from attrs import field, frozen

from omscore.catalog.item import Item
from omscore.catalog.line import Line
from omscore.kernel import ids
from omscore.kernel.errors import Unreadable

DEEPEST = 2
"""How many bundles may be in each other: a set of sets, and no further."""

Items = Callable[[ids.Sku], Item | None]


@frozen
class Part:
    """A line is a component: *each* units of it make one bundle of the line *of*."""

    of: ids.LineId
    each: int


@frozen
class Exploded:
    """*lines*, of which some are *parts* of *bundles*; nothing of a bundle is in stock itself."""

    lines: tuple[Line, ...]
    parts: Mapping[ids.LineId, Part] = field(factory=dict)
    bundles: tuple[Line, ...] = ()


def explode(lines: Iterable[Line], items: Items) -> Exploded:
    """*lines*, with one for each component in the place of every bundle that *items* knows.

    A component's line is named after the bundle's and the sku, goes where the bundle goes, and has
    neither a price, which the bundle has, nor substitutes.  `Unreadable` if bundles are in each
    other more than `DEEPEST` times, or if such a name is taken.
    """
    plain, parts, bundles = list[Line](), dict[ids.LineId, Part](), list[Line]()
    for line in lines:
        item = items(line.sku)
        if item is None or item.kind != "bundle":
            plain.append(line)
            continue
        bundles.append(line)
        for sku, each in components(item, items).items():
            part = _part(line, sku, each)
            plain.append(part)
            parts[part.id] = Part(line.id, each)
    if len({line.id for line in (*plain, *bundles)}) < len(plain) + len(bundles):
        raise Unreadable(
            "ids that no component gets: that of its bundle, a point, its sku", "$.lines"
        )
    return Exploded(tuple(plain), parts, tuple(bundles))


def components(bundle: Item, items: Items) -> dict[ids.Sku, int]:
    """How many units of what is no bundle itself are in one *bundle*, by sku."""
    found: dict[ids.Sku, int] = {}
    _gather(bundle, 1, items, found, DEEPEST)
    return found


def _gather(bundle: Item, times: int, items: Items, found: dict[ids.Sku, int], deep: int) -> None:
    if not deep:
        raise Unreadable(f"bundles in each other at most {DEEPEST} deep", "$.components")
    for one in bundle.components:
        item = items(one.sku)
        if item is not None and item.kind == "bundle":
            _gather(item, times * one.quantity, items, found, deep - 1)
        else:
            found[one.sku] = found.get(one.sku, 0) + times * one.quantity


def _part(line: Line, sku: ids.Sku, each: int) -> Line:
    return attrs.evolve(
        line,
        id=ids.LineId(ids.derived(line.id, sku)),
        sku=sku,
        quantity=line.quantity * each,
        price=attrs.evolve(line.price, minor=0),
        substitutes=(),
    )

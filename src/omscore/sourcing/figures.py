"""Figures by node, and by node and sku, as a host gives them: checked, and in the order of ids.

A converter does not know which field it reads: it leaves what is no mapping as it is, for the
validator to refuse by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from attrs import Attribute

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import NodeId, Sku, checked

T = TypeVar("T")


def by_node(value: Mapping[str, int]) -> Mapping[NodeId, int]:
    """A converter: figures by node; `whole(1)` checks them."""
    figures: Mapping[NodeId, int] = _by(NodeId, value)
    return figures


def by_node_and_sku(value: Mapping[str, Mapping[str, int]]) -> Mapping[NodeId, Mapping[Sku, int]]:
    """A converter: figures by node and sku; `whole(2)` checks them."""
    figures: Mapping[NodeId, Mapping[Sku, int]] = _by(NodeId, value, lambda row: _by(Sku, row))
    return figures


def whole(deep: int) -> Callable[[object, Attribute[Any], object], None]:
    """A validator: whole numbers, zero or more, each under so many names."""

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        _check(value, deep, attribute.name)

    return check


def _by(id_: Callable[[str], Any], value: Any, then: Callable[[Any], Any] = lambda one: one) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {id_(name): then(value[name]) for name in sorted(value, key=str)}


def _check(value: object, deep: int, name: str) -> None:
    if not deep:
        if type(value) is not int or value < 0:
            raise Unreadable("a whole number, zero or more", f"$.{name}")
    elif not isinstance(value, Mapping):
        raise Unreadable("figures by name", f"$.{name}")
    else:
        for each, one in value.items():
            _check(one, deep - 1, f"{name}.{checked(each, name)}")

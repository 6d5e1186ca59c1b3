"""Values that a host gives for single orders, or for others who hold stock, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import checked

V = TypeVar("V")


def by_order(value: Mapping[str, V], name: str) -> Mapping[str, V]:
    """*value*, if it is a mapping by names."""
    if not isinstance(value, Mapping):
        raise Unreadable("a value for each order", f"$.{name}")
    return {checked(order, name): one for order, one in value.items()}


def ranks_of(value: Mapping[str, int]) -> Mapping[str, int]:
    """A converter: ranks by name, the lowest first."""
    found = by_order(value, "ranks")
    for order, one in found.items():
        if type(one) is not int:
            raise Unreadable("a whole number", f"$.ranks.{order}")
    return found

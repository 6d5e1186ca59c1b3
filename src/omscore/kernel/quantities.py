"""Whole numbers from outside: exactly `int`, within a bound; a bool or a float is refused."""

from __future__ import annotations

from attrs import Attribute

from omscore.kernel.errors import Unreadable

MOST_UNITS = 10**9


def units(value: object, name: str = "quantity", least: int = 1) -> int:
    """*value*, if it is exactly an `int` from *least* to a thousand million."""
    if type(value) is not int or not least <= value <= MOST_UNITS:
        raise Unreadable(f"a whole number from {least} to {MOST_UNITS}", f"$.{name}")
    return value


def some_units(_: object, attribute: Attribute[int], value: object) -> None:
    """A validator: at least one unit."""
    units(value, attribute.name)


def no_or_some_units(_: object, attribute: Attribute[int], value: object) -> None:
    """A validator: zero or more units."""
    units(value, attribute.name, least=0)


def signed_units(_: object, attribute: Attribute[int], value: object) -> None:
    """A validator: units that come or go, but not zero of them."""
    units(value, attribute.name, least=-MOST_UNITS)
    if value == 0:
        raise Unreadable("not zero", f"$.{attribute.name}")

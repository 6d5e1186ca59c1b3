"""Truth from outside: exactly `bool`; a number or a word that could stand for it is refused."""

from __future__ import annotations

from attrs import Attribute

from omscore.kernel.errors import Unreadable


def truth(value: object, name: str) -> bool:
    """*value*, if it is exactly true or false."""
    if type(value) is not bool:
        raise Unreadable("true or false", f"$.{name}")
    return value


def some_truth(_: object, attribute: Attribute[bool], value: object) -> None:
    """A validator: true or false."""
    truth(value, attribute.name)

"""Values of one kind from outside, alone or in pairs; anything else is refused by its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from attrs import Attribute

from omscore.kernel.errors import Unreadable
from omscore.kernel.several import several

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")


def of_kind(type_: type[T], value: object, name: str) -> T:
    """*value*, if it is a *type_*."""
    if not isinstance(value, type_):
        raise Unreadable(f"a value of {type_.__name__}", f"$.{name}")
    return value


def some_kind(type_: type[object]) -> Callable[[Any, Attribute[Any], object], None]:
    """A validator: a *type_*."""

    def validator(_: object, attribute: Attribute[Any], value: object) -> None:
        of_kind(type_, value, attribute.name)

    return validator


def pairs(value: Iterable[tuple[A, B]], name: str) -> tuple[tuple[A, B], ...]:
    """The pairs of *value*, each a tuple or a list."""
    row = several(value, name)
    for place, one in enumerate(row):
        if not isinstance(one, tuple | list) or len(one) != 2:
            raise Unreadable("two values", f"$.{name}[{place}]")
    return tuple((first, second) for first, second in row)

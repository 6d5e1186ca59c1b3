"""Several values from outside: a list or the like, never one string."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from attrs import Attribute

from omscore.kernel.errors import Unreadable

T = TypeVar("T")
Word = TypeVar("Word", bound=str)


def each(value: Iterable[T], name: str) -> Iterable[T]:
    """*value*, not read yet; `Unreadable` at *name* if it is a single one, or none at all."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise Unreadable("several of them, as in a list", f"$.{name}")
    return value


def several(value: Iterable[T], name: str) -> tuple[T, ...]:
    """The values of *value*; `Unreadable` at *name* if it is a single one, or none at all."""
    return tuple(each(value, name))


def several_of(type_: type[T], value: Iterable[T], name: str) -> tuple[T, ...]:
    """The same for values of *type_*; one of another kind is told by its place."""
    row = several(value, name)
    for place, one in enumerate(row):
        if not isinstance(one, type_):
            raise Unreadable(f"a {type_.__name__}", f"$.{name}[{place}]")
    return row


def each_once(
    read: Callable[[str, str], Word], value: Iterable[str], name: str
) -> tuple[Word, ...]:
    """The words of *value*, as *read* makes them of what is at *name*: each once, in order."""
    return tuple(sorted({read(one, name) for one in several(value, name)}))


def at_least_one(_: object, attribute: Attribute[T], value: T) -> None:
    """A validator: a row that is given has something in it."""
    if value is not None and not value:
        raise Unreadable("at least one", f"$.{attribute.name}")

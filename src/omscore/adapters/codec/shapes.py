"""Which shapes a field may have: what both converters know about types."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Iterable,
    Mapping,
    MutableMapping,
    MutableSequence,
    MutableSet,
    Sequence,
)
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import attrs
from attrs import Attribute, field, frozen

from omscore.kernel.keys import Key

Make = Callable[[Any], Any]
_ROWS: dict[Any, Make] = {tuple: tuple, Sequence: tuple, list: list, MutableSequence: list}
_SETS: dict[Any, Make] = {frozenset: frozenset, AbstractSet: frozenset, set: set, MutableSet: set}
_TABLES = (dict, Mapping, MutableMapping)
_WORDS = (str, int, bool)


@frozen
class Names:
    """The stable names of classes: what stands as `type` in JSON."""

    classes: Mapping[str, type[object]]
    _names: Mapping[type[object], str] = field(init=False, repr=False)

    @_names.default
    def _invert(self) -> Mapping[type[object], str]:
        return {cls: name for name, cls in self.classes.items()}

    def of(self, cls: type[object]) -> str | None:
        """The name of *cls*."""
        return self._names.get(cls)

    def cls(self, name: str) -> type[object]:
        """The class of this *name*; KeyError if there is none."""
        return self.classes[name]


MOST_NAMED = 24
"""How many names are told to whoever gives one that is like none of them."""


def known(classes: Iterable[str], name: object) -> str:
    """What was expected in the place of a *name* that is none of *classes*."""
    names = list(classes)
    near = get_close_matches(name, names, n=3) if isinstance(name, str) else []
    if near:
        return f"one of the known types, perhaps {' or '.join(near)}"
    return f"one of {', '.join(names)}" if len(names) <= MOST_NAMED else "one of the known types"


def plain(type_: Any) -> Any:
    """What a new type is made of."""
    while hasattr(type_, "__supertype__"):
        type_ = type_.__supertype__
    return type_


def fields(type_: Any) -> Sequence[Attribute[Any]]:
    """The fields of a class that its constructor takes, with their types resolved."""
    resolved = attrs.resolve_types(type_)
    return [one for one in attrs.fields(resolved) if one.init]


def is_key(type_: Any) -> bool:
    """Whether it is `Key[...]`."""
    return (get_origin(type_) or type_) is Key


def is_class(type_: Any) -> bool:
    """Whether it is an attrs class without parameters."""
    return isinstance(type_, type) and attrs.has(type_) and not is_key(type_)


def is_new(type_: Any) -> bool:
    """Whether it is a `NewType`."""
    return hasattr(type_, "__supertype__")


def is_literal(type_: Any) -> bool:
    """Whether it is `Literal[...]`."""
    return get_origin(type_) is Literal


def is_row(type_: Any) -> bool:
    """Whether it is a sequence of any length, such as `tuple[Line, ...]`."""
    return get_origin(type_) in _ROWS and not is_several(type_)


def is_several(type_: Any) -> bool:
    """Whether it is a tuple of fixed length."""
    return get_origin(type_) is tuple and Ellipsis not in get_args(type_)


def is_set(type_: Any) -> bool:
    """Whether it is a set."""
    return get_origin(type_) in _SETS


def is_table(type_: Any) -> bool:
    """Whether it is a mapping."""
    return get_origin(type_) in _TABLES


def is_union(type_: Any) -> bool:
    """Whether it is `A | B`."""
    return get_origin(type_) in (Union, UnionType)


def is_word(type_: Any) -> bool:
    """Whether it is text, and so can be a key of a JSON object."""
    if is_literal(type_):
        return all(isinstance(one, str) for one in get_args(type_))
    return plain(type_) is str


def element(type_: Any) -> Any:
    """What a sequence or a set is made of."""
    return get_args(type_)[0]


def items(type_: Any) -> tuple[Any, Any]:
    """The types of the keys and of the values of a mapping."""
    key, value = get_args(type_)
    return key, value


def maker(type_: Any) -> Make:
    """What makes the sequence or set."""
    origin = get_origin(type_)
    return _ROWS[origin] if origin in _ROWS else _SETS[origin]


def members(type_: Any, names: Names) -> tuple[dict[str, Any], list[Any]]:
    """The classes of a union by name, and the rest of it without None.

    TypeError where JSON could not tell the members apart.
    """
    args = [one for one in get_args(type_) if one is not NoneType]
    classes = {names.of(one) or one.__name__: one for one in args if is_class(one)}
    leaves = [one for one in args if not is_class(one)]
    single = len(leaves) + len(classes) == 1
    if single and classes:
        return {}, list(classes.values())
    told = [plain(one) for one in leaves]
    if len(leaves) > 1 or classes:
        if not all(one in _WORDS for one in told) or len(set(told)) < len(told):
            raise TypeError(f"JSON cannot tell apart the members of {type_}")
        if any(one.name == "type" for cls in classes.values() for one in fields(cls)):
            raise TypeError(f"a member of {type_} has a field of the name `type`")
    return classes, leaves

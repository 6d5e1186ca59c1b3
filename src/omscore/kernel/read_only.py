"""A mapping that says no to whoever would change it: facts are shown to plugins as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class ReadOnly(dict[K, V]):
    """A dict that is never changed; TypeError if somebody tries.  It can be copied and pickled."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a fact cannot be changed")

    __setitem__ = _refuse
    __delitem__ = _refuse
    __ior__ = _refuse
    clear = _refuse
    pop = _refuse
    popitem = _refuse
    setdefault = _refuse
    update = _refuse

    def __reduce__(self) -> tuple[Callable[[dict[K, V]], ReadOnly[K, V]], tuple[dict[K, V]]]:
        return ReadOnly, (dict(self),)

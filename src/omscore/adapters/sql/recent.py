"""States that were read or written a moment ago, so that they need not be decoded again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import NamedTuple

from attrs import define, field

from omscore.kernel.keys import Key

EACH = 64
"""What a state takes beside its text, as so many characters: its key, its place, empty fields."""


class Decoded(NamedTuple):
    """A state, and the digest and length of the text that it was decoded from."""

    digest: int
    state: object
    length: int

    @property
    def weight(self) -> int:
        """What it counts towards the bound: of a million tiny states the text is the least."""
        return EACH + self.length


@define(eq=False)
class Recent:
    """The latest states by key, up to so many characters in all, by weight; safe among threads.

    It never answers for the database: a reader shows the digest that it has and is told whether it
    is still that.  So neither a rollback nor a restored backup can make it lie, and states, being
    frozen, may be shared.  Decoded, a text takes some five to ten times its length.
    """

    most: int
    _found: OrderedDict[Key[object], Decoded] = field(factory=OrderedDict, init=False, repr=False)
    _weight: int = field(default=0, init=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False)

    def get(self, key: Key[object]) -> Decoded | None:
        """What was last seen at *key*."""
        with self._lock:
            if (found := self._found.get(key)) is not None:
                self._found.move_to_end(key)
            return found

    def put(self, states: Mapping[Key[object], Decoded]) -> None:
        """Remember what is at some keys, and forget what was not asked for the longest."""
        with self._lock:
            for key, decoded in states.items():
                before = self._found.pop(key, None)
                self._found[key] = decoded
                self._weight += decoded.weight - (0 if before is None else before.weight)
            while self._weight > self.most:
                _, oldest = self._found.popitem(last=False)
                self._weight -= oldest.weight

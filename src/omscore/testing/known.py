"""What a trace may refer to, and what every part of one is made with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol, TypeVar

from attrs import define, field
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from omscore.testing.strategies import seldom

T = TypeVar("T")
Step = object
"""A command; or a `timedelta`, for which nothing is asked."""

FIRST = 2
"""The number of the first command of a trace: the one before it told the facts."""

Supply = tuple[str, str, str]
WAITS = [timedelta(minutes=5), timedelta(minutes=45), timedelta(hours=7), timedelta(days=2)]
TTLS = [timedelta(minutes=5), timedelta(minutes=30), timedelta(days=3)]


@define
class Known:
    """What a trace may refer to: by name, and what has to be said of it.

    *orders* and *returns* have units by line, *supplies* are (document, node, sku); *sent* are
    orders of which something may have been shipped.  *carts* are (owner, command that may have
    reserved for him), where a shop that was just opened counts its commands from `FIRST`; *asked*
    is how many there were since.
    """

    orders: dict[str, Mapping[str, int]] = field(factory=dict)
    fulfillments: list[str] = field(factory=list)
    sent: list[str] = field(factory=list)
    returns: dict[str, tuple[str, Mapping[str, int]]] = field(factory=dict)
    quotes: list[str] = field(factory=list)
    carts: list[tuple[str, str]] = field(factory=list)
    supplies: list[Supply] = field(factory=list)
    papers: int = 0
    asked: int = 0

    def count(self, steps: Sequence[Step]) -> Sequence[Step]:
        """*steps*, whose commands are counted."""
        self.asked += sum(not isinstance(step, timedelta) for step in steps)
        return steps


class Draw(Protocol):
    """Draws from a strategy, as Hypothesis does inside a composite, or a test with `data`."""

    def __call__(self, strategy: SearchStrategy[T], /) -> T: ...


Next = Callable[[Draw, Known], Sequence[Step]]


def one(draw: Draw, names: Sequence[T], other: T) -> T:
    """One of *names*; *other* if there is none, and once in a while."""
    if not names or draw(seldom()):
        return other
    return draw(st.sampled_from(names))

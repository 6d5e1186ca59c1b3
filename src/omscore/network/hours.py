"""Opening hours of a place, as times on its wall clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from itertools import pairwise

from attrs import frozen

from omscore.kernel.errors import Unreadable
from omscore.kernel.several import several_of

MIDNIGHT = time()


@frozen(order=True)
class Opening:
    """A place is open on a *weekday* (0 is Monday) from one time to another, or to midnight."""

    weekday: int
    opens: time
    closes: time

    def __attrs_post_init__(self) -> None:
        if type(self.weekday) is not int or not 0 <= self.weekday <= 6:
            raise Unreadable("one of 0 (Monday) to 6 (Sunday)", "$.weekday")
        for name, one in ("opens", self.opens), ("closes", self.closes):
            if not isinstance(one, time) or one.tzinfo is not None:
                raise Unreadable("a time of day in the zone of the place", f"$.{name}")
        if self.closes != MIDNIGHT and self.closes <= self.opens:
            raise Unreadable("a time after it opens; midnight is the end of the day", "$.closes")


def openings(value: Iterable[Opening], name: str = "hours") -> tuple[Opening, ...]:
    """A converter: openings in order, none of which begins before another has ended."""
    found = tuple(sorted(several_of(Opening, value, name)))
    for one, other in pairwise(found):
        overlap = one.closes == MIDNIGHT or other.opens < one.closes
        if one.weekday == other.weekday and overlap:
            raise Unreadable("openings that do not overlap", f"$.{name}")
    return found


def windows(value: Iterable[Opening]) -> tuple[Opening, ...]:
    """A converter: the same, for windows of delivery."""
    return openings(value, "windows")

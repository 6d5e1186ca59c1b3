"""Rules about whether a node fits: what the item asks of it, how far it is, how it fares.

`classes` are words on an item, `tags` words on a node; both are the host's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import ClassVar

from attrs import field, frozen

from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import no_or_some_units, some_units
from omscore.kernel.reason import Reason
from omscore.kernel.several import at_least_one, each_once
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.need import Need
from omscore.sourcing.units import DAYS, KM, PERCENT, TAGS

# --- reasons ----------------------------------------------------------------------------------


@frozen
class WrongGroup(Reason):
    """The node is in none of the groups that may serve this."""

    code: ClassVar[str] = "sourcing.wrong-group"

    def __str__(self) -> str:
        return "the node is in none of the groups"


@frozen
class WrongClass(Reason):
    """The rule is for items of other classes."""

    code: ClassVar[str] = "sourcing.wrong-class"

    def __str__(self) -> str:
        return "an item of none of the classes"


@frozen
class WrongChannel(Reason):
    """The rule is for orders through other channels."""

    code: ClassVar[str] = "sourcing.wrong-channel"
    channel: str

    def __str__(self) -> str:
        return f"not through {self.channel}"


@frozen
class NotCarried(Reason):
    """The node does not handle items of the class."""

    code: ClassVar[str] = "sourcing.not-carried"
    class_: str

    def __str__(self) -> str:
        return f"the node does not carry {self.class_}"


@frozen
class TooFar(Reason):
    """The node is too far away."""

    code: ClassVar[str] = "sourcing.too-far"
    km: int
    limit_km: int

    def __str__(self) -> str:
        return f"{self.km} km away, where {self.limit_km} km are allowed"


@frozen
class TooBusy(Reason):
    """The day of the node is too full already."""

    code: ClassVar[str] = "sourcing.too-busy"
    percent: int
    limit: int

    def __str__(self) -> str:
        return f"{self.percent} % of its day is taken, where {self.limit} % are allowed"


@frozen
class RejectedBefore(Reason):
    """The node rejected this order too often."""

    code: ClassVar[str] = "sourcing.rejected-before"
    times: int

    def __str__(self) -> str:
        return f"rejected this order before: {self.times} times"


@frozen
class TooOld(Reason):
    """Too few units of the node last for long enough."""

    code: ClassVar[str] = "sourcing.too-old"
    fresh: int
    asked: int
    until: date

    def __str__(self) -> str:
        return f"{self.fresh} of {self.asked} units last until {self.until}"


# --- rules ------------------------------------------------------------------------------------


def _channels(value: Iterable[str]) -> tuple[str, ...]:
    return each_once(ids.checked, value, "channels")


def _prefixes(value: Iterable[str]) -> tuple[str, ...]:
    return each_once(ids.checked, value, "prefixes")


@frozen
class OnlyTags:
    """Only nodes with one of these *tags*, such as a group of nodes: see `fallbacks`."""

    tags: tuple[str, ...] = field(converter=ids.tags, validator=at_least_one, metadata=TAGS)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return None if any([tag in self.tags for tag in candidate.node.tags]) else WrongGroup()


@frozen
class OnlyClasses:
    """Only items of one of these *classes*: a condition for `When`."""

    classes: tuple[str, ...] = field(converter=ids.classes, validator=at_least_one)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return None if any([one in self.classes for one in need.classes]) else WrongClass()


@frozen
class OnlyChannels:
    """Only orders through one of these *channels*: a condition for `When`."""

    channels: tuple[str, ...] = field(converter=_channels, validator=at_least_one)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return None if need.channel in self.channels else WrongChannel(need.channel or "none")


@frozen
class Carries:
    """Items of these *classes* come only from nodes that have the same word as a tag.

    So do classes that begin with one of *prefixes*: with `brand:`, what is of `brand:acme` comes
    from nodes that carry the brand.  For hazardous, oversize or chilled goods, sellers and brands.
    """

    classes: tuple[str, ...] = field(default=(), converter=ids.classes)
    prefixes: tuple[str, ...] = field(default=(), converter=_prefixes)

    def __attrs_post_init__(self) -> None:
        if not self.classes and not self.prefixes:
            raise Unreadable("at least one class or prefix", "$.classes")

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        for one in need.classes:
            if (one in self.classes or one.startswith(self.prefixes)) and (
                one not in candidate.node.tags
            ):
                return NotCarried(one)
        return None


@frozen
class WithinKm:
    """Only nodes within so many *km*; abstains where it is not known how far it is."""

    km: int = field(validator=no_or_some_units, metadata=KM)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        far = candidate.distance_km
        return None if far is None or far <= self.km else TooFar(far, self.km)

    def loosened(self, reason: Reason, /) -> WithinKm | None:
        """With as many as it is."""
        return WithinKm(reason.km) if isinstance(reason, TooFar) else None

    def __str__(self) -> str:
        return f"at most {self.km} km away"


@frozen
class LoadAtMost:
    """Only nodes whose first day has at most *percent* taken; abstains without a limit."""

    percent: int = field(validator=no_or_some_units, metadata=PERCENT)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        load = candidate.load_percent
        return None if load is None or load <= self.percent else TooBusy(load, self.percent)

    def loosened(self, reason: Reason, /) -> LoadAtMost | None:
        """With as much as is taken."""
        return LoadAtMost(reason.percent) if isinstance(reason, TooBusy) else None

    def __str__(self) -> str:
        return f"at most {self.percent} % of a day taken"


@frozen
class RejectedAtMost:
    """Only nodes that rejected this order at most so many *times*, however long ago."""

    times: int = field(default=0, validator=no_or_some_units)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        before = candidate.rejections
        return None if before <= self.times else RejectedBefore(before)

    def loosened(self, reason: Reason, /) -> RejectedAtMost | None:
        """With as many as there were."""
        return RejectedAtMost(reason.times) if isinstance(reason, RejectedBefore) else None

    def __str__(self) -> str:
        return f"rejected at most {self.times} times"


@frozen
class ShelfLife:
    """Only nodes where all that is needed lasts for *days* after it could be delivered.

    Units that are not said to have an end last forever; abstains where nothing can be delivered.
    """

    days: int = field(validator=some_units, metadata=DAYS)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        if candidate.earliest is None or not candidate.rows or not candidate.use_by:
            return None
        until = candidate.earliest + timedelta(days=self.days)
        ending = max([units for day, units in candidate.use_by if day < until], default=0)
        fresh = max(0, candidate.rows[-1][1] - ending)
        return None if fresh >= need.quantity else TooOld(fresh, need.quantity, until)

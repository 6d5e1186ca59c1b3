"""Protection: supply shared out over channels and segments, in a tree.

Each segment has a share of what its parent has: a number of units, a percentage, or a ratio.  What
nobody has a share of stays with the parent, at the top as *unassigned*.  A demand takes from its
own share, then from its parents', then, if the policy allows, from siblings that rank lower, then
from what is unassigned.

Of what a parent has, percentages are split off first.  The rest goes to numbers of units, in
proportion if it is short of them, and what is left then to ratios.  Every split is by a divisor
method on fixed weights, so that all shares are whole, add up, and never fall when supply grows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Literal, get_args

import attrs
from attrs import Attribute, field, frozen

from omscore.atp.lots import UNLIMITED
from omscore.atp.methods import Row
from omscore.atp.shares import shares
from omscore.atp.sharing import rank
from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import some_units, units
from omscore.kernel.reason import Reason
from omscore.kernel.several import several_of
from omscore.kernel.truth import some_truth

Measure = Literal["units", "percent", "ratio"]
Base = Literal["original", "remaining"]
UNASSIGNED = ""
"""The name under which shares list what belongs to no segment; no id is empty."""


def _word(words: tuple[str, ...], value: object, name: str) -> None:
    if value not in words:
        raise Unreadable(f"one of {', '.join(words)}", f"$.{name}")


def _measure(_: object, attribute: Attribute[Measure], value: Measure) -> None:
    _word(get_args(Measure), value, attribute.name)


def _base(_: object, attribute: Attribute[Base], value: Base) -> None:
    _word(get_args(Base), value, attribute.name)


def _name(value: str) -> str:
    return ids.checked(value, "name")


def _parent(value: str | None) -> str | None:
    return ids.optional(value, "parent")


@frozen
class Segment:
    """A channel, a region, a class of customers: who may have *amount* of what the parent has.

    *amount* is a number of units, a percentage, or a weight among the ratios of one parent.
    Siblings of a lower *rank* come first.
    """

    name: str = field(converter=_name)
    amount: int = field(validator=some_units)
    measure: Measure = field(default="units", validator=_measure)
    parent: str | None = field(default=None, converter=_parent, kw_only=True)
    rank: int = field(default=0, validator=rank, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.measure == "percent" and self.amount > 100:
            raise Unreadable("100 percent at most", "$.amount")


@frozen
class Use:
    """Units that demand of a segment has taken already."""

    segment: str
    units: int = field(validator=some_units)


@frozen
class Taken:
    """Units taken from the share of a segment, or from `UNASSIGNED`."""

    source: str
    units: int


@frozen
class BeyondShare(Reason):
    """The segment may not have so many units."""

    code: ClassVar[str] = "protection.beyond-share"
    segment: str
    asked: int
    available: int

    def __str__(self) -> str:
        return f"{self.segment}: {self.asked} units asked, {self.available} in reach"


def _segments(value: Iterable[Segment]) -> tuple[Segment, ...]:
    segments = several_of(Segment, value, "segments")
    named = {one.name: one for one in segments}
    for place, one in enumerate(segments):
        path = f"$.segments[{place}]"
        if named[one.name] is not one:
            raise Unreadable("each name once", f"{path}.name")
        if one.parent is not None and one.parent not in named:
            raise Unreadable("the name of a segment", f"{path}.parent")
        if _circular(one, named):
            raise Unreadable("not a parent of its own parents", f"{path}.parent")
        family = [each for each in segments if each.parent == one.parent]
        if sum(each.amount for each in family if each.measure == "percent") > 100:
            raise Unreadable("100 percent at most, with its siblings", f"{path}.amount")
    return segments


def _circular(one: Segment, named: Mapping[str, Segment]) -> bool:
    seen, at = {one.name}, one.parent
    while at is not None and at in named:
        if at in seen:
            return True
        seen.add(at)
        at = named[at].parent
    return False


@frozen
class Protection:
    """A tree of segments, and who may take from whose share.

    *base* says what shares are of: the `original` supply, so that what a segment has taken counts
    against its own share; or what is `remaining`, so that shares are cut anew from what is left.
    What is original in a shop is said in `omscore.atp.rounds`.
    """

    segments: tuple[Segment, ...] = field(default=(), converter=_segments)
    base: Base = field(default="original", validator=_base, kw_only=True)
    siblings: bool = field(default=False, validator=some_truth, kw_only=True)
    unassigned: bool = field(default=True, validator=some_truth, kw_only=True)

    def shares(self, supply: int) -> dict[str, int]:
        """The own units of each segment, less its children's; and what is unassigned.

        They add up to *supply*, and none falls when it grows.
        """
        own = dict[str, int]()
        self._split(None, max(0, supply), own)
        return own

    def left(self, supply: int, used: Iterable[Use] = ()) -> dict[str, int]:
        """What is left of each share when *supply* is left in all, and *used* was taken before.

        What was taken beyond anybody's reach, since supply was lost, comes off what is unassigned,
        then off those that rank last.
        """
        gone = list(used)
        for place, one in enumerate(gone):
            self._known(one.segment, f"used[{place}].segment")
        if self.base == "remaining":
            return self.shares(supply)
        own, beyond = self.shares(max(0, supply) + sum(one.units for one in gone)), 0
        for one in gone:
            taken = list(_draw(own, self._reach(one.segment), one.units))
            beyond += one.units - sum(each.units for each in taken)
        for _ in _draw(own, [UNASSIGNED, *reversed(self._order())], beyond):
            pass
        return own

    def available(self, segment: str, supply: int, used: Iterable[Use] = ()) -> int:
        """How many units a demand of *segment*, or `UNASSIGNED`, may take when *supply* is left."""
        self._known(segment, "segment")
        left = self.left(supply, used)
        return sum(left[one] for one in self._reach(segment))

    def kept(self, segment: str, supply: int, used: Iterable[Use] = ()) -> dict[str, int]:
        """What is left in each share that a demand of *segment* may not take from.

        With what it may take that adds up to *supply*.
        """
        self._known(segment, "segment")
        reach = set(self._reach(segment))
        left = self.left(supply, used)
        return {one: units for one, units in left.items() if units and one not in reach}

    def take(
        self, segment: str, quantity: int, supply: int, used: Iterable[Use] = ()
    ) -> tuple[Taken, ...] | BeyondShare:
        """From whose shares *quantity* would come; or why it may not."""
        units(quantity)
        self._known(segment, "segment")
        left, reach = self.left(supply, used), self._reach(segment)
        if (there := sum(left[one] for one in reach)) < quantity:
            return BeyondShare(segment, quantity, there)
        return tuple(_draw(left, reach, quantity))

    def named(self, channel: str | None) -> str:
        """The segment of *channel*: the one of its name, or `UNASSIGNED`."""
        known = any(one.name == channel for one in self.segments)
        return channel if channel is not None and known else UNASSIGNED

    def curve(self, segment: str, rows: Iterable[Row], used: Iterable[Use] = ()) -> list[Row]:
        """*rows* with what a demand of *segment* may take of what is available.

        Where that is without limit there is nothing to share.
        """
        gone = list(used)

        def reach(there: int) -> int:
            if there >= UNLIMITED:
                return there
            return min(there, self.available(segment, there, gone))

        return [attrs.evolve(row, available=reach(row.available)) for row in rows]

    def _known(self, segment: str, name: str) -> None:
        if segment != UNASSIGNED and all(one.name != segment for one in self.segments):
            raise Unreadable("the name of a segment", f"$.{name}")

    def _children(self, parent: str | None) -> list[Segment]:
        """By rank, then name."""
        children = (one for one in self.segments if one.parent == parent)
        return sorted(children, key=lambda one: (one.rank, one.name))

    def _split(self, parent: str | None, supply: int, own: dict[str, int]) -> None:
        children = self._children(parent)
        parts = _parts(supply, children)
        own[UNASSIGNED if parent is None else parent] = supply - sum(parts)
        for child, part in zip(children, parts, strict=True):
            self._split(child.name, part, own)

    def _order(self, parent: str | None = None) -> list[str]:
        """All segments below *parent*, each before its children, by rank."""
        order = list[str]()
        for child in self._children(parent):
            order += [child.name, *self._order(child.name)]
        return order

    def _reach(self, segment: str) -> list[str]:
        """Whose shares a demand of *segment* may take from, in this order."""
        if segment == UNASSIGNED:
            return [UNASSIGNED]
        named = {one.name: one for one in self.segments}
        own, parent = named[segment], named[segment].parent
        reach = [segment]
        while parent is not None:
            reach.append(parent)
            parent = named[parent].parent
        if self.siblings:
            for one in reversed(self._children(own.parent)):
                if one.rank > own.rank:
                    reach += [one.name, *self._order(one.name)]
        return [*reach, UNASSIGNED] if self.unassigned else reach


def _parts(supply: int, children: Sequence[Segment]) -> list[int]:
    """What each of *children* gets of *supply*; the rest is their parent's own."""
    percents = [one.amount if one.measure == "percent" else 0 for one in children]
    wanted = [one.amount if one.measure == "units" else 0 for one in children]
    ratios = [one.amount if one.measure == "ratio" else 0 for one in children]
    *by_percent, rest = shares(supply, [*percents, 100 - sum(percents)])
    by_units = shares(min(rest, sum(wanted)), wanted)
    by_ratio = shares(rest - sum(by_units), ratios)
    return [sum(each) for each in zip(by_percent, by_units, by_ratio, strict=True)]


def _draw(own: dict[str, int], reach: Iterable[str], quantity: int) -> Iterator[Taken]:
    """Take up to *quantity* from *own*, in the order of *reach*."""
    for source in reach:
        if (part := min(own[source], quantity)) > 0:
            own[source] -= part
            quantity -= part
            yield Taken(source, part)

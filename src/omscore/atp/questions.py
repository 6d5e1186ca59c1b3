"""Questions: when a quantity can be had, in how many shipments, lines together, bundles whole.

Pure functions on curves.  A curve is any sequence of rows with a *day* and an *available* number,
days ascending, each holding until the next: what `AtpMethod.curve` gives.  Nothing is available
before its first row; its last row holds on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import ClassVar, Protocol, TypeVar

from attrs import field, frozen

from omscore.atp.lots import UNLIMITED, shown
from omscore.kernel import ids, moments
from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import units
from omscore.kernel.reason import Reason

Name = TypeVar("Name", bound=Hashable)


class Point(Protocol):
    """What a curve is made of."""

    @property
    def day(self) -> date:
        """From this day on,"""

    @property
    def available(self) -> int:
        """so many units may be promised."""


Curve = Sequence[Point]


@frozen
class Level:
    """The least that a curve is made of."""

    day: date
    available: int


@frozen
class NotBy(Reason):
    """Too few units may be promised in time; *latest* is the last day that was looked at."""

    code: ClassVar[str] = "atp.not-by"
    asked: int
    available: int
    latest: date

    def __str__(self) -> str:
        return f"{self.asked} units asked, {self.available} available by {self.latest}"


@frozen
class LineNotBy(Reason):
    """Lines that go together cannot all be had in time; this one lacks most units."""

    code: ClassVar[str] = "atp.line-not-by"
    line: str
    asked: int
    available: int
    latest: date

    def __str__(self) -> str:
        return f"{self.line}: {self.asked} units asked, {self.available} by {self.latest}"


@frozen
class Shipment:
    """Units that can go on a day."""

    day: date
    units: int


def at(curve: Curve, day: date) -> int:
    """How many units of *curve* may be promised for *day*."""
    place = bisect_right(curve, day, key=attrgetter("day"))
    return curve[place - 1].available if place else 0


def earliest(curve: Curve, quantity: int, latest: date | None = None) -> date | NotBy:
    """The first day on which *quantity* may be promised, *latest* at the latest; or why not."""
    units(quantity)
    _some(curve)
    within = _until(curve, latest)
    for one in within:
        if one.available >= quantity:
            return one.day
    return NotBy(quantity, _most(within), latest or curve[-1].day)


def shipments(
    curve: Curve, quantity: int, latest: date | None = None, first: int = 1
) -> tuple[Shipment, ...] | NotBy:
    """*quantity* as early as it may be promised, in parts: the first at least *first* units.

    The last part goes by *latest*, or nothing goes.  Each part leaves enough for those before it:
    from a day on at most the lowest later number is promised.
    """
    units(quantity)
    units(first, "first")
    _some(curve)
    within, had = _until(curve, latest), 0
    parts = list[Shipment]()
    for one, there in zip(within, safe(curve), strict=False):
        more = min(quantity, there) - had
        if more > 0 and (parts or more >= min(first, quantity)):
            parts.append(Shipment(one.day, more))
            had += more
    if had < quantity:
        there = max([0, *safe(curve)[: len(within)]])
        return NotBy(quantity, there, latest or curve[-1].day)
    return tuple(parts)


def together(
    curves: Mapping[Name, Curve], wanted: Iterable[tuple[Name, int]], latest: date | None = None
) -> date | LineNotBy:
    """The first day on which all of *wanted* may be promised at once; or the line that lacks most.

    Lines of the same name draw on one curve, so their quantities add up.
    """
    asked = sums(curves, wanted)
    for name in asked:
        _some(curves[name])
    days = sorted({one.day for name in asked for one in _until(curves[name], latest)})
    for day in days:
        if all(at(curves[name], day) >= quantity for name, quantity in asked.items()):
            return day
    last = latest or max(curves[name][-1].day for name in asked)
    had = {name: _most(_until(curves[name], latest)) for name in asked}
    worst = max(asked, key=lambda name: (asked[name] - had[name], str(name)))
    return LineNotBy(str(worst), asked[worst], had[worst], last)


def sums(curves: Mapping[Name, object], wanted: Iterable[tuple[Name, int]]) -> dict[Name, int]:
    """What is wanted of each of *curves*; `Unreadable` if that is nothing, or of no curve."""
    asked = dict[Name, int]()
    for place, (name, quantity) in enumerate(wanted):
        if name not in curves:
            raise Unreadable("the name of a curve", f"$.wanted[{place}]")
        asked[name] = asked.get(name, 0) + units(quantity, f"wanted[{place}].quantity")
    if not asked:
        raise Unreadable("at least one line", "$.wanted")
    return asked


def pooled(curves: Iterable[Curve]) -> list[Level]:
    """What may be promised of several places: the sum, none of them below zero."""
    places = list(curves)
    days = sorted({one.day for curve in places for one in curve})
    return [Level(day, shown(sum(max(0, at(one, day)) for one in places))) for day in days]


def _some(curve: Curve) -> None:
    if not curve:
        raise Unreadable("at least one row", "$.curve")


def _until(curve: Curve, latest: date | None) -> Curve:
    if latest is None:
        return curve
    last = moments.day(latest, "latest")
    return [one for one in curve if one.day <= last]


def _most(curve: Curve) -> int:
    return max((max(0, one.available) for one in curve), default=0)


def safe(curve: Curve) -> list[int]:
    """For each row of *curve*, the lowest number from there on; none is below the one before."""
    lows = [one.available for one in curve]
    for place in range(len(lows) - 2, -1, -1):
        lows[place] = min(lows[place], lows[place + 1])
    return lows


# --- bundles ----------------------------------------------------------------------------------


@frozen
class Bundles:
    """So many whole bundles may be promised from *day* on; *bottleneck* is what limits them.

    *node* is where they are complete; None if their parts come from several nodes.
    """

    day: date
    available: int
    bottleneck: ids.Sku
    node: ids.NodeId | None = field(default=None, kw_only=True)


Curves = Mapping[ids.Sku, Curve]


def bundles_at(
    parts: Mapping[ids.Sku, int], curves: Curves, node: ids.NodeId | None = None
) -> list[Bundles]:
    """Bundles that one node can complete: rows at every day on which a number changes.

    *parts* are the units of each sku in a bundle.  A sku without a curve is not there.
    """
    _sound(parts)
    days = sorted({one.day for sku in parts for one in curves.get(sku, ())})
    return [
        _bundles(day, parts, {sku: at(curves.get(sku, ()), day) for sku in parts}, node)
        for day in days
    ]


def bundles_at_one(
    parts: Mapping[ids.Sku, int], nodes: Mapping[ids.NodeId, Curves]
) -> list[Bundles]:
    """Bundles that are complete at a single node: on each day, those of the node with the most.

    Among equals the node that sorts first.
    """
    rows = {node: bundles_at(parts, nodes[node], node) for node in sorted(nodes)}
    days = sorted({one.day for curve in rows.values() for one in curve})
    best = list[Bundles]()
    for day in days:
        there = [one for curve in rows.values() if (one := _row(curve, day)) is not None]
        most = max(there, key=attrgetter("available"))
        best.append(Bundles(day, most.available, most.bottleneck, node=most.node))
    return best


def bundles_over(parts: Mapping[ids.Sku, int], nodes: Mapping[ids.NodeId, Curves]) -> list[Bundles]:
    """Bundles whose parts may come from any of the nodes: the sums limit them."""
    curves = {sku: pooled(one.get(sku, ()) for one in nodes.values()) for sku in parts}
    return bundles_at(parts, curves)


def _sound(parts: Mapping[ids.Sku, int]) -> None:
    if not parts:
        raise Unreadable("at least one part", "$.parts")
    for sku, count in parts.items():
        units(count, f"parts.{ids.sku(sku)}")


def _row(curve: Sequence[Bundles], day: date) -> Bundles | None:
    place = bisect_right(curve, day, key=attrgetter("day"))
    return curve[place - 1] if place else None


def _bundles(
    day: date, parts: Mapping[ids.Sku, int], there: Mapping[ids.Sku, int], node: ids.NodeId | None
) -> Bundles:
    """Whole bundles of what is there; the part that limits them, by name among equals."""
    whole = {
        sku: UNLIMITED if there[sku] == UNLIMITED else max(0, there[sku]) // count
        for sku, count in parts.items()
    }
    bottleneck = min(sorted(whole), key=whole.__getitem__)
    return Bundles(day, whole[bottleneck], bottleneck, node=node)

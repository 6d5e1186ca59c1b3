"""Lacking: the smallest change that would make possible what `omscore.atp.questions` refuses.

A change is so many more units that can be used from a day on.  Smallest means fewest units, and of
such changes the latest day.  The curve is thought to be higher by that number from that day on, as
it is for look-ahead, where nothing is left uncovered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from omscore.atp.projected import Lacks
from omscore.atp.questions import Curve, Level, Name, at, safe, sums
from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import units

_DAY = timedelta(days=1)


def lacking(curve: Curve, quantity: int, latest: date | None = None) -> Lacks | None:
    """What `earliest` lacks to have *quantity* by *latest*; None if it lacks nothing."""
    found = _fewest({"": curve}, {"": units(quantity)}, latest)
    return found[""] if found else None


def lacking_shipments(curve: Curve, quantity: int, latest: date | None = None) -> Lacks | None:
    """What `shipments` lack, which leave enough for those before them."""
    lows = [Level(one.day, low) for one, low in zip(curve, safe(curve), strict=True)]
    return lacking(lows, quantity, latest)


def lacking_together(
    curves: Mapping[Name, Curve], wanted: Iterable[tuple[Name, int]], latest: date | None = None
) -> dict[Name, Lacks]:
    """What lines that go together lack, by name: the fewest units in all; nothing, if none."""
    return _fewest(curves, sums(curves, wanted), latest)


def lacking_bundles(
    parts: Mapping[ids.Sku, int],
    curves: Mapping[ids.Sku, Curve],
    quantity: int,
    latest: date | None = None,
) -> dict[ids.Sku, Lacks]:
    """What lacks for *quantity* bundles of *parts*, by sku; a sku without a curve is not there."""
    units(quantity)
    start = min((one.day for curve in curves.values() for one in curve[:1]), default=None)
    if start is None:
        raise Unreadable("at least one row", "$.curves")
    there = {sku: curves.get(sku) or [Level(start, 0)] for sku in parts}
    return _fewest(there, {sku: quantity * count for sku, count in parts.items()}, latest)


def _fewest(
    curves: Mapping[Name, Curve], asked: Mapping[Name, int], latest: date | None
) -> dict[Name, Lacks]:
    """What lacks on the day, up to *latest*, on which fewest units lack; the last such day."""
    for name in asked:
        if not curves[name]:
            raise Unreadable("at least one row", "$.curve")
    last = latest or max(curves[name][-1].day for name in asked)
    by = min(
        reversed(_ends(curves, asked, last)),
        key=lambda day: sum(_missing(curves[name], some, day) for name, some in asked.items()),
    )
    return {
        name: Lacks(missing, by)
        for name, quantity in asked.items()
        if (missing := _missing(curves[name], quantity, by))
    }


def _ends(curves: Mapping[Name, Curve], asked: Iterable[Name], last: date) -> list[date]:
    """The last day of each span in which no number changes, up to *last*."""
    starts = {one.day for name in asked for one in curves[name]}
    return sorted({*(one - _DAY for one in starts if one <= last and one > min(starts)), last})


def _missing(curve: Curve, quantity: int, day: date) -> int:
    return max(0, quantity - max(0, at(curve, day)))

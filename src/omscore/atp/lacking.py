"""Lacking: the smallest change that would make possible what `omscore.atp.questions` refuses.

A change is so many more units that can be used from a day on.  Smallest means fewest units, and of
such changes the latest day.  A curve is thought to be higher by that number from that day on.  That
is so for look-ahead with nothing withheld; whatever is withheld is known to an `Outlook`, which is
asked what it would take (`lacking_of`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from omscore.atp.lots import UNLIMITED
from omscore.atp.outlook import NothingWouldDo, Outlook
from omscore.atp.projected import Lacks
from omscore.atp.questions import Curve, Level, Name, at, safe, sums
from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import units
from omscore.kernel.reason import Reason

_DAY = timedelta(days=1)
L = TypeVar("L", bound=Reason)


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


def lacking_of(
    outlooks: Mapping[Name, Outlook], wanted: Iterable[tuple[Name, int]], latest: date | None = None
) -> dict[Name, Lacks | NothingWouldDo]:
    """What lacks, by name, for all of *wanted* on one day up to *latest*; nothing, if none.

    Of all days, the last on which fewest units lack; without *latest*, up to the last one on which
    more may be promised.
    """
    asked = sums(outlooks, wanted)
    curves = {name: [Level(*row) for row in outlooks[name].curve()] for name in asked}
    last = latest or _last(curves)
    days = [last]
    if not all(outlooks[name].rising for name in asked):
        days = _ends({day for name in asked for day in outlooks[name].turns()}, last)

    def missing(day: date) -> dict[Name, Lacks | NothingWouldDo]:
        found = {name: outlooks[name].lacks(some, day) for name, some in asked.items()}
        return {name: one for name, one in found.items() if one is not None}

    return _least(days, missing)


def _fewest(
    curves: Mapping[Name, Curve], asked: Mapping[Name, int], latest: date | None
) -> dict[Name, Lacks]:
    for name in asked:
        if not curves[name]:
            raise Unreadable("at least one row", "$.curve")
    there = {name: curves[name] for name in asked}

    def missing(day: date) -> dict[Name, Lacks]:
        lacking = {name: some - at(there[name], day) for name, some in asked.items()}
        return {name: Lacks(units, day) for name, units in lacking.items() if units > 0}

    starts = {one.day for curve in there.values() for one in curve}
    return _least(_ends(starts, latest or _last(there)), missing)


def _last(curves: Mapping[Name, Curve]) -> date:
    return max(curve[-1].day for curve in curves.values())


def _ends(starts: set[date], last: date) -> list[date]:
    """The last day of each span in which no number changes, by their *starts*, up to *last*."""
    return sorted({*(one - _DAY for one in starts if one <= last and one > min(starts)), last})


def _least(days: Sequence[date], missing: Callable[[date], dict[Name, L]]) -> dict[Name, L]:
    """What is *missing* on that of *days* on which fewest units are; on the last of such days."""
    return min(map(missing, reversed(days)), key=lambda found: sum(map(_units, found.values())))


def _units(lacks: Reason) -> int:
    return lacks.units if isinstance(lacks, Lacks) else UNLIMITED

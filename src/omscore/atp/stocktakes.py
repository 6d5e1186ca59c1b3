"""Counts of stock: what somebody counted, as of when, and what it says of what is on hand.

A count is of its instant: what came and went after it counts too, and what is told later of the
time before it is in the count already.  So a count is compared with the position as it was then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal, assert_never

import attrs
from attrs import frozen

from omscore.atp.buckets import Bucket
from omscore.atp.movements import (
    DemandScheduled,
    StockEntered,
    SupplyScheduled,
    UnitsCommitted,
    UnitsConsumed,
    UnitsFreed,
    UnitsReserved,
)
from omscore.atp.position import Position
from omscore.kernel.errors import Broken
from omscore.kernel.ids import DocumentId
from omscore.kernel.keys import Kind
from omscore.kernel.recorded import Stamp

Counts = Literal["physical", "on-shelf", "available"]
COUNTS: tuple[Counts, ...] = ("physical", "on-shelf", "available")


@frozen
class StockCounted:
    """So many units were counted, as of *stamp*: *difference* more than the books said."""

    document: DocumentId
    counts: Counts
    counted: int
    difference: int
    stamp: Stamp


@frozen
class Stocktake:
    """The last count of a position."""

    document: DocumentId
    counts: Counts
    counted: int
    stamp: Stamp


def evolve(stocktake: Stocktake | None, /, *events: StockCounted) -> Stocktake:
    """The last of all counts."""
    for one in events:
        stocktake = Stocktake(one.document, one.counts, one.counted, one.stamp)
    if stocktake is None:
        raise Broken("a stocktake begins by being counted")
    return stocktake


STOCKTAKE = Kind("stocktake", Stocktake, evolve, (StockCounted,))


def difference(
    counted: int, counts: Counts, then: Position, *, picked: int, today: date, now: datetime
) -> int:
    """How many units more than *then* was on hand the count says that there were.

    Of what is on the shelf, *picked* units are not.  What a vendor calls available is free of our
    promises and of foreign demand; a quote of ours he does not know.  That none is available says
    that no more is there than was promised, and nothing of how many that are.
    """
    match counts:
        case "physical":
            return counted - then.on_hand
        case "on-shelf":
            return counted + picked - then.on_hand
        case "available":
            known = attrs.evolve(then, held=(), endless=None, lots=())
            more = counted - known.available(today, today=today, now=now)
            return more if counted else min(0, more)
        case _:
            assert_never(counts)


def rewound(position: Position, events: Iterable[object]) -> Position:
    """*position* as it was before *events*: on hand, supply, demand and what was committed.

    What counts corrected stays corrected: a count that comes later must be of a later instant.
    """
    on_hand = position.on_hand
    supply, committed, foreign = (Counter[date]() for _ in range(3))
    for one in position.buckets:
        supply[one.day], committed[one.day] = one.supply, one.committed
        foreign[one.day] = one.foreign
    for event in events:
        match event:
            case StockEntered(cause, units):
                on_hand -= 0 if cause == "counted" else units
            case SupplyScheduled(day, units):
                supply[day] -= units
            case DemandScheduled(day, units):
                foreign[day] -= units
            case UnitsReserved(_, day, units, None) | UnitsCommitted(_, day, units):
                committed[day] -= units
            case UnitsFreed(_, day, units, None):
                committed[day] += units
            case UnitsConsumed(_, day, units):
                on_hand += units
                committed[day] += units
            case _:
                pass
    days = sorted({*supply, *committed, *foreign})
    buckets = tuple(Bucket(day, supply[day], committed[day], foreign[day]) for day in days)
    return attrs.evolve(position, on_hand=on_hand, buckets=buckets, wants=())

"""What a node can send of a sku by which day, as sourcing reads it.

A plan reads rows that only rise: up to each day no more may leave than the last row says.  Where
units expire, what is available falls again.  Then only days on which it rises make rows, and the
days in between on which less may leave are closed: what is planned within that is granted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

from attrs import frozen

from omscore.atp.position import Position
from omscore.atp.terms import Terms
from omscore.kernel.moments import local_day
from omscore.network.calendar import ship_day_of_stock
from omscore.network.facts import Network, Node
from omscore.sourcing.question import Rows, Spans

_DAY = timedelta(days=1)


@frozen
class Shelf:
    """*rows* from which day on how much may leave; *use_by* what must be used by when; *closed*."""

    rows: Rows
    use_by: Rows = ()
    closed: Spans = ()


def shelf(position: Position, terms: Terms, node: Node, network: Network, now: datetime) -> Shelf:
    """What *node* can send on these *terms*."""
    today = local_day(now, node.zone)
    rows = terms.curve(position, today, today=today, now=now)
    if not position.expiring:
        return Shelf(rows)
    ships = {day: ship_day_of_stock(node, network, day, now) for day, _ in rows}
    found = {day: terms.available(position, ships[day], today=today, now=now) for day in ships}
    rising = list(_rising(found))
    marks = sorted((ships[day], units) for day, units in rising)
    return Shelf(rising, list(_ends(position)), list(_closed(marks, list(rows))))


def _rising(found: dict[date, int]) -> Iterator[tuple[date, int]]:
    last = 0
    for day in sorted(found):
        if found[day] > last:
            last = found[day]
            yield day, last


def _closed(marks: list[tuple[date, int]], curve: Rows) -> Iterator[tuple[date, date]]:
    """The spans of days on which less is available than the rows so far say."""
    days = sorted({day for day, _ in (*marks, *curve)})
    for start, end in pairwise([*days, date.max]):
        most = max((units for day, units in marks if day <= start), default=0)
        there = [units for day, units in curve if day <= start]
        if there and there[-1] < most:
            yield start, end - _DAY if end < date.max else end


def _ends(position: Position) -> Iterator[tuple[date, int]]:
    """How many units on hand must be used by which day, in all."""
    total = 0
    for one in position.lots:
        if one.day is None and one.lot.use_by is not None:
            total += one.units
            yield one.lot.use_by, total

"""When something is handed over: ready to be collected, or delivered within a window.

It is ready after so much work, while the place is open: in its hours, on the working days of its
calendar.  Times that the clock skips or shows twice are those of a cut-off (see `calendar`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from omscore.kernel.errors import Unreadable
from omscore.kernel.moments import Window, local_day
from omscore.network.calendar import LONGEST_REST, at_local, calendar_of, works
from omscore.network.facts import Lane, Network, Node
from omscore.network.hours import MIDNIGHT, Opening

_DAY = timedelta(days=1)


def windows(node: Node, network: Network, day: date) -> Iterator[Window]:
    """The times in which *node* is open on *day*; none on a day on which it does not work."""
    if works(calendar_of(network, node.calendar), day):
        yield from _on(node.hours, node.zone, day)


def delivery_windows(lane: Lane, day: date) -> Iterator[Window]:
    """The times of *day* between which a customer may choose, where a lane has any."""
    return _on(lane.windows, lane.zone or "UTC", day)


def _on(hours: Iterable[Opening], zone: str, day: date) -> Iterator[Window]:
    for one in hours:
        if one.weekday == day.weekday():
            ends = day + _DAY if one.closes == MIDNIGHT else day
            start, end = at_local(day, one.opens, zone), at_local(ends, one.closes, zone)
            if start < end:  # a change of the clock may leave nothing of it
                yield Window(start, end)


def ready_at(node: Node, network: Network, day: date, now: datetime) -> datetime | None:
    """The first instant at which what is there on *day* can be collected; None without hours.

    Work on it begins *now*, or when the place opens on *day*, and goes on while the place is open,
    for the minutes that the node takes to hand something out.  `Unreadable` if it does not open for
    a year.
    """
    if not node.hours:
        return None
    left = timedelta(minutes=node.collect_minutes)
    first = max(day, local_day(now, node.zone))
    for ahead in range(LONGEST_REST):
        for window in windows(node, network, first + ahead * _DAY):
            start = max(window.start, now)
            if start < window.end:
                if start + left < window.end:
                    return start + left
                left -= window.end - start
    raise Unreadable("a node that opens within a year", f"$.nodes.{node.id}.hours")

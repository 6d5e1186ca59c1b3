"""Working days and instants: when a node ships, when a parcel arrives, when work is released.

A day is counted where it happens: processing in the node's calendar and zone, transit in the
carrier's calendar, delivery in the destination's.  What becomes releasable strictly before the
cut-off counts for that working day.  The cut-off is a time on the node's wall clock; where the
clock skips it in spring it falls on the instant of the change, and where the clock shows it twice
in autumn the first time counts.

Days are walked forward to promise, and backward to say until when to order.  The two agree: what is
releasable arrives by a day exactly if it is releasable before the instant that leads to that day.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import CalendarId
from omscore.network.facts import Calendar, Lane, Network, Node

LONGEST_REST = 366
EVERY_DAY = Calendar(CalendarId("every-day"), weekdays=range(7))
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


def works(calendar: Calendar, day: date) -> bool:
    """Whether *day* is a working day."""
    return day.weekday() in calendar.weekdays and day not in calendar.holidays


@lru_cache(maxsize=65_536)
def working_day(calendar: Calendar, day: date) -> date:
    """The first working day on or after *day*; `Unreadable` if a year has none."""
    for ahead in range(LONGEST_REST):
        if works(calendar, day + ahead * _DAY):
            return day + ahead * _DAY
    raise Unreadable("a working day within a year", f"$.calendars.{calendar.id}")


@lru_cache(maxsize=65_536)
def add_working_days(calendar: Calendar, day: date, days: int) -> date:
    """The working day that is *days* working days after the first one on or after *day*."""
    at = working_day(calendar, day)
    for _ in range(days):
        at = working_day(calendar, at + _DAY)
    return at


@lru_cache(maxsize=65_536)
def last_working_day(calendar: Calendar, day: date) -> date:
    """The last working day on or before *day*; `Unreadable` if a year has none."""
    for ago in range(LONGEST_REST):
        if works(calendar, day - ago * _DAY):
            return day - ago * _DAY
    raise Unreadable("a working day within a year", f"$.calendars.{calendar.id}")


@lru_cache(maxsize=65_536)
def take_working_days(calendar: Calendar, day: date, days: int) -> date:
    """The latest day from which adding *days* working days leads to *day* at the latest."""
    at = last_working_day(calendar, day)
    for _ in range(days):
        at = last_working_day(calendar, at - _DAY)
    return at


def calendar_of(network: Network, id_: CalendarId | None) -> Calendar:
    """The calendar of this id; every day, without one."""
    return EVERY_DAY if id_ is None else network.calendars[id_]


def at_local(day: date, moment: time, zone: str) -> datetime:
    """The instant at which the wall clock in *zone* first shows *moment* on *day*, or skips it."""
    local = datetime.combine(day, moment.replace(fold=0), ZoneInfo(zone))
    instant = local.astimezone(UTC)
    if instant.astimezone(ZoneInfo(zone)).replace(fold=0) == local:
        return instant
    # The clock skips this time: by one of its readings it is before the change, by one after.
    return _change(local.replace(fold=1).astimezone(UTC), instant, ZoneInfo(zone))


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first whole second at which the clock in *zone* is set as it is *after*."""
    start, there = before.replace(microsecond=0), after.astimezone(zone).utcoffset()

    def has_changed(second: int) -> bool:
        return (start + second * _SECOND).astimezone(zone).utcoffset() == there

    most = int((after - start) / _SECOND)
    return start + bisect_left(range(most), True, key=has_changed) * _SECOND


def ship_day(node: Node, network: Network, releasable: datetime) -> date:
    """The day on which what is *releasable* now leaves *node*."""
    calendar = calendar_of(network, node.calendar)
    today = releasable.astimezone(ZoneInfo(node.zone)).date()
    start = working_day(calendar, today)
    if (
        start == today
        and node.cut_off is not None
        and releasable >= at_local(today, node.cut_off, node.zone)
    ):
        start = working_day(calendar, today + _DAY)
    return add_working_days(calendar, start, node.processing_days)


def ship_day_of_supply(node: Node, network: Network, due: date) -> date:
    """The day on which supply that is due on *due* can leave *node* again."""
    return add_working_days(calendar_of(network, node.calendar), due, node.processing_days)


def ship_day_of_stock(node: Node, network: Network, there: date, now: datetime) -> date:
    """The first day after *now* on which what is *there* on a day can leave *node*."""
    first = ship_day(node, network, now)
    if there <= now.astimezone(ZoneInfo(node.zone)).date():
        return first
    return max(first, ship_day_of_supply(node, network, there))


def next_ship_day(node: Node, network: Network, day: date) -> date:
    """The working day of *node* after *day*."""
    return working_day(calendar_of(network, node.calendar), day + _DAY)


def delivery_day(lane: Lane, network: Network, shipped: date) -> date:
    """The day on which a parcel that leaves on *shipped* arrives by *lane*."""
    carrier = calendar_of(network, lane.carrier_calendar)
    there = add_working_days(carrier, shipped, lane.transit_days)
    return working_day(calendar_of(network, lane.delivery_calendar), there)


def release_at(node: Node, network: Network, ships: date) -> datetime:
    """The instant at which the work for a ship day is due to be given to *node*.

    It is the start, local midnight, of the working day on which processing has to begin.
    """
    begins = take_working_days(calendar_of(network, node.calendar), ships, node.processing_days)
    return at_local(begins, time(), node.zone)


# --- backward ---------------------------------------------------------------------------------


def latest_ship_day(lane: Lane, network: Network, wanted: date) -> date:
    """The last day on which a parcel may leave that arrives by *lane* on *wanted* or before."""
    there = last_working_day(calendar_of(network, lane.delivery_calendar), wanted)
    return take_working_days(calendar_of(network, lane.carrier_calendar), there, lane.transit_days)


def ordered_before(node: Node, network: Network, ships: date) -> datetime:
    """The instant before which work must be releasable to leave *node* on *ships* or before."""
    start = take_working_days(calendar_of(network, node.calendar), ships, node.processing_days)
    if node.cut_off is not None:
        return at_local(start, node.cut_off, node.zone)
    return at_local(start + _DAY, time(), node.zone)

"""When people work: node staff, carriers, senders of goods; always in the node's own zone.

A working day of a node lasts from 08:00 to 17:00.  Its parcels are collected two hours after its
cut-off; without a cut-off, late in the evening.  Parcels arrive between 09:00 and 17:00, on a
delivery day of their lane.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from attrs import frozen

from omscore.kernel.moments import local_day
from omscore.network.calendar import (
    EVERY_DAY,
    add_working_days,
    at_local,
    calendar_of,
    delivery_day,
    works,
)
from omscore.network.facts import Calendar, Lane, Network, Node

OPENS, CLOSES, EVENING = time(8), time(17), time(23, 30)
ARRIVES_FROM, ARRIVES_UNTIL = time(9), time(17)
COLLECTED_AFTER = timedelta(hours=2)
LEAST_WORK = timedelta(minutes=20)
_DAY = timedelta(days=1)


def between(start: datetime, end: datetime, share: float) -> datetime:
    """The moment at which *share* of the time from *start* to *end* has passed."""
    return start + (end - start) * share


@frozen
class Timetable:
    """The working hours of every node of a *network*."""

    network: Network

    def works_from(self, node: Node, at: datetime) -> datetime:
        """The first moment from *at* on at which *node* works; its closing stops no work."""
        day = local_day(at, node.zone)
        if works(self._calendar(node), day):
            return max(at, at_local(day, OPENS, node.zone))
        return self.opens(node, day)

    def opens(self, node: Node, day: date, later: int = 0) -> datetime:
        """When *node* opens, *later* working days after the first one on or after *day*."""
        return at_local(add_working_days(self._calendar(node), day, later), OPENS, node.zone)

    def closes(self, node: Node, at: datetime) -> datetime:
        """When the day of *node* ends on which *at* is."""
        return at_local(local_day(at, node.zone), CLOSES, node.zone)

    def collected(self, node: Node, day: date) -> datetime:
        """When the carrier collects the parcels of *day*."""
        if node.cut_off is None:
            return at_local(day, EVENING, node.zone)
        last = at_local(day, EVENING, node.zone)
        return min(last, at_local(day, node.cut_off, node.zone) + COLLECTED_AFTER)

    def arrives(
        self, node: Node, lane: Lane, left: datetime, late: int, chance: Random
    ) -> datetime:
        """When a parcel that *left* arrives, *late* delivery days after its plan.

        It may be early (below zero), but not on the day on which it left, unless that is planned.
        """
        sent = local_day(left, node.zone)
        plan = delivery_day(lane, self.network, sent)
        calendar = calendar_of(self.network, lane.delivery_calendar)
        day = _moved(calendar, plan, late, sent + _DAY)
        start = max(left, at_local(day, ARRIVES_FROM, node.zone))
        end = max(start + LEAST_WORK, at_local(day, ARRIVES_UNTIL, node.zone))
        return between(start, end, chance.uniform(0.01, 1.0))

    def _calendar(self, node: Node) -> Calendar:
        return calendar_of(self.network, node.calendar) if node.calendar else EVERY_DAY


def _moved(calendar: Calendar, plan: date, days: int, least: date) -> date:
    """The day that is *days* delivery days from *plan*; if earlier, then not before *least*."""
    if days >= 0:
        return add_working_days(calendar, plan, days)
    day = plan
    for _ in range(-days):
        earlier = day - _DAY
        while earlier > least and not works(calendar, earlier):
            earlier -= _DAY
        if earlier < least or not works(calendar, earlier):
            break
        day = earlier
    return day

"""An outlook: what may be promised of a position, on terms, and the smallest change to it.

A change is so many more units that can be used from a day on.  Smallest means fewest units, and of
such changes the latest day.  It is found by trying: by the position with those units, and by the
terms of then.  Units by today are in hand, so that safety stock grows where it is a part of what
the network has; those of a later day are due.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import ClassVar

import attrs
from attrs import frozen

from omscore.atp import counting as ways
from omscore.atp.entries import EVERYTHING, FARTHEST_DAYS
from omscore.atp.lots import Lot
from omscore.atp.methods import AtpMethod
from omscore.atp.movements import StockEntered, SupplyScheduled
from omscore.atp.position import Position, evolve
from omscore.atp.projected import Lacks, LookAhead
from omscore.atp.terms import MATCHING, Terms
from omscore.kernel.ids import DocumentId
from omscore.kernel.quantities import MOST_UNITS
from omscore.kernel.reason import Reason

LOOK_AHEAD = LookAhead()
_DAY = timedelta(days=1)
_MORE = DocumentId("more")
_USABLE = Lot(kind="on-hand")
"""Units that need not be put away on the day on which they come."""


@frozen
class NothingWouldDo(Reason):
    """No more units would do: all are withheld, it is too soon, or the node takes no work."""

    code: ClassVar[str] = "atp.nothing-would-do"
    asked: int

    def __str__(self) -> str:
        return f"no supply would make {self.asked} units available"


@frozen
class Outlook:
    """*position* as it looks *today*, at *now*, to who has units promised on *terms*.

    *terms_with* says what the terms are if so many more units are in hand.  *closed* is why a node
    promises nothing, if it does not.
    """

    position: Position
    terms_with: Callable[[int], Terms]
    today: date
    now: datetime
    closed: Reason | None = None

    @property
    def terms(self) -> Terms:
        """The terms of now."""
        return self.terms_with(0)

    @property
    def rising(self) -> bool:
        """Whether for a later day never fewer may be promised."""
        plain = self.terms.method is None and self.terms.counting == ways.PLAIN
        return plain and not self.position.expiring

    @property
    def method(self) -> AtpMethod:
        """What finds how many units there are: what was chosen, or what tells as grants do."""
        if self.terms.method is not None:
            return self.terms.method
        matched = self.position.expiring or self.terms.counting.serves != EVERYTHING
        return MATCHING if matched else LOOK_AHEAD

    def available(self, day: date) -> int:
        """How many units may be promised for *day*; negative if promises cannot be kept.

        A day that has passed is answered as today.
        """
        asked = max(day, self.today)
        there = self.terms.available(self.position, asked, today=self.today, now=self.now)
        return there if self.closed is None else min(0, there)

    def curve(self) -> Sequence[tuple[date, int]]:
        """How many units may be promised from which day on, from today; no row is negative."""
        if self.closed is not None:
            return [(self.today, 0)]
        return self.terms.curve(self.position, self.today, today=self.today, now=self.now)

    def turns(self) -> set[date]:
        """The days on which so many units may be others, also where promises cannot be kept."""
        position, ends = self.position, [one.lot.use_by for one in self.position.lots]
        taken = [one.day for one in position.buckets] + [one.day for one in position.held]
        spent = [one + _DAY for one in ends if one is not None and one < date.max]
        start = self.today
        found = self.terms.days(position, start, today=start, now=self.now)
        return {day for day in (*found, *taken, *spent) if day >= start}

    def lacks(self, quantity: int, day: date) -> Lacks | NothingWouldDo | None:
        """The smallest change with which *quantity* may be promised for *day*; None if it may."""
        if day < self.today or self.closed is not None:
            return NothingWouldDo(quantity)
        if (there := self.available(day)) >= quantity:
            return None

        def enough(by: date, units: int) -> bool:
            return self._with(units, by).available(day) >= quantity

        def fewest(by: date) -> int | None:
            return _fewest(partial(enough, by), quantity - there)

        in_hand, due = fewest(self.today), fewest(self.today + _DAY)
        if due is None or (in_hand is not None and in_hand < due):
            return NothingWouldDo(quantity) if in_hand is None else Lacks(in_hand, self.today)
        days = [self.today + ahead * _DAY for ahead in range(1, self._ahead(day) + 1)]
        return Lacks(due, days[bisect_left(days, True, key=lambda by: not enough(by, due)) - 1])

    def _with(self, units: int, by: date) -> Outlook:
        """The same with so many more units that can be used from *by* on."""
        if by > self.today:
            due = SupplyScheduled(by, units, _MORE, _USABLE)
            return attrs.evolve(self, position=evolve(self.position, due))
        entered = StockEntered("found", units, _MORE)
        return attrs.evolve(
            self,
            position=evolve(self.position, entered),
            terms_with=lambda more: self.terms_with(units + more),
        )

    def _ahead(self, day: date) -> int:
        """How many days from today *day* is, or the last one on which anything is taken."""
        taken = [one.day for one in self.position.buckets] + [one.day for one in self.position.held]
        return min(FARTHEST_DAYS, (max([day, self.today + _DAY, *taken]) - self.today).days)


def _fewest(enough: Callable[[int], bool], least: int) -> int | None:
    """The fewest units, at least *least*, that are *enough*; None if no number is."""
    low, high = least, least
    while high < MOST_UNITS and not enough(high):
        low, high = high, min(2 * high, MOST_UNITS)
    units = range(low, high + 1)
    place = bisect_left(units, True, key=enough)
    return units[place] if place < len(units) else None

"""Methods that look at projected stock: the lowest of all later days, or what receipts leave.

Projected stock of a day is what is on hand, and supply up to that day, less demand up to it; supply
of a day counts before demand of that day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import accumulate
from operator import attrgetter
from typing import ClassVar

import attrs
from attrs import field, frozen

from omscore.atp.counting import Counted
from omscore.atp.entries import Entry, some_days, unlimited
from omscore.atp.methods import (
    DEFAULTS,
    AtpMethod,
    Because,
    Options,
    Step,
    TooSoon,
    asked,
    figures,
    taken_on,
)
from omscore.kernel.quantities import units
from omscore.kernel.reason import Reason

_DAY = timedelta(days=1)


@frozen
class Timeline:
    """Projected stock: after each of *days*, today first, *stock* units are left.

    *changes* are (day, 0 for supply or 1 for demand, id, units that come); *upto* says how many of
    them have happened by the end of each day.  It ends with the first unlimited supply.
    """

    changes: list[tuple[date, int, str, int]]
    days: list[date]
    stock: list[int]
    upto: list[int]

    @classmethod
    def of(cls, counted: Counted) -> Timeline:
        """The timeline of entries that are counted."""
        changes = [(one.day, 0, one.id, one.units) for one in counted.supplies]
        changes += [(one.day, 1, one.id, -one.quantity) for one in counted.demands]
        if endless := [one for one in counted.supplies if one.kind == "unlimited"]:
            fence = min(endless, key=attrgetter("day", "id"))
            changes = [one for one in changes if one[0] < fence.day]
            changes.append((fence.day, 0, fence.id, fence.units))
        changes.sort()
        days = sorted({counted.today, *(one[0] for one in changes)})
        sums = list(accumulate((one[3] for one in changes), initial=0))
        on = [one[0] for one in changes]
        upto = [bisect_right(on, day) for day in days]
        return cls(changes, days, [sums[at] for at in upto], upto)

    def parts(self, start: int, end: int) -> Iterator[Because]:
        """The changes from *start* up to, and not including, *end*."""
        for day, _, entry, change in self.changes[start:end]:
            yield Because(entry, day, change)

    def step(self, day: date, binds: int) -> Step:
        """From *day* on, what is left at the place *binds*."""
        parts = partial(self.parts, 0, self.upto[binds])
        return Step(day, self.stock[binds], self.days[binds], parts)


@frozen
class Lacks(Reason):
    """So many units more would do, if they could be used by that day."""

    code: ClassVar[str] = "atp.lacks"
    units: int
    by: date

    def __str__(self) -> str:
        return f"{self.units} more units are needed by {self.by}"


@frozen
class LookAhead(AtpMethod):
    """The least projected stock from the day to the last entry: the default.

    No later promise is broken by a promise for the day.  (Infor LN calls it cumulative ATP,
    corrected for future deficiencies.)
    """

    def steps(self, counted: Counted, options: Options) -> list[Step]:
        """One per day on which stock changes."""
        line = Timeline.of(counted)
        return [
            line.step(day, binds) for day, binds in zip(line.days, _least(line.stock), strict=True)
        ]

    def lacks(
        self,
        entries: Iterable[Entry],
        day: date,
        quantity: int,
        today: date,
        options: Options = DEFAULTS,
    ) -> Lacks | TooSoon | None:
        """The least supply that would make *quantity* available for *day*; None if it is."""
        units(quantity)
        asked(day, today, options)
        taken = taken_on(day, today, options)
        if taken is None:
            return TooSoon(day)
        counted = self.counted(entries, today, options)
        step = self.step(counted, taken, options)
        if figures(step, options).available >= quantity:
            return None
        line, wanted = Timeline.of(counted), quantity + options.safety
        first = bisect_right(line.days, taken) - 1
        low = next(at for at in range(first, len(line.days)) if line.stock[at] < wanted)
        return Lacks(wanted - step.value, max(taken, line.days[low]))


def _least(stock: Sequence[int]) -> list[int]:
    """For each place, the first place from there on that has the least of the rest."""
    places = list(range(len(stock)))
    for at in range(len(stock) - 2, -1, -1):
        if stock[places[at + 1]] < stock[at]:
            places[at] = places[at + 1]
    return places


@frozen
class AtReceipts(AtpMethod):
    """Cumulative ATP with look-ahead, worked out at each receipt.

    Stock after the receipt less the net issues of every later day, up to the day before receipts
    exceed issues again (APICS Dictionary; Dynamics AX and 365).  It sees the last of those days,
    not the lowest, and nothing beyond: it may promise what later days need.
    """

    def steps(self, counted: Counted, options: Options) -> list[Step]:
        """Today, and every day with a receipt."""
        line = Timeline.of(counted)
        receipts = {one[0] for one in line.changes if one[1] == 0} | {counted.today}
        return [
            line.step(day, above - 1)
            for day, above in zip(line.days, _next_above(line.stock), strict=True)
            if day in receipts
        ]


def _next_above(stock: Sequence[int]) -> list[int]:
    """For each place, the next one that has more; the length, if there is none."""
    above, waiting = [len(stock)] * len(stock), list[int]()
    for at, left in enumerate(stock):
        while waiting and stock[waiting[-1]] < left:
            above[waiting.pop()] = at
        waiting.append(at)
    return above


@frozen
class Untracked(AtpMethod):
    """Supply without limit from *lead_days* after today: digital, made to order, or not fed.

    Before that, what the entries say by look-ahead: goods on hand can still be promised.
    """

    lead_days: int = field(default=0, validator=some_days)

    def counted(self, entries: Iterable[Entry], today: date, options: Options) -> Counted:
        """The entries, and the unlimited one."""
        counted = super().counted(entries, today, options)
        endless = unlimited(today + self.lead_days * _DAY)
        return attrs.evolve(counted, supplies=(*counted.supplies, endless))

    def steps(self, counted: Counted, options: Options) -> list[Step]:
        """As look-ahead has them."""
        return LookAhead().steps(counted, options)

"""Windows: what may be promised where lots are useful for a while, or for some demands only.

Time falls into windows, in each of which the same lots are usable.  Existing demand is matched with
lots: committed before transfers before plans, each by day and id, from the best lot that it may
use.  What may be promised in a window is how many more units could be matched there without
leaving any of that demand unserved.

Demand that cannot be served on its day is served late, from the first lots that come; what may be
promised leaves it that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Literal, get_args

from attrs import Attribute, field, frozen

from omscore.atp.counting import Counted, Counting, normalize
from omscore.atp.entries import (
    DEMAND_KINDS,
    DemandEntry,
    Entry,
    SupplyEntry,
    some_days,
)
from omscore.atp.lots import shown
from omscore.atp.matching import Matching, places
from omscore.atp.methods import DEFAULTS, AtpMethod, Because, Options, Step, figures
from omscore.atp.pegging import Assigned, Pegging
from omscore.kernel.errors import Unreadable
from omscore.kernel.truth import some_truth

Pick = Literal["fefo", "fifo", "lifo"]
_DAY = timedelta(days=1)


def _pick(_: object, attribute: Attribute[Pick], value: Pick) -> None:
    if value not in get_args(Pick):
        raise Unreadable(f"one of {', '.join(get_args(Pick))}", f"$.{attribute.name}")


@frozen
class Window:
    """From *start* up to *end* (None is open): *supply* is what is usable throughout."""

    start: date
    end: date | None
    supply: int
    demand: int
    reserved: int
    withheld: int
    safety_short: int
    available: int


@frozen
class Windows(AtpMethod):
    """Lots matched with demand; exact where lots expire or may serve some demands only.

    *pick* says which usable lot serves existing demand: the first to expire, the first to come, or
    the last to come.  Where that is *settled*, lots stay with their demand, and only what is free
    may be promised; otherwise demand moves to another lot to make room.  What is asked for must be
    useful for *fresh_days* after its day.
    """

    pick: Pick = field(default="fefo", validator=_pick)
    settled: bool = field(default=False, validator=some_truth)
    fresh_days: int = field(default=0, validator=some_days)

    def counted(self, entries: Iterable[Entry], today: date, options: Options) -> Counted:
        """All entries: the matching minds which supply may serve which demand."""
        return normalize(entries, today, options.counting)

    def steps(self, counted: Counted, options: Options) -> list[Step]:
        """One per window."""
        plan = _Plan(counted, self, options.counting)
        return [plan.step(start, end) for start, end in plan.windows()]

    def step(self, counted: Counted, day: date, options: Options) -> Step:
        """The step that holds on *day*; no other is worked out."""
        plan = _Plan(counted, self, options.counting)
        *_, (start, end) = (one for one in plan.windows() if one[0] <= day)
        return plan.step(start, end)

    def windows(
        self, entries: Iterable[Entry], today: date, options: Options = DEFAULTS
    ) -> list[Window]:
        """The windows that begin within the horizon, by the days on which units leave the stock."""
        counted = self.counted(entries, today, options)
        plan = _Plan(counted, self, options.counting)
        end = today + options.horizon_days * _DAY
        return [plan.window(*one, options) for one in plan.windows() if one[0] < end]

    def pegging(
        self, entries: Iterable[Entry], today: date, options: Options = DEFAULTS
    ) -> Pegging:
        """Which supply serves which demand."""
        counted = self.counted(entries, today, options)
        return _Plan(counted, self, options.counting).assigned.pegging()


class _Plan:
    """Existing demand, matched with lots."""

    def __init__(self, counted: Counted, method: Windows, counting: Counting) -> None:
        self._today, self._method, self._counting = counted.today, method, counting
        self._lots = sorted(counted.supplies, key=partial(_rank, method.pick))
        self._demands = sorted(counted.demands, key=_turn)
        self._most = sum(one.units for one in self._lots)
        self.assigned = Assigned(self._lots, self._demands, counting.serves)

    def windows(self) -> Iterator[tuple[date, date | None]]:
        """The spans of time in which the same lots are usable; the first begins today."""
        fresh = self._method.fresh_days
        starts = {self._today, *(one.day for one in self._lots)}
        last = [one.use_by for one in self._lots if one.use_by not in (None, date.max)]
        ends = [one - (fresh - 1) * _DAY for one in last if one is not None]
        cuts = sorted(starts | {one for one in ends if one > self._today})
        yield from zip(cuts, [*cuts[1:], None], strict=True)

    def _more(self, start: date) -> tuple[Matching, int, int]:
        """The matching when all that could still be promised on *start* is; its lots; how many."""
        usable = self.assigned.usable(start, self._method.fresh_days, self._counting.asks, None)
        matching = self.assigned.matching.copy()
        wanted = matching.demand(usable)
        units = matching.serve(wanted, self._most, settled=self._method.settled)
        matching.withdraw(wanted)
        return matching, usable, units

    def _within(self, start: date, end: date | None) -> Iterator[int]:
        for at, one in enumerate(self._demands):
            if start <= one.day and (end is None or one.day < end):
                yield at

    def step(self, start: date, end: date | None) -> Step:
        """What may be promised in a window; below zero, what is not served there in time."""
        units = self._more(start)[2]
        short = sum(self.assigned.unserved[at] for at in self._within(start, end))
        return Step(start, units or -short, start, partial(self._because, start, end))

    def _because(self, start: date, end: date | None) -> Iterator[Because]:
        """Each usable lot, what is taken of it, and, if nothing is left, what is not served."""
        matching, usable, units = self._more(start)
        for lot in places(usable):
            supply = self._lots[lot]
            yield Because(supply.id, supply.day, supply.units)
            for one, taken in matching.served[lot].items():
                yield Because(self._demands[one].id, self._demands[one].day, -taken)
            for peg in self.assigned.late:
                if peg.supply == supply.id:
                    yield Because(peg.demand, supply.day, -peg.units)
        for at in () if units else self._within(start, end):
            if self.assigned.unserved[at]:
                yield Because(
                    self._demands[at].id, self._demands[at].day, -self.assigned.unserved[at]
                )

    def window(self, start: date, end: date | None, options: Options) -> Window:
        """A window, with what it brings and takes."""
        fresh, asks = self._method.fresh_days, self._counting.asks
        supply = sum(
            self._lots[lot].units for lot in places(self.assigned.usable(start, fresh, asks, None))
        )
        within = [self._demands[at] for at in self._within(start, end)]
        reserved = sum(one.quantity for one in within if one.kind == "committed")
        demand = sum(one.quantity for one in within) - reserved
        found = figures(self.step(start, end), options)
        return Window(start, end, shown(supply), demand, reserved, *found)


def _turn(one: DemandEntry) -> tuple[int, date, str]:
    return DEMAND_KINDS.index(one.kind), one.day, one.id


def _rank(pick: Pick, one: SupplyEntry) -> tuple[bool, int, int, str]:
    """Where a lot comes in the order of picking; unlimited supply comes last."""
    came, ends = one.day.toordinal(), (one.use_by or date.max).toordinal()
    first, then = {"fefo": (ends, came), "fifo": (came, ends), "lifo": (-came, ends)}[pick]
    return one.kind == "unlimited", first, then, one.id

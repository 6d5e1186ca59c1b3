"""Counting: how entries count, as seen from a day.

What is overdue counts from a chosen day or not at all; goods take days to be put away and days to
be made ready.  Each entry that does not count is named, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import ClassVar

import attrs
from attrs import field, frozen
from attrs.validators import optional

from omscore.atp.entries import (
    EVERYTHING,
    FARTHEST_DAYS,
    DemandEntry,
    Entry,
    SupplyEntry,
    TypeMatrix,
    demand_kind,
    percent,
    some_days,
    unlimited,
)
from omscore.atp.lots import SupplyKind
from omscore.atp.movements import DemandKind
from omscore.kernel import moments
from omscore.kernel.errors import Unreadable
from omscore.kernel.kinds import some_kind
from omscore.kernel.reason import Reason
from omscore.network.calendar import EVERY_DAY, add_working_days, working_day, works
from omscore.network.facts import Calendar

_DAY = timedelta(days=1)
_TODAY_ONLY: int | None = 0


@frozen(kw_only=True)
class Counting:
    """How entries count, as seen from a day.

    * Past due: supply whose day has passed counts if that was at most *supply_back_days* ago, as
      coming *supply_delay_days* from today; demand likewise.  None looks back for ever.
    * Processing: supply can be used *inbound_days* working days after it is due; units for a day
      leave the stock *outbound_days* working days before it, and *issue_margin_days* plain days
      before that.  Nothing is promised for fewer than *lead_days* from today.
    * *asks* is the kind of demand that the question is for; supply that may not serve it by the
      type matrix does not count for it.
    * Supply below *least_reliability* does not count; *unlimited_after_days* from today there is
      supply without limit.
    """

    asks: DemandKind = field(default="committed", validator=demand_kind)
    serves: TypeMatrix = field(default=EVERYTHING, validator=some_kind(TypeMatrix))
    supply_back_days: int | None = field(default=_TODAY_ONLY, validator=optional(some_days))
    demand_back_days: int | None = field(default=None, validator=optional(some_days))
    supply_delay_days: int = field(default=0, validator=some_days)
    demand_delay_days: int = field(default=0, validator=some_days)
    inbound_days: int = field(default=0, validator=some_days)
    outbound_days: int = field(default=0, validator=some_days)
    issue_margin_days: int = field(default=0, validator=some_days)
    lead_days: int = field(default=0, validator=some_days)
    unlimited_after_days: int | None = field(default=None, validator=optional(some_days))
    least_reliability: int = field(default=0, validator=percent)
    calendar: Calendar = EVERY_DAY

    def taken_on(self, day: date) -> date:
        """The day on which units for *day* leave the stock."""
        return _before(self.calendar, day, self.outbound_days) - self.issue_margin_days * _DAY


PLAIN = Counting()
"""Everything counts as it is written; overdue supply does not count, overdue demand does."""


@frozen
class LeftOut(Reason):
    """An entry does not count."""

    code: ClassVar[str] = "entry.left-out"
    entry: str


@frozen
class PastDue(LeftOut):
    """Its day has passed, longer ago than still counts."""

    code: ClassVar[str] = "entry.past-due"
    day: date
    back_days: int

    def __str__(self) -> str:
        return f"{self.entry} was due on {self.day}, more than {self.back_days} days ago"


@frozen
class Spent(LeftOut):
    """Its last useful day comes before it could be used."""

    code: ClassVar[str] = "entry.spent"
    use_by: date

    def __str__(self) -> str:
        return f"{self.entry} can be used until {self.use_by}, which is too early"


@frozen
class Unreliable(LeftOut):
    """Receipts like it come too seldom as announced."""

    code: ClassVar[str] = "entry.unreliable"
    reliability: int
    least: int

    def __str__(self) -> str:
        return f"{self.entry} is {self.reliability} % reliable, less than {self.least} %"


@frozen
class NotForIt(LeftOut):
    """By the type matrix this supply may not serve the demand that is asked for."""

    code: ClassVar[str] = "entry.not-for-it"
    supply: SupplyKind
    demand: DemandKind

    def __str__(self) -> str:
        return f"{self.entry}: {self.supply} supply may not serve {self.demand} demand"


@frozen
class Counted:
    """Entries as they count: none before *today*, in order of day and id; and what does not."""

    today: date
    supplies: tuple[SupplyEntry, ...]
    demands: tuple[DemandEntry, ...]
    left_out: tuple[LeftOut, ...] = ()

    def serving(self, counting: Counting) -> Counted:
        """The same without supply that may not serve what is asked; all demand stays."""
        asks, allows = counting.asks, counting.serves.allows
        barred = [
            NotForIt(one.id, one.counts_as, asks) for one in self.supplies if not allows(one, asks)
        ]
        return attrs.evolve(
            self,
            supplies=tuple(one for one in self.supplies if allows(one, asks)),
            left_out=tuple(sorted([*self.left_out, *barred], key=_named)),
        )


def normalize(entries: Iterable[Entry], today: date, counting: Counting = PLAIN) -> Counted:
    """*entries* as they count on *today*.

    `Unreadable` with the path of the entry if two have the same id, or one is due more than ten
    years from today.
    """
    moments.day(today, "today")
    supplies, demands, left_out = list[SupplyEntry](), list[DemandEntry](), list[LeftOut]()
    for entry in _sound(entries, today):
        match _counted(entry, today, counting):
            case SupplyEntry() as supply:
                supplies.append(supply)
            case DemandEntry() as demand:
                demands.append(demand)
            case LeftOut() as reason:
                left_out.append(reason)
    if counting.unlimited_after_days is not None:
        supplies.append(unlimited(today + counting.unlimited_after_days * _DAY))
    return Counted(
        today,
        tuple(sorted(supplies, key=_dated)),
        tuple(sorted(demands, key=_dated)),
        tuple(sorted(left_out, key=_named)),
    )


def _sound(entries: Iterable[Entry], today: date) -> Iterator[SupplyEntry | DemandEntry]:
    seen = set[str]()
    for place, entry in enumerate(entries):
        if not isinstance(entry, SupplyEntry | DemandEntry):
            raise Unreadable("a supply or a demand", f"$.entries[{place}]")
        if entry.id in seen:
            raise Unreadable("each id once", f"$.entries[{place}].id")
        if (entry.day - today).days > FARTHEST_DAYS:
            raise Unreadable(f"{FARTHEST_DAYS} days from today at most", f"$.entries[{place}].day")
        seen.add(entry.id)
        yield entry


def _counted(
    entry: SupplyEntry | DemandEntry, today: date, counting: Counting
) -> SupplyEntry | DemandEntry | LeftOut:
    if isinstance(entry, SupplyEntry):
        return _supply(entry, today, counting)
    return _demand(entry, today, counting)


def _supply(entry: SupplyEntry, today: date, counting: Counting) -> SupplyEntry | LeftOut:
    if entry.reliability < counting.least_reliability:
        return Unreliable(entry.id, entry.reliability, counting.least_reliability)
    day = entry.day
    if entry.kind in ("on-hand", "unlimited"):
        day = max(day, today)
    else:
        if day < today:
            if _too_old(day, today, counting.supply_back_days):
                return PastDue(entry.id, day, counting.supply_back_days or 0)
            day = today + counting.supply_delay_days * _DAY
        day = _after(counting.calendar, day, counting.inbound_days)
    if entry.use_by is not None and entry.use_by < day:
        return Spent(entry.id, entry.use_by)
    return entry if day == entry.day else attrs.evolve(entry, day=day)


def _demand(entry: DemandEntry, today: date, counting: Counting) -> DemandEntry | LeftOut:
    day = entry.day
    if day < today:
        if _too_old(day, today, counting.demand_back_days):
            return PastDue(entry.id, day, counting.demand_back_days or 0)
        day = today + counting.demand_delay_days * _DAY
    day = max(today, counting.taken_on(day))
    return entry if day == entry.day else attrs.evolve(entry, day=day)


def _too_old(day: date, today: date, back_days: int | None) -> bool:
    return back_days is not None and (today - day).days > back_days


def _after(calendar: Calendar, day: date, days: int) -> date:
    return add_working_days(calendar, day, days) if days else day


def _before(calendar: Calendar, day: date, days: int) -> date:
    """The latest working day from which *days* working days reach *day*; *day* itself for none."""
    if days:
        working_day(calendar, day)  # a calendar without working days is refused here
    for _ in range(days):
        day -= _DAY
        while not works(calendar, day):
            day -= _DAY
    return day


def _dated(entry: Entry) -> tuple[date, str]:
    return entry.day, entry.id


def _named(one: LeftOut) -> tuple[str, str]:
    return one.entry, one.code

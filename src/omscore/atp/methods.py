"""Methods: ways to say how many units may be promised at a date, each a frozen value.

A method only answers questions.  It is asked about entries, which it counts as `Counting` says; it
finds *steps*, days from which on a number holds; and from those come the curve, the number at a
day, and the entries that made it.  Whatever it answers, a reservation is granted by the position.

Safety stock is withheld from what a method finds, but never more than is there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import ClassVar, Literal, get_args

from attrs import Attribute, field, frozen

from omscore.atp.counting import PLAIN, Counted, Counting, normalize
from omscore.atp.entries import FARTHEST_DAYS, Entry
from omscore.atp.lots import shown
from omscore.atp.safety import Withheld, withhold
from omscore.kernel import moments
from omscore.kernel.errors import Unreadable
from omscore.kernel.kinds import some_kind
from omscore.kernel.quantities import no_or_some_units
from omscore.kernel.reason import Reason
from omscore.kernel.truth import some_truth

Bucket = Literal["day", "week", "supply"]
_DAY = timedelta(days=1)


def _bucket(_: object, attribute: Attribute[Bucket], value: Bucket) -> None:
    if value not in get_args(Bucket):
        raise Unreadable(f"one of {', '.join(get_args(Bucket))}", f"$.{attribute.name}")


FARTHEST_HORIZON = FARTHEST_DAYS + 1
"""Every day on which anything may be due, today included."""


def _horizon(_: object, attribute: Attribute[int], value: int) -> None:
    if type(value) is not int or not 1 <= value <= FARTHEST_HORIZON:
        expected = f"a whole number of days from 1 to {FARTHEST_HORIZON}"
        raise Unreadable(expected, f"$.{attribute.name}")


@frozen(kw_only=True)
class Options:
    """What may be asked, and how the answer is shown.

    *horizon_days* limits the days that may be asked for, today included; every method still looks
    at all entries.  A *bucket* is a day, a week from Monday, or from one supply to the next.
    *clamp* shows zero for negative numbers.  *safety* is the safety stock to withhold.
    """

    horizon_days: int = field(default=30, validator=_horizon)
    bucket: Bucket = field(default="day", validator=_bucket)
    clamp: bool = field(default=False, validator=some_truth)
    safety: int = field(default=0, validator=no_or_some_units)
    counting: Counting = field(default=PLAIN, validator=some_kind(Counting))


DEFAULTS = Options()


@frozen
class Row:
    """A bucket of a curve, from *day* to the next row.

    *supply*, *demand* of others, and *reserved* are what the bucket brings and takes; *available*
    is what may be promised on its first day, *withheld* for safety stock and *safety_short* of it.
    """

    day: date
    supply: int
    demand: int
    reserved: int
    withheld: int
    safety_short: int
    available: int


@frozen
class Because:
    """A part of a number: units that an entry, a loan between buckets or safety stock adds."""

    entry: str
    day: date
    units: int

    def __str__(self) -> str:
        return f"{shown(self.units):+} {self.entry} ({self.day})"


@frozen
class TooSoon(Reason):
    """Units for this day would have to leave the stock before today, or within the lead time."""

    code: ClassVar[str] = "atp.too-soon"
    day: date

    def __str__(self) -> str:
        return f"nothing can be made ready for {self.day}"


@frozen
class Explanation:
    """Why a number is what it is: the units of *because* add up to it, before any clamping.

    *binds* is the day that decides: a promise for *day* is limited by what happens there.
    """

    day: date
    available: int
    binds: date
    because: tuple[Because, ...]
    left_out: tuple[Reason, ...]

    def __str__(self) -> str:
        lines = [f"{self.day}: {self.available} available, as {self.binds} decides"]
        lines += [f"  {one}" for one in self.because]
        lines += [f"  not counted: {one}" for one in self.left_out]
        return "\n".join(lines)


@frozen
class Step:
    """From *start* on, until the next step, *value* units; *because* names their parts."""

    start: date
    value: int
    binds: date
    because: Callable[[], Iterable[Because]]


@frozen
class AtpMethod(ABC):
    """A way to answer; a subclass finds the steps, the first of them today."""

    @abstractmethod
    def steps(self, counted: Counted, options: Options) -> Sequence[Step]:
        """The days, ascending, from which on a number holds."""

    def step(self, counted: Counted, day: date, options: Options) -> Step:
        """The step that holds for units that leave the stock on *day*."""
        return holding(self.steps(counted, options), day)

    def counted(self, entries: Iterable[Entry], today: date, options: Options) -> Counted:
        """The entries that this method looks at."""
        return normalize(entries, today, options.counting).serving(options.counting)

    def curve(
        self, entries: Iterable[Entry], today: date, options: Options = DEFAULTS
    ) -> list[Row]:
        """One row per bucket, from today to the end of the horizon."""
        counted = self.counted(entries, today, options)
        steps = self.steps(counted, options)
        starts = list(_starts(counted, options))
        ends = [*starts[1:], today + options.horizon_days * _DAY]
        sums = _columns(counted, [options.counting.taken_on(one) for one in ends])
        rows = list[Row]()
        for day, columns in zip(starts, sums, strict=True):
            taken = taken_on(day, today, options)
            step = None if taken is None else holding(steps, taken)
            rows.append(Row(day, *columns, *figures(step, options)))
        return rows

    def available(
        self, entries: Iterable[Entry], day: date, today: date, options: Options = DEFAULTS
    ) -> int:
        """How many units may be promised for *day*; `Unreadable` outside the horizon."""
        asked(day, today, options)
        taken = taken_on(day, today, options)
        counted = self.counted(entries, today, options)
        step = None if taken is None else self.step(counted, taken, options)
        return figures(step, options).available

    def explain(
        self, entries: Iterable[Entry], day: date, today: date, options: Options = DEFAULTS
    ) -> Explanation:
        """Why that many; `Unreadable` outside the horizon."""
        asked(day, today, options)
        taken = taken_on(day, today, options)
        counted = self.counted(entries, today, options)
        step = None if taken is None else self.step(counted, taken, options)
        withheld, _, available = figures(step, options)
        if step is None:
            return Explanation(day, available, day, (), (TooSoon(day), *counted.left_out))
        because = list(step.because())
        if withheld:
            because.append(Because("safety", day, -withheld))
        return Explanation(day, available, step.binds, tuple(because), counted.left_out)


def asked(day: date, today: date, options: Options) -> None:
    """`Unreadable`, unless *day* may be asked for."""
    ahead = (moments.day(day) - moments.day(today, "today")).days
    if not 0 <= ahead < options.horizon_days:
        raise Unreadable(f"one of the {options.horizon_days} days from today", "$.day")


def taken_on(day: date, today: date, options: Options) -> date | None:
    """The day on which units for *day* leave the stock; None if that is too soon."""
    taken = options.counting.taken_on(day)
    soon = taken < today or (day - today).days < options.counting.lead_days
    return None if soon else taken


def holding(steps: Sequence[Step], day: date) -> Step:
    """The step that holds on *day*."""
    return steps[bisect_right(steps, day, key=attrgetter("start")) - 1]


def figures(step: Step | None, options: Options) -> Withheld:
    """What is withheld, what is short of safety stock, and what is available."""
    if step is None:
        return Withheld(0, 0, 0)
    withheld, short, available = withhold(step.value, options.safety)
    return Withheld(withheld, short, shown(max(0, available) if options.clamp else available))


def _starts(counted: Counted, options: Options) -> Iterator[date]:
    """The first day of each bucket of the horizon."""
    days = [counted.today + ahead * _DAY for ahead in range(options.horizon_days)]
    if options.bucket == "week":
        yield from (one for one in days if one == counted.today or one.weekday() == 0)
    elif options.bucket == "day":
        yield from days
    else:
        supplied = [one.day for one in counted.supplies]
        passed = [bisect_right(supplied, options.counting.taken_on(one)) for one in days]
        yield days[0]
        yield from (days[at] for at in range(1, len(days)) if passed[at] > passed[at - 1])


def _columns(counted: Counted, ends: Sequence[date]) -> Iterator[tuple[int, int, int]]:
    """Supply, demand and reserved of each bucket; each ends before its day of *ends*."""
    others = [one for one in counted.demands if one.kind != "committed"]
    committed = [one for one in counted.demands if one.kind == "committed"]
    supply = _sums(((one.day, one.units) for one in counted.supplies), ends)
    demand = _sums(((one.day, one.quantity) for one in others), ends)
    reserved = _sums(((one.day, one.quantity) for one in committed), ends)
    for at in range(len(ends)):
        yield shown(supply[at]), demand[at], reserved[at]


def _sums(dated: Iterable[tuple[date, int]], ends: Sequence[date]) -> list[int]:
    sums = [0] * (len(ends) + 1)
    for day, units in dated:
        sums[bisect_right(ends, day)] += units
    return sums

"""Methods that look at buckets: what each brings, less what it takes.

They are the dialects of master schedules.  Unlike look-ahead they may promise in one bucket what a
later one needs, so they answer what a planner asks; what is granted is for the position to say.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial

from attrs import field, frozen

from omscore.atp.counting import Counted
from omscore.atp.lots import UNLIMITED
from omscore.atp.methods import AtpMethod, Because, Bucket, Options, Step
from omscore.atp.projected import Timeline
from omscore.kernel.truth import some_truth

_DAY = timedelta(days=1)


@frozen
class Span:
    """A bucket with entries, from *start* up to *end* (None is open): changes *lo* to *hi*."""

    start: date
    end: date | None
    lo: int
    hi: int


@frozen
class Loan:
    """Units of one bucket that cover the shortage of another."""

    lender: int
    borrower: int
    units: int


@frozen
class Period(AtpMethod):
    """Supply less demand of each bucket, by itself.

    A shortage is covered from what other buckets have over: *backward* from earlier ones, *forward*
    from later ones, backward first; the nearest bucket first, the earliest shortage first.
    *accumulate* adds what is over to the next bucket; a shortage is not carried (Oracle Inventory,
    ATP rules).  Without consumption the buckets know nothing of each other, and promises add up to
    more than there is.
    """

    backward: bool = field(default=True, validator=some_truth)
    forward: bool = field(default=False, validator=some_truth)
    accumulate: bool = field(default=False, validator=some_truth)

    def steps(self, counted: Counted, options: Options) -> list[Step]:
        """One per bucket with entries, and one for the empty ones after it."""
        line = Timeline.of(counted)
        spans = list(_spans(line, counted, options.bucket))
        nets = [_sum(line, span.lo, span.hi) for span in spans]
        loans = list(_cover(nets, self.backward, self.forward))
        since, totals = _carried(nets) if self.accumulate else (range(len(nets)), nets)
        return list(self._steps(line, spans, totals, since, loans))

    def _steps(
        self,
        line: Timeline,
        spans: Sequence[Span],
        totals: Sequence[int],
        since: Sequence[int],
        loans: Sequence[Loan],
    ) -> Iterator[Step]:
        for at, span in enumerate(spans):
            first = since[at]
            parts = partial(_parts, line, spans, loans, first, at)
            yield Step(span.start, totals[at], span.start, parts)
            after = spans[at + 1].start if at + 1 < len(spans) else None
            if span.end is not None and span.end != after:
                kept = self.accumulate and totals[at] > 0
                value, because = (totals[at], parts) if kept else (0, _nothing)
                yield Step(span.end, value, span.end, because)


@frozen
class Discrete(AtpMethod):
    """Each receipt is its own bucket, up to the next; on hand is in the first.

    What the receipt brings, less all demand until the next one (APICS Dictionary; NetSuite).  A
    bucket that is short takes nothing from earlier ones.
    """

    def steps(self, counted: Counted, options: Options) -> list[Step]:
        """Today, and every day with a receipt."""
        line = Timeline.of(counted)
        return [
            Step(
                span.start,
                _sum(line, span.lo, span.hi),
                span.start,
                partial(line.parts, span.lo, span.hi),
            )
            for span in _spans(line, counted, "supply")
        ]


@frozen
class Cumulative(AtpMethod):
    """The running sum of `Discrete`: cumulative ATP without look-ahead (APICS Dictionary).

    It is projected stock at the end of the bucket: later demand may already need it.
    """

    def steps(self, counted: Counted, options: Options) -> list[Step]:
        """Today, and every day with a receipt."""
        line = Timeline.of(counted)
        return [
            Step(span.start, _sum(line, 0, span.hi), span.start, partial(line.parts, 0, span.hi))
            for span in _spans(line, counted, "supply")
        ]


# --- buckets ----------------------------------------------------------------------------------


def _spans(line: Timeline, counted: Counted, bucket: Bucket) -> Iterator[Span]:
    """The buckets that have entries, ascending, the first of them today's.

    Unlimited supply begins a bucket without an end.
    """
    receipts = sorted({counted.today, *(one[0] for one in line.changes if one[1] == 0)})
    endless = line.changes[-1][0] if line.changes and line.changes[-1][3] == UNLIMITED else None
    bounds = list[tuple[date, date | None, int]]()
    for day, upto in zip(line.days, line.upto, strict=True):
        start, end = _bounds(day, counted.today, receipts, bucket)
        if day == endless:
            start, end = day, None
        elif endless is not None and end is not None:
            end = min(end, endless)
        if bounds and bounds[-1][0] == start:
            bounds.pop()
        bounds.append((start, end, upto))
    lo = 0
    for start, end, hi in bounds:
        yield Span(start, end, lo, hi)
        lo = hi


def _bounds(
    day: date, today: date, receipts: Sequence[date], bucket: Bucket
) -> tuple[date, date | None]:
    match bucket:
        case "day":
            return day, day + _DAY
        case "week":
            monday = day - day.weekday() * _DAY
            return max(today, monday), monday + 7 * _DAY
        case "supply":
            place = bisect_right(receipts, day)
            return receipts[place - 1], receipts[place] if place < len(receipts) else None


def _sum(line: Timeline, lo: int, hi: int) -> int:
    return sum(one[3] for one in line.changes[lo:hi])


def _cover(nets: list[int], backward: bool, forward: bool) -> Iterator[Loan]:
    """Cover shortages, the earliest first, from the nearest bucket that has units over."""
    for at, net in enumerate(nets):
        before = range(at - 1, -1, -1) if backward else ()
        after = range(at + 1, len(nets)) if forward else ()
        for places in (before, after):
            for lender in places if net < 0 else ():
                if (units := min(nets[lender], -nets[at])) > 0:
                    nets[lender] -= units
                    nets[at] += units
                    yield Loan(lender, at, units)
                if nets[at] >= 0:
                    break


def _carried(nets: Sequence[int]) -> tuple[list[int], list[int]]:
    """Each bucket with what comes down to it, and the first bucket from which it comes."""
    since, totals = list[int](), list[int]()
    for at, net in enumerate(nets):
        comes = at > 0 and totals[-1] > 0
        since.append(since[-1] if comes else at)
        totals.append(net + totals[-1] if comes else net)
    return since, totals


def _parts(
    line: Timeline, spans: Sequence[Span], loans: Iterable[Loan], first: int, last: int
) -> Iterator[Because]:
    yield from line.parts(spans[first].lo, spans[last].hi)
    for loan in loans:
        if first <= loan.lender <= last and not first <= loan.borrower <= last:
            yield Because("lent", spans[loan.borrower].start, -loan.units)
        if first <= loan.borrower <= last and not first <= loan.lender <= last:
            yield Because("borrowed", spans[loan.lender].start, loan.units)


def _nothing() -> Iterator[Because]:
    return iter(())

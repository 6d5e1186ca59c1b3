"""Net changes of many days: short runs of days, with sums, for `omscore.atp.timeline`.

Days run backwards here, the last one first, for what may be promised at a day depends on later days
alone.  Up to `LONGEST` neighbors make a segment, which knows its *sum* and its *high*: the highest
sum of its changes from its last day back to any of its days, or zero.  A later and an earlier
neighbor join like this:

    sum = later.sum + earlier.sum          high = max(later.high, later.sum + earlier.high)

Up to `MANY` segments are read through for each question, and a change only marks a high as stale.
Over more of them stands a binary tree in which node *i* has the children *2i*, the later one, and
*2i + 1*: the segment tree (Bentley, *Solutions to Klee's rectangle problems*, 1977) over prefix
sums and their maximum.  A node keeps what is asked of its children: the sum and the high of the
later one, and the high of the earlier one.  The ways to the root are the same in every tree, so
they are worked out once.

Asked often since the last change, the segments write down their answers for the days ahead.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain

LONGEST = 16  # days of a segment
MANY = 16  # segments without a tree
STALE = -1
PATIENCE = 8  # so many questions after a change are worked out before answers are written down
AHEAD = 8  # so many days are written down, for each day that has a change

Run = dict[int, int]
Rows = Iterable[tuple[int, int]]


def peaks(rows: Rows, start: int, stop: int, after: int = 0, peak: int = 0) -> list[int]:
    """`Segments.peak` at each day from *start* to before *stop*.

    *rows* are days and their changes, descending; what later ones come to is *after* and *peak*.
    """
    found, day = list[int](), stop - 1
    for on, units in rows:
        if on <= start:
            break
        if on <= day:
            found += [peak] * (day - on + 1)
            day = on - 1
        after += units
        if after > peak:
            peak = after
    found += [peak] * (day - start + 1)
    found.reverse()
    return found


def last_above(rows: Rows, bound: int, after: int = 0) -> int | None:
    """The last day whose change, all later ones and *after* sum up to more than *bound*."""
    for on, units in rows:
        after += units
        if after > bound:
            return on
    return None


def ordered(run: Run) -> Run:
    """The days of *run* that change something, the last one first."""
    return {day: run[day] for day in sorted(run, reverse=True) if run[day]}


class Segments:
    """Net changes by day, at least one; a change and a question take O(log days).

    A day that is new does too, but for one in some that parts a segment, in O(days / `LONGEST`).
    Where `known` is long enough, `known[day]` is `peak(day)`; a change empties it.
    """

    __slots__ = ("_asked", "_base", "_bounds", "_earlier", "_highs", "_runs", "_sums", "known")

    def __init__(self, changes: Run) -> None:
        # Made anew in this order, numbers of neighbors lie together in memory, and are read faster.
        rows = [(day + 0, units + 0) for day, units in ordered(changes).items()]
        length = LONGEST * 3 // 4  # there is room for more
        self._runs: list[Run] = [dict(rows[at : at + length]) for at in range(0, len(rows), length)]
        self.known: Sequence[int] = ()
        self._build()

    def change(self, day: int, units: int) -> None:
        """Add *units* to the change of *day*, which may be new."""
        segment = bisect_left(self._bounds, -day)
        run = self._runs[segment]
        self._asked, self.known = 0, ()
        if day in run:
            run[day] += units
        else:
            run = self._runs[segment] = ordered({**run, day: units})
            if len(run) > LONGEST:
                self._part(segment)
                return
        sums, highs = self._sums, self._highs
        if not self._base:
            sums[segment] += units
            highs[segment] = STALE
            return
        high, below = _high(run), self._earlier
        for node, is_later in _way(self._base + segment):
            if is_later:
                highs[node] = high
                sums[node] = earlier = sums[node] + units
                earlier += below[node]
                if earlier > high:
                    high = earlier
            else:
                below[node] = high
                high += sums[node]
                if (later := highs[node]) > high:
                    high = later

    def peak(self, day: int) -> int:
        """How far stock is at most below its final level, at the end of *day* or later.

        It is never negative: when everything has happened, stock is at its final level.
        """
        self._asked += 1
        if self._asked > PATIENCE:
            self._write_down()
        segment = bisect_left(self._bounds, -day)
        after = peak = 0
        for on, units in self._runs[segment].items():
            if on <= day:
                break
            after += units
            if after > peak:
                peak = after
        return self._over(segment, peak)

    def after(self, day: int) -> int:
        """The sum of all changes after *day*."""
        segment = bisect_left(self._bounds, -day)
        rows = self._runs[segment].items()
        return self._beyond(segment) + sum(units for on, units in rows if on > day)

    def peaks(self, start: int, stop: int) -> list[int]:
        """`peak` at each day from *start* to before *stop*."""
        segment = bisect_left(self._bounds, 1 - stop)
        after, peak = self._beyond(segment), self._over(segment, 0)
        return peaks(self.rows(segment), start, stop, after, peak)

    def rows(self, segment: int = 0) -> Rows:
        """Each day from a segment on, and its change, which may be zero; days descend."""
        return chain.from_iterable(run.items() for run in self._runs[segment:])

    def last_above(self, bound: int) -> int | None:
        """The last day whose change, and all later ones, sum up to more than *bound* (not < 0)."""
        segment, after = self._segment_above(bound)
        return last_above(self.rows(segment), bound, after)

    def _beyond(self, segment: int) -> int:
        """The sum of everything later than *segment*."""
        nodes = _turns(self._base + segment) if self._base else range(segment)
        return sum(self._sums[node] for node in nodes)

    def _over(self, segment: int, high: int) -> int:
        """The high of everything later than *segment*, and then of what has this *high*."""
        sums, highs = self._sums, self._highs
        if self._base:
            for node in _turns(self._base + segment):
                high += sums[node]
                if (later := highs[node]) > high:
                    high = later
            return high
        for place in range(segment - 1, -1, -1):
            if (later := highs[place]) == STALE:
                later = highs[place] = _high(self._runs[place])
            high += sums[place]
            if later > high:
                high = later
        return high

    def _segment_above(self, bound: int) -> tuple[int, int]:
        """The first segment whose high, on top of what comes after it, is above *bound*."""
        after = 0
        if not self._base:
            for place, units in enumerate(self._sums):
                if self._highs[place] == STALE:
                    self._highs[place] = _high(self._runs[place])
                if after + self._highs[place] > bound:
                    return place, after
                after += units
            return len(self._sums), after
        node = 1
        while node < self._base:
            if after + self._highs[node] > bound:
                node = 2 * node
            else:
                after += self._sums[node]
                node = 2 * node + 1
        return node - self._base, after

    def _part(self, segment: int) -> None:
        rows = list(self._runs[segment].items())
        middle = len(rows) // 2
        self._runs[segment : segment + 1] = [dict(rows[:middle]), dict(rows[middle:])]
        self._build()

    def _build(self) -> None:
        self._bounds = [-min(run) for run in self._runs[:-1]]  # negative, so that they ascend
        self._base, self._asked, self._earlier = 0, 0, list[int]()
        self._sums = [sum(run.values()) for run in self._runs]
        self._highs = [STALE] * len(self._sums)
        if len(self._sums) > MANY:
            self._plant()

    def _plant(self) -> None:
        """Grow the tree over the segments."""
        self._base = base = 1 << (len(self._sums) - 1).bit_length()
        rest = [0] * (base - len(self._sums))
        sums = [0] * base + self._sums + rest
        highs = [0] * base + [*map(_high, self._runs)] + rest
        for node in range(base - 1, 0, -1):
            later, earlier = 2 * node, 2 * node + 1
            sums[node] = sums[later] + sums[earlier]
            highs[node] = max(highs[later], sums[later] + highs[earlier])
        self._sums, self._highs, self._earlier = [0, *sums[2::2]], [0, *highs[2::2]], highs[1::2]

    def _write_down(self) -> None:
        if not self.known:
            days, last = len(self._runs) * LONGEST, max(self._runs[0])
            self.known = self.peaks(0, min(AHEAD * days, last + 1))


@cache
def _way(leaf: int) -> tuple[tuple[int, bool], ...]:
    """The nodes above *leaf*, and whether the way to each comes from its later child."""
    return ((leaf >> 1, not leaf & 1), *_way(leaf >> 1)) if leaf > 1 else ()


@cache
def _turns(leaf: int) -> tuple[int, ...]:
    """The nodes above *leaf* whose earlier child it is in."""
    return tuple(node for node, is_later in _way(leaf) if not is_later)


def _high(run: Run) -> int:
    after = peak = 0
    for units in run.values():
        after += units
        if after > peak:
            peak = after
    return peak

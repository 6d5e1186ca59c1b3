"""A timeline: the stock of one position over time, mutable, for many changes and questions.

It gives the look-ahead of `omscore.atp.position`: what is available at a day is the minimum of
projected stock from that day to the last one that has a change.  Written from the other end, with
*final* the stock when everything has happened,

    available(t) = final - max(sum of the changes after s, for every s from t on)

and this shape is what makes it fast:

* a change now (receipt, shipment, reservation for today) moves *final* and nothing else;
* a change at a day concerns the answers for earlier days alone;
* entries of a day are one number, so that neither history nor reservations cost anything.

A few days are read through for each question, for nothing is faster there; more than `FEW` are kept
in `omscore.atp.segments`, in O(log days).

Days are proleptic ordinals (`date.toordinal()`), quantities plain `int`.  Nothing is checked here:
whoever lets numbers in bounds them (`omscore.kernel.quantities`).
"""

from __future__ import annotations

from collections.abc import Iterable

from omscore.atp.segments import Rows, Segments, last_above, ordered, peaks

FEW = 32


class Timeline:
    """*stock* that is there *today*, and *changes*: days and units, in any order, days may repeat.

    What changes today or earlier has happened.  Supply that did not come, or no longer counts, is a
    change that the caller takes back.
    """

    __slots__ = ("_few", "_final", "_many", "_today")

    # Days are kept as days from today: up to 256 of them, Python shares those numbers, and a
    # position with eight days takes half the memory.

    def __init__(
        self, stock: int = 0, changes: Iterable[tuple[int, int]] = (), *, today: int
    ) -> None:
        ahead: dict[int, int] = {}
        for day, units in changes:
            stock += units
            if day > today:
                ahead[day - today] = ahead.get(day - today, 0) + units
        self._final, self._today = stock, today
        self._keep(ahead)

    @property
    def today(self) -> int:
        """The day from which on questions are answered."""
        return self._today

    def change(self, day: int, units: int) -> None:
        """Let *units* come at *day*, or go if they are negative."""
        self._final += units
        day -= self._today
        if day in self._few:
            self._few[day] += units
        elif day <= 0 or not units:
            return
        elif (many := self._many) is not None:
            many.change(day, units)
        else:
            self._keep({**self._few, day: units})

    def advance(self, today: int) -> None:
        """Let days pass until *today*: what was to change by then has happened."""
        past = today - self._today
        self._today = today
        self._keep({day - past: units for day, units in self._rows() if day > past})

    def available(self, day: int) -> int:
        """How many units may be promised for *day*; negative if promises cannot be kept.

        A day that has passed is answered as today.
        """
        many = self._many
        day -= self._today
        if many is not None:
            if (known := many.known) and 0 <= day < len(known):
                return self._final - known[day]
            return self._final - many.peak(day)
        after = peak = 0
        for on, units in self._few.items():
            if on <= day:
                break
            after += units
            if after > peak:
                peak = after
        return self._final - peak

    def projected(self, day: int) -> int:
        """What is left at the end of *day*, if everything happens as planned."""
        day = max(0, day - self._today)
        if self._many is not None:
            return self._final - self._many.after(day)
        return self._final - sum(units for on, units in self._few.items() if on > day)

    def curve(self, start: int, stop: int) -> list[int]:
        """What is available at each day from *start* to before *stop*; it never falls."""
        start, stop, final = start - self._today, stop - self._today, self._final
        if self._many is not None:
            return [final - peak for peak in self._many.peaks(start, stop)]
        return [final - peak for peak in peaks(self._few.items(), start, stop)]

    def steps(self, start: int) -> list[tuple[int, int]]:
        """What is available at *start*, and each later day at which more is; never negative."""
        today, final, after, peak = self._today, self._final, 0, 0
        found = list[tuple[int, int]]()
        for on, units in self._rows():
            if on + today <= start:
                break
            after += units
            if after > peak:
                if final > peak:
                    found.append((on + today, final - peak))
                peak = after
        found.append((start, max(0, final - peak)))
        found.reverse()
        return found

    def earliest(self, quantity: int, start: int) -> int | None:
        """The first day from *start* on for which *quantity* units, at least one, may be promised.

        None if they never may.
        """
        bound = self._final - quantity
        if bound < 0:
            return None
        many = self._many
        last = many.last_above(bound) if many is not None else last_above(self._rows(), bound)
        return start if last is None else max(start, last + self._today)

    def changes(self) -> list[tuple[int, int]]:
        """Each day after today on which stock changes, and by how much; days ascend."""
        found = [(day + self._today, units) for day, units in self._rows() if units]
        found.reverse()
        return found

    def _rows(self) -> Rows:
        return self._few.items() if self._many is None else self._many.rows()

    def _keep(self, ahead: dict[int, int]) -> None:
        """Keep the net changes of the days *ahead*, the last day first."""
        self._many: Segments | None = None
        self._few = ordered(ahead)
        if len(self._few) > FEW:
            self._few, self._many = {}, Segments(self._few)

"""Stock over time and the days of nodes, as the pools that arcs draw on.

Where everything goes straight, a parcel leaves on the day on which its stock does: the stock of a
sku at a node is one pool with a row for each day, and a day that can be full is a room of its
parcels.  A detour leaves its node before the customer's parcel leaves the last one, so the day of
the parcel says nothing of the stock.  Then the same is said by pools without days: for each row of
the stock, what leaves before the next one takes from a pool of that many units; and what leaves on
a day that can be full takes from a pool of what is left of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from attrs import define, field

from omscore.kernel.ids import NodeId, Sku
from omscore.sourcing.candidate import Rows

Numbers = tuple[tuple[int, int], ...]
Taken = tuple[int, ...]
"""The pools from which each unit takes one."""


@define
class Pools:
    """Pools in the making: rows, and how many units could be asked of each."""

    apart: bool  # whether stock may leave on another day than the parcel
    places: dict[tuple[object, ...], int] = field(factory=dict)
    rows: list[Numbers] = field(factory=list)
    asked: list[int] = field(factory=list)

    def ask(self, node: NodeId, sku: Sku, rows: Rows, quantity: int) -> list[tuple[date, int]]:
        """The pools of a node's stock, each with the first day that does not take from it."""
        if not self.apart:
            numbers = tuple([(day.toordinal(), units) for day, units in rows])
            found = [(date.max, self._place((node, sku), numbers))]
        else:
            ends = [*[day for day, _ in rows[1:]], date.max]
            found = [
                (end, self._place((node, sku, end), ((0, units),)))
                for end, (_, units) in zip(ends, rows, strict=True)
            ]
        for _, place in found:
            self.asked[place] += quantity
        return found

    def ask_day(self, node: NodeId, day: date, left: int, wanted: int) -> int:
        """The pool of a day that takes no more than *left*, where so many units are wanted."""
        place = self._place((node, day), ((0, left),))
        self.asked[place] = wanted
        return place

    def _place(self, name: tuple[object, ...], numbers: Numbers) -> int:
        if (found := self.places.get(name)) is None:
            found = self.places[name] = len(self.rows)
            self.rows.append(numbers)
            self.asked.append(0)
        return found

    def binding(self, taken: Iterable[Taken]) -> Mapping[int, int]:
        """The pools that say more than the most of each arc does, with a place for each."""
        arcs = Counter([pool for pools in taken for pool in pools])
        scarce = [
            pool
            for pool, rows in enumerate(self.rows)
            if arcs[pool] > 1 and rows[0][1] < self.asked[pool]
        ]
        return {pool: place for place, pool in enumerate(scarce)}

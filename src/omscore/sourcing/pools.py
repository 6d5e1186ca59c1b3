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
from omscore.sourcing.question import Rows

Taken = tuple[int, ...]
"""The pools from which each unit takes one."""


@define
class Pools:
    """Pools in the making: rows, and how many units could be asked of each."""

    apart: bool  # whether stock may leave on another day than the parcel
    stocks: dict[tuple[NodeId, Sku], list[tuple[date, Taken]]] = field(factory=dict)
    days: dict[tuple[NodeId, date], int] = field(factory=dict)
    rows: list[Rows] = field(factory=list)
    asked: list[int] = field(factory=list)

    def ask(self, node: NodeId, sku: Sku, rows: Rows, quantity: int) -> list[tuple[date, Taken]]:
        """The pools of a node's stock, each with the first day that does not take from it."""
        if (found := self.stocks.get((node, sku))) is None:
            found = self.stocks[node, sku] = self._stock(rows)
        for _, taken in found:
            self.asked[taken[0]] += quantity
        return found

    def ask_day(self, node: NodeId, day: date, left: int, wanted: int) -> int:
        """The pool of a day that takes no more than *left*, where so many units are wanted."""
        if (node, day) not in self.days:
            self.days[node, day] = self._pool(((date.min, left),))
        self.asked[self.days[node, day]] = wanted
        return self.days[node, day]

    def _stock(self, rows: Rows) -> list[tuple[date, Taken]]:
        if not self.apart:
            return [(date.max, (self._pool(rows),))]
        ends = [*[day for day, _ in rows[1:]], date.max]
        return [
            (end, (self._pool(((date.min, units),)),))
            for end, (_, units) in zip(ends, rows, strict=True)
        ]

    def _pool(self, rows: Rows) -> int:
        self.rows.append(rows)
        self.asked.append(0)
        return len(self.rows) - 1

    def binding(self, taken: Iterable[Taken]) -> Mapping[int, int]:
        """The pools that say more than the most of each arc does, with a place for each."""
        arcs = Counter([pool for pools in taken for pool in pools])
        scarce = [
            pool
            for pool, rows in enumerate(self.rows)
            if arcs[pool] > 1 and rows[0][1] < self.asked[pool]
        ]
        return {pool: place for place, pool in enumerate(scarce)}

    def numbers(self, pool: int) -> tuple[tuple[int, int], ...]:
        """The rows of a pool as a solver sees them."""
        return tuple([(day.toordinal(), units) for day, units in self.rows[pool]])

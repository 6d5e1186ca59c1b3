"""Matching: which units of which lot serve which demand, and how many more could be served.

Lots may be usable for a while only, and for some demands only.  Then no running sum tells what can
be promised, but a matching does: demand is served from the lots it may use, and where none is free
it takes one whose demand can be served from another (augmenting paths: Ford and Fulkerson,
*Flows in Networks*, 1962).  A demand that is served stays served, so that those who come first are
never worse off for those who come later.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import pairwise


class Matching:
    """Units of lots, and the demands they serve; both are known by their place.

    It is the working state of one calculation: *free* is what is left of each lot, *served* maps,
    for each lot, the demands it serves to units, and *usable* holds, for each demand, the lots that
    it may use: a set as bits, lot *n* being 1 << n.  Of several free lots the lowest is taken.
    """

    def __init__(self, lots: Iterable[int]) -> None:
        self.free = list(lots)
        self.served: list[dict[int, int]] = [{} for _ in self.free]
        self.usable: list[int] = []
        self._open = sum(1 << lot for lot, units in enumerate(self.free) if units)
        self._alive = (1 << len(self.free)) - 1

    def copy(self) -> Matching:
        """The same state, to try something on."""
        other = Matching(self.free)
        other.served = [dict(one) for one in self.served]
        other.usable = list(self.usable)
        other._alive = self._alive
        return other

    def demand(self, usable: int) -> int:
        """A new demand that may use these lots; nothing is served yet."""
        self.usable.append(usable)
        return len(self.usable) - 1

    def serve(self, demand: int, units: int, *, settled: bool = False) -> int:
        """Serve as many of *units* as can be; how many.  If *settled*, nobody moves for it."""
        left = units
        while left and (path := self._path(demand, settled)):
            left -= self._push(path, left)
        return units - left

    def withdraw(self, demand: int) -> int:
        """Take what serves *demand* away for good, so that nobody asks it to move; how many."""
        return sum(served.pop(demand, 0) for served in self.served)

    def _path(self, demand: int, settled: bool) -> list[tuple[int, int]]:
        """The shortest way to a free lot: who takes which lot, from that lot back to *demand*.

        Lots from which none leads to a free one are never asked again: none ever will, for
        whoever they serve could go nowhere else, and whoever comes to them takes nothing.
        """
        taker, leaves, unseen = dict[int, int](), {demand: -1}, self._alive
        queue = deque([demand])
        while queue:
            one = queue.popleft()
            if there := self.usable[one] & self._open:
                lot = _lowest(there)
                taker[lot] = one
                return _trace(lot, taker, leaves)
            for lot in () if settled else places(self.usable[one] & unseen):
                taker[lot] = one
                for other in self.served[lot]:
                    if other not in leaves:
                        leaves[other] = lot
                        queue.append(other)
            unseen &= ~self.usable[one]
        if not settled:
            self._alive = unseen
        return []

    def _push(self, path: list[tuple[int, int]], most: int) -> int:
        """Move units along *path*; how many."""
        left, last = [(one, lot) for (one, _), (_, lot) in pairwise(path)], path[0][1]
        units = min(most, self.free[last], *(self.served[lot][one] for one, lot in left))
        self.free[last] -= units
        self._open ^= 0 if self.free[last] else 1 << last
        for one, lot in path:
            self.served[lot][one] = self.served[lot].get(one, 0) + units
        for one, lot in left:
            self.served[lot][one] -= units
            if not self.served[lot][one]:
                del self.served[lot][one]
        return units


def _lowest(lots: int) -> int:
    return (lots & -lots).bit_length() - 1


def places(lots: int) -> Iterator[int]:
    """The places of *lots* that are a set as bits, the lowest first."""
    while lots:
        yield _lowest(lots)
        lots &= lots - 1


def _trace(lot: int, taker: dict[int, int], leaves: dict[int, int]) -> list[tuple[int, int]]:
    path = list[tuple[int, int]]()
    while lot >= 0:
        one = taker[lot]
        path.append((one, lot))
        lot = leaves[one]
    return path

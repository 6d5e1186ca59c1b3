"""Stock over time as one need sees it: what several arcs may take from one pool between them.

Arcs of a need that leave on different days take from one pool, and up to each day they may take no
more than is there by then.  Such days are nested, so the most that a set of arcs can carry is a
matroid rank: with every arc filled in order of unit cost as far as the rank grows, a need is
covered at the least cost (Edmonds, "Submodular functions, matroids, and certain polyhedra", 1970).
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from omscore.sourcing.problem import Problem
from omscore.sourcing.solvers.filling import level

Used = dict[int, list[int]]  # by nest, the units that arcs of each day could carry


@frozen
class Nests:
    """The nest and day of each arc that shares a pool with another of its need, and the stock.

    *levels* say how many units may leave a nest up to each of its days.
    """

    places: dict[int, tuple[int, int]]
    levels: list[list[int]]

    @classmethod
    def of(cls, problem: Problem, first: Sequence[int]) -> Nests:
        """The nests of a problem, in units of the need; an arc is in one at most."""
        places: dict[int, tuple[int, int]] = {}
        levels: list[list[int]] = []
        for need, start in zip(problem.needs, first, strict=True):
            mine: dict[tuple[int, int], list[tuple[int, int]]] = {}
            for at, arc in enumerate(need.arcs, start):
                if arc.takes:
                    mine.setdefault(arc.takes[0], []).append((problem.parcels[arc.parcel].day, at))
            for (pool, each), arcs in mine.items():
                if len(arcs) > 1:
                    days = sorted({day for day, _ in arcs})
                    places |= {at: (len(levels), days.index(day)) for day, at in arcs}
                    levels.append([level(problem.pools[pool], day) // each for day in days])
        return cls(places, levels)

    def within(self, low: Sequence[int]) -> Nests:
        """What is left beside the units that each arc carries at least."""
        levels = [list(of_days) for of_days in self.levels]
        for at, (nest, day) in self.places.items():
            if low[at]:
                for later in range(day, len(levels[nest])):
                    levels[nest][later] -= low[at]
        return Nests(self.places, levels)

    def more(self, used: Used, arc: int, most: int) -> int:
        """How many units an arc adds to those of *used*, which it joins."""
        found = self.places.get(arc)
        if found is None:
            return most
        nest, day = found
        levels = self.levels[nest]
        units = used.setdefault(nest, [0] * len(levels))
        before = _rank(units, levels)
        units[day] += most
        return _rank(units, levels) - before


def _rank(units: Sequence[int], levels: Sequence[int]) -> int:
    """The most that can leave, with so many units asked for on each day."""
    rank = 0
    for more, most in zip(units, levels, strict=True):
        rank = min(rank + more, most)
    return rank

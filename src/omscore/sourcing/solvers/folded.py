"""A problem in the figures of the search: cost and parcels folded into one whole number.

Of two solutions the cheaper is better, and of two that cost the same the one with fewer parcels:
``cost x scale + parcels`` orders them, with a scale above any number of parcels.  What is left
below a cent also keeps the bound exact, where it divides the cost of a parcel by units.
"""

from __future__ import annotations

from attrs import frozen

from omscore.sourcing.problem import Problem, cost_of
from omscore.sourcing.solvers.charge import SHORT, Charge, Row
from omscore.sourcing.solvers.filling import Units


@frozen
class Folded:
    """A problem with its scale; arcs are numbered through, need after need.

    *first* is the number of each need's first arc, *places* what each number stands for, *fixed*
    the folded cost of each parcel and, last, of being short.
    """

    problem: Problem
    scale: int
    fixed: list[int]
    first: list[int]
    places: list[tuple[int, int]]

    @classmethod
    def of(cls, problem: Problem) -> Folded:
        """*problem*, folded: what costs the same is ordered by its number of parcels."""
        wanted = sum([need.quantity for need in problem.needs])
        scale = max(1024, 1 << wanted.bit_length())
        first, places = list[int](), list[tuple[int, int]]()
        for number, need in enumerate(problem.needs):
            first.append(len(places))
            places += [(number, place) for place in range(len(need.arcs))]
        fixed = [parcel.cost * scale + 1 for parcel in problem.parcels]
        return cls(problem, scale, [*fixed, 0], first, places)

    def worth(self, units: Units) -> int:
        """What *units* cost, folded."""
        needs = self.problem.needs
        parcels = {needs[need].arcs[place].parcel for need, place, _ in units}
        return cost_of(self.problem, units) * self.scale + len(parcels)

    def bound(self, folded: int, best: int) -> int:
        """The bound in costs that a *folded* one proves, where the best is worth *best*."""
        if folded >= best:
            return best // self.scale
        wanted = sum([need.quantity for need in self.problem.needs])
        parcels = min(wanted, len(self.problem.parcels))
        return min(best // self.scale, -((parcels - folded) // self.scale))

    def charge(self) -> Charge:
        """The problem without anything that couples arcs."""
        scale, wants, rows, twice = self.scale, [], [], False
        for need, first in zip(self.problem.needs, self.first, strict=True):
            q = need.quantity
            row = [
                (arc.cost * scale, arc.parcel, arc.most if arc.most < q else q, at)
                for at, arc in enumerate(need.arcs, first)
            ]
            twice = twice or len({arc[1] for arc in row}) < len(row)
            wants.append(q)
            rows.append(ended(row, need.short_cost * scale, q))
        return Charge(wants, rows, self.fixed, twice)

    def units(self, carried: list[tuple[int, int]]) -> Units:
        """(arc, units) as units of the problem."""
        return tuple(sorted([(*self.places[arc], n) for arc, n in carried if n]))


def ended(row: Row, short: int, wanted: int) -> Row:
    """*row* by cost, up to being short and no further."""
    row = [arc for arc in row if arc[0] < short and arc[2] > 0]
    row.sort()
    row.append((short, SHORT, wanted, SHORT))
    return row


def ended_by_force(row: Row, short: int, spare: int, forbidden: int, wanted: int) -> Row:
    """*row* by cost, where only *spare* units may be short; more than that is *forbidden*."""
    return ended([*row, (short, SHORT, spare, SHORT)], forbidden, wanted)

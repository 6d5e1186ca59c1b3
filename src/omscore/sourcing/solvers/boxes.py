"""Branch and bound over what couples arcs.

A box says what each arc carries at least and at most.  In a box the relaxed problem, without any
coupling, is solved by `charge`; what its solution breaks decides how the box is divided.  The box
with the lowest bound comes first, so whatever is open when the budget ends bounds the rest.  Every
relaxed solution is also mended, by adding its units one by one as far as they are allowed.
"""

from __future__ import annotations

from heapq import heappop, heappush

from attrs import define, field

from omscore.sourcing.solvers import charge
from omscore.sourcing.solvers.charge import Charge, Row
from omscore.sourcing.solvers.coupling import (
    Box,
    Constraint,
    Due,
    broken,
    children,
    constraints,
    forbidden,
    tightened,
)
from omscore.sourcing.solvers.filling import Filling, Units
from omscore.sourcing.solvers.folded import Folded, ended, ended_by_force
from omscore.sourcing.solvers.nests import Nests

Open = tuple[int, int, Box, list[int]]  # bound, serial number, box, units by arc


@define
class Search:
    """The best solution so far, *worth* so much, and the steps that are left of the budget."""

    folded: Folded
    best: Units
    worth: int
    budget: int
    twice: bool
    all_: tuple[Constraint, ...] = ()
    nests: Nests | None = None
    heap: list[Open] = field(factory=list)
    lost: list[int] = field(factory=list)  # bounds of boxes given up

    def run(self, known: int) -> int:
        """Search until the best is proved or the budget is spent; the folded bound.

        *known* is a bound already.
        """
        self.all_ = constraints(self.folded.problem, self.folded.first)
        nests = Nests.of(self.folded.problem, self.folded.first)
        self.nests = nests if nests.levels else None
        root = tightened(self.all_, Box.of(self.folded.problem))
        if root is not None:  # being short of everything is always allowed
            self._look(root, known)
        while self.heap and self.heap[0][0] < self.worth:
            bound, _, box, units = heappop(self.heap)
            place = broken(self.all_, units, box.paid)
            if self.budget <= 0 or place is None:
                self.lost.append(bound)
                break
            for child in children(self.all_, place, box, units):
                self._look(child, bound)
        return min([self.worth, *self.lost, *[one[0] for one in self.heap]])

    def _look(self, box: Box, known: int) -> None:
        """Solve the relaxed problem of a box, and keep it open if it may hold something better."""
        if self.budget <= 0:
            self.lost.append(known)
            return
        relaxed = self._relaxed(box)
        if relaxed is None:
            return
        problem, base, opened = relaxed
        found = charge.solve(problem, self.worth - base, self.budget, opened)
        self.budget -= max(1, found.steps)
        bound = max(known, base + found.bound)
        if found.chosen is None:
            if bound < self.worth:
                self.lost.append(bound)
            return
        units = list(box.low)
        for at, n in found.chosen:
            units[at] += n
        mend = forbidden(self.all_, units)
        self._keep(
            _mended(self.folded, units) if mend else self.folded.units(list(enumerate(units)))
        )
        if bound < self.worth:
            heappush(self.heap, (bound, self.budget, box, units))

    def _relaxed(self, box: Box) -> tuple[Charge, int, frozenset[int]] | None:
        """The relaxed problem beyond the least of a box, what that costs, what parcels it opens."""
        folded, scale = self.folded, self.folded.scale
        wants, rows, opened = list[int](), list[Row](), set[int]()
        base, shares = self._dues(box)
        for number, need in enumerate(folded.problem.needs):
            first = folded.first[number]
            bounds = range(first, first + len(need.arcs))
            covered = sum([box.low[at] for at in bounds])
            left, forced = box.most[number] - covered, box.least[number] - covered
            if left < 0:
                return None
            short = need.short_cost * scale
            base += (need.quantity - box.most[number]) * short
            row = []
            for at, arc in zip(bounds, need.arcs, strict=True):
                least, most = box.low[at], box.high[at]
                if least:
                    base += least * arc.cost * scale
                    opened.add(arc.parcel)
                cost = arc.cost * scale + shares.get(at, 0)
                row.append((cost, arc.parcel, min(most - least, left), at))
            if left:
                wants.append(left)
                if forced <= 0:
                    rows.append(ended(row, short, left))
                else:
                    never = _forbidden(folded)
                    rows.append(ended_by_force(row, short, left - forced, never, left))
        base += sum([folded.fixed[p] for p in opened])
        nests = None if self.nests is None else self.nests.within(box.low)
        return Charge(wants, rows, folded.fixed, self.twice, nests), base, frozenset(opened)

    def _dues(self, box: Box) -> tuple[int, dict[int, int]]:
        """What a box pays, and by arc the share of what is due but not paid.

        Of a due that is paid by no more than so many units, each owes that part at the most.
        """
        base, shares = 0, dict[int, int]()
        for place, one in enumerate(self.all_):
            if isinstance(one, Due):
                due = one.cost * self.folded.scale
                if place in box.paid or any([box.low[arc] for arc in one.arcs]):
                    base += due
                elif units := sum([box.high[arc] for arc in one.arcs]):
                    for arc in one.arcs:
                        shares[arc] = shares.get(arc, 0) + due // units
        return base, shares

    def _keep(self, units: Units) -> None:
        worth = self.folded.worth(units)
        if worth < self.worth:
            self.best, self.worth = units, worth


def _forbidden(folded: Folded) -> int:
    """More than any solution can cost above any other."""
    span = sum(folded.fixed) + folded.scale * sum([toll.cost for toll in folded.problem.tolls])
    for need in folded.problem.needs:
        costs = [need.short_cost, *[arc.cost for arc in need.arcs]]
        span += 2 * need.quantity * max(map(abs, costs)) * folded.scale
    return 2 * span + 1


def _mended(folded: Folded, units: list[int]) -> Units:
    """What is allowed of *units*, then more of their arcs, then of the cheapest."""
    filling = Filling(folded.problem)
    chosen = [(folded.places[at], n) for at, n in enumerate(units) if n]
    for (need, place), n in chosen:
        filling.add(need, place, n)
    for (need, place), _ in chosen:
        filling.add(need, place)
    for number, asked in enumerate(folded.problem.needs):
        if filling.left[number]:
            for _, place in sorted([(arc.cost, place) for place, arc in enumerate(asked.arcs)]):
                filling.add(number, place)
    return filling.units()

"""Branch and bound over what couples arcs.

A box says what each arc carries at least and at most.  In a box the relaxed problem, without any
coupling, is solved by `charge`; what its solution breaks decides how the box is divided.  The box
with the lowest bound comes first, so whatever is open when the budget ends bounds the rest.  Every
relaxed solution is also mended, by adding its units one by one as far as they are allowed.

A search that goes on puts `prices` on what is scarce.  At prices a box may have a solution that
keeps everything and is not the cheapest; such a box is looked at again without them.
"""

from __future__ import annotations

from heapq import heappop, heappush

from attrs import define, field

from omscore.sourcing.solvers import charge
from omscore.sourcing.solvers.coupling import (
    Box,
    Constraint,
    broken,
    children,
    constraints,
    forbidden,
    tightened,
)
from omscore.sourcing.solvers.filling import Filling, Units, fill_up
from omscore.sourcing.solvers.folded import Folded
from omscore.sourcing.solvers.prices import Market, Prices
from omscore.sourcing.solvers.relaxed import Relaxation

Open = tuple[int, int, Box, list[int], bool]
"""Bound, serial number, box, units by arc, and whether these may be other than the cheapest."""
PATIENCE = 40
"""Steps before prices are looked for, if nothing else is said, and in the first look at a box."""
ROUNDS = 30
"""How often they move; a round is a step."""


@define
class Search:
    """The best solution so far, *worth* so much, and the steps that are left of the budget.

    Prices are looked for after *patience* steps.
    """

    folded: Folded
    best: Units
    worth: int
    budget: int
    all_: tuple[Constraint, ...]
    relaxation: Relaxation
    patience: int = PATIENCE
    heap: list[Open] = field(factory=list)
    lost: list[int] = field(factory=list)  # bounds of boxes given up
    prices: Prices | None = None
    floor: int = 0  # a bound for all boxes

    @classmethod
    def of(cls, folded: Folded, best: Units, budget: int, *, twice: bool) -> Search:
        """One that begins with *best*; *twice* as in `Charge`."""
        all_ = constraints(folded.problem, folded.first)
        relaxation = Relaxation.of(folded, all_, twice=twice)
        return cls(folded, best, folded.worth(best), budget, all_, relaxation)

    def run(self, known: int) -> int:
        """Search until the best is proved or the budget is spent; the folded bound.

        *known* is a bound already.
        """
        self.floor = min(known, self.worth)
        root = tightened(self.all_, Box.of(self.folded.problem))
        if root is None:  # being short of everything is always allowed
            return self.worth
        self._look(root, known, max(1, self.patience))
        patience: int | None = self.budget - self.patience
        while self.heap and self.heap[0][0] < self.worth:
            if patience is not None and self.budget <= patience:
                self._price(root)
                patience = None
            bound, _, box, units, rough = heappop(self.heap)
            place = broken(self.all_, units, box.paid)
            if self.budget <= 0 or (place is None and not rough):
                self.lost.append(bound)
                break
            if place is None:
                self.prices, prices = None, self.prices
                self._look(box, bound, self.budget)
                self.prices = prices
                continue
            for child in children(self.all_, place, box, units):
                self._look(child, bound)
        return max(self.floor, min([self.worth, *self.lost, *[one[0] for one in self.heap]]))

    def _price(self, root: Box) -> None:
        """Find good prices, and mend what is sent on the way."""
        problem = self.folded.problem
        parcel_of = [arc.parcel for need in problem.needs for arc in need.arcs]
        market = Market.of(self.all_, root, parcel_of, len(problem.parcels))
        for _ in range(min(ROUNDS, self.budget) if market.scarce else 0):
            relaxed = self.relaxation.relaxed(root, market.prices(market.price))
            if relaxed is None:
                break
            found = charge.solve(relaxed.charge, self.relaxation.never, 1, relaxed.opened)
            self.budget -= 1
            units = relaxed.units(root, found)
            self._keep(_mended(self.folded, units))
            if not market.move(relaxed.base + found.bound, units, self.worth):
                break
        if market.bound is not None:
            self.prices = market.prices(market.best)
            self.floor = max(self.floor, min(self.worth, market.bound))

    def _look(self, box: Box, known: int, steps: int = PATIENCE) -> None:
        """Solve the relaxed problem of a box, and keep it open if it may hold something better."""
        if self.budget <= 0:
            self.lost.append(known)
            return
        relaxed = self.relaxation.relaxed(box, self.prices)
        if relaxed is None:
            return
        cutoff, most = self.worth - relaxed.base, min(steps, self.budget)
        found = charge.solve(relaxed.charge, cutoff, most, relaxed.opened)
        self.budget -= max(1, found.steps)
        bound = max(known, relaxed.base + found.bound)
        if found.chosen is None:
            if bound < self.worth:
                self._look(box, bound, self.budget)
            return
        units = relaxed.units(box, found)
        mend = forbidden(self.all_, units)
        self._keep(
            _mended(self.folded, units) if mend else self.folded.units(list(enumerate(units)))
        )
        if bound < self.worth:
            rough = self.prices is not None or found.bound < found.cost
            heappush(self.heap, (bound, self.budget, box, units, rough))

    def _keep(self, units: Units) -> None:
        worth = self.folded.worth(units)
        if worth < self.worth:
            self.best, self.worth = units, worth


def _mended(folded: Folded, units: list[int]) -> Units:
    """What is allowed of *units*, more of their arcs, and what costs least with its parcel."""
    problem, filling = folded.problem, Filling(folded.problem)
    chosen = [(folded.places[at], n) for at, n in enumerate(units) if n]
    for (need, place), n in chosen:
        filling.add(need, place, n)
    for (need, place), _ in chosen:
        filling.add(need, place)
    opened = {problem.needs[need].arcs[place].parcel for need, place, _ in filling.units()}
    fill_up(problem, filling, opened)
    return filling.units()

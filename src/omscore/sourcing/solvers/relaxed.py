"""The relaxed problem of a box: units and parcels cost what they cost, and nothing couples arcs.

What can be kept of the coupling without a search is: dues and prices become costs of units, stock
over time is in `nests`, and needs that come together are one need for one unit, with an arc for
each parcel that costs what all of them cost in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from attrs import frozen

from omscore.sourcing.problem import AtMost, Problem, Together
from omscore.sourcing.solvers.charge import Charge, Found, Row
from omscore.sourcing.solvers.coupling import Box, Constraint, Due
from omscore.sourcing.solvers.folded import Folded, ended, ended_by_force
from omscore.sourcing.solvers.nests import Nests
from omscore.sourcing.solvers.prices import Prices

Load = list[tuple[int, int]]  # (arc, units)


@frozen
class Relaxed:
    """What a box wants beyond its least, what that least costs, and the parcels that it opens.

    Arcs from *own* on stand for the loads of needs that come together.
    """

    charge: Charge
    base: int
    opened: frozenset[int]
    own: int
    loads: Sequence[Load]

    def units(self, box: Box, found: Found) -> list[int]:
        """What a solution of the relaxed problem sends in all, by arc."""
        units = list(box.low)
        for at, n in found.chosen or ():
            for arc, many in self.loads[at - self.own] if at >= self.own else [(at, n)]:
                units[arc] += many
        return units


@frozen
class Relaxation:
    """Relaxes boxes of a problem; *twice* as in `Charge`."""

    folded: Folded
    all_: Sequence[Constraint]
    twice: bool
    nests: Nests | None
    groups: Sequence[tuple[frozenset[int], bool]]  # needs, and whether they come together
    never: int

    @classmethod
    def of(cls, folded: Folded, all_: Sequence[Constraint], *, twice: bool) -> Relaxation:
        """That of a problem."""
        nests = Nests.of(folded.problem, folded.first)
        kept = nests if nests.levels else None
        return cls(folded, all_, twice, kept, _groups(folded.problem), never(folded))

    def relaxed(self, box: Box, prices: Prices | None = None) -> Relaxed | None:
        """That of *box*, with *prices* on what is scarce; None if it holds nothing."""
        drawing = _Drawing(self, box, prices)
        for group, together in self.groups:
            drawn = [drawing.need(need) for need in sorted(group)]
            if not all(
                [drawing.add(one) for one in drawn] if not together else [drawing.join(drawn)]
            ):
                return None
        return drawing.relaxed()


def _groups(problem: Problem) -> list[tuple[frozenset[int], bool]]:
    """Every need once: in the first group that comes in one parcel, or alone."""
    groups, seen = list[tuple[frozenset[int], bool]](), set[int]()
    for limit in problem.limits:
        one = isinstance(limit, Together) or limit == AtMost(limit.needs, "parcels", 1)
        if one and seen.isdisjoint(limit.needs):
            groups.append((limit.needs, True))
            seen |= limit.needs
    return groups + [(frozenset({n}), False) for n in range(len(problem.needs)) if n not in seen]


def never(folded: Folded) -> int:
    """More than any solution can cost above any other."""
    span = sum(folded.fixed) + folded.scale * sum([toll.cost for toll in folded.problem.tolls])
    for need in folded.problem.needs:
        costs = [need.short_cost, *[arc.cost for arc in need.arcs]]
        span += 2 * need.quantity * max(map(abs, costs)) * folded.scale
    return 2 * span + 1


@frozen
class _Need:
    """What a box leaves open of a need, at least and at most, and the parcels of its least."""

    least: int
    most: int
    short: int
    row: Row
    parcels: frozenset[int]


class _Drawing:
    """A relaxed problem in the making."""

    def __init__(self, relaxation: Relaxation, box: Box, prices: Prices | None) -> None:
        self._of, self._box, self._prices = relaxation, box, prices
        folded = relaxation.folded
        self._base, self._shares = self._dues()
        self._fixed = folded.fixed
        if prices is not None:
            self._base -= prices.off
            self._fixed = [a + b for a, b in zip(folded.fixed, prices.parcels, strict=True)]
        self._opened = set[int]()
        self._wants, self._rows, self._loads = list[int](), list[Row](), list[Load]()
        self._own = len(folded.places)

    def _dues(self) -> tuple[int, dict[int, int]]:
        """What a box pays, and by arc the share of what is due but not paid.

        Of a due that is paid by no more than so many units, each owes that part at the most.
        """
        box, base, shares = self._box, 0, dict[int, int]()
        for place, one in enumerate(self._of.all_):
            if isinstance(one, Due):
                due = one.cost * self._of.folded.scale
                if place in box.paid or any([box.low[arc] for arc in one.arcs]):
                    base += due
                elif units := self._through(one):
                    for arc in one.arcs:
                        shares[arc] = shares.get(arc, 0) + due // units
        return base, shares

    def _through(self, due: Due) -> int:
        """No more units than this owe a due: of each need, what it wants or its arcs carry."""
        carried, box = Counter[int](), self._box
        for arc in due.arcs:
            carried[self._of.folded.places[arc][0]] += box.high[arc]
        return sum([min(units, box.most[need]) for need, units in carried.items()])

    def need(self, number: int) -> _Need:
        """What is left of a need; its least is paid."""
        folded, box, prices = self._of.folded, self._box, self._prices
        need, first, scale = folded.problem.needs[number], folded.first[number], folded.scale
        bounds = range(first, first + len(need.arcs))
        covered = sum([box.low[at] for at in bounds])
        left, short = box.most[number] - covered, need.short_cost * scale
        self._base += (need.quantity - box.most[number]) * short
        row, parcels = list[tuple[int, int, int, int]](), set[int]()
        for at, arc in zip(bounds, need.arcs, strict=True):
            least, most = box.low[at], box.high[at]
            cost = arc.cost * scale
            if prices is not None:
                cost += prices.units[at]
            if least:
                self._base += least * cost
                parcels.add(arc.parcel)
            row.append((cost + self._shares.get(at, 0), arc.parcel, min(most - least, left), at))
        self._opened |= parcels
        return _Need(box.least[number] - covered, left, short, row, frozenset(parcels))

    def add(self, need: _Need) -> bool:
        """A need by itself; False if it cannot be."""
        if need.most > 0:
            self._wants.append(need.most)
            if need.least <= 0:
                row = ended(need.row, need.short, need.most)
            else:
                spare = need.most - need.least
                row = ended_by_force(need.row, need.short, spare, self._of.never, need.most)
            self._rows.append(row)
        return need.most >= 0

    def join(self, needs: Sequence[_Need]) -> bool:
        """Needs that come in one parcel, as one need for one unit; False if they cannot."""
        opened = frozenset[int]().union(*[need.parcels for need in needs])
        if len(opened) > 1 or any([need.most < 0 for need in needs]):
            return False
        row = Row()
        for parcel in sorted(opened or {one[1] for need in needs for one in need.row}):
            if (found := _filled(needs, parcel)) is not None:
                cost, load = found
                row.append((cost, parcel, 1, self._own + len(self._loads)))
                self._loads.append(load)
        none = sum([need.most * need.short for need in needs])
        if any([need.least > 0 for need in needs]):
            none = self._of.never
        self._wants.append(1)
        self._rows.append(ended(row, none, 1))
        return True

    def relaxed(self) -> Relaxed:
        """What was drawn; a parcel that costs less than nothing at its prices is taken."""
        fixed = self._fixed
        self._base += sum([fixed[p] for p in self._opened])
        if self._prices is not None:
            gifts = [cost for p, cost in enumerate(fixed) if cost < 0 and p not in self._opened]
            self._base += sum(gifts)
            fixed = [cost if cost > 0 else 0 for cost in fixed]
        nests = None if self._of.nests is None else self._of.nests.within(self._box.low)
        charge = Charge(self._wants, self._rows, fixed, self._of.twice, nests)
        return Relaxed(charge, self._base, frozenset(self._opened), self._own, self._loads)


def _filled(needs: Sequence[_Need], parcel: int) -> tuple[int, Load] | None:
    """The cheapest way to send needs in one parcel, short of the rest; None if none will do."""
    total, load = 0, Load()
    for need in needs:
        left = need.most
        for cost, _, most, at in sorted([one for one in need.row if one[1] == parcel]):
            must = need.least - (need.most - left)
            take = min(most, left if cost < need.short else max(0, must))
            if take > 0:
                total += cost * take
                left -= take
                load.append((at, take))
        if need.most - left < need.least:
            return None
        total += left * need.short
    return total, load

"""One line alone: which parcels carry it is a knapsack.

With one need and an arc for each parcel, some cheapest solution fills all of its parcels but one.
At a price v for each unit, a full parcel of m units that costs w in all has the *reduced cost*
w - v m, and

    v x wanted + the sum of all reduced costs below zero

is a lower bound, whatever v is (Lagrange).  The parcels of the bound carry fewer units than are
wanted where v is the cost per unit of the parcel that fills the line, in the order of that cost.
Every solution differs from them by parcels left out, added or filled in part, and costs the bound
plus what each difference costs.  A table of the cheapest differences by the units that they add
finds the best one; only those that cost less than the best known solution stay in it (the *core*
of a knapsack: Balas and Zemel, "An algorithm for large zero-one knapsack problems", Operations
Research 28, 1980).  All figures are whole numbers, folded as in `folded`: cost, then parcels.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field

from omscore.kernel.errors import ensure
from omscore.sourcing.problem import Need, Parcel, Problem
from omscore.sourcing.solvers.filling import Units

Item = tuple[int, int, int, int, int]  # cost per unit, arc, units, cost of one more, cost of all
SHORT = -1
Option = tuple[int, int, int]  # what a difference costs, the units it adds, those the arc carries
Chain = tuple[int, int, "Chain"] | None  # (arc, the units it carries instead, further differences)
Table = dict[int, tuple[int, Chain]]  # by units added: what that costs at least, and how


Found = tuple[Units, int, bool, int]
"""A solution, what it costs, whether nothing costs less, and the steps that it took."""


def line(problem: Problem, budget: int) -> Found | None:
    """The best solution for the only need, before anything that couples its arcs.

    None where arcs are not in the order of their parcels, one for each.  A step is a row of the
    table for each arc.  `Broken` if a parcel costs less than nothing: none is chosen for a gift.
    """
    (need,) = problem.needs
    parcels, q, short = problem.parcels, need.quantity, need.short_cost
    best, chosen, cheapest, last = q * short, -1, short, -1
    low = second = 1 + best if best > 0 else 1
    for place, arc in enumerate(need.arcs):
        if arc.parcel <= last:
            return None
        last, each, most = arc.parcel, arc.cost, arc.most
        fixed = parcels[last].cost
        cost = fixed + (each * q if most >= q else each * most + short * (q - most))
        if cost < best:
            best, chosen = cost, place
        if each < cheapest:
            cheapest = each
        if fixed < second:
            low, second = (fixed, low) if fixed < low else (low, fixed)
    ensure(low >= 0, "no parcel costs less than nothing")
    if q == 1 or best <= q * cheapest + low + second:  # two parcels cost no less
        if chosen < 0:
            return (), best, True, 1
        most = need.arcs[chosen].most
        return ((0, chosen, most if most < q else q),), best, True, 1
    return _knapsack(need, parcels, max(1024, 1 << q.bit_length()), budget)


def _knapsack(need: Need, parcels: Sequence[Parcel], scale: int, budget: int) -> Found:
    """Fill the line in the order of cost per unit, then look for what is better."""
    items, left, q = _items(need, parcels, scale), need.quantity, need.quantity
    critical = next((item for item in items if (left := left - item[2]) <= 0), None)
    short = need.short_cost * scale
    if critical is None:  # all of them, and short of what is left
        worth = sum([item[4] for item in items]) + left * short
        carried = {item[1]: item[2] for item in items}
        return _units(carried), worth // scale, True, 1
    price = critical[0]
    inside = [item for item in items if item[0] < price]
    missing = q - sum([item[2] for item in inside])
    bound = price * q + sum([worth - price * m for _, _, m, _, worth in inside])
    search = _Search(price, missing, budget * len(items), (short - price) * missing)
    search.run(inside, [*items[len(inside) :], (0, SHORT, q, short, short * q)])
    carried = {place: m for _, place, m, _, _ in inside}
    chain = search.chain
    while chain is not None:
        place, units, chain = chain
        carried[place] = units
    carried.pop(SHORT, None)
    steps = budget - max(0, search.budget) // len(items)
    cost = (bound + search.best) // scale
    return _units(carried), cost, search.budget >= 0, 1 + steps


def _units(carried: dict[int, int]) -> Units:
    return tuple([(0, place, carried[place]) for place in sorted(carried) if carried[place]])


def _items(need: Need, parcels: Sequence[Parcel], scale: int) -> list[Item]:
    """Every arc that saves something, by what a unit costs if all of them come."""
    q, short, items = need.quantity, need.short_cost * scale, list[Item]()
    for place, arc in enumerate(need.arcs):
        most = arc.most
        units, each = most if most < q else q, arc.cost * scale
        worth = parcels[arc.parcel].cost * scale + 1 + each * units
        if worth < short * units:
            items.append((worth // units, place, units, each, worth))
    items.sort()
    return items


@define
class _Search:
    """Looks for differences that add the *missing* units for less than the *best* known."""

    price: int
    missing: int
    budget: int
    best: int
    chain: Chain = None
    whole: Table = field(factory=lambda: {0: (0, None)})  # with no parcel filled in part
    split: Table = field(factory=dict)

    def run(self, inside: Sequence[Item], outside: Sequence[Item]) -> None:
        """One more parcel, if that is enough; then all differences.

        Those that leave units out come first: beyond what is missing there is no way back.
        """
        price, missing = self.price, self.missing
        for _, place, units, each, worth in outside:
            if units >= missing:
                cost = worth - (units - missing) * each - price * missing
                if cost < self.best:
                    self.best, self.chain = cost, (place, missing, None)
        for item in inside:
            if price * item[2] - item[4] < self.best or price - item[3] < self.best:
                self._leave_out(item)
        for item in outside:
            if item[4] - price * item[2] < self.best or item[4] - item[3] * item[2] < self.best:
                self._add(item)

    def _leave_out(self, item: Item) -> None:
        """A parcel of the bound, in full or in part."""
        _, place, units, each, worth = item
        saved = self.price - each
        some = range(1, min(units, -(-self.best // saved)))
        parts = [(saved * less, -less, units - less) for less in some]
        self._differ(place, (self.price * units - worth, -units, 0), parts)

    def _add(self, item: Item) -> None:
        """A parcel more, in full or in part: the dearer the fewer, where a unit costs its price."""
        _, place, units, each, worth = item
        more, fixed = each - self.price, worth - each * units
        if more < 0:
            some = range(units - 1, max(0, (fixed - self.best) // -more), -1)
        elif more > 0:
            some = range(1, min(units, -((fixed - self.best) // more)))
        else:
            some = range(1, units)
        parts = [(fixed + more * one, one, one) for one in some]
        self._differ(place, (worth - self.price * units, units, units), parts)

    def _differ(self, place: int, full: Option, parts: list[Option]) -> None:
        """Every known combination with this difference too."""
        whole, split = list(self.whole.items()), list(self.split.items())
        if len(parts) > self.budget:
            self.budget = -1
            return
        if full[0] < self.best:
            self._extend(place, split, self.split, [full])
            self._extend(place, whole, self.whole, [full])
        if parts:
            self._extend(place, whole, self.split, parts)

    def _extend(
        self,
        place: int,
        known: list[tuple[int, tuple[int, Chain]]],
        table: Table,
        options: list[Option],
    ) -> None:
        missing, best = self.missing, self.best
        for had, (paid, chain) in known:
            self.budget -= len(options)
            for more, units, carried in options:
                cost, at = paid + more, had + units
                if cost >= best:
                    break  # the others cost more
                if at == missing:
                    best, self.chain = cost, (place, carried, chain)
                elif (units < 0 or at < missing) and (at not in table or cost < table[at][0]):
                    table[at] = cost, (place, carried, chain)
            if self.budget < 0:
                break
        self.best = best

"""What is scarce gets a price, so that a relaxed problem knows what it would break.

A constraint that some amount is at most *most* is left out and paid for instead: at any price of
zero or more, the cheapest way to pay (less *most* times the price, which any solution that keeps
the constraint may take off) is a lower bound.  The better the prices, the better the bound, and
the closer what it sends is to a solution (Held and Karp, "The traveling-salesman problem and
minimum spanning trees: part II", Mathematical Programming 1, 1971; Fisher, "The Lagrangian
relaxation method for solving integer programming problems", Management Science 27, 1981).

An amount is units by weight, or parcels, or needs in a parcel: of these, units over the most that
their arc may carry are no more.  Where all of it is in one parcel, there is no amount without the
parcel, and what is taken off is taken off its cost: a bound as strong as if the parcel could hold
no more.  All figures are whole numbers, so prices are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field, frozen

from omscore.sourcing.solvers.coupling import Box, Constraint, Count, Sum


@frozen
class Prices:
    """What a unit by each arc pays, what each parcel pays, and what is taken off in the end."""

    units: Sequence[int]
    parcels: Sequence[int]
    off: int = 0


@frozen
class _Scarce:
    """An amount that is at most *most*: weight x units by arc, or parcels, each one.

    If all of it is in the *only* parcel, it is nothing where that is not used.
    """

    most: int
    only: int | None = None
    arcs: tuple[tuple[int, int], ...] = ()
    parts: tuple[tuple[int, int], ...] = ()  # (arc, units that are one in full)
    parcels: tuple[tuple[int, tuple[int, ...]], ...] = ()  # (parcel, its arcs)

    def beyond(self, units: Sequence[int]) -> int:
        """How much more than may be *units* take."""
        taken = sum([units[arc] * each for arc, each in self.arcs])
        taken += sum([1 for arc, _ in self.parts if units[arc]])
        if not taken and self.only is not None:
            return 0
        taken += sum([1 for _, arcs in self.parcels if any([units[arc] for arc in arcs])])
        return taken - self.most


@define
class Market:
    """Moves the prices of all that is scarce, and remembers the best ones."""

    arcs: int
    parcels: int
    scarce: list[_Scarce]
    price: list[int] = field(init=False)
    best: list[int] = field(init=False)
    bound: int | None = field(default=None, init=False)
    _beyond: list[int] = field(factory=list, init=False)  # at the best prices
    _share: int = field(default=2, init=False)  # of the gap that a step would close: one over it
    _stale: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self.price = self.best = [0] * len(self.scarce)

    @classmethod
    def of(
        cls, all_: Sequence[Constraint], box: Box, parcel_of: Sequence[int], most: int
    ) -> Market:
        """Of the constraints that a solution in *box* could break; *parcel_of* each arc."""
        by_parcel: dict[int, list[int]] = {}
        for arc, parcel in enumerate(parcel_of):
            by_parcel.setdefault(parcel, []).append(arc)
        found = [_scarce(one, box, parcel_of, by_parcel) for one in all_]
        return cls(len(parcel_of), most, [one for one in found if one is not None])

    def prices(self, price: Sequence[int]) -> Prices:
        """What everybody pays, at the *price* of all that is scarce."""
        units, parcels, off = [0] * self.arcs, [0] * (self.parcels + 1), 0
        for each, one in zip(price, self.scarce, strict=True):
            if not each:
                continue
            for arc, weight in one.arcs:
                units[arc] += each * weight
            for arc, full in one.parts:
                units[arc] += each // full
            for parcel, _ in one.parcels:
                parcels[parcel] += each
            if one.only is None:
                off += each * one.most
            else:
                parcels[one.only] -= each * one.most
        return Prices(units, parcels, off)

    def move(self, bound: int, units: Sequence[int], worth: int) -> bool:
        """Raise what is taken too much of and lower the rest; False if all prices stand still.

        *bound* is that of the prices now, *units* what is sent at them, *worth* the best solution.
        A step would close a share of the gap, were the bound as steep all the way.  Where two steps
        do not raise it, the next one begins at the best prices again, and is half as long.
        """
        if self.bound is None or bound > self.bound:
            self.bound, self.best, self._stale = bound, self.price, 0
            beyond = self._beyond = [one.beyond(units) for one in self.scarce]
        elif self._stale == 0:
            self._stale = 1
            beyond = [one.beyond(units) for one in self.scarce]
        else:
            self._stale, self._share = 0, 2 * self._share
            self.price, beyond = self.best, self._beyond
        beyond = [b if b > 0 or price else 0 for b, price in zip(beyond, self.price, strict=True)]
        squares = sum([b * b for b in beyond])
        gap = min(worth - bound, max(abs(bound) // 2, 1_000))  # a unit short is no measure
        step = max(0, gap) // (self._share * squares) if squares else 0
        self.price = [max(0, price + step * b) for price, b in zip(self.price, beyond, strict=True)]
        return step > 0


def _scarce(
    one: Constraint, box: Box, parcel_of: Sequence[int], by_parcel: dict[int, list[int]]
) -> _Scarce | None:
    match one:
        case Sum(most, terms):
            if sum([box.high[arc] * each for arc, each in terms]) > most:
                return _Scarce(most, _only(terms, parcel_of), arcs=terms)
        case Count(most, bins) if len(bins) > most:
            if all([len(arcs) == 1 for arcs in bins]):
                parts = tuple([(arc, box.high[arc]) for (arc,) in bins if box.high[arc]])
                return _Scarce(most, _only(parts, parcel_of), parts=parts)
            whole = [(parcel_of[arcs[0]], arcs) for arcs in bins]
            if all([list(arcs) == by_parcel[parcel] for parcel, arcs in whole]):
                return _Scarce(most, parcels=tuple(whole))
        case _:
            pass
    return None


def _only(terms: Sequence[tuple[int, int]], parcel_of: Sequence[int]) -> int | None:
    """The parcel of all these arcs, if there is one only."""
    parcels = {parcel_of[arc] for arc, _ in terms}
    return parcels.pop() if len(parcels) == 1 else None

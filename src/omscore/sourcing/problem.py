"""One sourcing question as whole numbers: what a solver gets, and what it gives back.

The pipeline reads needs, candidates, rules, limits and costs into a `Problem` once; every solver,
and the check of what it gives, works on that.  Nodes, parcels, pools and needs are places in
tuples, days are `date.toordinal()`.

A solution sends units along arcs.  Its cost is

    sum of parcel.cost over parcels that carry anything
    + sum of toll.cost over tolls whose arcs carry anything
    + sum of arc.cost x units
    + sum of need.short_cost x units not covered
    + sum of soft.cost over soft limits that are broken

Tiers (units short before units late before money) are folded into these figures by the pipeline:
a unit of a higher tier costs more than everything below it can add up to, so all of them are one
exact `int`.
"""

from __future__ import annotations

from typing import Literal, Protocol, assert_never

from attrs import frozen

Rows = tuple[tuple[int, int], ...]


@frozen
class Parcel:
    """What one node sends to one destination by one method on one day; *cost* is paid once."""

    node: int
    day: int
    cost: int


@frozen
class Arc:
    """One way of covering a need: by at most *most* units in a parcel, at *cost* each.

    Each unit takes so many units out of each pool of *takes*: `((pool, 1),)` for a stock item,
    several pools for a bundle, none for what needs no stock.  *cost* may be negative.
    """

    parcel: int
    most: int
    cost: int
    takes: tuple[tuple[int, int], ...]


@frozen
class Need:
    """So many units, the arcs that may cover them, and what each one not covered costs.

    *least_split* is the smallest number of units that one parcel may carry of it, unless it
    carries all that is wanted.
    """

    quantity: int
    short_cost: int
    arcs: tuple[Arc, ...]
    least_split: int = 1


@frozen
class Toll:
    """Paid once if any of these *arcs*, each (need, place of the arc), carries anything.

    A hop on the way that several arcs share is one; *cost* is not negative.
    """

    arcs: frozenset[tuple[int, int]]
    cost: int


@frozen
class Room:
    """These *parcels* hold no more than *most* units, lines (need and parcel) or parcels."""

    parcels: frozenset[int]
    of: Literal["units", "lines", "parcels"]
    most: int


@frozen
class AtMost:
    """The units of these *needs* come in at most so many parcels, or from at most so many nodes."""

    needs: frozenset[int]
    of: Literal["parcels", "nodes"]
    most: int


@frozen
class AllOrNothing:
    """Either every unit of these *needs* is covered, or none of any of them."""

    needs: frozenset[int]


@frozen
class Together:
    """Whatever is covered of these *needs* comes in one parcel."""

    needs: frozenset[int]


@frozen
class Sets:
    """What is covered of some needs makes whole sets: *each* is (need, units of it in a set)."""

    each: tuple[tuple[int, int], ...]

    @property
    def needs(self) -> frozenset[int]:
        """The needs that sets are made of."""
        return frozenset([need for need, _ in self.each])


Limit = AtMost | AllOrNothing | Together | Sets


@frozen
class Parts:
    """No parcel carries fewer than *least* units of *need*, unless it carries all of it.

    It is what `Need.least_split` says, for a limit that may be broken.
    """

    need: int
    least: int


@frozen
class Soft:
    """A limit that may be broken; *cost*, which is not negative, is paid once if it is."""

    limit: Limit | Parts
    cost: int


@frozen
class Problem:
    """Everything a solver may know.

    *pools* hold stock over time: rows (day, units) that rise in both; up to each day no more units
    may leave a pool than the last row by then says.  No solver gets *soft* limits: which of them
    are kept is decided above (`concessions`).
    """

    needs: tuple[Need, ...]
    parcels: tuple[Parcel, ...]
    pools: tuple[Rows, ...]
    rooms: tuple[Room, ...] = ()
    limits: tuple[Limit, ...] = ()
    tolls: tuple[Toll, ...] = ()
    soft: tuple[Soft, ...] = ()


@frozen
class Solution:
    """Units by (need, place of the arc in the need, quantity), in that order; the rest is short.

    *bound* is proven: no solution costs less.  *work* counts search steps, never time.
    """

    units: tuple[tuple[int, int, int], ...]
    cost: int
    bound: int
    work: int
    solver: str


class Solver(Protocol):
    """Solves a problem in so many search steps; the same problem gives the same solution."""

    @property
    def name(self) -> str:
        """What explanations and policies call it."""
        ...

    def solve(self, problem: Problem, budget: int) -> Solution:
        """A solution that keeps every pool, room and limit, the cheapest where bound = cost."""
        ...


def cost_of(problem: Problem, units: tuple[tuple[int, int, int], ...]) -> int:
    """What sending *units* costs, whether it is allowed or not."""
    left = [need.quantity for need in problem.needs]
    used, total = set[int](), 0
    for need, place, quantity in units:
        arc = problem.needs[need].arcs[place]
        left[need] -= quantity
        used.add(arc.parcel)
        total += arc.cost * quantity
    total += sum(problem.parcels[parcel].cost for parcel in used) + tolls_of(problem, units)
    total += sum([problem.soft[place].cost for place in broken(problem, units)])
    return total + sum(one.short_cost * n for one, n in zip(problem.needs, left, strict=True))


def tolls_of(problem: Problem, units: tuple[tuple[int, int, int], ...]) -> int:
    """What sending *units* costs in tolls."""
    if not problem.tolls:
        return 0
    used = {(need, place) for need, place, _ in units}
    return sum([toll.cost for toll in problem.tolls if not used.isdisjoint(toll.arcs)])


def broken(problem: Problem, units: tuple[tuple[int, int, int], ...]) -> list[int]:
    """The places of the soft limits that *units* break."""
    return [n for n, soft in enumerate(problem.soft) if _breaks(soft.limit, problem, units)]


def _breaks(
    limit: Limit | Parts, problem: Problem, units: tuple[tuple[int, int, int], ...]
) -> bool:
    needs = {limit.need} if isinstance(limit, Parts) else limit.needs
    parcels, covered = dict[int, int](), dict.fromkeys(needs, 0)
    for need, place, quantity in units:
        if need in needs:
            parcel = problem.needs[need].arcs[place].parcel
            parcels[parcel] = parcels.get(parcel, 0) + quantity
            covered[need] += quantity
    match limit:
        case AtMost(_, "parcels", most):
            return len(parcels) > most
        case AtMost(_, _, most):
            return len({problem.parcels[parcel].node for parcel in parcels}) > most
        case AllOrNothing():
            wanted = sum([problem.needs[need].quantity for need in needs])
            return sum(covered.values()) not in (0, wanted)
        case Together():
            return len(parcels) > 1
        case Sets(each):
            sets = {divmod(covered[need], of) for need, of in each}
            return len(sets) > 1 or any(rest for _, rest in sets)
        case Parts(need, least):
            return any(n < least and n != problem.needs[need].quantity for n in parcels.values())
        case _:
            assert_never(limit)

"""One parcel for everything, where no more than one look at each arc proves it the cheapest.

Two parcels or more cost at least the cheapest way of every unit and the two smallest parcel costs.
The best single parcel that costs no more is the answer: so are nearly all orders of one line, and
most of three.  Where a limit says that everything goes in one parcel, it is the answer at any cost.
"""

from __future__ import annotations

from omscore.kernel.errors import ensure
from omscore.sourcing.problem import AtMost, Problem, Together
from omscore.sourcing.solvers.filling import Units


def single(problem: Problem) -> tuple[Units, int, bool]:
    """The best solution with one parcel or none, what it costs, and whether it is the cheapest.

    It looks at costs and quantities only, not at what couples arcs.  Of several the first parcel.
    `Broken` if a parcel costs less than nothing: none is chosen for a gift.
    """
    parcels = [parcel.cost for parcel in problem.parcels]
    worth = parcels[:]  # the cost of each parcel less what it saves of being short
    none = cheapest = wanted = 0
    for need in problem.needs:
        q, short = need.quantity, need.short_cost
        least = short
        for arc in need.arcs:
            cost = arc.cost
            if cost < short:
                most = arc.most
                worth[arc.parcel] -= (short - cost) * (most if most < q else q)
                if cost < least:
                    least = cost
        none += q * short
        cheapest += q * least
        wanted += q
    parcels.sort()
    ensure(not parcels or parcels[0] >= 0, "no parcel costs less than nothing")
    two = cheapest + sum(parcels[:2])
    alone = wanted == 1 or _alone(problem)
    best = min(worth, default=0)
    if best >= 0:
        return (), none, none <= two or alone
    units, cost = _units(problem, worth.index(best), none)
    counted = none + best == cost  # not so if a need has several arcs in the parcel
    return units, cost, counted and (cost <= two or alone)


def _alone(problem: Problem) -> bool:
    """Whether everything must go in one parcel."""
    return any(
        len(limit.needs) == len(problem.needs)
        and (isinstance(limit, Together) or limit == AtMost(limit.needs, "parcels", 1))
        for limit in problem.limits
    )


def _units(problem: Problem, parcel: int, none: int) -> tuple[Units, int]:
    """Everything that a parcel can carry below the cost of being short, and what all then costs."""
    units, cost = [], none + problem.parcels[parcel].cost
    for number, need in enumerate(problem.needs):
        q, short = need.quantity, need.short_cost
        mine = [(a.cost, k, a.most) for k, a in enumerate(need.arcs) if a.parcel == parcel]
        for each, place, most in sorted(mine):
            take = most if most < q else q
            if take and each < short:
                units.append((number, place, take))
                cost -= (short - each) * take
                q -= take
    return tuple(sorted(units)), cost

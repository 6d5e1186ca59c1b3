"""The fixed-charge problem alone: units at a cost each, parcels at a cost once, nothing shared.

    minimize   sum of fixed[p] over parcels used + sum of cost x units
    subject to each need covered in full, each arc within its most

Being short is an arc too, at the short cost and without a parcel.  With several needs this is
uncapacitated facility location, with splits over small stocks a fixed-charge transportation problem
whose sources are private to each need.

**Bound.**  Split the cost of a parcel over its arcs: any w >= 0 with

    sum over arcs a of p:  most[a] * w[a] <= fixed[p]

turns it into a cost per unit, and what the needs then cost without any fixed cost is a lower bound
(the dual of the strong relaxation `units <= most * used`; Erlenkotter, "A dual-based procedure for
uncapacitated facility location", Operations Research 26, 1978).  `ascend` finds such a w: it raises
the price v that a need pays for its last unit, level by level, each arc cheaper than v paying
w = v - cost out of what its parcel has left.  An arc whose parcel has nothing left is *blocked*:
raising v further gains the units not yet carried by blocked arcs.  That is Erlenkotter's dual
ascent, extended to arcs which carry less than the need wants.  All figures are whole numbers.

**Reduced costs.**  What a parcel has left when prices stand still is what opening it would add to
the bound at least: a parcel for which bound + left reaches the best known cost stays closed.

**Search.**  Depth first over parcels, open or closed, the one with the highest unpaid cost first
among those whose cost the bound used up.  If the bound used up none, it is the cost of a solution.
"""

from __future__ import annotations

from attrs import frozen

Row = list[tuple[int, int, int, int]]  # cost, parcel, most, arc; by cost, the last is being short
SHORT = -1  # the parcel of being short, and its arc

FREE_OF = -1  # the slack of a closed parcel


@frozen
class Charge:
    """One instance: units wanted, the rows of each need, the cost of each parcel.

    *fixed* has a last entry of 0, the parcel of being short.
    """

    wants: list[int]
    rows: list[Row]
    fixed: list[int]


@frozen
class Found:
    """The best solution below the cutoff as (arc, units), if there is one, and what is proven."""

    cost: int
    chosen: list[tuple[int, int]] | None
    bound: int
    steps: int


def ascend(wants: list[int], rows: list[Row], slack: list[int]) -> tuple[int, list[int]]:
    """The bound by dual ascent, and the parcels whose cost it used up; leaves *slack* as what is left."""
    total = 0
    tight: list[int] = []
    live: list[list] = []
    for q, row in zip(wants, rows, strict=True):
        k = 0
        while slack[row[k][1]] < 0:
            k += 1
        v = row[k][0]
        total += q * v
        live.append([q, v, k, [], row])
    while live:
        again = []
        for state in live:
            free, v, k, active, row = state
            # arcs at the level
            while True:
                c, p, m, _ = row[k]
                if c > v:
                    break
                k += 1
                s = slack[p]
                if s < 0:
                    continue
                if s < m or (active and any(p == one for one, _ in active)):
                    free -= m
                    tight.append(p)
                    if free <= 0:
                        break
                else:
                    active.append((p, m))
            if free <= 0:
                continue
            while slack[p] < 0:
                k += 1
                c, p, m, _ = row[k]
            while v < c:
                step = c - v
                for p, m in active:
                    d = slack[p] // m
                    if d < step:
                        step = d
                if step:
                    for p, m in active:
                        slack[p] -= m * step
                    total += step * free
                    v += step
                    if v == c:
                        break
                kept = []
                for one in active:
                    p, m = one
                    if slack[p] < m:
                        free -= m
                        tight.append(p)
                    else:
                        kept.append(one)
                active = kept
                if free <= 0:
                    break
            if free > 0:
                state[0] = free
                state[1] = v
                state[2] = k
                state[3] = active
                again.append(state)
        live = again
    return total, tight


def fill(
    wants: list[int], rows: list[Row], fixed: list[int], allowed: set[int]
) -> tuple[int, set[int]]:
    """What covering every need costs with these parcels only, and which of them it uses."""
    total = 0
    used = set()
    for q, row in zip(wants, rows, strict=True):
        for c, p, m, _ in row:
            if p in allowed:
                used.add(p)
                if m >= q:
                    total += q * c
                    break
                total += m * c
                q -= m
    used.discard(SHORT)
    return total + sum([fixed[p] for p in used]), used


def improve(charge: Charge, allowed: set[int], fixed: list[int]) -> tuple[int, set[int]]:
    """*fill*, then without each parcel that is not worth its cost, the dearest first."""
    cost, used = fill(charge.wants, charge.rows, fixed, allowed | {SHORT})
    for p in sorted(used, key=lambda p: (-fixed[p], p)):
        less, rest = fill(charge.wants, charge.rows, fixed, (used - {p}) | {SHORT})
        if less < cost:
            cost, used = less, rest
    return cost, used


def solve(charge: Charge, cutoff: int, budget: int, opened: frozenset[int] = frozenset()) -> Found:
    """The cheapest solution below *cutoff*, in at most *budget* bounds; *opened* are paid already."""
    wants, rows, fixed = charge.wants, charge.rows, charge.fixed
    best, best_used = cutoff, None
    base = fixed[:]
    for p in opened:
        base[p] = 0
    owed = base[:]
    floor = sum([q * row[0][0] for q, row in zip(wants, rows, strict=True)])
    stack = [(floor, 0, base)]
    steps = 0
    while stack:
        if steps >= budget:
            break
        known, paid, base = stack.pop()
        if known >= best:
            continue
        steps += 1
        slack = base[:]
        total, tight = ascend(wants, rows, slack)
        total += paid
        if total >= best:
            continue
        open_ = {p for p, f in enumerate(base) if f == 0}
        cost, used = improve(charge, open_.union(tight), owed)
        if cost < best:
            best, best_used = cost, used
            if total >= best:
                continue
        free = {p for p in tight if base[p] > 0}
        if not free:
            continue
        gap = best - total
        base = [FREE_OF if s >= gap else f for f, s in zip(base, slack, strict=True)]
        free = {p for p in free if base[p] > 0}
        if not free:
            stack.append((total, paid, base))
            continue
        pick = max(free & used or free, key=lambda p: (base[p], -p))
        closed = base[:]
        closed[pick] = FREE_OF
        stack.append((total, paid, closed))
        base[pick] = 0
        stack.append((total, paid + owed[pick], base))
    bound = min([best, *(known for known, _, _ in stack)])
    chosen = None if best_used is None else units_of(charge, best_used | {SHORT})
    return Found(best, chosen, bound, steps)


def units_of(charge: Charge, allowed: set[int]) -> list[tuple[int, int]]:
    """The cheapest units over these parcels."""
    chosen = []
    for q, row in zip(charge.wants, charge.rows, strict=True):
        for _, p, m, arc in row:
            if p in allowed and q:
                take = min(m, q)
                q -= take
                if arc >= 0:
                    chosen.append((arc, take))
    return chosen

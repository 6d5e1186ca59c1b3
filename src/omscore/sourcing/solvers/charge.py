"""The fixed-charge problem alone: units at a cost each, parcels at a cost once, nothing shared.

    minimize   sum of fixed[p] over parcels used + sum of cost x units
    subject to each need covered in full, each arc within its most

Being short is an arc too, at the short cost and without a parcel.  With several needs this is
uncapacitated facility location; with splits over small stocks, a fixed-charge transportation
problem whose sources are private to each need.

**Bound.**  Split the cost of a parcel over its arcs: any w >= 0 with

    sum over arcs a of p:  most[a] * w[a] <= fixed[p]

turns it into a cost per unit, and what the needs then cost without any fixed cost is a lower bound
(the dual of the strong relaxation `units <= most * used`; Erlenkotter, "A dual-based procedure for
uncapacitated facility location", Operations Research 26, 1978).  `ascend` finds such a w: it raises
the price v that a need pays for its last unit, level by level, each arc cheaper than v paying
w = v - cost out of what its parcel has left.  An arc whose parcel has too little left is *blocked*:
raising v further gains only the units that blocked arcs cannot carry.  That is Erlenkotter's dual
ascent, extended to arcs which carry less than the need wants.  All figures are whole numbers.

**Reduced costs.**  What a parcel has left when all prices stand still is what opening it would add
to the bound at least: where bound + left reaches the best known cost, it stays closed.  Closing one
adds what its arcs gain at these prices, beyond what they pay: where that reaches it, it is opened.

**Search.**  Depth first over parcels, open before closed, the dearest first among those whose cost
the bound used up, preferably one that the best solution over them uses.  If the bound used up no
unpaid parcel, it is the cost of a solution.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from attrs import define, field, frozen

from omscore.sourcing.solvers.nests import Nests, Used

Row = list[tuple[int, int, int, int]]  # (cost, parcel, most, arc) by cost; the last is being short
Active = list[tuple[int, int, int]]  # (parcel, most, arc) of those that pay
SHORT = -1  # the parcel of being short, and its arc
_Node = tuple[int, int, list[int], list[Row]]  # bound, paid, what each parcel costs still, rows


@frozen
class Charge:
    """One instance: the units that each need wants, its arcs, and the cost of each parcel.

    *fixed* has one entry more, 0, for the parcel of being short.  *twice* says that some need has
    several arcs in one parcel, of which only the first pays.  *nests* are what arcs of a need take
    from one pool between them; where there are none, an arc is bound by its most alone.
    """

    wants: list[int]
    rows: list[Row]
    fixed: list[int]
    twice: bool
    nests: Nests | None = None


@frozen
class Found:
    """The best solution below the cutoff as (arc, units), if there is one, and what is proven.

    *cost* and *bound* are the cutoff where nothing is cheaper; *steps* counts bounds computed.
    """

    cost: int
    chosen: list[tuple[int, int]] | None
    bound: int
    steps: int


@define
class _Price:
    """The price of one need: its level, the units it still gains from, and the arcs that pay."""

    free: int
    level: int
    row: Row
    reached: int = 0  # arcs of the row
    active: Active = field(factory=list)


def ascend(
    charge: Charge, rows: list[Row], slack: list[int]
) -> tuple[int, list[int], list[_Price]]:
    """The bound over *rows*, the parcels that blocked an arc, and the prices of all needs.

    *slack* becomes what is left of each parcel's cost.
    """
    total, tight, used = 0, list[int](), Used()
    prices = [_Price(q, row[0][0], row) for q, row in zip(charge.wants, rows, strict=True)]
    live = prices
    for price in live:
        total += price.free * price.level
    alone = not charge.twice and charge.nests is None
    while live:
        if alone and len(live) == 1:
            return total + _finish(live[0], slack, tight), tight, prices
        for price in live:
            total += _raise(charge, price, slack, tight, used)
        live = [price for price in live if price.free > 0]
    return total, tight, prices


def _raise(charge: Charge, price: _Price, slack: list[int], tight: list[int], used: Used) -> int:
    """Raise a price to the next arc of its row; what the bound gains."""
    twice, nests = charge.twice, charge.nests
    free, level, row, k, active = price.free, price.level, price.row, price.reached, price.active
    gain = 0
    while free > 0 and row[k][0] <= level:
        _, p, m, arc = row[k]
        k += 1
        if slack[p] < m or (twice and any([one[0] == p for one in active])):
            tight.append(p)
            free -= m if nests is None else nests.more(used, arc, m)
        else:
            active.append((p, m, arc))
    while free > 0 and level < row[k][0]:
        step = row[k][0] - level
        for p, m, _ in active:
            if slack[p] < step * m:
                step = slack[p] // m
        for p, m, _ in active:
            slack[p] -= step * m
        gain += step * free
        level += step
        if level < row[k][0]:  # some arc has become blocked
            blocked = [one for one in active if slack[one[0]] < one[1]]
            active = [one for one in active if slack[one[0]] >= one[1]]
            tight += [p for p, _, _ in blocked]
            for _, m, arc in blocked:
                free -= m if nests is None else nests.more(used, arc, m)
    price.free, price.level, price.reached, price.active = free, level, k, active
    return gain


def _finish(price: _Price, slack: list[int], tight: list[int]) -> int:
    """What the bound gains from the last need: with no other, each arc blocks at a known price."""
    free, level, reached = price.free, price.level, price.row[price.reached :]
    paying = [(level, p, m) for p, m, _ in price.active] + [(c, p, m) for c, p, m, _ in reached]
    gain = 0
    for block, p, m in sorted([(c + slack[p] // m, p, m) for c, p, m in paying]):
        gain += free * (block - level)
        level = block
        tight.append(p)
        free -= m
        if free <= 0:
            break
    for c, p, m in paying:
        if c < level:
            paid = slack[p] // m
            slack[p] -= m * (paid if paid < level - c else level - c)
    price.level = level
    return gain


def solve(charge: Charge, cutoff: int, budget: int, opened: frozenset[int] = frozenset()) -> Found:
    """The cheapest solution below *cutoff*, by *budget* bounds at most; *opened* are paid for."""
    wants, owed = charge.wants, charge.fixed[:]
    for p in opened:
        owed[p] = 0
    best, chosen, steps = cutoff, None, 0
    floor = sum([q * row[0][0] for q, row in zip(wants, charge.rows, strict=True)])
    stack: list[_Node] = [(floor, 0, owed, charge.rows)]
    while stack and steps < budget:
        known, paid, base, rows = stack.pop()
        if known >= best:
            continue
        steps += 1
        slack = base[:]
        total, tight, prices = ascend(charge, rows, slack)
        total += paid
        if total >= best:
            continue
        unpaid = {p for p in tight if base[p]}
        cost, used = fitted(charge, rows, base, owed, unpaid)
        if cost < best:
            best, chosen = cost, (rows, used)
        gap = best - total
        if not unpaid or gap <= 0:
            continue
        rows = [[one for one in row if slack[one[1]] < gap] for row in rows]
        unpaid = {p for p in unpaid if slack[p] < gap}
        losses = {} if charge.nests is not None else _losses(prices, base, slack)
        musts = [p for p in unpaid if losses.get(p, 0) >= gap]
        if musts or not unpaid:  # else whole numbers left the bound a little low
            stack.append(_opened((total, paid, base, rows), musts))
            continue
        pick = max(unpaid & used or unpaid, key=lambda p: (base[p], -p))
        without = [[one for one in row if one[1] != pick] for row in rows]
        stack.append((total, paid, base, without))
        stack.append(_opened((total, paid, base, rows), [pick]))
    bound = min([best, *(known for known, _, _, _ in stack)])
    return Found(best, None if chosen is None else _units(charge, *chosen), bound, steps)


def _losses(prices: list[_Price], base: list[int], slack: list[int]) -> dict[int, int]:
    """What closing a parcel adds to the bound at least, at these prices: its arcs gain nothing."""
    losses: dict[int, int] = {}
    for price in prices:
        level = price.level
        for c, p, m, _ in price.row:
            if c >= level:
                break
            losses[p] = losses.get(p, slack[p] - base[p]) + m * (level - c)
    return losses


def _opened(node: _Node, parcels: list[int]) -> _Node:
    """The node with these parcels paid."""
    known, paid, base, rows = node
    paid += sum([base[p] for p in parcels])
    base = base[:]
    for p in parcels:
        base[p] = 0
    return known, paid, base, rows


def fitted(
    charge: Charge, rows: list[Row], base: list[int], owed: list[int], unpaid: set[int]
) -> tuple[int, set[int]]:
    """A solution over the paid and these unpaid parcels: its cost, and the parcels it uses.

    Beginning with all of them, it leaves out each that the others can do without for less, the
    dearest first.
    """
    rows = [[one for one in row if not base[one[1]] or one[1] in unpaid] for row in rows]
    cost, used = _filled(charge, rows, owed)
    rows = [[one for one in row if one[1] in used or one[1] < 0] for row in rows]
    spare, carries = [-q for q in charge.wants], defaultdict[int, list[tuple[int, int]]](list)
    for need, row in enumerate(rows):
        for _, p, m, _ in row[:-1]:
            spare[need] += m
            carries[p].append((need, m))
    for out in sorted([p for p in used if owed[p]], key=lambda p: (-owed[p], p)):
        if all([m <= spare[need] for need, m in carries[out]]):
            fewer = [[one for one in row if one[1] != out] for row in rows]
            less, rest = _filled(charge, fewer, owed)
            if less < cost:
                cost, used, rows = less, rest, fewer
                for need, m in carries[out]:
                    spare[need] -= m
    return cost, used


def _filled(charge: Charge, rows: list[Row], owed: list[int]) -> tuple[int, set[int]]:
    """What covering every need over these rows costs, and the parcels that carry anything."""
    if charge.nests is not None:
        return _filled_in_nests(charge, rows, owed)
    total, used = 0, set[int]()
    for q, row in zip(charge.wants, rows, strict=True):
        for c, p, m, _ in row:
            used.add(p)
            if m >= q:
                total += q * c
                break
            total += m * c
            q -= m
    return total + sum([owed[p] for p in used]), used


def _filled_in_nests(charge: Charge, rows: list[Row], owed: list[int]) -> tuple[int, set[int]]:
    carried = list(_carried(charge, rows))
    used = {p for _, p, _, _ in carried}
    return sum([c * n for c, _, n, _ in carried]) + sum([owed[p] for p in used]), used


def _carried(charge: Charge, rows: list[Row]) -> Iterator[tuple[int, int, int, int]]:
    """Cost, parcel, units and arc of whatever covers the needs at the least cost of units."""
    nests, used = charge.nests, dict[int, list[int]]()
    for q, row in zip(charge.wants, rows, strict=True):
        for c, p, m, arc in row:
            take = min(q, m if nests is None else nests.more(used, arc, m))
            if take:
                yield c, p, take, arc
                q -= take
            if not q:
                break


def _units(charge: Charge, rows: list[Row], used: set[int]) -> list[tuple[int, int]]:
    rows = [[one for one in row if one[1] in used] for row in rows]
    return [(arc, n) for _, p, n, arc in _carried(charge, rows) if p != SHORT]

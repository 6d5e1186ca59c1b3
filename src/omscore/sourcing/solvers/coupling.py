"""What couples arcs with each other: shared pools, rooms, limits, smallest parts.

Six kinds of constraint say it all:

* `Sum`: weight x units over some arcs is at most *most* (a pool up to a day, a room in units);
* `Count`: of some bins, each a set of arcs, at most *most* carry anything (rooms in lines or
  parcels, limits on parcels and nodes, together);
* `Part`: a bin carries nothing, or at least *least* units;
* `Whole`: some needs are covered in full, or not at all;
* `Multiple`: what is covered of some needs makes whole sets;
* `Due`: what some arcs owe once is paid if they carry anything.  A box either pays it or carries
  nothing there; where it does neither yet, its bound charges a share of it to each unit.

The search relaxes all of them, looks at what the relaxed solution breaks, and branches on that: the
children of a *box* (what each arc may carry, at least and at most) exclude the broken solution and
no allowed one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from omscore.sourcing.problem import AllOrNothing, AtMost, Problem, Sets
from omscore.sourcing.solvers.filling import level


@frozen
class Sum:
    """At most *most* in weight x units; *terms* are (arc, weight)."""

    most: int
    terms: tuple[tuple[int, int], ...]


@frozen
class Count:
    """At most *most* of the bins carry anything."""

    most: int
    bins: tuple[tuple[int, ...], ...]


@frozen
class Part:
    """These arcs together carry nothing or at least *least* units."""

    least: int
    arcs: tuple[int, ...]


@frozen
class Whole:
    """These needs, each (need, units), are covered in full or not at all; *arcs* are theirs."""

    needs: tuple[tuple[int, int], ...]
    arcs: tuple[int, ...]
    wanted: int


@frozen
class Multiple:
    """So many units of each need for every set; *parts* are (need, units, all of its arcs)."""

    parts: tuple[tuple[int, int, tuple[int, ...]], ...]


@frozen
class Due:
    """*cost* is owed once if any of *arcs* carries something."""

    cost: int
    arcs: tuple[int, ...]


Constraint = Sum | Count | Part | Whole | Multiple | Due


@frozen
class Box:
    """What each arc may carry, what is covered of each need at *least* and at *most*.

    And the bins that a count permits, and the dues that are *paid*, by their places.
    """

    low: tuple[int, ...]
    high: tuple[int, ...]
    least: tuple[int, ...]
    most: tuple[int, ...]
    permitted: frozenset[tuple[int, int]] = frozenset()  # (place of the count, bin)
    paid: frozenset[int] = frozenset()

    @classmethod
    def of(cls, problem: Problem) -> Box:
        """The box that holds every solution."""
        needs = problem.needs
        high = tuple([min(arc.most, need.quantity) for need in needs for arc in need.arcs])
        wanted = tuple([need.quantity for need in needs])
        return cls((0,) * len(high), high, (0,) * len(needs), wanted)


def constraints(problem: Problem, first: Sequence[int]) -> tuple[Constraint, ...]:
    """Everything that couples arcs; arc *k* of need *i* is number ``first[i] + k``.

    Pools and rooms that hold whatever their arcs can carry are no constraint.
    """
    high = [min(arc.most, need.quantity) for need in problem.needs for arc in need.arcs]
    return (
        *_binding(_pools(problem, first), high),
        *_binding(_rooms(problem, first), high),
        *_limits(problem, first),
        *_parts(problem, first),
        *_dues(problem, first),
    )


def _binding(some: Iterator[Sum | Count], high: Sequence[int]) -> Iterator[Sum | Count]:
    for one in some:
        if isinstance(one, Sum):
            used = sum([high[arc] * each for arc, each in one.terms])
        else:
            used = len(one.bins)
        if used > one.most:
            yield one


def _arcs(problem: Problem, first: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    for number, need in enumerate(problem.needs):
        for place, arc in enumerate(need.arcs):
            yield number, arc.parcel, first[number] + place


def _pools(problem: Problem, first: Sequence[int]) -> Iterator[Sum]:
    taken: dict[int, list[tuple[int, int, int]]] = {}
    for number, need in enumerate(problem.needs):
        for place, arc in enumerate(need.arcs):
            for pool, each in arc.takes:
                day = problem.parcels[arc.parcel].day
                taken.setdefault(pool, []).append((day, first[number] + place, each))
    for pool in sorted(taken):
        for day in sorted({day for day, _, _ in taken[pool]}):
            terms = tuple((arc, each) for when, arc, each in taken[pool] if when <= day)
            yield Sum(level(problem.pools[pool], day), _merged(terms))


def _merged(terms: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    weights: dict[int, int] = {}
    for arc, each in terms:
        weights[arc] = weights.get(arc, 0) + each
    return tuple(weights.items())


def _rooms(problem: Problem, first: Sequence[int]) -> Iterator[Sum | Count]:
    by_parcel: dict[int, list[tuple[int, int, int]]] = {}
    for one in _arcs(problem, first) if problem.rooms else ():
        by_parcel.setdefault(one[1], []).append(one)
    for room in problem.rooms:
        inside = sorted([one for p in room.parcels for one in by_parcel.get(p, ())])
        if room.of == "units":
            yield Sum(room.most, tuple((arc, 1) for _, _, arc in inside))
        else:
            lines = room.of == "lines"
            yield Count(room.most, _bins((n if lines else -1, p, arc) for n, p, arc in inside))


def _limits(problem: Problem, first: Sequence[int]) -> Iterator[Constraint]:
    for limit in problem.limits:
        mine = [one for one in _arcs(problem, first) if one[0] in limit.needs]
        if isinstance(limit, AllOrNothing):
            full = tuple((need, problem.needs[need].quantity) for need in sorted(limit.needs))
            arcs = tuple(arc for _, _, arc in mine)
            yield Whole(full, arcs, sum(units for _, units in full))
        elif isinstance(limit, Sets):
            yield Multiple(
                tuple(
                    (need, units, tuple(arc for n, _, arc in mine if n == need))
                    for need, units in limit.each
                )
            )
        elif isinstance(limit, AtMost) and limit.of == "nodes":
            yield Count(limit.most, _bins((-1, problem.parcels[p].node, arc) for _, p, arc in mine))
        else:
            most = limit.most if isinstance(limit, AtMost) else 1
            yield Count(most, _bins((-1, p, arc) for _, p, arc in mine))


def _bins(arcs: Iterator[tuple[int, int, int]]) -> tuple[tuple[int, ...], ...]:
    bins: dict[tuple[int, int], list[int]] = {}
    for one, other, arc in arcs:
        bins.setdefault((one, other), []).append(arc)
    return tuple(tuple(bin_) for bin_ in bins.values())


def _parts(problem: Problem, first: Sequence[int]) -> Iterator[Constraint]:
    for number, need in enumerate(problem.needs):
        least = min(need.least_split, need.quantity)
        if least > 1:
            mine = ((-1, arc.parcel, first[number] + k) for k, arc in enumerate(need.arcs))
            for bin_ in _bins(mine):
                yield Part(least, bin_)


def _dues(problem: Problem, first: Sequence[int]) -> Iterator[Constraint]:
    for toll in problem.tolls:
        if toll.cost:
            yield Due(toll.cost, tuple(sorted([first[need] + place for need, place in toll.arcs])))


# --- what is broken, and how to go on ----------------------------------------------------------


def broken(
    all_: Sequence[Constraint], units: Sequence[int], paid: frozenset[int] = frozenset()
) -> int | None:
    """The place of the first constraint that *units* (by arc) break; dues come last."""
    for place, one in enumerate(all_):
        if place not in paid and _breaks(one, units):
            return place
    return None


def forbidden(all_: Sequence[Constraint], units: Sequence[int]) -> bool:
    """Whether *units* break anything but what can be paid."""
    place = broken(all_, units)
    return place is not None and not isinstance(all_[place], Due)


def _breaks(one: Constraint, units: Sequence[int]) -> bool:
    match one:
        case Sum(most, terms):
            return sum([units[arc] * each for arc, each in terms]) > most
        case Count(most, bins):
            return len(_used(bins, units)) > most
        case Part(least, arcs):
            return 0 < sum([units[arc] for arc in arcs]) < least
        case Whole(_, arcs, wanted):
            return 0 < sum([units[arc] for arc in arcs]) < wanted
        case Multiple(parts):
            sets = _sets(parts, units)
            return any([sum([units[arc] for arc in arcs]) > sets * n for _, n, arcs in parts])
        case Due(_, arcs):
            return any([units[arc] for arc in arcs])


def _sets(parts: Sequence[tuple[int, int, tuple[int, ...]]], units: Sequence[int]) -> int:
    """How many whole sets *units* make."""
    return min([sum([units[arc] for arc in arcs]) // n for _, n, arcs in parts])


def _used(bins: Sequence[tuple[int, ...]], units: Sequence[int]) -> list[int]:
    return [b for b, arcs in enumerate(bins) if any([units[arc] for arc in arcs])]


def children(all_: Sequence[Constraint], place: int, box: Box, units: Sequence[int]) -> list[Box]:
    """Smaller boxes that leave out *units*, which break constraint *place*, and nothing allowed."""
    one = all_[place]
    match one:
        case Sum(most, terms):
            boxes = _sum_children(box, units, most, terms)
        case Count(_, bins):
            boxes = _count_children(box, units, place, bins)
        case Part(_, arcs):
            boxes = _part_children(box, units, arcs)
        case Whole(needs, arcs, _):
            boxes = [evolve(box, least=_with(box.least, dict(needs))), _shut(box, arcs)]
        case Multiple(parts):
            sets = _sets(parts, units)
            fewer = {need: min(box.most[need], sets * n) for need, n, _ in parts}
            more = {need: max(box.least[need], (sets + 1) * n) for need, n, _ in parts}
            boxes = [
                evolve(box, most=_with(box.most, fewer)),
                evolve(box, least=_with(box.least, more)),
            ]
        case Due(_, arcs):
            boxes = [_shut(box, arcs), evolve(box, paid=box.paid | {place})]
    return [small for one_ in boxes if (small := tightened(all_, one_)) is not None]


def _sum_children(
    box: Box, units: Sequence[int], most: int, terms: Sequence[tuple[int, int]]
) -> list[Box]:
    """The arc with the most above its least carries what leaves the sum whole, or more."""
    over = sum([units[arc] * each for arc, each in terms]) - most
    above = [((units[arc] - box.low[arc]) * each, -arc, each) for arc, each in terms]
    _, minus, each = max(above)
    arc = -minus
    split = max(box.low[arc], units[arc] - -(-over // each))
    return [_high(box, arc, split), _low(box, arc, split + 1)]


def _count_children(
    box: Box, units: Sequence[int], place: int, bins: Sequence[tuple[int, ...]]
) -> list[Box]:
    """The bin with most units that is not permitted yet is permitted, or shut."""
    used = [b for b in _used(bins, units) if (place, b) not in box.permitted]
    pick = max(used, key=lambda b: (sum(units[arc] for arc in bins[b]), -b))
    return [evolve(box, permitted=box.permitted | {(place, pick)}), _shut(box, bins[pick])]


def _part_children(box: Box, units: Sequence[int], arcs: Sequence[int]) -> list[Box]:
    """Nothing at all, or more by one of the arcs, those before it carrying no more than now."""
    boxes = [_shut(box, arcs)]
    for arc in arcs:
        boxes.append(_low(box, arc, units[arc] + 1))
        box = _high(box, arc, units[arc])
    return boxes


def _with(row: tuple[int, ...], changed: dict[int, int]) -> tuple[int, ...]:
    return tuple([changed.get(place, one) for place, one in enumerate(row)])


def _low(box: Box, arc: int, low: int) -> Box:
    return evolve(box, low=(*box.low[:arc], low, *box.low[arc + 1 :]))


def _high(box: Box, arc: int, high: int) -> Box:
    return evolve(box, high=(*box.high[:arc], high, *box.high[arc + 1 :]))


def _shut(box: Box, arcs: Sequence[int]) -> Box:
    high = list(box.high)
    for arc in arcs:
        high[arc] = 0
    return evolve(box, high=tuple(high))


# --- what follows from a box -------------------------------------------------------------------


def tightened(all_: Sequence[Constraint], box: Box) -> Box | None:
    """*box* without what its own least units exclude; None if nothing is left."""
    low, high = list(box.low), list(box.high)
    for place, one in enumerate(all_):
        if isinstance(one, Sum):
            slack = one.most - sum([low[arc] * each for arc, each in one.terms])
            for arc, each in one.terms:
                high[arc] = min(high[arc], low[arc] + slack // each)
        elif isinstance(one, Count):
            _close(place, one, box, low, high)
    if any([a > b for a, b in zip(low, high, strict=True)]):
        return None
    if any([a > b for a, b in zip(box.least, box.most, strict=True)]):
        return None
    return evolve(box, high=tuple(high))


def _close(place: int, one: Count, box: Box, low: list[int], high: list[int]) -> None:
    """Shut every bin that is not permitted, once as many are as may be."""
    mine = {
        b
        for b, arcs in enumerate(one.bins)
        if (place, b) in box.permitted or any([low[arc] for arc in arcs])
    }
    if len(mine) >= one.most:
        for b, arcs in enumerate(one.bins):
            if b not in mine or len(mine) > one.most:
                for arc in arcs:
                    high[arc] = 0

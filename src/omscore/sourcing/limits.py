"""What a whole plan must keep: a closed set of values, which solver and verifier understand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import ClassVar, assert_never

from attrs import field, frozen

from omscore.kernel.ids import LineId, Method, Region
from omscore.kernel.quantities import some_units
from omscore.kernel.reason import Reason
from omscore.network.plan import Leg, parcel_of, sender_of
from omscore.sourcing import problem
from omscore.sourcing.need import Need
from omscore.sourcing.units import MINOR


@frozen
class AtMostParcels:
    """No more than so many parcels; what does not fit is short."""

    most: int = field(validator=some_units)


@frozen
class AtMostNodes:
    """No more than so many nodes send to the customer; what does not fit is short."""

    most: int = field(validator=some_units)


@frozen
class AtMostParcelsPerLine:
    """No more than so many parcels for each line; what does not fit is short."""

    most: int = field(validator=some_units)


@frozen
class AtMostNodesPerLine:
    """No more than so many nodes for each line; what does not fit is short."""

    most: int = field(validator=some_units)


@frozen
class CompleteOrder:
    """All needs are covered in full, or none at all is."""


@frozen
class CompleteLines:
    """Each line is covered in full, or not at all."""


@frozen
class LeastSplit:
    """No parcel carries fewer than so many units of a need, unless it carries all of it."""

    units: int = field(validator=some_units)


@frozen
class GroupsTogether:
    """Needs of one group come in one parcel; what does not fit is short."""


@frozen
class UnsplitBelow:
    """What goes to one place by one method and sells for less than *value* comes in one parcel."""

    weighs_prices: ClassVar[bool] = True
    value: int = field(validator=some_units, metadata=MINOR)


Limit = (
    AtMostParcels
    | AtMostNodes
    | AtMostParcelsPerLine
    | AtMostNodesPerLine
    | CompleteOrder
    | CompleteLines
    | LeastSplit
    | GroupsTogether
    | UnsplitBelow
)

Piece = problem.Limit | problem.Parts
"""A limit over some needs, in numbers, which may be broken for itself."""

# --- reasons ----------------------------------------------------------------------------------


@frozen
class TooManyParcels(Reason):
    """The plan breaks a limit on parcels."""

    code: ClassVar[str] = "plan.too-many-parcels"
    parcels: int
    limit: int

    def __str__(self) -> str:
        return f"{self.parcels} parcels, where {self.limit} are allowed"


@frozen
class TooManyNodes(Reason):
    """The plan breaks a limit on nodes."""

    code: ClassVar[str] = "plan.too-many-nodes"
    nodes: int
    limit: int

    def __str__(self) -> str:
        return f"{self.nodes} nodes, where {self.limit} are allowed"


@frozen
class Incomplete(Reason):
    """The plan covers a part of what it has to cover in full, or not at all."""

    code: ClassVar[str] = "plan.incomplete"
    covered: int
    asked: int

    def __str__(self) -> str:
        return f"{self.covered} of {self.asked} units are covered"


@frozen
class SplitTooSmall(Reason):
    """A parcel carries too few units of a line."""

    code: ClassVar[str] = "plan.split-too-small"
    line: LineId
    units: int
    least: int

    def __str__(self) -> str:
        return f"a parcel carries {self.units} units of line {self.line}, fewer than {self.least}"


@frozen
class GroupApart(Reason):
    """Lines that belong together come in several parcels."""

    code: ClassVar[str] = "plan.group-apart"
    group: str
    parcels: int

    def __str__(self) -> str:
        return f"group {self.group} comes in {self.parcels} parcels"


@frozen
class SplitBelowValue(Reason):
    """What sells for too little to be split comes in several parcels."""

    code: ClassVar[str] = "plan.split-below-value"
    parcels: int
    value: int
    least: int

    def __str__(self) -> str:
        return f"{self.parcels} parcels for {self.value}, where less than {self.least} is one"


# --- as the solver sees them, and as the verifier does ----------------------------------------


def all_for_solver(chosen: Sequence[Limit], needs: Sequence[Need]) -> Iterator[problem.Limit]:
    """What a policy has *chosen*, and what the needs themselves ask for, in numbers."""
    for limit in chosen:
        yield from for_solver(limit, needs)
    for places in _wholes(needs):
        mine = [needs[n] for n in sorted(places)]
        if not mine[0].split and sum(need.quantity for need in mine) > 1:
            yield problem.Together(places)
        if len(mine) > 1:
            yield problem.Sets(tuple((n, needs[n].each) for n in sorted(places)))


def _wholes(needs: Sequence[Need]) -> list[frozenset[int]]:
    """The needs of each line that was asked for: one, or one for each component of a bundle."""
    wholes = defaultdict[LineId, list[int]](list)
    for place, need in enumerate(needs):
        wholes[need.whole].append(place)
    return [frozenset(places) for places in wholes.values()]


def for_solver(limit: Limit, needs: Sequence[Need]) -> list[problem.Limit]:
    """*limit* over *needs*, in numbers; `LeastSplit` is a field of each need instead."""
    every = frozenset(range(len(needs)))
    match limit:
        case AtMostParcels(most):
            return [problem.AtMost(every, "parcels", most)]
        case AtMostNodes(most):
            return [problem.AtMost(every, "nodes", most)]
        case AtMostParcelsPerLine(most):
            return [problem.AtMost(one, "parcels", most) for one in _splittable(needs, most)]
        case AtMostNodesPerLine(most):
            return [problem.AtMost(one, "nodes", most) for one in _splittable(needs, most)]
        case CompleteOrder():
            return [problem.AllOrNothing(every)]
        case CompleteLines():
            return list(map(problem.AllOrNothing, _splittable(needs, 1)))
        case GroupsTogether():
            return list(map(problem.Together, _groups(needs)))
        case UnsplitBelow(value):
            return list(map(problem.Together, _cheap(needs, value)))
        case LeastSplit():
            return []
        case _:
            assert_never(limit)


def pieces(limit: Limit, needs: Sequence[Need]) -> Sequence[Piece]:
    """*limit* over *needs*, where it may be broken here and kept there."""
    if isinstance(limit, LeastSplit):
        return [problem.Parts(n, limit.units) for n, _ in enumerate(needs)]
    return for_solver(limit, needs)


def _splittable(needs: Sequence[Need], most: int) -> list[frozenset[int]]:
    """Each line that has more units than may be apart."""
    return [places for places in _wholes(needs) if sum(needs[n].quantity for n in places) > most]


def _groups(needs: Sequence[Need]) -> list[frozenset[int]]:
    """The needs of each group."""
    groups = defaultdict[str, set[int]](set)
    for place, need in enumerate(needs):
        if need.group is not None:
            groups[need.group].add(place)
    return [frozenset(groups[group]) for group in sorted(groups)]


def _cheap(needs: Sequence[Need], value: int) -> list[frozenset[int]]:
    """The needs of each place and method that sell for less than *value*."""
    places = defaultdict[tuple[Region, Method], set[int]](set)
    for place, need in enumerate(needs):
        places[need.to, need.method].add(place)
    worth = {
        at: sum(needs[n].quantity * needs[n].price for n in found) for at, found in places.items()
    }
    return [frozenset(found) for at, found in places.items() if worth[at] < value]


def counts_parcels(limits: Sequence[Limit]) -> bool:
    """Whether units may have to wait for others, so as to leave in one parcel with them."""
    return any(not isinstance(one, _OF_QUANTITY) for one in limits)


_OF_QUANTITY = AtMostNodes, AtMostNodesPerLine, CompleteOrder, CompleteLines


def least_split(limits: Sequence[Limit]) -> int:
    """The fewest units of one need in a parcel that every limit allows."""
    return max((one.units for one in limits if isinstance(one, LeastSplit)), default=1)


def broken(limit: Limit, needs: Sequence[Need], legs: Sequence[Leg]) -> Iterator[Reason]:
    """Why *legs* break *limit*: written without a look at any solver."""
    match limit:
        case AtMostParcels(most):
            yield from _too_many_parcels(most, legs)
        case AtMostNodes(most):
            yield from _too_many_nodes(most, legs)
        case AtMostParcelsPerLine(most):
            yield from (no for x in _by_line(needs, legs) for no in _too_many_parcels(most, x))
        case AtMostNodesPerLine(most):
            yield from (no for x in _by_line(needs, legs) for no in _too_many_nodes(most, x))
        case CompleteOrder():
            yield from _incomplete(needs, legs)
        case CompleteLines():
            yield from _incomplete_lines(needs, legs)
        case LeastSplit(least):
            yield from _too_small(least, needs, legs)
        case GroupsTogether():
            yield from _apart(needs, legs)
        case UnsplitBelow(value):
            yield from _split_below(value, needs, legs)
        case _:
            assert_never(limit)


def _too_many_parcels(most: int, legs: Sequence[Leg]) -> Iterator[Reason]:
    if (parcels := len({parcel_of(leg) for leg in legs})) > most:
        yield TooManyParcels(parcels, most)


def _too_many_nodes(most: int, legs: Sequence[Leg]) -> Iterator[Reason]:
    if (nodes := len({sender_of(leg) for leg in legs})) > most:
        yield TooManyNodes(nodes, most)


def _incomplete_lines(needs: Sequence[Need], legs: Sequence[Leg]) -> Iterator[Reason]:
    wholes = defaultdict[LineId, list[Need]](list)
    for need in needs:
        wholes[need.whole].append(need)
    for mine in wholes.values():
        lines = {need.line for need in mine}
        yield from _incomplete(mine, [leg for leg in legs if leg.line in lines])


def _by_line(needs: Sequence[Need], legs: Sequence[Leg]) -> list[list[Leg]]:
    """The legs of each line that was asked for, with all components of a bundle."""
    whole = {need.line: need.whole for need in needs}
    found = defaultdict[LineId, list[Leg]](list)
    for leg in legs:
        found[whole[leg.line]].append(leg)
    return list(found.values())


def _split_below(value: int, needs: Sequence[Need], legs: Sequence[Leg]) -> Iterator[Reason]:
    for to, method in dict.fromkeys((leg.to, leg.method) for leg in legs):
        mine = [need for need in needs if (need.to, need.method) == (to, method)]
        worth = sum(need.quantity * need.price for need in mine)
        parcels = len({parcel_of(leg) for leg in legs if (leg.to, leg.method) == (to, method)})
        if parcels > 1 and worth < value:
            yield SplitBelowValue(parcels, worth, value)


def _incomplete(needs: Sequence[Need], legs: Sequence[Leg]) -> Iterator[Reason]:
    covered, asked = sum(leg.quantity for leg in legs), sum(need.quantity for need in needs)
    if 0 < covered < asked:
        yield Incomplete(covered, asked)


def _too_small(least: int, needs: Sequence[Need], legs: Sequence[Leg]) -> Iterator[Reason]:
    asked = {need.line: need.quantity for need in needs}
    carried = defaultdict[tuple[LineId, object], int](int)
    for leg in legs:
        carried[leg.line, parcel_of(leg)] += leg.quantity
    for (line, _), units in carried.items():
        if units < least and units != asked[line]:
            yield SplitTooSmall(line, units, least)


def _apart(needs: Sequence[Need], legs: Sequence[Leg]) -> Iterator[Reason]:
    group_of = {need.line: need.group for need in needs}
    parcels = defaultdict[str, set[object]](set)
    for leg in legs:
        if (group := group_of[leg.line]) is not None:
            parcels[group].add(parcel_of(leg))
    for group, found in parcels.items():
        if len(found) > 1:
            yield GroupApart(group, len(found))

"""What a whole plan must keep: a closed set of values, which solver and verifier understand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import ClassVar, assert_never

from attrs import field, frozen

from omscore.kernel.ids import LineId
from omscore.kernel.quantities import some_units
from omscore.kernel.reason import Reason
from omscore.network.plan import Leg, parcel_of
from omscore.sourcing import problem
from omscore.sourcing.need import Need


@frozen
class AtMostParcels:
    """No more than so many parcels; what does not fit is short."""

    most: int = field(validator=some_units)


@frozen
class AtMostNodes:
    """No more than so many nodes; what does not fit is short."""

    most: int = field(validator=some_units)


@frozen
class CompleteOrder:
    """All needs are covered in full, or none at all is."""


@frozen
class CompleteLines:
    """Each need is covered in full, or not at all."""


@frozen
class LeastSplit:
    """No parcel carries fewer than so many units of a need, unless it carries all of it."""

    units: int = field(validator=some_units)


@frozen
class GroupsTogether:
    """Needs of one group come in one parcel; what does not fit is short."""


Limit = AtMostParcels | AtMostNodes | CompleteOrder | CompleteLines | LeastSplit | GroupsTogether

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


# --- as the solver sees them, and as the verifier does ----------------------------------------


def for_solver(limit: Limit, needs: Sequence[Need]) -> list[problem.Limit]:
    """*limit* over *needs*, in numbers; `LeastSplit` is a field of each need instead."""
    every = frozenset(range(len(needs)))
    match limit:
        case AtMostParcels(most):
            return [problem.AtMost(every, "parcels", most)]
        case AtMostNodes(most):
            return [problem.AtMost(every, "nodes", most)]
        case CompleteOrder():
            return [problem.AllOrNothing(every)]
        case CompleteLines():
            return [problem.AllOrNothing(frozenset({place})) for place in sorted(every)]
        case GroupsTogether():
            groups = defaultdict[str, set[int]](set)
            for place, need in enumerate(needs):
                if need.group is not None:
                    groups[need.group].add(place)
            return [problem.Together(frozenset(groups[group])) for group in sorted(groups)]
        case LeastSplit():
            return []
        case _:
            assert_never(limit)


def least_split(limits: Sequence[Limit]) -> int:
    """The fewest units of one need in a parcel that every limit allows."""
    return max((one.units for one in limits if isinstance(one, LeastSplit)), default=1)


def broken(limit: Limit, needs: Sequence[Need], legs: Sequence[Leg]) -> Iterator[Reason]:
    """Why *legs* break *limit*: written without a look at any solver."""
    match limit:
        case AtMostParcels(most):
            if (parcels := len({parcel_of(leg) for leg in legs})) > most:
                yield TooManyParcels(parcels, most)
        case AtMostNodes(most):
            if (nodes := len({leg.node for leg in legs})) > most:
                yield TooManyNodes(nodes, most)
        case CompleteOrder():
            yield from _incomplete(needs, legs)
        case CompleteLines():
            for need in needs:
                yield from _incomplete([need], [leg for leg in legs if leg.line == need.line])
        case LeastSplit(least):
            yield from _too_small(least, needs, legs)
        case GroupsTogether():
            yield from _apart(needs, legs)
        case _:
            assert_never(limit)


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

"""What costs say when they are asked: mils, or a failure that names the cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from omscore.sourcing.costs import Cost, Offer, PerLine
from omscore.sourcing.need import Need
from omscore.sourcing.surcharges import Transfers

Mils = tuple[int, ...]
"""What something costs by each cost of the policy, tier after tier."""


class CostFailed(Exception):
    """A cost raised, or answered no amount that a plan can add up."""

    def __init__(self, cost: Cost, fault: str) -> None:
        super().__init__(cost, fault)
        self.cost = cost
        self.fault = fault


def parcel_mils(costs: Sequence[Cost], offer: Offer) -> Mils:
    """What the parcel of *offer* costs by each of *costs*."""
    mils = []
    for cost in costs:
        try:
            answer = cost.of_parcel(offer)
        except Exception as fault:  # a plugin may raise anything, and must not stop an order
            raise CostFailed(cost, type(fault).__name__) from None
        if type(answer) is not int or answer < 0:
            raise CostFailed(cost, "an answer that is no amount")
        mils.append(answer)
    return tuple(mils)


def name_of_cost(cost: Cost) -> str:
    """What the parts of a price call *cost*; `CostFailed` if it has no name."""
    try:
        name = cost.name
    except Exception as fault:  # as below
        raise CostFailed(cost, type(fault).__name__) from None
    if type(name) is not str:
        raise CostFailed(cost, "a name that is no text")
    return name


def toll_mils(costs: Sequence[Cost], offer: Offer) -> Mils:
    """What leaves by a link pays once; policies price the parcels that customers get."""
    return tuple([cost.of_parcel(offer) if isinstance(cost, Transfers) else 0 for cost in costs])


OfLine = Callable[[Need, Offer], int]


def by_line(costs: Iterable[Cost]) -> list[tuple[Cost, OfLine | None]]:
    """Each cost, and what it answers of a line in a parcel, if it knows of lines."""
    return [(cost, cost.of_line if isinstance(cost, PerLine) else None) for cost in costs]


def line_mils(costs: Sequence[tuple[Cost, OfLine | None]], need: Need, offer: Offer) -> Mils:
    """What the line of *need* costs once in the parcel of *offer*; nothing by most costs."""
    mils = []
    for cost, of_line in costs:
        try:
            answer = 0 if of_line is None else of_line(need, offer)
        except Exception as fault:  # as above
            raise CostFailed(cost, type(fault).__name__) from None
        if type(answer) is not int or answer < 0:
            raise CostFailed(cost, "an answer that is no amount")
        mils.append(answer)
    return tuple(mils)


def unit_mils(costs: Sequence[Cost], need: Need, offer: Offer, earliest: date) -> Mils:
    """What a unit of *need* costs in it."""
    mils = []
    for cost in costs:
        try:
            answer = cost.of_unit(need, offer, earliest)
        except Exception as fault:  # as above
            raise CostFailed(cost, type(fault).__name__) from None
        if type(answer) is not int:
            raise CostFailed(cost, "an answer that is no amount")
        mils.append(answer)
    return tuple(mils)

"""What lines cost once in each parcel that carries any of them.

A line owes that to a parcel whichever of its ways is taken there: in a `Problem` it is a toll.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from omscore.sourcing.asked import Mils, by_line, line_mils
from omscore.sourcing.costs import Cost, Offer
from omscore.sourcing.need import Need
from omscore.sourcing.problem import Toll

In = tuple[int, int]
"""The place of a need, and a parcel."""


def line_costs(
    costs: Sequence[Cost],
    needs: Sequence[Need],
    offers: Sequence[Offer],
    parcels: Sequence[Sequence[int]],
) -> Mapping[In, Mils]:
    """What each need costs in each of its *parcels*, where that is anything."""
    asked = by_line(costs)
    if not any([of_line for _, of_line in asked]):
        return {}
    found = {
        (place, parcel): line_mils(asked, need, offers[parcel])
        for place, (need, mine) in enumerate(zip(needs, parcels, strict=True))
        for parcel in dict.fromkeys(mine)
    }
    return {name: mils for name, mils in found.items() if any(mils)}


def line_tolls(costs: Mapping[In, int], parcels: Sequence[Sequence[int]]) -> Iterator[Toll]:
    """The same, where *parcels* are those of each need's arcs."""
    for (need, parcel), cost in costs.items():
        mine = [(need, arc) for arc, one in enumerate(parcels[need]) if one == parcel]
        yield Toll(frozenset(mine), cost)

"""Learning a `Pace` from past shipments, as of a morning: nothing counts before it happened.

All shipments teach what is usual; how much longer some take, those that left in the last 90 days,
which may be otherwise than they were a year ago.  The order of shipments does not matter, and what
is learned is as large as what it is about: a factor for a node, a region, a pair of them, and a
count for each percentage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from attrs import frozen

from omscore.kernel import ids
from omscore.network.facts import Network
from omscore.network.learned import Shipment, lasted
from omscore.network.pace import LEAST_USUAL_E3, THOUSAND, Factor, Pace, Place, Ratio

AS_USUAL = 20
"""So many further shipments at each place are as usual: what a factor has to stand up to."""
LATELY = timedelta(days=90)


LEVELS = 5


@frozen
class _Went:
    days: int
    arrived: bool
    lately: bool
    places: Sequence[Place | None]


def places_of(network: Network, node: ids.NodeId, to: ids.Region) -> Sequence[Place | None]:
    """What a way is at, on each of the `LEVELS`, the coarse before the fine; None: not known."""
    known, whole = network.nodes.get(node), network.within(to)
    coarse, region = whole or to, None if known is None else known.region
    return (
        (None, None, coarse, None),
        None if region is None else (None, region, coarse, None),
        (node, None, None, None),
        (node, None, coarse, None),
        None if whole is None else (None, None, None, to),
    )


def learn_pace(network: Network, shipments: Iterable[Shipment], *, today: date) -> tuple[Pace, ...]:
    """The pace of each method that *shipments* teach, for `Oms.know`, as of the morning of *today*.

    Days are counted on the calendars of the lane; what is delivered on *today* or later is still on
    the way.  `Unreadable` if a lane is not known.
    """
    by = defaultdict[ids.Method, list[_Went]](list)
    for one, days, arrived in lasted(network, shipments, today):
        places = places_of(network, one.node, one.to)
        by[one.method].append(_Went(days, arrived, one.shipped >= today - LATELY, places))
    return tuple(
        _pace(method, went)
        for method, went in sorted(by.items())
        if any(one.arrived for one in went)
    )


def _pace(method: ids.Method, went: Sequence[_Went]) -> Pace:
    """Factors are taken one level after the other, each for what those before leave unexplained."""
    arrived = [one for one in went if one.arrived]
    mean = THOUSAND * sum(one.days for one in arrived) // len(arrived)
    usual, without = [mean] * len(went), [mean] * len(went)
    factors = list[Factor]()
    for level in range(LEVELS):
        sums = _sums(went, usual, level)
        for n, one in enumerate(went):
            if (place := one.places[level]) is not None:
                took, expected, _ = sums[place]
                itself = (THOUSAND * one.days, usual[n]) if one.arrived else (0, 0)
                rest = _factor_e3(took - itself[0], expected - itself[1], mean)
                without[n] = without[n] * rest // THOUSAND
                usual[n] = usual[n] * _factor_e3(took, expected, mean) // THOUSAND
        factors += [
            _factor(place, _factor_e3(took, expected, mean), count)
            for place, (took, expected, count) in sums.items()
            if count
        ]
    return Pace(method, mean, factors, _ratios(went, without))


def _sums(
    went: Sequence[_Went], usual: Sequence[int], level: int
) -> Mapping[Place, tuple[int, int, int]]:
    """For each place of a *level*: what arrivals took, what was *usual*, and how many they are."""
    sums = defaultdict[Place, tuple[int, int, int]](lambda: (0, 0, 0))
    for one, days in zip(went, usual, strict=True):
        if (place := one.places[level]) is not None and one.arrived:
            took, expected, count = sums[place]
            sums[place] = took + THOUSAND * one.days, expected + days, count + 1
    return sums


def _factor_e3(took: int, expected: int, mean: int) -> int:
    believed = AS_USUAL * max(mean, LEAST_USUAL_E3)
    return max(1, THOUSAND * (took + believed) // (expected + believed))


def _factor(place: Place, factor_e3: int, shipments: int) -> Factor:
    node, region, to, area = place
    return Factor(factor_e3, shipments, from_node=node, from_region=region, to=to, area=area)


def _ratios(went: Sequence[_Went], usual: Sequence[int]) -> Iterator[Ratio]:
    """Arrivals round up and what is on the way rounds down, so that whole days come out again."""
    counts = defaultdict[int, list[int]](lambda: [0, 0])
    for one, days in zip(went, usual, strict=True):
        if one.lately:
            share = 100 * THOUSAND * one.days, max(days, LEAST_USUAL_E3)
            percent = -(-share[0] // share[1]) if one.arrived else share[0] // share[1]
            counts[percent][0 if one.arrived else 1] += 1
    return (Ratio(percent, *n) for percent, n in counts.items())

"""How long a parcel is expected to take on a lane, in the place of the fixed days that it names.

Where a `Pace` of the method is known, it is a share of what is usual on the way.  Without one, the
shipments on the lane count; where they are too few, those to its region by the same method; then
all of that method; then its own fixed days hold.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import attrs
from attrs import field, frozen

from omscore.kernel import ids
from omscore.network.facts import Lane, LaneName, Network, Node
from omscore.network.learned import names_of
from omscore.network.pace import THOUSAND, days_of
from omscore.network.pacing import places_of
from omscore.network.transit import days_at

Level = Literal["pace", "lane", "region", "method", "fixed"]
LEVELS: tuple[Level, ...] = ("lane", "region", "method")


@frozen
class Expected:
    """The transit days of a lane, where they were learned, from how many arrivals; as text, why.

    By a pace they are so many *percent* of the usual ones, which are in thousandths (*usual_e3*).
    """

    days: int
    level: Level
    shipments: int
    confidence: int = 0
    usual_e3: int = 0
    percent: int = 0

    def __str__(self) -> str:
        if self.level == "fixed":
            return f"{_told(self.days)}, as the lane says"
        of = "all ways" if self.level == "pace" else f"the {self.level}"
        source = f"{self.shipments:,} shipments on {of}"
        if self.level != "pace":
            return f"{self.confidence} in 100 take {_told(self.days)} at most ({source})"
        others = 100 - self.confidence
        odds = f"{others} in 100 take" if 100 % others else f"1 in {100 // others} takes"
        usual, times = Decimal(self.usual_e3) / THOUSAND, Decimal(self.percent) / 100
        return (
            f"usual {usual:.1f} days on this way, {odds} more than {times:.2f} times as long "
            f"({source})"
        )


def _told(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def expected(network: Network, lane: Lane, confidence: int | None, least: int) -> Expected:
    """The transit days of *lane* at *confidence* percent; at None, its fixed ones.

    What was learned needs at least so many arrivals, and as many as the confidence asks for.
    """
    if confidence is None:
        return Expected(lane.transit_days, "fixed", 0)
    if (found := _by_pace(network, lane, confidence, least)) is not None:
        return found
    names = names_of(lane.node, network.within(lane.to) or lane.to, lane.method)
    for level, name in zip(LEVELS, names, strict=True):
        times = network.transits.get(name)
        if times is None or times.arrived < least:
            continue
        if (days := days_at(times, confidence)) is not None:
            return Expected(days, level, times.arrived, confidence)
    return Expected(lane.transit_days, "fixed", 0)


def _by_pace(network: Network, lane: Lane, confidence: int, least: int) -> Expected | None:
    pace = network.paces.get(lane.method)
    if pace is None or pace.arrived < least or (percent := pace.percent_at(confidence)) is None:
        return None
    usual = pace.usual_e3(places_of(network, lane.node, lane.to))
    return Expected(days_of(percent, usual), "pace", pace.arrived, confidence, usual, percent)


# --- a network of what is expected ------------------------------------------------------------


@frozen(kw_only=True)
class Confident(Network):
    """A network whose lanes take as long as *confidence* asks for; each is found once."""

    confidence: int
    least: int
    _sure: dict[LaneName, Lane | None] = field(factory=dict, init=False, repr=False, eq=False)

    def lane(self, node: Node, to: ids.Region, method: ids.Method) -> Lane | None:
        """The way from *node* to *to*, or None, with the days that are expected."""
        if (name := (node.id, to, method)) not in self._sure:
            lane = Network.lane(self, node, to, method)
            self._sure[name] = None if lane is None else self._surely(lane)
        return self._sure[name]

    def _surely(self, lane: Lane) -> Lane:
        known = self.expected(lane)
        return lane if known is None else attrs.evolve(lane, transit_days=known.days)

    def expected(self, lane: Lane) -> Expected | None:
        """What is expected of *lane*, and why; None where it leads to where it starts.

        Who collects something waits for nobody.
        """
        if str(lane.to) == str(lane.node):
            return None
        return expected(self, lane, self.confidence, self.least)


def at_confidence(network: Network, confidence: int | None, least: int) -> Network:
    """The same network, whose lanes take as long as *confidence* asks for; made once."""
    if confidence is None or not (network.transits or network.paces):
        return network
    if (confidence, least) not in network.confident:
        known = {one.name: getattr(network, one.name) for one in attrs.fields(Network) if one.init}
        network.confident[confidence, least] = Confident(
            **known, confidence=confidence, least=least
        )
    return network.confident[confidence, least]

"""What promises would have been worth: a history of shipments, promised from what came before them.

It walks through time.  Once a week everything is learned anew from what was known on that morning:
shipments that had arrived, and those that were on the way, as transit times or as a pace.  Every
shipment of the next seven days is promised from that, and then compared with what happened.
Nothing is known before it happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import attrs
from attrs import frozen

from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.ids import Region
from omscore.network.calendar import EVERY_DAY, delivery_day
from omscore.network.expecting import expected
from omscore.network.facts import STANDARD, Calendar, Lane, Network, Node
from omscore.network.learned import LEAST_SHIPMENTS, Shipment, learn
from omscore.network.pacing import learn_pace
from omscore.network.places import Destination
from omscore.replay import fields
from omscore.replay.faults import Fault, Malformed
from omscore.replay.rows import Row, read_rows

CONFIDENCES = (50, 90, 95)
COLUMNS = ("node", "to", "shipped", "delivered")
OPTIONAL = ("method", "promised", "origin", "within")
WEEK = timedelta(days=7)
FIRST_PART = 10, 3
"""Of ten shipments, the first three are only learned from, if nobody says from when to test."""


@frozen
class Past:
    """A shipment of a history, and the day that was promised then, if that is known.

    *origin* is the region of its node, *within* that of its destination, where it is part of one.
    """

    shipment: Shipment
    promised: date | None = None
    origin: Region | None = None
    within: Region | None = None


@frozen
class Kept:
    """How promises were kept: of so many *shipments*, those *on time*, and all days promised.

    A *confidence* is that of learned days; without one they are the days promised in the history.
    *untold* are shipments of which too little was known to promise anything.
    """

    confidence: int | None
    shipments: int
    on_time: int
    days: int
    untold: int = 0

    @property
    def share(self) -> float | None:
        """The share that was on time."""
        return self.on_time / self.shipments if self.shipments else None

    @property
    def mean_days(self) -> float | None:
        """The mean of the days promised."""
        return self.days / self.shipments if self.shipments else None


@frozen
class Backtest:
    """How promises were kept from the day *tested_from* on, by confidence; then those of the shop.

    *learned_from* counts the shipments before that day.
    """

    tested_from: date
    learned_from: int
    tested: int
    kept: tuple[Kept, ...]


def read_history(path: Path) -> tuple[list[Past], list[Fault]]:
    """The shipments in a CSV file, by the day on which they left, and the rows that are none."""
    past, faults = read_rows(path, COLUMNS, OPTIONAL).read(_past)
    if not past:
        raise Unreadable("no shipment in it", path.name)
    return sorted(past, key=lambda one: one.shipment.shipped), faults


def _past(row: Row) -> Past:
    node, to = fields.name(row, "node"), fields.name(row, "to")
    shipped = fields.day(row, "shipped")
    delivered = fields.day(row, "delivered") if row["delivered"] else None
    if delivered is not None and delivered < shipped:
        raise Refused(Malformed("delivered", "a day not before it was shipped"))
    method = fields.optional_name(row, "method") or STANDARD
    promised = fields.day(row, "promised") if row["promised"] else None
    origin, within = (_region(row, column) for column in ("origin", "within"))
    if within == to:
        raise Refused(Malformed("within", "another region than to"))
    return Past(Shipment(node, to, shipped, delivered, method=method), promised, origin, within)


def _region(row: Row, column: str) -> Region | None:
    name = fields.optional_name(row, column)
    return None if name is None else Region(name)


def backtest(
    past: Sequence[Past],
    confidences: Iterable[int] = CONFIDENCES,
    *,
    least: int = LEAST_SHIPMENTS,
    tested_from: date | None = None,
    calendar: Calendar = EVERY_DAY,
    pace: bool = False,
) -> Backtest:
    """How promises at *confidences* would have been kept; *past* is by the day of shipping.

    They are made by transit times of lanes, or by the *pace* of the method.  Days are counted on
    *calendar*.  Where the history says what was promised, that is counted too, for the shipments
    that have it.
    """
    if tested_from is None:
        of, first = FIRST_PART
        tested_from = past[len(past) * first // of].shipment.shipped
    learned = [one for one in past if one.shipment.shipped < tested_from]
    tested = past[len(learned) :]
    known = list(_known_then(past, tested, _network(past, calendar), pace=pace))
    kept = [_kept(tested, known, confidence, least) for confidence in confidences]
    return Backtest(tested_from, len(learned), len(tested), (*kept, *_promised(tested)))


def _network(past: Sequence[Past], calendar: Calendar) -> Network:
    """Each node and place where it was said to be last, and a lane for each way, on *calendar*."""
    regions = {one.shipment.node: one.origin for one in past}
    wholes = {one.shipment.to: one.within for one in past}
    ways = {
        (went.node, wholes[went.to] or went.to, went.method): None
        for went in (one.shipment for one in past)
    }
    return Network(
        {node: Node(node, region=region) for node, region in regions.items()},
        {way: Lane(way[0], way[1], method=way[2], carrier_calendar=calendar.id) for way in ways},
        {calendar.id: calendar},
        destinations={to: Destination(to, within=whole) for to, whole in wholes.items() if whole},
    )


def _known_then(
    past: Sequence[Past], tested: Sequence[Past], network: Network, *, pace: bool
) -> Iterator[Network]:
    """For each shipment that is tested, the network as it was known in the week of it."""
    began: date | None = None
    for one in tested:
        if began is None or one.shipment.shipped >= began + WEEK:
            began = one.shipment.shipped
            network = _learned(network, [earlier.shipment for earlier in past], began, pace=pace)
        yield network


def _learned(
    network: Network, shipments: Iterable[Shipment], today: date, *, pace: bool
) -> Network:
    if pace:
        paces = learn_pace(network, shipments, today=today)
        return attrs.evolve(network, paces={one.method: one for one in paces})
    times = learn(network, shipments, today=today)
    return attrs.evolve(network, transits={one.name: one for one in times})


def _kept(tested: Sequence[Past], known: Sequence[Network], confidence: int, least: int) -> Kept:
    shipments = on_time = days = 0
    for one, network in zip(tested, known, strict=True):
        went = one.shipment
        lane = network.lane(network.nodes[went.node], went.to, went.method)
        found = None if lane is None else expected(network, lane, confidence, least)
        if lane is not None and found is not None and found.level != "fixed":
            surely = attrs.evolve(lane, transit_days=found.days)
            by = delivery_day(surely, network, went.shipped)
            shipments += 1
            on_time += went.delivered is not None and went.delivered <= by
            days += (by - went.shipped).days
    return Kept(confidence, shipments, on_time, days, len(tested) - shipments)


def _promised(tested: Iterable[Past]) -> Iterator[Kept]:
    """How the promises of the history itself were kept; nothing, if it does not say any."""
    told = [(one.shipment, one.promised) for one in tested if one.promised is not None]
    if told:
        on_time = sum(went.delivered is not None and went.delivered <= by for went, by in told)
        days = sum((by - went.shipped).days for went, by in told)
        yield Kept(None, len(told), on_time, days)

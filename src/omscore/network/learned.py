"""Transit times learned from past shipments: those of each lane, each region, each method."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from attrs import field, frozen

from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.moments import day
from omscore.network.calendar import calendar_of, last_working_day, working_day
from omscore.network.facts import STANDARD, Calendar, Lane, Network
from omscore.network.transit import Took, TransitName, TransitTimes

LEAST_SHIPMENTS = 30
_DAY = timedelta(days=1)


def _shipped(value: date) -> date:
    return day(value, "shipped")


def _delivered(value: date | None) -> date | None:
    return None if value is None else day(value, "delivered")


@frozen
class Shipment:
    """A parcel that left *node* on a day, and when it was *delivered*; None: not yet, or never."""

    node: ids.NodeId = field(converter=ids.node_id)
    to: ids.Region = field(converter=ids.end)
    shipped: date = field(converter=_shipped)
    delivered: date | None = field(converter=_delivered)
    method: ids.Method = field(default=STANDARD, converter=ids.method, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.delivered is not None and self.delivered < self.shipped:
            raise Unreadable("a day not before it was shipped", "$.delivered")


def learn(
    network: Network, shipments: Iterable[Shipment], *, today: date
) -> tuple[TransitTimes, ...]:
    """What *shipments* teach, for `Oms.know`, as of the morning of *today*.

    Days are counted on the calendars of the lane; what is delivered on *today* or later is still on
    the way.  `Unreadable` if a lane is not known.
    """
    counts = defaultdict[TransitName, dict[int, list[int]]](lambda: defaultdict(lambda: [0, 0]))
    for one, days, arrived in lasted(network, shipments, today):
        for name in names_of(one.node, network.within(one.to) or one.to, one.method):
            counts[name][days][0 if arrived else 1] += 1
    return tuple(
        TransitTimes(method, [Took(days, *n) for days, n in found.items()], to=to, node=node)
        for (node, to, method), found in counts.items()
    )


def lasted(
    network: Network, shipments: Iterable[Shipment], today: date
) -> Iterator[tuple[Shipment, int, bool]]:
    """Each shipment before *today*, with the days that it took, and whether it has arrived.

    What is on the way has taken so many days, or more.
    """
    for place, one in enumerate(shipments):
        if one.shipped >= today:
            continue
        arrived = one.delivered is not None and one.delivered < today
        until = one.delivered if one.delivered is not None and arrived else today - _DAY
        days = _days(network, _lane_of(network, one, place), one.shipped, until, arrived)
        if days >= 0:
            yield one, days, arrived


def _lane_of(network: Network, shipment: Shipment, place: int) -> Lane:
    node = network.nodes.get(shipment.node)
    lane = None if node is None else network.lane(node, shipment.to, shipment.method)
    if lane is None:
        raise Unreadable("a lane that is known", f"$.shipments[{place}]")
    return lane


def names_of(node: ids.NodeId, to: ids.Region, method: ids.Method) -> Iterator[TransitName]:
    """What holds for a way, best first: what was learned of its lane, of its region, of all."""
    yield node, to, method
    yield None, to, method
    yield None, None, method


def _days(network: Network, lane: Lane, shipped: date, until: date, arrived: bool) -> int:
    """The fewest transit days with which it *arrived* by then, or the most with which it had not.

    A parcel with so many transit days may be delivered on the day that they lead to, or, where
    nobody delivers then, on the next day of delivery.
    """
    carrier = calendar_of(network, lane.carrier_calendar)
    delivery = calendar_of(network, lane.delivery_calendar)
    if arrived:
        return _between(carrier, shipped, last_working_day(delivery, until - _DAY) + _DAY)
    return _between(carrier, shipped, last_working_day(delivery, until) + _DAY) - 1


def _between(calendar: Calendar, start: date, end: date) -> int:
    """How many working days after the first one from *start* on is the first one from *end* on."""
    at, days = working_day(calendar, start), 0
    while at < end:
        at, days = working_day(calendar, at + _DAY), days + 1
    return days

"""The facts of a network: nodes, the ways between them, calendars.  They arrive from outside.

All of them are one aggregate, so that one version number says which network a decision saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Literal, assert_never

import attrs
from attrs import field, frozen

from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.keys import Kind
from omscore.kernel.moments import day, optional_zone, zone
from omscore.kernel.quantities import no_or_some_units
from omscore.kernel.read_only import ReadOnly
from omscore.kernel.several import several
from omscore.kernel.truth import some_truth
from omscore.network.capacity import CAPACITY_KINDS, CapacityKind
from omscore.network.hours import Opening, openings, windows
from omscore.network.pace import Pace
from omscore.network.places import Destination, Point
from omscore.network.transit import TransitName, TransitTimes

NodeKind = Literal["warehouse", "store", "vendor", "locker"]
STANDARD = ids.Method("standard")
PICKUP = ids.Method("pickup")


def _node(value: str) -> ids.NodeId:
    return ids.node_id(value, "id")


def _to(value: str) -> ids.NodeId:
    return ids.node_id(value, "to")


def _calendar(value: str) -> ids.CalendarId:
    return ids.calendar_id(value, "id")


def _carrier_calendar(value: str | None) -> ids.CalendarId | None:
    return ids.optional_calendar_id(value, "carrier_calendar")


def _delivery_calendar(value: str | None) -> ids.CalendarId | None:
    return ids.optional_calendar_id(value, "delivery_calendar")


def _regions(value: Iterable[str]) -> tuple[ids.Region, ...]:
    return tuple(ids.region(one, "ships_to") for one in several(value, "ships_to"))


def _capacity(value: Mapping[str, int]) -> Mapping[CapacityKind, int]:
    if not isinstance(value, Mapping):
        raise Unreadable("what a day takes, by kind", "$.capacity")
    if not set(value) <= set(CAPACITY_KINDS):
        raise Unreadable(f"some of {', '.join(CAPACITY_KINDS)}", "$.capacity")
    for most in value.values():
        if type(most) is not int or most < 0:
            raise Unreadable("a whole number, zero or more", "$.capacity")
    return ReadOnly({kind: value[kind] for kind in CAPACITY_KINDS if kind in value})


def _at(_: object, __: object, value: Point | None) -> None:
    if value is not None and not isinstance(value, Point):
        raise Unreadable("a point", "$.at")


def _weekdays(value: Iterable[int]) -> tuple[int, ...]:
    days = several(value, "weekdays")
    if not days or not all(type(one) is int and one in range(7) for one in days):
        raise Unreadable("some of 0 (Monday) to 6 (Sunday)", "$.weekdays")
    return tuple(sorted(set(days)))


def _days(value: Iterable[date]) -> tuple[date, ...]:
    return tuple(sorted({day(one, "holidays") for one in several(value, "holidays")}))


def _cut_off(_: object, __: object, value: time | None) -> None:
    if value is not None and (not isinstance(value, time) or value.tzinfo is not None):
        raise Unreadable("a time of day in the node's own zone", "$.cut_off")


@frozen
class Calendar:
    """The days somebody works: *weekdays* (0 is Monday), but not on *holidays*."""

    id: ids.CalendarId = field(converter=_calendar)
    weekdays: tuple[int, ...] = field(default=(0, 1, 2, 3, 4), converter=_weekdays)
    holidays: tuple[date, ...] = field(default=(), converter=_days)


@frozen
class Node:
    """A place that can fulfill.

    What becomes releasable before *cut_off* (local time, strictly) on a working day of *calendar*
    is processed from that day on, and leaves *processing_days* working days later.  Without a
    calendar every day is a working day; without a cut-off every moment of a day is early enough.
    *ships_to* names regions reached without a lane of their own, in `DEFAULT_TRANSIT_DAYS` and at
    no cost.  *capacity* is what one local day can take, by kind: so many `units`, `lines`, `orders`
    or `parcels`, of which each that is named must suffice.  A node without it is not limited.

    *at* is where it is, *region* that in a word of the host: nodes there share what is learned of
    their `Pace`.  *priority* says how much a host likes to use it, the lowest number best;
    *tags* are words of the host for rules to ask about, such as a group, a brand, or `cold`.
    *hours* are those in which it can be entered; what is collected there is ready after
    *collect_minutes* of them.

    A store or a locker is a place to collect from: as a destination, by its own id, by `PICKUP`.
    """

    id: ids.NodeId = field(converter=_node)
    zone: str = field(default="UTC", converter=zone, kw_only=True)
    kind: NodeKind = field(default="warehouse", kw_only=True)
    ships_to: tuple[ids.Region, ...] = field(default=(), converter=_regions, kw_only=True)
    calendar: ids.CalendarId | None = field(
        default=None, converter=ids.optional_calendar_id, kw_only=True
    )
    cut_off: time | None = field(default=None, validator=_cut_off, kw_only=True)
    processing_days: int = field(default=0, validator=no_or_some_units, kw_only=True)
    capacity: Mapping[CapacityKind, int] = field(
        factory=dict, converter=_capacity, kw_only=True, hash=False
    )
    active: bool = field(default=True, validator=some_truth, kw_only=True)
    at: Point | None = field(default=None, validator=_at, kw_only=True)
    priority: int = field(default=0, validator=no_or_some_units, kw_only=True)
    tags: tuple[str, ...] = field(default=(), converter=ids.tags, kw_only=True)
    hours: tuple[Opening, ...] = field(default=(), converter=openings, kw_only=True)
    collect_minutes: int = field(default=0, validator=no_or_some_units, kw_only=True)
    region: ids.Region | None = field(default=None, converter=ids.optional_region, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.kind not in ("warehouse", "store", "vendor", "locker"):
            raise Unreadable("one of warehouse, store, vendor, locker", "$.kind")


DEFAULT_TRANSIT_DAYS = 2


@frozen
class Lane:
    """A way from a node to a region by a delivery method.

    Costs are in minor units of the host's cost currency: *parcel_cost* for each parcel,
    *unit_cost* for each unit, *kg_cost* for each kilogram.  Transit runs on the working days of
    *carrier_calendar*, delivery happens on one of *delivery_calendar*; None is every day.  The
    *windows* in which it is delivered are times in the destination's *zone*, or in UTC.
    """

    node: ids.NodeId = field(converter=ids.node_id)
    to: ids.Region = field(converter=ids.end)
    method: ids.Method = field(default=STANDARD, converter=ids.method, kw_only=True)
    transit_days: int = field(
        default=DEFAULT_TRANSIT_DAYS, validator=no_or_some_units, kw_only=True
    )
    parcel_cost: int = field(default=0, validator=no_or_some_units, kw_only=True)
    unit_cost: int = field(default=0, validator=no_or_some_units, kw_only=True)
    kg_cost: int = field(default=0, validator=no_or_some_units, kw_only=True)
    carrier_calendar: ids.CalendarId | None = field(
        default=None, converter=_carrier_calendar, kw_only=True
    )
    delivery_calendar: ids.CalendarId | None = field(
        default=None, converter=_delivery_calendar, kw_only=True
    )
    windows: tuple[Opening, ...] = field(default=(), converter=windows, kw_only=True)
    zone: str | None = field(default=None, converter=optional_zone, kw_only=True)


@frozen
class Link:
    """A way from a node to another, by which goods get there before they go on to the customer.

    Costs and days are those of a `Lane`.  What arrives leaves again as any supply of that node
    does: after its *processing_days*.
    """

    node: ids.NodeId = field(converter=ids.node_id)
    to: ids.NodeId = field(converter=_to)
    transit_days: int = field(default=1, validator=no_or_some_units, kw_only=True)
    parcel_cost: int = field(default=0, validator=no_or_some_units, kw_only=True)
    unit_cost: int = field(default=0, validator=no_or_some_units, kw_only=True)
    kg_cost: int = field(default=0, validator=no_or_some_units, kw_only=True)
    carrier_calendar: ids.CalendarId | None = field(
        default=None, converter=_carrier_calendar, kw_only=True
    )

    def __attrs_post_init__(self) -> None:
        if self.node == self.to:
            raise Unreadable("another node than the one that it starts from", "$.to")


LaneName = tuple[ids.NodeId, ids.Region, ids.Method]
LinkName = tuple[ids.NodeId, ids.NodeId]


@frozen
class Network:
    """Every node, lane, calendar, link and destination that is known, and what was learned.

    *confident* remembers what `omscore.network.learned` makes of it.
    """

    nodes: Mapping[ids.NodeId, Node] = field(factory=dict)
    lanes: Mapping[LaneName, Lane] = field(factory=dict)
    calendars: Mapping[ids.CalendarId, Calendar] = field(factory=dict)
    links: Mapping[LinkName, Link] = field(factory=dict)
    destinations: Mapping[ids.Region, Destination] = field(factory=dict)
    transits: Mapping[TransitName, TransitTimes] = field(factory=dict)
    paces: Mapping[ids.Method, Pace] = field(factory=dict)
    confident: dict[tuple[int, int], Network] = field(
        factory=dict, init=False, repr=False, eq=False
    )
    _reaching: dict[tuple[ids.Region, ids.Method], tuple[Node, ...]] = field(
        factory=dict, init=False, repr=False, eq=False
    )
    _sending: dict[tuple[ids.Region, ids.Method], tuple[Node, ...]] = field(
        factory=dict, init=False, repr=False, eq=False
    )

    _onward: dict[LaneName, Lane | None] = field(factory=dict, init=False, repr=False, eq=False)

    def lane(self, node: Node, to: ids.Region, method: ids.Method) -> Lane | None:
        """The way from *node* to *to*, or None: its own lane before what is implied.

        `ships_to` implies one; so does collecting at a store or a locker, at once and at no cost.
        What leads to a region leads to every destination within it.
        """
        if found := self.lanes.get((node.id, to, method)):
            return found
        if method == PICKUP and str(to) == str(node.id) and node.kind in ("store", "locker"):
            return Lane(node.id, to, method=method, transit_days=0)
        if to in node.ships_to:
            return Lane(node.id, to, method=method)
        if (whole := self.within(to)) is None:
            return None
        if (name := (node.id, to, method)) not in self._onward:
            lane = self.lanes.get((node.id, whole, method))
            if lane is None and whole in node.ships_to:
                lane = Lane(node.id, whole, method=method)
            self._onward[name] = None if lane is None else attrs.evolve(lane, to=to)
        return self._onward[name]

    def within(self, to: ids.Region) -> ids.Region | None:
        """The region that a destination is part of, if that is known."""
        found = self.destinations.get(to)
        return None if found is None else found.within

    def reaching(self, to: ids.Region, method: ids.Method) -> tuple[Node, ...]:
        """The nodes with a way to *to* by *method*, by id; found once, then remembered."""
        if (to, method) not in self._reaching:
            self._reaching[to, method] = tuple(
                node for _, node in sorted(self.nodes.items()) if self.lane(node, to, method)
            )
        return self._reaching[to, method]

    def sending(self, to: ids.Region, method: ids.Method) -> tuple[Node, ...]:
        """The nodes whose stock can get to *to* by *method*, some by a link to another; by id."""
        if not self.links:
            return self.reaching(to, method)
        if (to, method) not in self._sending:
            ends = {node.id for node in self.reaching(to, method)}
            starts = {link.node for link in self.links.values() if link.to in ends}
            self._sending[to, method] = tuple(
                [self.nodes[id_] for id_ in sorted(ends | starts) if id_ in self.nodes]
            )
        return self._sending[to, method]

    def where(self, to: ids.Region) -> Point | None:
        """Where a destination is, if that is known: it may be a node."""
        for place in to, self.within(to):
            found = None if place is None else self.destinations.get(place)
            if found is not None and found.at is not None:
                return found.at
        node = self.nodes.get(ids.NodeId(to))
        return None if node is None else node.at


@frozen
class NodeLearned:
    """From now on a node is like this."""

    node: Node


@frozen
class LaneLearned:
    """From now on a lane is like this."""

    lane: Lane


@frozen
class CalendarLearned:
    """From now on a calendar is like this."""

    calendar: Calendar


@frozen
class LinkLearned:
    """From now on a link is like this."""

    link: Link


@frozen
class DestinationLearned:
    """From now on a destination is here."""

    destination: Destination


@frozen
class TransitTimesLearned:
    """From now on this is how long shipments took."""

    times: TransitTimes


@frozen
class PaceLearned:
    """From now on this is the pace of shipments."""

    pace: Pace


NetworkEvent = (
    NodeLearned
    | LaneLearned
    | CalendarLearned
    | LinkLearned
    | DestinationLearned
    | TransitTimesLearned
    | PaceLearned
)


def evolve(network: Network | None, /, *events: NetworkEvent) -> Network:
    """The network as it was last learned."""
    was = network or Network()
    nodes, lanes, calendars = dict(was.nodes), dict(was.lanes), dict(was.calendars)
    links, destinations, transits = dict(was.links), dict(was.destinations), dict(was.transits)
    paces = dict(was.paces)
    for event in events:
        match event:
            case NodeLearned(node):
                nodes[node.id] = node
            case LaneLearned(lane):
                lanes[lane.node, lane.to, lane.method] = lane
            case CalendarLearned(calendar):
                calendars[calendar.id] = calendar
            case LinkLearned(link):
                links[link.node, link.to] = link
            case DestinationLearned(destination):
                destinations[destination.region] = destination
            case TransitTimesLearned(times):
                transits[times.name] = times
            case PaceLearned(pace):
                paces[pace.method] = pace
            case _:
                assert_never(event)
    return Network(nodes, lanes, calendars, links, destinations, transits, paces)


NETWORK = Kind(
    "network",
    Network,
    evolve,
    (
        NodeLearned,
        LaneLearned,
        CalendarLearned,
        LinkLearned,
        DestinationLearned,
        TransitTimesLearned,
        PaceLearned,
    ),
)
THE_NETWORK = NETWORK.key("network")

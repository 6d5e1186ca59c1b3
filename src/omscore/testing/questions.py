"""Any sourcing question, small enough that a person can see what is asked.

The nodes are `berlin`, `london` and `paris`, of any kind and in any zone; the skus are `POT` and
`TEA`, the regions `DE`, `FR` and `GB`, the methods `standard` and `express`, the classes of items
and the tags of nodes `brand:acme`, `cold`, `hazardous` and `oversize`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from itertools import accumulate
from typing import get_args

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.network.capacity import Slot
from omscore.network.facts import Lane, Link, Network, Node, NodeKind
from omscore.network.places import Destination, point
from omscore.sourcing.need import Alternative, Need
from omscore.sourcing.question import Question, Rows
from omscore.testing.builders import MONDAY, day
from omscore.testing.strategies import (
    CAPACITIES,
    NODES,
    REGIONS,
    SKUS,
    ZONES,
    calendars,
    days,
    seldom,
)

METHODS = ("standard", "express")
CHANNELS = ("web", "store")
CLASSES = ("brand:acme", "cold", "hazardous", "oversize")
PLACES = (point(52.5, 13.4), point(51.5, -0.1), point(48.9, 2.3))
DESTINATIONS = {Region(to): Destination(to, PLACES[n]) for n, to in enumerate(REGIONS[:2])}

# Strategies are made once: to make one takes longer than to draw from it.
_CLASSES = st.sampled_from([(), (), *((one,) for one in CLASSES), ("cold", "hazardous")])
_CALENDAR = calendars()
_SELDOM = seldom()
_NEED = st.builds(
    Need,
    st.just(LineId("1")),
    st.sampled_from(SKUS).map(Sku),
    st.integers(1, 5),
    st.sampled_from(REGIONS).map(Region),
    st.sampled_from(METHODS).map(Method),
    latest=st.none() | days(5),
    weight_g=st.sampled_from([0, 1, 500, 30_000]),
    group=st.sampled_from([None, "gift"]),
    price=st.sampled_from([0, 450, 99_900]),
    priority=st.integers(1, 3),
    wanted=st.none() | days(5),
    classes=_CLASSES,
    channel=st.sampled_from([None, *CHANNELS]),
    substitutes=st.sampled_from([(), (), (), (Alternative(Sku("TEA"), penalty=50),)]),
)
_NODE = st.builds(
    Node,
    st.just(NODES[0]),
    zone=st.sampled_from(ZONES),
    kind=st.sampled_from(get_args(NodeKind)),
    ships_to=st.sampled_from([(), REGIONS[:1], REGIONS]),
    calendar=st.sampled_from([None, "calendar"]),
    cut_off=st.sampled_from([None, time(9), time(23, 59)]),
    processing_days=st.integers(0, 2),
    capacity=st.sampled_from(CAPACITIES),
    active=_SELDOM.map(lambda closed: not closed),
    at=st.sampled_from([None, *PLACES]),
    priority=st.integers(0, 2),
    tags=_CLASSES,
)
_LANE = st.builds(
    Lane,
    st.just(NODES[0]),
    st.sampled_from(REGIONS),
    method=st.sampled_from(METHODS),
    transit_days=st.integers(0, 5),
    parcel_cost=st.integers(0, 2_000),
    unit_cost=st.integers(0, 100),
    kg_cost=st.integers(0, 100),
    carrier_calendar=st.sampled_from([None, "calendar"]),
)
_LANES = st.lists(_LANE, max_size=3)
_LINKS = st.lists(
    st.builds(
        Link,
        st.just(NODES[0]),
        st.sampled_from(NODES[1:]),
        transit_days=st.integers(0, 2),
        parcel_cost=st.integers(0, 200),
        unit_cost=st.integers(0, 20),
    ),
    max_size=1,
)


def _stock(days_ahead: list[int], units: list[int]) -> Rows:
    """From which day on how many units may be promised; both only rise."""
    rising = zip(sorted(days_ahead), accumulate(units), strict=False)
    return tuple((day(ahead), there) for ahead, there in rising)


_ROWS = st.builds(
    _stock,
    st.lists(st.sampled_from([0, 1, 4, 9]), unique=True, max_size=2),
    st.lists(st.integers(1, 6), min_size=2, max_size=2),
)
_ROOM = st.lists(st.integers(0, 4), min_size=3, max_size=3)


@st.composite
def questions(draw: DrawFn, *, most_needs: int = 3, limited: bool = True) -> Question:
    """Needs, a network, stock over time, and nodes that cool down.

    Unless they are *limited*, the days of every node take as much as anybody likes.
    """
    asked = draw(needs(most_needs))
    network = draw(_networks(limited))
    at = [(id_, Sku(sku)) for id_ in network.nodes for sku in SKUS]
    cooling = frozenset(id_ for id_ in network.nodes if draw(_SELDOM))
    return Question(
        asked,
        network,
        MONDAY,
        stock={one: draw(_ROWS) for one in at},
        room=dict(draw(_rooms(network))),
        cooling=cooling,
        rejections=dict.fromkeys(sorted(cooling), 2),
        use_by={one: draw(_ROWS) for one in at if draw(st.booleans())},
    )


def simpler(question: Question) -> Iterator[Question]:
    """*question* without one of its needs, or without one of its nodes."""
    for need in question.needs if len(question.needs) > 1 else ():
        fewer = [one for one in question.needs if one is not need]
        yield attrs.evolve(question, needs=_numbered(fewer))
    network = question.network
    for id_ in network.nodes if len(network.nodes) > 1 else ():
        nodes = {one: node for one, node in network.nodes.items() if one != id_}
        yield attrs.evolve(question, network=attrs.evolve(network, nodes=nodes))


def needs(most: int = 3) -> SearchStrategy[tuple[Need, ...]]:
    """Some units of a sku each; with or without a latest day, a weight, a price, a class."""
    return st.lists(_NEED, min_size=1, max_size=most).map(_numbered)


def _numbered(several: list[Need]) -> tuple[Need, ...]:
    return tuple(
        attrs.evolve(
            one,
            line=LineId(str(n)),
            substitutes=tuple(other for other in one.substitutes if other.sku != one.sku),
        )
        for n, one in enumerate(several, start=1)
    )


@st.composite
def _networks(draw: DrawFn, limited: bool) -> Network:
    nodes, lanes = dict[NodeId, Node](), list[Lane]()
    for id_ in NODES[: draw(st.integers(1, len(NODES)))]:
        node = attrs.evolve(draw(_NODE), id=id_)
        nodes[node.id] = node if limited else attrs.evolve(node, capacity={})
        lanes += [attrs.evolve(lane, node=id_) for lane in draw(_LANES)]
    calendar = draw(_CALENDAR)
    ways = {(lane.node, lane.to, lane.method): lane for lane in lanes}
    links = {(link.node, link.to): link for link in draw(_LINKS) if link.to in nodes}
    return Network(nodes, ways, {calendar.id: calendar}, links, DESTINATIONS)


@st.composite
def _rooms(draw: DrawFn, network: Network) -> list[tuple[Slot, int]]:
    """What is left of three days of each node that is limited."""
    limited = [(id_, kind) for id_, node in network.nodes.items() for kind in node.capacity]
    return [((*at, day(n)), left) for at in limited for n, left in enumerate(draw(_ROOM))]

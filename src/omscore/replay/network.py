"""Reads `network.toml`: the calendars, nodes and lanes of a scenario, and checks that they fit.

A lane may name several regions; it becomes one `Lane` for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from attrs import frozen

from omscore.kernel.errors import Unreadable
from omscore.network.facts import (
    DEFAULT_TRANSIT_DAYS,
    STANDARD,
    Calendar,
    CalendarLearned,
    Lane,
    LaneLearned,
    Network,
    Node,
    NodeLearned,
    evolve,
)
from omscore.replay.section import Section, at, read_toml


@frozen
class NetworkFacts:
    """The network of a scenario, in the order of its file."""

    calendars: tuple[Calendar, ...]
    nodes: tuple[Node, ...]
    lanes: tuple[Lane, ...]

    def whole(self) -> Network:
        """The network that these facts make."""
        return evolve(
            None,
            *map(CalendarLearned, self.calendars),
            *map(NodeLearned, self.nodes),
            *map(LaneLearned, self.lanes),
        )


def read_network(path: Path) -> NetworkFacts:
    """The network; `Unreadable` with file and path if it is none, or does not fit together."""
    top = read_toml(path)
    calendars = [_calendar(one) for one in top.sections("calendars")]
    nodes = [_node(one) for one in top.sections("nodes")]
    lanes = [lane for one in top.sections("lanes") for lane in _lanes(one)]
    top.done()
    _unique([one.id for one in calendars], f"{top.path}.calendars", "id")
    _unique([one.id for one in nodes], f"{top.path}.nodes", "id")
    _fits(top, {one.id for one in calendars}, {one.id for one in nodes})
    if not nodes:
        raise top.fault("nodes", "at least one node")
    names = [(one.node, one.to, one.method) for one in lanes]
    if len(set(names)) < len(names):
        raise top.fault("lanes", "one lane for each node, region and method")
    return NetworkFacts(tuple(calendars), tuple(nodes), tuple(lanes))


def _calendar(given: Section) -> Calendar:
    with at(given.path):
        calendar = Calendar(
            given.text("id"),
            weekdays=given.each("weekdays", int, "0 (Monday) to 6 (Sunday)"),
            holidays=given.each("holidays", date, "days like 2011-04-22, without quotes"),
        )
    given.done()
    return calendar


def _node(given: Section) -> Node:
    capacity = given.section("capacity").table
    with at(given.path):
        node = Node(
            given.text("id"),
            zone=given.text("zone"),
            kind=given.text("kind", "warehouse"),  # type: ignore[arg-type]  # Node checks it
            ships_to=given.each("ships_to", str, "regions"),
            calendar=_optional(given, "calendar"),
            cut_off=given.clock("cut_off"),
            processing_days=given.whole("processing_days", default=0),
            capacity=capacity,  # type: ignore[arg-type]  # Node checks it
        )
    given.done()
    return node


def _lanes(given: Section) -> Iterator[Lane]:
    with at(given.path):
        lanes = [
            Lane(
                given.text("node"),
                to,
                method=given.text("method", STANDARD),
                transit_days=given.whole("transit_days", default=DEFAULT_TRANSIT_DAYS),
                parcel_cost=given.whole("parcel_cost", default=0),
                unit_cost=given.whole("unit_cost", default=0),
                kg_cost=given.whole("kg_cost", default=0),
                carrier_calendar=_optional(given, "carrier_calendar"),
                delivery_calendar=_optional(given, "delivery_calendar"),
            )
            for to in given.each("to", str, "regions")
        ]
    if not lanes:
        raise given.fault("to", "at least one region")
    given.done()
    yield from lanes


def _optional(given: Section, name: str) -> str | None:
    given.asked.add(name)
    return given.text(name) if given.has(name) else None


def _unique(names: list[str], path: str, key: str) -> None:
    first = dict[str, int]()
    for place, name in enumerate(names):
        if first.setdefault(name, place) != place:
            raise Unreadable("already used above", f"{path}[{place}].{key}")


def _fits(top: Section, calendars: set[str], nodes: set[str]) -> None:
    """`Unreadable` unless every calendar and node that is referred to is there."""
    for one in top.sections("nodes"):
        _known(one, "calendar", calendars)
    for one in top.sections("lanes"):
        _known(one, "node", nodes)
        _known(one, "carrier_calendar", calendars)
        _known(one, "delivery_calendar", calendars)


def _known(given: Section, name: str, known: set[str]) -> None:
    if given.has(name) and given.text(name) not in known:
        raise given.fault(name, "it names nothing in this file")

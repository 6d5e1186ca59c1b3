"""Learning facts: items, nodes, the ways between them, as they are from now on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from attrs import field, frozen

from omscore.catalog.item import ITEM, Item, ItemLearned
from omscore.kernel.errors import Unreadable
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.recorded import Context
from omscore.kernel.several import several
from omscore.network.facts import (
    THE_NETWORK,
    Calendar,
    CalendarLearned,
    DestinationLearned,
    Lane,
    LaneLearned,
    Link,
    LinkLearned,
    Network,
    NetworkEvent,
    Node,
    NodeLearned,
    PaceLearned,
    TransitTimesLearned,
)
from omscore.network.pace import Pace
from omscore.network.places import Destination
from omscore.network.transit import TransitTimes

Place = Node | Lane | Calendar | Link | Destination | TransitTimes | Pace
Fact = Item | Place


def _facts(value: Iterable[Fact]) -> tuple[Fact, ...]:
    facts = several(value, "facts")
    for place, fact in enumerate(facts):
        if not isinstance(fact, Fact):
            raise Unreadable(
                "an Item, Node, Lane, Link, Destination, Calendar, TransitTimes or Pace",
                f"$.facts[{place}]",
            )
    return facts


@frozen
class Learn:
    """From now on these *facts* hold; one that is known already changes nothing."""

    facts: tuple[Fact, ...] = field(converter=_facts)


@frozen
class Learning:
    """Take facts in.  A fact that names another must find it, known or beside it."""

    def reads(self, command: Learn, seen: Seen) -> Iterable[Key[object]]:
        """What is known so far."""
        yield THE_NETWORK
        yield from (ITEM.key(fact.sku) for fact in command.facts if isinstance(fact, Item))

    def decide(self, command: Learn, seen: Seen, context: Context) -> Changes:
        """The facts that are new."""
        changes = Changes(seen)
        for fact in command.facts:
            if isinstance(fact, Item):
                if changes.get(ITEM.key(fact.sku)) != fact:
                    changes.tell(ITEM.key(fact.sku), [ItemLearned(fact)])
            elif (event := _news(changes.get(THE_NETWORK) or Network(), fact)) is not None:
                changes.tell(THE_NETWORK, [event])
        _complete(changes.get(THE_NETWORK) or Network())
        return changes


def _news(network: Network, fact: Place) -> NetworkEvent | None:
    match fact:
        case Node():
            return None if network.nodes.get(fact.id) == fact else NodeLearned(fact)
        case Lane():
            known = network.lanes.get((fact.node, fact.to, fact.method))
            return None if known == fact else LaneLearned(fact)
        case Calendar():
            return None if network.calendars.get(fact.id) == fact else CalendarLearned(fact)
        case Link():
            known_link = network.links.get((fact.node, fact.to))
            return None if known_link == fact else LinkLearned(fact)
        case Destination():
            known_at = network.destinations.get(fact.region)
            return None if known_at == fact else DestinationLearned(fact)
        case TransitTimes():
            known_times = network.transits.get(fact.name)
            return None if known_times == fact else TransitTimesLearned(fact)
        case Pace():
            return None if network.paces.get(fact.method) == fact else PaceLearned(fact)
        case _:
            assert_never(fact)


def _complete(network: Network) -> None:
    for node in network.nodes.values():
        if node.calendar not in (None, *network.calendars):
            raise Unreadable("a calendar that is known", f"$.nodes.{node.id}.calendar")
    for lane in network.lanes.values():
        path = f"$.lanes.{lane.node}.{lane.to}.{lane.method}"
        if lane.node not in network.nodes:
            raise Unreadable("a node that is known", f"{path}.node")
        if {lane.carrier_calendar, lane.delivery_calendar} - {None, *network.calendars}:
            raise Unreadable("calendars that are known", path)
    for link in network.links.values():
        path = f"$.links.{link.node}.{link.to}"
        if not {link.node, link.to} <= network.nodes.keys():
            raise Unreadable("nodes that are known", path)
        if link.carrier_calendar not in (None, *network.calendars):
            raise Unreadable("a calendar that is known", f"{path}.carrier_calendar")

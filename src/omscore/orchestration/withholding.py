"""Withholding: the terms on which stock is promised, from the facts that a command has read."""

from __future__ import annotations

from collections.abc import Iterable

from omscore.atp.availability import NOTHING_WITHHELD, Availability
from omscore.atp.position import POSITION, Position, position_id
from omscore.atp.safety import Case
from omscore.atp.terms import PLAIN, Terms
from omscore.catalog.item import ITEM
from omscore.kernel import ids
from omscore.kernel.keys import Changes, Key, Seen
from omscore.network.facts import THE_NETWORK, Network


def reads(availability: Availability, seen: Seen, skus: Iterable[ids.Sku]) -> Iterable[Key[object]]:
    """The stock of every node, if rules for any of *skus* speak of it."""
    if availability.of_network and (network := seen.get(THE_NETWORK)) is not None:
        for sku in dict.fromkeys(skus):
            yield from (POSITION.key(position_id(node, sku)) for node in network.nodes)


def of_reservations(
    availability: Availability,
    changes: Changes,
    sku: ids.Sku,
    node: ids.NodeId,
    channel: str | None,
) -> Terms:
    """On what terms a host sets units aside, more of them, or at another node."""
    return terms(availability, changes, sku, node, None, channel)


def terms(
    availability: Availability,
    changes: Changes,
    sku: ids.Sku,
    node: ids.NodeId,
    method: ids.Method | None,
    channel: str | None,
) -> Terms:
    """On what terms units of *sku* at *node* are promised to who sells through *channel*."""
    if availability == NOTHING_WITHHELD:
        return PLAIN
    item, network = changes.get(ITEM.key(sku)), changes.get(THE_NETWORK) or Network()
    case = Case(sku, node, method, () if item is None else item.classes)
    there = None
    if availability.of_network:
        there = {
            one: (changes.get(POSITION.key(position_id(one, sku))) or Position()).on_hand
            for one in (*network.nodes, node)
        }
    return availability.terms(case, channel, there)

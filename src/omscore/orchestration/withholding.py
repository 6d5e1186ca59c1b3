"""Withholding: the terms on which stock is promised, from the facts that a command has read.

Where the policy says that units are not counted, the position has an entry that says so before the
first of them is promised: whatever checks promises later sees that supply, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from omscore.atp.availability import Availability
from omscore.atp.movements import SupplyUntracked
from omscore.atp.position import POSITION, Position, position_id
from omscore.atp.safety import Case
from omscore.atp.terms import PLAIN, Terms
from omscore.catalog.item import ITEM
from omscore.kernel import ids
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.recorded import Context
from omscore.network.facts import THE_NETWORK, Network
from omscore.orchestration import reserving


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
    if availability.withholds_nothing:
        return PLAIN
    case, network = _case(changes, sku, node, method), changes.get(THE_NETWORK) or Network()
    there = None
    if availability.of_network:
        there = {
            one: (changes.get(POSITION.key(position_id(one, sku))) or Position()).on_hand
            for one in (*network.nodes, node)
        }
    return availability.terms(case, channel, there)


def _case(changes: Changes, sku: ids.Sku, node: ids.NodeId, method: ids.Method | None) -> Case:
    item = changes.get(ITEM.key(sku))
    return Case(sku, node, method, () if item is None else item.classes)


# --- what is not counted ------------------------------------------------------------------------


def seen(
    availability: Availability,
    changes: Changes,
    sku: ids.Sku,
    node: ids.NodeId,
    today: date,
) -> Position:
    """The sellable position of *sku* at *node*, as the policy sees it."""
    position = changes.get(POSITION.key(position_id(node, sku))) or Position()
    if not availability.untracks:
        return position
    return availability.seen(_case(changes, sku, node, None), position, today)


def untracked(
    availability: Availability,
    changes: Changes,
    context: Context,
    sku: ids.Sku,
    node: ids.NodeId,
) -> Sequence[SupplyUntracked]:
    """What the position has to be told before units are promised that the policy does not count."""
    if not availability.untracks:
        return ()
    known = changes.get(POSITION.key(position_id(node, sku))) or Position()
    today = reserving.today_at(changes, node, context)
    endless = seen(availability, changes, sku, node, today).endless
    told = SupplyUntracked(endless, ids.DocumentId(context.command))
    return () if endless == known.endless else (told,)

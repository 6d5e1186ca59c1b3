"""Stock: movements that sources report come into the books; what they make impossible is declared.

A paper is taken once per sku and node; the same again is ignored, with a reason.  Whoever waits for
a sku is called when more of it may be promised.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from attrs import frozen

from omscore.atp.messages import (
    AdjustStock,
    IssueStock,
    NoSuchItem,
    NoSuchNode,
    NotOnHand,
    ReceiveStock,
    RegradeStock,
    SeenBefore,
    StockReport,
)
from omscore.atp.movements import Cause, StockEntered
from omscore.atp.position import POSITION, Condition, Position, position_id
from omscore.atp.supplies import PAPER, PaperIgnored, PaperOutdated, PaperTaken, entry_id
from omscore.catalog.item import ITEM
from omscore.kernel.errors import Refused
from omscore.kernel.ids import DocumentId, NodeId, Sku
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.reason import Reason
from omscore.kernel.recorded import Context
from omscore.network.facts import THE_NETWORK, Network, Node
from omscore.orchestration import backlog, lateness, reserving
from omscore.orchestration.backlog import BACKLOG

At = tuple[NodeId, Sku, Condition]
Entry = tuple[int, Cause, DocumentId]

# --- what other journeys use ------------------------------------------------------------------


def known_node(changes: Changes, node: NodeId) -> Node:
    """The node; `Refused` if nobody has told us of it."""
    found = (changes.get(THE_NETWORK) or Network()).nodes.get(node)
    if found is None:
        raise Refused(NoSuchNode(node))
    return found


def put(
    changes: Changes,
    context: Context,
    at: At,
    units: int,
    cause: Cause,
    document: DocumentId,
) -> None:
    """Units come to a position, or leave it if *units* is negative; `Refused` if too few are there.

    The position and the backlog of the sku must have been read.  What occurred before the last
    count is entered, and taken back at once: the count has it already.
    """
    counted = lateness.counted_since(changes, context, position_id(*at))
    entries: list[Entry] = [(units, cause, document)]
    if counted is not None:
        entries.append((-units, "counted", counted.document))
    enter(changes, context, at, entries)


def enter(changes: Changes, context: Context, at: At, entries: Sequence[Entry]) -> None:
    """All of *entries* together; `Refused` if that leaves less than nothing on hand."""
    key = POSITION.key(position_id(*at))
    on_hand = (changes.get(key) or Position()).on_hand
    units = sum(quantity for quantity, _, _ in entries)
    if on_hand + units < 0:
        raise Refused(NotOnHand(-units, on_hand))
    changes.tell(key, [StockEntered(cause, many, paper) for many, cause, paper in entries if many])
    if not units:
        return
    reserving.settle(changes, key, context)
    if units > 0 and at[2] == "sellable":
        backlog.call(changes, at[1])


def suspect(
    changes: Changes, context: Context, node: NodeId, sku: Sku, units: int, document: DocumentId
) -> None:
    """Units that were not found are not sellable until somebody counts."""
    at = POSITION.key(position_id(node, sku))
    gone = min(units, (changes.get(at) or Position()).on_hand)
    put(changes, context, (node, sku, "sellable"), -gone, "regraded", document)
    put(changes, context, (node, sku, "suspect"), gone, "regraded", document)


# --- movements --------------------------------------------------------------------------------

Movement = ReceiveStock | AdjustStock | IssueStock | RegradeStock


@frozen
class Entering:
    """Movements: stock comes to hand, leaves, or is found to be another."""

    def reads(self, report: Movement, seen: Seen) -> Iterable[Key[object]]:
        """The facts, the paper and the backlog, and the positions."""
        yield from reads_of_paper(report)
        yield POSITION.key(position_id(report.node, report.sku, report.condition))
        if isinstance(report, RegradeStock):
            yield POSITION.key(position_id(report.node, report.sku, report.was))

    def decide(self, report: Movement, seen: Seen, context: Context) -> Changes:
        """The books are changed once for each paper."""
        changes = Changes(seen)
        require_known(changes, report.node, report.sku)
        if take_paper(changes, report.document, report.node, report.sku):
            at = (report.node, report.sku, report.condition)
            for where, units, cause in _legs(changes, report, at):
                put(changes, context, where, units, cause, report.document)
        return changes


def _legs(changes: Changes, report: Movement, at: At) -> Sequence[tuple[At, int, Cause]]:
    match report:
        case ReceiveStock():
            return [(at, report.quantity, "received")]
        case AdjustStock():
            return [(at, report.quantity, "adjusted")]
        case IssueStock():
            # The goods were there, for they left; so the book is mended.
            on_hand = (changes.get(POSITION.key(position_id(*at))) or Position()).on_hand
            missing = max(0, report.quantity - on_hand)
            return [(at, missing, "found"), (at, -report.quantity, "issued")]
        case RegradeStock():
            was = (report.node, report.sku, report.was)
            return [(was, -report.quantity, "regraded"), (at, report.quantity, "regraded")]
        case _:
            assert_never(report)


# --- facts and papers -------------------------------------------------------------------------


def reads_of_facts(sku: Sku) -> Iterable[Key[object]]:
    """What is known of a sku and of the nodes, and who waits for the sku."""
    yield THE_NETWORK
    yield ITEM.key(sku)
    yield BACKLOG.key(sku)


def require_known(changes: Changes, node: NodeId, sku: Sku) -> Node:
    """The node; `Refused` if it is unknown, or if *sku* is no stock item that is known."""
    item = changes.get(ITEM.key(sku))
    if item is None or item.kind != "stock":
        raise Refused(NoSuchItem(sku))
    return known_node(changes, node)


def reads_of_paper(report: StockReport) -> Iterable[Key[object]]:
    """The facts and the backlog, and whether this paper was taken before."""
    yield from reads_of_facts(report.sku)
    yield PAPER.key(entry_id(report.document, report.node, report.sku))


def take_paper(
    changes: Changes,
    document: DocumentId,
    node: NodeId,
    sku: Sku,
    outdated: Reason | None = None,
) -> bool:
    """Whether this paper is news; one that was taken before, or is *outdated*, is recorded."""
    key = PAPER.key(entry_id(document, node, sku))
    if changes.get(key) is not None:
        changes.tell(key, [PaperIgnored(SeenBefore(document).noted())])
        return False
    if outdated is not None:
        changes.tell(key, [PaperOutdated(document, outdated.noted())])
        return False
    changes.tell(key, [PaperTaken(document)])
    return True

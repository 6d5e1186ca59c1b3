"""Stock: movements that sources report come into the books; what they make impossible is declared.

A paper is taken once per sku and node; the same again is ignored, with a reason.  Whoever waits for
a sku is called when more of it may be promised.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, assert_never

from attrs import frozen

from omscore.atp.lots import PLAIN, Lot, Part, leaving
from omscore.atp.messages import (
    AdjustStock,
    IssueStock,
    LotReport,
    NoSuchItem,
    NoSuchNode,
    NotOfLot,
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
from omscore.kernel.moments import day_over
from omscore.kernel.reason import Reason
from omscore.kernel.recorded import Context
from omscore.network.facts import THE_NETWORK, Network, Node
from omscore.orchestration import backlog, lateness, reserving
from omscore.orchestration.backlog import BACKLOG

At = tuple[NodeId, Sku, Condition]


class Entry(NamedTuple):
    """Units that come to a position, or leave it, by a document."""

    units: int
    cause: Cause
    document: DocumentId
    lot: Lot | None = None


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
    lot: Lot | None = None,
) -> None:
    """Units come to a position, or leave it if *units* is negative; `Refused` if too few are there.

    They are of *lot*; if none is named, those leave that expire first.  The position and the
    backlog of the sku must have been read.  What occurred before the last count is entered, and
    taken back at once: the count has it already.
    """
    counted = lateness.counted_since(changes, context, position_id(*at))
    entries = list[Entry]()
    for part in _parts(changes, context, at, units, lot):
        entries.append(Entry(part.units, cause, document, part.lot))
        if counted is not None:
            entries.append(Entry(-part.units, "counted", counted.document, part.lot))
    enter(changes, context, at, entries)


def enter(changes: Changes, context: Context, at: At, entries: Sequence[Entry]) -> None:
    """All of *entries* together; `Refused` if that leaves less than nothing on hand.

    Where an entry names no lot, what leaves is what expires first.
    """
    key = POSITION.key(position_id(*at))
    on_hand = (changes.get(key) or Position()).on_hand
    units = sum(one.units for one in entries)
    if on_hand + units < 0:
        raise Refused(NotOnHand(-units, on_hand))
    for one in entries:
        for part in _parts(changes, context, at, one.units, one.lot) if one.units else ():
            lapses_at = _lapses_at(changes, at, part)
            told = StockEntered(one.cause, part.units, one.document, part.lot, lapses_at)
            changes.tell(key, [told])
    if not units:
        return
    reserving.settle(changes, key, context)
    if units > 0 and at[2] == "sellable":
        backlog.call(changes, at[1])


class _Part(NamedTuple):
    """Units that come, or leave if that is negative, of a lot; None is not told apart."""

    units: int
    lot: Lot | None


def _parts(changes: Changes, context: Context, at: At, units: int, lot: Lot | None) -> list[_Part]:
    """What comes or leaves, by lots; `Refused` if fewer of a lot are there than should leave."""
    if units >= 0 or lot == PLAIN:
        return [_Part(units, lot)]
    if lot is None:
        found = parts_leaving(changes, context, at, -units)
        return [_Part(-one.units, one.lot) for one in found] or [_Part(units, None)]
    if (there := there_of(changes, at, lot)) < -units:
        raise Refused(NotOfLot(-units, there))
    return [_Part(units, lot)]


def _lapses_at(changes: Changes, at: At, part: _Part) -> datetime | None:
    """When units that come to be sellable have seen their last useful day."""
    if part.units < 0 or part.lot is None or part.lot.use_by is None or at[2] != "sellable":
        return None
    return day_over(part.lot.use_by, known_node(changes, at[0]).zone)


def there_of(changes: Changes, at: At, lot: Lot) -> int:
    """How many units of *lot* are on hand; of plain ones, if it is `PLAIN`."""
    position = changes.get(POSITION.key(position_id(*at))) or Position()
    lots = {one.lot: one.units for one in position.lots if one.day is None}
    return position.on_hand - sum(lots.values()) if lot == PLAIN else lots.get(lot, 0)


def parts_leaving(changes: Changes, context: Context, at: At, units: int) -> Sequence[Part]:
    """The parts that *units* leave a position from if nobody names them; none if all are plain."""
    position = changes.get(POSITION.key(position_id(*at))) or Position()
    today = reserving.today_at(changes, at[0], context)
    found = leaving(position.lots, position.on_hand, units, today)
    more = units - sum(one.units for one in found)
    return (*found, Part(None, PLAIN, more)) if found and more else found


def shift(
    changes: Changes,
    context: Context,
    at: At,
    to: Condition,
    units: int,
    cause: Cause,
    document: DocumentId,
) -> None:
    """Units change their condition, and stay of the lots that they are of."""
    parts = parts_leaving(changes, context, at, units) or (Part(None, PLAIN, units),)
    put(changes, context, at, -units, cause, document)
    for one in parts:
        lot = None if one.lot == PLAIN else one.lot
        put(changes, context, (at[0], at[1], to), one.units, cause, document, lot)


def suspect(
    changes: Changes, context: Context, node: NodeId, sku: Sku, units: int, document: DocumentId
) -> None:
    """Units that were not found are not sellable until somebody counts."""
    at = POSITION.key(position_id(node, sku))
    gone = min(units, (changes.get(at) or Position()).on_hand)
    shift(changes, context, (node, sku, "sellable"), "suspect", gone, "regraded", document)


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
            _enter(changes, context, report)
        return changes


def _enter(changes: Changes, context: Context, report: Movement) -> None:
    at, paper = (report.node, report.sku, report.condition), report.document
    match report:
        case ReceiveStock():
            put(changes, context, at, report.quantity, "received", paper, lot_of(report))
        case AdjustStock():
            put(changes, context, at, report.quantity, "adjusted", paper, lot_of(report))
        case IssueStock():
            # The goods were there, for they left; so the book is mended.
            on_hand = (changes.get(POSITION.key(position_id(*at))) or Position()).on_hand
            put(changes, context, at, max(0, report.quantity - on_hand), "found", paper)
            put(changes, context, at, -report.quantity, "issued", paper)
        case RegradeStock():
            was = (report.node, report.sku, report.was)
            shift(changes, context, was, report.condition, report.quantity, "regraded", paper)
        case _:
            assert_never(report)


def lot_of(report: LotReport) -> Lot | None:
    """The lot that *report* names; None if it says nothing of it."""
    return Lot(report.use_by, report.lot) if report.use_by or report.lot else None


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

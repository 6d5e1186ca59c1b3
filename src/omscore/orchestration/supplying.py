"""Supplying: what is due to come, when it changes, comes or is late; and what others will take.

A supply that has not come when its day is over is late: it is expected again some days later, and
promises that rested on it are declared short in the same transaction.

Papers may come in any order.  What came counts whether or not it was announced; of what is still
to come the last change speaks, else the announcement; and each is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

import attrs
from attrs import field, frozen

from omscore.atp.lots import PLAIN, Lot, common
from omscore.atp.messages import (
    ChangeSupply,
    DispatchTransfer,
    ExpectDemand,
    ExpectSupply,
    LapseSupply,
    NoSuchSupply,
    Overtaken,
    ReceiveSupply,
    SeenBefore,
    SupplyExists,
)
from omscore.atp.movements import DemandScheduled, SupplyScheduled
from omscore.atp.position import POSITION, position_id
from omscore.atp.supplies import (
    DEMAND,
    PAPER,
    SUPPLY,
    DemandOutdated,
    DemandStated,
    Origin,
    Supply,
    SupplyChanged,
    SupplyExpected,
    SupplyOutdated,
    SupplyReceived,
    SupplyUnannounced,
    entry_id,
)
from omscore.kernel.errors import Refused
from omscore.kernel.ids import DocumentId, NodeId, Sku
from omscore.kernel.keys import Changes, Key, Kind, Seen
from omscore.kernel.moments import day_over, local_day
from omscore.kernel.quantities import no_or_some_units
from omscore.kernel.reason import Reason
from omscore.kernel.recorded import Context, Recorded, Stamp
from omscore.kernel.todo import Later
from omscore.network.facts import Node
from omscore.orchestration import backlog, horizon, reserving, stock


@frozen
class Expecting:
    """A purchase order line is due; the same again, or an older word than the last, is ignored."""

    def reads(self, report: ExpectSupply, seen: Seen) -> Iterable[Key[object]]:
        """The facts, the supply and its position."""
        yield from stock.reads_of_facts(report.sku)
        yield from _reads_of_supply(report.document, report.node, report.sku)

    def decide(self, report: ExpectSupply, seen: Seen, context: Context) -> Changes:
        """Units that may be promised from their day on."""
        changes = Changes(seen)
        node = stock.require_known(changes, report.node, report.sku)
        lot = Lot(report.use_by, report.lot, report.kind, report.firm, report.reliability)
        due = _Due(report.document, report.sku, report.quantity, report.day, lot)
        _expect(changes, context, node, due)
        return changes


@frozen
class Dispatching:
    """A transfer leaves a node, and is due supply at another until it is received."""

    def reads(self, report: DispatchTransfer, seen: Seen) -> Iterable[Key[object]]:
        """The facts, the position that it leaves, and the supply that it becomes."""
        yield from stock.reads_of_facts(report.sku)
        yield PAPER.key(entry_id(report.document, report.node, report.sku))
        yield POSITION.key(position_id(report.node, report.sku))
        yield from _reads_of_supply(report.document, report.to, report.sku)

    def decide(self, report: DispatchTransfer, seen: Seen, context: Context) -> Changes:
        """Less on hand here, more due there."""
        changes = Changes(seen)
        stock.require_known(changes, report.node, report.sku)
        to = stock.require_known(changes, report.to, report.sku)
        if stock.take_paper(changes, report.document, report.node, report.sku):
            at: stock.At = (report.node, report.sku, "sellable")
            named = stock.lot_of(report)
            parts = stock.parts_leaving(changes, context, at, report.quantity)
            lot = named or common(one.lot for one in parts)
            paper = report.document
            stock.put(changes, context, at, -report.quantity, "dispatched", paper, named)
            lot = attrs.evolve(lot, kind="transfer-in")
            due = _Due(paper, report.sku, report.quantity, report.day, lot, "transfer")
            _expect(changes, context, to, due)
        return changes


@frozen
class Changing:
    """A supply is now more, fewer or none, or comes on another day; an older word is ignored."""

    def reads(self, report: ChangeSupply, seen: Seen) -> Iterable[Key[object]]:
        """The facts, the supply and its position."""
        yield from stock.reads_of_facts(report.sku)
        yield from _reads_of_supply(report.document, report.node, report.sku)

    def decide(self, report: ChangeSupply, seen: Seen, context: Context) -> Changes:
        """The timeline tells the truth at once."""
        changes = Changes(seen)
        node = stock.require_known(changes, report.node, report.sku)
        supply = _supply(changes, report, report.day)
        if (why := _no_change(supply, context.stamp)) is not None:
            key = SUPPLY.key(entry_id(report.document, report.node, report.sku))
            changes.tell(key, [SupplyOutdated(why.noted())])
            return changes
        horizon.require(report.day, local_day(context.now, node.zone))
        came = supply.received_after(context.stamp) if context.may_be_late else 0
        left = max(0, report.quantity - came)
        _change(changes, context, supply, left, report.day, "changed", node)
        return changes


@frozen
class Receiving:
    """Units of a supply came; more than expected are taken too, and what nobody has announced.

    What came before the last change of what is still to come is not taken from that again.
    """

    def reads(self, report: ReceiveSupply, seen: Seen) -> Iterable[Key[object]]:
        """The supply, the delivery note and the position."""
        yield from stock.reads_of_facts(report.sku)
        yield PAPER.key(entry_id(report.receipt, report.node, report.sku))
        yield from _reads_of_supply(report.document, report.node, report.sku)

    def decide(self, report: ReceiveSupply, seen: Seen, context: Context) -> Changes:
        """Less is due, more is on hand."""
        changes = Changes(seen)
        node = stock.require_known(changes, report.node, report.sku)
        if stock.take_paper(changes, report.receipt, report.node, report.sku):
            supply = _supply(changes, report, local_day(context.now, node.zone))
            key = SUPPLY.key(entry_id(report.document, report.node, report.sku))
            lot = stock.lot_of(report)
            note = SupplyReceived(report.quantity, report.receipt, context.stamp, lot)
            changes.tell(key, [note])
            # On hand first: supply that only changes its place leaves no promise without stock.
            at: stock.At = (report.node, report.sku, "sellable")
            scheduled = min(report.quantity, supply.open)
            if _known_to(supply, context):
                changes.tell(key, [_as_it_was(supply, changes)])
            elif scheduled:
                gone = _scheduled(supply.day, -scheduled, report.document, supply.lot)
                changes.tell(POSITION.key(position_id(report.node, report.sku)), [gone])
            lot = _came(supply.lot, lot)
            stock.put(changes, context, at, report.quantity, "received", report.receipt, lot)
        return changes


@frozen
class Lapsing:
    """A deadline: what has not come by the end of its day is expected *delay_days* from today."""

    delay_days: int = field(default=7, validator=no_or_some_units)

    def reads(self, command: LapseSupply, seen: Seen) -> Iterable[Key[object]]:
        """The facts, the supply and its position."""
        yield from stock.reads_of_facts(command.sku)
        yield from _reads_of_supply(command.document, command.node, command.sku)

    def decide(self, command: LapseSupply, seen: Seen, context: Context) -> Changes:
        """A later day for what is open; nothing, if all has come or the day was changed."""
        changes = Changes(seen)
        supply = changes.get(SUPPLY.key(entry_id(command.document, command.node, command.sku)))
        if supply is None:
            raise Refused(NoSuchSupply(command.document))
        node = stock.known_node(changes, command.node)
        today = local_day(context.now, node.zone)
        if supply.open and supply.day < today:
            later = today + timedelta(days=self.delay_days)
            _change(changes, context, supply, supply.open, later, "late", node)
        return changes


@frozen
class Demanding:
    """Others will take units; what the document said before is replaced, by what is newer."""

    def reads(self, report: ExpectDemand, seen: Seen) -> Iterable[Key[object]]:
        """The facts, what was said before, and the position."""
        yield from stock.reads_of_facts(report.sku)
        yield DEMAND.key(entry_id(report.document, report.node, report.sku))
        yield POSITION.key(position_id(report.node, report.sku))

    def decide(self, report: ExpectDemand, seen: Seen, context: Context) -> Changes:
        """Less may be promised from that day on, or more again."""
        changes = Changes(seen)
        node = stock.require_known(changes, report.node, report.sku)
        horizon.require(report.day, local_day(context.now, node.zone))
        key = DEMAND.key(entry_id(report.document, report.node, report.sku))
        at = POSITION.key(position_id(report.node, report.sku))
        before = changes.get(key)
        if before is not None and before.stamp is not None and before.stamp.after(context.stamp):
            changes.tell(key, [DemandOutdated(_overtaken(before.stamp).noted())])
            return changes
        if before is not None and before.quantity:
            gone = DemandScheduled(before.day, -before.quantity, report.document, before.kind)
            changes.tell(at, [gone])
        what = report.day, report.quantity, context.stamp, report.kind
        changes.tell(key, [DemandStated(*what, document=report.document, position=at.id)])
        if report.quantity:
            news = DemandScheduled(report.day, report.quantity, report.document, report.kind)
            changes.tell(at, [news])
        backlog.call(changes, report.sku)
        return changes


# ----------------------------------------------------------------------------------------------


def _reads_of_supply(document: DocumentId, node: NodeId, sku: Sku) -> Iterable[Key[object]]:
    yield SUPPLY.key(entry_id(document, node, sku))
    yield POSITION.key(position_id(node, sku))


def _overtaken(last: Stamp) -> Overtaken:
    return Overtaken(last.at.isoformat())


def _no_change(supply: Supply, said: Stamp) -> Reason | None:
    """Why what was *said* of a supply changes nothing; None, if it does."""
    last = supply.stamp
    if last is None:
        return None
    if said.sequence is not None and attrs.evolve(said, at=last.at) == last:
        return SeenBefore(supply.document)
    return _overtaken(last) if last.after(said) else None


def _known_to(supply: Supply, context: Context) -> bool:
    """Whether the source knew already what is told now when it last spoke of the supply."""
    last = supply.stamp
    return context.may_be_late and last is not None and not context.stamp.after(last)


def _as_it_was(supply: Supply, changes: Changes) -> SupplyChanged:
    """What is still to come stays what it is."""
    late_at = day_over(supply.day, stock.known_node(changes, supply.node).zone)
    return SupplyChanged(supply.open, supply.day, "changed", late_at)


def _supply(changes: Changes, report: ChangeSupply | ReceiveSupply, day: date) -> Supply:
    """The supply of a report; one that begins on *day*, if nobody has told of it yet."""
    key = SUPPLY.key(entry_id(report.document, report.node, report.sku))
    if changes.get(key) is None:
        changes.tell(key, [SupplyUnannounced(report.document, report.node, report.sku, day)])
    return changes.require(key)


@frozen
class _Due:
    """What a document says is due."""

    document: DocumentId
    sku: Sku
    quantity: int
    day: date
    lot: Lot
    origin: Origin = "purchase"


def _expect(changes: Changes, context: Context, node: Node, due: _Due) -> None:
    horizon.require(due.day, local_day(context.now, node.zone))
    what = due.document, node.id, due.sku, due.quantity, due.day, due.origin
    first = SupplyExpected(*what, day_over(due.day, node.zone), due.lot, context.stamp)
    key = SUPPLY.key(entry_id(due.document, node.id, due.sku))
    before = changes.get(key)
    if before is not None and before.announced is not None:
        why = _no_news(before, before.announced, first, context.stamp)
        changes.tell(key, [SupplyOutdated(why.noted())])
        return
    changes.tell(key, [first])
    supply = changes.require(key)
    _reschedule(changes, before, supply)
    _tell_apart(changes, context, supply)
    reserving.settle(changes, POSITION.key(position_id(node.id, due.sku)), context)
    backlog.call(changes, due.sku)


def _no_news(
    supply: Supply, announced: SupplyExpected, again: SupplyExpected, said: Stamp
) -> Reason:
    """Why another announcement than what was *announced* is no news; `Refused` if it is."""
    last = supply.stamp or announced.stamp
    if again.origin == "transfer":
        raise Refused(SupplyExists(supply.document))
    if again.says == announced.says:
        return SeenBefore(supply.document)
    if last is not None and last.after(said):
        return _overtaken(last)
    raise Refused(SupplyExists(supply.document))


def _reschedule(changes: Changes, before: Supply | None, supply: Supply) -> None:
    """Let the position know of what is due now, instead of what was."""
    told = [
        _scheduled(one.day, sign * one.open, one.document, one.lot)
        for one, sign in ((before, -1), (supply, 1))
        if one is not None and one.open
    ]
    changes.tell(POSITION.key(position_id(supply.node, supply.sku)), told)


def _tell_apart(changes: Changes, context: Context, supply: Supply) -> None:
    """Units that came before they were announced are of the lot that was, if they still are there.

    What their delivery notes say of it stands.
    """
    at: stock.At = (supply.node, supply.sku, "sellable")
    for one in supply.came:
        was, now = one.lot or PLAIN, _came(supply.lot, one.lot) or PLAIN
        if was != now:
            units = min(one.quantity, stock.there_of(changes, at, was))
            moved = ((-units, was), (units, now))
            entries = [stock.Entry(some, "regraded", one.document, lot) for some, lot in moved]
            stock.enter(changes, context, at, entries)


def _scheduled(day: date, units: int, document: DocumentId, lot: Lot) -> SupplyScheduled:
    """What a position is told; what comes plain need not be said to be."""
    return SupplyScheduled(day, units, document, lot if lot != PLAIN or units < 0 else None)


def _came(expected: Lot, said: Lot | None) -> Lot | None:
    """The lot of what came: as its delivery note says, else as expected; None if it is plain."""
    note = said or PLAIN
    lot = Lot(note.use_by or expected.use_by, note.name or expected.name)
    return None if lot == PLAIN else lot


def _change(
    changes: Changes,
    context: Context,
    supply: Supply,
    quantity: int,
    day: date,
    why: Literal["changed", "late"],
    node: Node,
) -> None:
    stamp = context.stamp if why == "changed" else None
    changed = SupplyChanged(quantity, day, why, day_over(day, node.zone), stamp)
    key = SUPPLY.key(entry_id(supply.document, supply.node, supply.sku))
    changes.tell(key, [changed])
    _reschedule(changes, supply, changes.require(key))
    reserving.settle(changes, POSITION.key(position_id(supply.node, supply.sku)), context)
    backlog.call(changes, supply.sku)


# --- the deadline -----------------------------------------------------------------------------


@frozen
class SupplyingProcess:
    """The process that sets the deadline of a supply; it keeps nothing."""


SUPPLYING = Kind("supplying", SupplyingProcess)


def react(
    process: SupplyingProcess | None, heard: Recorded[SupplyExpected | SupplyChanged]
) -> tuple[None, Sequence[Later]]:
    """When the day is over, see whether it is late."""
    document, node, sku = heard.key.id.split("/")
    lapse = LapseSupply(DocumentId(document), NodeId(node), Sku(sku))
    return None, [Later(heard.event.late_at, lapse)]


def still_due(event: SupplyChanged) -> bool:
    """Whether anything is left to come."""
    return event.open > 0

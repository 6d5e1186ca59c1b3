"""Counting: what a warehouse, a shop or a vendor counts corrects the books, as of its instant.

A count that is older than the last one of its position is recorded and ignored.  A movement that
occurred before the last count is recorded, and taken back: the count has it already.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from omscore.atp.messages import CountStock, Outdated
from omscore.atp.position import POSITION, Position, position_id
from omscore.atp.stocktakes import STOCKTAKE, StockCounted, difference, rewound
from omscore.kernel.ids import NodeId, Sku
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.moments import local_day
from omscore.kernel.recorded import Context, Stamp
from omscore.lifecycle.fulfillment.fulfillment import FULFILLMENT, OFF_THE_SHELF
from omscore.lifecycle.fulfillment.messages import FulfillmentMoved
from omscore.orchestration import stock


@frozen
class Counting:
    """A count of one position: the books are made to say what it says."""

    def reads(self, report: CountStock, seen: Seen) -> Iterable[Key[object]]:
        """The facts, the paper and the backlog, the position and its last count."""
        yield from stock.reads_of_paper(report)
        at = position_id(report.node, report.sku, report.condition)
        yield POSITION.key(at)
        yield STOCKTAKE.key(at)

    def decide(self, report: CountStock, seen: Seen, context: Context) -> Changes:
        """What differs is entered; promises that this leaves without stock are declared short."""
        changes = Changes(seen)
        zone = stock.require_known(changes, report.node, report.sku).zone
        at = (report.node, report.sku, report.condition)
        position, last = POSITION.key(position_id(*at)), STOCKTAKE.key(position_id(*at))
        stamp = Stamp(context.actor, _as_of(report, context), context.sequence)
        if (before := changes.get(last)) is not None and before.stamp.after(stamp):
            because = Outdated(before.document)
            stock.take_paper(changes, report.document, report.node, report.sku, because)
        elif stock.take_paper(changes, report.document, report.node, report.sku):
            now = changes.get(position) or Position()
            then = rewound(now, seen.since(stamp.at, position)) if stamp.at < context.now else now
            off = report.counts == "on-shelf"
            units = difference(
                report.counted,
                report.counts,
                then,
                picked=_picked(seen, report.node, report.sku, stamp.at) if off else 0,
                today=local_day(stamp.at, zone),
                now=stamp.at,
            )
            # More has left since than the count says there were: then there were that many.
            units = max(units, -now.on_hand)
            told = StockCounted(report.document, report.counts, report.counted, units, stamp)
            changes.tell(last, [told])
            stock.enter(changes, context, at, [stock.Entry(units, "counted", report.document)])
        return changes


def _as_of(report: CountStock, context: Context) -> datetime:
    """The instant of a count: what it says, or when it occurred; never one still to come."""
    return min(report.as_of or context.occurred_at or context.now, context.now)


def _picked(seen: Seen, node: NodeId, sku: Sku, as_of: datetime) -> int:
    """The units of a sku that had been picked at *as_of*, and not shipped yet."""
    work = seen.on(FULFILLMENT.under(node))
    if as_of < seen.now:
        seen.since(as_of, *work)
    return sum(
        task.quantity
        for key in work
        if (found := seen.get(key)) is not None and not _picked_since(seen, key, as_of)
        for task in found.tasks
        if task.sku == sku
    )


def _picked_since(seen: Seen, key: Key[object], as_of: datetime) -> bool:
    """Whether that work was still on the shelf at *as_of*."""
    events = seen.since(as_of, key) if as_of < seen.now else []
    moves = (one for one in events if isinstance(one, FulfillmentMoved))
    return any(one.from_ not in OFF_THE_SHELF and one.to in OFF_THE_SHELF for one in moves)

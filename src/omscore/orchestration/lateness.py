"""Lateness: what is told of the time before the last count is in the count already."""

from __future__ import annotations

from omscore.atp.position import PositionId
from omscore.atp.stocktakes import STOCKTAKE, Stocktake
from omscore.kernel.keys import Changes
from omscore.kernel.recorded import Context


def counted_since(changes: Changes, context: Context, at: PositionId) -> Stocktake | None:
    """The count that has already what is told now; None, if it is news.

    Only a source that says when things occur, by time or number, can tell them late.  So the last
    count is read for those alone.
    """
    if not context.may_be_late:
        return None
    changes.seen.demand(key := STOCKTAKE.key(at))
    last = changes.get(key)
    return None if last is None or context.stamp.after(last.stamp) else last

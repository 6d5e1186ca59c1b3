"""Lapsing and untracking: units that are not useful any more, and units that nobody counts.

A lot that passes its last useful day leaves the sellable stock; promises that rested on it are
declared short in the same transaction.  Stock that is not tracked is an entry in the ledger too:
supply without limit, which every grant and every check sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from omscore.atp.messages import LapseStock, TrackStock, UntrackStock
from omscore.atp.movements import Endless, StockEntered, SupplyUntracked
from omscore.atp.position import POSITION, Position, position_id
from omscore.atp.supplies import PAPER, entry_id
from omscore.kernel.ids import DocumentId, NodeId, Sku
from omscore.kernel.keys import Changes, Key, Kind, Seen
from omscore.kernel.moments import local_day
from omscore.kernel.recorded import Context, Recorded
from omscore.kernel.todo import Later
from omscore.orchestration import backlog, horizon, reserving, stock


@frozen
class LapsingStock:
    """A deadline: units whose last useful day has passed are not sellable any more."""

    def reads(self, command: LapseStock, seen: Seen) -> Iterable[Key[object]]:
        """The facts, and the positions that units leave and come to."""
        yield from stock.reads_of_facts(command.sku)
        yield POSITION.key(position_id(command.node, command.sku))
        yield POSITION.key(position_id(command.node, command.sku, "damaged"))

    def decide(self, command: LapseStock, seen: Seen, context: Context) -> Changes:
        """They are damaged goods; promises that rested on them are declared short."""
        changes, at = Changes(seen), (command.node, command.sku)
        position = changes.get(POSITION.key(position_id(*at))) or Position()
        today = reserving.today_at(changes, command.node, context)
        paper = DocumentId(context.command)
        for one in position.lots:
            if one.day is None and (one.lot.use_by or today) < today:
                stock.put(changes, context, (*at, "sellable"), -one.units, "lapsed", paper, one.lot)
                stock.put(changes, context, (*at, "damaged"), one.units, "lapsed", paper, one.lot)
        return changes


@frozen
class Tracking:
    """Whether units are counted at a node changes."""

    def reads(self, report: UntrackStock | TrackStock, seen: Seen) -> Iterable[Key[object]]:
        """The facts, the paper, and the position."""
        yield from stock.reads_of_facts(report.sku)
        yield PAPER.key(entry_id(report.document, report.node, report.sku))
        yield POSITION.key(position_id(report.node, report.sku))

    def decide(self, report: UntrackStock | TrackStock, seen: Seen, context: Context) -> Changes:
        """Supply without limit from a day on; or what is counted, and shortage beyond it."""
        changes = Changes(seen)
        node = stock.require_known(changes, report.node, report.sku)
        if stock.take_paper(changes, report.document, report.node, report.sku):
            endless = None
            if isinstance(report, UntrackStock):
                today = local_day(context.now, node.zone)
                since = report.since or today
                horizon.require(since, today, "since")
                endless = Endless(since, report.lead_days)
            at = POSITION.key(position_id(report.node, report.sku))
            changes.tell(at, [SupplyUntracked(endless, report.document)])
            reserving.settle(changes, at, context)
            backlog.call(changes, report.sku)
        return changes


# --- the deadline -----------------------------------------------------------------------------


@frozen
class LapsingProcess:
    """The process that sets the deadline of a lot; it keeps nothing."""


LAPSING = Kind("lapsing", LapsingProcess)


def react(
    process: LapsingProcess | None, heard: Recorded[StockEntered]
) -> tuple[None, Sequence[Later]]:
    """When the last useful day is over, see what is left of the lot."""
    node, sku, _ = heard.key.id.split("/")
    at = heard.event.lapses_at
    return None, [] if at is None else [Later(at, LapseStock(NodeId(node), Sku(sku)))]


def ends(event: StockEntered) -> bool:
    """Whether what came has a last useful day."""
    return event.lapses_at is not None

"""The stable names under which everything is kept and asked for.

A name outlives the class that it stands for: a class may be renamed, a name never.  Hosts with
kinds, events and commands of their own build a `Codec` from these tables and theirs.
"""

from __future__ import annotations

from functools import cache

from omscore.adapters.codec import Codec
from omscore.atp import (
    feeds,
    movements,
    position,
    requests,
    reservations,
    stocktakes,
    supplies,
    tickets,
)
from omscore.atp import messages as reports
from omscore.catalog import item
from omscore.kernel.keys import Kind
from omscore.lifecycle.fulfillment import fulfillment as fulfillments
from omscore.lifecycle.fulfillment import messages as fulfillment
from omscore.lifecycle.order import messages as order
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.quote import messages as quote
from omscore.lifecycle.quote import quote as quotes
from omscore.lifecycle.returns import messages as return_
from omscore.lifecycle.returns import returns
from omscore.network import capacity, facts
from omscore.orchestration import (
    backlog,
    backorders,
    fulfilling,
    lapsing,
    learning,
    quoting,
    recovering,
    returning,
    supplying,
    work_items,
)

KINDS: tuple[Kind[object], ...] = (
    item.ITEM,
    facts.NETWORK,
    capacity.CAPACITY,
    position.POSITION,
    reservations.RESERVATION,
    requests.REQUEST,
    supplies.SUPPLY,
    supplies.DEMAND,
    supplies.PAPER,
    stocktakes.STOCKTAKE,
    feeds.FEED,
    orders.ORDER,
    fulfillments.FULFILLMENT,
    returns.RETURN,
    quotes.QUOTE,
    backlog.BACKLOG,
    work_items.WORK_ITEM,
    backlog.SERVING,
    fulfilling.FULFILLING,
    recovering.RECOVERING,
    returning.RETURNING,
    quoting.QUOTING,
    supplying.SUPPLYING,
    lapsing.LAPSING,
)

EVENTS: dict[str, type[object]] = {
    "item.learned": item.ItemLearned,
    "network.node-learned": facts.NodeLearned,
    "network.lane-learned": facts.LaneLearned,
    "network.calendar-learned": facts.CalendarLearned,
    "network.link-learned": facts.LinkLearned,
    "network.destination-learned": facts.DestinationLearned,
    "network.transit-times-learned": facts.TransitTimesLearned,
    "network.pace-learned": facts.PaceLearned,
    "capacity.booked": capacity.CapacityBooked,
    "capacity.freed": capacity.CapacityFreed,
    "position.stock-entered": movements.StockEntered,
    "position.supply-scheduled": movements.SupplyScheduled,
    "position.supply-untracked": movements.SupplyUntracked,
    "position.demand-scheduled": movements.DemandScheduled,
    "position.units-reserved": movements.UnitsReserved,
    "position.units-committed": movements.UnitsCommitted,
    "position.units-freed": movements.UnitsFreed,
    "position.units-consumed": movements.UnitsConsumed,
    "position.shortage-declared": movements.ShortageDeclared,
    "position.shortage-cleared": movements.ShortageCleared,
    "reservation.stock-reserved": reservations.StockReserved,
    "reservation.stock-committed": reservations.StockCommitted,
    "reservation.extended": reservations.ReservationExtended,
    "reservation.raised": reservations.ReservationRaised,
    "reservation.moved": reservations.ReservationMoved,
    "reservation.ended": reservations.ReservationEnded,
    "request.answered": requests.StockAnswered,
    "supply.expected": supplies.SupplyExpected,
    "supply.unannounced": supplies.SupplyUnannounced,
    "supply.changed": supplies.SupplyChanged,
    "supply.received": supplies.SupplyReceived,
    "supply.outdated": supplies.SupplyOutdated,
    "demand.outdated": supplies.DemandOutdated,
    "demand.stated": supplies.DemandStated,
    "paper.taken": supplies.PaperTaken,
    "paper.ignored": supplies.PaperIgnored,
    "paper.outdated": supplies.PaperOutdated,
    "stocktake.counted": stocktakes.StockCounted,
    "feed.taken": feeds.FeedTaken,
    "feed.closing": feeds.FeedClosing,
    "feed.completed": feeds.FeedCompleted,
    "order.placed": order.OrderPlaced,
    "order.units-moved": order.UnitsMoved,
    "order.plan-chosen": order.PlanChosen,
    "order.hold-placed": order.HoldPlaced,
    "order.hold-lifted": order.HoldLifted,
    "order.return-counted": order.ReturnCounted,
    "fulfillment.released": fulfillment.FulfillmentReleased,
    "fulfillment.moved": fulfillment.FulfillmentMoved,
    "fulfillment.tasks-lowered": fulfillment.TasksLowered,
    "fulfillment.report-ignored": fulfillment.ReportIgnored,
    "return.announced": return_.ReturnAnnounced,
    "return.received": return_.ReturnReceived,
    "return.graded": return_.ReturnGraded,
    "return.moved": return_.ReturnMoved,
    "return.report-ignored": return_.ReturnReportIgnored,
    "quote.opened": quote.QuoteOpened,
    "quote.moved": quote.QuoteMoved,
    "backlog.joined": backlog.WaitingJoined,
    "backlog.left": backlog.WaitingLeft,
    "backlog.called": backlog.WaitingCalled,
    "backlog.ranked": backlog.WaitingRanked,
    "backlog.reallocated": backlog.BacklogReallocated,
    "work-item.opened": work_items.WorkItemOpened,
    "work-item.closed": work_items.WorkItemClosed,
}

COMMANDS: dict[str, type[object]] = {
    "learn": learning.Learn,
    "receive-stock": reports.ReceiveStock,
    "adjust-stock": reports.AdjustStock,
    "count-stock": reports.CountStock,
    "issue-stock": reports.IssueStock,
    "regrade-stock": reports.RegradeStock,
    "expect-supply": reports.ExpectSupply,
    "change-supply": reports.ChangeSupply,
    "receive-supply": reports.ReceiveSupply,
    "dispatch-transfer": reports.DispatchTransfer,
    "expect-demand": reports.ExpectDemand,
    "reserve-stock": requests.ReserveStock,
    "commit-reservations": tickets.CommitReservations,
    "extend-reservations": tickets.ExtendReservations,
    "resize-reservation": tickets.ResizeReservation,
    "move-reservation": tickets.MoveReservation,
    "free-reservations": tickets.FreeReservations,
    "consume-reservations": tickets.ConsumeReservations,
    "untrack-stock": reports.UntrackStock,
    "track-stock": reports.TrackStock,
    "take-batch": feeds.TakeBatch,
    "place-order": order.PlaceOrder,
    "source-order": order.SourceOrder,
    "repromise-order": order.RepromiseOrder,
    "release-order": order.ReleaseOrder,
    "hold-order": order.HoldOrder,
    "lift-hold": order.LiftHold,
    "cancel-units": order.CancelUnits,
    "cancel-order": order.CancelOrder,
    "move-units": order.MoveUnits,
    "rank-waiting": backlog.RankWaiting,
    "reallocate-backlog": backorders.ReallocateBacklog,
    "accept-fulfillment": fulfillment.AcceptFulfillment,
    "reject-fulfillment": fulfillment.RejectFulfillment,
    "pick-fulfillment": fulfillment.PickFulfillment,
    "pack-fulfillment": fulfillment.PackFulfillment,
    "ship-fulfillment": fulfillment.ShipFulfillment,
    "arrive-fulfillment": fulfillment.ArriveFulfillment,
    "deliver-fulfillment": fulfillment.DeliverFulfillment,
    "return-to-sender": fulfillment.ReturnToSender,
    "lose-fulfillment": fulfillment.LoseFulfillment,
    "recall-fulfillment": fulfillment.RecallFulfillment,
    "put-back-fulfillment": fulfillment.PutBackFulfillment,
    "announce-return": return_.AnnounceReturn,
    "receive-return": return_.ReceiveReturn,
    "grade-return": return_.GradeReturn,
    "accept-return": return_.AcceptReturn,
    "refuse-return": return_.RefuseReturn,
    "restock-return": return_.RestockReturn,
    "cancel-return": return_.CancelReturn,
    "request-quote": quote.RequestQuote,
    "accept-quote": quote.AcceptQuote,
    "withdraw-quote": quote.WithdrawQuote,
    "renew-quote": quote.RenewQuote,
    "close-work-item": work_items.CloseWorkItem,
}

INTERNAL: dict[str, type[object]] = {
    "expire-quote": quote.ExpireQuote,
    "expire-reservations": tickets.ExpireReservations,
    "lapse-supply": reports.LapseSupply,
    "lapse-stock": reports.LapseStock,
    "lapse-return": returning.LapseReturn,
    "lose-stock": recovering.LoseStock,
    "open-work-item": work_items.OpenWorkItem,
}


@cache
def codec() -> Codec:
    """The codec for everything that the library itself keeps and takes."""
    return Codec.of(KINDS, COMMANDS, events=EVENTS, internal=INTERNAL)

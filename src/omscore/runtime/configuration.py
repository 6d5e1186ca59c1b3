"""What a host may choose: flows, policies, and handlers and processes of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Never

import attrs
from attrs import field, frozen

from omscore.atp import messages as reports
from omscore.atp import requests, tickets
from omscore.atp.availability import Availability
from omscore.atp.feeds import TakeBatch
from omscore.atp.movements import ShortageDeclared, StockEntered
from omscore.atp.supplies import SupplyChanged, SupplyExpected
from omscore.kernel.flow import Flow
from omscore.kernel.kinds import some_kind
from omscore.lifecycle.fulfillment import messages as fulfillment
from omscore.lifecycle.fulfillment.chart import SHIP_FLOW
from omscore.lifecycle.order import messages as order
from omscore.lifecycle.order.chart import UNIT_FLOW
from omscore.lifecycle.quote import messages as quote
from omscore.lifecycle.quote.chart import QUOTE_FLOW
from omscore.lifecycle.returns import messages as returns
from omscore.lifecycle.returns.chart import RETURN_FLOW
from omscore.orchestration import (
    backlog,
    backorders,
    counting,
    expiring,
    feeding,
    fulfilling,
    lapsing,
    learning,
    ordering,
    owning,
    placing,
    quoting,
    recovering,
    repromising,
    requesting,
    returning,
    stock,
    supplying,
    work_items,
)
from omscore.orchestration.planning import Planner
from omscore.runtime.dispatch import Dispatch, Handler, Process

Handlers = Mapping[type[object], Handler[Never]]


def _every(_: object) -> bool:
    return True


@frozen(kw_only=True)
class Configuration:
    """The choices of a host; every one has a default; `Unreadable` for one of another kind.

    *unit_flow* and its companions are flows, extended where the host has stages of its own.
    *planner* says how orders are sourced, *availability* which method answers and what is withheld
    from whom, *reserving* for how long stock is kept for a host,
    *lapsing* when late supply is expected again, *recovery* and *returning* what happens by itself.
    *handlers* and *processes* of the host come on top of the library's own.
    """

    unit_flow: Flow = field(default=UNIT_FLOW, validator=some_kind(Flow))
    ship_flow: Flow = field(default=SHIP_FLOW, validator=some_kind(Flow))
    return_flow: Flow = field(default=RETURN_FLOW, validator=some_kind(Flow))
    quote_flow: Flow = field(default=QUOTE_FLOW, validator=some_kind(Flow))
    planner: Planner = field(factory=Planner, validator=some_kind(Planner))
    availability: Availability = field(factory=Availability, validator=some_kind(Availability))
    reserving: requesting.Reserving = field(
        factory=requesting.Reserving, validator=some_kind(requesting.Reserving)
    )
    lapsing: supplying.Lapsing = field(
        factory=supplying.Lapsing, validator=some_kind(supplying.Lapsing)
    )
    recovery: recovering.Recovery = field(
        factory=recovering.Recovery, validator=some_kind(recovering.Recovery)
    )
    returning: returning.ReturnPolicy = field(
        factory=returning.ReturnPolicy, validator=some_kind(returning.ReturnPolicy)
    )
    handlers: Handlers = field(factory=dict)
    processes: Sequence[Process] = ()

    @cached_property
    def planning(self) -> Planner:
        """The planner, on what availability leaves."""
        return attrs.evolve(self.planner, availability=self.availability)

    def dispatch(self) -> Dispatch:
        """The table of all handlers and processes, built once."""
        handlers = {
            **self._orders(),
            **self._fulfillment(),
            **self._returns(),
            **self._quotes(),
            **self._reservations(),
            **self._stock(),
            learning.Learn: learning.Learning(),
            work_items.OpenWorkItem: work_items.Opening(),
            work_items.CloseWorkItem: work_items.Closing(),
            **self.handlers,
        }
        handlers[TakeBatch] = feeding.Feeding(dict(handlers))
        return Dispatch(handlers, (*self._own_processes(), *self.processes))

    def _orders(self) -> Handlers:
        holding = ordering.Holding(self.unit_flow)
        moving = ordering.Moving(self.unit_flow, self.ship_flow)
        return {
            order.PlaceOrder: placing.Placing(self.unit_flow, self.planning),
            order.SourceOrder: placing.Sourcing(self.unit_flow, self.planning),
            order.RepromiseOrder: repromising.Repromising(self.unit_flow, self.planning),
            order.ReleaseOrder: fulfilling.Releasing(self.unit_flow, self.ship_flow),
            order.HoldOrder: holding,
            order.LiftHold: holding,
            order.CancelUnits: moving,
            order.CancelOrder: moving,
            order.MoveUnits: moving,
            recovering.LoseStock: recovering.Losing(self.unit_flow, self.ship_flow),
            backlog.RankWaiting: backlog.Ranking(),
            backorders.ReallocateBacklog: backorders.Reallocating(self.unit_flow, self.planning),
        }

    def _fulfillment(self) -> Handlers:
        reporting = fulfilling.Reporting(self.unit_flow, self.ship_flow)
        reports = (
            fulfillment.AcceptFulfillment,
            fulfillment.RejectFulfillment,
            fulfillment.PickFulfillment,
            fulfillment.PackFulfillment,
            fulfillment.ShipFulfillment,
            fulfillment.ArriveFulfillment,
            fulfillment.DeliverFulfillment,
            fulfillment.ReturnToSender,
            fulfillment.LoseFulfillment,
            fulfillment.PutBackFulfillment,
        )
        return {
            **dict.fromkeys(reports, reporting),
            fulfillment.RecallFulfillment: fulfilling.Recalling(self.unit_flow, self.ship_flow),
        }

    def _returns(self) -> Handlers:
        ending = returning.Ending(self.return_flow)
        return {
            returns.AnnounceReturn: returning.Announcing(self.return_flow),
            returns.ReceiveReturn: returning.Receiving(self.return_flow),
            returns.GradeReturn: returning.Grading(self.return_flow),
            returns.AcceptReturn: ending,
            returns.RefuseReturn: ending,
            returns.RestockReturn: ending,
            returns.CancelReturn: ending,
            returning.LapseReturn: ending,
        }

    def _quotes(self) -> Handlers:
        closing = quoting.Closing(self.quote_flow)
        opening = quoting.Quoting(self.quote_flow, self.planning)
        return {
            quote.RequestQuote: opening,
            quote.RenewQuote: quoting.Renewing(opening),
            quote.AcceptQuote: quoting.Accepting(self.quote_flow, self.unit_flow),
            quote.WithdrawQuote: closing,
            quote.ExpireQuote: closing,
        }

    def _reservations(self) -> Handlers:
        owned = (
            tickets.CommitReservations,
            tickets.ExtendReservations,
            tickets.ResizeReservation,
            tickets.MoveReservation,
            tickets.FreeReservations,
            tickets.ConsumeReservations,
        )
        return {
            requests.ReserveStock: requesting.Requesting(self.reserving, self.availability),
            **dict.fromkeys(owned, owning.Owning(self.reserving, self.availability)),
            tickets.ExpireReservations: expiring.Expiring(),
        }

    def _stock(self) -> Handlers:
        tracking = lapsing.Tracking()
        movements = (
            reports.ReceiveStock,
            reports.AdjustStock,
            reports.IssueStock,
            reports.RegradeStock,
        )
        return {
            **dict.fromkeys(movements, stock.Entering()),
            reports.CountStock: counting.Counting(),
            reports.ExpectSupply: supplying.Expecting(),
            reports.ChangeSupply: supplying.Changing(),
            reports.ReceiveSupply: supplying.Receiving(),
            reports.DispatchTransfer: supplying.Dispatching(),
            reports.ExpectDemand: supplying.Demanding(),
            reports.LapseSupply: self.lapsing,
            reports.LapseStock: lapsing.LapsingStock(),
            reports.UntrackStock: tracking,
            reports.TrackStock: tracking,
        }

    def _own_processes(self) -> Sequence[Process]:
        return (
            Process(
                fulfilling.FULFILLING,
                fulfilling.react,
                {order.PlanChosen: fulfilling.has_legs, order.HoldLifted: _every},
            ),
            Process(
                recovering.RECOVERING,
                self.recovery.react,
                {order.UnitsMoved: recovering.wants_place, ShortageDeclared: _every},
            ),
            Process(backlog.SERVING, backlog.react, {backlog.WaitingCalled: _every}),
            Process(
                returning.RETURNING,
                self.returning.react,
                {
                    returns.ReturnAnnounced: _every,
                    returns.ReturnGraded: _every,
                    returns.ReturnMoved: returning.accepted,
                },
            ),
            Process(quoting.QUOTING, quoting.react, {quote.QuoteOpened: _every}),
            Process(lapsing.LAPSING, lapsing.react, {StockEntered: lapsing.ends}),
            Process(
                supplying.SUPPLYING,
                supplying.react,
                {SupplyExpected: _every, SupplyChanged: supplying.still_due},
            ),
        )

"""Quoting: a plan with dates whose stock is kept for a while, and may become an order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from attrs import frozen

from omscore.atp.expiries import until
from omscore.atp.reservations import Exit
from omscore.catalog.explosion import Exploded
from omscore.catalog.line import Line
from omscore.kernel import ids
from omscore.kernel.errors import Refused
from omscore.kernel.flow import Flow
from omscore.kernel.keys import Changes, Key, Kind, Seen
from omscore.kernel.recorded import Context, Recorded
from omscore.kernel.todo import Later
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.order.messages import PlaceOrder, PlanChosen
from omscore.lifecycle.order.order import ORDER, Order, Share
from omscore.lifecycle.quote import quote as quotes
from omscore.lifecycle.quote.messages import (
    AcceptQuote,
    ExpireQuote,
    QuoteExists,
    QuoteOpened,
    RenewQuote,
    RequestQuote,
    Reserved,
    WithdrawQuote,
)
from omscore.lifecycle.quote.quote import QUOTE, Quote
from omscore.network.facts import THE_NETWORK
from omscore.network.plan import sendings_of
from omscore.orchestration import backlog, days, needing, reserving, units
from omscore.orchestration.backlog import BACKLOG
from omscore.orchestration.placing import seat_of
from omscore.orchestration.planning import Planner


@frozen
class Quoting:
    """Plan lines and reserve their stock until the quote expires."""

    flow: Flow
    planner: Planner

    def reads(self, command: RequestQuote, seen: Seen) -> Iterable[Key[object]]:
        """The quote, and everything that a plan for it rests on."""
        yield QUOTE.key(command.quote)
        yield from self.planner.reads(seen, needing.needs_of(command, seen))

    def decide(
        self,
        command: RequestQuote,
        seen: Seen,
        context: Context,
        renews: ids.QuoteId | None = None,
    ) -> Changes:
        """An open quote; what cannot be promised is said in its decision."""
        key, changes = QUOTE.key(command.quote), Changes(seen, guards=(THE_NETWORK,))
        if changes.get(key) is not None:
            raise Refused(QuoteExists(command.quote))
        needs = needing.needs_of(command, changes)
        needing.require_served(changes, needs, self.planner.policy.prices_in)
        decision = self.planner.option(changes, needs, context, command.option)
        expires_at = until(context.now, command.ttl)
        held = self.planner.reserve(
            changes,
            decision.legs,
            context,
            owner=command.quote,
            expires_at=expires_at,
            channel=command.channel,
        )
        reserved = map(Reserved, decision.legs, held)
        network, items = needing.versions(seen, needs)
        whole = needing.exploded(command.lines, changes)
        opened = QuoteOpened(
            command.quote,
            whole.lines,
            command.ship_to,
            command.method,
            tuple(reserved),
            expires_at,
            self.flow.initial,
            decision,
            network,
            items,
            whole.parts,
            whole.bundles,
            renews,
            command.option,
            command.channel,
        )
        changes.tell(key, [opened])
        return changes


@frozen
class Renewing:
    """Open a new quote for what one that has ended was asked for."""

    quoting: Quoting

    def reads(self, command: RenewQuote, seen: Seen) -> Iterable[Key[object]]:
        """The quote that has ended, and everything that the new one rests on."""
        yield (key := QUOTE.key(command.quote))
        if (quote := seen.get(key)) is not None:
            yield from self.quoting.reads(_again(command, quote, quote.opened.lines), seen)

    def decide(self, command: RenewQuote, seen: Seen, context: Context) -> Changes:
        """An open quote that names the one that it renews."""
        quote = quotes.required(seen.get(QUOTE.key(command.quote)), command.quote)
        request = _again(command, quote, quotes.asked(quote, context.now))
        return self.quoting.decide(request, seen, context, command.quote)


def _again(command: RenewQuote, quote: Quote, lines: Sequence[Line]) -> RequestQuote:
    opened = quote.opened
    return RequestQuote(
        command.renewed,
        lines,
        opened.ship_to,
        method=opened.method,
        ttl=command.ttl,
        option=opened.option,
        channel=opened.channel,
    )


@frozen
class Accepting:
    """Make a quote an order, without planning again: its reservations are committed."""

    flow: Flow
    unit_flow: Flow

    def reads(self, command: AcceptQuote, seen: Seen) -> Iterable[Key[object]]:
        """The quote and the order, then the reservations and the backlogs."""
        yield (key := QUOTE.key(command.quote))
        yield ORDER.key(command.order)
        yield THE_NETWORK
        if (quote := seen.get(key)) is not None:
            yield from reserving.reads_of(seen, _held(quote))
            yield from (BACKLOG.key(line.sku) for line in quote.opened.lines)

    def decide(self, command: AcceptQuote, seen: Seen, context: Context) -> Changes:
        """An order with the stock and the days that were quoted; what was short is backordered."""
        key, of, changes = QUOTE.key(command.quote), ORDER.key(command.order), Changes(seen)
        quote = quotes.required(changes.get(key), command.quote)
        changes.tell(key, quotes.accept(quote, command.order, self.flow, context.now))
        opened = quote.opened
        place = PlaceOrder(
            command.order,
            opened.lines,
            opened.ship_to,
            method=opened.method,
            customer=command.customer,
            channel=opened.channel,
        )
        whole = Exploded(opened.lines, opened.parts, opened.bundles)
        ordered = orders.placed(changes.get(of), place, whole, self.unit_flow, context.now)
        changes.tell(of, [ordered])
        changes.tell(of, [PlanChosen(opened.decision, opened.network, opened.items)])
        self._seat(changes, changes.require(of), opened.reserved, context)
        order = changes.require(of)
        if rest := orders.ready(order, self.unit_flow, "backorder"):
            moved = orders.moving(self.unit_flow, "backorder", rest)
            units.tell(changes, order.id, moved, context)
        return changes

    def _seat(
        self, changes: Changes, order: Order, reserved: Sequence[Reserved], context: Context
    ) -> None:
        shares, seats = [], []
        for one in reserved:
            if one.reservation is not None:
                reserving.commit(changes, context, one.reservation, owner=order.id)
            [group] = order.lines[one.leg.line].units
            shares.append(Share(one.leg.line, group, one.leg.quantity))
            seats.append(seat_of(one.leg, one.reservation))
        if shares:
            moved = orders.moving(self.unit_flow, "allocate", shares, seats=seats)
            units.tell(changes, order.id, moved, context)


@frozen
class Closing:
    """Withdraw a quote, or let it expire; its stock and its days are free again.

    Whoever waits for the stock is called.
    """

    flow: Flow

    def reads(self, command: WithdrawQuote | ExpireQuote, seen: Seen) -> Iterable[Key[object]]:
        """The quote, then its reservations and the days that it books."""
        yield (key := QUOTE.key(command.quote))
        yield THE_NETWORK
        if (quote := seen.get(key)) is not None:
            yield from reserving.reads_of(seen, _held(quote))
            for one in quote.opened.reserved:
                yield BACKLOG.key(one.leg.sku)
                yield from days.reads_of(one.leg.node, one.leg.ship_day)

    def decide(self, command: WithdrawQuote | ExpireQuote, seen: Seen, context: Context) -> Changes:
        """The quote has ended; a deadline that comes too late changes nothing."""
        key, changes = QUOTE.key(command.quote), Changes(seen)
        quote = quotes.required(changes.get(key), command.quote)
        match command:
            case WithdrawQuote():
                events = quotes.withdraw(quote, self.flow)
            case ExpireQuote():
                events = quotes.expire(quote, self.flow, context.now)
            case _:
                assert_never(command)
        changes.tell(key, events)
        for one in quote.opened.reserved if events else ():
            exit_: Exit = "expired" if isinstance(command, ExpireQuote) else "freed"
            if one.reservation is not None:
                reserving.free(changes, context, one.reservation, one.leg.quantity, exit_)
        if events:
            legs = [one.leg for one in quote.opened.reserved]
            days.give_back(changes, sendings_of(legs))
            for sku in dict.fromkeys(leg.sku for leg in legs):
                backlog.call(changes, sku)
        return changes


def _held(quote: Quote) -> list[ids.ReservationId]:
    return [one.reservation for one in quote.opened.reserved if one.reservation is not None]


@frozen
class QuotingProcess:
    """The process that sets the deadline of a quote; it keeps nothing."""


QUOTING = Kind("quoting", QuotingProcess)


def react(
    process: QuotingProcess | None, heard: Recorded[QuoteOpened]
) -> tuple[None, Sequence[Later]]:
    """Let the quote expire when its time has come."""
    return None, [Later(heard.event.expires_at, ExpireQuote(heard.event.quote))]

"""The quote: a plan with dates whose stock is kept for a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

import attrs
from attrs import frozen

from omscore.catalog.line import Line
from omscore.kernel import ids
from omscore.kernel.errors import Broken, Refused
from omscore.kernel.flow import Flow
from omscore.kernel.keys import Kind
from omscore.lifecycle.quote.messages import (
    NoSuchQuote,
    QuoteEvent,
    QuoteExpired,
    QuoteMoved,
    QuoteNotNow,
    QuoteOpened,
)


@frozen
class Quote:
    """What was quoted, and how it stands."""

    opened: QuoteOpened
    stage: str
    order: ids.OrderId | None = None


def required(quote: Quote | None, id_: ids.QuoteId) -> Quote:
    """*quote*; `Refused` if there is none of this id."""
    if quote is None:
        raise Refused(NoSuchQuote(id_))
    return quote


def accept(quote: Quote, order: ids.OrderId, flow: Flow, now: datetime) -> Sequence[QuoteEvent]:
    """The quote becomes *order*; `Refused` from the instant at which it expires."""
    moved = _moved(quote, "accept", flow, order)
    if now >= quote.opened.expires_at:
        raise Refused(QuoteExpired(quote.opened.expires_at))
    return [moved]


def withdraw(quote: Quote, flow: Flow) -> Sequence[QuoteEvent]:
    """The quote is taken back."""
    return [_moved(quote, "withdraw", flow)]


def asked(quote: Quote, now: datetime) -> tuple[Line, ...]:
    """What the quote was asked for, to be planned again; `Refused` before it has ended."""
    if quote.stage not in ("expired", "withdrawn") and not _is_over(quote, now):
        raise Refused(QuoteNotNow("renew", quote.stage))
    opened = quote.opened
    return (*(line for line in opened.lines if line.id not in opened.parts), *opened.bundles)


def _is_over(quote: Quote, now: datetime) -> bool:
    """Whether it is open, and its time has come, though nobody has swept it yet."""
    return quote.stage == quote.opened.stage and now >= quote.opened.expires_at


def expire(quote: Quote, flow: Flow, now: datetime) -> Sequence[QuoteEvent]:
    """The quote ends if its time has come and nothing else has ended it."""
    due = now >= quote.opened.expires_at and flow.allows(quote.stage, "expire")
    return [_moved(quote, "expire", flow)] if due else []


def _moved(quote: Quote, move: str, flow: Flow, order: ids.OrderId | None = None) -> QuoteMoved:
    if (to := flow.after(quote.stage, move)) is None:
        raise Refused(QuoteNotNow(move, quote.stage))
    return QuoteMoved(move, quote.stage, to, order)


def evolve(quote: Quote | None, /, *events: QuoteEvent) -> Quote:
    """The quote after *events*."""
    for event in events:
        match event:
            case QuoteOpened():
                quote = Quote(event, event.stage)
            case QuoteMoved():
                if quote is None:
                    raise Broken("a quote begins by being opened")
                quote = attrs.evolve(quote, stage=event.to, order=event.order)
            case _:
                assert_never(event)
    if quote is None:
        raise Broken("a quote begins by being opened")
    return quote


QUOTE = Kind("quote", Quote, evolve, (QuoteOpened, QuoteMoved))

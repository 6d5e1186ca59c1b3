"""What may be asked of a quote, what can have happened to it, and why it says no."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, get_args

from attrs import field, frozen

from omscore.catalog.explosion import Part
from omscore.catalog.line import Line, acceptable_lines, several_lines
from omscore.kernel import ids
from omscore.kernel.durations import duration
from omscore.kernel.errors import Unreadable
from omscore.kernel.reason import Reason
from omscore.network.facts import STANDARD
from omscore.network.plan import Choice, Decision, Leg

LONGEST_TTL = timedelta(days=90)

# --- commands ---------------------------------------------------------------------------------


def _choice(_: object, __: object, value: Choice) -> None:
    if value not in get_args(Choice):
        raise Unreadable(f"one of {', '.join(get_args(Choice))}", "$.option")


@frozen
class RequestQuote:
    """Plan these lines, and keep the stock for *ttl*, or up to a sixteenth longer.

    Of all options, *option* is quoted: the one that the policy chooses, if none is named.
    """

    quote: ids.QuoteId = field(converter=ids.quote_id)
    lines: tuple[Line, ...] = field(converter=several_lines, validator=acceptable_lines)
    ship_to: ids.Region = field(converter=ids.ship_to)
    method: ids.Method = field(default=STANDARD, converter=ids.method, kw_only=True)
    ttl: timedelta = field(
        default=timedelta(minutes=30), validator=duration(LONGEST_TTL), kw_only=True
    )
    option: Choice = field(default="chosen", validator=_choice, kw_only=True)
    channel: str | None = field(default=None, converter=ids.optional_channel, kw_only=True)


@frozen
class AcceptQuote:
    """Make the quote an order, with the stock and the days that were quoted."""

    quote: ids.QuoteId = field(converter=ids.quote_id)
    order: ids.OrderId = field(converter=ids.order_id, kw_only=True)
    customer: str | None = field(
        default=None, converter=ids.optional_customer, repr=False, kw_only=True
    )


@frozen
class WithdrawQuote:
    """Take the quote back, and free the stock."""

    quote: ids.QuoteId = field(converter=ids.quote_id)


def _renewed(value: str) -> ids.QuoteId:
    return ids.quote_id(value, "renewed")


@frozen
class RenewQuote:
    """Plan again what an expired or withdrawn quote asked for, as the new quote *renewed*."""

    quote: ids.QuoteId = field(converter=ids.quote_id)
    renewed: ids.QuoteId = field(converter=_renewed, kw_only=True)
    ttl: timedelta = field(
        default=timedelta(minutes=30), validator=duration(LONGEST_TTL), kw_only=True
    )


@frozen
class ExpireQuote:
    """A deadline: if the quote is still open after its time, free the stock."""

    quote: ids.QuoteId = field(converter=ids.quote_id)


# --- events -----------------------------------------------------------------------------------


@frozen
class Reserved:
    """A leg of the plan, and the reservation that keeps its stock; None if it takes none."""

    leg: Leg
    reservation: ids.ReservationId | None


@frozen
class QuoteOpened:
    """Stock is kept for these lines until *expires_at*.

    In the place of each of the *bundles* that were asked for there are lines for its *parts*.
    It may be in the place of a quote that has ended, which it *renews*.
    """

    quote: ids.QuoteId
    lines: tuple[Line, ...]
    ship_to: ids.Region
    method: ids.Method
    reserved: tuple[Reserved, ...]
    expires_at: datetime
    stage: str
    decision: Decision
    network: int
    items: Mapping[ids.Sku, int]
    parts: Mapping[ids.LineId, Part] = field(factory=dict)
    bundles: tuple[Line, ...] = ()
    renews: ids.QuoteId | None = None
    option: Choice = "chosen"
    channel: str | None = None


@frozen
class QuoteMoved:
    """The quote was accepted, by *order*; or it expired, or was withdrawn."""

    move: str
    from_: str
    to: str
    order: ids.OrderId | None = None


QuoteEvent = QuoteOpened | QuoteMoved

# --- reasons ----------------------------------------------------------------------------------


@frozen
class QuoteExists(Reason):
    """The same quote cannot be requested twice."""

    code: ClassVar[str] = "quote.exists"
    quote: ids.QuoteId

    def __str__(self) -> str:
        return f"there is a quote {self.quote} already"


@frozen
class NoSuchQuote(Reason):
    """The command names a quote that nobody requested."""

    code: ClassVar[str] = "quote.unknown"
    quote: ids.QuoteId

    def __str__(self) -> str:
        return f"there is no quote {self.quote}"


@frozen
class QuoteNotNow(Reason):
    """The quote has ended."""

    code: ClassVar[str] = "quote.not-now"
    move: str
    stage: str

    def __str__(self) -> str:
        return f"cannot {self.move} a quote that is {self.stage}"


@frozen
class QuoteExpired(Reason):
    """The quote was accepted after its time."""

    code: ClassVar[str] = "quote.expired"
    expired_at: datetime

    def __str__(self) -> str:
        return f"this quote was open until {self.expired_at:%Y-%m-%d %H:%M} UTC"

"""A quote: stock kept for a while, then taken, too late, or taken back."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from omscore.kernel.errors import Broken, Refused, Unreadable
from omscore.kernel.ids import Method, OrderId, QuoteId, Region
from omscore.lifecycle.quote.chart import QUOTE_FLOW
from omscore.lifecycle.quote.messages import (
    AcceptQuote,
    NoSuchQuote,
    QuoteEvent,
    QuoteExpired,
    QuoteMoved,
    QuoteNotNow,
    QuoteOpened,
    RequestQuote,
)
from omscore.lifecycle.quote.quote import (
    Quote,
    accept,
    evolve,
    expire,
    required,
    withdraw,
)
from omscore.network.plan import Decision
from omscore.testing.builders import HOUR, MONDAY, a_line, a_quote

O_1, INSTANT = OrderId("o-1"), timedelta(microseconds=1)
NOTHING = Decision((), {}, 0, 0, None, 0, "default", "0")
OPENED = QuoteOpened(
    QuoteId("q-1"),
    (a_line(),),
    Region("DE"),
    Method("standard"),
    (),
    MONDAY + HOUR,
    "open",
    NOTHING,
    1,
    {},
)
OPEN = evolve(None, OPENED)


def test_a_quote_is_accepted_until_it_expires() -> None:
    """The last instant before is early enough; the instant itself is not."""
    assert accept(OPEN, O_1, QUOTE_FLOW, MONDAY + HOUR - INSTANT) == [
        QuoteMoved("accept", "open", "accepted", O_1)
    ]
    with pytest.raises(Refused) as refused:
        accept(OPEN, O_1, QUOTE_FLOW, MONDAY + HOUR)
    assert refused.value.reasons == (QuoteExpired(MONDAY + HOUR),)
    assert str(refused.value) == "this quote was open until 2026-03-02 10:00 UTC"


def test_a_deadline_that_comes_too_early_or_too_late_changes_nothing() -> None:
    """Todos are worked at least once, and never before their time; still nothing is assumed."""
    taken = evolve(OPEN, QuoteMoved("accept", "open", "accepted", O_1))

    assert expire(OPEN, QUOTE_FLOW, MONDAY + HOUR - INSTANT) == []
    assert expire(taken, QUOTE_FLOW, MONDAY + 2 * HOUR) == []
    assert expire(OPEN, QUOTE_FLOW, MONDAY + HOUR) == [QuoteMoved("expire", "open", "expired")]


@pytest.mark.parametrize("end", ["accept", "expire", "withdraw"])
@pytest.mark.parametrize(
    ("move", "step"),
    [
        ("accept", lambda quote: accept(quote, O_1, QUOTE_FLOW, MONDAY)),
        ("withdraw", lambda quote: withdraw(quote, QUOTE_FLOW)),
    ],
)
def test_a_quote_ends_once(
    end: str, move: str, step: Callable[[Quote], Sequence[QuoteEvent]]
) -> None:
    """Its stock is the order's, or free; it cannot be both."""
    stage = QUOTE_FLOW.table["open", end]
    ended = evolve(OPEN, QuoteMoved(end, "open", stage))

    with pytest.raises(Refused) as refused:
        step(ended)
    assert refused.value.reasons == (QuoteNotNow(move, stage),)


def test_a_quote_that_nobody_asked_for_is_unknown() -> None:
    """And a history that does not begin with one is damage."""
    with pytest.raises(Refused) as refused:
        required(None, QuoteId("q-9"))
    assert refused.value.reasons == (NoSuchQuote(QuoteId("q-9")),)
    for events in [], [QuoteMoved("accept", "open", "accepted")]:
        with pytest.raises(Broken):
            evolve(None, *events)


@pytest.mark.parametrize("ttl", [timedelta(0), -HOUR, timedelta(days=91), 30, None])
def test_stock_is_not_kept_for_ever(ttl: Any) -> None:
    """A shop that could be emptied by quotes would be."""
    with pytest.raises(Unreadable) as unreadable:
        a_quote(1, ttl=ttl)

    assert unreadable.value.path == "$.ttl"


def test_a_quote_asks_for_lines_as_an_order_does() -> None:
    """It may become one, unchanged."""
    with pytest.raises(Unreadable) as unreadable:
        RequestQuote("q-1", [a_line(id="1"), a_line(id="1")], "DE")

    assert unreadable.value.path == "$.lines[1].id"


def test_whoever_accepts_is_not_shown() -> None:
    """Law 12: a reference into the books of the host is nobody else's business."""
    assert "c-77" not in repr(AcceptQuote("q-1", order="o-1", customer="c-77"))

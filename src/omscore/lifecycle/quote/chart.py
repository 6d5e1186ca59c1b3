"""How a quote ends: taken, too late, or taken back."""

from __future__ import annotations

from statemachine import State, StateMachine

from omscore.kernel.flow import Flow


class QuoteChart(StateMachine):
    """The stages of a quote."""

    open = State(initial=True)
    accepted = State(final=True)
    expired = State(final=True)
    withdrawn = State(final=True)

    accept = open.to(accepted)
    expire = open.to(expired)
    withdraw = open.to(withdrawn)


QUOTE_FLOW = Flow.of(QuoteChart)

"""How goods come back: announced or not, received, graded, accepted or refused, restocked."""

from __future__ import annotations

from statemachine import State, StateMachine

from omscore.kernel.flow import Flow


class ReturnChart(StateMachine):
    """The stages of a return."""

    announced = State(initial=True)
    received = State()
    graded = State()
    accepted = State()
    restocked = State(final=True)
    refused = State(final=True)
    canceled = State(final=True)

    receive = announced.to(received)
    grade = received.to(graded)
    accept = graded.to(accepted)
    refuse = graded.to(refused)
    restock = accepted.to(restocked)
    cancel = announced.to(canceled)


RETURN_FLOW = Flow.of(ReturnChart)

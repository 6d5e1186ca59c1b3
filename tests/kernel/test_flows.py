"""The table that pure code looks up does what each chart's own engine does."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed

from omscore.kernel.flow import Flow
from omscore.lifecycle.fulfillment.chart import SHIP_FLOW, ShipChart
from omscore.lifecycle.order.chart import UNIT_FLOW, UnitChart
from omscore.lifecycle.quote.chart import QUOTE_FLOW, QuoteChart
from omscore.lifecycle.returns.chart import RETURN_FLOW, ReturnChart

CHARTS: list[tuple[type[StateMachine], Flow]] = [
    (UnitChart, UNIT_FLOW),
    (ShipChart, SHIP_FLOW),
    (ReturnChart, RETURN_FLOW),
    (QuoteChart, QUOTE_FLOW),
]


@pytest.mark.parametrize(("chart", "flow"), CHARTS)
@given(walk=st.lists(st.integers(0, 99), max_size=15))
def test_table_and_engine_agree_on_every_walk(
    chart: type[StateMachine], flow: Flow, walk: list[int]
) -> None:
    """Two independent readings of one chart: whatever is tried, both allow it or neither does."""
    engine, stage, moves = chart(), flow.initial, sorted(flow.moves)
    assert {event.id for event in engine.events} == set(moves)
    for step in walk:
        move = moves[step % len(moves)]
        try:
            engine.send(move)
            allowed = True
        except TransitionNotAllowed:
            allowed = False
        assert allowed == flow.allows(stage, move)
        stage = flow.after(stage, move) or stage
        assert set(engine.configuration_values) == {stage}


@pytest.mark.parametrize(("chart", "flow"), CHARTS)
def test_every_transition_of_a_chart_is_in_its_table(chart: type[StateMachine], flow: Flow) -> None:
    """Random walks may miss a corner; a count does not."""
    declared = sum(
        len(list(transition.events)) for state in chart.states for transition in state.transitions
    )

    assert len(flow.table) == declared
    assert list(flow.ranks) == [state.id for state in chart.states]


def test_canceled_units_rank_last() -> None:
    """A status is a minimum: an order is canceled only if all of it is."""
    assert max(UNIT_FLOW.ranks, key=UNIT_FLOW.ranks.__getitem__) == "canceled"


ENGRAVE = ("allocated", "engrave", "engraved")


@pytest.mark.parametrize(
    ("stages", "moves", "fault"),
    [
        ({"engraved": 25}, [], "unreachable stages: .'engraved'"),
        ({"engraved": 25}, [ENGRAVE], "dead end stages: .'engraved'"),
        ({}, [ENGRAVE], "unknown stages: .'engraved'"),
        ({}, [("open", "cancel", "shipped")], "'cancel' already leads"),
    ],
)
def test_a_flow_that_makes_no_sense_cannot_be_built(
    stages: Mapping[str, int], moves: list[tuple[str, str, str]], fault: str
) -> None:
    """A host learns of its mistake when it configures, not when the first order is stuck."""
    with pytest.raises(ValueError, match=fault):
        UNIT_FLOW.extend(stages, moves)


def test_a_guarded_chart_does_not_fit_into_a_table() -> None:
    """Gates are policies that deciding code asks; a hidden one would be skipped by the table."""

    class Guarded(StateMachine):
        closed = State(initial=True)
        opened = State(final=True)
        open_up = closed.to(opened, cond="has_key")

        has_key = True

    with pytest.raises(ValueError, match="does not fit into a table"):
        Flow.of(Guarded)


def test_a_handler_requires_the_moves_that_it_makes() -> None:
    """A flow without them is refused when the handler is built."""
    UNIT_FLOW.require("cancel", "ship")
    with pytest.raises(ValueError, match=r"unknown moves: .'levitate'"):
        UNIT_FLOW.require("cancel", "levitate")

"""What a node reports of its work: in any sequence, late, and again."""

from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.errors import Broken, Refused
from omscore.kernel.ids import (
    FulfillmentId,
    LineId,
    Method,
    NodeId,
    OrderId,
    Region,
    ReservationId,
    Sku,
)
from omscore.lifecycle.fulfillment.chart import SHIP_FLOW
from omscore.lifecycle.fulfillment.fulfillment import (
    Fulfillment,
    decide,
    evolve,
    lower,
    recall,
    required,
)
from omscore.lifecycle.fulfillment.messages import (
    AcceptFulfillment,
    ArriveFulfillment,
    DeliverFulfillment,
    FulfillmentEvent,
    FulfillmentMoved,
    FulfillmentReleased,
    LoseFulfillment,
    Missing,
    MoreMissingThanAsked,
    NoSuchFulfillment,
    NotNow,
    PackFulfillment,
    PickFulfillment,
    PutBackFulfillment,
    RecallFulfillment,
    RejectFulfillment,
    Report,
    ReportIgnored,
    ReturnToSender,
    ShipFulfillment,
    Task,
    TasksLowered,
)
from omscore.testing.builders import day
from omscore.testing.story import Story

F_1 = FulfillmentId("o-1.1")


def task(quantity: int, line: str = "1", reservation: str = "r-1") -> Task:
    return Task(LineId(line), Sku("TEA"), ReservationId(reservation), quantity)


RELEASED = FulfillmentReleased(
    F_1,
    OrderId("o-1"),
    NodeId("berlin"),
    Region("DE"),
    Method("standard"),
    day(0),
    (task(2), task(1, reservation="r-2"), task(4, "2", "r-3")),
    "released",
)

ACCEPT, PICK, PACK = AcceptFulfillment(F_1), PickFulfillment(F_1), PackFulfillment(F_1)
SHIP, DELIVER, REJECT = ShipFulfillment(F_1), DeliverFulfillment(F_1), RejectFulfillment(F_1)
LOSE, SENDER, PUT_BACK = LoseFulfillment(F_1), ReturnToSender(F_1), PutBackFulfillment(F_1)
ARRIVE = ArriveFulfillment(F_1)
REPORTS: list[Report] = [
    *(ACCEPT, PICK, PACK, SHIP, ARRIVE, DELIVER),
    *(REJECT, LOSE, SENDER, PUT_BACK),
]


def some_work() -> Story[Fulfillment, Report, FulfillmentEvent]:
    return Story[Fulfillment, Report, FulfillmentEvent](
        partial(decide, flow=SHIP_FLOW), evolve
    ).given(RELEASED)


def moved(move: str, from_: str, to: str, **rest: Any) -> FulfillmentMoved:
    return FulfillmentMoved(move, from_, to, **rest)


def missing(line: str, quantity: int) -> Missing:
    return Missing(line, quantity)


def test_work_is_picked_packed_shipped_and_delivered() -> None:
    """The usual way."""
    some_work().leads(PICK, to=[moved("pick", "released", "picked")])
    some_work().when(PICK).leads(PACK, to=[moved("pack", "picked", "packed")])
    some_work().when(PICK, PACK).leads(SHIP, to=[moved("ship", "packed", "shipped")])
    some_work().when(PICK, PACK, SHIP).leads(DELIVER, to=[moved("deliver", "shipped", "delivered")])


def test_a_node_may_leave_out_what_it_does_not_report() -> None:
    """A small store says only that the parcel is gone."""
    some_work().leads(SHIP, to=[moved("ship", "released", "shipped")])
    some_work().when(ACCEPT).leads(PICK, to=[moved("pick", "accepted", "picked")])


def test_a_parcel_is_tracked_from_shipping_on() -> None:
    """Its number stays, whatever else is reported."""
    tracked = ShipFulfillment(F_1, tracking="1Z9")
    after = some_work().when(tracked, DELIVER).state

    assert after is not None
    assert (after.stage, after.tracking) == ("delivered", "1Z9")


@pytest.mark.parametrize("again", [ACCEPT, PICK, PACK, SHIP, ARRIVE, DELIVER])
def test_a_report_that_comes_again_is_recorded_and_changes_nothing(again: Report) -> None:
    """Law 11: brokers deliver at least once."""
    way = [ACCEPT, PICK, PACK, SHIP, ARRIVE, DELIVER]
    story = some_work().when(*way[: way.index(again) + 1])
    assert story.state is not None
    why = NotNow(again.move, story.state.stage).noted()

    story.leads(again, to=[ReportIgnored(again.move, why)])
    assert story.when(again).state == story.state


def test_a_report_of_work_that_nobody_was_given_is_refused() -> None:
    """It belongs to some other system, and somebody should know."""
    unknown: Story[Fulfillment, Report, FulfillmentEvent] = Story(
        partial(decide, flow=SHIP_FLOW), evolve
    )

    unknown.refuses(PICK, NoSuchFulfillment(F_1))
    with pytest.raises(Refused):
        required(None, F_1)


def test_a_node_rejects_in_its_own_words() -> None:
    """The reason is kept for whoever asks why it was moved elsewhere."""
    some_work().leads(
        RejectFulfillment(F_1, reason="no-staff"),
        to=[moved("reject", "released", "rejected", why="no-staff")],
    )
    some_work().when(PICK).leads(
        REJECT, to=[ReportIgnored("reject", NotNow("reject", "picked").noted())]
    )


def test_missing_units_leave_the_work_the_last_task_first() -> None:
    """The rest is picked; which reservation loses is stated, so that a retry says the same."""
    some_work().leads(
        PickFulfillment(F_1, missing=[missing("1", 2), missing("2", 1)]),
        to=[
            TasksLowered("short", (task(1, reservation="r-2"), task(1), task(1, "2", "r-3"))),
            moved("pick", "released", "picked"),
        ],
    )


def test_work_of_which_nothing_was_found_ends() -> None:
    """There is nothing to pack."""
    some_work().leads(
        PickFulfillment(F_1, missing=[missing("1", 3), missing("2", 4)]),
        to=[
            TasksLowered("short", (task(1, reservation="r-2"), task(2), task(4, "2", "r-3"))),
            moved("short", "released", "shorted"),
        ],
    )


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ([missing("1", 4)], MoreMissingThanAsked(LineId("1"), missing=4, asked=3)),
        ([missing("1", 2), missing("1", 2)], MoreMissingThanAsked(LineId("1"), 4, 3)),
        ([missing("7", 1)], MoreMissingThanAsked(LineId("7"), missing=1, asked=0)),
    ],
)
def test_no_more_is_missing_than_was_asked_for(
    asked: list[Missing], reason: MoreMissingThanAsked
) -> None:
    """However it is spread over the report."""
    some_work().refuses(PickFulfillment(F_1, missing=asked), reason)


def test_picked_work_can_be_recalled_and_put_back() -> None:
    """Or it is shipped all the same, since the parcel was gone before anybody read the recall."""
    ask = RecallFulfillment(F_1)
    picked = some_work().when(PICK)
    recalled = picked.given(*recall(picked.state, ask, SHIP_FLOW))

    recalled.leads(PUT_BACK, to=[moved("put_back", "recalled", "canceled")])
    recalled.leads(SHIP, to=[moved("ship", "recalled", "shipped")])
    for story in some_work(), picked.when(SHIP), recalled:
        assert story.state is not None
        with pytest.raises(Refused) as refused:
            recall(story.state, ask, SHIP_FLOW)
        assert refused.value.reasons == (NotNow("recall", story.state.stage),)


def test_work_that_loses_all_its_units_ends() -> None:
    """A node should not wait for goods that nobody wants any more."""
    work = some_work().state
    assert work is not None

    assert lower(work, "cancel", [task(2)], SHIP_FLOW) == [TasksLowered("cancel", (task(2),))]
    assert lower(work, "cancel", RELEASED.tasks, SHIP_FLOW) == [
        TasksLowered("cancel", RELEASED.tasks),
        moved("cancel", "released", "canceled"),
    ]


@pytest.mark.parametrize(
    "events",
    [
        [],
        [moved("pick", "released", "picked")],
        [RELEASED, TasksLowered("short", (task(3),))],
        [RELEASED, TasksLowered("short", (task(1, "9"),))],
    ],
)
def test_a_history_that_cannot_be_is_broken(events: list[FulfillmentEvent]) -> None:
    """Damage is found where it is read."""
    with pytest.raises(Broken):
        evolve(None, *events)


@given(st.lists(st.sampled_from(REPORTS), max_size=20))
def test_only_moves_of_the_flow_are_made(reports: list[Report]) -> None:
    """Law 11: the oracle is the bare table; whatever it has no row for is ignored."""
    story, stage = some_work(), "released"
    for report in reports:
        [event] = story.decide(story.state, report)
        to = SHIP_FLOW.table.get((stage, report.move))
        if to is None:
            assert event == ReportIgnored(report.move, NotNow(report.move, stage).noted())
        else:
            assert isinstance(event, FulfillmentMoved)
            assert (event.from_, event.to) == (stage, to)
            stage = to
        story = story.given(event)
        assert story.state is not None
        assert story.state.stage == stage

"""A return: announced or not, received, graded, accepted or refused, restocked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.errors import Broken, Refused, Unreadable
from omscore.kernel.ids import LineId, NodeId, OrderId, ReturnId, Sku
from omscore.kernel.reason import Reason
from omscore.lifecycle.returns.chart import RETURN_FLOW
from omscore.lifecycle.returns.messages import (
    AcceptReturn,
    AnnounceReturn,
    CancelReturn,
    Counted,
    Grade,
    GradeReturn,
    GradesDiffer,
    NoSuchReturn,
    OtherOrder,
    ReceiveReturn,
    RefuseReturn,
    RestockReturn,
    ReturnAnnounced,
    ReturnExists,
    ReturnGraded,
    Returning,
    ReturnMoved,
    ReturnNotNow,
    ReturnReceived,
    ReturnReportIgnored,
)
from omscore.lifecycle.returns.returns import (
    Return,
    Step,
    announce,
    evolve,
    grade,
    law,
    receive,
    step,
)
from omscore.testing.builders import of_line

SKUS = {LineId("1"): Sku("TEA"), LineId("2"): Sku("POT")}
ANNOUNCE = AnnounceReturn("r-1", order="o-1", lines=of_line(2), reason="too-bitter")
RECEIVE = ReceiveReturn("r-1", order="o-1", node="berlin", lines=of_line(2))
ACCEPT, REFUSE = AcceptReturn("r-1"), RefuseReturn("r-1", reason="used")
RESTOCK, CANCEL = RestockReturn("r-1"), CancelReturn("r-1")
STEPS: list[Step] = [ACCEPT, REFUSE, RESTOCK, CANCEL]


def counted(quantity: int, line: str = "1") -> Counted:
    return Counted(LineId(line), SKUS[LineId(line)], quantity)


def graded(*grades: Grade) -> GradeReturn:
    return GradeReturn("r-1", grades=grades)


def announced() -> Return:
    return evolve(None, *announce(None, ANNOUNCE, SKUS, RETURN_FLOW))


def received() -> Return:
    return evolve(announced(), *receive(announced(), RECEIVE, SKUS, RETURN_FLOW))


def looked_at() -> Return:
    return evolve(received(), *grade(received(), graded(Grade("1", sellable=2)), RETURN_FLOW))


def because(refused: pytest.ExceptionInfo[Refused]) -> tuple[Reason, ...]:
    return refused.value.reasons


def test_a_return_is_announced_once() -> None:
    """The lines know their sku, so that the node knows what to expect."""
    assert announce(None, ANNOUNCE, SKUS, RETURN_FLOW) == [
        ReturnAnnounced(ReturnId("r-1"), OrderId("o-1"), (counted(2),), "too-bitter", "announced")
    ]
    with pytest.raises(Refused) as refused:
        announce(announced(), ANNOUNCE, SKUS, RETURN_FLOW)
    assert because(refused) == (ReturnExists(ReturnId("r-1")),)


def test_what_nobody_announced_announces_itself() -> None:
    """Law 9: a parcel at the door is a fact, announced or not."""
    assert receive(None, RECEIVE, SKUS, RETURN_FLOW) == [
        ReturnAnnounced(ReturnId("r-1"), OrderId("o-1"), (counted(2),), "unspecified", "announced"),
        ReturnReceived(NodeId("berlin"), (counted(2),), "announced", "received"),
    ]


def test_what_came_replaces_what_was_announced() -> None:
    """From then on the goods count, not the letter."""
    other = ReceiveReturn("r-1", order="o-1", node="berlin", lines=[Returning("2", 1)])
    came = evolve(announced(), *receive(announced(), other, SKUS, RETURN_FLOW))

    assert (came.lines, came.node, came.stage) == ((counted(1, "2"),), "berlin", "received")


def test_a_receipt_that_comes_again_changes_nothing() -> None:
    """Law 11: it is recorded, and says why."""
    [event] = receive(received(), RECEIVE, SKUS, RETURN_FLOW)

    assert event == ReturnReportIgnored("receive", ReturnNotNow("receive", "received").noted())
    assert evolve(received(), event) == received()


def test_a_return_belongs_to_one_order() -> None:
    """A mistyped number must not credit somebody else."""
    other = ReceiveReturn("r-1", order="o-2", node="berlin", lines=of_line(2))

    with pytest.raises(Refused) as refused:
        receive(announced(), other, SKUS, RETURN_FLOW)
    assert because(refused) == (OtherOrder(OrderId("o-2")),)


def test_every_unit_that_came_back_gets_one_grade() -> None:
    """Neither fewer nor more, and none for lines that did not come."""
    assert grade(received(), graded(Grade("1", sellable=1, damaged=1)), RETURN_FLOW) == [
        ReturnGraded((Grade("1", sellable=1, damaged=1),), "received", "graded")
    ]
    with pytest.raises(Refused) as refused:
        grade(received(), graded(Grade("1", sellable=3), Grade("2", damaged=1)), RETURN_FLOW)
    assert because(refused) == (
        GradesDiffer(LineId("1"), graded=3, received=2),
        GradesDiffer(LineId("2"), graded=1, received=0),
    )
    with pytest.raises(Refused) as refused:
        grade(received(), graded(), RETURN_FLOW)
    assert because(refused) == (GradesDiffer(LineId("1"), graded=0, received=2),)


def test_a_graded_return_is_accepted_and_restocked_or_refused() -> None:
    """Both ways end it."""
    accepted = evolve(looked_at(), *step(looked_at(), ACCEPT, RETURN_FLOW))

    assert step(accepted, RESTOCK, RETURN_FLOW) == [ReturnMoved("restock", "accepted", "restocked")]
    assert step(looked_at(), REFUSE, RETURN_FLOW) == [
        ReturnMoved("refuse", "graded", "refused", "used")
    ]
    assert step(announced(), CANCEL, RETURN_FLOW) == [
        ReturnMoved("cancel", "announced", "canceled")
    ]


@given(st.sampled_from(STEPS), st.sampled_from([announced(), received(), looked_at()]))
def test_a_step_is_taken_where_the_flow_has_it_and_nowhere_else(asked: Step, found: Return) -> None:
    """Law 11: the oracle is the table."""
    moves = {
        AcceptReturn: "accept",
        RefuseReturn: "refuse",
        RestockReturn: "restock",
        CancelReturn: "cancel",
    }
    move = moves[type(asked)]
    to = RETURN_FLOW.table.get((found.stage, move))
    if to is None:
        with pytest.raises(Refused) as refused:
            step(found, asked, RETURN_FLOW)
        assert because(refused) == (ReturnNotNow(move, found.stage),)
    else:
        assert evolve(found, *step(found, asked, RETURN_FLOW)).stage == to


@pytest.mark.parametrize("asked", [*STEPS, graded(Grade("1", sellable=1))])
def test_a_return_that_nobody_announced_goes_nowhere(asked: Step | GradeReturn) -> None:
    """It is not there."""

    def asks() -> object:
        if isinstance(asked, GradeReturn):
            return grade(None, asked, RETURN_FLOW)
        return step(None, asked, RETURN_FLOW)

    with pytest.raises(Refused) as refused:
        asks()
    assert because(refused) == (NoSuchReturn(ReturnId("r-1")),)


@pytest.mark.parametrize("lines", [[], [Returning("1", 1), Returning("1", 1)]])
def test_a_return_names_each_of_its_lines_once(lines: list[Returning]) -> None:
    """At least one, and none twice, so that what is counted is clear."""
    for make in (
        lambda: AnnounceReturn("r-1", order="o-1", lines=lines),
        lambda: ReceiveReturn("r-1", order="o-1", node="berlin", lines=lines),
    ):
        with pytest.raises(Unreadable) as unreadable:
            make()
        assert unreadable.value.path == "$.lines"


def test_a_history_that_cannot_be_is_broken() -> None:
    """Damage is found where it is read, and a bug where it would be saved."""
    for events in [], [ReturnMoved("accept", "graded", "accepted")]:
        with pytest.raises(Broken):
            evolve(None, *events)
    law(looked_at())
    with pytest.raises(Broken):
        law(evolve(received(), ReturnGraded((Grade("1", sellable=9),), "received", "graded")))

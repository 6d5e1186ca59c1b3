"""The return: which units of an order come back, how far they are, and in what condition.

How many may come back is the order's to say; this aggregate keeps what did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

import attrs
from attrs import frozen

from omscore.kernel import ids
from omscore.kernel.errors import Broken, Refused, ensure
from omscore.kernel.flow import Flow
from omscore.kernel.keys import Kind
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
    ReturnEvent,
    ReturnExists,
    ReturnGraded,
    Returning,
    ReturnMoved,
    ReturnNotNow,
    ReturnReceived,
    ReturnReportIgnored,
)


@frozen
class Return:
    """What was announced until it is received, and what was received from then on."""

    id: ids.ReturnId
    order: ids.OrderId
    lines: tuple[Counted, ...]
    reason: str
    stage: str
    node: ids.NodeId | None = None
    grades: tuple[Grade, ...] = ()


Step = AcceptReturn | RefuseReturn | RestockReturn | CancelReturn


def required(found: Return | None, id_: ids.ReturnId) -> Return:
    """*found*; `Refused` if there is none of this id."""
    if found is None:
        raise Refused(NoSuchReturn(id_))
    return found


def announce(
    found: Return | None,
    command: AnnounceReturn,
    skus: Mapping[ids.LineId, ids.Sku],
    flow: Flow,
) -> Sequence[ReturnEvent]:
    """A return of lines whose *skus* are these; `Refused` if there is one of this id."""
    if found is not None:
        raise Refused(ReturnExists(command.return_))
    return [
        ReturnAnnounced(
            command.return_,
            command.order,
            _counted(command.lines, skus),
            command.reason,
            flow.initial,
        )
    ]


def receive(
    found: Return | None,
    report: ReceiveReturn,
    skus: Mapping[ids.LineId, ids.Sku],
    flow: Flow,
) -> Sequence[ReturnEvent]:
    """What came back; it announces itself if nobody did, and is ignored if it comes again."""
    before: list[ReturnEvent] = []
    if found is None:
        announced = AnnounceReturn(report.return_, order=report.order, lines=report.lines)
        before = list(announce(None, announced, skus, flow))
        found = evolve(None, *before)
    if found.order != report.order:
        raise Refused(OtherOrder(report.order))
    if (to := flow.after(found.stage, "receive")) is None:
        why = ReturnNotNow("receive", found.stage).noted()
        return [ReturnReportIgnored("receive", why)]
    return [*before, ReturnReceived(report.node, _counted(report.lines, skus), found.stage, to)]


def grade(found: Return | None, command: GradeReturn, flow: Flow) -> Sequence[ReturnEvent]:
    """Every unit that came back gets its grade; `Refused` with each line that does not add up."""
    known = required(found, command.return_)
    to = _after(known, "grade", flow)
    received = {line.line: line.quantity for line in known.lines}
    graded = dict.fromkeys(received, 0)
    for one in command.grades:
        graded[one.line] = graded.get(one.line, 0) + one.sellable + one.damaged
    faults = [
        GradesDiffer(line, units, received.get(line, 0))
        for line, units in graded.items()
        if units != received.get(line)
    ]
    if faults:
        raise Refused(*faults)
    return [ReturnGraded(command.grades, known.stage, to)]


def step(found: Return | None, command: Step, flow: Flow) -> Sequence[ReturnEvent]:
    """The return goes on, or ends; `Refused` where it cannot."""
    known = required(found, command.return_)
    match command:
        case AcceptReturn():
            move = "accept"
        case RefuseReturn():
            move = "refuse"
        case RestockReturn():
            move = "restock"
        case CancelReturn():
            move = "cancel"
        case _:
            assert_never(command)
    why = command.reason if isinstance(command, RefuseReturn) else None
    return [ReturnMoved(move, known.stage, _after(known, move, flow), why)]


def _after(found: Return, move: str, flow: Flow) -> str:
    if (to := flow.after(found.stage, move)) is None:
        raise Refused(ReturnNotNow(move, found.stage))
    return to


def _counted(lines: Iterable[Returning], skus: Mapping[ids.LineId, ids.Sku]) -> tuple[Counted, ...]:
    return tuple(Counted(one.line, skus[one.line], one.quantity) for one in lines)


def evolve(found: Return | None, /, *events: ReturnEvent) -> Return:
    """The return after *events*."""
    for event in events:
        if isinstance(event, ReturnAnnounced):
            found = Return(event.return_, event.order, event.lines, event.reason, event.stage)
            continue
        if found is None:
            raise Broken("a return begins by being announced")
        match event:
            case ReturnReceived():
                found = attrs.evolve(found, lines=event.lines, stage=event.to, node=event.node)
            case ReturnGraded():
                found = attrs.evolve(found, grades=event.grades, stage=event.to)
            case ReturnMoved():
                found = attrs.evolve(found, stage=event.to)
            case ReturnReportIgnored():
                pass
            case _:
                assert_never(event)
    if found is None:
        raise Broken("a return begins by being announced")
    return found


def law(found: Return) -> None:
    """Once graded, every unit that came back has exactly one grade."""
    if found.grades:
        graded = sum(one.sellable + one.damaged for one in found.grades)
        ensure(graded == sum(line.quantity for line in found.lines), "grades cover what came back")


RETURN = Kind(
    "return",
    Return,
    evolve,
    (ReturnAnnounced, ReturnReceived, ReturnGraded, ReturnMoved, ReturnReportIgnored),
    law=law,
)

"""The story of an order or a quote: every event in order, who, when and why, in plain words.

Folded from the recorded events of the order, its fulfillment orders and its returns, or of the
quote.  It shows no personal data: no customer, and no free text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, assert_never, get_args

from attrs import frozen

from omscore.kernel.keys import Key
from omscore.kernel.recorded import Recorded
from omscore.lifecycle.fulfillment.messages import (
    FulfillmentEvent,
    FulfillmentMoved,
    FulfillmentReleased,
    OfLot,
    ReportIgnored,
    Task,
    TasksLowered,
)
from omscore.lifecycle.order.messages import (
    HoldLifted,
    HoldPlaced,
    Moved,
    OrderEvent,
    OrderPlaced,
    PlanChosen,
    ReturnCounted,
    UnitsMoved,
)
from omscore.lifecycle.quote.messages import QuoteEvent, QuoteMoved, QuoteOpened
from omscore.lifecycle.returns.messages import (
    Counted,
    ReturnAnnounced,
    ReturnEvent,
    ReturnGraded,
    ReturnMoved,
    ReturnReceived,
    ReturnReportIgnored,
)
from omscore.views import decision
from omscore.views.reasons import sentence

Subject = Literal["order", "quote"]
MOST_SHOWN = 3
NOTHING: Mapping[str, Sequence[str]] = {}


@frozen
class Told:
    """One event, told: when it happened, when we learned of it, who, what, and the details."""

    occurred_at: datetime
    recorded_at: datetime
    actor: str
    subject: str
    sentence: str
    details: tuple[str, ...] = ()


@frozen
class Story:
    """What happened to an order or a quote, from the first event to the last."""

    of: Subject
    id: str
    told: tuple[Told, ...]

    def __str__(self) -> str:
        lines = [f"{self.of.capitalize()} {self.id}"]
        for one in self.told:
            late = one.recorded_at - one.occurred_at
            noted = f" (recorded {one.recorded_at:%Y-%m-%d %H:%M})" if late else ""
            lines.append(
                f"  {one.occurred_at:%Y-%m-%d %H:%M} UTC  {one.actor:<10}  "
                f"{one.subject}: {one.sentence}{noted}"
            )
            lines += [f"      {detail}" for detail in one.details]
        return "\n".join(lines)


def story(
    of: Subject,
    id: str,
    history: Iterable[Recorded[object]],
    further: Mapping[str, Sequence[str]] = NOTHING,
) -> Story:
    """The story that *history* tells; events of other kinds are left out.

    *further* are more details of an event, by its id.
    """
    told = [
        Told(
            one.occurred_at,
            one.recorded_at,
            one.actor,
            _subject(one.key),
            sentence,
            (*details, *further.get(one.id, ())),
        )
        for one in history
        if (words := _words(one.event)) is not None
        for sentence, details in [words]
    ]
    return Story(of, id, tuple(told))


Words = tuple[str, Sequence[str]]


def _subject(key: Key[object]) -> str:
    return key.kind.name if key.kind.name in get_args(Subject) else str(key)


def _words(event: object) -> Words | None:
    if isinstance(event, OrderEvent):
        return _of_order(event)
    if isinstance(event, FulfillmentEvent):
        return _of_fulfillment(event), ()
    if isinstance(event, ReturnEvent):
        return _of_return(event), ()
    if isinstance(event, QuoteEvent):
        return _of_quote(event)
    return None


def _of_order(event: OrderEvent) -> Words:
    match event:
        case OrderPlaced():
            plain = [line for line in event.lines if line.id not in event.parts]
            asked = _some(f"{line.quantity} x {line.sku}" for line in (*event.bundles, *plain))
            return f"placed, to {event.ship_to} by {event.method}: {asked}", ()
        case UnitsMoved():
            why = f", because {sentence(event.why)}" if event.why else ""
            return f"{event.move} {_moved(event.moved)}{why}", ()
        case PlanChosen():
            chosen = event.decision
            return decision.headline(chosen), decision.details(chosen, event.network)
        case HoldPlaced():
            return f"hold {event.hold} ({event.reason}) stops {', '.join(event.moves)}", ()
        case HoldLifted():
            return f"hold {event.hold} lifted", ()
        case ReturnCounted():
            way = "go on" if event.quantity > 0 else "leave"
            return f"{abs(event.quantity)} of line {event.line} {way} return {event.return_}", ()
        case _:
            assert_never(event)


def _of_fulfillment(event: FulfillmentEvent) -> str:
    match event:
        case FulfillmentReleased():
            by_way = f" by way of {event.via}" if event.via else ""
            what = f"{_tasks(event.tasks)} to ship on {event.ship_day} to {event.to}{by_way}"
            return f"released to {event.node}: {what}"
        case FulfillmentMoved():
            why = f", because {event.why}" if event.why else ""
            tracking = f", tracked as {event.tracking}" if event.tracking else ""
            lots = "".join(f", {_of_lot(one)}" for one in event.lots)
            return f"{event.move}: {event.from_} -> {event.to}{why}{tracking}{lots}"
        case TasksLowered():
            return f"{event.cause}: {_tasks(event.tasks)} less"
        case ReportIgnored():
            return f"the report {event.move} is ignored: {sentence(event.why)}"
        case _:
            assert_never(event)


def _of_lot(one: OfLot) -> str:
    name = f" of lot {one.lot}" if one.lot else ""
    ends = f" useful until {one.use_by}" if one.use_by else ""
    return f"{one.quantity} of line {one.line}{name}{ends}"


def _of_return(event: ReturnEvent) -> str:
    match event:
        case ReturnAnnounced():
            return f"announced ({event.reason}): {_counted(event.lines)}"
        case ReturnReceived():
            return f"received at {event.node}: {_counted(event.lines)}"
        case ReturnGraded():
            sellable = sum(grade.sellable for grade in event.grades)
            damaged = sum(grade.damaged for grade in event.grades)
            return f"graded: {sellable} sellable, {damaged} damaged"
        case ReturnMoved():
            why = f", because {event.why}" if event.why else ""
            return f"{event.move}: {event.from_} -> {event.to}{why}"
        case ReturnReportIgnored():
            return f"the report {event.move} is ignored: {sentence(event.why)}"
        case _:
            assert_never(event)


def _of_quote(event: QuoteEvent) -> Words:
    match event:
        case QuoteOpened():
            plain = [line for line in event.lines if line.id not in event.parts]
            asked = _some(f"{line.quantity} x {line.sku}" for line in (*event.bundles, *plain))
            until = f"open until {event.expires_at:%Y-%m-%d %H:%M} UTC"
            instead = f", in the place of quote {event.renews}" if event.renews else ""
            told = f"quoted, to {event.ship_to} by {event.method}: {asked}, {until}{instead}"
            plan = decision.headline(event.decision), f"option {event.option}"
            return told, (*plan, *decision.details(event.decision, event.network))
        case QuoteMoved():
            by = f", by order {event.order}" if event.order else ""
            return f"{event.move}: {event.from_} -> {event.to}{by}", ()
        case _:
            assert_never(event)


def _moved(moved: Sequence[Moved]) -> str:
    """How many units went from which stage to which, and where."""
    ways = Counter[tuple[str, str, str]]()
    for one in moved:
        place = one.to.node or one.from_.node
        ways[one.from_.stage, one.to.stage, f" at {place}" if place else ""] += one.quantity
    lines = len({one.line for one in moved})
    told = "; ".join(
        f"{decision.units(quantity)} {from_} -> {to}{place}"
        for (from_, to, place), quantity in ways.items()
    )
    return f"{told} ({lines} {'line' if lines == 1 else 'lines'})"


def _tasks(tasks: Sequence[Task]) -> str:
    return _some(f"{task.quantity} x {task.sku}" for task in tasks)


def _counted(lines: Sequence[Counted]) -> str:
    return _some(f"{line.quantity} x {line.sku}" for line in lines)


def _some(words: Iterable[str]) -> str:
    """The first few of *words*, and how many more there are."""
    every = list(words)
    more = len(every) - MOST_SHOWN
    return ", ".join(every[:MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")

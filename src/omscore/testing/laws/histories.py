"""Laws about histories: they replay, follow their flow, and show nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from omscore.atp.feeds import FeedTaken
from omscore.atp.supplies import (
    PaperIgnored,
)
from omscore.lifecycle.fulfillment.messages import FulfillmentMoved, ReportIgnored
from omscore.lifecycle.order.messages import OrderPlaced, UnitsMoved
from omscore.lifecycle.quote.messages import QuoteMoved
from omscore.lifecycle.returns.messages import (
    ReturnGraded,
    ReturnMoved,
    ReturnReceived,
    ReturnReportIgnored,
)
from omscore.testing.laws.books import Books


def replay_gives_what_is_kept(books: Books) -> Iterable[str]:
    """Law 10: state = fold of the events, versions 1..n without a hole, ids unique."""
    for key, history in books.histories().items():
        versions = [one.version for one in history]
        if versions != list(range(1, len(history) + 1)):
            yield f"{key} has versions {versions}"
        if key.kind.evolve is None:
            yield f"{key} is of a kind without events, but has some"
            continue
        one_by_one = None
        for one in history:
            one_by_one = key.kind.evolve(one_by_one, one.event)
        at_once = key.kind.evolve(None, *(one.event for one in history))
        if not one_by_one == at_once == books.kept[key].state:
            yield f"{key} is kept as {books.kept[key].state}, replayed as {at_once}"
        if books.kept[key].version != len(history):
            yield f"{key} is at version {books.kept[key].version} after {len(history)} events"
    if len({one.id for one in books.told}) < len(books.told):
        yield "two events have one id"


def only_moves_of_the_flow(books: Books) -> Iterable[str]:
    """Law 11: whatever moved, moved as its flow says; and it was at the stage that it left."""
    flows = books.configuration
    for one in books.told:
        event = one.event
        match event:
            case UnitsMoved():
                steps = [
                    (flows.unit_flow, m.from_.stage, event.move, m.to.stage) for m in event.moved
                ]
            case FulfillmentMoved():
                steps = [(flows.ship_flow, event.from_, event.move, event.to)]
            case QuoteMoved():
                steps = [(flows.quote_flow, event.from_, event.move, event.to)]
            case ReturnMoved():
                steps = [(flows.return_flow, event.from_, event.move, event.to)]
            case ReturnReceived():
                steps = [(flows.return_flow, event.from_, "receive", event.to)]
            case ReturnGraded():
                steps = [(flows.return_flow, event.from_, "grade", event.to)]
            case _:
                steps = []
        for flow, source, move, target in steps:
            if flow.table.get((source, move)) != target:
                yield f"{one.key} made {move} from {source} to {target}"


def ignored_reports_change_nothing(books: Books) -> Iterable[str]:
    """Law 11: a late or repeated report leaves the state as it was, and is all that happened.

    In a feed it is one row of many.
    """
    causes = defaultdict[str, list[object]](list)
    for one in books.told:
        causes[one.causation].append(one.event)
    for key, history in books.histories().items():
        state: object = None
        for one in history:
            before, state = state, key.kind.evolve(state, one.event) if key.kind.evolve else None
            if isinstance(one.event, ReportIgnored | ReturnReportIgnored) and state != before:
                yield f"{key} was changed by a report that was ignored"
            ignored = isinstance(one.event, ReportIgnored | ReturnReportIgnored | PaperIgnored)
            alone = not any(isinstance(told, FeedTaken) for told in causes[one.causation])
            if ignored and alone and len(causes[one.causation]) > 1:
                yield f"{one.causation} was ignored, but {causes[one.causation]} happened"


def nothing_personal_is_shown(books: Books) -> Iterable[str]:
    """Law 12: no customer in the `repr` of anything that is kept or told."""
    customers = {event.customer for _, event in books.events(OrderPlaced)} - {None}
    shown = [repr(one) for one in books.told] + [repr(one.state) for one in books.kept.values()]
    for customer in sorted(filter(None, customers)):
        if any(customer in text for text in shown):
            yield "a customer is shown"

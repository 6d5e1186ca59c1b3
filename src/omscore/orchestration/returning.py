"""Returning: goods come back, are looked at, and are put where they belong.

How many may come back is counted on the order; where the goods are, on the positions of the node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import assert_never

from attrs import field, frozen

from omscore.atp.lots import PLAIN, Lot, common
from omscore.atp.position import CONDITIONS, POSITION, Condition, position_id
from omscore.kernel import ids
from omscore.kernel.durations import a_while
from omscore.kernel.errors import Refused
from omscore.kernel.flow import Flow
from omscore.kernel.keys import Changes, Key, Kind, Seen
from omscore.kernel.recorded import Context, Recorded
from omscore.kernel.todo import Later
from omscore.kernel.truth import some_truth
from omscore.lifecycle.fulfillment.fulfillment import FULFILLMENT, Fulfillment
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.order.messages import ReturnCounted
from omscore.lifecycle.order.order import ORDER, Order, OrderLine
from omscore.lifecycle.returns import returns
from omscore.lifecycle.returns.messages import (
    AcceptReturn,
    AnnounceReturn,
    CancelReturn,
    Grade,
    GradeReturn,
    ReceiveReturn,
    RefuseReturn,
    RestockReturn,
    ReturnAnnounced,
    ReturnGraded,
    Returning,
    ReturnMoved,
    ReturnReceived,
    ReturnReportIgnored,
)
from omscore.lifecycle.returns.returns import RETURN, Return, Step
from omscore.network.facts import THE_NETWORK
from omscore.orchestration import reserving, shipping, stock
from omscore.orchestration.backlog import BACKLOG
from omscore.orchestration.stock import At


@frozen
class LapseReturn:
    """A deadline: cancel the return, if nothing has come by now."""

    return_: ids.ReturnId


@frozen
class Announcing:
    """Announce a return, of no more units than were shipped and are not on a return."""

    flow: Flow

    def reads(self, command: AnnounceReturn, seen: Seen) -> Iterable[Key[object]]:
        """The return and the order."""
        yield RETURN.key(command.return_)
        yield ORDER.key(command.order)

    def decide(self, command: AnnounceReturn, seen: Seen, context: Context) -> Changes:
        """A return, counted on the order."""
        key, of, changes = RETURN.key(command.return_), ORDER.key(command.order), Changes(seen)
        order = orders.required(changes.get(of), command.order)
        counted = orders.counting(order, command.return_, _wanted(command.lines))
        changes.tell(key, returns.announce(seen.get(key), command, _skus(order), self.flow))
        changes.tell(of, counted)
        return changes


@frozen
class Receiving:
    """Goods came back to a node: they are in its stock, but cannot be sold before grading."""

    flow: Flow

    def reads(self, report: ReceiveReturn, seen: Seen) -> Iterable[Key[object]]:
        """The return, the order and the network, then the stock of what came back."""
        yield RETURN.key(report.return_)
        yield (of := ORDER.key(report.order))
        yield THE_NETWORK
        if (order := seen.get(of)) is not None:
            for one in report.lines:
                if one.line in order.lines:
                    sku = _sku(order.lines[one.line])
                    yield from _reads_of_stock(report.node, sku)

    def decide(self, report: ReceiveReturn, seen: Seen, context: Context) -> Changes:
        """What came back is counted; too many of an announced return is ignored, with a reason."""
        key, of, changes = RETURN.key(report.return_), ORDER.key(report.order), Changes(seen)
        order, found = orders.required(changes.get(of), report.order), seen.get(key)
        stock.known_node(changes, report.node)
        for one in report.lines:
            orders.line_of(order, one.line)
        events = returns.receive(found, report, _skus(order), self.flow)
        if any(isinstance(event, ReturnReceived) for event in events):
            try:
                counted = _difference(order, found, report)
            except Refused as refusal:
                if found is None:
                    raise
                why = refusal.reasons[0].noted()
                changes.tell(key, [ReturnReportIgnored("receive", why)])
                return changes
            changes.tell(of, counted)
            for one in report.lines:
                sku = _sku(order.lines[one.line])
                at: At = (report.node, sku, "returned")
                stock.put(changes, context, at, one.quantity, "returned", _paper(report.return_))
        changes.tell(key, events)
        return changes


def _paper(return_: ids.ReturnId) -> ids.DocumentId:
    """The paper under which returned goods enter and leave the stock."""
    return ids.DocumentId(return_)


def _difference(
    order: Order, found: Return | None, report: ReceiveReturn
) -> Sequence[ReturnCounted]:
    """What the order has to count beyond what was announced, or give back of it."""
    announced = {} if found is None else {one.line: one.quantity for one in found.lines}
    came = {one.line: one.quantity for one in report.lines}
    more = [(line, came[line] - announced.get(line, 0)) for line in came]
    extra = orders.counting(
        order, report.return_, [(line, units) for line, units in more if units > 0], announced
    )
    less = [
        ReturnCounted(report.return_, line, came.get(line, 0) - units)
        for line, units in announced.items()
        if came.get(line, 0) < units
    ]
    return [*extra, *less]


@frozen
class Grading:
    """Grade what came back."""

    flow: Flow

    def reads(self, command: GradeReturn, seen: Seen) -> Iterable[Key[object]]:
        """The return."""
        yield RETURN.key(command.return_)

    def decide(self, command: GradeReturn, seen: Seen, context: Context) -> Changes:
        """Every unit has a grade."""
        key, changes = RETURN.key(command.return_), Changes(seen)
        changes.tell(key, returns.grade(seen.get(key), command, self.flow))
        return changes


@frozen
class Ending:
    """Accept, refuse, restock or cancel a return; stock and order follow."""

    flow: Flow

    def reads(self, command: Step | LapseReturn, seen: Seen) -> Iterable[Key[object]]:
        """The return, its order, the stock that moves, and the work that sent what came back."""
        yield (key := RETURN.key(command.return_))
        if (found := seen.get(key)) is not None:
            yield ORDER.key(found.order)
            yield THE_NETWORK
            if found.node is not None:
                for line in found.lines:
                    yield from _reads_of_stock(found.node, line.sku)
            if isinstance(command, RestockReturn):
                yield from _works(seen.get(ORDER.key(found.order)), found)

    def decide(self, command: Step | LapseReturn, seen: Seen, context: Context) -> Changes:
        """The return goes on, or ends."""
        key, changes = RETURN.key(command.return_), Changes(seen)
        found = changes.get(key)
        if isinstance(command, LapseReturn):
            if found is None or not self.flow.allows(found.stage, "cancel"):
                return changes
            command = CancelReturn(command.return_)
        known = returns.required(found, command.return_)
        changes.tell(key, returns.step(known, command, self.flow))
        match command:
            case AcceptReturn():
                pass
            case RefuseReturn():
                self._sent_back(changes, known, context)
            case RestockReturn():
                self._restocked(changes, known, context)
            case CancelReturn():
                _uncount(changes, known)
            case _:
                assert_never(command)
        return changes

    def _sent_back(self, changes: Changes, found: Return, context: Context) -> None:
        _uncount(changes, found)
        if found.node is not None:
            for line in found.lines:
                at: At = (found.node, line.sku, "returned")
                stock.put(changes, context, at, -line.quantity, "sent-back", _paper(found.id))

    def _restocked(self, changes: Changes, found: Return, context: Context) -> None:
        """Units are of the lot that they were shipped of, unless their grade says another."""
        skus, paper = {line.line: line.sku for line in found.lines}, _paper(found.id)
        if found.node is None:
            return
        today = reserving.today_at(changes, found.node, context)
        for grade in found.grades:
            lot = _lot(changes, found, grade)
            graded = grade.sellable + grade.damaged
            good = grade.sellable if lot.use_by is None or lot.use_by >= today else 0
            moves: tuple[tuple[Condition, int, Lot | None], ...] = (
                ("returned", -graded, None),
                ("sellable", good, lot),
                ("damaged", graded - good, lot),
            )
            for condition, units, of in moves:
                at: At = (found.node, skus[grade.line], condition)
                known = None if of == PLAIN else of
                stock.put(changes, context, at, units, "restocked", paper, known)


def _works(order: Order | None, found: Return) -> Iterable[Key[Fulfillment]]:
    """The work that sent units of the lines of a return."""
    lines = [order.lines[one.line] for one in found.lines] if order is not None else []
    groups = (group for line in lines for group in line.units if group.stage in orders.SENT)
    for id_ in dict.fromkeys(one.fulfillment for one in groups if one.fulfillment is not None):
        yield FULFILLMENT.key(id_)


def _lot(changes: Changes, found: Return, grade: Grade) -> Lot:
    """Of which lot graded units are: what the grade says, and what was shipped that may be it."""
    keys = _works(changes.get(ORDER.key(found.order)), found)
    works = [work for key in keys if (work := changes.get(key)) is not None]
    sent = shipping.shipped(works, grade.line)
    lot = common(one for one in sent if one.fits(grade.use_by, grade.lot))
    return Lot(grade.use_by or lot.use_by, grade.lot or lot.name)


def _reads_of_stock(node: ids.NodeId, sku: ids.Sku) -> Iterable[Key[object]]:
    yield BACKLOG.key(sku)
    for condition in CONDITIONS:
        yield POSITION.key(position_id(node, sku, condition))


def _uncount(changes: Changes, found: Return) -> None:
    gone = [ReturnCounted(found.id, line.line, -line.quantity) for line in found.lines]
    changes.tell(ORDER.key(found.order), gone)


def _wanted(lines: Iterable[Returning]) -> list[tuple[ids.LineId, int]]:
    return [(one.line, one.quantity) for one in lines]


def _skus(order: Order) -> Mapping[ids.LineId, ids.Sku]:
    return {id_: _sku(line) for id_, line in order.lines.items()}


def _sku(line: OrderLine) -> ids.Sku:
    """What comes back of a line: the substitute, if nothing else was sent."""
    sent = {orders.sku_of(line, group) for group in line.units if group.stage in orders.SENT}
    return sent.pop() if len(sent) == 1 else line.asked.sku


@frozen
class ReturningProcess:
    """The process that carries a return on; it keeps nothing."""


RETURNING = Kind("returning", ReturningProcess)


@frozen
class ReturnPolicy:
    """What happens by itself: graded returns are accepted, accepted ones restocked.

    An announced return that has not come after *lapse* is canceled.
    """

    accept: bool = field(default=True, validator=some_truth)
    lapse: timedelta = field(default=timedelta(days=60), validator=a_while)

    def react(
        self,
        process: ReturningProcess | None,
        heard: Recorded[ReturnAnnounced | ReturnGraded | ReturnMoved],
    ) -> tuple[None, Sequence[Later]]:
        """The next step of the return, if it takes itself."""
        return_ = ids.ReturnId(heard.key.id)
        match heard.event:
            case ReturnAnnounced():
                return None, [Later(heard.recorded_at + self.lapse, LapseReturn(return_))]
            case ReturnGraded():
                return None, [Later(heard.recorded_at, AcceptReturn(return_))] * self.accept
            case ReturnMoved():
                return None, [Later(heard.recorded_at, RestockReturn(return_))]


def accepted(event: ReturnMoved) -> bool:
    """Whether the goods may be restocked."""
    return event.move == "accept"

"""What customers do with a credit note: they cancel what is not sent yet, and send back the rest.

Both are decided on how the orders stood just before.  Units that a node is working on can be
neither canceled nor sent back; they are looked at again every day, until they are one or the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random

import attrs
from attrs import frozen

from omscore.kernel.flow import Flow
from omscore.kernel.ids import DocumentId, NodeId, OrderId, ReturnId, derived
from omscore.kernel.moments import local_day
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.order.messages import CancelUnits
from omscore.lifecycle.order.order import Order
from omscore.lifecycle.returns.messages import (
    AnnounceReturn,
    Grade,
    GradeReturn,
    ReceiveReturn,
    Returning,
)
from omscore.lifecycle.returns.returns import Return
from omscore.replay.agenda import Coming, Doing
from omscore.replay.credits import Match
from omscore.replay.scenario import Chances
from omscore.replay.timetable import Timetable, between

SERVICE = "customer-service"
MOST_TRIES = 30
RETURN_DAYS = (4, 10)
_DAY = timedelta(days=1)
Orders = Callable[[OrderId], Order | None]


@frozen
class Undo:
    """Units that a credit note undoes, for the *tries*-th time."""

    credit: DocumentId
    matches: tuple[Match, ...]
    tries: int = 0


@frozen
class ComeBack:
    """A return arrives at the node that sent the goods."""

    return_: ReturnId
    tries: int = 0


@frozen
class LookAt:
    """Somebody looks at what came back."""

    return_: ReturnId


@frozen
class Undone:
    """What is to be done about a credit note, and what of it has to wait."""

    doings: tuple[Doing, ...]
    waiting: tuple[Match, ...]


@frozen
class Customers:
    """Everybody who gets credit notes."""

    chances: Chances
    hours: Timetable
    flow: Flow

    def undo(self, act: Undo, order_of: Orders) -> Undone:
        """Cancel what can be canceled, and announce the return of what was shipped."""
        doings, waiting = list[Doing](), list[Match]()
        back = dict[OrderId, list[Returning]]()
        for n, match in enumerate(act.matches):
            canceled, returned = self._parts(match, order_of(match.order))
            if canceled:
                cancel = CancelUnits(match.order, line=match.line, quantity=canceled)
                key = derived("cancel", act.credit, act.tries, n)
                doings.append(Doing(cancel, key, SERVICE))
            if returned:
                back.setdefault(match.order, []).append(Returning(match.line, returned))
            if left := match.quantity - canceled - returned:
                waiting.append(attrs.evolve(match, quantity=left))
        for n, (order, lines) in enumerate(back.items()):
            return_ = derived(act.credit, act.tries, n)
            announce = AnnounceReturn(
                return_, order=order, lines=tuple(lines), reason="credit-note"
            )
            doings.append(Doing(announce, derived("announce", return_), SERVICE))
        return Undone(tuple(doings), tuple(waiting))

    def again(self, act: Undo, waiting: tuple[Match, ...], at: datetime) -> Coming[Undo] | None:
        """What has to wait is looked at a day later; at some time it is given up."""
        if not waiting or act.tries >= MOST_TRIES:
            return None
        later = Undo(act.credit, waiting, act.tries + 1)
        return Coming(at + _DAY, 3, derived("undo", act.credit), later)

    def sent_back(self, found: Return, order: Order, at: datetime) -> Coming[ComeBack]:
        """The goods of an announced return arrive some days later, on a working day of the node."""
        node = self.hours.network.nodes[origin(found, order)]
        chance = self._chance(found.id, "back")
        day = local_day(at, node.zone) + chance.randint(*RETURN_DAYS) * _DAY
        opens = self.hours.opens(node, day)
        arrives = between(opens, self.hours.closes(node, opens), chance.uniform(0.1, 0.9))
        return Coming(arrives, 3, derived("back", found.id), ComeBack(found.id))

    def received(self, found: Return, order: Order) -> Doing | None:
        """The node takes the goods in; None while the customer does not have all of them yet."""
        for one in found.lines:
            line = order.lines[one.line]
            if orders.breakdown([line]).get("delivered", 0) < line.returning:
                return None
        node = origin(found, order)
        lines = tuple(Returning(one.line, one.quantity) for one in found.lines)
        report = ReceiveReturn(found.id, order=found.order, node=node, lines=lines)
        return Doing(report, derived("receive", found.id), node)

    def put_off(self, act: ComeBack, at: datetime) -> Coming[ComeBack] | None:
        """The goods come a day later."""
        if act.tries >= MOST_TRIES:
            return None
        again = ComeBack(act.return_, act.tries + 1)
        return Coming(at + _DAY, 3, derived("back", act.return_), again)

    def looked_at(self, found: Return, node: NodeId, at: datetime) -> Coming[LookAt]:
        """What came back is graded on the next working day."""
        where = self.hours.network.nodes[node]
        opens = self.hours.opens(where, local_day(at, where.zone) + _DAY)
        share = self._chance(found.id, "look").uniform(0.1, 0.9)
        when = between(opens, self.hours.closes(where, opens), share)
        return Coming(when, 3, derived("look", found.id), LookAt(found.id))

    def graded(self, found: Return) -> Doing:
        """Each unit can be sold again, or is damaged, by chance."""
        grades = GradeReturn(found.id, grades=tuple(self._grades(found)))
        return Doing(grades, derived("grade", found.id), found.node or SERVICE)

    def _parts(self, match: Match, order: Order | None) -> tuple[int, int]:
        """How many units of *match* can be canceled, and how many of the others sent back."""
        if order is None:
            return 0, 0
        ready = orders.ready(order, self.flow, "cancel", match.line)
        canceled = min(match.quantity, sum(share.quantity for share in ready))
        line = order.lines[match.line]
        sent = orders.shipped(line) - line.returning
        return canceled, min(match.quantity - canceled, sent)

    def _grades(self, found: Return) -> Iterator[Grade]:
        for one in found.lines:
            chance = self._chance(found.id, "grade", one.line)
            good = sum(chance.random() < self.chances.resellable for _ in range(one.quantity))
            yield Grade(one.line, sellable=good, damaged=one.quantity - good)

    def _chance(self, *name: str) -> Random:
        return Random("/".join((str(self.chances.seed), *name)))


def origin(found: Return, order: Order) -> NodeId:
    """The node that sent most of the lines that come back; the first by id, if two sent as much."""
    sent = Counter[NodeId]()
    for one in found.lines:
        for group, quantity in order.lines[one.line].units.items():
            if group.stage in orders.SENT and group.node is not None:
                sent[group.node] += quantity
    return min(sent, key=lambda node: (-sent[node], node))

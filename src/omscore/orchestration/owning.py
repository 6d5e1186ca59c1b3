"""Owning: what the owner of reservations wants of them.

All tickets of a command are good, or nothing happens.  A call that comes late or twice is answered,
and changes nothing; one for what is somebody else's is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import assert_never

from attrs import evolve, field, frozen

from omscore.atp.availability import Availability
from omscore.atp.expiries import until
from omscore.atp.granting import Commit, End, Ended, Extend, Move, Raise, Short
from omscore.atp.messages import NoSuchNode
from omscore.atp.position import POSITION, PositionId, position_id
from omscore.atp.requests import (
    REQUEST,
    Grant,
    Kept,
    NoSuchReservation,
    NotYours,
    StockAnswered,
    TooManyExtensions,
)
from omscore.atp.reservations import RESERVATION, Reservation
from omscore.atp.terms import PLAIN, Terms
from omscore.atp.tickets import (
    CommitReservations,
    ConsumeReservations,
    ExtendReservations,
    FreeReservations,
    MoveReservation,
    OwnersCommand,
    ResizeReservation,
    Ticket,
    tickets_of,
)
from omscore.catalog.item import ITEM
from omscore.kernel import ids
from omscore.kernel.errors import Refused
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.reason import Noted, Reason
from omscore.kernel.recorded import Context
from omscore.network.facts import THE_NETWORK, Network
from omscore.orchestration import backlog, expiring, reserving, withholding
from omscore.orchestration.backlog import BACKLOG, Backlog
from omscore.orchestration.expiring import node_at, sku_at
from omscore.orchestration.precedence import waiting_at
from omscore.orchestration.requesting import Reserving


@frozen
class Owning:
    """Commit, extend, resize, move, free or consume reservations of one owner.

    *availability* says what is withheld from whoever wants more units, or units at another node.
    """

    policy: Reserving
    availability: Availability = field(factory=Availability)

    def reads(self, command: OwnersCommand, seen: Seen) -> Iterable[Key[object]]:
        """The facts, the reservations, their positions, and who waits for them."""
        held = [ticket.reservation for ticket in tickets_of(command)]
        yield from reserving.reads_of(seen, held)
        for id_ in held:
            if (reservation := seen.get(RESERVATION.key(id_))) is not None:
                yield BACKLOG.key(sku := sku_at(reservation.position))
                if isinstance(command, MoveReservation):
                    yield POSITION.key(position_id(command.node, sku))
                if isinstance(command, MoveReservation | ResizeReservation):
                    yield ITEM.key(sku)
                    yield from withholding.reads(self.availability, seen, [sku])

    def decide(self, command: OwnersCommand, seen: Seen, context: Context) -> Changes:
        """What is kept now, or why nothing has changed; `Refused` for what is not the owner's."""
        changes = Changes(seen)
        self._require(changes, command, context.now)
        for sku in expiring.sweep(changes, context, _reserved_at(changes, command)):
            backlog.call(changes, sku)
        why = [
            _why(ticket, answer)
            for ticket in tickets_of(command)
            if isinstance(answer := self._answer(changes, context, command, ticket), Reason)
        ]
        if why:
            changes = Changes(seen)
        found = [
            kept(
                ticket.reservation,
                changes.require(RESERVATION.key(ticket.reservation)),
                context.now,
                line,
            )
            for line, ticket in enumerate(() if why else tickets_of(command))
        ]
        grant = Grant(command.owner, tuple(found), tuple(why))
        changes.begin(REQUEST.key(context.command), [StockAnswered((grant,))])
        return changes

    def _require(self, changes: Changes, command: OwnersCommand, now: datetime) -> None:
        faults = list[Reason]()
        for ticket in tickets_of(command):
            held = changes.get(RESERVATION.key(ticket.reservation))
            if held is None:
                faults.append(NoSuchReservation(ticket.reservation))
            elif not (held.group and _own(command, held)):
                faults.append(NotYours(ticket.reservation))
        network = changes.get(THE_NETWORK) or Network()
        if isinstance(command, MoveReservation) and command.node not in network.nodes:
            faults.append(NoSuchNode(command.node))
        if isinstance(command, ExtendReservations):
            too_long = self.policy.too_long(command.ttl)
            faults += [] if too_long is None else [too_long]
            faults += self._extended_out(changes, command, now)
        if faults:
            raise Refused(*faults)

    def _extended_out(
        self, changes: Changes, command: ExtendReservations, now: datetime
    ) -> Iterator[Reason]:
        most = self.policy.max_extensions
        for ticket in command.tickets:
            held = changes.get(RESERVATION.key(ticket.reservation))
            if held is None or _late(command, ticket, held, now) is not None:
                continue
            if held.extensions >= most:
                yield TooManyExtensions(ticket.reservation, most)

    def _answer(
        self, changes: Changes, context: Context, command: OwnersCommand, ticket: Ticket
    ) -> Short | Ended | None:
        """Why a ticket is not good; None if what is asked has happened."""
        id_, held = ticket.reservation, changes.require(RESERVATION.key(ticket.reservation))
        if (late := _late(command, ticket, held, context.now)) is not None:
            return late
        match command:
            case CommitReservations():
                ask = Commit(id_, command.to or command.owner, ticket.epoch)
                return _told(changes, context, ask, held)
            case ExtendReservations():
                longer = until(context.now, command.ttl)
                return _told(changes, context, Extend(id_, longer, ticket.epoch), held)
            case ResizeReservation():
                return self._resize(changes, context, command, held)
            case MoveReservation():
                return self._move(changes, context, command, held)
            case FreeReservations():
                units = ticket.quantity or held.open
                answer = _told(changes, context, End(id_, units, "freed"), held)
                _call(changes, held, answer)
                return answer
            case ConsumeReservations():
                return _consume(changes, context, ticket, held)
            case _:
                assert_never(command)

    def _resize(
        self, changes: Changes, context: Context, command: ResizeReservation, held: Reservation
    ) -> Short | Ended | None:
        """Only the difference is asked for, or let go."""
        ticket, more = command.ticket, command.quantity - held.open
        if more > 0:
            ask = Raise(ticket.reservation, more, ticket.epoch)
            self._untrack(changes, context, held.position)
            terms = self._behind(changes, held, self._terms(changes, held, held.position))
            return _told(changes, context, ask, held, terms)
        if more < 0:
            answer = _told(changes, context, End(ticket.reservation, -more, "freed"), held)
            _call(changes, held, answer)
            return answer
        return None

    def _move(
        self, changes: Changes, context: Context, command: MoveReservation, held: Reservation
    ) -> Short | Ended | None:
        """To a node that was chosen, where it stays: whoever chooses has a reason."""
        to = position_id(command.node, sku_at(held.position))
        if to == held.position:
            return None
        if not (changes.get(THE_NETWORK) or Network()).nodes[command.node].active:
            return Short(held.open, 0)
        ask = Move(command.ticket.reservation, to, (command.node,), command.ticket.epoch)
        self._untrack(changes, context, to)
        answer = reserving.move(changes, context, ask, self._terms(changes, held, to))
        if isinstance(answer, Short | Ended):
            return answer
        expiring.remind(changes, to, [answer.taken])
        _call(changes, held, None)
        return None

    def _untrack(self, changes: Changes, context: Context, position: PositionId) -> None:
        """Tell *position* that its units are not counted, if the policy says so."""
        where = sku_at(position), node_at(position)
        told = withholding.untracked(self.availability, changes, context, *where)
        changes.tell(POSITION.key(position), told)

    def _behind(self, changes: Changes, held: Reservation, terms: Terms) -> Terms:
        """*terms* for more units where *held* is: some are left to those who wait for them."""
        sku, node = sku_at(held.position), node_at(held.position)
        waiting, network = changes.get(BACKLOG.key(sku)), changes.get(THE_NETWORK) or Network()
        ahead = self.policy.precedence(waiting or Backlog(), held.owner)
        return evolve(terms, waited_for=waiting_at(ahead, network, node))

    def _terms(self, changes: Changes, held: Reservation, position: PositionId) -> Terms:
        """On what terms the owner of *held* has more units, or units elsewhere."""
        where = sku_at(position), node_at(position)
        return withholding.of_reservations(self.availability, changes, *where, held.channel)


def _own(command: OwnersCommand, held: Reservation) -> bool:
    """Whether *held* is the owner's; whoever has committed it to another may ask that twice."""
    by = held.committed_by if isinstance(command, CommitReservations) else None
    return command.owner in (held.owner, by)


def _late(command: OwnersCommand, ticket: Ticket, held: Reservation, now: datetime) -> Ended | None:
    """Why *ticket* is of before: the reservation is at another epoch, has ended or is overdue.

    Who frees all that is open need not know how it stands: it has one effect, whenever it comes.
    """
    all_of_it = isinstance(command, FreeReservations) and ticket.quantity is None
    known, there = all_of_it or held.epoch == ticket.epoch, held.open_at(now)
    return None if known and there else Ended(there, held.epoch)


def _reserved_at(changes: Changes, command: OwnersCommand) -> Iterable[PositionId]:
    """The positions at which *command* would set units aside, or keep them for longer."""
    for ticket in tickets_of(command):
        at = changes.require(RESERVATION.key(ticket.reservation)).position
        match command:
            case ExtendReservations() | ResizeReservation():
                yield at
            case MoveReservation():
                yield position_id(command.node, sku_at(at))
            case _:
                return


def _told(
    changes: Changes,
    context: Context,
    ask: Commit | Extend | Raise | End,
    held: Reservation,
    terms: Terms = PLAIN,
) -> Short | Ended | None:
    answer = reserving.change(changes, context, ask, terms)
    if isinstance(answer, Short | Ended):
        return answer
    expiring.remind(changes, held.position, answer.entries)
    return None


def _consume(
    changes: Changes, context: Context, ticket: Ticket, held: Reservation
) -> Short | Ended | None:
    """What is not committed yet is committed first: whoever takes units does not ask for long."""
    if held.expires_at is not None:
        commit = Commit(ticket.reservation, held.owner, ticket.epoch)
        if (answer := _told(changes, context, commit, held)) is not None:
            return answer
    ask = End(ticket.reservation, ticket.quantity or held.open, "consumed")
    answer = _told(changes, context, ask, held)
    if answer is None:
        reserving.settle(changes, POSITION.key(held.position), context)
    return answer


def _call(changes: Changes, held: Reservation, answer: Reason | None) -> None:
    """Call those who wait, if something was set free."""
    if answer is None:
        backlog.call(changes, sku_at(held.position))


def kept(id_: ids.ReservationId, held: Reservation, now: datetime, line: int = 0) -> Kept:
    """What its owner is told of a reservation at *now*."""
    at = sku_at(held.position), node_at(held.position)
    return Kept(id_, held.epoch, line, *at, held.day, held.open_at(now), held.expires_at)


def _why(ticket: Ticket, answer: Reason) -> Noted:
    noted = answer.noted()
    return Noted(noted.code, {"reservation": ticket.reservation, **noted.figures})

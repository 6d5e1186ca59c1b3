"""Requesting: a host sets stock aside, for many at once.

The requests of a command are answered one after the other on one view of the stock, as if each had
come alone; one that is refused touches no other.  What they lead to is one transaction, and that is
what keeps a hot item fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import attrs
from attrs import define, frozen

from omscore.atp.expiries import until
from omscore.atp.granting import Reserve
from omscore.atp.messages import NoSuchItem, NoSuchNode
from omscore.atp.position import POSITION, position_id
from omscore.atp.requests import (
    REQUEST,
    Grant,
    Kept,
    LineShort,
    NoSuchReservation,
    NotYours,
    Request,
    ReserveStock,
    StockAnswered,
    TtlTooLong,
    Wanted,
)
from omscore.atp.reservations import RESERVATION
from omscore.catalog.item import ITEM
from omscore.kernel import ids
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.reason import Noted, Reason
from omscore.kernel.recorded import Context
from omscore.network.facts import THE_NETWORK, Network
from omscore.orchestration import backlog
from omscore.orchestration.backlog import BACKLOG, Backlog
from omscore.orchestration.desk import Desk
from omscore.orchestration.expiring import sku_at
from omscore.orchestration.seating import Seat, Seating


@frozen(kw_only=True)
class Reserving:
    """The policy of reserving: for how long stock is kept at most, and how often that is extended.

    *for_good* says whether a host may set stock aside without an expiry.
    """

    max_ttl: timedelta = timedelta(days=30)
    max_extensions: int = 3
    for_good: bool = True

    def too_long(self, ttl: timedelta | None) -> TtlTooLong | None:
        """Why stock is not kept for *ttl*."""
        most = int(self.max_ttl.total_seconds())
        if ttl is None:
            return None if self.for_good else TtlTooLong(0, most)
        return TtlTooLong(int(ttl.total_seconds()), most) if ttl > self.max_ttl else None


@frozen
class Requesting:
    """Answer requests for stock."""

    policy: Reserving

    def reads(self, command: ReserveStock, seen: Seen) -> Iterable[Key[object]]:
        """The facts, who waits, the positions, and what is replaced."""
        yield THE_NETWORK
        for request in command.requests:
            for wanted in request.wanted:
                yield ITEM.key(wanted.sku)
                yield BACKLOG.key(wanted.sku)
                yield from (POSITION.key(position_id(node, wanted.sku)) for node in request.at)
            for ticket in request.replaces:
                yield (key := RESERVATION.key(ticket.reservation))
                if (held := seen.get(key)) is not None:
                    yield POSITION.key(held.position)
                    yield BACKLOG.key(sku_at(held.position))

    def decide(self, command: ReserveStock, seen: Seen, context: Context) -> Changes:
        """One grant for each request, and nothing that was refused."""
        changes = Changes(seen)
        answering = _Answering(changes, context, self.policy, Desk(changes, context))
        answering.sweep(command)
        grants = tuple(map(answering.answer, command.requests))
        answering.desk.tell()
        changes.begin(REQUEST.key(context.command), [StockAnswered(grants)])
        for sku in answering.free:
            backlog.call(changes, sku)
        return changes


@define(eq=False)
class _Answering:
    """The answers to one command so far: how many reservations they are, and what they set free."""

    changes: Changes
    context: Context
    policy: Reserving
    desk: Desk
    many: int = 0
    free: dict[ids.Sku, None] = attrs.field(factory=dict)

    def sweep(self, command: ReserveStock) -> None:
        """What is overdue at the positions that are asked is expired first."""
        asked = {
            position_id(node, wanted.sku): wanted.sku
            for request in command.requests
            for wanted in request.wanted
            for node in request.at
        }
        for position, sku in asked.items():
            if self.desk.sweep(position):
                self.free[sku] = None

    def answer(self, request: Request) -> Grant:
        """The grant for *request*; a refused one leaves the desk as it was."""
        if faults := tuple(self._faults(request)):
            return Grant(request.owner, why=faults)
        mark, many = self.desk.mark(), self.many
        replaced = [ticket.reservation for ticket in request.replaces]
        skus = [sku_at(held.position) for id_ in replaced if (held := self.desk.held(id_))]
        for id_ in replaced:
            self.desk.end(id_, "freed")
        kept, short = list[Kept](), list[Noted]()
        for line, wanted in enumerate(request.wanted):
            seating = Seating(self.desk, wanted.sku, request.at, self._ahead(wanted))
            found = list(self._taken(request, line, wanted, seating))
            kept += found
            lacking = wanted.quantity - sum(one.quantity for one in found)
            if lacking:
                short.append(_short(line, wanted, lacking, seating))
        if short and not request.partial:
            self.desk.back(mark)
            self.many = many
            return Grant(request.owner, why=tuple(short))
        self.free.update(dict.fromkeys(skus))
        return Grant(request.owner, tuple(kept), tuple(short))

    def _taken(
        self, request: Request, line: int, wanted: Wanted, seating: Seating
    ) -> Iterator[Kept]:
        expires_at = None if request.ttl is None else until(self.context.now, request.ttl)
        seats = seating.some(wanted) if request.partial else seating.seats(wanted)
        for seat in seats:
            yield self._take(request, line, wanted.sku, seat, expires_at)

    def _take(
        self, request: Request, line: int, sku: ids.Sku, seat: Seat, expires_at: datetime | None
    ) -> Kept:
        id_ = ids.ReservationId(ids.derived(self.context.command, f"r{self.many:04}"))
        self.many += 1
        at = position_id(seat.node, sku)
        who = request.owner, expires_at, request.at, request.channel
        self.desk.reserve(Reserve(id_, at, seat.day, seat.units, *who))
        return Kept(id_, 1, line, sku, seat.node, seat.day, seat.units, expires_at)

    def _ahead(self, wanted: Wanted) -> int:
        """How many units others wait for who came first."""
        return (self.changes.get(BACKLOG.key(wanted.sku)) or Backlog()).before(None)

    # --- what is wrong ------------------------------------------------------------------------

    def _faults(self, request: Request) -> Iterator[Noted]:
        network = self.changes.get(THE_NETWORK) or Network()
        if (too_long := self.policy.too_long(request.ttl)) is not None:
            yield _at("$.ttl", too_long)
        for place, node in enumerate(request.at):
            if node not in network.nodes:
                yield _at(f"$.at[{place}]", NoSuchNode(node))
        for place, wanted in enumerate(request.wanted):
            item = self.changes.get(ITEM.key(wanted.sku))
            if item is None or item.kind != "stock":
                yield _at(f"$.wanted[{place}].sku", NoSuchItem(wanted.sku))
        for place, ticket in enumerate(request.replaces):
            held = self.desk.held(ticket.reservation)
            if held is None:
                yield _at(f"$.replaces[{place}]", NoSuchReservation(ticket.reservation))
            elif held.owner != request.owner or not held.group:
                yield _at(f"$.replaces[{place}]", NotYours(ticket.reservation))


def _at(path: str, reason: Reason) -> Noted:
    """*reason*, with where in the request it is."""
    noted = reason.noted()
    return Noted(noted.code, {"path": path, **noted.figures})


def _short(line: int, wanted: Wanted, lacking: int, seating: Seating) -> Noted:
    later = seating.later(wanted)
    available = max(map(seating.available, seating.days(wanted)))
    reason = LineShort(
        line,
        wanted.sku,
        wanted.quantity,
        max(available, wanted.quantity - lacking),
        later.isoformat() if later is not None else "",
    )
    return _at(f"$.wanted[{line}]", reason)

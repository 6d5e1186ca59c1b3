"""Requesting: a host sets stock aside, for many at once.

The requests of a command are answered one after the other on one view of the stock, as if each had
come alone; one that is refused touches no other.  What they lead to is one transaction, and that is
what keeps a hot item fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from attrs import define, evolve, field, frozen

from omscore.atp.availability import Availability
from omscore.atp.expiries import until
from omscore.atp.granting import Ended
from omscore.atp.messages import NoSuchItem, NoSuchNode
from omscore.atp.position import POSITION, position_id
from omscore.atp.requests import (
    NEVER,
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
from omscore.atp.reservations import RESERVATION, StockReserved
from omscore.catalog.item import ITEM
from omscore.kernel import ids
from omscore.kernel.durations import a_while
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.moments import local_day
from omscore.kernel.quantities import no_or_some_units
from omscore.kernel.reason import Noted, Reason
from omscore.kernel.recorded import Context
from omscore.kernel.truth import some_truth
from omscore.network.facts import THE_NETWORK, Network, Node
from omscore.orchestration import backlog, expiring, horizon, withholding
from omscore.orchestration.backlog import BACKLOG, Backlog
from omscore.orchestration.desk import Desk
from omscore.orchestration.expiring import node_at, sku_at
from omscore.orchestration.precedence import Precedence, a_precedence, first_come
from omscore.orchestration.seating import Seat, Seating

Group = tuple[ids.NodeId, ...]


@frozen(kw_only=True)
class Reserving:
    """The policy of reserving: for how long stock is kept at most, and how often that is extended.

    *for_good* says whether a host may set stock aside without an expiry, *precedence* what is left
    to those who wait.  `Unreadable` for what is no such duration or number.
    """

    max_ttl: timedelta = field(default=timedelta(days=30), validator=a_while)
    max_extensions: int = field(default=3, validator=no_or_some_units)
    for_good: bool = field(default=True, validator=some_truth)
    precedence: Precedence = field(default=first_come, validator=a_precedence)

    def too_long(self, ttl: timedelta | None) -> TtlTooLong | None:
        """Why stock is not kept for *ttl*."""
        if self.for_good if ttl is None else ttl <= self.max_ttl:
            return None
        asked = timedelta(0) if ttl is None else ttl
        return TtlTooLong(int(asked.total_seconds()), int(self.max_ttl.total_seconds()))


@frozen
class Requesting:
    """Answer requests for stock; *availability* says what is withheld from whom."""

    policy: Reserving
    availability: Availability = field(factory=Availability)

    def reads(self, command: ReserveStock, seen: Seen) -> Iterable[Key[object]]:
        """The facts, who waits, the positions, and what is replaced."""
        yield THE_NETWORK
        for sku, at in _asked(command):
            yield ITEM.key(sku)
            yield BACKLOG.key(sku)
            yield from (POSITION.key(position_id(node, sku)) for node in at)
        yield from withholding.reads(self.availability, seen, (sku for sku, _ in _asked(command)))
        for ticket in (one for request in command.requests for one in request.replaces):
            yield (key := RESERVATION.key(ticket.reservation))
            if (held := seen.get(key)) is not None:
                yield POSITION.key(held.position)
                yield BACKLOG.key(sku_at(held.position))

    def decide(self, command: ReserveStock, seen: Seen, context: Context) -> Changes:
        """One grant for each request, and nothing that was refused."""
        changes = Changes(seen)
        asked = (position_id(node, sku) for sku, at in _asked(command) for node in at)
        free = dict.fromkeys(expiring.sweep(changes, context, asked))
        desk = Desk(changes, context, self.availability)
        answering = _Answering(changes, context, self.policy, desk, self.availability, free)
        answers = list(map(answering.answer, command.requests))
        grants = tuple(map(answering.after_all, answers))
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
    availability: Availability
    free: dict[ids.Sku, None]
    many: int = 0
    _nodes: Mapping[ids.NodeId, Node] = field(init=False)
    _stocked: dict[ids.Sku, bool] = field(factory=dict)
    _untils: dict[timedelta | None, datetime | None] = field(factory=lambda: {None: None})
    _seatings: dict[tuple[ids.Sku, Group, str | None], tuple[Seating, Backlog]] = field(
        factory=dict, init=False
    )

    def __attrs_post_init__(self) -> None:
        self._nodes = (self.changes.get(THE_NETWORK) or Network()).nodes

    def answer(self, request: Request) -> Grant:
        """The grant for *request*; a refused one leaves the desk as it was."""
        if faults := tuple(self._faults(request)):
            return Grant(request.owner, why=faults)
        mark, many = self.desk.mark(), self.many
        freed = self._replace(request) if request.replaces else {}
        kept: list[Kept] = []
        short: list[Noted] = []
        for line, wanted in enumerate(request.wanted):
            seating = self._seating(wanted.sku, request)
            lacking = wanted.quantity
            for seat in seating.some(wanted) if request.partial else seating.seats(wanted):
                kept.append(self._take(request, line, wanted.sku, seat))
                lacking -= seat.units
            if lacking:
                short.append(_short(line, wanted, lacking, seating))
        if short and not request.partial:
            self.desk.back(mark)
            self.many = many
            return Grant(request.owner, why=tuple(short))
        self.free |= freed
        return Grant(request.owner, tuple(kept), tuple(short))

    def after_all(self, grant: Grant) -> Grant:
        """*grant*, when those who came later have been answered too: some of it may have moved."""
        if all(self.desk.epoch(kept.reservation) == kept.epoch for kept in grant.kept):
            return grant
        return evolve(grant, kept=tuple(map(self._standing, grant.kept)))

    def _standing(self, kept: Kept) -> Kept:
        if (held := self.desk.held(kept.reservation)) is None:
            return kept
        return evolve(kept, epoch=held.epoch, node=node_at(held.position))

    def _replace(self, request: Request) -> dict[ids.Sku, None]:
        """Free what *request* replaces; the skus of it."""
        skus: dict[ids.Sku, None] = {}
        for ticket in request.replaces:
            held = self.desk.held(ticket.reservation)
            if held is not None and held.open_at(self.context.now):
                skus[sku_at(held.position)] = None
                self.desk.end(ticket.reservation, "freed")
        return skus

    def _take(self, request: Request, line: int, sku: ids.Sku, seat: Seat) -> Kept:
        id_ = ids.ReservationId(ids.derived(self.context.command, f"r{self.many:04}"))
        self.many += 1
        if request.ttl not in self._untils and request.ttl is not None:
            self._untils[request.ttl] = until(self.context.now, request.ttl)
        expires_at = self._untils[request.ttl]
        who = request.owner, expires_at, request.at, request.channel
        self.desk.reserve(id_, StockReserved(seat.position, seat.day, seat.units, *who))
        return Kept(id_, 1, line, sku, seat.node, seat.day, seat.units, expires_at)

    def _seating(self, sku: ids.Sku, request: Request) -> Seating:
        """A new search; what is left to those who wait is not for its owner.

        Where shares are protected, those who wait have their own.
        """
        at, channel = request.at, request.channel
        if (sku, at, channel) not in self._seatings:
            selling = partial(withholding.of_reservations, self.availability, self.changes, sku)
            seating = Seating(self.desk, sku, at, selling, channel)
            shared = any(one.protection is not None for one in seating.terms.values())
            found = None if shared else self.changes.get(BACKLOG.key(sku))
            self._seatings[sku, at, channel] = seating, found or Backlog()
        seating, waiting = self._seatings[sku, at, channel]
        seating.begin(self.policy.precedence(waiting, request.owner))
        return seating

    # --- what is wrong ------------------------------------------------------------------------

    def _faults(self, request: Request) -> Iterator[Noted]:
        if (too_long := self.policy.too_long(request.ttl)) is not None:
            yield _at("$.ttl", too_long)
        for place, node in enumerate(request.at):
            if node not in self._nodes:
                yield _at(f"$.at[{place}]", NoSuchNode(node))
        known = [self._nodes[node] for node in request.at if node in self._nodes]
        for place, wanted in enumerate(request.wanted):
            if not self._is_stock(wanted.sku):
                yield _at(f"$.wanted[{place}].sku", NoSuchItem(wanted.sku))
            if wanted.day is not None and known:
                today = min(local_day(self.context.now, node.zone) for node in known)
                if (too_far := horizon.too_far(wanted.day, today)) is not None:
                    yield _at(f"$.wanted[{place}].day", too_far)
        for place, ticket in enumerate(request.replaces):
            held = self.desk.held(ticket.reservation)
            if held is None:
                yield _at(f"$.replaces[{place}]", NoSuchReservation(ticket.reservation))
            elif held.owner != request.owner or not held.group:
                yield _at(f"$.replaces[{place}]", NotYours(ticket.reservation))
            elif (there := held.open_at(self.context.now)) and held.epoch != ticket.epoch:
                yield _at(f"$.replaces[{place}]", Ended(there, held.epoch))

    def _is_stock(self, sku: ids.Sku) -> bool:
        if (known := self._stocked.get(sku)) is None:
            item = self.changes.get(ITEM.key(sku))
            known = self._stocked[sku] = item is not None and item.kind == "stock"
        return known


def _asked(command: ReserveStock) -> Iterable[tuple[ids.Sku, Group]]:
    """The skus that are asked for, each with the groups of nodes it is asked of."""
    return dict.fromkeys(
        (wanted.sku, request.at) for request in command.requests for wanted in request.wanted
    )


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
        later.isoformat() if later is not None else NEVER,
    )
    return _at(f"$.wanted[{line}]", reason)

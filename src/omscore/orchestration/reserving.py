"""Reserving: a reservation and its position change together, and nowhere else apart.

Pure functions on `Changes` that every journey uses.  Each needs the keys of `reads_of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from omscore.atp import granting
from omscore.atp.granting import (
    Answer,
    Commit,
    End,
    Ended,
    Extend,
    Granted,
    Move,
    Moving,
    Raise,
    Reserve,
    Short,
)
from omscore.atp.lots import PLAIN as BARE
from omscore.atp.lots import Part
from omscore.atp.movements import ShortageDeclared, StockEntered
from omscore.atp.position import POSITION, PositionId
from omscore.atp.reservations import RESERVATION, Exit
from omscore.atp.shortage import clearable, deficits
from omscore.atp.stocktakes import Stocktake
from omscore.atp.terms import PLAIN, Terms
from omscore.kernel.errors import Broken, Refused
from omscore.kernel.ids import NodeId, ReservationId
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.moments import local_day
from omscore.kernel.recorded import Context
from omscore.network.facts import THE_NETWORK, Network
from omscore.orchestration import lateness


def today_at(changes: Changes, node: str, context: Context) -> date:
    """The local day of a node; that of UTC, for one that is not known any more."""
    network = changes.get(THE_NETWORK) or Network()
    known = network.nodes.get(NodeId(node))
    return local_day(context.now, known.zone if known is not None else "UTC")


def reads_of(seen: Seen, held: Iterable[str]) -> Iterable[Key[object]]:
    """The network, reservations, and the positions under them."""
    yield THE_NETWORK
    for id_ in held:
        yield (key := RESERVATION.key(id_))
        if (reservation := seen.get(key)) is not None:
            yield POSITION.key(reservation.position)


def reserve(changes: Changes, context: Context, ask: Reserve, terms: Terms = PLAIN) -> Answer:
    """Have *ask* granted and told to both sides, or hear why not; the reservation is a new one.

    *terms* say what is withheld from who asks.
    """
    node = ask.position.partition("/")[0]
    held, at = RESERVATION.key(ask.reservation), POSITION.key(ask.position)
    answer = granting.decide(
        changes.get(at),
        changes.get(held),
        ask,
        today=today_at(changes, node, context),
        now=context.now,
        terms=terms,
    )
    if isinstance(answer, Granted):
        changes.tell(at, answer.entries)
        changes.begin(held, answer.events)
    return answer


def commit(changes: Changes, context: Context, held: ReservationId, *, owner: str) -> None:
    """Promise for good to *owner* what was set aside; `Refused` if it is too late for that."""
    epoch = changes.require(RESERVATION.key(held)).epoch
    _change(changes, context, Commit(held, owner, epoch))


def consume(
    changes: Changes,
    context: Context,
    held: ReservationId,
    quantity: int,
    lots: Sequence[Part] = (),
) -> None:
    """Units left the node, of these *lots*.  Whatever that leaves without stock is declared short.

    A physical count since then did not find them any more, so they are entered again first.
    """
    position = changes.require(RESERVATION.key(held)).position
    at, counted = POSITION.key(position), missed_by_count(changes, context, position)
    if counted is not None:
        bare = Part(None, BARE, quantity - sum(one.units for one in lots))
        for one in (*lots, bare):
            lot = None if one.lot == BARE else one.lot
            if one.units:
                changes.tell(at, [StockEntered("counted", one.units, counted.document, lot)])
    _change(changes, context, End(held, quantity, "consumed", tuple(lots)))
    settle(changes, at, context)


def missed_by_count(changes: Changes, context: Context, position: PositionId) -> Stocktake | None:
    """The physical count that did not find any more what leaves now; None if it is news."""
    counted = lateness.counted_since(changes, context, position)
    return counted if counted is not None and counted.counts == "physical" else None


def free(
    changes: Changes,
    context: Context,
    held: ReservationId,
    quantity: int,
    exit_: Exit = "freed",
) -> None:
    """Units are not needed any more; an ended reservation does not stop what ends."""
    reservation = changes.require(RESERVATION.key(held))
    if left := min(quantity, reservation.open):
        _change(changes, context, End(held, left, exit_))


def _change(changes: Changes, context: Context, ask: Commit | End) -> None:
    answer = change(changes, context, ask)
    if not isinstance(answer, Granted):
        raise Refused(answer)


def change(
    changes: Changes,
    context: Context,
    ask: Commit | Extend | Raise | End,
    terms: Terms = PLAIN,
) -> Answer:
    """Have *ask* granted and told to both sides, or hear why not; more units only on *terms*."""
    held = RESERVATION.key(ask.reservation)
    at = POSITION.key(changes.require(held).position)
    answer = granting.decide(
        changes.get(at),
        changes.get(held),
        ask,
        today=today_at(changes, at.id.partition("/")[0], context),
        now=context.now,
        terms=terms,
    )
    if isinstance(answer, Granted):
        changes.tell(at, answer.entries)
        changes.tell(held, answer.events)
    return answer


def move(
    changes: Changes, context: Context, ask: Move, terms: Terms = PLAIN
) -> Moving | Short | Ended:
    """Have a reservation moved on *terms*, and told to both positions, or hear why not."""
    held, to = RESERVATION.key(ask.reservation), POSITION.key(ask.position)
    at = POSITION.key(changes.require(held).position)
    answer = granting.move(
        changes.get(to),
        changes.get(held),
        ask,
        today=today_at(changes, to.id.partition("/")[0], context),
        now=context.now,
        terms=terms,
    )
    if isinstance(answer, Moving):
        changes.tell(to, [answer.taken])
        changes.tell(at, [answer.left])
        changes.tell(held, [answer.event])
    return answer


# --- shortage ---------------------------------------------------------------------------------


def settle(changes: Changes, at: Key[object], context: Context) -> None:
    """Declare what a position can no longer keep, and clear what it can keep again.

    The latest day loses first, then the reservation that comes last by id.  The reservations on
    the position's list must have been read.
    """
    key = POSITION.key(at.id)
    today = today_at(changes, at.id.partition("/")[0], context)
    while (position := changes.get(key)) is not None:
        lacking = next(deficits(position, today), None)
        if lacking is None:
            changes.tell(key, clearable(position, today))
            return
        changes.tell(key, [_losers(changes, key.id, *lacking)])


def _losers(changes: Changes, position: str, day: date, units: int) -> ShortageDeclared:
    """The reservations for the last day up to *day* that are not yet declared short."""
    standing = changes.get(POSITION.key(position))
    short = {one.day: one.short for one in standing.buckets} if standing is not None else {}
    found = [
        (held.day, key.id, held)
        for key in changes.seen.on(RESERVATION.under(position))
        if (held := changes.get(key)) is not None
        and held.open
        and held.expires_at is None
        and held.day <= day
    ]
    by_day: dict[date, list[tuple[ReservationId, str, int]]] = {}
    for at, id_, held in sorted(found, reverse=True, key=lambda one: one[:2]):
        by_day.setdefault(at, []).append((ReservationId(id_), held.owner, held.open))
    for at, losers in by_day.items():
        left = sum(open_ for _, _, open_ in losers) - short.get(at, 0)
        if left > 0:
            return _declared(at, min(units, left), short.get(at, 0), losers)
    raise Broken("stock is short of promises that nobody was given")


def _declared(
    day: date, units: int, skip: int, losers: Iterable[tuple[ReservationId, str, int]]
) -> ShortageDeclared:
    """Name as many of *losers* as *units* need, beyond those declared short before."""
    named, left = [], units
    for reservation, owner, open_ in losers:
        passed = min(skip, open_)
        skip -= passed
        if (taken := min(left, open_ - passed)) > 0:
            named.append((reservation, owner))
            left -= taken
    return ShortageDeclared(
        day, units, tuple(one for one, _ in named), tuple(owner for _, owner in named)
    )

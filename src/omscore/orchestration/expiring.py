"""Expiring: what is set aside for a while is free again when its time has come.

It stops counting at that very instant, swept or not.  The deadline ends the reservations too, and
calls those who wait for the stock.  There is one for each position and expiry, however many
reservations expire then; it ends `EACH` of them at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from attrs import frozen

from omscore.atp import granting
from omscore.atp.drafts import Entry, merged
from omscore.atp.movements import PositionEvent, UnitsReserved
from omscore.atp.position import POSITION, PositionId
from omscore.atp.reservations import RESERVATION, Reservation, ReservationEnded, expiring_at
from omscore.atp.tickets import ExpireReservations
from omscore.kernel import ids
from omscore.kernel.keys import Changes, Key, Listing, Seen
from omscore.kernel.recorded import Context
from omscore.orchestration import backlog
from omscore.orchestration.backlog import BACKLOG

EACH = 100

OVERDUE, LISTED, SWEPT = 4, 64, 50
"""Of how many expiries a position is swept when somebody reserves at it, of how many in all when a
command concerns many positions, and how many reservations of each."""


def sku_at(position: str) -> ids.Sku:
    """The sku of a position."""
    return ids.Sku(position.split("/")[1])


def node_at(position: str) -> ids.NodeId:
    """The node of a position."""
    return ids.NodeId(position.partition("/")[0])


def remind(changes: Changes, position: PositionId, told: Iterable[PositionEvent]) -> None:
    """Set the deadlines for what *told* sets aside for a while."""
    for expiry in dict.fromkeys(
        one.expires_at for one in told if isinstance(one, UnitsReserved) and one.expires_at
    ):
        id_ = ids.derived(position, "expire", f"{expiry:%Y%m%dT%H%M%S.%f}")
        _remind(changes, id_, ExpireReservations(position, expiry), expiry)


def _remind(changes: Changes, id_: str, command: ExpireReservations, due: datetime) -> None:
    changes.remind(id_, POSITION.key(command.position), due, command)


# --- what is overdue --------------------------------------------------------------------------


def sweep(changes: Changes, context: Context, positions: Iterable[PositionId]) -> Iterable[ids.Sku]:
    """Let what is overdue at *positions* expire, a bounded number of it; of which skus there was.

    Whoever reserves there does so.  What a quote holds is left to the deadline of the quote.
    """
    lists = [
        (position, listing)
        for position in dict.fromkeys(positions)
        for listing in _overdue(changes, context, position)
    ][:LISTED]
    changes.seen.on_all(listing for _, listing in lists)
    skus = dict[ids.Sku, None]()
    for position, listing in lists:
        if found := changes.seen.on(listing):
            _expire(changes, position, found)
            skus[sku_at(position)] = None
    return skus


def _overdue(
    changes: Changes, context: Context, position: PositionId
) -> Iterable[Listing[Reservation]]:
    kept = changes.get(POSITION.key(position))
    overdue = [
        (one.expires_at, one.movable)
        for one in (kept.held if kept is not None else ())
        if one.expires_at <= context.now
    ]
    for expiry, movable in list(dict.fromkeys(overdue))[:OVERDUE]:
        yield RESERVATION.under(expiring_at(position, expiry, movable=movable), most=SWEPT)


def _expire(changes: Changes, position: str, found: Iterable[Key[Reservation]]) -> None:
    """Let all open units of *found*, which are at *position*, expire."""
    entries = list[Entry]()
    for key in found:
        held = changes.require(key)
        entries.append(granting.freed(ids.ReservationId(key.id), held))
        changes.tell(key, [ReservationEnded(held.open, "expired")])
    changes.tell(POSITION.key(position), merged(sorted(entries, key=_day_and_channel)))


def _day_and_channel(entry: Entry) -> tuple[date, str]:
    return entry.day, entry.channel or ""


@frozen
class Expiring:
    """Let what expires at a position be free again."""

    def reads(self, command: ExpireReservations, seen: Seen) -> Iterable[Key[object]]:
        """The position, and who waits for it."""
        yield POSITION.key(command.position)
        yield BACKLOG.key(sku_at(command.position))

    def decide(self, command: ExpireReservations, seen: Seen, context: Context) -> Changes:
        """Ended reservations; another deadline at once, if there are more of them."""
        changes = Changes(seen)
        if context.now < command.expires_at:
            return changes
        lists = [
            RESERVATION.under(
                expiring_at(command.position, command.expires_at, movable=movable), most=EACH
            )
            for movable in (False, True)
        ]
        if found := seen.on_all(lists):
            _expire(changes, command.position, found)
            backlog.call(changes, sku_at(command.position))
        if len(found) >= EACH:
            _remind(changes, ids.derived(context.command, "more"), command, context.now)
        return changes

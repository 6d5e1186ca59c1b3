"""Expiring: what is set aside for a while is free again when its time has come.

It stops counting at that very instant, swept or not.  The deadline ends the reservations too, and
calls those who wait for the stock.  There is one for each position and expiry, however many
reservations expire then; it ends `EACH` of them at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from omscore.atp.movements import PositionEvent, UnitsReserved
from omscore.atp.position import POSITION, PositionId
from omscore.atp.reservations import RESERVATION, expiring_at
from omscore.atp.tickets import (
    ExpireReservations,
)
from omscore.kernel import ids
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.recorded import Context
from omscore.network.facts import THE_NETWORK
from omscore.orchestration import backlog, reserving
from omscore.orchestration.backlog import BACKLOG

EACH = 100


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


@frozen
class Expiring:
    """Let what expires at a position be free again."""

    def reads(self, command: ExpireReservations, seen: Seen) -> Iterable[Key[object]]:
        """The facts, the position, and who waits for it."""
        yield THE_NETWORK
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
        for key in (found := seen.on_all(lists)):
            units = changes.require(key).open
            reserving.free(changes, context, ids.ReservationId(key.id), units, "expired")
        if found:
            backlog.call(changes, sku_at(command.position))
        if len(found) >= EACH:
            _remind(changes, ids.derived(context.command, "more"), command, context.now)
        return changes

"""Reallocating: the units of orders that could still be promised anew, as claims on one position.

Those are units that are allocated there, but not yet released to the node, and units that wait.
Whatever the node has been given stays as it is.  Pure functions: nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from attrs import frozen

from omscore.atp.movements import UnitsFreed
from omscore.atp.position import Position
from omscore.atp.position import evolve as without
from omscore.atp.questions import Level, Shipment
from omscore.atp.reallocation import DatedClaim, Strategy
from omscore.atp.reservations import Reservation
from omscore.atp.sharing import Claim
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import LineId, OrderId, ReservationId
from omscore.lifecycle.order.order import Order
from omscore.orchestration.backlog import Backlog

Held = Mapping[ReservationId, Reservation]


@frozen
class Choices:
    """The *strategy* of whoever has none in *strategies*, and *ranks*: the lowest goes first.

    Both are by order.  Orders of equal rank go by when they were placed, then by id; an order
    without a rank has rank zero.
    """

    strategy: Strategy
    strategies: Mapping[str, Strategy]
    ranks: Mapping[str, int]

    def check(self, known: Iterable[str]) -> None:
        """`Unreadable` for an order that is not concerned: a typo must not be passed over."""
        concerned = set(known)
        for name, chosen in (("strategies", self.strategies), ("ranks", self.ranks)):
            if strangers := sorted(set(chosen) - concerned):
                raise Unreadable("an order that could be promised anew", f"$.{name}.{strangers[0]}")


def claims(
    orders: Sequence[Order], backlog: Backlog, held: Held, today: date, choices: Choices
) -> list[DatedClaim]:
    """What each line of *orders* has of *held*, and waits for; all of it was asked for today."""
    units = _waiting(backlog)
    confirmed = dict[tuple[OrderId, LineId], list[Shipment]]()
    for order in orders:
        for line, reservation, quantity in _allocated(order, held):
            shipment = Shipment(held[reservation].day, quantity)
            confirmed.setdefault((order.id, line), []).append(shipment)
    turns = {order.id: turn for turn, order in enumerate(_by_rank(orders, choices.ranks))}
    choices.check(order for order, _ in (*units, *confirmed))
    return [
        DatedClaim(
            f"{order}/{line}",
            units.get(at, 0) + sum(one.units for one in confirmed.get(at, ())),
            min([today, *(one.day for one in confirmed.get(at, ()))]),
            confirmed.get(at, ()),
            turns[order],
            choices.strategies.get(order, choices.strategy),
        )
        for at in dict.fromkeys((*units, *confirmed))
        for order, line in [at]
    ]


def curve(
    position: Position, orders: Iterable[Order], held: Held, today: date, now: datetime
) -> list[Level]:
    """What could be promised, if nothing of *orders* were allocated."""
    freed = [
        UnitsFreed(reservation, held[reservation].day, quantity)
        for order in orders
        for _, reservation, quantity in _allocated(order, held)
    ]
    rows = without(position, *freed).curve(today, today=today, now=now)
    return [Level(day, units) for day, units in rows]


def shares_of(backlog: Backlog, ranks: Mapping[str, int]) -> list[Claim]:
    """What each line waits for; orders of equal rank in the order of the queue."""
    queue = sorted(backlog.queue, key=lambda one: ranks.get(one.order, 0))
    return [Claim(f"{one.order}/{one.line}", one.quantity, at) for at, one in enumerate(queue)]


def _waiting(backlog: Backlog) -> dict[tuple[OrderId, LineId], int]:
    return {(one.order, one.line): one.quantity for one in backlog.queue}


def _by_rank(orders: Iterable[Order], ranks: Mapping[str, int]) -> list[Order]:
    return sorted(orders, key=lambda one: (ranks.get(one.id, 0), one.placed_at, one.id))


def _allocated(order: Order, held: Held) -> Iterable[tuple[LineId, ReservationId, int]]:
    """Units of *order* that hold stock, but are not released; by line and reservation."""
    for id_, line in order.lines.items():
        for group, quantity in line.units.items():
            reservation = group.reservation
            if group.stage == "allocated" and reservation is not None and reservation in held:
                yield id_, reservation, quantity

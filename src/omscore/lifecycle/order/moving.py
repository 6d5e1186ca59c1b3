"""How units move: what becomes of their group, what they hold then, and what they let go of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import attrs
from attrs import frozen

from omscore.kernel import ids
from omscore.kernel.errors import Refused
from omscore.kernel.flow import Flow
from omscore.kernel.reason import Noted
from omscore.lifecycle.order.messages import Group, Moved, NothingReserved, UnitsMoved


@frozen
class Share:
    """Units of one group that are to move together."""

    line: ids.LineId
    group: Group
    quantity: int


@frozen
class Seat:
    """Where allocated units come from, by way of which node, and when they leave and arrive.

    Those that are *made* there hold no reservation; substitutes are of the sku *instead*.
    """

    node: ids.NodeId
    reservation: ids.ReservationId | None
    ship_day: date
    promised: date
    via: ids.NodeId | None = None
    made: bool = False
    instead: ids.Sku | None = None


def cut(shares: Iterable[Share], quantity: int) -> Iterable[Share]:
    """The first *quantity* units of *shares*."""
    for share in shares:
        if taken := min(quantity, share.quantity):
            yield attrs.evolve(share, quantity=taken)
            quantity -= taken


def moving(
    flow: Flow,
    move: str,
    shares: Iterable[Share],
    *,
    seats: Sequence[Seat] | None = None,
    fulfillment: ids.FulfillmentId | None = None,
    why: Noted | None = None,
) -> UnitsMoved:
    """*shares* make *move*.

    *seats*, one for each share, say where units go that are being allocated.
    """
    chosen = list(shares)
    where = seats if seats is not None else [None] * len(chosen)
    return UnitsMoved(
        move,
        tuple(
            Moved(
                share.line,
                share.quantity,
                share.group,
                _after(share.group, flow.table[share.group.stage, move], flow, seat, fulfillment),
            )
            for share, seat in zip(chosen, where, strict=True)
        ),
        why,
    )


def lets_go(group: Group, move: str, flow: Flow) -> bool:
    """Whether units of *group* give up what they hold, or their place in a backlog, by *move*."""
    to = flow.after(group.stage, move)
    if to is None or group.stage == "backordered":
        return to is not None
    held = group.reservation is not None or (group.made and _holds(group.stage, flow))
    return held and not _holds(to, flow)


def _holds(stage: str, flow: Flow) -> bool:
    """Whether units at *stage* hold a reservation: from allocated until shipped."""
    return flow.ranks["allocated"] <= flow.ranks[stage] < flow.ranks["shipped"]


def place_of(group: Group, flow: Flow) -> tuple[int, str, date, str]:
    """Where a group stands in the stated order of groups."""
    return (
        flow.ranks[group.stage],
        group.node or "",
        group.ship_day or date.min,
        group.reservation or "",
    )


def _after(
    group: Group,
    stage: str,
    flow: Flow,
    seat: Seat | None,
    fulfillment: ids.FulfillmentId | None,
) -> Group:
    """What units share at *stage*: from allocated until shipped they hold a reservation."""
    if stage == "canceled" or flow.ranks[stage] < flow.ranks["allocated"]:
        return Group(stage, group.to, group.method)
    if seat is not None:
        return Group(
            stage,
            group.to,
            group.method,
            seat.node,
            seat.reservation,
            None,
            seat.ship_day,
            seat.promised,
            seat.via,
            seat.made,
            seat.instead,
        )
    holding = _holds(stage, flow)
    if holding and group.reservation is None and not group.made:
        raise Refused(NothingReserved(stage))
    return Group(
        stage,
        group.to,
        group.method,
        group.node,
        group.reservation if holding else None,
        fulfillment or group.fulfillment,
        group.ship_day,
        group.promised,
        group.via,
        group.made,
        group.instead,
    )

"""Shipping: of which lots the units are that leave a node.

Whoever ships them may say so.  What is said in full goes before what is said in part, and what is
not said leaves as it expires.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from attrs import define, field

from omscore.atp.lots import PLAIN, Lot, Lots, Part, first_of, leaving, lots_of, parts_of
from omscore.atp.messages import NotOfLot
from omscore.atp.position import POSITION, Position, PositionId
from omscore.atp.reservations import RESERVATION
from omscore.kernel.errors import Refused
from omscore.kernel.ids import LineId, ReservationId
from omscore.kernel.keys import Changes
from omscore.kernel.recorded import Context
from omscore.lifecycle.fulfillment.fulfillment import Fulfillment
from omscore.lifecycle.fulfillment.messages import OfLot
from omscore.lifecycle.order.order import Share
from omscore.orchestration import reserving
from omscore.orchestration.expiring import node_at

Left = Mapping[ReservationId, Sequence[Part]]
"""The parts that leave with each reservation; what is beyond them nobody tells apart."""
UNKNOWN: Left = MappingProxyType({})
"""Nothing is known of lots."""


@define
class _Shelf:
    """What is left at a position while units are taken from it."""

    position: PositionId
    on_hand: int
    lots: Lots

    def take(self, parts: Iterable[Part]) -> Iterator[Part]:
        """Take *parts*, which are there."""
        for one in parts:
            self.on_hand -= one.units
            if one.lot != PLAIN:
                self.lots[None, one.lot] -= one.units
            yield one

    def of(self, asked: OfLot, units: int) -> list[Part]:
        """Take up to *units* that may be meant by *asked*, what expires first before others."""
        meant = [one for one in parts_of(self.lots) if one.lot.fits(asked.use_by, asked.lot)]
        return list(self.take(first_of(meant, units)))

    def rest(self, units: int, today: date) -> list[Part]:
        """Take *units* of which nobody has said anything."""
        return list(self.take(leaving(parts_of(self.lots), self.on_hand, units, today)))


@define
class _Leaving:
    """Units that leave with a reservation: their lots, and of how many nobody knows one yet."""

    line: LineId
    reservation: ReservationId
    shelf: _Shelf
    bare: int
    parts: list[Part] = field(factory=list)

    def add(self, parts: Iterable[Part]) -> int:
        """Let them be of *parts*; how many units these are."""
        more = list(parts)
        self.parts += more
        self.bare -= (units := sum(one.units for one in more))
        return units


def lots_leaving(
    changes: Changes, context: Context, shares: Iterable[Share], named: Iterable[OfLot]
) -> Left:
    """The lots of *shares*, which are shipped; `Refused` if fewer of one are there than is said.

    A count since then did not find the units any more, so their lot may be gone from the books.
    """
    leaves = _leaves(changes, shares)
    for asked in sorted(named, key=_unsaid):
        left = asked.quantity
        of_line = [one for one in leaves if one.line == asked.line]
        for one in of_line:
            left -= one.add(one.shelf.of(asked, min(left, one.bare)))
        for one in of_line:
            if left and reserving.missed_by_count(changes, context, one.shelf.position):
                some = Part(None, Lot(asked.use_by, asked.lot), min(left, one.bare))
                left -= one.add([some])
        if left:
            raise Refused(NotOfLot(asked.quantity, asked.quantity - left))
    for one in leaves:
        today = reserving.today_at(changes, node_at(one.shelf.position), context)
        one.add(one.shelf.rest(one.bare, today))
    return {one.reservation: one.parts for one in leaves}


def _unsaid(asked: OfLot) -> int:
    return (asked.lot is None) + (asked.use_by is None)


def _leaves(changes: Changes, shares: Iterable[Share]) -> list[_Leaving]:
    shelves, found = dict[PositionId, _Shelf](), list[_Leaving]()
    for share in shares:
        if (held := share.group.reservation) is not None:
            position = changes.require(RESERVATION.key(held)).position
            if position not in shelves:
                there = changes.get(POSITION.key(position)) or Position()
                on_hand = [one for one in there.lots if one.day is None]
                shelves[position] = _Shelf(position, there.on_hand, lots_of(on_hand))
            found.append(_Leaving(share.line, held, shelves[position], share.quantity))
    return found


def told_apart(shares: Iterable[Share], left: Left) -> list[OfLot]:
    """What is known of the lots of *shares* that have *left*."""
    units = Counter[tuple[LineId, Lot]]()
    for share in shares:
        held = share.group.reservation
        for one in left.get(held, ()) if held is not None else ():
            units[share.line, one.lot] += one.units
    return [
        OfLot(line, count, use_by=lot.use_by, lot=lot.name)
        for (line, lot), count in units.items()
        if lot != PLAIN
    ]


def shipped(works: Iterable[Fulfillment], line: LineId) -> list[Lot]:
    """The lots of what was shipped of *line* by *works*, plain ones too, each of them once."""
    units = Counter[Lot]()
    for work in works:
        for task in work.tasks:
            units[PLAIN] += task.quantity if task.line == line else 0
        for one in work.lots:
            if one.line == line:
                units[Lot(one.use_by, one.lot)] += one.quantity
                units[PLAIN] -= one.quantity
    return [lot for lot, count in units.items() if count > 0]

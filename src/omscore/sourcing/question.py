"""What a plan is asked for, and everything that it rests on, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from attrs import field, frozen

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import NodeId, Sku
from omscore.network.capacity import CAPACITY_KINDS, Slot
from omscore.network.facts import Network
from omscore.sourcing.need import Need

Rows = Sequence[tuple[date, int]]
Spans = Sequence[tuple[date, date]]


def _needs(_: object, __: object, value: tuple[Need, ...]) -> None:
    seen = set[str]()
    for place, need in enumerate(value):
        at = f"$.needs[{place}]"
        if type(need.quantity) is not int or need.quantity < 1:
            raise Unreadable("a whole number of units, at least one", f"{at}.quantity")
        _whole(at, least=1, priority=need.priority, each=need.each)
        _whole(at, weight_g=need.weight_g, price=need.price, penalty=need.penalty)
        for n, other in enumerate(need.substitutes):
            of = f"{at}.substitutes[{n}]"
            _whole(of, weight_g=other.weight_g, penalty=other.penalty)
        if not need.to:
            raise Unreadable("a destination", f"{at}.to")
        if need.line in seen:
            raise Unreadable("a line that no other need is of", f"{at}.line")
        seen.add(need.line)


def _whole(at: str, *, least: int = 0, **figures: object) -> None:
    for name, figure in figures.items():
        if type(figure) is not int or figure < least:
            few = "at least one" if least else "zero or more"
            raise Unreadable(f"a whole number, {few}", f"{at}.{name}")


def _room(_: object, __: object, value: Mapping[Slot, int]) -> None:
    for (node, kind, day), left in value.items():
        at = f"$.room.{node}.{kind}.{day}"
        if kind not in CAPACITY_KINDS:
            raise Unreadable(f"one of {', '.join(CAPACITY_KINDS)}", at)
        if type(left) is not int or left < 0:
            raise Unreadable("a whole number, zero or more", at)


@frozen
class Question:
    """Everything that a plan rests on, as plain values.

    *stock* says how many units of a sku may be promised at a node from which day on: rows that only
    rise; a missing one, or one of nothing or less, is no stock.  *room* is what is left of a node's
    days, by kind: of a node with a limit, the days that it names are offered and no others, and
    what is limited and not named is full.
    *cooling* are nodes that rejected this before, and are not asked now; *rejections* say how often
    each did so.  *use_by* says how many units of a node's stock must be used by which day: rows
    that only rise.  *closed* are spans of ship days, both ends included, on which less of a sku may
    leave than *stock* says, since units expire: nothing of it is offered then.

    The latest day of a need may be over, or before the wanted one: nobody can order so, but what
    was ordered may have waited too long, and whoever looks for a sooner plan asks for one by then.
    """

    needs: tuple[Need, ...] = field(validator=_needs)
    network: Network
    now: datetime
    stock: Mapping[tuple[NodeId, Sku], Rows] = field(factory=dict)
    room: Mapping[Slot, int] = field(factory=dict, validator=_room)
    cooling: frozenset[NodeId] = frozenset()
    rejections: Mapping[NodeId, int] = field(factory=dict)
    use_by: Mapping[tuple[NodeId, Sku], Rows] = field(factory=dict)
    closed: Mapping[tuple[NodeId, Sku], Spans] = field(factory=dict)

"""The days of nodes: what orders and quotes take of them, booked and given back.

What an order takes of a day is counted over all its units there: whatever joins or leaves them
books or gives back the difference, so that a second unit of a line is no second line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from omscore.kernel.errors import ensure
from omscore.kernel.ids import NodeId
from omscore.kernel.keys import Changes, Key
from omscore.lifecycle.order.order import Order
from omscore.network.capacity import (
    CAPACITY,
    CAPACITY_KINDS,
    Capacity,
    CapacityFreed,
    DayFull,
    Sending,
    Slot,
    book,
    capacity_id,
    taken,
)
from omscore.network.facts import THE_NETWORK, Network, Node


def reads_of(node: NodeId, day: date) -> Iterator[Key[Capacity]]:
    """What is booked of a day, by every kind: a limit may have been dropped since."""
    for kind in CAPACITY_KINDS:
        yield CAPACITY.key(capacity_id(node, kind, day))


def limits_of(node: Node, day: date) -> Iterator[Key[Capacity]]:
    """What is booked of a day, by every kind of which it takes only so many."""
    for kind in node.capacity:
        yield CAPACITY.key(capacity_id(node.id, kind, day))


def left(
    changes: Changes, node: Node, day: date, asking: Order | None
) -> Iterator[tuple[Slot, int]]:
    """What a day can still take, by every kind of which it takes only so many.

    The order that is *asking* is no further order on a day on which it has units already.
    """
    for kind, most in node.capacity.items():
        booked = changes.get(CAPACITY.key(capacity_id(node.id, kind, day))) or Capacity()
        there = kind == "orders" and asking is not None and _is_on(asking, node, day)
        yield (node.id, kind, day), max(0, most - booked.used) + there


def _is_on(order: Order, node: Node, day: date) -> bool:
    return any((one.node, one.day) == (node.id, day) for one in sendings_of(order))


def sendings_of(order: Order) -> Iterator[Sending]:
    """All units of an *order* that have a node and a day, those that have left included."""
    for id_, line in order.lines.items():
        for group, quantity in line.units.items():
            if group.node is not None and group.ship_day is not None:
                way = group.to, group.method, group.via, quantity
                yield Sending(id_, group.node, group.ship_day, *way)


def book_more(changes: Changes, before: Iterable[Sending], more: Iterable[Sending]) -> None:
    """Book what *more* takes beside what was there *before*, where there are limits."""
    before = list(before)
    nodes = (changes.get(THE_NETWORK) or Network()).nodes
    for slot, used in sorted((taken([*before, *more]) - taken(before)).items()):
        limit = nodes[slot[0]].capacity.get(slot[1])
        if limit is not None:
            key = CAPACITY.key(capacity_id(*slot))
            answer = book(changes.get(key), used, limit)
            ensure(not isinstance(answer, DayFull), "a verified plan is within capacity")
            changes.tell(key, [answer])


def give_back(changes: Changes, before: Iterable[Sending], after: Iterable[Sending] = ()) -> None:
    """Give back what was taken *before* and is not *after*, as far as it was booked."""
    for slot, unused in sorted((taken(before) - taken(after)).items()):
        key = CAPACITY.key(capacity_id(*slot))
        if (capacity := changes.get(key)) is not None and capacity.used:
            changes.tell(key, [CapacityFreed(min(unused, capacity.used))])

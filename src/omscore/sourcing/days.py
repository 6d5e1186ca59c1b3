"""The days of nodes that take only so much: which can be offered, and what is left of them.

A day with a limit takes so many units, lines, orders and parcels.  One order is one order wherever
it is: a day on which none is left is not offered, and otherwise it is no constraint.  Units, lines
and parcels are rooms of the problem.  What leaves for a link is no parcel of the problem, so that
where goods may come by links, days are not offered of which lines or parcels could be too few.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from datetime import date

from attrs import define, field

from omscore.kernel.ids import NodeId
from omscore.network.capacity import CapacityKind
from omscore.network.facts import Node
from omscore.sourcing.problem import Room
from omscore.sourcing.question import Question

Day = tuple[NodeId, date]


def limited(node: Node) -> bool:
    """Whether a day of *node* takes only so much."""
    return bool(node.capacity)


def load_percent(question: Question, node: Node, day: date) -> int | None:
    """How much of a day is taken, in whole percent, by the kind of which least is left.

    None without a limit, or where the day is not offered.
    """
    if not node.capacity:
        return None
    loads = [
        100 * (most - min(left, most)) // most if most else 100
        for kind, most in node.capacity.items()
        if (left := question.room.get((node.id, kind, day))) is not None
    ]
    return max(loads, default=None)


@define
class Days:
    """The days of the nodes of a *question* that are limited; *linked* as said above."""

    question: Question
    linked: bool = False
    offered: dict[NodeId, dict[date, int]] = field(factory=dict, init=False)
    """The days that are named and not full, in order, with how many units each can take."""
    tight: set[Day] = field(factory=set, init=False)
    """Those of them that could be too few in lines or parcels for all that is wanted."""

    def __attrs_post_init__(self) -> None:
        room, nodes = self.question.room, self.question.network.nodes
        wanted = sum([need.quantity for need in self.question.needs])
        for id_, day in sorted({(id_, day) for id_, _, day in room}):
            node = nodes.get(id_)
            if node is None or not limited(node) or not all(self.left(node, day).values()):
                continue
            if self._could_be_too_few(node, day):
                if self.linked:
                    continue
                self.tight.add((id_, day))
            self.offered.setdefault(id_, {})[day] = room.get((id_, "units", day), wanted)

    def left(self, node: Node, day: date) -> dict[CapacityKind, int]:
        """What is left of a day, by each kind that is limited."""
        room = self.question.room
        return {kind: room.get((node.id, kind, day), 0) for kind in node.capacity}

    def _could_be_too_few(self, node: Node, day: date) -> bool:
        left, needs = self.left(node, day), self.question.needs
        parcels = {(need.to, need.method) for need in needs}
        links = sum(one.node == node.id for one in self.question.network.links.values())
        most = len(parcels) + (links if self.linked else 0)
        return left.get("lines", len(needs)) < len(needs) or left.get("parcels", most) < most

    def rooms(self, on: Mapping[Day, Set[int]], wanted: Mapping[NodeId, int]) -> Iterator[Room]:
        """What the parcels *on* each day must keep; what could not be too much is no constraint."""
        for (id_, day), parcels in on.items():
            if (most := self.offered[id_][day]) < wanted[id_]:
                yield Room(frozenset(parcels), "units", most)
            if (id_, day) in self.tight:
                left = self.left(self.question.network.nodes[id_], day)
                for kind in ("lines", "parcels"):
                    if kind in left:
                        yield Room(frozenset(parcels), kind, left[kind])

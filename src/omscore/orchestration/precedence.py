"""Precedence: who goes first when somebody asks for units that others wait for.

Waiting demand is no reservation: whoever asks may be let pass.  A precedence is a policy of the
host, and so any function of the backlog of a sku and of who asks.  What is left to those who go
first lies at nodes that can send it to them; of what is nowhere of use to them, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any

from attrs import Attribute, define, field, frozen

from omscore.atp.lots import UNLIMITED
from omscore.atp.sharing import rank
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import Method, NodeId, Region
from omscore.network.facts import Network
from omscore.orchestration.backlog import Backlog, Waiting
from omscore.orchestration.by_order import ranks_of
from omscore.sourcing.question import Rows

Precedence = Callable[[Backlog, str | None], Sequence[Waiting]]
"""Who of a backlog goes before who asks: an order, the owner of a request, or somebody.

An order that waits itself keeps its place.
"""


def a_precedence(_: object, attribute: Attribute[Any], value: Any) -> None:
    """A validator: something that can be asked who goes first."""
    if not callable(value):
        raise Unreadable("a function of a backlog and of who asks", f"$.{attribute.name}")


def first_come(backlog: Backlog, who: str | None) -> Sequence[Waiting]:
    """All who came before *who*; a newcomer is behind all who wait."""
    return list(takewhile(lambda waiting: waiting.order != who, backlog.queue))


def whoever_asks(backlog: Backlog, who: str | None) -> Sequence[Waiting]:
    """Nobody: what is there goes to who asks for it, and those who wait get what is left."""
    return ()


@frozen
class ByRank:
    """The lowest rank first, of orders and owners by name; among equals, who came first.

    Who has no rank of his own has the rank *otherwise*.
    """

    ranks: Mapping[str, int] = field(converter=ranks_of, hash=False)
    otherwise: int = field(default=0, validator=rank)

    def __call__(self, backlog: Backlog, who: str | None) -> Sequence[Waiting]:
        """All of a lower rank, and those of the same rank that came before *who*."""
        mine, before = self._rank(who), first_come(backlog, who)
        return [
            waiting
            for place, waiting in enumerate(backlog.queue)
            if waiting.order != who
            and (self._rank(waiting.order), place >= len(before)) < (mine, True)
        ]

    def _rank(self, who: str | None) -> int:
        return self.otherwise if who is None else self.ranks.get(who, self.otherwise)


# --- what is left to them, and where ----------------------------------------------------------


_Way = tuple[Region, Method] | None


def served_from(waiting: Iterable[Waiting], network: Network, node: NodeId) -> Sequence[Waiting]:
    """Those of *waiting* whose units could come from *node*."""
    found, ways = list(waiting), dict[_Way, bool]()
    for way in map(_way, found):
        if way not in ways:
            ways[way] = bool(_senders(way, network, [node]))
    return [one for one in found if ways[_way(one)]]


def waiting_at(ahead: Iterable[Waiting], network: Network, node: NodeId) -> int:
    """How many units of those *ahead* could come from *node*."""
    return sum(one.quantity for one in served_from(ahead, network, node))


def less(
    rows: Mapping[NodeId, Rows], ahead: Iterable[Waiting], network: Network
) -> Mapping[NodeId, Rows]:
    """The *rows* of each node, from which day on how much, without what is left to those *ahead*.

    It is taken from every day: what comes first is for who goes first.
    """
    there = {node: max(0, of_node[-1][1]) for node, of_node in rows.items() if of_node}
    left = left_to(ahead, network, there)
    return {node: _without(of_node, left.get(node, 0)) for node, of_node in rows.items()}


def _without(rows: Rows, units: int) -> Rows:
    if not units:
        return rows
    return [(day, there if there >= UNLIMITED else max(0, there - units)) for day, there in rows]


def left_to(
    ahead: Iterable[Waiting], network: Network, there: Mapping[NodeId, int]
) -> dict[NodeId, int]:
    """How many of the units that are *there* at each node are left to those *ahead*.

    It is for as many of their units as can be served, from the first nodes of each: whoever came
    before moves to another node where that makes room (augmenting paths: Ford and Fulkerson,
    *Flows in Networks*, 1962).
    """
    seats = _Seats(dict(there))
    for way, units in _by_way(ahead).items():
        seats.seat(tuple(_senders(way, network, there)), units)
    return {node: units - seats.free[node] for node, units in there.items()}


def _by_way(ahead: Iterable[Waiting]) -> dict[_Way, int]:
    ways = dict[_Way, int]()
    for one in ahead:
        ways[_way(one)] = ways.get(_way(one), 0) + one.quantity
    return ways


def _way(waiting: Waiting) -> _Way:
    if waiting.to is None or waiting.method is None:
        return None
    return waiting.to, waiting.method


def _senders(way: _Way, network: Network, nodes: Iterable[NodeId]) -> Sequence[NodeId]:
    """Those of *nodes* whose stock gets there; all of them, if nobody knows where that is."""
    if way is None:
        return list(nodes)
    sending = {node.id for node in network.sending(*way)}
    return [node for node in nodes if node in sending]


@define(eq=False)
class _Seats:
    """The units that are *free* at each node, and who was given others there, by his nodes."""

    free: dict[NodeId, int]
    _given: dict[NodeId, dict[tuple[NodeId, ...], int]] = field(factory=dict, init=False)

    def seat(self, nodes: tuple[NodeId, ...], units: int) -> None:
        """Give as many of *units* as can be to who can be served from *nodes*."""
        while units and (given := self._seated(nodes, units, set())):
            units -= given

    def _seated(self, nodes: tuple[NodeId, ...], units: int, passed: set[NodeId]) -> int:
        """Units given at one of *nodes*, where others may move to nodes that are not *passed*."""
        for node in nodes:
            if node not in passed and (free := min(units, self.free[node])):
                return self._give(node, nodes, free)
        for node in nodes:
            if node not in passed:
                passed.add(node)
                for other, had in [*self._given.get(node, {}).items()]:
                    if had and (moved := self._seated(other, min(units, had), passed)):
                        self._give(node, other, -moved)
                        return self._give(node, nodes, moved)
        return 0

    def _give(self, node: NodeId, nodes: tuple[NodeId, ...], units: int) -> int:
        given = self._given.setdefault(node, {})
        given[nodes] = given.get(nodes, 0) + units
        self.free[node] -= units
        return units

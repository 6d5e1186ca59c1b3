"""Seating: at which nodes, and for which day, the units of a line can be had.

The days are tried in their order, the one asked for first.  On each day, in this order:

1. the first node of the group that has all units;
2. all nodes together, those that come first in the group giving as much as they have;
3. the same after other reservations have given way: each moves, whole, to a node of its own group
   that has room, or that has it when another has given way there (augmenting paths: Ford and
   Fulkerson, *Flows in Networks*, 1962).  Those that expire last are asked first, then by id.

For reservations of one unit and one day the third step finds room whenever there is any; where they
are larger it is a search that may miss some.  It ends after `STEPS` tries in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from attrs import define, field

from omscore.atp.drafts import Draft
from omscore.atp.position import PositionId, position_id
from omscore.atp.requests import Wanted
from omscore.atp.terms import Terms
from omscore.kernel.ids import NodeId, ReservationId, Sku
from omscore.orchestration.backlog import Waiting
from omscore.orchestration.desk import Desk
from omscore.orchestration.precedence import left_to

STEPS = 256


class Seat(NamedTuple):
    """Units at a node, for a day."""

    position: PositionId
    node: NodeId
    day: date
    units: int


Selling = Callable[[NodeId, str | None], Terms]
"""On what terms units at a node are promised to who sells through a channel."""


@define(eq=False)
class Seating:
    """The search for a sku at a *group* of nodes, for who sells through *channel*.

    *selling* gives the terms of who asks, and of those who give way for it.
    """

    desk: Desk
    sku: Sku
    group: Sequence[NodeId]
    selling: Selling
    channel: str | None
    terms: Mapping[NodeId, Terms] = field(init=False)
    _drafts: list[tuple[NodeId, Draft]] = field(init=False)
    _left: Mapping[NodeId, int] = field(factory=dict, init=False)
    _steps: int = field(default=STEPS, init=False)

    def __attrs_post_init__(self) -> None:
        self.terms = {node: self.selling(node, self.channel) for node in self.group}
        self._drafts = [(node, self._draft(node)) for node in self.group]

    def _at(self, node: NodeId) -> PositionId:
        return position_id(node, self.sku)

    def _draft(self, node: NodeId) -> Draft:
        return self.desk.draft(self._at(node))

    def begin(self, ahead: Sequence[Waiting]) -> None:
        """Begin a search; what those *ahead* wait for is left to them."""
        self._left, self._steps = {}, STEPS
        if ahead:
            there = {node: max(0, draft.available(date.max)) for node, draft in self._drafts}
            self._left = left_to(ahead, self.desk.network, there)

    # --- what is there ------------------------------------------------------------------------

    def _units(self, node: NodeId, draft: Draft, day: date | None) -> int:
        """How many units *node* has to give for *day*."""
        there = draft.available(draft.today if day is None else day, self.terms[node])
        return max(0, there - self._left.get(node, 0) if self._left else there)

    def available(self, day: date | None) -> int:
        """How many units all nodes have to give for *day*."""
        return sum(self._units(node, draft, day) for node, draft in self._drafts)

    def days(self, wanted: Wanted) -> list[date | None]:
        """The day that is asked for, and the later ones at which there may be more."""
        if not wanted.within_days:
            return [wanted.day]
        first = min(_day(draft, wanted.day) for _, draft in self._drafts)
        last = first + timedelta(days=wanted.within_days)
        return [wanted.day, *(day for day in self._later(wanted) if day <= last)]

    def _later(self, wanted: Wanted) -> list[date]:
        later = set[date]()
        for node, draft in self._drafts:
            start = _day(draft, wanted.day)
            later.update(day for day in draft.days(start, self.terms[node]) if day > start)
        return sorted(later)

    def later(self, wanted: Wanted) -> date | None:
        """The first day after the one asked for on which all units could be had."""
        return next(
            (day for day in self._later(wanted) if self.available(day) >= wanted.quantity), None
        )

    # --- who gets what ------------------------------------------------------------------------

    def seats(self, wanted: Wanted) -> Sequence[Seat]:
        """Seats for all units, on one day; none, if there is no such day."""
        for day in self.days(wanted):
            if found := self._whole(day, wanted.quantity):
                return found
            if self.available(day) >= wanted.quantity or self._make_room(day, wanted.quantity):
                return self._whole(day, wanted.quantity) or list(self._each(day, wanted.quantity))
        return ()

    def some(self, wanted: Wanted) -> Iterator[Seat]:
        """Seats for as many units as there are, as early as there are.

        Each must be taken before the next is asked for.
        """
        left = wanted.quantity
        for day in self.days(wanted):
            while left and (self.available(day) or self._make_room(day, 1)):
                for seat in self._whole(day, left) or self._each(day, left):
                    left -= seat.units
                    yield seat

    def _whole(self, day: date | None, units: int) -> Sequence[Seat]:
        """The first node that has all units."""
        for node, draft in self._drafts:
            if self._units(node, draft, day) >= units:
                return (Seat(self._at(node), node, _day(draft, day), units),)
        return ()

    def _each(self, day: date | None, units: int) -> Iterator[Seat]:
        """As much of each node as it has, until it is enough."""
        for node, draft in self._drafts:
            if taken := min(units, self._units(node, draft, day)):
                units -= taken
                yield Seat(self._at(node), node, _day(draft, day), taken)

    # --- who gives way ------------------------------------------------------------------------

    def _make_room(self, day: date | None, units: int) -> bool:
        """Let others give way until the group has *units*; if it never has, nobody moves."""
        mark = self.desk.mark()
        while (there := self.available(day)) < units:
            gone = any(self._one_leaves(node, day, set(self.group)) for node in self.group)
            if not gone or self.available(day) <= there:
                self.desk.back(mark)
                return False
        return True

    def _one_leaves(self, node: NodeId, day: date | None, passed: set[NodeId]) -> bool:
        """Let one reservation leave *node*, which has more then, for one that is not *passed*."""
        draft = self._draft(node)
        before = draft.available(at := _day(draft, day))
        for id_, kept in self.desk.movable(self._at(node)):
            mark = self.desk.mark()
            if self._goes(id_, kept.group, passed):
                if draft.available(at) > before:
                    return True
                self.desk.back(mark)
        return False

    def _goes(self, id_: ReservationId, group: Sequence[NodeId], passed: set[NodeId]) -> bool:
        """Let a reservation move to another node of its *group*, which may have to be made free."""
        for node in group:
            if node in passed or self._steps <= 0:
                continue
            self._steps -= 1
            passed.add(node)
            if self._has_room(id_, node, passed):
                if (kept := self.desk.held(id_)) is not None:
                    self.desk.move(id_, kept, self._at(node))
                return True
        return False

    def _has_room(self, id_: ReservationId, node: NodeId, passed: set[NodeId]) -> bool:
        """Whether *node* has, or can be given, room for a reservation."""
        if (kept := self.desk.held(id_)) is None:
            return False
        mark, draft = self.desk.mark(), self._draft(node)
        terms = self.selling(node, kept.channel)
        while (there := draft.available(kept.day, terms)) < kept.open:
            gone = self._one_leaves(node, kept.day, passed)
            if not gone or draft.available(kept.day, terms) <= there:
                self.desk.back(mark)
                return False
        return True


def _day(draft: Draft, day: date | None) -> date:
    return draft.today if day is None else max(day, draft.today)

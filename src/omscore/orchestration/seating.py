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

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from attrs import define, field

from omscore.atp.drafts import Draft
from omscore.atp.position import PositionId, position_id
from omscore.atp.requests import Wanted
from omscore.kernel.ids import NodeId, ReservationId, Sku
from omscore.orchestration.desk import Desk

STEPS = 256


class Seat(NamedTuple):
    """Units at a node, for a day."""

    node: NodeId
    day: date
    units: int


@define(eq=False)
class Seating:
    """The search for one line, at a *group* of nodes; *ahead* units are left to those who wait.

    They are thought to be served from the first nodes.
    """

    desk: Desk
    sku: Sku
    group: Sequence[NodeId]
    ahead: int = 0
    _steps: int = field(default=STEPS, init=False)
    _left: Mapping[NodeId, int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        left, ahead = dict[NodeId, int](), self.ahead
        for node in self.group:
            left[node] = min(ahead, max(0, self._draft(node).available(date.max))) if ahead else 0
            ahead -= left[node]
        self._left = left

    def _at(self, node: NodeId) -> PositionId:
        return position_id(node, self.sku)

    def _draft(self, node: NodeId) -> Draft:
        return self.desk.draft(self._at(node))

    # --- what is there ------------------------------------------------------------------------

    def _day(self, node: NodeId, day: date | None) -> date:
        today = self._draft(node).today
        return today if day is None else max(day, today)

    def _units(self, node: NodeId, day: date | None) -> int:
        """How many units *node* has to give for *day*."""
        return max(0, self._draft(node).available(self._day(node, day)) - self._left[node])

    def available(self, day: date | None) -> int:
        """How many units all nodes have to give for *day*."""
        return sum(self._units(node, day) for node in self.group)

    def days(self, wanted: Wanted) -> list[date | None]:
        """The day that is asked for, and the later ones at which there may be more."""
        if not wanted.within_days:
            return [wanted.day]
        first = min(self._day(node, wanted.day) for node in self.group)
        last = first + timedelta(days=wanted.within_days)
        return [wanted.day, *(day for day in self._later(wanted) if day <= last)]

    def _later(self, wanted: Wanted) -> list[date]:
        later = set[date]()
        for node in self.group:
            start = self._day(node, wanted.day)
            later.update(day for day in self._draft(node).days(start) if day > start)
        return sorted(later)

    def later(self, wanted: Wanted) -> date | None:
        """The first day after the one asked for on which all units could be had."""
        return next(
            (day for day in self._later(wanted) if self.available(day) >= wanted.quantity), None
        )

    # --- who gets what ------------------------------------------------------------------------

    def seats(self, wanted: Wanted) -> list[Seat]:
        """Seats for all units, on one day; none, if there is no such day."""
        for day in self.days(wanted):
            found = list(self._seats(day, wanted.quantity))
            if sum(seat.units for seat in found) == wanted.quantity:
                return found
            if self._make_room(day, wanted.quantity):
                return list(self._seats(day, wanted.quantity))
        return []

    def some(self, wanted: Wanted) -> Iterator[Seat]:
        """Seats for as many units as there are, as early as there are.

        Each must be taken before the next is asked for.
        """
        left = wanted.quantity
        for day in self.days(wanted):
            while left and (self.available(day) or self._make_room(day, 1)):
                for seat in self._seats(day, left):
                    left -= seat.units
                    yield seat

    def _seats(self, day: date | None, units: int) -> Iterator[Seat]:
        for node in self.group:
            if self._units(node, day) >= units:
                yield Seat(node, self._day(node, day), units)
                return
        for node in self.group:
            if taken := min(units, self._units(node, day)):
                units -= taken
                yield Seat(node, self._day(node, day), taken)

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
        before = self._draft(node).available(self._day(node, day))
        for id_, kept in self.desk.movable(self._at(node)):
            mark = self.desk.mark()
            if self._goes(id_, kept.group, passed):
                if self._draft(node).available(self._day(node, day)) > before:
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
        while (there := draft.available(kept.day)) < kept.open:
            if not self._one_leaves(node, kept.day, passed) or draft.available(kept.day) <= there:
                self.desk.back(mark)
                return False
        return True

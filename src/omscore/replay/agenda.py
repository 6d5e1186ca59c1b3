"""What will happen in the simulated world, by time; at one time in a named order.

Nothing in it rests on the order in which it was put there, so a run that is taken up again goes
through the same moments as one that was never interrupted.
"""

from __future__ import annotations

from datetime import datetime
from heapq import heappop, heappush
from typing import Generic, TypeVar

from attrs import define, field, frozen

A = TypeVar("A")
A_co = TypeVar("A_co", covariant=True)


@frozen
class Doing:
    """A *command* that somebody outside gives, under a *key* that no other command has."""

    command: object
    key: str
    actor: str


@frozen
class Coming(Generic[A_co]):
    """An *act* that happens at an instant; acts of one instant happen by *rank*, then by *name*."""

    at: datetime
    rank: int
    name: str
    act: A_co


@define
class Agenda(Generic[A]):
    """The acts that are still to come."""

    _heap: list[tuple[datetime, int, str, Coming[A]]] = field(factory=list)

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, coming: Coming[A]) -> None:
        """Put an act where its time is."""
        heappush(self._heap, (coming.at, coming.rank, coming.name, coming))

    @property
    def next_at(self) -> datetime | None:
        """When the next act happens; None if there is none."""
        return self._heap[0][0] if self._heap else None

    def take(self) -> Coming[A]:
        """The next act, which is then no longer to come."""
        return heappop(self._heap)[-1]

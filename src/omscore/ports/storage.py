"""Where everything is kept.  What an adapter must do is `omscore.testing.contracts.storage`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from omscore.kernel.errors import Broken
from omscore.kernel.keys import Key, Kind, Listing, Versioned
from omscore.kernel.recorded import Recorded
from omscore.kernel.todo import Todo


@frozen
class Write:
    """What to keep for one key: its new state and version, and the events that led to it.

    With events, the version grows by their number; a process has none, and grows by one.
    """

    state: object
    version: int
    events: tuple[Recorded[object], ...] = ()


@frozen
class Answer:
    """That a command was done: the *digest* of what was asked, and how many events it led to."""

    command: str
    digest: str
    events: int


@frozen(kw_only=True)
class Saving:
    """What one command changes, all or nothing.

    *expected* names the version of every written key and of every guard.  *done* are ids of todos
    that this finishes; they are taken away before *todos* are added, so one may be postponed.
    """

    writes: Mapping[Key[object], Write] = field(factory=dict)
    expected: Mapping[Key[object], int] = field(factory=dict)
    todos: Sequence[Todo] = ()
    done: Sequence[str] = ()
    answer: Answer | None = None


def ensure_counted(saving: Saving) -> None:
    """Stop with `Broken` unless each write, and each event in it, counts on from what it expects.

    For adapters, to call before they keep anything.
    """
    for key, write in saving.writes.items():
        before = saving.expected.get(key)
        if before is None or write.version != before + max(1, len(write.events)):
            raise Broken(f"{key} does not count on from the version that it was read at")
        for version, event in enumerate(write.events, start=before + 1):
            if event.version != version or event.key != key:
                raise Broken(f"an event of {key} is not in the order of its versions")


@frozen
class Outgoing:
    """An event and its place in the order of saving."""

    position: int
    recorded: Recorded[object]


class UnitOfWork(Protocol):
    """One transaction on the store; begun for one attempt at one command, then thrown away.

    What it reads is of one moment, which is not before it was begun; after `save` it is asked
    nothing more.
    """

    def get(self, keys: Iterable[Key[object]], /) -> Mapping[Key[object], Versioned]:
        """What is kept at *keys*, without locks and as of one moment; `Conflict` if it cannot.

        A key that was never saved is at version 0 and has no state.
        """
        ...

    def listed(self, listing: Listing[object], /) -> Sequence[Key[object]]:
        """The keys on a list, by id, as of the same moment; no more than it names as its most."""
        ...

    def named(
        self, kind: Kind[object], prefix: str, /, *, after: str = "", limit: int = 1000
    ) -> Sequence[Key[object]]:
        """Keys of *kind* that are kept, whose ids begin with *prefix* and are beyond *after*.

        By id, at most *limit* of them; so that whoever goes on after the last one misses none that
        was there when he began.
        """
        ...

    def answer(self, command: str, /) -> Answer | None:
        """What is kept about a command that was done before."""
        ...

    def save(self, saving: Saving, /) -> None:
        """Keep all of *saving*, or nothing and raise `Conflict`.

        `Conflict` unless every expected key is still at its version, every event id and the
        answer's command are new, and every todo of *done* is still there.  A todo whose id is
        known is not stored again.
        """
        ...

    def todo(self, until: datetime, /, *, limit: int = 100) -> Sequence[Todo]:
        """What is due by *until*, earliest first, then by id; at most *limit* of it."""
        ...

    def history(self, /, *keys: Key[object]) -> Sequence[Recorded[object]]:
        """Every event of these aggregates, in the order of saving; so those of one by version."""
        ...

    def since(self, moment: datetime, /, *keys: Key[object]) -> Sequence[Recorded[object]]:
        """Of each of these aggregates, every event after its last one recorded by *moment*.

        In the order of saving.  It costs as much as it finds, however long a history is.
        """
        ...

    def events(self, ids: Sequence[str], /) -> Sequence[Recorded[object]]:
        """The events of these ids, in that order; an unknown id is left out."""
        ...

    def outbox(self, after: int = 0, /, *, limit: int = 1000) -> Sequence[Outgoing]:
        """Events at places beyond *after*, in the order of saving; at most *limit* of them.

        Who continues after the last place that it got misses no event.  For that a store may hold
        events back while others, which began to be saved before them, are not settled yet.
        """
        ...


class Storage(Protocol):
    """A place to keep one tenant's aggregates, events and todos."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that sees the store as it is now, or when it first reads.

        Leaving it gives up what is unsaved.
        """
        ...

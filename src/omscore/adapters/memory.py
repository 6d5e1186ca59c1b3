"""A store in dictionaries: for tests, tutorials and small hosts.  Safe to share among threads.

It never blocks a reader: each row remembers the save that wrote it, and a unit of work that meets
a row younger than itself is told so by a `Conflict`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from heapq import heappop, heappush, nsmallest
from threading import Lock

from attrs import define, field, frozen

from omscore.kernel.errors import Conflict, ensure
from omscore.kernel.keys import Key, Kind, Listing, Versioned
from omscore.kernel.recorded import Recorded
from omscore.kernel.todo import Todo
from omscore.ports.storage import Answer, Outgoing, Saving, Write, ensure_counted


@frozen
class _Row:
    """What is kept at a key, the number of the save that wrote it, and its list."""

    kept: Versioned
    saved: int
    word: str | None


_Kept = tuple[Versioned, str | None]


def _kept(key: Key[object], write: Write) -> _Kept:
    """A state with its version and margin, and the list that it is on."""
    state, kind = write.state, key.kind
    return Versioned(state, write.version, kind.margin(state)), kind.listed(state)


@define
class _List:
    """The ids on a list, and the number of the save that last changed it."""

    ids: set[str] = field(factory=set)
    saved: int = 0


@define
class _Agenda:
    """Todos by id, and a heap of when they are due.

    What is done stays on the heap until its time comes; then it is recognized and dropped.
    """

    todos: dict[str, Todo] = field(factory=dict)
    heap: list[tuple[datetime, str]] = field(factory=list)

    def add(self, todo: Todo) -> None:
        if todo.id not in self.todos:
            self.todos[todo.id] = todo
            heappush(self.heap, (todo.due, todo.id))

    def due(self, until: datetime, limit: int) -> list[Todo]:
        found = dict[str, Todo]()
        while self.heap and self.heap[0][0] <= until and len(found) < limit:
            due, id_ = heappop(self.heap)
            if (todo := self.todos.get(id_)) is not None and todo.due == due:
                found[id_] = todo
        for todo in found.values():
            heappush(self.heap, (todo.due, todo.id))
        return list(found.values())


@define(eq=False)
class MemoryStore:
    """A `Storage` that is gone with its process."""

    _saved: int = field(default=0, init=False)
    _rows: dict[Key[object], _Row] = field(factory=dict, init=False, repr=False)
    _lists: dict[tuple[Kind[object], str], _List] = field(factory=dict, init=False, repr=False)
    _answers: dict[str, tuple[Answer, int]] = field(factory=dict, init=False, repr=False)
    _agenda: _Agenda = field(factory=_Agenda, init=False, repr=False)
    _log: list[Recorded[object]] = field(factory=list, init=False, repr=False)
    _places: dict[str, int] = field(factory=dict, init=False, repr=False)
    _histories: dict[Key[object], list[int]] = field(factory=dict, init=False, repr=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False)

    @contextmanager
    def begin(self) -> Iterator[MemoryWork]:
        """A unit of work that sees the store as it is now."""
        with self._lock:
            work = MemoryWork(self, self._saved, len(self._log))
        yield work

    def _compare(self, saving: Saving) -> None:
        for key, version in saving.expected.items():
            row = self._rows.get(key)
            at = 0 if row is None else row.kept.version
            if at != version:
                raise Conflict(f"{key} is at version {at}, not at {version}")
        events = [event.id for write in saving.writes.values() for event in write.events]
        if len(set(events)) < len(events) or any(id_ in self._places for id_ in events):
            raise Conflict("an event of this id is there already")
        if saving.answer is not None and saving.answer.command in self._answers:
            raise Conflict(f"command {saving.answer.command} is answered already")
        if not all(id_ in self._agenda.todos for id_ in saving.done):
            raise Conflict("somebody else has done the work")

    def _set(self, saving: Saving, kept: Mapping[Key[object], _Kept]) -> None:
        self._saved += 1
        for key, write in saving.writes.items():
            self._write(key, write, *kept[key])
        for id_ in dict.fromkeys(saving.done):
            del self._agenda.todos[id_]
        for todo in saving.todos:
            self._agenda.add(todo)
        if saving.answer is not None:
            self._answers[saving.answer.command] = saving.answer, self._saved

    def _write(self, key: Key[object], write: Write, state: Versioned, word: str | None) -> None:
        was = self._rows.get(key)
        if word != (before := None if was is None else was.word):
            self._move(key, before, word)
        self._rows[key] = _Row(state, self._saved, word)
        for event in write.events:
            self._log.append(event)
            self._places[event.id] = len(self._log)
            self._histories.setdefault(key, []).append(len(self._log))

    def _move(self, key: Key[object], before: str | None, after: str | None) -> None:
        for word in (before, after):
            if word is not None:
                found = self._lists.setdefault((key.kind, word), _List())
                (found.ids.discard if word == before else found.ids.add)(key.id)
                found.saved = self._saved


@frozen
class MemoryWork:
    """One attempt: what was *saved* before it, and how many *events* there were."""

    store: MemoryStore
    saved: int
    until: int

    def get(self, keys: Iterable[Key[object]], /) -> Mapping[Key[object], Versioned]:
        """What is kept at *keys*; `Conflict` if any of it is younger than this attempt."""
        rows = self.store._rows
        found = dict[Key[object], Versioned]()
        for key in keys:
            row = rows.get(key)
            if row is not None and row.saved > self.saved:
                raise Conflict(f"{key} has changed since it was asked for")
            found[key] = _NOTHING if row is None else row.kept
        return found

    def listed(self, listing: Listing[object], /) -> Sequence[Key[object]]:
        """The keys on a list, by id; `Conflict` if it is younger than this attempt."""
        with self.store._lock:
            found = self.store._lists.get((listing.kind, listing.word))
            if found is None:
                return []
            if found.saved > self.saved:
                raise Conflict(f"the list {listing.word} has changed since it was asked for")
            ids = sorted(found.ids) if listing.most is None else nsmallest(listing.most, found.ids)
            return [listing.kind.key(id_) for id_ in ids]

    def named(
        self, kind: Kind[object], prefix: str, /, *, after: str = "", limit: int = 1000
    ) -> Sequence[Key[object]]:
        """Keys of *kind* whose ids begin with *prefix* and are beyond *after*, by id."""
        with self.store._lock:
            ids = (key.id for key in self.store._rows if key.kind == kind)
            found = nsmallest(limit, (id_ for id_ in ids if id_.startswith(prefix) and id_ > after))
        return [kind.key(id_) for id_ in found]

    def answer(self, command: str, /) -> Answer | None:
        """What is kept about a command that was done before this attempt."""
        answer, saved = self.store._answers.get(command, (None, 0))
        return answer if saved <= self.saved else None

    def save(self, saving: Saving, /) -> None:
        """Compare, then set, under one lock."""
        ensure_counted(saving)
        # Asked before anything is set: this is the host's code, and may fail.
        kept = {key: _kept(key, write) for key, write in saving.writes.items()}
        with self.store._lock:
            self.store._compare(saving)
            for key, (state, _) in kept.items():
                ensure((state.margin or 0) >= 0, f"the margin of {key} never falls below zero")
            self.store._set(saving, kept)

    def todo(self, until: datetime, /, *, limit: int = 100) -> Sequence[Todo]:
        """What is due by *until*, earliest first, then by id."""
        with self.store._lock:
            return self.store._agenda.due(until, limit)

    def history(self, /, *keys: Key[object]) -> Sequence[Recorded[object]]:
        """Every event of these aggregates, in the order of saving."""
        with self.store._lock:
            places = {place for key in keys for place in self.store._histories.get(key, ())}
        return [self.store._log[place - 1] for place in sorted(places) if place <= self.until]

    def since(self, moment: datetime, /, *keys: Key[object]) -> Sequence[Recorded[object]]:
        """Of each of these aggregates, every event after its last one recorded by *moment*."""
        with self.store._lock:
            places = {place for key in keys for place in self._since(moment, key)}
        return [self.store._log[place - 1] for place in sorted(places)]

    def _since(self, moment: datetime, key: Key[object]) -> Iterator[int]:
        for place in reversed(self.store._histories.get(key, ())):
            if place <= self.until:
                if self.store._log[place - 1].recorded_at <= moment:
                    break
                yield place

    def events(self, ids: Sequence[str], /) -> Sequence[Recorded[object]]:
        """The events of these ids, in that order."""
        places = (self.store._places.get(id_) for id_ in ids)
        return [self.store._log[place - 1] for place in places if place and place <= self.until]

    def outbox(self, after: int = 0, /, *, limit: int = 1000) -> Sequence[Outgoing]:
        """Events at places beyond *after*, in the order of saving."""
        last = min(self.until, after + limit)
        return [Outgoing(place + 1, self.store._log[place]) for place in range(after, last)]


_NOTHING = Versioned(None, 0)

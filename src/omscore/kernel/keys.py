"""What a command reads and what it changes: typed keys, states seen, events told.

A `Key[Order]` is also a `Key[object]`, so mixed keys travel together; a look-up by a key gives back
the type of the key, checked where it happens, without a cast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from attrs import define, field, frozen

from omscore.kernel.errors import Broken, ensure

S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)
E_contra = TypeVar("E_contra", contravariant=True)


class Evolve(Protocol[S, E_contra]):
    """The state after *events*; never refuses, for they have happened."""

    def __call__(self, state: S | None, /, *events: E_contra) -> S: ...


def _nowhere(_: object) -> None:
    return None


def _lawful(_: object) -> None:
    return None


def _unbounded(_: object) -> None:
    return None


@frozen(eq=False)
class Kind(Generic[S_co]):
    """A kind of aggregate: a constant of the module that defines it, one for each name.

    *listed* names the list that a state is on (open reservations are listed under their position);
    None is no list.  *law* is checked on every state before it is saved, and raises `Broken`.
    *margin* is the figure of a state that must never fall below zero, which the store itself
    guards; None is no such figure.
    A kind without *events* is a process: it keeps its state, and its history is what it heard.
    """

    name: str
    state: type[S_co]
    evolve: Evolve[Any, Any] | None = field(default=None, repr=False)
    events: tuple[type[object], ...] = field(default=(), repr=False)
    listed: Callable[[Any], str | None] = field(default=_nowhere, repr=False)
    law: Callable[[Any], None] = field(default=_lawful, repr=False)
    margin: Callable[[Any], int | None] = field(default=_unbounded, repr=False)

    def key(self, id_: str, /) -> Key[S_co]:
        """The key of the one named *id_*."""
        return Key(self, id_)

    def under(self, word: str, /, *, most: int | None = None) -> Listing[S_co]:
        """The list of those that are listed under *word*; only the first *most*, if given."""
        return Listing(self, word, most)


class Key(NamedTuple, Generic[S_co]):
    """Names one aggregate.  A tuple, because keys are compared and looked up all the time."""

    kind: Kind[S_co]
    id: str

    def __str__(self) -> str:
        return f"{self.kind.name} {self.id}"

    def narrow(self, state: object) -> S_co | None:
        """*state* as the type of this key; `Broken` if it is of another."""
        if state is None or isinstance(state, self.kind.state):
            return state
        raise Broken(f"{self} is kept as a {type(state).__name__}")


@frozen(cache_hash=True)
class Listing(Generic[S_co]):
    """Names a list of aggregates of one kind.

    A list is no guard: whoever decides on it guards a key that every newcomer to it must change.
    Of a long one, *most* bounds how many are read: the first by id.
    """

    kind: Kind[S_co]
    word: str
    most: int | None = None


@frozen(cache_hash=True)
class Since:
    """Asks for what happened to an aggregate after *moment*."""

    key: Key[object]
    moment: datetime


class Unread(Exception):  # no fault: a question
    """Deciding turned out to need *listings*, *keys* or *pasts*; the shell reads them, and decides
    again.

    Lists are long and seldom needed, so a handler does not read them ahead, nor what they lead to.
    """

    def __init__(
        self,
        listings: Sequence[Listing[object]] = (),
        keys: Sequence[Key[object]] = (),
        pasts: Sequence[Since] = (),
    ) -> None:
        super().__init__(listings, keys, pasts)
        self.listings = listings
        self.keys = keys
        self.pasts = pasts

    @classmethod
    def of(cls, several: Sequence[Unread]) -> Unread:
        """All that *several* ask for, each thing once."""
        return cls(
            list(dict.fromkeys(one for unread in several for one in unread.listings)),
            list(dict.fromkeys(one for unread in several for one in unread.keys)),
            list(dict.fromkeys(one for unread in several for one in unread.pasts)),
        )


@frozen
class Versioned:
    """A state, with the number of times that it changed, and its margin as the store guards it.

    Version 0 has no state.
    """

    state: object
    version: int
    margin: int | None = None


@frozen
class Seen:
    """What was read, all of it as of one moment, for a command that is given *now*."""

    found: Mapping[Key[object], Versioned]
    now: datetime
    lists: Mapping[Listing[object], Sequence[Key[object]]] = field(factory=dict)
    pasts: Mapping[Since, Sequence[object]] = field(factory=dict)

    def get(self, key: Key[S]) -> S | None:
        """The state at *key*; None if there is none, or if it was not read (yet)."""
        found = self.found.get(key)
        return None if found is None else key.narrow(found.state)

    def version(self, key: Key[object]) -> int:
        """The version of what was read at *key*."""
        return self.found[key].version

    def on(self, listing: Listing[S]) -> list[Key[S]]:
        """The keys on *listing*, by id; `Unread` if it was not read yet."""
        return self.on_all([listing])

    def on_all(self, listings: Iterable[Listing[S]]) -> list[Key[S]]:
        """The keys on all of *listings*, one after the other; `Unread` if some were not read yet.

        Those that are missing are read at once.
        """
        asked = list(listings)
        if missing := [one for one in asked if one not in self.lists]:
            raise Unread(missing)
        return [one.kind.key(key.id) for one in asked for key in self.lists[one]]

    def since(self, moment: datetime, *keys: Key[object]) -> list[object]:
        """The events at *keys* that occurred after *moment*; `Unread` if some were not read yet."""
        asked = [Since(key, moment) for key in keys]
        if missing := [one for one in asked if one not in self.pasts]:
            raise Unread(pasts=missing)
        return [event for one in asked for event in self.pasts[one]]

    def demand(self, *keys: Key[object]) -> None:
        """Nothing, if *keys* were read; `Unread` if some were not read yet."""
        if missing := [key for key in keys if key not in self.found]:
            raise Unread(keys=missing)


Occurred = tuple[datetime | None, int | None]
"""When a thing occurred by the word of its source, and its running number there."""


class Change(NamedTuple):
    """What happened to one aggregate, and how that leaves it.

    *occurred* is known of those events, by their place, that have a source of their own.
    """

    events: tuple[object, ...]
    state: object
    occurred: Mapping[int, Occurred] = MappingProxyType({})


@frozen
class Reminder:
    """A deadline that a decision sets: *command* is given to *key* when it is *due*."""

    key: Key[object]
    due: datetime
    command: object


@define
class Changes:
    """What a handler decided: events per key, on top of what was seen.  Reads its own writes.

    *guards* are keys that the decision rests on without changing them.
    """

    seen: Seen
    guards: tuple[Key[object], ...] = ()
    told: dict[Key[object], Change] = field(factory=dict, init=False)
    reminders: dict[str, Reminder] = field(factory=dict, init=False)

    def get(self, key: Key[S]) -> S | None:
        """The state at *key* as the changes so far leave it."""
        return key.narrow(self.told[key].state) if key in self.told else self.seen.get(key)

    def require(self, key: Key[S]) -> S:
        """The state at *key*, which must be there; `Broken` otherwise."""
        if (state := self.get(key)) is None:
            raise Broken(f"{key} is referred to, but is not there")
        return state

    def version(self, key: Key[object]) -> int:
        """The version at which *key* must still be when this is saved; 0 for one that begins."""
        found = self.seen.found.get(key)
        return 0 if found is None else found.version

    def begin(self, key: Key[S], events: Iterable[object], state: S | None = None) -> None:
        """Let *events* be the first at *key*, whose id is new because it follows from the command.

        Nobody has to read it: saving it is a `Conflict` if it is there already.  Who knows the
        *state* that they lead to may say so.
        """
        if self.get(key) is not None:
            raise Broken(f"{key} begins twice")
        if state is None:
            self._tell(key, events)
        else:
            self.told[key] = Change(tuple(events), state)

    def tell(self, key: Key[S], events: Iterable[object]) -> None:
        """Let *events* happen at *key*."""
        if key not in self.seen.found and key not in self.told:
            raise Broken(f"{key} is changed but was not read")
        self._tell(key, events)

    def _tell(self, key: Key[S], events: Iterable[object]) -> None:
        happened = tuple(events)
        if happened and (evolve := key.kind.evolve) is not None:
            told = self.told[key].events if key in self.told else ()
            self.told[key] = Change((*told, *happened), evolve(self.get(key), *happened))

    def remind(self, id_: str, key: Key[object], due: datetime, command: object) -> None:
        """Let *command* be given to *key* when it is *due*; a reminder of this id is set once."""
        self.reminders[id_] = Reminder(key, due, command)

    def join(self, part: Changes, occurred: Occurred | None) -> None:
        """Let *part*, which was decided on top of these changes, happen too."""
        for key, change in part.told.items():
            before = self.told.get(key)
            told = before.events if before is not None else ()
            known = dict(before.occurred) if before is not None else {}
            if occurred is not None:
                known |= dict.fromkeys(range(len(told), len(told) + len(change.events)), occurred)
            self.told[key] = Change((*told, *change.events), change.state, known)
        self.guards += part.guards
        self.reminders |= part.reminders

    def keep(self, key: Key[S], state: S) -> None:
        """Keep *state* at *key* of a process, without an event of its own."""
        ensure(key.kind.evolve is None, f"{key} changes by events only")
        self.told[key] = Change((), state)

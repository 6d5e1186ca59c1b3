"""Who handles which command, and which process hears which event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Never, Protocol, TypeVar, cast

from attrs import field, frozen

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import derived
from omscore.kernel.keys import Changes, Key, Kind, Seen
from omscore.kernel.recorded import Context, Recorded
from omscore.kernel.todo import Hear, Later, Todo

C = TypeVar("C")
C_contra = TypeVar("C_contra", contravariant=True)
React = Callable[[Any, Recorded[Any]], tuple[object, Sequence[Later]]]


class Handler(Protocol[C_contra]):
    """Decides commands of one type from what it asked to see; pure, and built once."""

    def reads(self, command: C_contra, seen: Seen, /) -> Iterable[Key[object]]:
        """The keys to read, given what was seen so far."""
        ...

    def decide(self, command: C_contra, seen: Seen, context: Context, /) -> Changes:
        """What happens; `Refused` where nothing may."""
        ...


@frozen
class Process:
    """What reacts to events of certain types, and keeps a state per aggregate that they are of.

    *hears* says of each type which events matter, so that no todo is stored for the others.
    """

    kind: Kind[object]
    react: React
    hears: Mapping[type[object], Callable[[Any], bool]]


@frozen
class Dispatch:
    """The table of a `Configuration`: a handler per command type, processes per event type."""

    handlers: Mapping[type[object], Handler[Never]]
    processes: Sequence[Process] = ()
    _hearing: Mapping[type[object], Sequence[Process]] = field(init=False)
    _by_kind: Mapping[Kind[object], Process] = field(init=False)

    def __attrs_post_init__(self) -> None:
        hearing: dict[type[object], list[Process]] = {}
        for process in self.processes:
            for type_ in process.hears:
                hearing.setdefault(type_, []).append(process)
        object.__setattr__(self, "_hearing", hearing)
        object.__setattr__(self, "_by_kind", {one.kind: one for one in self.processes})

    def handler(self, command: C) -> Handler[C]:
        """The handler for *command*: by construction it takes that type, hence the cast."""
        if type(command) not in self.handlers:
            raise Unreadable(f"no handler takes a {type(command).__name__}")
        return cast("Handler[C]", self.handlers[type(command)])

    def process(self, kind: Kind[object]) -> Process:
        """The process that keeps states of this kind."""
        return self._by_kind[kind]

    def hearers(self, recorded: Recorded[object], root: str) -> Iterable[Todo]:
        """One todo for each process that is interested in this event."""
        event = recorded.event
        return [
            Todo(
                id=derived(recorded.id, process.kind.name),
                due=recorded.recorded_at,
                key=process.kind.key(recorded.key.id),
                command=Hear(recorded.id),
                causation=root,
            )
            for process in self._hearing.get(type(event), ())
            if process.hears[type(event)](event)
        ]

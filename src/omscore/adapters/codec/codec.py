"""JSON text from states, events and commands, and back, under names that outlive classes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from hashlib import blake2b
from typing import Any, TypeVar

from attrs import field, frozen
from cattrs import Converter

from omscore.adapters.codec import door, kept
from omscore.adapters.codec.shapes import Names
from omscore.kernel.errors import Broken, Unreadable
from omscore.kernel.keys import Key, Kind
from omscore.kernel.todo import Hear

T = TypeVar("T")
Upcast = Callable[[dict[str, Any]], dict[str, Any]]
Upcasters = Mapping[str, Mapping[int, Upcast]]
HEAR = "hear"

_canonical = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True
).encode
_load = json.JSONDecoder().decode


@frozen
class _Shape:
    """How one class is written and read, under which name and version."""

    name: str
    version: int
    write: kept.Write
    read: Callable[[Any], Any]


@frozen(eq=False)
class Codec:
    """Built once with `Codec.of`; safe to share among threads."""

    _kinds: Mapping[str, Kind[object]] = field(repr=False)
    _states: Mapping[str, _Shape]
    _events: Mapping[str, _Shape]
    _commands: Mapping[str, _Shape]
    _by_class: Mapping[type[object], _Shape] = field(repr=False)
    _upcasters: Upcasters = field(repr=False)
    _outside: Names = field(repr=False)
    _door: Converter = field(repr=False)

    @classmethod
    def of(
        cls,
        kinds: Iterable[Kind[object]],
        commands: Mapping[str, type[object]],
        *,
        events: Mapping[str, type[object]],
        internal: Mapping[str, type[object]] | None = None,
        versions: Mapping[str, int] | None = None,
        upcasters: Upcasters | None = None,
    ) -> Codec:
        """A codec for the states of *kinds*, and for commands and events by stable names.

        Every event of every kind has one name in *events*.  *internal* are commands that are kept
        in todos and not taken from outside.  *versions* are those of the events whose shape has
        changed (all others are 1); *upcasters* lead from each older one to the next.  ValueError
        where a name or an upcaster is missing; TypeError for a field that JSON cannot keep.
        """
        known = {kind.name: kind for kind in kinds}
        stored = {**commands, **(internal or {}), HEAR: Hear}
        current, olds = versions or {}, upcasters or {}
        _check_names(known.values(), commands, internal or {}, events)
        _check_versions(events, current, olds)
        names = Names({**stored, **events})
        within = kept.converter(names, known)

        def shape(name: str, type_: Any) -> _Shape:
            read = within.get_structure_hook(type_)
            return _Shape(
                name,
                current.get(name, 1),
                within.get_unstructure_hook(type_),
                lambda value: read(value, type_),
            )

        events_ = {name: shape(name, type_) for name, type_ in events.items()}
        commands_ = {name: shape(name, type_) for name, type_ in stored.items()}
        outside = Names(commands)
        strict = door.converter(outside, known)
        for type_ in commands.values():
            strict.get_structure_hook(type_)
        return cls(
            kinds=known,
            states={name: shape(name, kind.state) for name, kind in known.items()},
            events=events_,
            commands=commands_,
            by_class={names.classes[name]: one for name, one in {**events_, **commands_}.items()},
            upcasters=olds,
            outside=outside,
            door=strict,
        )

    # --- what we keep -------------------------------------------------------------------------

    def key(self, kind: str, id_: str) -> Key[object]:
        """The key of *id_* of the kind of this name; `Broken` if there is no such kind."""
        if (found := self._kinds.get(kind)) is None:
            raise Broken(f"something of the kind {kind} is kept, which has no codec")
        return found.key(id_)

    def write_state(self, kind: str, state: object) -> str:
        """The text of a *state* of the kind of this name."""
        return self._states[kind].write(state)

    def read_state(self, kind: str, text: str) -> object:
        """The state that *text* keeps; `Broken` if it cannot be one."""
        return _trusted(partial(self._read_state, kind, text), kind)

    def write_event(self, event: object) -> tuple[str, int, str]:
        """The stable name of *event*, the version of its shape, and its text."""
        shape = self._shape(event)
        return shape.name, shape.version, shape.write(event)

    def read_event(self, name: str, version: int, text: str) -> object:
        """The event that *text* keeps, in today's shape; `Broken` if it cannot be one."""
        return _trusted(partial(self._read_event, name, version, text), name)

    def write_command(self, command: object) -> str:
        """The text of a *command*, with its name as `type`."""
        shape = self._shape(command)
        return kept.typed(shape.name, shape.write(command))

    def read_command(self, text: str) -> object:
        """The command that *text* keeps; `Broken` if it cannot be one."""
        return _trusted(partial(self._read_command, text), "command")

    # --- what comes from outside --------------------------------------------------------------

    def decode_command(self, text: str | bytes) -> object:
        """The command that *text* asks for: `{"type": "<name>", …fields}`.

        `Unreadable`, with a path, for everything that is not exactly that.
        """
        return door.command(door.parse(text), self._outside, self._door)

    def decode_as(self, type_: type[T], value: object) -> T:
        """A *type_* from *value*, which is made of what JSON is made of; as strict as a command."""
        return self._door.structure(value, type_)

    def digest(self, command: object) -> str:
        """Stands for *command*: equal for equal commands, in every process."""
        text = _canonical(_load(self.write_command(command)))
        return blake2b(text.encode(), digest_size=16).hexdigest()

    # ------------------------------------------------------------------------------------------

    def _shape(self, thing: object) -> _Shape:
        found = self._by_class.get(type(thing))
        if found is None:
            raise Broken(f"a {type(thing).__name__} has no name to be kept under")
        return found

    def _read_state(self, kind: str, text: str) -> object:
        return self._states[kind].read(_load(text))

    def _read_event(self, name: str, version: int, text: str) -> object:
        shape, value = self._events[name], _load(text)
        for old in range(version, shape.version):
            value = self._upcasters[name][old](value)
        return shape.read(value)

    def _read_command(self, text: str) -> object:
        value = _load(text)
        return self._commands[value["type"]].read(value)


def _trusted(read: Callable[[], object], name: str) -> object:
    try:
        return read()
    except (LookupError, ValueError, TypeError, AttributeError, Unreadable) as error:
        raise Broken(f"a kept {name} cannot be read ({type(error).__name__})") from error


def _check_names(
    kinds: Iterable[Kind[object]],
    commands: Mapping[str, type[object]],
    internal: Mapping[str, type[object]],
    events: Mapping[str, type[object]],
) -> None:
    named = [*commands.items(), *internal.items(), *events.items(), (HEAR, Hear)]
    if len({name for name, _ in named}) < len(named):
        raise ValueError("two commands or events go by one name")
    if len({cls for _, cls in named}) < len(named):
        raise ValueError("a command or event goes by two names")
    told = {event for kind in kinds for event in kind.events}
    if missing := told - set(events.values()):
        raise ValueError(f"events without a name: {sorted(cls.__name__ for cls in missing)}")


def _check_versions(
    events: Mapping[str, type[object]], versions: Mapping[str, int], upcasters: Upcasters
) -> None:
    for name in {*versions, *upcasters}:
        if name not in events:
            raise ValueError(f"{name} is no name of an event")
        if set(upcasters.get(name, {})) != set(range(1, versions.get(name, 1))):
            raise ValueError(f"{name} needs one upcaster from each older version to the next")

"""How what we keep ourselves becomes JSON text, and is read from JSON values: quick, and trusting.

Writers give text at once, which is half the work of building values for `json` to write, and what
they give is what `json` would.  Field names are the keys; a field at its default is left out.
Instants, days, times and durations are ISO 8601 text.  A mapping whose keys are no words is a list
of pairs; a set is a sorted list; one of several classes carries its name as `type`.  The order of
mappings is kept, because a state that was read back must decide as the one that was written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from json.encoder import encode_basestring as quoted
from types import NoneType
from typing import Any, get_args

import attrs
from cattrs import Converter

from omscore.adapters.codec import shapes
from omscore.adapters.codec.shapes import Names
from omscore.kernel.errors import Broken, ensure
from omscore.kernel.keys import Key, Kind

Hook = Callable[[Any, Any], Any]
Write = Callable[[Any], str]
_often = lru_cache(maxsize=1024)


def converter(names: Names, kinds: Mapping[str, Kind[object]]) -> Converter:
    """A converter for what is stored; *names* are those that classes go by in unions."""
    made = Converter(detailed_validation=False)
    for type_, write, read in _LEAVES:
        made.register_unstructure_hook(type_, write)
        made.register_structure_hook(type_, read)
    made.register_unstructure_hook_func(shapes.is_key, _write_key)
    made.register_structure_hook_func(shapes.is_key, partial(_read_key, kinds))
    for fits, writer, reader in _SHAPES:
        made.register_unstructure_hook_factory(fits, writer)
        made.register_structure_hook_factory(fits, reader)
    made.register_unstructure_hook_factory(shapes.is_union, partial(_union_writer, names))
    made.register_structure_hook_factory(shapes.is_union, partial(_union_reader, names))
    made.register_unstructure_hook_func(_is_object, partial(_write_any, made, names))
    made.register_structure_hook_func(_is_object, partial(_read_any, made, names))
    return made


# --- leaves -----------------------------------------------------------------------------------


def as_is(value: Any, _: Any) -> Any:
    """Structure hook for what JSON itself can say."""
    return value


def instant_text(value: datetime) -> str:
    """*value* as ISO 8601 in UTC; `Broken` if it has no zone."""
    if value.tzinfo is not UTC:
        ensure(value.tzinfo is not None, "an instant has a zone")
        value = value.astimezone(UTC)
    return value.isoformat()


def duration_text(value: timedelta) -> str:
    """*value* as ISO 8601, in seconds: `PT90S`, `-PT0.5S`."""
    micros = value // timedelta(microseconds=1)
    whole, rest = divmod(abs(micros), 1_000_000)
    fraction = f".{rest:06}".rstrip("0") if rest else ""
    return f"{'-' if micros < 0 else ''}PT{whole}{fraction}S"


def _quoting(text: Callable[[Any], str]) -> Write:
    """What writes text without a character that JSON escapes."""
    return lambda value: f'"{text(value)}"'


# The same few instants and days are read again and again, and what was read shares them.


@_often
def _read_instant(text: str, _: Any) -> datetime:
    return datetime.fromisoformat(text)


@_often
def _read_day(text: str, _: Any) -> date:
    return date.fromisoformat(text)


def _read_time(text: str, _: Any) -> time:
    return time.fromisoformat(text)


def _read_duration(text: str, _: Any) -> timedelta:
    whole, _, fraction = text.strip("-PTS").partition(".")
    size = timedelta(seconds=int(whole), microseconds=int(fraction.ljust(6, "0")))
    return -size if text.startswith("-") else size


_word: Write = json.JSONEncoder(ensure_ascii=False).encode

_LEAVES: list[tuple[Any, Write, Hook]] = [
    (str, quoted, as_is),
    (int, int.__repr__, as_is),
    (bool, _word, as_is),
    (NoneType, _word, as_is),
    (datetime, _often(_quoting(instant_text)), _read_instant),
    (date, _often(_quoting(date.isoformat)), _read_day),
    (time, _quoting(time.isoformat), _read_time),
    (timedelta, _quoting(duration_text), _read_duration),
]


def _write_key(key: Key[object]) -> str:
    return f"[{quoted(key.kind.name)},{quoted(key.id)}]"


def _read_key(kinds: Mapping[str, Kind[object]], value: list[str], _: Any) -> Key[object]:
    kind, id_ = value
    return kinds[kind].key(id_)


# --- words ------------------------------------------------------------------------------------


def _word_writer(type_: Any, within: Converter) -> Write:
    return within.get_unstructure_hook(shapes.plain(type_))


def _word_reader(type_: Any, within: Converter) -> Hook:
    return within.get_structure_hook(shapes.plain(type_))


def _literal_writer(type_: Any, within: Converter) -> Write:
    return quoted if shapes.is_word(type_) else _word


def _literal_reader(type_: Any, within: Converter) -> Hook:
    return as_is


# --- classes ----------------------------------------------------------------------------------


# Both are written out once for each class, which is twice as fast as a loop over its fields.  Their
# text is made of names of fields, which are Python names; nothing stored is in it.


def _class_writer(type_: Any, within: Converter) -> Write:
    """The text of each field, if it is not at its default."""
    names, lines = dict[str, Any](), ["t = f''"]
    for field in shapes.fields(type_):
        names[f"write_{field.name}"] = within.get_unstructure_hook(field.type)
        text = f',"{field.name}":{{write_{field.name}(o.{field.name})}}'
        if (default := field.default) is not attrs.NOTHING:
            made = getattr(default, "factory", None)
            names[f"else_{field.name}"] = made or default
            other = f"o.{field.name} != else_{field.name}{'()' if made else ''}"
            lines.append(f"if {other}: t += f'{text}'")
        elif lines[-1].startswith("t "):
            lines[-1] = f"{lines[-1][:-1]}{text}'"
        else:
            lines.append(f"t += f'{text}'")
    body = "\n ".join(["def write(o):", *lines, "return '{' + t[1:] + '}'"])
    exec(body, names)
    write: Write = names["write"]
    return write


def _class_reader(type_: Any, within: Converter) -> Hook:
    """A call of *type_* that looks up each field."""
    names: dict[str, Any] = {"type_": type_}
    arguments = []
    for field in shapes.fields(type_):
        hook = within.get_structure_hook(field.type)
        names[f"read_{field.name}"], names[f"as_{field.name}"] = hook, field.type
        value = f"o[{field.name!r}]"
        if hook is not as_is:
            value = f"read_{field.name}({value}, as_{field.name})"
        if (default := field.default) is not attrs.NOTHING:
            made = getattr(default, "factory", None)
            names[f"else_{field.name}"] = made or default
            value += f" if {field.name!r} in o else else_{field.name}{'()' if made else ''}"
        arguments.append(f"{field.alias}={value}" if field.kw_only else value)
    exec(f"def read(o, _):\n return type_({', '.join(arguments)})", names)
    read: Hook = names["read"]
    return read


# --- collections ------------------------------------------------------------------------------


def _row_writer(type_: Any, within: Converter) -> Write:
    write = within.get_unstructure_hook(shapes.element(type_))
    return lambda row: f"[{','.join(map(write, row))}]"


def _row_reader(type_: Any, within: Converter) -> Hook:
    element = shapes.element(type_)
    read, make = within.get_structure_hook(element), shapes.maker(type_)
    if read is as_is:
        return lambda row, _: make(row)
    if make is list:
        return lambda row, _: [read(one, element) for one in row]
    return lambda row, _: make([read(one, element) for one in row])


def _set_writer(type_: Any, within: Converter) -> Write:
    write = within.get_unstructure_hook(shapes.element(type_))
    # Whole numbers and words sort as themselves, everything else as it is written.
    if write in (quoted, int.__repr__):
        return lambda found: f"[{','.join(map(write, sorted(found)))}]"
    return lambda found: f"[{','.join(sorted(map(write, found)))}]"


def _several_writer(type_: Any, within: Converter) -> Write:
    writes = [within.get_unstructure_hook(one) for one in get_args(type_)]
    return lambda row: f"[{','.join([write(one) for write, one in zip(writes, row, strict=True)])}]"


def _several_reader(type_: Any, within: Converter) -> Hook:
    reads = [(within.get_structure_hook(one), one) for one in get_args(type_)]
    return lambda row, _: tuple(
        [read(one, as_) for (read, as_), one in zip(reads, row, strict=True)]
    )


def _table_writer(type_: Any, within: Converter) -> Write:
    key, value = (within.get_unstructure_hook(one) for one in shapes.items(type_))
    if not shapes.is_word(shapes.items(type_)[0]):
        return lambda table: f"[{','.join([f'[{key(k)},{value(v)}]' for k, v in table.items()])}]"
    return lambda table: "{" + ",".join([f"{key(k)}:{value(v)}" for k, v in table.items()]) + "}"


def _table_reader(type_: Any, within: Converter) -> Hook:
    key_type, value_type = shapes.items(type_)
    key, value = within.get_structure_hook(key_type), within.get_structure_hook(value_type)
    if not shapes.is_word(key_type):
        return lambda pairs, _: {key(k, key_type): value(v, value_type) for k, v in pairs}
    if value is as_is:
        return as_is
    return lambda table, _: {k: value(v, value_type) for k, v in table.items()}


_SHAPES: list[tuple[Callable[[Any], bool], Any, Any]] = [
    (shapes.is_class, _class_writer, _class_reader),
    (shapes.is_new, _word_writer, _word_reader),
    (shapes.is_literal, _literal_writer, _literal_reader),
    (shapes.is_row, _row_writer, _row_reader),
    (shapes.is_set, _set_writer, _row_reader),
    (shapes.is_several, _several_writer, _several_reader),
    (shapes.is_table, _table_writer, _table_reader),
]


# --- one of several ---------------------------------------------------------------------------


def _union_writer(names: Names, type_: Any, within: Converter) -> Write:
    classes, leaves = shapes.members(type_, names)
    if not classes and len(leaves) == 1:
        write = within.get_unstructure_hook(leaves[0])
        return lambda v: "null" if v is None else write(v)
    if not classes:
        return _word
    table = {cls: (name, within.get_unstructure_hook(cls)) for name, cls in classes.items()}

    def write_one(value: Any) -> str:
        if type(value) not in table:
            return _word(value)
        name, write = table[type(value)]
        return typed(name, write(value))

    return write_one


def typed(name: str, text: str) -> str:
    """The *text* of an object, with its name as `type`."""
    return f'{{"type":{quoted(name)}{"," if len(text) > 2 else ""}{text[1:]}'


def _union_reader(names: Names, type_: Any, within: Converter) -> Hook:
    classes, leaves = shapes.members(type_, names)
    if not classes and len(leaves) == 1:
        read, leaf = within.get_structure_hook(leaves[0]), leaves[0]
        return as_is if read is as_is else lambda v, _: None if v is None else read(v, leaf)
    if not classes:
        return as_is
    table = {name: (within.get_structure_hook(cls), cls) for name, cls in classes.items()}

    def read_one(value: Any, _: Any) -> Any:
        if type(value) is not dict:
            return value
        read, cls = table[value["type"]]
        return read(value, cls)

    return read_one


def _is_object(type_: Any) -> bool:
    return type_ is object


def _write_any(within: Converter, names: Names, value: Any) -> str:
    if value is None or type(value) in (bool, int, str):
        return _word(value)
    if (name := names.of(type(value))) is None:
        raise Broken(f"a {type(value).__name__} has no name to be kept under")
    return typed(name, within.unstructure(value))


def _read_any(within: Converter, names: Names, value: Any, _: Any) -> Any:
    return within.structure(value, names.cls(value["type"])) if type(value) is dict else value

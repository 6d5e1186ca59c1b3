"""The one door for JSON from outside: everything that is not exactly right is `Unreadable`.

Text is bounded before it is parsed, and whatever JSON leaves open is refused: repeated keys,
numbers that are not whole, control characters, halves of characters.  Then each value must have
exactly the type of its field: nothing is converted because it could be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from types import NoneType
from typing import Any, NoReturn, get_args

import attrs
from cattrs import Converter

from omscore.adapters.codec import shapes
from omscore.adapters.codec.shapes import Names
from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.keys import Key, Kind
from omscore.kernel.moments import instant
from omscore.kernel.money import Money, money

MOST_BYTES = 2**20
MOST_DEPTH = 32
_MOST_DIGITS = 18

Read = Callable[[Any, Any], Any]

# --- text to JSON values ----------------------------------------------------------------------


class _Repeated(dict[str, Any]):
    """A JSON object in which a key stands twice."""


@attrs.frozen
class _NotWhole:
    """A number that is not whole, not finite, or too long."""


_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_UGLY = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def parse(text: str | bytes) -> Any:
    """The JSON value of *text*, free of what nobody means; `Unreadable`, with a path, otherwise."""
    whole = _text(text)
    _bound_depth(whole)
    try:
        value = _DECODER.decode(whole)
    except json.JSONDecodeError as error:
        problem = error.msg.removesuffix(" at")
        raise Unreadable(f"no JSON: {problem} at character {error.pos}") from None
    _look_at(value, "$")
    return value


def _text(text: str | bytes) -> str:
    if not isinstance(text, str | bytes):
        raise Unreadable("JSON as text or bytes")
    if len(text) > MOST_BYTES:
        raise Unreadable(f"at most {MOST_BYTES} bytes")
    try:
        if isinstance(text, bytes):
            return text.decode()
        if len(text.encode()) > MOST_BYTES:
            raise Unreadable(f"at most {MOST_BYTES} bytes")
    except UnicodeError:
        raise Unreadable("text in UTF-8") from None
    return text


def _bound_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MOST_DEPTH:
        return
    depth = 0
    for found in _BRACKETS.finditer(text):
        if (bracket := found[0]) in "[{":
            depth += 1
            if depth > MOST_DEPTH:
                raise Unreadable(f"at most {MOST_DEPTH} levels deep")
        elif bracket in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Repeated(found)


def _whole(digits: str) -> int | _NotWhole:
    return int(digits) if len(digits) <= _MOST_DIGITS + 1 else _NotWhole()


def _not_whole(_: str) -> _NotWhole:
    return _NotWhole()


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_whole,
    parse_float=_not_whole,
    parse_constant=_not_whole,
)


def _look_at(value: Any, path: str) -> None:
    if isinstance(value, str):
        if _UGLY.search(value):
            raise Unreadable("text without control characters or halves of characters", path)
    elif isinstance(value, dict):
        if isinstance(value, _Repeated):
            raise Unreadable("each key once", path)
        for key, one in value.items():
            _look_at(key, path)
            _look_at(one, f"{path}.{key}" if key.isidentifier() and key.isascii() else path)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            _look_at(one, f"{path}[{place}]")
    elif isinstance(value, _NotWhole):
        raise Unreadable(f"a whole number of at most {_MOST_DIGITS} digits, or text", path)


# --- JSON values to objects -------------------------------------------------------------------


def converter(names: Names, kinds: Mapping[str, Kind[object]]) -> Converter:
    """A converter for what comes from outside; it reads only."""
    made = Converter()
    for type_, read in _LEAVES.items():
        made.register_structure_hook(type_, read)
    made.register_structure_hook_func(shapes.is_key, partial(_key, kinds))
    for fits, reader in _SHAPES:
        made.register_structure_hook_factory(fits, reader)
    made.register_structure_hook_factory(shapes.is_union, partial(_union, names))
    made.register_structure_hook_func(lambda type_: type_ is object, partial(_any, made, names))
    made.register_structure_hook(Money, partial(_money, _class(Money, made)))
    return made


def _exactly(type_: type[object], problem: str) -> Read:
    """A hook for values of *type_* and of no other, not even of a subclass."""

    def read(value: Any, _: Any) -> Any:
        return value if type(value) is type_ else _refuse(problem)

    return read


def _refuse(problem: str) -> NoReturn:
    raise Unreadable(problem)


def _at(place: str | int, read: Callable[[], Any]) -> Any:
    """What *read* gives; if it cannot, the path says that this was at *place*."""
    try:
        return read()
    except Unreadable as problem:
        raise problem.under(f"$[{place}]" if isinstance(place, int) else f"$.{place}") from None


def _shown(pattern: str, example: str, read: Callable[[str], Any]) -> Read:
    """A hook for text of a *pattern*, which is matched before anything else looks at it."""
    shape = re.compile(pattern, re.ASCII)
    problem = f"text like {example}"

    def read_text(value: Any, _: Any) -> Any:
        if type(value) is not str or not shape.fullmatch(value):
            raise Unreadable(problem)
        try:
            return read(value)
        except (ValueError, Unreadable):
            raise Unreadable(problem) from None

    return read_text


_DAY = r"\d{4}-\d\d-\d\d"
_TIME = r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
_DURATION = re.compile(
    r"(-?)P(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12})(?:\.(\d{1,6}))?S)?)?",
    re.ASCII,
)


def _instant(text: str) -> datetime:
    return instant(datetime.fromisoformat(text))


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None or text.endswith("P"):
        raise ValueError(text)
    sign, days, hours, minutes, seconds, fraction = found.groups()
    size = timedelta(
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0),
        microseconds=int((fraction or "").ljust(6, "0")),
    )
    return -size if sign else size


_LEAVES: dict[Any, Read] = {
    str: _exactly(str, "text"),
    int: _exactly(int, "a whole number"),
    bool: _exactly(bool, "true or false"),
    NoneType: _exactly(NoneType, "null"),
    datetime: _shown(
        _DAY + "T" + _TIME + r"(Z|[+-]\d\d:\d\d)", "2026-03-02T12:00:00+01:00", _instant
    ),
    date: _shown(_DAY, "2026-03-02", date.fromisoformat),
    time: _shown(_TIME, "14:30", time.fromisoformat),
    timedelta: _shown(r"-?P[0-9.DTHMS]+", "PT30M", _duration),
}


def _key(kinds: Mapping[str, Kind[object]], value: Any, _: Any) -> Key[object]:
    if type(value) is not list or len(value) != 2 or value[0] not in kinds:
        raise Unreadable("a kind and an id")
    return kinds[value[0]].key(_at(1, partial(_id, value[1])))


def _id(value: Any) -> str:
    try:
        return ids.checked(value)
    except Unreadable as problem:
        raise Unreadable(problem.problem) from None


def _word(type_: Any, within: Converter) -> Read:
    base = shapes.plain(type_)
    read = within.get_structure_hook(base)
    if base is not str or type_.__module__ != ids.__name__:
        return read

    return lambda value, _: _id(value)


def _literal(type_: Any, _: Converter) -> Read:
    allowed = get_args(type_)
    problem = f"one of {', '.join(map(str, allowed))}"

    def read(value: Any, _: Any) -> Any:
        if any(type(value) is type(one) and value == one for one in allowed):
            return value
        raise Unreadable(problem)

    return read


def _class(type_: Any, within: Converter) -> Read:
    fields = {one.name: one for one in shapes.fields(type_)}
    reads = {name: within.get_structure_hook(one.type) for name, one in fields.items()}
    needed = [name for name, one in fields.items() if one.default is attrs.NOTHING]
    problem = f"an object with some of {', '.join(fields)}, and nothing else"

    def read(value: Any, _: Any) -> Any:
        if not isinstance(value, dict) or not value.keys() <= fields.keys():
            raise Unreadable(problem)
        for name in needed:
            if name not in value:
                raise Unreadable("is missing", f"$.{name}")
        given: dict[str, Any] = {
            str(fields[name].alias): _at(name, partial(reads[name], one, fields[name].type))
            for name, one in value.items()
        }
        try:
            return type_(**given)
        except (TypeError, ValueError):
            raise Unreadable(f"does not make a {type_.__name__}") from None

    return read


def _row(type_: Any, within: Converter) -> Read:
    element, make = shapes.element(type_), shapes.maker(type_)
    read_one = within.get_structure_hook(element)

    def read(value: Any, _: Any) -> Any:
        if type(value) is not list:
            raise Unreadable("a list")
        return make([_at(n, partial(read_one, one, element)) for n, one in enumerate(value)])

    return read


def _set(type_: Any, within: Converter) -> Read:
    read_row = _row(type_, within)

    def read(value: Any, _: Any) -> Any:
        found = read_row(value, type_)
        return found if len(found) == len(value) else _refuse("each of them once")

    return read


def _several(type_: Any, within: Converter) -> Read:
    reads = [partial(_as, within.get_structure_hook(one), one) for one in get_args(type_)]

    def read(value: Any, _: Any) -> Any:
        if type(value) is not list or len(value) != len(reads):
            raise Unreadable(f"a list of {len(reads)}")
        return tuple([_at(n, partial(reads[n], one)) for n, one in enumerate(value)])

    return read


def _as(read: Read, type_: Any, value: Any) -> Any:
    return read(value, type_)


def _table(type_: Any, within: Converter) -> Read:
    types = shapes.items(type_)
    key, value = (partial(_as, within.get_structure_hook(one), one) for one in types)

    def read(given: Any, _: Any) -> Any:
        if not isinstance(given, dict):
            raise Unreadable("an object")
        return {key(k): _at(k, partial(value, v)) for k, v in given.items()}

    def read_pairs(given: Any, _: Any) -> Any:
        if type(given) is not list or any(type(one) is not list or len(one) != 2 for one in given):
            raise Unreadable("a list of pairs")
        found = {
            _at(n, partial(key, k)): _at(n, partial(value, v)) for n, (k, v) in enumerate(given)
        }
        return found if len(found) == len(given) else _refuse("each key once")

    return read if shapes.is_word(types[0]) else read_pairs


_SHAPES: list[tuple[Callable[[Any], bool], Callable[[Any, Converter], Read]]] = [
    (shapes.is_class, _class),
    (shapes.is_new, _word),
    (shapes.is_literal, _literal),
    (shapes.is_row, _row),
    (shapes.is_set, _set),
    (shapes.is_several, _several),
    (shapes.is_table, _table),
]


def _union(names: Names, type_: Any, within: Converter) -> Read:
    classes, leaves = shapes.members(type_, names)
    optional = NoneType in get_args(type_)
    plain = {shapes.plain(one): partial(_as, within.get_structure_hook(one), one) for one in leaves}
    if not classes and len(leaves) == 1:
        read_only = next(iter(plain.values()))
        return lambda value, _: None if optional and value is None else read_only(value)
    tagged = partial(_tagged, classes, within)

    def read(value: Any, _: Any) -> Any:
        if value is None and optional:
            return None
        if isinstance(value, dict) and classes:
            return tagged(value)
        if type(value) in plain:
            return plain[type(value)](value)
        raise Unreadable("a value of another type")

    return read


def _tagged(classes: Mapping[str, Any], within: Converter, value: dict[str, Any]) -> Any:
    name = value.get("type")
    if type(name) is not str or name not in classes:
        raise Unreadable(shapes.known(classes, name), "$.type")
    rest = {key: one for key, one in value.items() if key != "type"}
    return within.get_structure_hook(classes[name])(rest, classes[name])


def _any(within: Converter, names: Names, value: Any, _: Any) -> Any:
    if isinstance(value, dict):
        return _tagged(names.classes, within, value)
    return value if type(value) in (str, int, bool, NoneType) else _refuse("a value or an object")


def _money(read: Read, value: Any, type_: Any) -> Any:
    """Money in minor units, or as an *amount* written out: `{"amount": "4.50", …}`."""
    if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
        amount, currency = value["amount"], value["currency"]
        if type(amount) is not str or type(currency) is not str:
            raise Unreadable("an amount and a currency, both as text")
        return money(amount, currency)
    return read(value, type_)


def command(value: Any, names: Names, within: Converter) -> Any:
    """The command that a parsed *value* is; its `type` says which."""
    if not isinstance(value, dict):
        raise Unreadable("an object with a type")
    return _tagged(names.classes, within, value)

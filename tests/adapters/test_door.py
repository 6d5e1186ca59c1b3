"""JSON from outside is a command, or `Unreadable` with a path; there is nothing in between."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from omscore.adapters.codec import Codec
from omscore.adapters.codec.door import MOST_BYTES, MOST_DEPTH, parse
from omscore.adapters.vocabulary import codec
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import OrderId, order_id
from omscore.kernel.keys import Key, Kind
from omscore.kernel.money import Money, eur
from omscore.testing import strategies as some

FIRST = OrderId("o-1")


@frozen
class Step:
    """A member of a union."""

    size: int


@frozen
class Turn:
    """Another."""

    degrees: int = 90


@frozen(kw_only=True)
class Ask:
    """A command with one field of each shape; by their defaults one is asked at a time."""

    text: str = ""
    whole: int = 0
    flag: bool = False
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    day: date = date(2026, 1, 1)
    clock: time = time()
    span: timedelta = timedelta()
    order: OrderId = FIRST
    side: Literal["left", "right"] = "left"
    many: tuple[Step, ...] = ()
    pair: tuple[int, str] = (0, "")
    names: frozenset[str] = frozenset()
    by_word: Mapping[str, int] = {}
    by_day: Mapping[date, int] = {}
    move: Step | Turn | None = None
    perhaps: int | str | None = None
    price: Money | None = None
    key: Key[Step] | None = None
    some: object = None


THING: Kind[Step] = Kind("thing", Step)
OWN = Codec.of([THING], {"ask": Ask, "step": Step, "turn": Turn}, events={})


def asked(**fields: Any) -> Any:
    """The command that these fields make."""
    return OWN.decode_command(json.dumps({"type": "ask", **fields}))


def refused(text: str | bytes) -> Unreadable:
    """Why *text* is no command."""
    with pytest.raises(Unreadable) as caught:
        OWN.decode_command(text)
    return caught.value


# --- fields -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "given_", "read"),
    [
        ("text", "Größe 🍵", "Größe 🍵"),
        ("whole", -(10**17), -(10**17)),
        ("flag", True, True),
        ("at", "2026-03-02T13:00+01:00", datetime(2026, 3, 2, 12, tzinfo=UTC)),
        ("at", "2026-03-02T12:00:00.5Z", datetime(2026, 3, 2, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("day", "2024-02-29", date(2024, 2, 29)),
        ("clock", "14:30", time(14, 30)),
        ("span", "PT90S", timedelta(seconds=90)),
        ("span", "P1DT2H3M4.5S", timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        ("span", "-PT30M", timedelta(minutes=-30)),
        ("order", "o:1._-", order_id("o:1._-")),
        ("side", "right", "right"),
        ("many", [{"size": 1}, {"size": 2}], (Step(1), Step(2))),
        ("pair", [1, "x"], (1, "x")),
        ("names", ["b", "a"], frozenset({"a", "b"})),
        ("by_word", {"a": 1}, {"a": 1}),
        ("by_day", [["2026-03-02", 1]], {date(2026, 3, 2): 1}),
        ("move", {"type": "turn"}, Turn()),
        ("move", {"type": "step", "size": 3}, Step(3)),
        ("move", None, None),
        ("perhaps", 1, 1),
        ("perhaps", "1", "1"),
        ("price", {"minor": 450, "currency": "EUR"}, eur("4.50")),
        ("price", {"amount": "4.50", "currency": "EUR"}, eur("4.50")),
        ("key", ["thing", "a"], THING.key("a")),
        ("some", {"type": "step", "size": 3}, Step(3)),
        ("some", 3, 3),
    ],
)
def test_a_right_value_is_read(field: str, given_: object, read: object) -> None:
    """As the type of its field, and exactly that."""
    found = getattr(asked(**{field: given_}), field)

    assert found == read
    assert type(found) is type(read)


WRONG: Mapping[str, list[Any]] = {
    "text": [1, True, None, ["a"], {"a": 1}],
    "whole": [1.0, 1.5, True, "1", None, [1]],
    "flag": [0, 1, "true", None],
    "at": [
        "2026-03-02T12:00:00",
        "2026-03-02",
        "2026-03-02 12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-03-02T25:00:00Z",
        "2026-03-02T12:00:00+25:00",
        "\uff12\uff10\uff12\uff16-03-02T12:00:00Z",
        "0001-01-01T00:00:00+23:00",
        "2026-W10-1T12:00:00Z",
        "2026-03-02T12:00:00Z\n",
        1772452800,
    ],
    "day": [
        "2026-02-30",
        "20260302",
        "2026-3-2",
        "2026-03-02T00:00",
        "\u0662\u0660\u0662\u0666-03-02",
        20260302,
    ],
    "clock": ["24:00", "14", "14:30Z", "2:30 pm", 1430],
    "span": ["PT", "P", "90", "PT1.5H", "P1Y", "PT-1S", "PT9999999999999S", "P999999999D", 90],
    "order": ["", "o 1", "o/1", "ö", "x" * 65, "o-1\n", None, 1],
    "side": ["up", "Left", "", None, 0],
    "many": [{"size": 1}, "size", None],
    "pair": [[1], [1, "x", 2], {"0": 1}, "1x"],
    "names": [["a", "a"], "ab", {"a": 1}],
    "by_word": [[["a", 1]], "a", None],
    "by_day": [{"2026-03-02": 1}, [["2026-03-02"]], [["2026-03-02", 1], ["2026-03-02", 2]]],
    "perhaps": [1.5, True, [1], {"type": "step", "size": 1}],
    "price": [4.5, "4.50", [450, "EUR"]],
    "key": [["gone", "a"], ["thing"], "thing a", ["thing", "a", "b"]],
}


@pytest.mark.parametrize(
    ("field", "wrong"), [(field, wrong) for field, all_ in WRONG.items() for wrong in all_]
)
def test_a_wrong_value_is_named_by_its_path(field: str, wrong: object) -> None:
    """Nothing is converted because it could be."""
    assert refused(json.dumps({"type": "ask", field: wrong})).path == f"$.{field}"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"many": [{"size": 1}, {"size": "2"}]}, "$.many[1].size"),
        ({"many": [{"size": 1}, {}]}, "$.many[1].size"),
        ({"many": [{"size": 1, "color": 2}]}, "$.many[0]"),
        ({"pair": ["1", "x"]}, "$.pair[0]"),
        ({"by_word": {"a": 1, "b": None}}, "$.by_word.b"),
        ({"by_day": [["2026-03-02", "1"]]}, "$.by_day[0]"),
        ({"move": {"type": "step", "size": True}}, "$.move.size"),
        ({"move": {"type": "fly"}}, "$.move.type"),
        ({"move": {}}, "$.move.type"),
        ({"some": {"type": "ask", "many": [0]}}, "$.some.many[0]"),
        ({"some": [1]}, "$.some"),
        ({"price": {"minor": 450, "currency": "XXX"}}, "$.price.currency"),
        ({"price": {"amount": "1e999999", "currency": "EUR"}}, "$.price"),
        ({"price": {"amount": "4.505", "currency": "EUR"}}, "$.price"),
        ({"price": {"amount": "NaN", "currency": "EUR"}}, "$.price"),
        ({"price": {"amount": 4.5, "currency": "EUR"}}, "$.price.amount"),
        ({"price": {"minor": 450}}, "$.price.currency"),
        ({"key": ["thing", "a b"]}, "$.key[1]"),
        ({"colour": 1}, "$"),
    ],
)
def test_a_path_leads_to_the_very_value(fields: dict[str, object], path: str) -> None:
    """Through lists, tables and classes."""
    assert refused(json.dumps({"type": "ask", **fields})).path.startswith(path)


# --- text -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", "$"),
        ("{", "$"),
        ("[]", "$"),
        ("1", "$"),
        ("null", "$"),
        ('"ask"', "$"),
        ('{"type":"ask"} {}', "$"),
        ("{'type':'ask'}", "$"),
        ('{"type":"ask",}', "$"),
        ('{"type":"ask","whole":1,"whole":1}', "$"),
        ('{"type":"ask","many":[{"size":1,"size":2}]}', "$.many[0]"),
        ('{"type":"ask","whole":NaN}', "$.whole"),
        ('{"type":"ask","whole":-Infinity}', "$.whole"),
        ('{"type":"ask","whole":1e3}', "$.whole"),
        ('{"type":"ask","whole":1e999999999}', "$.whole"),
        ('{"type":"ask","whole":-0.0}', "$.whole"),
        ('{"type":"ask","whole":' + "9" * 5000 + "}", "$.whole"),
        ('{"type":"ask","whole":\uff11}', "$"),
        ('{"type":"ask","text":"\\u0000"}', "$.text"),
        ('{"type":"ask","text":"a\\u001bb"}', "$.text"),
        ('{"type":"ask","text":"\\u0085"}', "$.text"),
        ('{"type":"ask","text":"\\ud800"}', "$.text"),
        ('{"type":"ask","text":"\\udc00\\ud800"}', "$.text"),
        ('{"type":"ask","text":"a\nb"}', "$"),
        ('{"type":"ask","\\ud800":1}', "$"),
        (b'{"type":"ask","text":"\xff"}', "$"),
        (b"\xff\xfe{\x00}\x00", "$"),
        ("\ufeff" + '{"type":"ask"}', "$"),
        ('{"type":"ask","text":"\ud800"}', "$"),
    ],
)
def test_text_that_json_leaves_open_is_refused(text: str | bytes, path: str) -> None:
    """Two readers could take it for two different things."""
    assert refused(text).path == path


def nested(depth: int) -> str:
    """Lists in a command, so many levels in all."""
    return '{"type":"ask","some":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


def test_depth_is_bounded_before_anything_is_parsed() -> None:
    """A parser that recurses would end the process; brackets in text are no levels."""
    assert parse(nested(MOST_DEPTH))
    for depth in (MOST_DEPTH + 1, 100_000):
        assert "levels" in refused(nested(depth)).problem
    assert asked(text="[" * 1000).text == "[" * 1000
    assert asked(text='"[' * 1000).text == '"[' * 1000


@pytest.mark.parametrize("filler", ["x", "ä"])
def test_size_is_bounded_in_bytes(filler: str) -> None:
    """In text as in bytes, to the byte."""
    frame = len('{"type":"ask","text":""}')
    room = (MOST_BYTES - frame) // len(filler.encode())
    fits = '{"type":"ask","text":"' + filler * room + '"}'

    assert OWN.decode_command(fits) == OWN.decode_command(fits.encode()) == Ask(text=filler * room)
    for text in (fits + " " * 8, (fits + " " * 8).encode()):
        assert "bytes" in refused(text).problem


@pytest.mark.parametrize("text", ['{"type":"ask","order":"Erika Mustermann"}', '{"Erika":1}'])
def test_the_problem_does_not_repeat_what_came_in(text: str) -> None:
    """It may be personal, and it goes into logs."""
    assert "Erika" not in str(refused(text))


# --- anything at all --------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "lines", "order", "id", "sku", "price"]) | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def taken_or_refused(text: str | bytes) -> None:
    """No third thing: any other error would be a fault of ours."""
    try:
        codec().decode_command(text)
    except Unreadable as problem:
        assert problem.path.startswith("$")


@given(st.text() | st.binary())
def test_any_text_is_taken_or_refused(text: str | bytes) -> None:
    """Noise."""
    taken_or_refused(text)


@given(JSON)
def test_any_json_is_taken_or_refused(value: object) -> None:
    """Noise in the right form."""
    taken_or_refused(json.dumps(value))


@given(order=some.orders(), value=JSON, drawn=st.data())
def test_any_order_with_one_thing_replaced_is_taken_or_refused(
    order: object, value: object, drawn: st.DataObject
) -> None:
    """Nearly right, which is where mistakes get through."""
    found = json.loads(codec().write_command(order))
    places = list(_places(found))
    at, name = drawn.draw(st.sampled_from(places))
    at[name] = value

    taken_or_refused(json.dumps(found))


def _places(value: Any) -> Any:
    """Every place in *value*: what it is in, and under which name."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in list(items):
        yield value, name
        if isinstance(inner, dict | list):
            yield from _places(inner)

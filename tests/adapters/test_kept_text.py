"""What stands in the database: its look is a promise, and damage to it is told from bad input."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import pytest
from attrs import field, frozen

from omscore.adapters.codec import Codec
from omscore.adapters.vocabulary import codec
from omscore.kernel.errors import Broken, Unreadable
from omscore.kernel.keys import Key, Kind
from omscore.kernel.todo import Hear


@frozen
class Step:
    """A member of a union."""

    size: int


@frozen
class Turn:
    """Another."""

    degrees: int = 90


@frozen
class Everything:
    """One field of each shape."""

    at: datetime
    day: date
    clock: time
    span: timedelta
    key: Key[object]
    names: frozenset[str]
    by_word: Mapping[str, int]
    by_day: Mapping[date, tuple[int, ...]]
    pair: tuple[int, str]
    move: Step | Turn | None
    some: object = None
    note: str = ""
    many: tuple[Step, ...] = field(factory=tuple)


THING: Kind[Everything] = Kind("thing", Everything)
OWN = Codec.of([THING], {"step": Step, "turn": Turn}, events={})


def test_the_text_of_each_shape_is_this() -> None:
    """It is on disk in many shops; whoever changes how it looks leaves them unreadable."""
    thing = Everything(
        at=datetime(2026, 3, 2, 13, 0, 0, 5, tzinfo=UTC),
        day=date(2026, 3, 2),
        clock=time(14, 30),
        span=timedelta(days=-1, microseconds=1),
        key=THING.key("a/b"),
        names=frozenset({"b", "a"}),
        by_word={"z": 1, "ä": 2},
        by_day={date(2026, 3, 2): (1, 2)},
        pair=(1, "x"),
        move=Turn(),
        some=Step(3),
        many=(Step(1),),
    )
    text = (
        '{"at":"2026-03-02T13:00:00.000005+00:00","day":"2026-03-02","clock":"14:30:00",'
        '"span":"-PT86399.999999S","key":["thing","a/b"],"names":["a","b"],'
        '"by_word":{"z":1,"ä":2},"by_day":[["2026-03-02",[1,2]]],"pair":[1,"x"],'
        '"move":{"type":"turn"},"some":{"type":"step","size":3},"many":[{"size":1}]}'
    )
    assert OWN.write_state("thing", thing) == text
    assert OWN.read_state("thing", text) == thing


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[]", "{}", "null", '{"type":"gone"}', '{"move":1}', '{"at":"yesterday"}'],
)
def test_damaged_text_is_told_from_bad_input(text: str) -> None:
    """Nobody outside can mend it: it is `Broken`, and says what it was to be."""
    with pytest.raises(Broken, match="thing"):
        OWN.read_state("thing", text)
    with pytest.raises(Broken, match="command"):
        OWN.read_command(text)
    with pytest.raises(Broken):
        codec().read_event("order.placed", 1, text)
    with pytest.raises(Broken):
        codec().read_event("order.never", 1, text)


def test_a_key_of_an_unknown_kind_is_damage() -> None:
    """A kind is never dropped while something of it is kept."""
    assert OWN.key("thing", "a") == THING.key("a")
    with pytest.raises(Broken, match="gone"):
        OWN.key("gone", "a")


def test_what_has_no_name_cannot_be_kept() -> None:
    """It could never be read again."""

    class Stranger:
        pass

    for write in (OWN.write_command, OWN.write_event, OWN.digest):
        with pytest.raises(Broken, match="no name"):
            write(Stranger())


def test_a_reaction_is_kept_by_every_codec() -> None:
    """Processes hear events by todos."""
    hear = Hear("c-1/0")

    assert OWN.read_command(OWN.write_command(hear)) == hear
    with pytest.raises(Unreadable):
        OWN.decode_command(OWN.write_command(hear))

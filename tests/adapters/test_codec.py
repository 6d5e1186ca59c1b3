"""What is written is read back; names outlive classes, and old shapes are led to today's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import NoneType
from typing import Any, get_args

import pytest
from attrs import frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from omscore.adapters.codec import Codec, shapes
from omscore.adapters.vocabulary import COMMANDS, EVENTS, INTERNAL, KINDS, codec
from omscore.catalog.line import Line
from omscore.kernel.errors import Broken, Unreadable
from omscore.kernel.keys import Kind
from omscore.kernel.money import Money
from omscore.network.facts import Calendar, Node
from omscore.testing import strategies as some

STATES = {kind.name: kind.state for kind in KINDS}
STORED = {**COMMANDS, **INTERNAL}

# --- anything of a type -----------------------------------------------------------------------

ANY: Mapping[Any, SearchStrategy[Any]] = {
    str: some.ids() | st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8),
    int: st.integers(0, 50) | st.integers(-5, 2**40),
    bool: st.booleans(),
    NoneType: st.none(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    date: st.dates(),
    time: st.times(),
    timedelta: st.timedeltas(timedelta(days=-10), timedelta(days=10)),
    object: st.none() | st.integers() | st.booleans() | st.text(max_size=3),
    Money: some.prices(),
    Node: some.nodes(),
    Calendar: some.calendars(),
    tuple[Line, ...]: some.lines().map(tuple),
}
KEYS = st.builds(lambda kind, id_: kind.key(id_), st.sampled_from(KINDS), some.ids())


def anything(type_: Any) -> SearchStrategy[Any]:
    """Any value of a field of this type, right or wrong for its class."""
    if type_ in ANY:
        return ANY[type_]
    if shapes.is_key(type_):
        return KEYS
    if shapes.is_new(type_):
        return some.ids() if shapes.plain(type_) is str else anything(shapes.plain(type_))
    if shapes.is_literal(type_):
        return st.sampled_from(get_args(type_))
    if shapes.is_class(type_):
        return st.deferred(lambda: instances(type_))
    return several(type_)


def several(type_: Any) -> SearchStrategy[Any]:
    """Any collection, or one of several."""
    if shapes.is_several(type_):
        return st.tuples(*map(anything, get_args(type_)))
    if shapes.is_table(type_):
        return st.dictionaries(*map(anything, shapes.items(type_)), max_size=3)
    if shapes.is_union(type_):
        return st.one_of(*map(anything, get_args(type_)))
    elements = st.lists(anything(shapes.element(type_)), max_size=3, unique=shapes.is_set(type_))
    return elements.map(shapes.maker(type_))


def instances(type_: Any) -> SearchStrategy[Any]:
    """Any instance of a class that its constructor lets pass."""
    fields = {str(one.alias): anything(one.type) for one in shapes.fields(type_)}

    def made(values: dict[str, Any]) -> Any:
        try:
            return type_(**values)
        except Unreadable:
            return None

    return st.fixed_dictionaries(fields).map(made).filter(lambda one: one is not None)


# Most random numbers and words are refused by the classes that check them, which is not slow.
some_of_each = settings(max_examples=20, suppress_health_check=list(HealthCheck))

# --- laws -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STATES)
@some_of_each
@given(drawn=st.data())
def test_a_state_is_read_back(name: str, drawn: st.DataObject) -> None:
    """Equal, and iterating in the same order: it must decide as the one that was written."""
    state = drawn.draw(instances(STATES[name]))

    text = codec().write_state(name, state)
    again = codec().read_state(name, text)

    assert text == plainly(text)
    assert again == state
    assert type(again) is type(state)
    assert codec().write_state(name, again) == text
    assert hash_of(again) == hash_of(state)


@pytest.mark.parametrize("name", EVENTS)
@some_of_each
@given(drawn=st.data())
def test_an_event_is_read_back(name: str, drawn: st.DataObject) -> None:
    """Under its stable name, in the version of its shape."""
    event = drawn.draw(instances(EVENTS[name]))

    written = codec().write_event(event)

    assert written[0] == name
    assert written[2] == plainly(written[2])
    assert codec().read_event(*written) == event


@pytest.mark.parametrize("name", STORED)
@some_of_each
@given(drawn=st.data())
def test_a_command_is_read_back(name: str, drawn: st.DataObject) -> None:
    """From a todo; and where hosts may send it, through the strict door as well."""
    command = drawn.draw(instances(STORED[name]))

    text = codec().write_command(command)

    assert json.loads(text)["type"] == name
    assert text == plainly(text)
    assert codec().read_command(text) == command
    if name in COMMANDS:
        assert codec().decode_command(text) == command
        assert codec().decode_command(text.encode()) == command


@given(one=some.orders(), other=some.orders())
def test_digests_are_equal_for_equal_commands_only(one: object, other: object) -> None:
    """They tell a command that is sent again from another one under the same key."""
    again = codec().decode_command(codec().write_command(one))

    assert codec().digest(again) == codec().digest(one)
    assert (codec().digest(one) == codec().digest(other)) == (one == other)


WRITES_SETS = """
from attrs import frozen
from omscore.adapters.codec import Codec
from omscore.kernel.keys import Kind
@frozen
class Names:
    names: frozenset[str]
    pairs: frozenset[tuple[int, str]]
names = frozenset(f"n-{n}" for n in range(50))
state = Names(names, frozenset(enumerate(sorted(names))))
codec = Codec.of([Kind("names", Names)], {"names": Names}, events={})
print(codec.write_state("names", state), codec.digest(state))
"""


def test_the_same_bytes_come_out_under_every_hash_seed() -> None:
    """Sets have an order of their own in each process; text has not."""
    told = {
        subprocess.run(
            [sys.executable, "-c", WRITES_SETS],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1


def plainly(text: str) -> str:
    """*text* as `json` writes what it reads from it."""
    return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))


def hash_of(state: object) -> int | None:
    """Its hash, if it has one."""
    try:
        return hash(state)
    except TypeError:
        return None


# --- names ------------------------------------------------------------------------------------


def test_the_names_under_which_things_are_kept_are_these() -> None:
    """Databases are full of them: whoever renames one, or drops one, has to read this first.

    A new one is added below; none is ever taken away or given to something else.
    """
    assert sorted(STATES) == NAMES_OF_KINDS.split()
    assert sorted(EVENTS) == NAMES_OF_EVENTS.split()
    assert sorted(COMMANDS) == NAMES_OF_COMMANDS.split()
    assert sorted(INTERNAL) == NAMES_OF_INTERNAL_COMMANDS.split()


NAMES_OF_KINDS = """
backlog capacity demand feed fulfilling fulfillment item lapsing network order paper position
quote quoting recovering request reservation return returning serving stocktake supply supplying
work-item
"""
NAMES_OF_EVENTS = """
backlog.called backlog.joined backlog.left backlog.ranked backlog.reallocated
capacity.booked capacity.freed
demand.outdated demand.stated feed.closing feed.completed feed.taken
fulfillment.moved fulfillment.released fulfillment.report-ignored fulfillment.tasks-lowered
item.learned network.calendar-learned network.destination-learned network.lane-learned
network.link-learned network.node-learned network.pace-learned network.transit-times-learned
order.hold-lifted order.hold-placed order.placed order.plan-chosen order.return-counted
order.units-moved paper.ignored paper.outdated paper.taken position.demand-scheduled
position.shortage-cleared position.shortage-declared position.stock-entered
position.supply-scheduled position.supply-untracked position.units-committed
position.units-consumed
position.units-freed position.units-reserved quote.moved quote.opened
request.answered reservation.ended
reservation.extended reservation.moved reservation.raised
reservation.stock-committed reservation.stock-reserved return.announced return.graded
return.moved return.received return.report-ignored stocktake.counted supply.changed
supply.expected supply.outdated
supply.received supply.unannounced work-item.closed work-item.opened
"""
NAMES_OF_COMMANDS = """
accept-fulfillment accept-quote accept-return adjust-stock announce-return
arrive-fulfillment cancel-order
cancel-return cancel-units change-supply close-work-item commit-reservations
consume-reservations count-stock deliver-fulfillment
dispatch-transfer expect-demand expect-supply extend-reservations free-reservations
grade-return hold-order issue-stock learn lift-hold
lose-fulfillment move-reservation move-units pack-fulfillment pick-fulfillment place-order
put-back-fulfillment rank-waiting reallocate-backlog
recall-fulfillment receive-return receive-stock receive-supply
refuse-return regrade-stock reject-fulfillment release-order renew-quote repromise-order
request-quote reserve-stock
resize-reservation restock-return
return-to-sender ship-fulfillment source-order take-batch track-stock untrack-stock withdraw-quote
"""
NAMES_OF_INTERNAL_COMMANDS = """
expire-quote expire-reservations lapse-return lapse-stock lapse-supply lose-stock open-work-item
"""


def test_every_event_of_every_kind_has_a_name() -> None:
    """And every name an event of a kind."""
    told = [event for kind in KINDS for event in kind.events]

    assert set(told) == set(EVENTS.values())


# --- upcasters --------------------------------------------------------------------------------


@frozen
class Moved:
    """Today's shape: once it was one `by`, then `x` and `y`, now with a unit."""

    x: int
    y: int
    unit: str


def _moved(_: Moved | None, /, *events: Moved) -> Moved:
    return events[-1]


PLACE: Kind[Moved] = Kind("place", Moved, _moved, (Moved,))
TO_TODAY = {
    1: lambda old: {"x": old["by"], "y": 0},
    2: lambda old: {**old, "unit": "m"},
}


def test_an_event_of_any_version_is_read_in_todays_shape() -> None:
    """Each upcaster leads one step; what is written today is of today's version."""
    made = Codec.of(
        [PLACE],
        {},
        events={"moved": Moved},
        versions={"moved": 3},
        upcasters={"moved": TO_TODAY},
    )

    assert made.read_event("moved", 1, '{"by":7}') == Moved(7, 0, "m")
    assert made.read_event("moved", 2, '{"x":7,"y":8}') == Moved(7, 8, "m")
    assert made.read_event("moved", 3, '{"x":7,"y":8,"unit":"km"}') == Moved(7, 8, "km")
    assert made.write_event(Moved(7, 8, "km")) == ("moved", 3, '{"x":7,"y":8,"unit":"km"}')
    with pytest.raises(Broken):
        made.read_event("moved", 1, '{"other":7}')


@frozen
class Rest:
    """A command."""


@frozen
class Shapeless:
    """Nothing in JSON tells these two apart."""

    either: tuple[int, ...] | str | date


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (ValueError, {"versions": {"moved": 2}}),
        (ValueError, {"versions": {"moved": 3}, "upcasters": {"moved": {1: dict}}}),
        (ValueError, {"upcasters": {"moved": {1: dict}}}),
        (ValueError, {"versions": {"gone": 2}, "upcasters": {"gone": {1: dict}}}),
        (ValueError, {"events": {}}),
        (ValueError, {"events": {"moved": Moved, "again": Moved}}),
        (ValueError, {"commands": {"moved": Rest}}),
        (ValueError, {"commands": {"hear": Rest}}),
        (TypeError, {"commands": {"shapeless": Shapeless}}),
    ],
)
def test_a_codec_that_could_not_read_everything_is_not_built(
    error: type[Exception], arguments: dict[str, Any]
) -> None:
    """Found when the host starts, not when the first old event is read."""
    whole: dict[str, Any] = {"events": {"moved": Moved}, "commands": {}} | arguments
    with pytest.raises(error):
        Codec.of([PLACE], whole.pop("commands"), **whole)


# --- what was kept before -----------------------------------------------------------------------

LEG_OF_OLD = (
    '{"line":"1","sku":"TEA","node":"berlin","quantity":3,"to":"DE","method":"standard",'
    '"ship_day":"2026-03-02","delivery_day":"2026-03-03","release_at":"2026-03-01T23:00:00+00:00"}'
)
PLACED_OF_OLD = (
    '{"order":"o-1","lines":[{"id":"1","sku":"TEA","quantity":3,'
    '"price":{"minor":450,"currency":"EUR"}}],"ship_to":"DE","method":"standard","stage":"open",'
    '"placed_at":"2026-03-02T09:00:00+00:00"}'
)


def test_what_was_kept_before_there_were_paths_and_bundles_is_read() -> None:
    """A leg goes straight, and nothing is a part of anything."""
    decision = f'{{"legs":[{LEG_OF_OLD}],"short":{{}},"cost":1,"bound":1,"runner_up":null,'
    text = f'{{"decision":{decision}"work":1,"policy":"p","digest":"d"}},"network":1,"items":{{}}}}'
    chosen = codec().read_event("order.plan-chosen", 1, text)
    [leg] = chosen.decision.legs  # type: ignore[attr-defined]
    assert (leg.path, leg.instead_of, leg.made) == ((), None, False)

    placed = codec().read_event("order.placed", 1, PLACED_OF_OLD)
    assert (placed.parts, placed.bundles) == ({}, ())  # type: ignore[attr-defined]

"""What holds for stores on both databases: tenants, the host's transactions, what is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    insert,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError

from omscore.adapters.sql import SqlStore, metadata, tune
from omscore.adapters.sql.recent import Decoded, Recent
from omscore.adapters.sql.rows import instant_text
from omscore.adapters.sql.tables import answer, event, state, todo
from omscore.kernel.errors import Broken, Conflict, Unavailable, Unreadable
from omscore.kernel.keys import Key, Kind, Versioned
from omscore.kernel.todo import Todo
from omscore.ports.storage import Answer, Saving
from omscore.testing.contracts.storage import codec
from omscore.testing.contracts.words import (
    COUNT,
    NOON,
    OTHER,
    WORD,
    Patient,
    Say,
    Word,
    answered,
    at,
    due,
    history,
    on,
    save,
    saying,
)

A, B = WORD.key("a"), WORD.key("b")
NOTHING = Versioned(None, 0)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The host's own engine, as hosts make them; on SQLite so that readers keep nobody waiting."""
    if request.param == "sqlite":
        made = create_engine(f"sqlite:///{tmp_path / 'host.db'}")
        tune(made)
    else:
        made = create_engine(request.getfixturevalue("postgres_url"))
    yield made
    made.dispose()


@pytest.fixture
def store(engine: Engine) -> SqlStore:
    made = SqlStore(engine, codec=codec())
    made.create_all()
    return made


@pytest.fixture
def host(engine: Engine) -> Iterator[Connection]:
    """A transaction of the host, with a table of its own in it."""
    level = {"sqlite": "SERIALIZABLE", "postgresql": "REPEATABLE READ"}[engine.dialect.name]
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE host_cart (id INTEGER PRIMARY KEY)"))
    with engine.connect().execution_options(isolation_level=level) as connection:
        yield connection


def carts(engine: Engine) -> int:
    with engine.connect() as connection:
        found: int = connection.execute(text("SELECT count(*) FROM host_cart")).scalar_one()
    return found


# --- tenants ----------------------------------------------------------------------------------


def test_tenants_do_not_see_each_other(engine: Engine, store: SqlStore) -> None:
    """Two shops in one database, with the same ids."""
    other = SqlStore(engine, codec=codec(), tenant="other")
    for shop, color in ((store, "red"), (other, "blue")):
        saving = saying(
            "c-1",
            (A, 0, color),
            listed="open",
            todos=[Todo("t-1", NOON, A, Say(color), "c-1")],
            answer=Answer("c-1", color, 1),
        )
        save(shop, saving)

    for shop, color in ((store, "red"), (other, "blue")):
        assert at(shop, A) == [Versioned(Word(color, "open"), 1)]
        assert [one.command for one in due(shop)] == [Say(color)]
        assert answered(shop, "c-1") == Answer("c-1", color, 1)
        assert on(shop, WORD, "open") == [A]
        assert len(history(shop, A)) == len(Patient().sent(shop, 1)) == 1
        with shop.begin() as work:
            assert len(work.events(["c-1/0"])) == 1

    save(other, Saving(done=["t-1"]))
    assert len(due(store)) == 1


# --- the host's transaction -------------------------------------------------------------------


def test_a_store_joins_the_transaction_of_the_host(
    store: SqlStore, engine: Engine, host: Connection
) -> None:
    """Cart and order are kept together, by one commit of the host."""
    joined = store.on(host)
    host.execute(text("INSERT INTO host_cart VALUES (1)"))
    save(joined, saying("c-1", (A, 0, "red")), saying("c-2", (A, 1, "blue"), (B, 0, "blue")))
    assert at(joined, A) == [Versioned(Word("blue"), 2)]
    assert at(store, A) == [NOTHING]

    host.commit()

    assert carts(engine) == 1
    assert at(store, A, B) == [Versioned(Word("blue"), 2), Versioned(Word("blue"), 1)]
    assert [one.version for one in history(store, A)] == [1, 2]


def test_what_the_host_rolls_back_never_was(
    store: SqlStore, engine: Engine, host: Connection
) -> None:
    """Not in the tables, and not in what the store remembers: another version 1 may follow."""
    joined = store.on(host)
    host.execute(text("INSERT INTO host_cart VALUES (1)"))
    save(joined, saying("c-1", (A, 0, "red")))
    assert at(joined, A) == [Versioned(Word("red"), 1)]
    host.rollback()

    assert carts(engine) == 0
    assert at(store, A) == [NOTHING]
    save(SqlStore(engine, codec=codec()), saying("c-1", (A, 0, "blue")))
    assert at(store, A) == [Versioned(Word("blue"), 1)]


def test_a_lost_race_leaves_the_host_its_transaction(
    store: SqlStore, engine: Engine, host: Connection
) -> None:
    """Nothing of the lost save is kept, though it had begun; the cart is."""
    save(store, saying("c-0", (B, 0, "red")))
    host.execute(text("INSERT INTO host_cart VALUES (1)"))
    with pytest.raises(Conflict):
        save(store.on(host), saying("c-1", (A, 0, "red"), guards={B: 7}))
    host.commit()

    assert carts(engine) == 1
    assert at(store, A) == [NOTHING]
    assert history(store, A) == []


def test_a_host_that_only_reads_sees_one_moment(store: SqlStore, host: Connection) -> None:
    """The SQLite driver does not begin a transaction for that by itself."""
    joined = store.on(host)
    assert at(joined, A) == [NOTHING]
    save(store, saying("c-1", (A, 0, "red"), (B, 0, "red")))

    assert at(joined, A, B) == [NOTHING, NOTHING]
    host.rollback()
    assert at(joined, A) == [Versioned(Word("red"), 1)]


def test_the_engine_stays_the_hosts(store: SqlStore, engine: Engine) -> None:
    """Closing a store that was given an engine closes nothing."""
    with engine.connect() as connection, store:
        connection.execute(select(1))
    with engine.connect() as connection:
        assert connection.get_isolation_level() in ("SERIALIZABLE", "READ COMMITTED")


def test_a_server_that_is_not_there_is_a_failure() -> None:
    """Nobody listens on this port."""
    store = SqlStore("postgresql+psycopg://nobody@127.0.0.1:1/none", codec=codec())
    with pytest.raises(Unavailable):
        at(store, A)
    with pytest.raises(Unavailable):
        store.create_all()


# --- what is remembered -----------------------------------------------------------------------


def test_a_state_is_decoded_once(store: SqlStore, engine: Engine) -> None:
    """Facts are read by every command: the second reader gets the very object of the first."""
    save(SqlStore(engine, codec=codec()), saying("c-1", (A, 0, "red")))

    [first], [second] = at(store, A), at(store, A)

    assert first.state is second.state


def test_what_was_saved_need_not_be_decoded_at_all(store: SqlStore) -> None:
    """The next command on the same order finds what the last one left."""
    saving = saying("c-1", (A, 0, "red"))
    save(store, saving)

    assert at(store, A)[0].state is saving.writes[A].state


def test_what_somebody_else_has_changed_is_read_anew(store: SqlStore, engine: Engine) -> None:
    """Another process has saved: what is remembered is not what is there."""
    save(store, saying("c-1", (A, 0, "red")))
    save(SqlStore(engine, codec=codec()), saying("c-2", (A, 1, "blue")))

    assert at(store, A) == [Versioned(Word("blue"), 2)]


def test_a_database_that_was_restored_is_believed(store: SqlStore, engine: Engine) -> None:
    """The same version of the same key, but another state: only its digest tells."""
    save(store, saying("c-1", (A, 0, "red")))
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
    save(SqlStore(engine, codec=codec()), saying("c-9", (A, 0, "blue")))

    assert at(store, A) == [Versioned(Word("blue"), 1)]


def test_nothing_is_remembered_where_there_is_no_room(engine: Engine) -> None:
    """The bound holds for a single state, too."""
    store = SqlStore(engine, codec=codec(), remembered=100)
    store.create_all()
    save(store, saying("c-1", (A, 0, "x" * 1000), (B, 0, "y")))

    [one], [again] = at(store, A), at(store, A)
    assert one == again == Versioned(Word("x" * 1000), 1)
    assert one.state is not again.state


@given(
    most=st.integers(0, 400),
    steps=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 15), st.booleans())),
)
def test_the_latest_are_remembered_up_to_the_bound(
    most: int, steps: list[tuple[int, int, bool]]
) -> None:
    """Beside a list that is searched from its end, newest first."""
    recent, plain = Recent(most), list[tuple[Key[object], Decoded]]()
    for n, (id_, length, put) in enumerate(steps):
        key = WORD.key(f"k-{id_}")
        if put:
            decoded = Decoded(n, f"state {n}", length)
            recent.put({key: decoded})
            plain = [(key, decoded), *((k, d) for k, d in plain if k != key)]
            while sum(d.weight for _, d in plain) > most:
                plain.pop()
        else:
            found = next((d for k, d in plain if k == key), None)
            assert recent.get(key) is found
            if found is not None:
                plain = [(key, found), *((k, d) for k, d in plain if k != key)]
    assert [recent.get(key) for key, _ in plain] == [decoded for _, decoded in plain]


# --- the last barrier -------------------------------------------------------------------------

STATE = {
    "tenant": "t", "kind": "k", "id": "i", "version": 1, "word": None, "margin": 0, "digest": 0,
    "body": "{}",
}  # fmt: skip
EVENT = {
    "place": 1, "tenant": "t", "id": "i", "kind": "k", "key_id": "a", "version": 1, "name": "n",
    "shape": 1, "body": "{}", "occurred_at": "x", "recorded_at": "x", "actor": "a",
    "causation": "c", "sequence": None,
}  # fmt: skip
TODO = {
    "tenant": "t", "id": "i", "due": "x", "kind": "k", "key_id": "a", "command": "{}",
    "causation": "c", "tries": 0,
}  # fmt: skip
ANSWER = {"tenant": "t", "command": "c", "digest": "d", "events": 0}


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (state, [STATE | {"version": 0}]),
        (state, [STATE, STATE | {"version": 2}]),
        (state, [STATE | {"body": None}]),
        (state, [STATE | {"margin": -1}]),
        (event, [EVENT | {"version": 0}]),
        (event, [EVENT | {"shape": 0}]),
        (event, [EVENT, EVENT | {"id": "j", "version": 2}]),
        (event, [EVENT, EVENT | {"place": 2, "version": 2}]),
        (event, [EVENT, EVENT | {"place": 2, "id": "j"}]),
        (event, [EVENT | {"actor": None}]),
        (todo, [TODO | {"tries": -1}]),
        (todo, [TODO, TODO | {"due": "y"}]),
        (answer, [ANSWER | {"events": -1}]),
        (answer, [ANSWER, ANSWER | {"digest": "e"}]),
    ],
)
def test_the_tables_refuse_what_cannot_be(
    store: SqlStore, engine: Engine, table: Table, rows: list[dict[str, object]]
) -> None:
    """Also from hands that do not go through the library."""
    *right, wrong = rows
    with engine.begin() as connection:
        for row in right:
            connection.execute(insert(table), row)
        with pytest.raises(IntegrityError):
            connection.execute(insert(table), wrong)


def test_what_an_older_version_made_gets_the_barrier_too(engine: Engine) -> None:
    """A shop that was there before: nothing is lost, and from now on nothing falls below zero."""
    old, count = MetaData(), COUNT.key("n")
    kept = [one for one in state.columns if one.name != "margin"]
    Table(
        state.name, old, *(Column(one.name, one.type, primary_key=one.primary_key) for one in kept)
    )
    for table in (event, todo, answer):
        table.to_metadata(old)
    old.create_all(engine)
    store = SqlStore(engine, codec=codec())
    with engine.begin() as connection:
        row = {"tenant": "default", "kind": "contract.count", "id": "n", "version": 1}
        body = codec().write_state("contract.count", Word("3"))
        connection.execute(insert(old.tables[state.name]), row | {"digest": 0, "body": body})

    store.create_all()
    store.create_all()

    assert at(store, count) == [Versioned(Word("3"), 1)]
    save(store, saying("c-1", (count, 1, "2")))
    with pytest.raises(Broken):
        save(store, saying("c-2", (count, 2, "-1")))
    assert at(store, count) == [Versioned(Word("2"), 2, 2)]


def test_a_kind_that_nobody_knows_any_more_is_damage(store: SqlStore, engine: Engine) -> None:
    """It was kept by a host with more kinds than this one."""
    save(store, saying("c-1", (A, 0, "red")))
    with engine.begin() as connection:
        connection.execute(event.update().values(kind="gone"))

    gone: Key[object] = Kind("gone", object).key("a")
    with pytest.raises(Broken, match="gone"):
        history(store, gone)


def test_what_cannot_be_kept_is_refused(store: SqlStore) -> None:
    """Half a character, and a number beyond 64 bits; nothing is kept."""
    half = saying("c-1", (A, 0, "\ud800"))
    huge = saying("c-1", (A, 0, "red"))
    write = huge.writes[A]
    told = attrs.evolve(write.events[0], sequence=2**70)
    huge = attrs.evolve(huge, writes={A: attrs.evolve(write, events=(told,))})

    for saving in (half, huge):
        with pytest.raises(Unreadable):
            save(store, saving)

    assert at(store, A) == [NOTHING]


def test_errors_do_not_repeat_what_is_kept(store: SqlStore) -> None:
    """It may be a name and an address; so neither the message nor a cause shows it."""
    save(store, saying("c-1", (A, 0, "red")))

    with pytest.raises(Conflict) as caught:
        save(store, saying("c-1", (OTHER.key("z"), 0, "Erika Mustermann")))

    assert "Erika" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@given(
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))])),
    st.datetimes(timezones=st.sampled_from([UTC, timezone(-timedelta(hours=9))])),
)
def test_instants_sort_as_text(one: datetime, other: datetime) -> None:
    """The database compares them without knowing that they are times."""
    limits = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)
    one, other = (min(max(each, limits[0]), limits[1]) for each in (one, other))

    assert (one < other) == (instant_text(one) < instant_text(other))
    assert datetime.fromisoformat(instant_text(one)) == one
    assert datetime.fromisoformat(instant_text(one)).tzinfo is UTC

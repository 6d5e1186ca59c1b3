"""The store in PostgreSQL keeps the promises of every store, and those about transactions."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import URL, Engine, create_engine, text

from omscore.adapters.sql import SqlStore
from omscore.kernel.errors import Broken, Unavailable
from omscore.kernel.keys import Versioned
from omscore.ports.storage import Outgoing
from omscore.testing.contracts.storage import StorageContract, codec
from omscore.testing.contracts.words import WORD, Patient, Word, at, save, saying

pytestmark = pytest.mark.postgres
A, B = WORD.key("a"), WORD.key("b")


@pytest.fixture
def store(postgres_url: URL) -> Iterator[SqlStore]:
    with SqlStore(postgres_url, codec=codec()) as made:
        made.create_all()
        yield made


@pytest.fixture
def engine(postgres_url: URL) -> Iterator[Engine]:
    """The host's own."""
    made = create_engine(postgres_url)
    yield made
    made.dispose()


class TestPostgresStore(StorageContract):
    """Held to the same suite as the others."""

    @pytest.fixture
    def storage(self, store: SqlStore) -> SqlStore:
        return store


def outbox(store: SqlStore) -> list[Outgoing]:
    with store.begin() as work:
        return list(work.outbox())


def test_an_event_waits_for_those_that_began_before_it(store: SqlStore, engine: Engine) -> None:
    """Of two transactions the first commits last: a reader must not pass its places."""
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ")
    with snapshot.connect() as first:
        save(store.on(first), saying("c-1", (A, 0, "red")))
        save(store, saying("c-2", (B, 0, "blue")))
        assert [one.recorded.id for one in outbox(store)] == []
        first.commit()

    assert [one.recorded.id for one in Patient().sent(store, 2)] == ["c-1/0", "c-2/0"]


def test_places_that_do_not_rise_are_noticed(store: SqlStore, engine: Engine) -> None:
    """A database from another server may be ahead of this one's transactions."""
    save(store, saying("c-1", (A, 0, "red")))
    with engine.begin() as connection:
        connection.execute(text("UPDATE omscore_event SET place = place + (1::bigint << 60)"))

    with pytest.raises(Broken, match="places"):
        save(store, saying("c-2", (A, 1, "blue")))

    assert at(store, A) == [Versioned(Word("red"), 1)]


def test_a_host_that_reads_each_statement_anew_is_refused(store: SqlStore, engine: Engine) -> None:
    """What a command reads would not be of one moment."""
    with engine.connect() as connection, pytest.raises(ValueError, match="REPEATABLE READ"):
        store.on(connection)


def test_a_lost_connection_is_a_failure_and_no_end(postgres_url: URL, engine: Engine) -> None:
    """The server goes down and comes up again: so does the store."""
    name = f"omscore-{secrets.token_hex(6)}"
    with SqlStore(
        postgres_url.update_query_dict({"application_name": name}), codec=codec()
    ) as store:
        store.create_all()
        save(store, saying("c-1", (A, 0, "red")))
        with store.begin() as work, engine.connect() as connection:
            work.get([A])
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = :name"
                ),
                {"name": name},
            )
            with pytest.raises(Unavailable, match="outcome may be unknown"):
                work.save(saying("c-2", (A, 1, "blue")))

        assert at(store, A) == [Versioned(Word("red"), 1)]


def test_tables_are_made_once_by_many(postgres_url: URL) -> None:
    """Workers start together."""

    def start(_: int) -> None:
        with SqlStore(postgres_url, codec=codec()) as store:
            store.create_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, range(4)))

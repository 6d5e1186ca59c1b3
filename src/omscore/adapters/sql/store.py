"""A store in a database: SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from attrs import frozen
from sqlalchemy import URL, Column, Connection, Engine, inspect
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from omscore.adapters.codec import Codec
from omscore.adapters.sql.engines import ISOLATION, Synchronous, opened
from omscore.adapters.sql.failures import typed
from omscore.adapters.sql.recent import Recent
from omscore.adapters.sql.rows import Rows
from omscore.adapters.sql.statements import Statements
from omscore.adapters.sql.tables import metadata
from omscore.adapters.sql.transactions import Connections, Joined, Own, Transactions
from omscore.adapters.sql.work import SqlWork

REMEMBERED = 16 * 2**20
AT_HAND = 4
_SNAPSHOTS = ("REPEATABLE READ", "SERIALIZABLE")
# Any number that no other program uses: who creates tables waits for whoever is creating them.
_CREATING = 0x6F6D73


class SqlStore:
    """A `Storage` for one *tenant*, safe to share among threads; any number of them may serve one
    database, in any number of processes.

    Given a URL it opens an engine of its own, which `close` closes; *synchronous* is for SQLite
    (see `tune`).  A host may pass its own engine instead, which stays the host's.  *remembered*
    bounds the states that are kept in memory: it is how many characters of text they come from,
    with some for each.

    Its units of work raise `Conflict` for lost races and `Unavailable` where the database fails.
    """

    def __init__(
        self,
        url_or_engine: str | URL | Engine,
        *,
        codec: Codec,
        tenant: str = "default",
        synchronous: Synchronous = "NORMAL",
        remembered: int = REMEMBERED,
    ) -> None:
        self._engine: Engine
        self._owned: Engine | None = None
        if isinstance(url_or_engine, Engine):
            level = ISOLATION.get(url_or_engine.dialect.name, "AUTOCOMMIT")
            self._engine = url_or_engine.execution_options(isolation_level=level)
        else:
            self._owned = self._engine = opened(url_or_engine, synchronous)
        self._parts = Statements.of(self._engine.dialect), Rows(codec, tenant), Recent(remembered)
        at_hand = AT_HAND if self._owned and self._engine.dialect.name == "sqlite" else 0
        self._connections = Connections(self._engine, at_hand)
        self._turn = Lock()

    @classmethod
    def in_file(
        cls, path: str | Path, *, codec: Codec, synchronous: Synchronous = "NORMAL"
    ) -> Self:
        """A store in the SQLite file at *path*, whatever characters its name has."""
        url = URL.create("sqlite", database=str(path))
        return cls(url, codec=codec, synchronous=synchronous)

    @property
    def engine(self) -> Engine:
        """What it talks to the database with."""
        return self._engine

    @contextmanager
    def begin(self) -> Iterator[SqlWork]:
        """A unit of work that sees the store as it is when it first reads."""
        transactions = Own(self._connections, self._turn)
        try:
            yield self._work(transactions)
        finally:
            transactions.close()

    def on(self, connection: Connection) -> JoinedStore:
        """This store within the host's own transaction: it sees and becomes part of what the host
        does on *connection*, and is kept if the host commits.

        On PostgreSQL that transaction must be `REPEATABLE READ` (ValueError otherwise); after a
        `Conflict` it is of no use any more, and the host rolls it back.
        """
        if connection.dialect.name != "sqlite":
            level = connection.get_isolation_level()
            # A snapshot that is older than the number of its transaction is what makes places of
            # events rise with the versions of their aggregates.
            if level not in _SNAPSHOTS:
                raise ValueError(f"the transaction must be {_SNAPSHOTS[0]}, not {level}")
        return JoinedStore(self._work(Joined(connection)))

    def _work(self, transactions: Transactions) -> SqlWork:
        return SqlWork(transactions, *self._parts)

    def create_all(self) -> None:
        """Create the tables, or what newer versions added to them, unless it is there; safe while
        others do the same.

        Hosts that migrate their database themselves take `metadata` into their migrations.
        """
        with typed(), self._engine.connect() as connection:
            if _missing(connection) == []:
                return
        transactions = Own(self._connections, self._turn)
        with typed(), closing(transactions), transactions.saving() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_CREATING})")
            for column in _missing(connection) or ():
                made = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {column.table.name} ADD COLUMN {made}")
            for table in metadata.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))
                for index in sorted(table.indexes, key=lambda one: str(one.name)):
                    connection.execute(CreateIndex(index, if_not_exists=True))

    def close(self) -> None:
        """Let go of the database; whatever is used after that opens it again."""
        self._connections.close()
        if self._owned is not None:
            self._owned.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _missing(connection: Connection) -> Sequence[Column[object]] | None:
    """The columns that an older version did not make; None, if a whole table is not there."""
    there = inspect(connection)
    if not set(metadata.tables) <= set(there.get_table_names()):
        return None
    return [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name not in {one["name"] for one in there.get_columns(table.name)}
    ]


@frozen(eq=False)
class JoinedStore:
    """A `Storage` within a transaction of the host; see `SqlStore.on`."""

    _work: SqlWork

    @contextmanager
    def begin(self) -> Iterator[SqlWork]:
        """A unit of work in the host's transaction."""
        yield self._work

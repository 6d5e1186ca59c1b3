"""Where a unit of work happens: in transactions of its own, or within one of the host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock
from typing import Protocol

from attrs import define, field, frozen
from sqlalchemy import Connection, Engine


class Transactions(Protocol):
    """Gives a connection to read on, and one to save on."""

    def reading(self) -> Connection:
        """A connection in a transaction that sees one moment and takes no locks."""
        ...

    def saving(self) -> AbstractContextManager[Connection]:
        """A connection for one save: all of it is kept at the end, and nothing on an error."""
        ...

    def close(self) -> None:
        """Give up what is unsaved."""
        ...


@define(eq=False)
class Connections:
    """The connections of a store's own *engine*, at most *most* of them kept at hand.

    Taking one out of the engine's pool costs as much as several statements do.  Only connections
    to a file are kept: those to a server may be gone, and the pool knows how to find out.
    """

    engine: Engine
    most: int
    _idle: list[Connection] = field(factory=list, init=False, repr=False)

    def take(self) -> Connection:
        """A connection without a transaction."""
        try:
            return self._idle.pop()
        except IndexError:
            return self.engine.connect()

    def give(self, connection: Connection) -> None:
        """Take *connection* back, and give up what is unsaved on it."""
        if len(self._idle) < self.most:
            connection.rollback()
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Let go of those at hand."""
        while self._idle:
            self._idle.pop().close()


@define(eq=False)
class Own:
    """Transactions on a connection that is taken at first use.

    On PostgreSQL reading and saving are one transaction.  On SQLite they are two, so that the
    write lock is held only while saving; nothing is lost by it, because versions are compared in
    the second.  *turn* lets the threads of a process save in the order in which they come: waiting
    for the lock of the file, they would only try again now and then.
    """

    connections: Connections
    turn: Lock
    _connection: Connection | None = field(default=None, init=False)
    _begun: bool = field(default=False, init=False)

    def reading(self) -> Connection:
        """The connection, in a transaction that shows one moment."""
        connection = self._connection
        if connection is None:
            connection = self._connection = self.connections.take()
        if not self._begun:
            if self._by_hand:
                connection.exec_driver_sql("BEGIN")
            self._begun = True
        return connection

    @contextmanager
    def saving(self) -> Iterator[Connection]:
        """The connection, in a transaction that is committed at the end, or rolled back."""
        if not self._by_hand:
            with self._ending(self.reading()) as connection:
                yield connection
            return
        if self._connection is None:
            self._connection = self.connections.take()
        self._connection.rollback()
        with self.turn, self._ending(self._connection) as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def _ending(self, connection: Connection) -> Iterator[Connection]:
        self._begun = False
        try:
            yield connection
            connection.commit()
        except BaseException:
            connection.rollback()
            raise

    def close(self) -> None:
        """Give the connection back, if one was taken."""
        if self._connection is not None:
            self.connections.give(self._connection)
            self._connection = None

    @property
    def _by_hand(self) -> bool:
        return self.connections.engine.dialect.name == "sqlite"


@frozen(eq=False)
class Joined:
    """The host's transaction: it sees what the host has written, and the host commits.

    Each save is a savepoint, so one that lost a race leaves nothing of itself behind.
    """

    connection: Connection

    def reading(self) -> Connection:
        """The host's connection, in its transaction."""
        driver = self.connection.connection.driver_connection
        # The SQLite driver may put off its BEGIN until the first write; then nothing would hold
        # the moment, and releasing the savepoint would commit.
        if self.connection.dialect.name == "sqlite" and not getattr(driver, "in_transaction", True):
            self.connection.exec_driver_sql("BEGIN")
        return self.connection

    @contextmanager
    def saving(self) -> Iterator[Connection]:
        """The host's connection, in a savepoint that is released at the end, or rolled back."""
        with self.reading().begin_nested():
            yield self.connection

    def close(self) -> None:
        """Nothing to do: the transaction is the host's."""

"""One attempt at one command, on a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import takewhile

from attrs import frozen
from sqlalchemy import Connection

from omscore.adapters.sql.compiling import Repeated, padded
from omscore.adapters.sql.failures import typed
from omscore.adapters.sql.recent import Decoded, Recent
from omscore.adapters.sql.rows import Packed, Row, Rows, instant_text
from omscore.adapters.sql.statements import EVERY, ORDINAL_BITS, Statements
from omscore.adapters.sql.transactions import Transactions
from omscore.kernel.errors import Conflict, ensure
from omscore.kernel.keys import Key, Kind, Listing, Versioned
from omscore.kernel.recorded import Recorded
from omscore.kernel.todo import Todo
from omscore.ports.storage import Answer, Outgoing, Saving, ensure_counted

_NOTHING = Versioned(None, 0)


@frozen(eq=False)
class SqlWork:
    """A `UnitOfWork`; its moment is that of its first read."""

    _transactions: Transactions
    _statements: Statements
    _rows: Rows
    _recent: Recent

    # --- reading ------------------------------------------------------------------------------

    def get(self, keys: Iterable[Key[object]], /) -> Mapping[Key[object], Versioned]:
        """What is kept at *keys*; only what is not known already is sent and decoded."""
        wanted = list(keys)
        known = [self._recent.get(key) for key in wanted]
        asked = [
            (n, key.kind.name, key.id, None if had is None else had.digest)
            for n, (key, had) in enumerate(zip(wanted, known, strict=True))
        ]
        found = dict.fromkeys(wanted, _NOTHING)
        with typed():
            rows = self._asked(self._statements.states, asked)
        news: dict[Key[object], Decoded] = {}
        for n, version, margin, sum_, body in rows:
            if version is None:
                continue
            key, decoded = wanted[n], known[n]
            if body is not None or decoded is None:
                decoded = news[key] = self._rows.read(key, sum_, body)
            found[key] = Versioned(decoded.state, version, margin)
        self._recent.put(news)
        return found

    def listed(self, listing: Listing[object], /) -> Sequence[Key[object]]:
        """The keys on a list, by id."""
        most = EVERY if listing.most is None else listing.most
        asked = (self._rows.tenant, listing.kind.name, listing.word, most)
        return [listing.kind.key(id_) for [id_] in self._read(self._statements.listed, asked)]

    def named(
        self, kind: Kind[object], prefix: str, /, *, after: str = "", limit: int = 1000
    ) -> Sequence[Key[object]]:
        """Keys of *kind* whose ids begin with *prefix* and are beyond *after*, by id."""
        asked = (self._rows.tenant, kind.name, max(prefix, after), after, limit)
        rows = self._read(self._statements.named, asked)
        return [kind.key(id_) for id_ in _while(prefix, rows)]

    def answer(self, command: str, /) -> Answer | None:
        """What is kept about a command that was done before."""
        rows = self._read(self._statements.answer, (self._rows.tenant, command))
        return next((Answer(command, digest, events) for digest, events in rows), None)

    def todo(self, until: datetime, /, *, limit: int = 100) -> Sequence[Todo]:
        """What is due by *until*, earliest first, then by id."""
        asked = (self._rows.tenant, instant_text(until), limit)
        return [self._rows.todo(row) for row in self._read(self._statements.due, asked)]

    def history(self, /, *keys: Key[object]) -> Sequence[Recorded[object]]:
        """Every event of these aggregates, in the order of saving."""
        asked = [(key.kind.name, key.id) for key in dict.fromkeys(keys)]
        with typed():
            rows = sorted(self._asked(self._statements.history, asked), key=_place)
        return [self._rows.recorded(row[1:]) for row in rows]

    def since(self, moment: datetime, /, *keys: Key[object]) -> Sequence[Recorded[object]]:
        """Of each of these aggregates, every event after its last one recorded by *moment*."""
        at = instant_text(moment)
        asked = [(self._rows.tenant, key.kind.name, key.id, at) for key in dict.fromkeys(keys)]
        with typed():
            rows = sorted(self._asked(self._statements.since, asked), key=_place)
        return [self._rows.recorded(row[1:]) for row in rows]

    def events(self, ids: Sequence[str], /) -> Sequence[Recorded[object]]:
        """The events of these ids, in that order."""
        with typed():
            rows = sorted(self._asked(self._statements.events, list(enumerate(ids))), key=_place)
        return [self._rows.recorded(row[1:]) for row in rows]

    def outbox(self, after: int = 0, /, *, limit: int = 1000) -> Sequence[Outgoing]:
        """Events at places beyond *after*, in the order of saving.

        On PostgreSQL an event is held back while any transaction of the server that began to write
        earlier is still open.
        """
        rows = self._read(self._statements.outbox, (self._rows.tenant, after, limit))
        return [Outgoing(place, self._rows.recorded(row)) for place, *row in rows]

    def _read(self, statement: str, parameters: tuple[object, ...]) -> Sequence[Row]:
        with typed():
            return _fetched(self._transactions.reading(), statement, parameters)

    def _asked(
        self, statements: Mapping[int, str], asked: Sequence[tuple[object, ...]]
    ) -> list[Row]:
        connection = self._transactions.reading()
        return _many(connection, statements, asked, self._rows.tenant)

    # --- saving -------------------------------------------------------------------------------

    def save(self, saving: Saving, /) -> None:
        """Compare and set, in one transaction."""
        ensure_counted(saving)
        with typed():
            packed = self._rows.packed(saving)
            with self._transactions.saving() as connection:
                self._send(packed, connection)
        self._recent.put(packed.decoded)

    def _send(self, packed: Packed, connection: Connection) -> None:
        # Everybody locks rows in this order, so nobody waits in a circle: new states, then changed
        # ones, then events, todos and answers, each by key; guards come last and do not wait.  New
        # ones are first because who adds late waits for whoever is changing the row meanwhile,
        # while nobody changes what he cannot see yet.
        said = self._statements
        self._add(packed, connection)
        if _count(connection, said.change, packed.changed) != len(packed.changed):
            raise Conflict("what is to be changed was changed by somebody else")
        if packed.told:
            places = self._places(len(packed.told), connection)
            told = [(place, *row) for place, row in zip(places, packed.told, strict=True)]
            _count(connection, said.tell, told)
        if _count(connection, said.finish, packed.done) != len(packed.done):
            raise Conflict("somebody else has done the work")
        _count(connection, said.postpone, packed.waiting)
        _count(connection, said.reply, packed.replies)
        self._compare([one for one in packed.guards if one[1]], connection)

    def _add(self, packed: Packed, connection: Connection) -> None:
        """Add new states; and where a guard says that there is none, hold that place a moment.

        A row that is not there cannot be locked.  Adding it and taking it away again makes
        everybody who adds it meanwhile wait for us, and fails if somebody was faster.
        """
        absent = [
            (self._rows.tenant, key.kind.name, key.id)
            for key, version in packed.guards
            if version == 0
        ]
        held = [(*key, 1, None, None, 0, "") for key in absent]
        added = sorted([*packed.added, *held], key=_named) if held else packed.added
        _count(connection, self._statements.add, added)
        _count(connection, self._statements.erase, absent)

    def _places(self, many: int, connection: Connection) -> Iterable[int | None]:
        """Places for so many events; None where the database counts on by itself."""
        if not self._statements.place:
            return [None] * many
        [(first, taken)] = _fetched(connection, self._statements.place, ())
        start = max(first, (taken or 0) + 1)
        # A server that was filled from a dump counts transactions anew: raise its epoch with
        # `pg_resetwal --epoch`, or readers of the outbox would miss what is saved from now on.
        ensure(
            start + many <= first + (1 << ORDINAL_BITS),
            "places of events rise with the transactions of the server",
        )
        return range(start, start + many)

    def _compare(self, guards: Sequence[tuple[Key[object], int]], connection: Connection) -> None:
        asked = [(n, key.kind.name, key.id) for n, (key, _) in enumerate(guards)]
        rows = _many(connection, self._statements.versions, asked, self._rows.tenant)
        at = {n: version for n, version in rows}
        for n, (key, expected) in enumerate(guards):
            if at.get(n, 0) != expected:
                raise Conflict(f"{key} is at version {at.get(n, 0)}, not at {expected}")


def _fetched(
    connection: Connection, statement: str, parameters: tuple[object, ...]
) -> Sequence[Row]:
    return connection.exec_driver_sql(statement, parameters).fetchall()


def _many(
    connection: Connection,
    statements: Mapping[int, str],
    asked: Sequence[tuple[object, ...]],
    tenant: str,
) -> list[Row]:
    rows = list[Row]()
    for length, parameters in padded(asked):
        rows += _fetched(connection, statements[length], (*parameters, tenant))
    return [row for row in rows if row[0] is not None]


def _count(connection: Connection, statement: Repeated, rows: Sequence[Row]) -> int:
    """Send *statement* with all of *rows*; how many rows of the table it touched."""
    if not rows:
        return 0
    if isinstance(statement, str):
        return connection.exec_driver_sql(statement, list(rows)).rowcount
    return sum(
        connection.exec_driver_sql(statement[length], tuple(parameters)).rowcount
        for length, parameters in padded(rows)
    )


def _while(prefix: str, rows: Sequence[Row]) -> Iterator[str]:
    """Ids from the first on, as long as they begin with *prefix*."""
    return takewhile(lambda id_: id_.startswith(prefix), (id_ for [id_] in rows))


def _place(row: Row) -> int:
    place: int = row[0]
    return place


def _named(row: Row) -> tuple[str, ...]:
    return tuple(row[:3])

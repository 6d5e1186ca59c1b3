"""Engines, as a store needs them: SQLite with a write-ahead log, PostgreSQL with snapshots."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from time import sleep
from typing import Any, Literal

from sqlalchemy import URL, Engine, create_engine, event, make_url

Synchronous = Literal["OFF", "NORMAL", "FULL", "EXTRA"]
# A unit of work reads a snapshot.  On SQLite the driver must not begin transactions of its own
# accord, so it is told nothing and the store begins them by hand.
ISOLATION = {"sqlite": "AUTOCOMMIT", "postgresql": "REPEATABLE READ"}
PATIENCE = timedelta(seconds=5)
_CACHE_KIB = 32_768
_TRIES = 50


def opened(url: str | URL, synchronous: Synchronous = "NORMAL") -> Engine:
    """An engine of our own on *url*; ValueError where a store cannot be kept."""
    parsed = make_url(url)
    name = parsed.get_backend_name()
    if name not in ISOLATION:
        raise ValueError(f"a store is on SQLite or PostgreSQL, not on {name}")
    if name != "sqlite":
        return create_engine(parsed, isolation_level=ISOLATION[name], hide_parameters=True)
    if parsed.database in (None, "", ":memory:") or parsed.query.get("mode") == "memory":
        raise ValueError("SQLite in memory belongs to one connection: use Oms.in_memory() instead")
    engine = create_engine(
        parsed,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={"timeout": PATIENCE.total_seconds()},
    )
    tune(engine, synchronous)
    return engine


def tune(engine: Engine, synchronous: Synchronous = "NORMAL") -> None:
    """Give each new SQLite connection of *engine* what a store does well with.

    With the write-ahead log readers and the one writer do not wait for each other.  *synchronous*
    `NORMAL` never damages the file, but the last commits may be lost with the power; `FULL` waits
    for the disk at every commit.
    """
    if synchronous not in ("OFF", "NORMAL", "FULL", "EXTRA"):
        raise ValueError("synchronous is OFF, NORMAL, FULL or EXTRA")

    def tuned(connection: Any, _: object) -> None:
        _log_ahead(connection)
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")

    event.listen(engine, "connect", tuned)


def _log_ahead(connection: Any) -> None:
    """Switch to the write-ahead log.  It stays switched; while somebody switches, SQLite is busy
    without the patience that it has otherwise."""
    for left in reversed(range(_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not left or not error.sqlite_errorname.startswith("SQLITE_BUSY"):
                raise
            sleep(PATIENCE.total_seconds() / _TRIES)
        else:
            return

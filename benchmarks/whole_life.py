"""How long an order takes, from placing to delivery, in memory and on SQLite.

    python benchmarks/whole_life.py [--quick] [--json]

Orders of ten lines through a network of six nodes.  Each is placed (sourced and reserved),
released, accepted, picked, packed, shipped and delivered: about ten commands, with reactions.

The baseline of SQLite is its own traffic: every statement that the library sent, with its
parameters and transactions, is recorded and sent again to a copy of the database file as it was
before, with no domain work and the same pragmas: through SQLAlchemy Core (as `text`, parameters by
name, made ready beforehand), through its `exec_driver_sql`, which skips most of what Core does, and
through bare `sqlite3`.
"""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import figures
from attrs import define, field
from figures import Row, seconds
from sqlalchemy import Connection, CursorResult, Engine, TextClause, event, text

from omscore import (
    AcceptFulfillment,
    Calendar,
    DeliverFulfillment,
    Item,
    Lane,
    Line,
    Node,
    Oms,
    PackFulfillment,
    PickFulfillment,
    PlaceOrder,
    ReceiveStock,
    ShipFulfillment,
    eur,
)
from omscore.adapters import vocabulary
from omscore.adapters.clocks import CountingIds, FixedClock
from omscore.adapters.memory import MemoryStore
from omscore.adapters.sql import SqlStore, engines
from omscore.adapters.sql.engines import Synchronous
from omscore.ports.storage import Storage

LINES = 10
SKUS = 400
NODES = ("amsterdam", "berlin", "lyon", "madrid", "milan", "warsaw")
REPORTS = (
    AcceptFulfillment,
    PickFulfillment,
    PackFulfillment,
    ShipFulfillment,
    DeliverFulfillment,
)


# --- the work ---------------------------------------------------------------------------------


def a_shop(storage: Storage, seed: int = 1) -> tuple[Oms, FixedClock]:
    """A front door on *storage*, with the facts and plenty of stock."""
    chance, clock = Random(seed), FixedClock(datetime(2026, 3, 2, 6, tzinfo=UTC))
    oms = Oms(storage, clock=clock, ids=CountingIds("b"))
    week = Calendar("week", weekdays=range(5))
    nodes = [Node(node, zone="Europe/Berlin", calendar="week") for node in NODES]
    lanes = [
        Lane(node, "DE", parcel_cost=chance.randint(400, 900), unit_cost=chance.randint(5, 40))
        for node in NODES
    ]
    items = [Item(f"S{n}", weight_g=chance.randint(50, 3_000)) for n in range(SKUS)]
    oms.know(week, *nodes, *lanes, *items)
    for n in range(SKUS):
        for node in chance.sample(NODES, 4):
            oms.do(ReceiveStock(node=node, sku=f"S{n}", quantity=10**7, document="opening"))
    return oms, clock


def orders(first: int, count: int, seed: int = 2) -> Iterator[PlaceOrder]:
    """*count* orders from number *first* on; the same numbers, the same orders."""
    price = eur("9.90")
    for n in range(first, first + count):
        chance = Random(f"{seed}/{n}")
        skus = chance.sample(range(SKUS), LINES)
        lines = [
            Line(str(k), f"S{sku}", chance.choice((1, 1, 1, 2, 3, 5)), price)
            for k, sku in enumerate(skus)
        ]
        yield PlaceOrder(f"o-{n}", lines, "DE")


def live(oms: Oms, clock: FixedClock, asked: PlaceOrder) -> int:
    """One order's whole life; how many commands and reactions it took."""
    receipt = oms.do(asked)
    commands = {one.causation for one in (*receipt.events, *receipt.followed)}
    for fulfillment in oms.order(asked.order).fulfillments:
        for report in REPORTS:
            done = oms.do(report(fulfillment))
            commands |= {one.causation for one in (*done.events, *done.followed)}
    clock.advance(timedelta(seconds=1))
    return len(commands)


def live_all(oms: Oms, clock: FixedClock, some: Iterable[PlaceOrder]) -> None:
    """All of that for each of *some* orders."""
    for one in some:
        live(oms, clock, one)


# --- the traffic ------------------------------------------------------------------------------

Sent = tuple[str, Any, Any]
Execute = Callable[[Connection, Any, Any], CursorResult[Any]]


@define
class Traffic:
    """Everything that went to the database: what it was, the statement, its parameters."""

    sent: list[Sent] = field(factory=list)

    def listen(self, engine: Engine) -> None:
        """Record whatever goes through *engine* from now on."""
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", lambda _: self.sent.append(("commit", "", None)))
        event.listen(engine, "rollback", lambda _: self.sent.append(("rollback", "", None)))

    def _statement(
        self,
        connection: Connection,
        cursor: object,
        statement: str,
        parameters: object,
        context: object,
        many: bool,
    ) -> None:
        how = "begin" if statement == "BEGIN" else "many" if many else "one"
        self.sent.append((how, statement, parameters))


def as_text(traffic: list[Sent]) -> list[Sent]:
    """*traffic* as `text` with parameters by name, made ready before anything is timed."""
    known = dict[str, TextClause]()
    ready = list[Sent]()
    for how, statement, given in traffic:
        if how in ("commit", "rollback"):
            ready.append((how, statement, given))
            continue
        if statement not in known:
            first, *rest = str(statement).split("?")
            known[statement] = text(first + "".join(f":p{n}{x}" for n, x in enumerate(rest)))
        rows = [{f"p{n}": one for n, one in enumerate(row)} for row in _rows(how, given)]
        ready.append((how, known[statement], rows if how == "many" else rows[0]))
    return ready


def _rows(how: str, given: Any) -> Any:
    return given if how == "many" else [given]


def through_core(ready: list[Sent], engine: Engine) -> None:
    """Send what `as_text` made ready through SQLAlchemy Core."""
    _send(ready, engine, lambda connection, sent, given: connection.execute(sent, given))


def through_driver_sql(traffic: list[Sent], engine: Engine) -> None:
    """Send *traffic* through SQLAlchemy's `exec_driver_sql`, the way the library does."""
    _send(traffic, engine, lambda connection, sent, given: connection.exec_driver_sql(sent, given))


def _send(traffic: list[Sent], engine: Engine, execute: Execute) -> None:
    with engine.connect() as connection:
        for how, statement, parameters in traffic:
            if how == "commit":
                connection.commit()
            elif how == "rollback":
                connection.rollback()
            else:
                if how == "begin":  # what was only read has ended without a word
                    connection.rollback()
                result = execute(connection, statement, parameters)
                if result.returns_rows:
                    result.fetchall()


def through_sqlite3(traffic: list[Sent], path: Path, synchronous: Synchronous) -> None:
    """Send *traffic* through the standard library's driver."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA synchronous={synchronous}")
    cursor = connection.cursor()
    for how, statement, parameters in traffic:
        if how in ("commit", "rollback"):
            if connection.in_transaction:
                cursor.execute(how)
        elif how == "many":
            cursor.executemany(statement, parameters)
        else:
            if how == "begin" and connection.in_transaction:
                cursor.execute("rollback")
            cursor.execute(statement, parameters)
            if cursor.description:
                cursor.fetchall()
    connection.close()


# --- figures ----------------------------------------------------------------------------------


def in_memory(count: int, rounds: int) -> list[Row]:
    """Orders per second in memory, and how many commands each takes."""
    oms, clock = a_shop(MemoryStore())
    for asked in orders(0, 20):
        live(oms, clock, asked)
    rates, commands, first = list[float](), 0, 1_000
    for _ in range(rounds):
        some = list(orders(first, count))
        first += count
        commands = 0

        def run(some: Sequence[PlaceOrder] = some) -> None:
            nonlocal commands
            commands = sum(live(oms, clock, asked) for asked in some)

        rates.append(count / seconds(run))
    rate = statistics.median(rates)
    each = commands / count
    return [
        Row(
            "in memory", round(rate), "orders/s", "", "at least 200 on a current core", rate >= 200
        ),
        Row("commands and reactions", round(each, 1), "per order", ""),
    ]


def opened(path: Path, synchronous: Synchronous) -> tuple[SqlStore, Oms, FixedClock]:
    """A front door on the store in *path*, which has the facts already."""
    store = SqlStore.in_file(path, codec=vocabulary.codec(), synchronous=synchronous)
    clock = FixedClock(datetime(2026, 3, 2, 7, tzinfo=UTC))
    return store, Oms(store, clock=clock, ids=CountingIds("x")), clock


def base(path: Path, stored: int) -> None:
    """A database with the facts, the stock, and so many orders that have been lived."""
    store = SqlStore(f"sqlite:///{path}", codec=vocabulary.codec())
    store.create_all()
    oms, clock = a_shop(store)
    lived = min(stored, 1_000)
    for asked in orders(10**6, lived):
        live(oms, clock, asked)
    store.close()
    settle(path)
    for copy in range(1, stored // lived):
        clone(path, copy)


# The aggregates that belong to one order; their ids all contain the order's, or its command's.
OF_ORDERS = ("order", "fulfillment", "reservation", "fulfilling", "recovering")


def clone(path: Path, copy: int) -> None:
    """Store the first thousand orders once more under other names, events and answers included."""
    kinds = ", ".join(f"'{kind}'" for kind in OF_ORDERS)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO omscore_state (tenant, kind, id, version, word, digest, body) "
            "SELECT tenant, kind, id || ?, version, word, digest, body FROM omscore_state "
            f"WHERE kind IN ({kinds}) AND id NOT LIKE '%~%'",
            (f"~{copy}",),
        )
        connection.execute(
            "INSERT INTO omscore_event (place, tenant, id, kind, key_id, version, name, shape, "
            "body, occurred_at, recorded_at, actor, causation, sequence) "
            "SELECT place + (SELECT max(place) FROM omscore_event), tenant, id || ?, kind, "
            "key_id || ?, version, name, shape, body, occurred_at, recorded_at, actor, "
            "causation, sequence FROM omscore_event "
            f"WHERE kind IN ({kinds}) AND id NOT LIKE '%~%'",
            (f"~{copy}", f"~{copy}"),
        )
    settle(path)


def settle(path: Path) -> None:
    """Move everything from the log into the file, so that it can be copied."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def recorded(path: Path, some: Sequence[PlaceOrder], synchronous: Synchronous) -> list[Sent]:
    """What living *some* sends to a copy of the database."""
    store, oms, clock = opened(path, synchronous)
    traffic = Traffic()
    traffic.listen(store.engine)
    for asked in some:
        live(oms, clock, asked)
    store.close()
    return traffic.sent


def compared(
    folder: Path, start: Path, count: int, rounds: int, synchronous: Synchronous
) -> tuple[float, ...]:
    """Seconds per order: the library, Core, `exec_driver_sql`, `sqlite3`; medians."""
    some = list(orders(0, count))
    room = folder / f"room-{synchronous}.db"

    def fresh() -> Path:
        for leftover in folder.glob(f"{room.name}*"):
            leftover.unlink()
        return Path(shutil.copy(start, room))

    sent = recorded(fresh(), some, synchronous)
    ready = as_text(sent)
    taken: list[list[float]] = [[], [], [], []]
    for _ in range(rounds):
        store, oms, clock = opened(fresh(), synchronous)
        taken[0].append(seconds(partial(live_all, oms, clock, some)))
        store.close()
        for place, through, traffic in (1, through_core, ready), (2, through_driver_sql, sent):
            engine = engines.opened(f"sqlite:///{fresh()}", synchronous)
            taken[place].append(seconds(partial(through, traffic, engine)))
            engine.dispose()
        at = fresh()
        taken[3].append(seconds(partial(through_sqlite3, sent, at, synchronous)))
    return tuple(statistics.median(each) / count for each in taken)


WAYS = ("SQLAlchemy Core, as text", "SQLAlchemy's exec_driver_sql", "sqlite3")


def on_sqlite(folder: Path, count: int, rounds: int) -> list[Row]:
    """Orders per second on SQLite, against the same statements without domain work."""
    start, rows = folder / "start.db", list[Row]()
    base(start, 20)
    levels: tuple[Synchronous, ...] = ("NORMAL", "FULL")
    for synchronous in levels:
        library, *others = compared(folder, start, count, rounds, synchronous)
        name, judged = f"on SQLite, {synchronous}", synchronous == "NORMAL"
        rows.append(Row(name, round(1 / library), "orders/s", ""))
        for other, way in zip(others, WAYS, strict=True):
            ratio, bound = library / other, way == WAYS[0] and judged
            target, met = ("at most 2.5", ratio <= 2.5) if bound else ("", None)
            against = f"the same statements through {way}"
            rows.append(Row(f"{name}, time", round(ratio, 2), "times", against, target, met))
    return rows


def flat(folder: Path, few: int, many: int, count: int, rounds: int) -> Row:
    """Time per order with *many* orders stored, against a *few*."""
    stores = {stored: folder / f"stored-{stored}.db" for stored in (few, many)}
    taken: dict[int, list[float]] = {few: [], many: []}
    opened_ = {}
    for stored, path in stores.items():
        base(path, stored)
        opened_[stored] = opened(path, "NORMAL")
    for round_ in range(rounds + 1):
        for stored, (_, oms, clock) in opened_.items():
            some = list(orders(round_ * count, count))
            spent = seconds(partial(live_all, oms, clock, some))
            if round_:  # the first one warms up
                taken[stored].append(spent)
    for store, _, _ in opened_.values():
        store.close()
    ratio = statistics.median(taken[many]) / statistics.median(taken[few])
    name, against = f"time per order with {many:,} stored", f"with {few:,} stored"
    return Row(name, round(ratio, 2), "times", against, "0.8 to 1.2", 0.8 <= ratio <= 1.2)


def main() -> int:
    """Print the figures; exit status 1 if one that has a target misses it."""
    options = figures.asked(__doc__).parse_args()
    count, rounds, many = (40, 3, 5_000) if options.quick else (150, 5, 50_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            *in_memory(count, rounds),
            *on_sqlite(folder, count, rounds),
            flat(folder, 1_000, many, count, rounds),
        ]
    return figures.report(rows, as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())

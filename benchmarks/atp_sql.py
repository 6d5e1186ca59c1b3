"""What reserving costs on SQLite: merged or one by one, on an empty position or a crowded one.

    python benchmarks/atp_sql.py [--quick] [--json]

Reservations are for half an hour, as of carts, in a file of its own.  All figures are ratios of two
ways that ran in turns in one process, each the median of its rounds.  `FULL` waits for the disk at
every commit, which is what SQLite does unless it is told otherwise; `NORMAL`, which is what
`Oms.sqlite` tells it, may lose the last commits with the power.  What waits for a disk or for other
threads is timed in wall time, the rest in processor time of the thread.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

from figures import Row, asked, at_least, at_most, report, seconds

from omscore import (
    Batching,
    Conflict,
    FixedClock,
    Item,
    Node,
    Oms,
    RandomIds,
    ReceiveStock,
    Request,
    Wanted,
)
from omscore.adapters.sql import SqlStore
from omscore.adapters.sql.engines import Synchronous
from omscore.adapters.vocabulary import codec

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HALF = timedelta(minutes=30)
TOGETHER = 100
_carts = count()


def cart() -> Request:
    """One unit for half an hour."""
    return Request(f"cart-{next(_carts)}", [Wanted("TEA", 1)], at="berlin", ttl=HALF)


def carts(number: int) -> list[Request]:
    """So many of them."""
    return [cart() for _ in range(number)]


@contextmanager
def shop(
    folder: str, name: str, synchronous: Synchronous = "NORMAL", *, opened: int = 10
) -> Iterator[Oms]:
    """A shop with a million units of tea, and *opened* reservations made over half an hour."""
    clock = FixedClock(MONDAY)
    store = SqlStore.in_file(Path(folder, name), codec=codec(), synchronous=synchronous)
    store.create_all()
    oms = Oms(store, clock=clock, ids=RandomIds())
    oms.know(Item("TEA"), Node("berlin", ships_to=["DE"]))
    oms.do(ReceiveStock(node="berlin", sku="TEA", quantity=1_000_000, document="r-1"))
    rest = opened
    while rest:
        oms.reserve_many(carts(some := min(TOGETHER, rest)))
        rest -= some
        clock.set(MONDAY + HALF * 0.9 * (1 - rest / opened))
    with store:
        yield oms


Clock = Callable[[], float]
Run = Callable[[], float]


def one_by_one(oms: Oms, number: int, clock: Clock = time.thread_time) -> Run:
    """Seconds for one request, each in a command of its own."""

    def run() -> float:
        wanted = carts(number)
        return seconds(lambda: [oms.reserve(one) for one in wanted], clock) / number

    return run


def together(oms: Oms, batches: int, clock: Clock = time.thread_time) -> Run:
    """Seconds for one request, a hundred in each command."""

    def run() -> float:
        wanted = [carts(TOGETHER) for _ in range(batches)]
        taken = seconds(lambda: [oms.reserve_many(some) for some in wanted], clock)
        return taken / (TOGETHER * batches)

    return run


def medians(runs: dict[str, Run], rounds: int) -> dict[str, float]:
    """The median of what each run says, one after the other in each round, the first one aside."""
    said: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            said[name].append(run())
    return {name: statistics.median(each[1:]) for name, each in said.items()}


def merged(quick: bool) -> Iterator[Row]:
    """A hundred requests in one command, against a command for each."""
    ways: list[tuple[Synchronous, Clock]]
    ways = [("FULL", time.perf_counter), ("NORMAL", time.thread_time)]
    for kind, clock in ways:
        with tempfile.TemporaryDirectory() as folder, shop(folder, "merged.db", kind) as oms:
            taken = medians(
                {"one": one_by_one(oms, 50, clock), "together": together(oms, 3, clock)},
                5 if quick else 25,
            )
        name = f"merged reservations, batch of 100, {kind}"
        yield at_least(name, taken["one"] / taken["together"], 15, "times", "one by one")
        yield Row(name, 1e6 * taken["together"], "us each", "")


def crowded(quick: bool) -> Iterator[Row]:
    """A position with very many open reservations, against one with a few."""
    many = 10_000 if quick else 100_000
    with (
        tempfile.TemporaryDirectory() as folder,
        shop(folder, "few.db") as few,
        shop(folder, "many.db", opened=many) as crowd,
    ):
        runs = {"few": one_by_one(few, 50), "many": one_by_one(crowd, 50)}
        taken = medians(runs, 5 if quick else 25)
    name = f"reserve at a position with {many:,} open"
    yield at_most(name, taken["many"] / taken["few"], 1.5, "times", "10 open reservations")


def rush(quick: bool) -> Iterator[Row]:
    """Requests of 32 threads for one item, merged as they come, against a command for each."""
    chance = Random(1)

    def ask(oms: Oms, request: Request) -> None:
        while True:
            try:
                oms.reserve(request)
            except Conflict:
                time.sleep(chance.random() / 1000)
            else:
                return

    def run(reserve: Callable[[Request], object]) -> float:
        wanted = carts(32 * (5 if quick else 20))
        with ThreadPoolExecutor(32) as threads:
            taken = seconds(lambda: list(threads.map(reserve, wanted)), time.perf_counter)
        return taken / len(wanted)

    with tempfile.TemporaryDirectory() as folder, shop(folder, "rush.db", "FULL") as oms:
        batching = Batching(oms.reserve_many)
        runs = {
            "alone": lambda: run(lambda one: ask(oms, one)),
            "merged": lambda: run(batching.reserve),
        }
        taken = medians(runs, 3 if quick else 9)
    name = "32 threads reserve one item, merged, FULL"
    yield Row(name, taken["alone"] / taken["merged"], "times", "a command for each")
    yield Row(name, 1 / taken["merged"], "a second", "")


if __name__ == "__main__":
    options = asked(__doc__).parse_args()
    rows = [row for one in (merged, crowded, rush) for row in one(options.quick)]
    sys.exit(report(rows, as_json=options.json))

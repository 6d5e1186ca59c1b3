"""What available-to-promise costs: one position, and a million of them, against plain ways.

    python benchmarks/atp.py [--quick] [--json]

The *plain scan* is what one writes first: a sorted list of (day, units) for each position, written
by `insort` and read through for each question.  Where it merges the entries of a day, the name says
so.  All figures are ratios of two ways that ran in turns in one process; each is the median of its
rounds.  Single positions are timed in processor time of the thread, bulk in wall time.

Needs the extra `numpy`; compares with pandas and DuckDB where they are installed.
"""

from __future__ import annotations

import random
import sys
import time
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from importlib import import_module
from importlib.util import find_spec

import figures
import numpy as np
from figures import Row, bytes_each, medians, seconds

from omscore.adapters.vocabulary import codec
from omscore.atp import bulk
from omscore.atp.buckets import Bucket
from omscore.atp.position import Position
from omscore.atp.timeline import Timeline

TODAY = 740_000
Change = tuple[int, int]
Pair = tuple[int, int, int]  # the day and units of a change, and the day of a question


class Scan:
    """The plain scan."""

    def __init__(self, stock: int, rows: Iterable[Change]) -> None:
        self.stock, self.rows = stock, sorted(rows)

    def change(self, day: int, units: int) -> None:
        """Keep one more entry."""
        insort(self.rows, (day, units))

    def available(self, day: int) -> int:
        """The minimum of projected stock from *day* to the last entry."""
        stock, least = self.stock, None
        for at, units in self.rows:
            if at > day and least is None:
                least = stock
            stock += units
            if least is not None and stock < least:
                least = stock
        return stock if least is None else least


class Merging(Scan):
    """The plain scan of a list that has one entry for each day."""

    def __init__(self, stock: int, rows: Iterable[Change]) -> None:
        super().__init__(stock, ())
        for day, units in rows:
            self.change(day, units)

    def change(self, day: int, units: int) -> None:
        """Add to the entry of the day."""
        rows = self.rows
        at = bisect_left(rows, (day,))
        if at < len(rows) and rows[at][0] == day:
            rows[at] = (day, rows[at][1] + units)
        else:
            rows.insert(at, (day, units))


class Unsorted(Scan):
    """The entries as they came; they are sorted for each question."""

    def __init__(self, stock: int, rows: Iterable[Change]) -> None:
        self.stock, self.unsorted = stock, list(rows)

    def available(self, day: int) -> int:
        """The same minimum."""
        self.rows = sorted(self.unsorted)
        return super().available(day)


Way = Callable[[int, list[Change]], Timeline | Scan]


def timeline(stock: int, rows: list[Change]) -> Timeline:
    """What is measured."""
    return Timeline(stock, rows, today=TODAY)


# --- one position -----------------------------------------------------------------------------


def asking(way: Way, rows: list[Change], days: list[int]) -> Callable[[], float]:
    """Seconds for a question, on one position that is not written to."""
    asked = way(500, rows)

    def ask() -> None:
        available = asked.available
        for day in days:
            available(day)

    ask()
    return lambda: seconds(ask, time.thread_time) / len(days)


def writing(way: Way, rows: list[Change], pairs: list[Pair], copies: int) -> Callable[[], float]:
    """Seconds for a change and a question, on *copies* of one position."""

    def once() -> float:
        fresh = [way(500, rows) for _ in range(copies)]
        for one in fresh:
            for _, _, day in pairs[:5]:
                one.available(day)

        def run() -> None:
            for one in fresh:
                change, available = one.change, one.available
                for on, units, day in pairs:
                    change(on, units)
                    available(day)

        return seconds(run, time.thread_time) / (copies * len(pairs))

    return once


def questions(rounds: int, quick: bool) -> Iterator[Row]:
    """A horizon of 60 days, and how many entries there are."""
    chance = random.Random(1)

    def entries(count: int) -> list[Change]:
        return [(TODAY + chance.randrange(60), chance.randrange(-20, 21)) for _ in range(count)]

    days = [TODAY + chance.randrange(60) for _ in range(4000)]
    rows = entries(1000)
    taken = medians(
        {
            "timeline": asking(timeline, rows, days),
            "scan": asking(Scan, rows, days[:200]),
            "unsorted": asking(Unsorted, rows, days[:50]),
            "10": asking(timeline, entries(10), days),
            "10,000": asking(timeline, entries(10_000), days),
        },
        rounds,
    )
    base = "query, 60 days, 1,000 entries"
    yield at_least(base, taken["scan"] / taken["timeline"], 250, "plain scan")
    yield at_least(base, taken["unsorted"] / taken["timeline"], 1000, "sort and scan")
    yield at_most("query, 10,000 entries", taken["10,000"] / taken["10"], 1.5, "10 entries")
    yield plain("query, 60 days, 1,000 entries", 1e9 * taken["timeline"], "ns")

    told, scan = timeline(500, rows), Scan(500, rows)
    horizon = range(TODAY, TODAY + 60)
    taken = medians(
        {
            "curve": lambda: (
                seconds(
                    lambda: [told.curve(TODAY, TODAY + 60) for _ in range(50)], time.thread_time
                )
                / 50
            ),
            "scan": lambda: seconds(lambda: [*map(scan.available, horizon)], time.thread_time),
        },
        rounds,
    )
    yield plain(
        "curve of 60 days, 1,000 entries", taken["scan"] / taken["curve"], "times", "60 scans"
    )


def dates(count: int, seed: int = 2) -> tuple[list[Change], list[Pair]]:
    """Entries at *count* distinct dates, and about as many changes and questions at random ones."""
    chance = random.Random(seed)
    days = chance.sample(range(TODAY + 1, TODAY + 2 + count * 3 // 2), count)
    pairs = [
        (chance.choice(days), chance.choice((-1, 1)) * chance.randrange(1, 50), chance.choice(days))
        for _ in range(min(max(count, 10), 2000))
    ]
    return [(day, chance.randrange(-300, 300)) for day in days], pairs


def turns(rounds: int, quick: bool) -> Iterator[Row]:
    """A change, a question, a change, a question, at random dates."""
    least, merged = dict[int, float](), dict[int, float]()
    for count in (1, 3, 10, 33, 100, 129, 1000, 10_000):
        rows, pairs = dates(count)
        if quick:
            pairs = pairs[:100]
        copies = max(1, 3000 // count)
        runs = {
            way.__name__: writing(way, rows, pairs, copies) for way in (timeline, Scan, Merging)
        }
        taken = medians(runs, rounds)
        least[count] = taken["Scan"] / taken["timeline"]
        merged[count] = taken["Merging"] / taken["timeline"]
    for count, target in ((10, 1.2), (100, 2.0), (1000, 10.0), (10_000, 80.0)):
        name = f"change and query, {count:,} dates"
        yield at_least(name, least[count], target, "plain scan")
        yield plain(name, merged[count], "times", "plain scan that merges")
    at = min(least, key=lambda count: least[count])
    yield at_least(f"change and query, worst size ({at:,} dates)", least[at], 1, "plain scan")
    at = min(merged, key=lambda count: merged[count])
    name = f"change and query, worst size ({at:,} dates)"
    yield plain(name, merged[at], "times", "plain scan that merges")


def now(rounds: int, quick: bool) -> Iterator[Row]:
    """Reserve or free for today, then ask for any day; and dates that are new."""
    many, pairs = dates(10_000)
    today = [(TODAY, units, day) for _, units, day in pairs]
    few, others = dates(10)
    todays = [(TODAY, units, day) for _, units, day in others] * 50
    taken = medians(
        {
            "timeline": writing(timeline, many, today * 3, 1),
            "scan": writing(Scan, many, today[:100], 1),
            "10": writing(timeline, few, todays, 10),
        },
        rounds,
    )
    name = "reserve for today and query, 10,000 dates"
    yield at_least(name, taken["scan"] / taken["timeline"], 400, "plain scan")
    yield at_most(name, taken["timeline"] / taken["10"], 4, "10 dates")

    grown = [(day, units, day - 9) for day, units in many[:1000]]
    taken = medians(
        {way.__name__: writing(way, [], grown, 1) for way in (timeline, Scan)}, min(rounds, 5)
    )
    name = "new date and query, from 0 to 1,000 dates"
    yield at_least(name, taken["Scan"] / taken["timeline"], 1, "plain scan")


def memory(rounds: int, quick: bool) -> Iterator[Row]:
    """Bytes for a position with 8 dates, its numbers included: a timeline, and what is kept."""
    for most, target in ((500, 600), (1_000_000, None)):
        chance = random.Random(3)

        def kept(chance: random.Random = chance, most: int = most) -> Timeline:
            rows = [(day, chance.randrange(1, most)) for day in _dates(chance)]
            made = timeline(chance.randrange(1, most), rows)
            made.available(TODAY)
            return made

        name = f"memory, timeline of 8 dates, quantities to {most:,}"
        size = bytes_each(kept)
        yield at_most(name, size, target, "", "bytes") if target else plain(name, size, "bytes")
    stored = codec()
    texts = map(partial(stored.write_state, "position"), _positions(random.Random(3)))
    size = bytes_each(lambda: stored.read_state("position", next(texts)))
    yield plain("memory, position of 8 dates, read from a store", size, "bytes")


def _dates(chance: random.Random) -> list[int]:
    return chance.sample(range(TODAY + 1, TODAY + 60), 8)


def _positions(chance: random.Random) -> Iterator[Position]:
    """Positions with supply and promises on 8 dates, quantities to 500."""
    while True:
        days = map(date.fromordinal, sorted(_dates(chance)))
        buckets = [Bucket(day, chance.randrange(500), chance.randrange(500)) for day in days]
        yield Position(chance.randrange(500), tuple(buckets))


# --- many positions ---------------------------------------------------------------------------


def dense(rounds: int, quick: bool) -> Iterator[Row]:
    """A table of net changes for 60 days."""
    nodes, days = (100_000 if quick else 1_000_000), 60
    chance = np.random.default_rng(4)
    stock = chance.integers(0, 500, nodes)
    changes = chance.integers(-50, 50, (days, nodes))
    out, copied = np.zeros_like(changes), np.zeros_like(changes)
    rows = np.ascontiguousarray(changes.T)
    swept = np.zeros_like(rows)

    def row_major() -> None:
        np.cumsum(rows, axis=1, out=swept)
        np.add(swept, stock[:, None], out=swept)
        np.minimum.accumulate(swept[:, ::-1], axis=1, out=swept[:, ::-1])

    taken = medians(
        {
            "omscore": lambda: seconds(
                lambda: bulk.look_ahead(stock, changes, out=out), time.perf_counter
            ),
            "copy": lambda: seconds(lambda: np.copyto(copied, changes), time.perf_counter),
            "row-major": lambda: seconds(row_major, time.perf_counter),
        },
        rounds,
    )
    if not (out == swept.T).all():
        raise SystemExit("the two ways differ")
    name = f"bulk, {nodes:,} sku-nodes, 60 days, dense"
    yield at_most(name, taken["omscore"] / taken["copy"], 4, "copying the same memory")
    yield at_least(name, taken["row-major"] / taken["omscore"], 4, "row-major NumPy")
    yield plain(name, taken["omscore"], "s")


def sparse(rounds: int, quick: bool) -> Iterator[Row]:
    """Entries in no order: what is available in 30 days, at each sku-node."""
    nodes, count = (100_000, 800_000) if quick else (1_000_000, 8_000_000)
    chance = np.random.default_rng(5)
    stock = chance.integers(0, 300, nodes)
    node = chance.integers(0, nodes, count)
    day = TODAY + chance.integers(0, 365, count)
    units = chance.integers(-40, 45, count)
    answers = dict[str, "np.ndarray[tuple[int], np.dtype[np.int64]]"]()

    def ours() -> None:
        answers["omscore"] = bulk.look_ahead_at(stock, node, day, units, TODAY + 30)

    ways = {"omscore": ours}
    if find_spec("pandas"):
        table = import_module("pandas").DataFrame({"node": node, "day": day, "units": units})

        def pandas() -> None:
            clipped = table.assign(day=table["day"].clip(lower=TODAY + 30))
            net = clipped.groupby(["node", "day"], sort=True)["units"].sum().reset_index()
            net["level"] = net.groupby("node")["units"].cumsum()
            lows = net.groupby("node").agg(day=("day", "min"), level=("level", "min"))
            low = lows["level"].where(lows["day"] == TODAY + 30, lows["level"].clip(upper=0))
            answers["pandas"] = stock + low.reindex(range(nodes), fill_value=0).to_numpy()

        ways["pandas"] = pandas
        if find_spec("duckdb"):
            duckdb = import_module("duckdb")
            asked = f"""
                SELECT node, CASE WHEN min(day) > {TODAY + 30} THEN least(0, min(level))
                                  ELSE min(level) END AS low
                FROM (SELECT node, day, sum(net) OVER (PARTITION BY node ORDER BY day) AS level
                      FROM (SELECT node, greatest(day, {TODAY + 30}) AS day, sum(units) AS net
                            FROM entries GROUP BY ALL))
                GROUP BY node"""

            def duck() -> None:
                with duckdb.connect() as db:
                    db.register("entries", table)
                    found = db.execute(asked).fetchnumpy()
                answer = stock.copy()
                answer[found["node"]] += found["low"].astype(np.int64)
                answers["DuckDB"] = answer

            ways["DuckDB"] = duck
    taken = medians(
        {name: partial(seconds, way, time.perf_counter) for name, way in ways.items()},
        rounds,
    )
    if not all((answers[name] == answers["omscore"]).all() for name in ways):
        raise SystemExit("the ways differ")
    name = f"bulk, {count:,} entries in no order"
    for other, target in (("pandas", 6), ("DuckDB", 3)):
        if other in taken:
            yield at_least(name, taken[other] / taken["omscore"], target, other)
    yield plain(name, taken["omscore"], "s")


# --- the table --------------------------------------------------------------------------------


def at_least(name: str, value: float, target: float, against: str) -> Row:
    """A ratio that should be high."""
    return figures.at_least(name, round(value, 3), target, "times", against)


def at_most(name: str, value: float, target: float, against: str, unit: str = "times") -> Row:
    """A figure that should be low."""
    return figures.at_most(name, round(value, 3), target, unit, against)


def plain(name: str, value: float, unit: str, against: str = "") -> Row:
    """A figure that nothing is promised of."""
    return Row(name, round(value, 3), unit, against)


WORKLOADS = (questions, turns, now, memory, dense, sparse)


def main() -> int:
    """Print the figures; exit status 1 if one that has a target misses it."""
    parser = figures.asked(__doc__)
    parser.add_argument("--only", metavar="NAME", help=", ".join(one.__name__ for one in WORKLOADS))
    options = parser.parse_args()
    chosen = [one for one in WORKLOADS if options.only in (None, one.__name__)]
    rows = [row for one in chosen for row in one(5 if options.quick else 9, options.quick)]
    return figures.report(rows, as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())

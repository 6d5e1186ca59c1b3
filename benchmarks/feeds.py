"""How many reports of stock a second come into SQLite: fed in batches, against one at a time.

    python benchmarks/feeds.py [--quick] [--json]
    python benchmarks/feeds.py --whole 1000000 [--json]

The baseline is what a host does without feeds: the same reports through `Oms.do`, each in a
transaction of its own, on a file of its own with the same pragmas.  Both start empty and know the
same items; rounds of the two take turns, and each figure is the median of the ratios or rates.
The memory is what Python had allocated at most beyond its start, by `tracemalloc`, in a run of its
own.  With `--whole` a CSV file of so many rows is fed and nothing else: its rate, and the memory
that the process had at most when a third of the rows was done, and at the end.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from figures import Row, asked, at_least, at_most, report

from omscore import CountingIds, CountStock, FixedClock, Item, Node, Oms, ReceiveStock
from omscore.adapters import vocabulary
from omscore.adapters.reports_in_csv import read_file
from omscore.adapters.sql import SqlStore
from omscore.kernel.ids import DocumentId

SKUS = 1_000
# Characters of states that the store keeps at hand: few, so that the bound is soon reached.
REMEMBERED = 200_000


def shop(file: Path) -> Oms:
    """A shop that knows the skus and one node."""
    oms = Oms.sqlite(file, clock=FixedClock())
    known(oms)
    return oms


def known(oms: Oms) -> None:
    """Let *oms* know the skus and one node."""
    oms.know(Node("berlin", ships_to=["DE"]), *(Item(sku(n)) for n in range(SKUS)))


def sku(number: int) -> str:
    """The name of an item."""
    return f"SKU-{number:05}"


def reports(many: int) -> Iterator[ReceiveStock | CountStock]:
    """Receipts and counts in turn, over all skus, each with a paper of its own."""
    for n in range(many):
        at: Any = {"node": "berlin", "sku": sku(n % SKUS), "document": f"d-{n}"}
        if n // SKUS % 2:
            yield CountStock(**at, counted=n % 90)
        else:
            yield ReceiveStock(**at, quantity=1 + n % 9)


def one_by_one(oms: Oms, many: int) -> float:
    """Seconds of processor time for so many reports, each alone."""
    start = time.thread_time()
    for one in reports(many):
        oms.do(one)
    return time.thread_time() - start


def fed(oms: Oms, many: int) -> float:
    """Seconds of processor time for so many reports, as a feed."""
    start = time.thread_time()
    oms.feed("feed", reports(many))
    return time.thread_time() - start


def again(oms: Oms, many: int) -> float:
    """The same feed once more, which only compares."""
    return fed(oms, many)


def measured(folder: Path, many: int, rounds: int) -> Iterator[Row]:
    """The rates and their ratio."""
    alone, batched, repeated = list[float](), list[float](), list[float]()
    for n in range(rounds):
        with shop(folder / f"alone-{n}.db") as oms:
            alone.append(one_by_one(oms, many))
        with shop(folder / f"fed-{n}.db") as oms:
            batched.append(fed(oms, many))
            repeated.append(again(oms, many))
    ratio = statistics.median(a / b for a, b in zip(alone, batched, strict=True))
    baseline = f"{many / statistics.median(alone):,.0f} reports/s, one by one through Oms.do"
    yield Row("fed in batches", many / statistics.median(batched), "reports/s", baseline)
    yield at_least("fed in batches, times as fast", ratio, 2.5, "times", baseline)
    rate = many / statistics.median(repeated)
    yield Row("fed a second time", rate, "rows/s", "fed the first time, see above")


def a_file(folder: Path, many: int) -> Path:
    """So many receipts, as a source would export them."""
    file = folder / "stock.csv"
    with file.open("w", encoding="utf-8") as stream:
        stream.write("report,node,sku,document,quantity\n")
        for n in range(many):
            stream.write(f"receive-stock,berlin,{sku(n % SKUS)},d-{n},{1 + n % 9}\n")
    return file


def of_a_file(folder: Path, many: int) -> Iterator[Row]:
    """A CSV file: its rate with reading, and the memory that it takes at most."""
    file = a_file(folder, many)
    start = time.thread_time()
    with shop(folder / "file.db") as oms:
        oms.feed("file", read_file(file, DocumentId("file"), oms.codec, {}))
    rate = many / (time.thread_time() - start)
    yield Row("from a CSV file", rate, "rows/s", "the same rows as objects, see above")
    small, large = (_most(folder, file, lines) for lines in (many // 3, many))
    told = f"{small:.1f} MB for a third of the rows"
    yield at_most("memory at most, three times the rows", large / small, 1.3, "times", told)


def _most(folder: Path, file: Path, lines: int) -> float:
    """Megabytes allocated at most while the first *lines* of a file are fed."""
    url, kept = f"sqlite:///{folder / f'memory-{lines}.db'}", vocabulary.codec()
    with SqlStore(url, codec=kept, remembered=REMEMBERED) as store:
        store.create_all()
        oms = Oms(store, clock=FixedClock(), ids=CountingIds())
        known(oms)
        rows = read_file(file, DocumentId("file"), oms.codec, {})
        tracemalloc.start()
        oms.feed("file", (row for n, row in enumerate(rows) if n < lines))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return most / 1e6


def whole(folder: Path, many: int) -> Iterator[Row]:
    """A large CSV file from its first row to its last."""
    file, at_a_third = a_file(folder, many), list[float]()

    def seen(done: int) -> None:
        if not at_a_third and done >= many // 3:
            at_a_third.append(_resident())

    start = time.perf_counter()
    with shop(folder / "whole.db") as oms:
        fed = oms.feed("file", read_file(file, DocumentId("file"), oms.codec, {}), progress=seen)
    rate = fed.rows / (time.perf_counter() - start)
    yield Row(f"a file of {fed.rows:,} rows", rate, "rows/s", "by the clock")
    most, third = _resident(), at_a_third[0]
    yield at_most(
        "memory at most, all rows", most / third, 1.3, "times", f"{third:.0f} MB at a third"
    )


def _resident() -> float:
    """Megabytes that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Measure, print, and exit with 1 if a target is missed."""
    told = asked(__doc__)
    told.add_argument("--whole", type=int, metavar="ROWS", help="one large file, and nothing else")
    given = told.parse_args()
    many, rounds = (2_000, 3) if given.quick else (20_000, 5)
    with tempfile.TemporaryDirectory() as folder:
        if given.whole:
            return report(list(whole(Path(folder), given.whole)), as_json=given.json)
        rows = [*measured(Path(folder), many, rounds), *of_a_file(Path(folder), 24_000)]
    return report(rows, as_json=given.json)


if __name__ == "__main__":
    sys.exit(main())

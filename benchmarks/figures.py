"""What the benchmarks share: figures with targets, timing, and the printed table."""

from __future__ import annotations

import argparse
import gc
import json
import math
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterable
from typing import TypeVar

from attrs import asdict, frozen

T = TypeVar("T")
SHORT_NS = 50_000


@frozen
class Row:
    """One figure, and what it is compared with."""

    name: str
    value: float
    unit: str
    compared_with: str
    target: str | None = None
    met: bool | None = None


def at_least(name: str, value: float, least: float, unit: str, compared_with: str) -> Row:
    """A figure that should not be below a target."""
    return Row(name, value, unit, compared_with, f"at least {least:g}", value >= least)


def at_most(name: str, value: float, most: float, unit: str, compared_with: str) -> Row:
    """A figure that should not be above a target."""
    return Row(name, value, unit, compared_with, f"at most {most:g}", value <= most)


def timed(work: Callable[[], T], repeats: int = 3) -> tuple[float, T]:
    """The least microseconds of processor time of some runs, and what the last one answered.

    What takes less than `SHORT_NS` runs ten times at once: reading the clock costs half as much.
    """
    taken, many = list[float](), 1
    for _ in range(repeats):
        start = time.thread_time_ns()
        for _ in range(many):
            answer = work()
        taken.append((time.thread_time_ns() - start) / many)
        many = 10 if taken[-1] < SHORT_NS else 1
    return min(taken) / 1e3, answer


def seconds(run: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long one call takes, without collecting garbage of others."""
    gc.collect()
    gc.disable()
    start = clock()
    run()
    taken = clock() - start
    gc.enable()
    return taken


def medians(runs: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of what each run says, one after the other in each round."""
    said: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            said[name].append(run())
    return {name: statistics.median(each) for name, each in said.items()}


def bytes_each(make: Callable[[], object], many: int = 5_000) -> float:
    """How many bytes stay allocated for each of *many* objects."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = [make() for _ in range(many)]
    size = (tracemalloc.get_traced_memory()[0] - before) / len(kept)
    tracemalloc.stop()
    return size


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that so large a share of all does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def asked(description: str | None) -> argparse.ArgumentParser:
    """A parser of the options that every script takes."""
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer orders")
    parser.add_argument("--json", action="store_true", help="one JSON list on standard output")
    return parser


def report(rows: Iterable[Row], *, as_json: bool) -> int:
    """Print *rows*; exit status 1 if one that has a target misses it."""
    found = list(rows)
    if as_json:
        print(json.dumps([asdict(row) for row in found], indent=1))
    else:
        for row in found:
            against = f"against {row.compared_with}" if row.compared_with else ""
            verdict = {True: "met", False: "MISSED", None: ""}[row.met]
            figure = f"{row.name:58} {row.value:>8g} {row.unit:14}"
            print(f"{figure} {row.target or ''} {verdict} {against}".rstrip())
    return int(any(row.met is False for row in found))

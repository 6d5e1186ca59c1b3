"""Reads TOML strictly: every value is asked for by name and type, and none may be left over.

What is wrong is told with its file and path, as in `network.toml $.nodes[2].zone: ...`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import TypeVar

from attrs import define, field

from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import units

T = TypeVar("T")
MOST_BYTES = 1024**2


@define
class Section:
    """One table; *path* is where it stands."""

    table: Mapping[str, object] = field(repr=False)
    path: str
    asked: set[str] = field(factory=set)

    def has(self, name: str) -> bool:
        """Whether *name* is given."""
        return name in self.table

    def text(self, name: str, default: str | None = None) -> str:
        """A string that is not empty."""
        return self._typed(name, str, "a string, not empty", default, bool)

    def whole(self, name: str, least: int = 0, default: int | None = None) -> int:
        """A whole number, at least *least*."""
        value = self._value(name, default)
        with at(self.path):
            return units(value, name, least)

    def rate(self, name: str, default: float | None = None) -> float:
        """A share from 0 to 1."""
        value = self._value(name, default)
        if type(value) not in (int, float) or not isinstance(value, (int, float)):
            raise self.fault(name, "a number from 0 to 1")
        if not math.isfinite(value) or not 0 <= value <= 1:
            raise self.fault(name, "a number from 0 to 1")
        return float(value)

    def day(self, name: str) -> date:
        """A day, without a time."""
        return self._typed(name, date, "a day like 2011-04-28, without quotes", None, _is_day)

    def clock(self, name: str) -> time | None:
        """A time of day, or None where it is not given."""
        self.asked.add(name)
        if not self.has(name):
            return None
        return self._typed(name, time, "a time of day like 14:30:00, without quotes", None)

    def each(self, name: str, kind: type[T], expected: str) -> tuple[T, ...]:
        """A list of values of one *kind*; empty where it is not given."""
        listed = self._typed(name, list, f"a list: {expected}", [])
        for place, one in enumerate(listed):
            if type(one) is not kind:
                raise self.fault(f"{name}[{place}]", expected)
        return tuple(listed)

    def section(self, name: str) -> Section:
        """The table called *name*; an empty one where it is not given."""
        found = self._typed(name, dict, "a table", {})
        return Section(found, f"{self.path}.{name}")

    def sections(self, name: str) -> Iterator[Section]:
        """The tables of the list called *name*."""
        for place, one in enumerate(self.each(name, dict, "a table")):
            yield Section(one, f"{self.path}.{name}[{place}]")

    def done(self) -> None:
        """`Unreadable` if something was given that nobody asked for."""
        if unknown := sorted(set(self.table) - self.asked):
            known = ", ".join(sorted(self.asked))
            raise Unreadable(f"{len(unknown)} unknown keys; known are: {known}", self.path)

    def fault(self, name: str, problem: str) -> Unreadable:
        """That *problem*, at *name*."""
        return Unreadable(problem, f"{self.path}.{name}")

    def _value(self, name: str, default: object) -> object:
        self.asked.add(name)
        if name not in self.table and default is None:
            raise self.fault(name, "it must be given")
        return self.table.get(name, default)

    def _typed(
        self,
        name: str,
        kind: type[T],
        expected: str,
        default: T | None = None,
        good: Callable[[T], bool] = lambda _: True,
    ) -> T:
        value = self._value(name, default)
        if not isinstance(value, kind) or not good(value):
            raise self.fault(name, expected)
        return value


def _is_day(value: date) -> bool:
    return not isinstance(value, datetime)


@contextmanager
def at(path: str) -> Iterator[None]:
    """What is unreadable in here stands at *path*, unless it already says in which file."""
    try:
        yield
    except Unreadable as fault:
        raise (fault.under(path) if fault.path.startswith("$") else fault) from None


def read_toml(path: Path) -> Section:
    """The whole of a TOML file of at most 1 MiB; `Unreadable` if it is not one."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise Unreadable(f"more than {MOST_BYTES} bytes", path.name)
        return Section(tomllib.loads(raw.decode("utf-8")), f"{path.name} $")
    except OSError as fault:
        raise Unreadable(f"the file cannot be read ({type(fault).__name__})", path.name) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError, ValueError) as fault:
        where = str(fault).rpartition("(")[2].rstrip(")") if "(at " in str(fault) else "somewhere"
        raise Unreadable(f"not TOML, {where}", path.name) from None

"""Reads a CSV file row by row: a bad row costs itself and nothing else.

A row is one line: a line break inside quotes is not part of the format, so an unclosed quote
cannot swallow the rows after it.  Blank lines are no rows.  `Unreadable` is raised only for what
spoils the whole file: it is missing, damaged, too large, or its header is not the expected one.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import TypeVar

from attrs import field, frozen

from omscore.kernel.errors import Refused, Unreadable
from omscore.replay.faults import BadQuotes, Fault, NotText, TooLong, WrongWidth

LONGEST_LINE_BYTES = 64 * 1024
MOST_ROWS = 1_000_000
MOST_BYTES = 256 * 1024**2

T = TypeVar("T")
_Bytes = gzip.GzipFile | BufferedReader


@frozen
class Row:
    """The fields of one line, by column, stripped of surrounding blanks; never shown."""

    line: int
    fields: Mapping[str, str] = field(repr=False)

    def __getitem__(self, column: str) -> str:
        return self.fields.get(column, "")


@frozen
class Rows:
    """The good rows of a file and the bad ones; together, every row it has."""

    file: str
    good: tuple[Row, ...]
    bad: tuple[Fault, ...]

    def read(self, parse: Callable[[Row], T]) -> tuple[list[T], list[Fault]]:
        """What *parse* makes of each good row; one that it refuses becomes a fault."""
        made, faults = list[T](), list(self.bad)
        for row in self.good:
            try:
                made.append(parse(row))
            except Refused as no:
                faults.append(Fault(self.file, row.line, no.reasons[0]))
        return made, sorted(faults, key=lambda fault: fault.line)


def read_rows(path: Path, columns: Collection[str], optional: Collection[str] = ()) -> Rows:
    """The rows of *path* (packed with gzip if it ends in `.gz`), whose header names all of
    *columns*, perhaps some of *optional*, and nothing else, in any order."""
    try:
        with _opened(path) as stream:
            return _rows(path.name, stream, columns, optional)
    except Unreadable as fault:
        raise fault.under(f"{path.name} $") from None
    except (OSError, EOFError, zlib.error) as fault:
        raise Unreadable(f"the file cannot be read ({type(fault).__name__})", path.name) from None


def _opened(path: Path) -> _Bytes:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def _rows(file: str, stream: _Bytes, columns: Collection[str], optional: Collection[str]) -> Rows:
    lines = _lines(stream)
    header = _header(next(lines, (1, b""))[1], columns, optional)
    good, bad = list[Row](), list[Fault]()
    for line, raw in lines:
        if not raw.strip():
            continue
        if len(good) + len(bad) >= MOST_ROWS:
            raise Unreadable(f"more than {MOST_ROWS} rows")
        try:
            good.append(Row(line, _by_column(header, fields_of(raw))))
        except Refused as no:
            bad.append(Fault(file, line, no.reasons[0]))
    return Rows(file, tuple(good), tuple(bad))


def _lines(stream: _Bytes) -> Iterator[tuple[int, bytes]]:
    """Each line with its number; of an overlong line only enough to see that it is."""
    line, size = 0, 0
    while raw := stream.readline(LONGEST_LINE_BYTES + 2):
        line += 1
        rest = raw
        while not rest.endswith(b"\n"):
            size = _within(size + len(rest))
            if not (rest := stream.readline(LONGEST_LINE_BYTES)):
                break
        size = _within(size + len(rest))
        yield line, raw


def _within(size: int) -> int:
    if size > MOST_BYTES:
        raise Unreadable(f"more than {MOST_BYTES} bytes")
    return size


def _header(raw: bytes, columns: Collection[str], optional: Collection[str]) -> list[str]:
    try:
        header = fields_of(raw.removeprefix(b"\xef\xbb\xbf"))
    except Refused as no:
        raise Unreadable(f"the header: {no}") from None
    if missing := sorted(set(columns) - set(header)):
        raise Unreadable(f"the header lacks {', '.join(missing)}")
    if extra := len(set(header) - set(columns) - set(optional)):
        raise Unreadable(f"the header has {extra} unknown columns")
    if len(set(header)) < len(header):
        raise Unreadable("the header names a column twice")
    return header


def fields_of(raw: bytes) -> list[str]:
    """The fields of one line of a CSV file; `Refused` if it is not a whole line of UTF-8."""
    if len(raw.rstrip(b"\r\n")) > LONGEST_LINE_BYTES:
        raise Refused(TooLong(LONGEST_LINE_BYTES))
    try:
        text = raw.decode("utf-8").rstrip("\r\n")
        rows = list(csv.reader([text], strict=True))
    except UnicodeDecodeError:
        raise Refused(NotText()) from None
    except csv.Error:
        raise Refused(BadQuotes()) from None
    return [one.strip() for one in rows[0]] if rows else []


def _by_column(header: list[str], fields: list[str]) -> Mapping[str, str]:
    if len(fields) != len(header):
        raise Refused(WrongWidth(len(header), len(fields)))
    return dict(zip(header, fields, strict=True))

"""Reports of stock from CSV: a header, then one report a row, read as strictly as JSON.

The columns are the fields of the reports, and `report` (its name, like `count-stock`),
`occurred_at` and `sequence`.  An empty cell is a field that is not given.  A row that cannot be
read is a `BadRow` with its line and column, and the next one is read.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

from attrs import frozen

from omscore.adapters.codec import Codec
from omscore.adapters.codec.shapes import fields
from omscore.adapters.vocabulary import COMMANDS
from omscore.atp.feeds import BadRow, FeedRow, Report
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import DocumentId

NAMES = {name: cls for name, cls in COMMANDS.items() if cls in get_args(Report)}
NO_TEXT = {
    name: {
        "sequence": int,
        **{one.name: one.type for one in fields(cls) if one.type in (int, bool)},
    }
    for name, cls in NAMES.items()
}
OF_A_ROW = ("report", "occurred_at", "sequence")
_TRUTH = {"true": True, "false": False}
_WHOLE = re.compile(r"-?[0-9]{1,18}")
Cells = Mapping[str, str]


def read_file(
    path: Path, feed: DocumentId, codec: Codec, cells: Cells
) -> Iterator[FeedRow | BadRow]:
    """The rows of the UTF-8 file at *path*; `Unreadable` if it or its header cannot be read."""
    try:
        stream = path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except OSError as fault:
        raise Unreadable(f"the file cannot be read ({type(fault).__name__})", str(path)) from None
    with stream:
        yield from read_rows(stream, feed, codec, cells)


def read_rows(
    lines: Iterable[str], feed: DocumentId, codec: Codec, cells: Cells
) -> Iterator[FeedRow | BadRow]:
    """The rows of *lines*; *cells* are those of every row that has none of its own.

    Without a `document`, a count is of the paper *feed*, and each other report of one of its own.
    """
    table = csv.reader(lines, strict=True)
    reading = _Reading(feed, codec, cells, _header(table, cells))
    while True:
        try:
            row = next(table)
        except StopIteration:
            return
        except csv.Error:
            yield BadRow(table.line_num, "no row of a CSV file")
            continue
        if row:
            yield reading.read(row, table.line_num)


def _header(table: Iterator[list[str]], cells: Cells) -> Sequence[str]:
    known = {*OF_A_ROW, *(one.name for cls in NAMES.values() for one in fields(cls))}
    try:
        header = next(table, [])
    except csv.Error:
        header = []
    for name in [*header, *cells]:
        if name not in known:
            raise Unreadable(f"one of {', '.join(sorted(known))}", "$.header")
    if not header or len(set(header)) < len(header):
        raise Unreadable("a first row with the name of each column, once", "$.header")
    return header


@frozen
class _Reading:
    """How rows are read: by a *header*, with *cells* for what is not given."""

    feed: DocumentId
    codec: Codec
    cells: Cells
    header: Sequence[str]

    def read(self, row: Sequence[str], line: int) -> FeedRow | BadRow:
        if len(row) != len(self.header):
            return BadRow(line, f"a row of {len(self.header)} cells")
        given = {name: text for name, text in zip(self.header, row, strict=True) if text}
        name = given.pop("report", self.cells.get("report", ""))
        if name not in NAMES:
            return BadRow(line, f"one of {', '.join(NAMES)}", "report")
        known = {one.name for one in fields(NAMES[name])}
        usual = {
            column: text
            for column, text in {"document": self._paper(name, line), **self.cells}.items()
            if column in known or column in OF_A_ROW[1:]
        }
        try:
            return self._row(name, {**usual, **given}, line)
        except Unreadable as error:
            return BadRow(line, error.problem, error.path.rpartition(".")[2].strip("$") or None)

    def _row(self, name: str, cells: dict[str, str], line: int) -> FeedRow:
        types = NO_TEXT[name]
        values = {one: _value(text, one, types.get(one)) for one, text in cells.items()}
        of_row = {one: values.pop(one) for one in OF_A_ROW if one in values}
        value = {"line": line, "report": {"type": name, **values}, **of_row}
        return self.codec.decode_as(FeedRow, value)

    def _paper(self, name: str, line: int) -> str:
        return self.feed if name == "count-stock" else f"{self.feed}:{line}"


def _value(text: str, name: str, type_: type[object] | None) -> str | int | bool:
    """What JSON would have in place of the *text* of a cell."""
    if type_ is bool:
        if text not in _TRUTH:
            raise Unreadable("true or false", f"$.{name}")
        return _TRUTH[text]
    if type_ is int:
        if not _WHOLE.fullmatch(text):
            raise Unreadable("a whole number", f"$.{name}")
        return int(text)
    return text

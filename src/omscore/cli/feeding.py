"""The command `feed`: reports of stock from a CSV file into a database."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs
from rich.console import Console, Group, RenderableType
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from omscore.adapters.codec import Codec
from omscore.adapters.reports_in_csv import read_file
from omscore.atp.feeds import RefusedRow
from omscore.atp.messages import CountStock
from omscore.cli import pages, status, stores
from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.runtime.feeding import Fed, Snapshot


def feed(given: Namespace) -> int:
    """Take every row of a file that was not taken before."""
    name = ids.document_id(given.name or given.file.name)
    cells = dict(_cell(one) for one in given.set) | (
        {"report": given.report} if given.report else {}
    )
    with (
        stores.oms_of(stores.existing(given.database)) as oms,
        _shown(given.file, quiet=given.quiet or given.json) as progress,
    ):
        rows = read_file(given.file, name, oms.codec, cells)
        fed = oms.feed(
            name,
            rows,
            snapshot=_snapshot(given.full, cells, oms.codec, name),
            strict=given.strict,
            progress=progress,
        )
    if given.json:
        print(json.dumps(attrs.asdict(fed), indent=2))
    else:
        pages.console().print(page(fed), soft_wrap=True)
    return status.DIFFERS if fed.refused else status.DONE


def _cell(text: str) -> tuple[str, str]:
    column, sign, value = text.partition("=")
    if not sign:
        raise Unreadable("a column and a value, like node=berlin", "--set")
    return column, value


def _snapshot(
    nodes: Sequence[str], cells: Mapping[str, str], codec: Codec, feed: str
) -> Snapshot | None:
    """That the file names everything at *nodes*, counted as its rows are."""
    if not nodes:
        return None
    said = {name: cells[name] for name in ("as_of", "counts") if name in cells}
    none = {"node": nodes[0], "sku": "NONE", "document": feed, "counted": 0, **said}
    like = codec.decode_as(CountStock, none)
    return Snapshot(nodes, like.counts, like.as_of)


@contextmanager
def _shown(file: Path, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """How many rows were taken, on the standard error stream, if that is a terminal."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn())
    off = quiet or not console.is_terminal
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=off) as progress:
        task = progress.add_task(file.name, total=None)
        yield lambda rows: progress.update(task, completed=rows)


def page(fed: Fed) -> RenderableType:
    """What became of the rows."""
    lines = [Text(f"{fed.feed}: {fed.rows:,} rows, of which {fed.repeated:,} were taken before.")]
    if fed.ignored:
        lines.append(Text(f"{fed.ignored:,} papers were ignored: known, or overtaken by others."))
    if fed.emptied:
        lines.append(Text(f"{fed.emptied:,} positions were not named, and counted as none."))
    if fed.refused:
        lines.append(Text(f"{fed.refused:,} rows were refused:", style="bold red"))
        lines += [Text(_wrong(one)) for one in fed.wrong[: pages.MOST_LISTED]]
    return Group(*lines)


def _wrong(row: RefusedRow) -> str:
    return f"line {row.line}: {'; '.join(str(one) for one in row.why)}"

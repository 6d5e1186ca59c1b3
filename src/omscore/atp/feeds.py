"""A feed: many reports of one source, as a file or a stream has them, taken row by row, once.

A feed knows how many of its rows were taken and what stands for them, so the same again changes
nothing, one that was interrupted goes on, and another one of the same name is recognized.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, assert_never, get_args

import attrs
from attrs import Attribute, field, frozen
from attrs.validators import optional

from omscore.atp.messages import (
    AdjustStock,
    ChangeSupply,
    CountStock,
    DispatchTransfer,
    ExpectDemand,
    ExpectSupply,
    IssueStock,
    ReceiveStock,
    ReceiveSupply,
    RegradeStock,
)
from omscore.kernel import ids
from omscore.kernel.errors import Unreadable, ensure
from omscore.kernel.keys import Kind
from omscore.kernel.quantities import no_or_some_units
from omscore.kernel.reason import Noted, Reason
from omscore.kernel.recorded import occurrence, running_number
from omscore.kernel.several import several
from omscore.kernel.truth import some_truth

Report = (
    ReceiveStock
    | AdjustStock
    | IssueStock
    | CountStock
    | RegradeStock
    | ExpectSupply
    | ChangeSupply
    | ReceiveSupply
    | DispatchTransfer
    | ExpectDemand
)
"""What a row may be."""
REPORTS: tuple[type[Report], ...] = get_args(Report)


def _report(row: FeedRow, attribute: Attribute[Report], value: object) -> None:
    if type(value) not in REPORTS:
        raise Unreadable(f"a report of stock (line {row.line})", f"$.{attribute.name}")


def _text(_: object, attribute: Attribute[str], value: object) -> None:
    if not isinstance(value, str):
        raise Unreadable("text", f"$.{attribute.name}")


@frozen
class FeedRow:
    """A row of a feed: a *report*, when it occurred, and its running number, by its source.

    *line* is where it stands, for whoever has to mend it.
    """

    line: int = field(validator=no_or_some_units)
    report: Report = field(validator=_report)
    occurred_at: datetime | None = field(default=None, converter=occurrence)
    sequence: int | None = field(default=None, validator=running_number)


@frozen
class BadRow:
    """A row that cannot be read: the *problem*, and the *column* that has it if it is one.

    It never repeats what stands there.
    """

    line: int = field(validator=no_or_some_units)
    problem: str = field(validator=_text)
    column: str | None = field(default=None, validator=optional(_text))


def _feed(value: str) -> ids.DocumentId:
    return ids.document_id(value, "feed")


def _rows(value: Iterable[FeedRow | BadRow]) -> tuple[FeedRow | BadRow, ...]:
    rows = several(value, "rows")
    for place, one in enumerate(rows):
        if not isinstance(one, FeedRow | BadRow):
            raise Unreadable("a row", f"$.rows[{place}]")
    return rows


@frozen(kw_only=True)
class TakeBatch:
    """Take *rows* of a feed, the first of which follows *after* rows that were taken before.

    *begins* and *ends* stand for all rows before these, and up to the last of them.  What is
    refused of them is recorded; all are, if it is *strict*.  A *closing* batch has no rows of the
    feed, but counts of what it did not name.  With *last*, the feed is complete.
    """

    feed: ids.DocumentId = field(converter=_feed)
    after: int = field(validator=no_or_some_units)
    rows: tuple[FeedRow | BadRow, ...] = field(converter=_rows)
    begins: str = field(default="", validator=_text)
    ends: str = field(default="", validator=_text)
    strict: bool = field(default=False, validator=some_truth)
    closing: bool = field(default=False, validator=some_truth)
    last: bool = field(default=False, validator=some_truth)


@frozen
class RefusedRow:
    """A row that could not be taken, and why not."""

    line: int
    why: tuple[Noted, ...]


@frozen
class FeedTaken:
    """So many *rows* more were read, of which some were *refused*; *digest* stands for all."""

    rows: int
    refused: tuple[RefusedRow, ...]
    digest: str


@frozen
class FeedClosing:
    """So many positions that a full snapshot did not name were counted as none."""

    positions: int


@frozen
class FeedCompleted:
    """Every row was read."""


FeedEvent = FeedTaken | FeedClosing | FeedCompleted


@frozen
class Feed:
    """How far a feed was taken, and how many positions it *emptied* by not naming them."""

    rows: int = 0
    refused: int = 0
    digest: str = ""
    emptied: int = 0
    complete: bool = False


@frozen
class UnreadableRow(Reason):
    """A row cannot be read."""

    code: ClassVar[str] = "feed.unreadable-row"
    column: str
    problem: str

    def __str__(self) -> str:
        return f"{self.column}: {self.problem}" if self.column else self.problem


@frozen
class WrongRow(Reason):
    """A row of a strict feed is refused, and with it the batch that it is in."""

    code: ClassVar[str] = "feed.wrong-row"
    line: int

    def __str__(self) -> str:
        return f"the row at line {self.line} cannot be taken"


@frozen
class AnotherFeed(Reason):
    """A feed of this name has other rows."""

    code: ClassVar[str] = "feed.another"
    feed: ids.DocumentId
    rows: int

    def __str__(self) -> str:
        return f"the feed {self.feed} was taken before, and its first {self.rows} rows were others"


def noted(batch: TakeBatch, refused: tuple[RefusedRow, ...]) -> list[FeedEvent]:
    """What is to be noted of a batch that follows, some rows of which were *refused*."""
    told: list[FeedEvent] = []
    if batch.rows and batch.closing:
        told.append(FeedClosing(len(batch.rows)))
    elif batch.rows:
        told.append(FeedTaken(len(batch.rows), refused, batch.ends))
    if batch.last:
        told.append(FeedCompleted())
    return told


def evolve(feed: Feed | None, /, *events: FeedEvent) -> Feed:
    """The feed after *events*."""
    now = feed or Feed()
    for event in events:
        match event:
            case FeedTaken(rows, refused, digest):
                many = now.refused + len(refused)
                now = attrs.evolve(now, rows=now.rows + rows, refused=many, digest=digest)
            case FeedClosing(positions):
                now = attrs.evolve(now, emptied=now.emptied + positions)
            case FeedCompleted():
                now = attrs.evolve(now, complete=True)
            case _:
                assert_never(event)
    return now


def law(feed: Feed) -> None:
    """No more is refused than was read."""
    ensure(0 <= feed.refused <= feed.rows, "no more rows are refused than were read")


FEED = Kind("feed", Feed, evolve, (FeedTaken, FeedClosing, FeedCompleted), law=law)

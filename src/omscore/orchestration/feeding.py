"""Feeding: many reports in one transaction, each decided as if it had come alone.

A row sees what the rows before it did.  One that is refused changes nothing, and does not keep the
others out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import attrs
from attrs import frozen

from omscore.atp import feeds
from omscore.atp.feeds import FEED, AnotherFeed, BadRow, Feed, RefusedRow, Row, TakeBatch, WrongRow
from omscore.kernel.errors import Refused
from omscore.kernel.keys import Changes, Key, Seen, Unread, Versioned
from omscore.kernel.reason import Reason
from omscore.kernel.recorded import Context


class Takes(Protocol):
    """Decides reports of one type."""

    def reads(self, report: Any, seen: Seen, /) -> Iterable[Key[object]]:
        """The keys to read."""
        ...

    def decide(self, report: Any, seen: Seen, context: Context, /) -> Changes:
        """What happens."""
        ...


@frozen
class Feeding:
    """A batch of a feed; *handlers* are those of its reports when they come alone."""

    handlers: Mapping[type[object], Takes]

    def reads(self, batch: TakeBatch, seen: Seen) -> Iterable[Key[object]]:
        """The feed, and what each row wants."""
        yield FEED.key(batch.feed)
        for row in batch.rows:
            if isinstance(row, Row):
                yield from self.handlers[type(row.report)].reads(row.report, seen)

    def decide(self, batch: TakeBatch, seen: Seen, context: Context) -> Changes:
        """Each row in turn; nothing, if they were taken before."""
        changes, key = Changes(seen), FEED.key(batch.feed)
        feed = changes.get(key) or Feed()
        if feed.complete or batch.after < feed.rows:
            return changes
        if (batch.after, batch.begins) != (feed.rows, feed.digest):
            raise Refused(AnotherFeed(batch.feed, feed.rows))
        refused = tuple(self._take(batch, changes, context))
        changes.tell(key, feeds.noted(batch, refused))
        return changes

    def _take(self, batch: TakeBatch, changes: Changes, context: Context) -> Iterable[RefusedRow]:
        """Take each row into *changes*; those that are refused, and why.

        What any of them turns out to need is asked for at once.
        """
        found, unread = dict(changes.seen.found), list[Unread]()
        view = attrs.evolve(changes.seen, found=found)
        for row in batch.rows:
            try:
                part = self._decided(row, view, context)
            except Refused as refusal:
                if batch.strict:
                    raise Refused(WrongRow(row.line), *refusal.reasons) from None
                yield RefusedRow(row.line, tuple(one.noted() for one in refusal.reasons))
            except Unread as asked:
                unread.append(asked)
            else:
                _join(changes, part, row, found)
        if unread:
            raise Unread.of(unread)

    def _decided(self, row: Row | BadRow, view: Seen, context: Context) -> Changes:
        if isinstance(row, BadRow):
            raise Refused(_unreadable(row))
        return self.handlers[type(row.report)].decide(row.report, view, _of_row(row, context))


def _unreadable(row: BadRow) -> Reason:
    return feeds.UnreadableRow(row.column or "", row.problem)


def _of_row(row: Row, context: Context) -> Context:
    if row.occurred_at is None and row.sequence is None:
        return context
    return attrs.evolve(context, occurred_at=row.occurred_at, sequence=row.sequence)


def _join(
    changes: Changes, part: Changes, row: Row | BadRow, found: dict[Key[object], Versioned]
) -> None:
    """Add what a row did to *changes*, and let the rows after it see it."""
    occurred = (row.occurred_at, row.sequence) if isinstance(row, Row) else (None, None)
    changes.join(part, occurred if occurred != (None, None) else None)
    for key, change in part.told.items():
        found[key] = Versioned(change.state, part.version(key))

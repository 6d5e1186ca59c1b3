"""Feeding: many reports in one transaction, each decided as if it had come alone.

A row sees what the rows before it did.  One that is refused changes nothing, and does not keep the
others out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

import attrs
from attrs import frozen

from omscore.atp import feeds
from omscore.atp.feeds import (
    FEED,
    AnotherFeed,
    BadRow,
    Feed,
    FeedRow,
    RefusedRow,
    TakeBatch,
    WrongRow,
)
from omscore.kernel.errors import Refused
from omscore.kernel.keys import Changes, Key, Occurred, Seen, Since, Unread, Versioned
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
            if isinstance(row, FeedRow):
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
        sight, unread = _Sight.of(changes.seen), list[Unread]()
        for row in batch.rows:
            try:
                part = self._decided(row, sight.seen, context)
            except Refused as refusal:
                if batch.strict:
                    raise Refused(WrongRow(row.line), *refusal.reasons) from None
                yield RefusedRow(row.line, tuple(one.noted() for one in refusal.reasons))
            except Unread as asked:
                unread.append(asked)
            else:
                occurred = _occurred(row)
                changes.join(part, occurred)
                sight.join(part, (occurred and occurred[0]) or context.now)
        if unread:
            raise Unread.of(unread)

    def _decided(self, row: FeedRow | BadRow, view: Seen, context: Context) -> Changes:
        if isinstance(row, BadRow):
            raise Refused(_unreadable(row))
        return self.handlers[type(row.report)].decide(row.report, view, _of_row(row, context))


def _unreadable(row: BadRow) -> Reason:
    return feeds.UnreadableRow(row.column or "", row.problem)


def _occurred(row: FeedRow | BadRow) -> Occurred | None:
    """What the source says of when a row occurred, if it says anything."""
    if isinstance(row, BadRow) or (row.occurred_at is None and row.sequence is None):
        return None
    return row.occurred_at, row.sequence


def _of_row(row: FeedRow, context: Context) -> Context:
    if (occurred := _occurred(row)) is None:
        return context
    return attrs.evolve(context, occurred_at=occurred[0], sequence=occurred[1])


@frozen
class _Sight:
    """What the next row sees: what was read, and what the rows before it did."""

    seen: Seen
    found: dict[Key[object], Versioned]
    pasts: dict[Key[object], list[tuple[datetime, list[object]]]]

    @classmethod
    def of(cls, seen: Seen) -> _Sight:
        found = dict(seen.found)
        pasts: dict[Since, list[object]] = {one: [*told] for one, told in seen.pasts.items()}
        of_keys: dict[Key[object], list[tuple[datetime, list[object]]]] = {}
        for asked, events in pasts.items():
            of_keys.setdefault(asked.key, []).append((asked.moment, events))
        return cls(attrs.evolve(seen, found=found, pasts=pasts), found, of_keys)

    def join(self, part: Changes, at: datetime) -> None:
        """Let the rows after this one see what *part*, which occurred *at* an instant, did."""
        for key, change in part.told.items():
            self.found[key] = Versioned(change.state, part.version(key))
            for moment, events in self.pasts.get(key, ()):
                if at > moment:
                    events += change.events

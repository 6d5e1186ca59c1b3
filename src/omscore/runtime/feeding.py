"""Feeding a store: any number of rows in bounded memory, batch by batch, each a transaction.

The rows are read from the start each time.  As many as were taken before are only compared, by a
digest of them all; then the next batch goes on.  So whoever was interrupted does the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from typing import TypeVar

import attrs
from attrs import field, frozen

from omscore.atp.feeds import (
    FEED,
    REPORTS,
    AnotherFeed,
    BadRow,
    Feed,
    FeedRow,
    FeedTaken,
    RefusedRow,
    Report,
    TakeBatch,
)
from omscore.atp.messages import CountStock, NoSuchNode, as_of, known_counts
from omscore.atp.position import POSITION
from omscore.atp.stocktakes import Counts
from omscore.atp.supplies import PAPER, PaperIgnored, PaperOutdated, entry_id
from omscore.kernel import ids
from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.ids import DocumentId, NodeId, Sku
from omscore.kernel.recorded import Recorded
from omscore.kernel.several import each, several
from omscore.kernel.truth import some_truth
from omscore.network.facts import THE_NETWORK, Network
from omscore.ports.storage import Storage

T = TypeVar("T")
MOST_LISTED, BATCH = 1_000, 500
Written = Callable[[Report], str]
Take = Callable[[TakeBatch], Sequence[Recorded[object]]]
Progress = Callable[[int], None]


def unseen(_: int) -> None:
    """Show nobody how far it is."""


def _nodes(value: Iterable[str]) -> tuple[NodeId, ...]:
    return tuple(ids.node_id(one, "nodes") for one in several(value, "nodes"))


@frozen
class Snapshot:
    """That a feed names all there is at *nodes*, *as_of* an instant: the rest is none."""

    nodes: Sequence[NodeId] = field(converter=_nodes)
    counts: Counts = field(default="physical", validator=known_counts)
    as_of: datetime | None = field(default=None, converter=as_of)


@frozen
class Fed:
    """What became of a feed this time.

    *rows* it has, of which as many as are *repeated* were taken before.  Of the others some were
    *refused* (the first thousand are listed in *wrong*) and some papers were *ignored*; *emptied*
    are positions that a full snapshot did not name.
    """

    feed: DocumentId
    rows: int = 0
    repeated: int = 0
    refused: int = 0
    ignored: int = 0
    emptied: int = 0
    wrong: Sequence[RefusedRow] = ()


@frozen
class Feeder:
    """Takes the rows of one *feed*: *take* keeps a batch, *write* gives the text of a report."""

    feed: DocumentId
    take: Take
    storage: Storage
    write: Written
    strict: bool = field(default=False, validator=some_truth)
    size: int = BATCH
    progress: Progress = unseen

    def run(self, reports: Iterable[Report | FeedRow | BadRow], snapshot: Snapshot | None) -> Fed:
        """Take what was not taken before, and then what a full *snapshot* does not name.

        A snapshot with wrong rows empties nothing: what they should have named may well be there.
        `Refused` if the first rows are not those that were taken before under this name, or if
        a node of the snapshot is unknown; `Unreadable` before the batch of what is no report.
        """
        self._require(snapshot)
        rows, digest, known = _rows(reports), _Digest(self.write), self._known()
        self._skip(rows, known, digest)
        fed = Fed(self.feed, known.rows, repeated=known.rows)
        if known.complete:
            if next(rows, None) is not None:
                raise Refused(AnotherFeed(self.feed, known.rows))
            return fed
        begins = known.digest
        for batch in _batches(rows, self.size):
            ends = digest.add(batch)
            told = self.take(self._batch(fed.rows, batch, digests=(begins, ends)))
            fed, begins = attrs.evolve(_added(fed, told), rows=fed.rows + len(batch)), ends
            self.progress(fed.rows)
        ended, whole = (begins, begins), not (known.refused or fed.refused)
        for none in self._unnamed(snapshot) if snapshot is not None and whole else ():
            self.take(self._batch(fed.rows, none, digests=ended, closing=True))
            fed = attrs.evolve(fed, emptied=fed.emptied + len(none))
        self.take(self._batch(fed.rows, (), digests=ended, last=True))
        return fed

    def _require(self, snapshot: Snapshot | None) -> None:
        if snapshot is None:
            return
        if not isinstance(snapshot, Snapshot):
            raise Unreadable("a snapshot", "$.snapshot")
        with self.storage.begin() as work:
            found = work.get([THE_NETWORK])[THE_NETWORK].state
        network = THE_NETWORK.narrow(found) or Network()
        if unknown := [NoSuchNode(one) for one in snapshot.nodes if one not in network.nodes]:
            raise Refused(*unknown)

    def _known(self) -> Feed:
        key = FEED.key(self.feed)
        with self.storage.begin() as work:
            return key.narrow(work.get([key])[key].state) or Feed()

    def _skip(self, rows: Iterator[FeedRow | BadRow], known: Feed, digest: _Digest) -> None:
        """Pass over the rows that are *known*; `Refused` if those were others."""
        passed, sum_ = 0, ""
        for batch in _batches(islice(rows, known.rows), self.size):
            sum_ = digest.add(batch)
            passed += len(batch)
            self.progress(passed)
        if (passed, sum_) != (known.rows, known.digest):
            raise Refused(AnotherFeed(self.feed, known.rows))

    def _batch(
        self,
        after: int,
        rows: tuple[FeedRow | BadRow, ...],
        *,
        digests: tuple[str, str],
        closing: bool = False,
        last: bool = False,
    ) -> TakeBatch:
        begins, ends = digests
        return TakeBatch(
            feed=self.feed,
            after=after,
            rows=rows,
            begins=begins,
            ends=ends,
            strict=self.strict,
            closing=closing,
            last=last,
        )

    # --- what a full snapshot does not name -----------------------------------------------------

    def _unnamed(self, snapshot: Snapshot) -> Iterator[tuple[FeedRow, ...]]:
        """Counts of none for every position at the nodes that has no paper of this feed."""
        for node in snapshot.nodes:
            after = ""
            while page := self._page(node, after):
                after = page[-1]
                rows = tuple(self._none(node, Sku(sku), snapshot) for sku in self._left(node, page))
                if rows:
                    yield rows

    def _page(self, node: NodeId, after: str) -> Sequence[str]:
        """The next ids of positions at a node."""
        with self.storage.begin() as work:
            keys = work.named(POSITION, f"{node}/", after=after, limit=self.size)
        return [key.id for key in keys]

    def _left(self, node: NodeId, page: Sequence[str]) -> list[str]:
        """The skus of sellable positions that the feed did not name."""
        skus = [
            sku for _, sku, condition in (id_.split("/") for id_ in page) if condition == "sellable"
        ]
        papers = {sku: PAPER.key(entry_id(self.feed, node, Sku(sku))) for sku in skus}
        with self.storage.begin() as work:
            found = work.get(papers.values())
        return [sku for sku, paper in papers.items() if found[paper].state is None]

    def _none(self, node: NodeId, sku: Sku, snapshot: Snapshot) -> FeedRow:
        return FeedRow(
            0,
            CountStock(
                node=node,
                sku=sku,
                document=self.feed,
                counted=0,
                counts=snapshot.counts,
                as_of=snapshot.as_of,
            ),
        )


def _batches(rows: Iterator[T], size: int) -> Iterator[tuple[T, ...]]:
    """All of *rows*, so many at a time."""
    while batch := tuple(islice(rows, size)):
        yield batch


def _rows(reports: Iterable[Report | FeedRow | BadRow]) -> Iterator[FeedRow | BadRow]:
    """Each as a row; a bare report is at the line of its place, and nothing else is one."""
    for place, one in enumerate(each(reports, "reports")):
        if isinstance(one, FeedRow | BadRow):
            yield one
        elif type(one) in REPORTS:
            yield FeedRow(place + 1, one)
        else:
            raise Unreadable("a report of stock", f"$.reports[{place}]")


class _Digest:
    """Stands for all rows that were added."""

    def __init__(self, write: Written) -> None:
        self._write = write
        self._sum = blake2b(digest_size=16)

    def add(self, rows: Iterable[FeedRow | BadRow]) -> str:
        """What stands for everything, with *rows*."""
        for row in rows:
            self._sum.update(f"{self._text(row)}\n".encode())
        return self._sum.hexdigest()

    def _text(self, row: FeedRow | BadRow) -> str:
        if isinstance(row, BadRow):
            return f"{row.line} {row.column} {row.problem}"
        return f"{row.occurred_at} {row.sequence} {self._write(row.report)}"


def _added(fed: Fed, told: Sequence[Recorded[object]]) -> Fed:
    """*fed* after one more batch, which led to what was *told*."""
    refused = [row for one in told if isinstance(one.event, FeedTaken) for row in one.event.refused]
    ignored = sum(isinstance(one.event, PaperIgnored | PaperOutdated) for one in told)
    return attrs.evolve(
        fed,
        refused=fed.refused + len(refused),
        ignored=fed.ignored + ignored,
        wrong=(*fed.wrong, *refused)[:MOST_LISTED],
    )

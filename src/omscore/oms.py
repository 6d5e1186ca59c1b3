"""The front door: one object that a host creates, gives commands to, and asks.

What it may be asked is in `omscore.asking`.

It holds no state but what its storage keeps, so any number of them may serve one store, in threads
and in processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from attrs import frozen

from omscore.adapters import vocabulary
from omscore.adapters.clocks import CountingIds, RandomIds, SystemClock
from omscore.adapters.codec import Codec
from omscore.adapters.memory import MemoryStore
from omscore.asking.reservations import AskingReservations
from omscore.atp.feeds import BadRow, FeedRow, Report
from omscore.atp.requests import Grant, Request, ReserveStock, grants_of
from omscore.kernel import ids
from omscore.kernel.errors import Unavailable, Unreadable
from omscore.kernel.kinds import of_kind
from omscore.kernel.moments import instant
from omscore.kernel.quantities import units
from omscore.kernel.recorded import Context, Recorded
from omscore.kernel.todo import Todo
from omscore.kernel.truth import truth
from omscore.network.facts import THE_NETWORK
from omscore.orchestration.learning import Fact, Learn
from omscore.ports.storage import Storage
from omscore.ports.world import Clock, Ids
from omscore.runtime.configuration import Configuration
from omscore.runtime.feeding import BATCH, Fed, Feeder, Progress, Snapshot, unseen
from omscore.runtime.handling import Envelope, Pause, at_once, handle, rerun
from omscore.runtime.repair import Proposal, mend, proposals
from omscore.runtime.todos import drain, work
from omscore.sourcing.naming import require_known

if TYPE_CHECKING:  # needs the extra `sql`
    from omscore.adapters.sql import SqlStore


@frozen
class Receipt:
    """What a command led to.

    *events* are its own; *followed* are those of the reactions that were worked at once.
    *repeated* says that the command was done before, under the same key.
    """

    command: ids.CommandId
    events: Sequence[Recorded[object]]
    followed: Sequence[Recorded[object]] = ()
    repeated: bool = False

    @property
    def grants(self) -> Sequence[Grant]:
        """What was answered to requests for stock, and to tickets for it, in their order."""
        return grants_of(one.event for one in self.events)


class Oms(AskingReservations):
    """An order management core on a *storage*, told the time by *clock*.

    With *inline* (the default), what follows from a command and is due is worked before `do`
    returns; otherwise a worker calls `work` for everything.  *pause* waits between attempts after
    a lost race: a host with many writers passes one that sleeps, with jitter.  A host with kinds,
    events or commands of its own passes the *codec* that knows them.

    `Unreadable`, with its place, if the policy of the planner names a node or a tag that the
    network does not know; where no node is known yet, each plan says so instead.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        clock: Clock,
        ids: Ids,
        configuration: Configuration | None = None,
        codec: Codec | None = None,
        tenant: str = "default",
        inline: bool = True,
        pause: Pause = at_once,
    ) -> None:
        if configuration is None:
            configuration = Configuration()
        super().__init__(storage, clock, of_kind(Configuration, configuration, "configuration"))
        self.codec = codec or vocabulary.codec()
        self._ids = ids
        self._tenant = tenant
        self._inline = inline
        self._pause = pause
        self._opened: SqlStore | None = None
        self._dispatch = self.configuration.dispatch()
        self._require_known()

    def _require_known(self) -> None:
        policy = self.configuration.planner.policy
        if policy.named:
            with suppress(Unavailable):  # then each plan says so
                network = self.get(THE_NETWORK)
                if network is not None and network.nodes:
                    require_known(policy, network)

    @classmethod
    def in_memory(
        cls, *, clock: Clock | None = None, configuration: Configuration | None = None
    ) -> Oms:
        """One that forgets everything when its process ends."""
        return cls(
            MemoryStore(),
            clock=clock or SystemClock(),
            ids=CountingIds("c"),
            configuration=configuration,
        )

    @classmethod
    def sqlite(
        cls,
        path: str | Path,
        *,
        clock: Clock | None = None,
        configuration: Configuration | None = None,
    ) -> Oms:
        """One that keeps everything in a SQLite file, made if it is not there.

        Needs the extra `sql`: `pip install 'omscore[sql]'`.
        """
        with _needing("sql"):
            from omscore.adapters.sql import SqlStore

            store = SqlStore.in_file(path, codec=vocabulary.codec())
        return cls._on(store, clock, configuration)

    @classmethod
    def postgres(
        cls,
        url: str,
        *,
        clock: Clock | None = None,
        configuration: Configuration | None = None,
    ) -> Oms:
        """One on a PostgreSQL database, whose tables are made if they are not there.

        *url* is SQLAlchemy's: `postgresql+psycopg://user:password@host:5432/database`.
        Needs the extra `postgres`: `pip install 'omscore[postgres]'`.
        """
        if not isinstance(url, str) or not url.startswith("postgresql"):
            raise Unreadable("an address like postgresql+psycopg://host/database", "$.url")
        with _needing("postgres"):
            from omscore.adapters.sql import SqlStore

            store = SqlStore(url, codec=vocabulary.codec())
        return cls._on(store, clock, configuration)

    @classmethod
    def _on(cls, store: SqlStore, clock: Clock | None, configuration: Configuration | None) -> Oms:
        store.create_all()
        oms = cls(store, clock=clock or SystemClock(), ids=RandomIds(), configuration=configuration)
        oms._opened = store
        return oms

    def close(self) -> None:
        """Let go of the database that this opened; a store that the host gave is the host's.

        Whatever is asked after that opens it again.
        """
        if self._opened is not None:
            self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- telling ------------------------------------------------------------------------------

    def know(self, *facts: Fact) -> Receipt:
        """Take facts in: items, nodes, lanes, calendars.  What is known already changes nothing."""
        return self.do(Learn(facts))

    def do(
        self,
        command: object,
        *,
        key: str | None = None,
        actor: str = "host",
        occurred_at: datetime | None = None,
        sequence: int | None = None,
    ) -> Receipt:
        """Do *command*, and what follows from it at once.

        With a *key*, doing it again gives the same receipt and changes nothing.  *actor* is who
        asks; *occurred_at* and *sequence* are a source's own time and running number.

        Raises `Refused` where the domain says no, `Conflict` after too many lost races,
        `Unavailable` if storage fails.
        """
        context = self._context(actor, key, occurred_at, sequence)
        self._dispatch.handler(command)
        digest = None if key is None else self.codec.digest(command)
        envelope = Envelope(context=context, root=context.command, digest=digest)
        outcome = handle(command, envelope, self._dispatch, self.storage, pause=self._pause)
        followed = self._follow(outcome.todos, context.now) if self._inline else ()
        return Receipt(context.command, outcome.events, tuple(followed), outcome.repeated)

    def _context(
        self,
        actor: str,
        key: str | None = None,
        occurred_at: datetime | None = None,
        sequence: int | None = None,
    ) -> Context:
        return Context(
            now=self._clock.now(),
            actor=ids.checked(actor, "actor"),
            command=ids.command_id(self._ids.next() if key is None else key),
            tenant=self._tenant,
            occurred_at=occurred_at,
            sequence=sequence,
        )

    def reserve_many(
        self, requests: Iterable[Request], *, key: str | None = None, actor: str = "host"
    ) -> Sequence[Grant]:
        """Answer requests for stock in their order, in one transaction; what is refused says why.

        Under load one call for many is far cheaper than many calls: see `Batching`.
        """
        return self.do(ReserveStock(requests), key=key, actor=actor).grants

    def reserve(self, request: Request, *, key: str | None = None, actor: str = "host") -> Grant:
        """Answer one request for stock: a batch of one."""
        return self.reserve_many([request], key=key, actor=actor)[0]

    def feed(
        self,
        feed: str,
        reports: Iterable[Report | FeedRow | BadRow],
        *,
        snapshot: Snapshot | None = None,
        strict: bool = False,
        size: int = BATCH,
        progress: Progress = unseen,
        actor: str = "host",
    ) -> Fed:
        """Take the *reports* of a source, any number of them, *size* in a transaction.

        The same *feed* again changes nothing, and one that was interrupted goes on; `Refused` if
        the rows that were taken are others now.  A row that is refused or cannot be read is
        recorded and left out; in a *strict* feed it stops the feed before its batch, as what is
        no report of stock always does (`Unreadable`, with its place).  With a full
        *snapshot*, what it does not name is counted as none, when all rows are taken.  *progress*
        is told how many rows are done.
        """
        asked = Feeder(
            ids.document_id(feed),
            lambda batch: self.do(batch, actor=actor).events,
            self.storage,
            self.codec.write_command,
            strict=strict,
            size=units(size, "size"),
            progress=progress,
        )
        return asked.run(reports, snapshot)

    def repair(self, *, apply: bool = False, actor: str = "host") -> Sequence[Proposal]:
        """What positions should be told so that the books of stock agree; none, if they do.

        Nothing is changed, unless it is to *apply* them: then each is kept, and what that makes
        impossible is declared short.
        """
        applied = truth(apply, "apply")
        with self.storage.begin() as unit:
            found = proposals(unit)
        for one in found if applied else ():
            context = self._context(actor)
            envelope = Envelope(context=context, root=context.command)
            told = rerun(partial(mend, one, envelope, self._dispatch), self.storage)
            if self._inline:
                list(self._follow(told.todos, context.now))
        return found

    def decode(self, text: str | bytes) -> object:
        """The command that JSON *text* asks for, as in `{"type": "cancel-order", "order": "o-1"}`.

        `Unreadable`, with a path, for everything that is not exactly a command.
        """
        return self.codec.decode_command(text)

    def _follow(self, todos: Iterable[Todo], now: datetime) -> Iterator[Recorded[object]]:
        for outcome in drain(todos, now, self._dispatch, self.storage, pause=self._pause):
            yield from outcome.events

    def work(self, *, limit: int | None = None) -> int:
        """Work what is due by now, at most *limit* todos; how many were worked.

        For a worker, and for deadlines.  One that somebody else is working is passed over.
        """
        if limit is not None:
            units(limit, "limit", least=0)
        now, worked = self._clock.now(), set[str]()
        while limit is None or len(worked) < limit:
            due = [todo for todo in self.waiting(now) if todo.id not in worked]
            if not due:
                break
            for todo in due[: None if limit is None else limit - len(worked)]:
                work(todo, now, self._dispatch, self.storage, pause=self._pause)
                worked.add(todo.id)
        return len(worked)

    def waiting(self, until: datetime, *, limit: int = 100) -> Sequence[Todo]:
        """The todos that are due by *until*, earliest first."""
        moment, most = instant(until, "until"), units(limit, "limit", least=0)
        with self.storage.begin() as unit:
            return unit.todo(moment, limit=most)


@contextmanager
def _needing(extra: str) -> Iterator[None]:
    """What is imported in here comes with an extra."""
    try:
        yield
    except ModuleNotFoundError as missing:
        mend = f"{missing.name} is not installed: pip install 'omscore[{extra}]'"
        raise Unavailable(mend) from missing

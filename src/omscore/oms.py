"""The front door: one object that a host creates, gives commands to, and asks.

It holds no state but what its storage keeps, so any number of them may serve one store, in threads
and in processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from attrs import frozen

from omscore.adapters import vocabulary
from omscore.adapters.clocks import CountingIds, RandomIds, SystemClock
from omscore.adapters.codec import Codec
from omscore.adapters.memory import MemoryStore
from omscore.atp.entries import of_position
from omscore.atp.messages import NoSuchItem, NoSuchNode
from omscore.atp.methods import DEFAULTS, AtpMethod, Options, Row
from omscore.atp.position import CONDITIONS, POSITION, Condition, Position, position_id
from omscore.atp.projected import LookAhead
from omscore.catalog.item import ITEM
from omscore.catalog.line import Line, check_lines, several_lines
from omscore.kernel import ids, moments
from omscore.kernel.errors import Refused, Unavailable, Unreadable
from omscore.kernel.keys import Key
from omscore.kernel.moments import instant, local_day
from omscore.kernel.quantities import units
from omscore.kernel.recorded import Context, Recorded
from omscore.kernel.todo import Todo
from omscore.lifecycle.fulfillment import fulfillment as fulfillments
from omscore.lifecycle.fulfillment.fulfillment import FULFILLMENT, Fulfillment
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.order.order import ORDER, Order
from omscore.lifecycle.quote import quote as quotes
from omscore.lifecycle.quote.quote import QUOTE, Quote
from omscore.lifecycle.returns import returns
from omscore.lifecycle.returns.returns import RETURN, Return
from omscore.network.facts import STANDARD, THE_NETWORK, Network
from omscore.orchestration import planning
from omscore.orchestration.learning import Fact, Learn
from omscore.orchestration.work_items import OPEN_ITEMS, WorkItem
from omscore.ports.storage import Storage, UnitOfWork
from omscore.ports.world import Clock, Ids
from omscore.promise.options import Promise
from omscore.runtime.audit import Difference, audit
from omscore.runtime.configuration import Configuration
from omscore.runtime.handling import Envelope, Pause, at_once, handle, read, rerun
from omscore.runtime.todos import drain, work
from omscore.views.standing import OrderStanding, standing
from omscore.views.story import Story, story

if TYPE_CHECKING:  # needs the extra `sql`
    from omscore.adapters.sql import SqlStore

S = TypeVar("S")
LOOK_AHEAD = LookAhead()


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


class Oms:
    """An order management core on a *storage*, told the time by *clock*.

    With *inline* (the default), what follows from a command and is due is worked before `do`
    returns; otherwise a worker calls `work` for everything.  *pause* waits between attempts after
    a lost race: a host with many writers passes one that sleeps, with jitter.  A host with kinds,
    events or commands of its own passes the *codec* that knows them.
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
        self.configuration = configuration or Configuration()
        self.codec = codec or vocabulary.codec()
        self.storage = storage
        self._clock = clock
        self._ids = ids
        self._tenant = tenant
        self._inline = inline
        self._pause = pause
        self._opened: SqlStore | None = None
        self._dispatch = self.configuration.dispatch()

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
        if not url.startswith("postgresql"):
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
        context = Context(
            now=self._clock.now(),
            actor=ids.checked(actor, "actor"),
            command=ids.command_id(self._ids.next() if key is None else key),
            tenant=self._tenant,
            occurred_at=occurred_at,
            sequence=sequence,
        )
        self._dispatch.handler(command)
        digest = None if key is None else self.codec.digest(command)
        envelope = Envelope(context=context, root=context.command, digest=digest)
        outcome = handle(command, envelope, self._dispatch, self.storage, pause=self._pause)
        followed = self._follow(outcome.todos, context.now) if self._inline else ()
        return Receipt(context.command, outcome.events, tuple(followed), outcome.repeated)

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
        with self.storage.begin() as unit:
            return unit.todo(instant(until, "until"), limit=limit)

    # --- asking -------------------------------------------------------------------------------

    def order(self, order: str) -> OrderStanding:
        """How an order stands; `Refused` if there is none of this id."""
        id_ = ids.order_id(order)
        found = orders.required(self.get(ORDER.key(id_)), id_)
        return standing(found, self.configuration.unit_flow)

    def fulfillment(self, fulfillment: str) -> Fulfillment:
        """A fulfillment order; `Refused` if there is none of this id."""
        id_ = ids.fulfillment_id(fulfillment)
        return fulfillments.required(self.get(FULFILLMENT.key(id_)), id_)

    def return_(self, return_: str) -> Return:
        """A return; `Refused` if there is none of this id."""
        id_ = ids.return_id(return_)
        return returns.required(self.get(RETURN.key(id_)), id_)

    def quote(self, quote: str) -> Quote:
        """A quote; `Refused` if there is none of this id."""
        id_ = ids.quote_id(quote)
        return quotes.required(self.get(QUOTE.key(id_)), id_)

    def work_items(self) -> Sequence[WorkItem]:
        """Everything that waits for a person."""
        with self.storage.begin() as unit:
            keys = unit.listed(OPEN_ITEMS)
        return [item for key in keys if isinstance(item := self.get(key), WorkItem) and item.open]

    def available(
        self, sku: str, node: str, *, day: date | None = None, condition: Condition = "sellable"
    ) -> int:
        """How many units may still be promised at *node* for *day* (its today, if not given)."""
        position, today, now = self._position(sku, node, condition)
        asked = today if day is None else moments.day(day)
        return max(0, position.available(asked, today=today, now=now))

    def earliest(self, sku: str, node: str, quantity: int) -> date | None:
        """The first day for which *quantity* units may be promised at *node*; None if none is."""
        position, today, now = self._position(sku, node, "sellable")
        return position.earliest(units(quantity), start=today, today=today, now=now)

    def availability(
        self,
        sku: str,
        node: str,
        *,
        method: AtpMethod = LOOK_AHEAD,
        options: Options = DEFAULTS,
    ) -> Sequence[Row]:
        """What may be promised at *node* over time, in the words of *method*.

        One row for each bucket of *options*, from today to its horizon.  It answers a question and
        changes nothing: grants always look ahead to the last entry.
        """
        position, today, now = self._position(sku, node, "sellable")
        return method.curve(of_position(position, today, now), today, options)

    def _position(
        self, sku: str, node: str, condition: Condition
    ) -> tuple[Position, date, datetime]:
        """A position, the local day of its node, and the present instant.

        `Refused` if nobody has told us of the sku or of the node: a typo is not "no stock".
        """
        at, item, now = ids.node_id(node), ids.sku(sku), self._clock.now()
        if condition not in CONDITIONS:
            raise Unreadable(f"one of {', '.join(CONDITIONS)}", "$.condition")
        known = (self.get(THE_NETWORK) or Network()).nodes.get(at)
        if known is None:
            raise Refused(NoSuchNode(at))
        if self.get(ITEM.key(item)) is None:
            raise Refused(NoSuchItem(item))
        found = self.get(POSITION.key(position_id(at, item, condition)))
        return found or Position(), local_day(now, known.zone), now

    def promise(self, lines: Iterable[Line], ship_to: str, *, method: str = STANDARD) -> Promise:
        """The plan with dates that an order for these lines would get now; nothing is kept."""
        planner, asked = self.configuration.planner, several_lines(lines)
        check_lines(asked)
        needs = planning.needs_of_lines(asked, ids.region(ship_to), ids.method(method))
        now = self._clock.now()

        def promised(unit: UnitOfWork) -> Promise:
            seen = read(lambda so_far: planner.reads(so_far, needs), unit, now)
            return planner.promise(seen, needs)

        return rerun(promised, self.storage)

    def explain(self, order: str) -> Story:
        """Everything that happened to an order, in order, with who, when and why."""
        id_ = ids.order_id(order)
        known = orders.required(self.get(ORDER.key(id_)), id_)
        return story(id_, self.history(*_concerned(known)))

    def history(self, *keys: Key[object]) -> Sequence[Recorded[object]]:
        """Every event of these aggregates, in the order of saving."""
        with self.storage.begin() as unit:
            return unit.history(*keys)

    def get(self, key: Key[S]) -> S | None:
        """The state at *key*, as it is kept; None if there is none."""
        return rerun(lambda unit: key.narrow(unit.get([key])[key].state), self.storage)

    def audit(self) -> Sequence[Difference]:
        """Every difference between what is kept and what the events say; none, if all is well."""
        with self.storage.begin() as unit:
            return audit(unit)


@contextmanager
def _needing(extra: str) -> Iterator[None]:
    """What is imported in here comes with an extra."""
    try:
        yield
    except ModuleNotFoundError as missing:
        mend = f"{missing.name} is not installed: pip install 'omscore[{extra}]'"
        raise Unavailable(mend) from missing


def _concerned(order: Order) -> list[Key[object]]:
    return [
        ORDER.key(order.id),
        *(FULFILLMENT.key(one) for one in order.fulfillments),
        *(RETURN.key(one) for one in order.returns),
    ]

"""The audit: recompute everything from the events, and say where what is kept differs.

Beside each aggregate on its own, it adds up the ledgers against each other: what orders and quotes
wait for is what reservations keep open, what those keep is what positions have committed, what is
due is what supplies say, and so on.  Each such pair is an *account*, kept twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from attrs import field, frozen

from omscore.atp.position import POSITION, position_id, wants_of
from omscore.atp.reservations import RESERVATION
from omscore.atp.supplies import DEMAND, SUPPLY
from omscore.kernel.ids import LineId, NodeId, Sku
from omscore.kernel.keys import Key, Kind
from omscore.lifecycle.fulfillment.fulfillment import FULFILLMENT
from omscore.lifecycle.order.messages import Group
from omscore.lifecycle.order.order import ORDER, SENT, Order
from omscore.lifecycle.quote.quote import QUOTE, Quote
from omscore.lifecycle.returns.returns import RETURN
from omscore.network.capacity import CAPACITY, CAPACITY_KINDS, CapacityKind, capacity_id, taken
from omscore.network.facts import NodeLearned
from omscore.network.plan import sendings_of
from omscore.orchestration import days
from omscore.orchestration.backlog import BACKLOG
from omscore.ports.storage import UnitOfWork

S = TypeVar("S")
PAGE = 2_000
AT_WORK = frozenset({"released", "accepted", "picked", "packed", "recalled"})
COMING_BACK = frozenset({"announced", "received", "graded", "accepted", "restocked"})


@frozen
class Difference:
    """Two accounts of one thing that do not agree."""

    subject: str
    kept: str
    recomputed: str


@frozen
class Books:
    """Everything, from the events alone: state and version per aggregate."""

    states: dict[Key[object], object] = field(factory=dict)
    versions: Counter[Key[object]] = field(factory=Counter)
    holes: set[Key[object]] = field(factory=set)
    limits: Counter[tuple[NodeId, CapacityKind, bool]] = field(factory=Counter)

    def of(self, kind: Kind[S]) -> Iterator[tuple[str, S]]:
        """Every state of a kind, with its id."""
        for key, state in self.states.items():
            if key.kind == kind and (narrow := kind.key(key.id).narrow(state)) is not None:
                yield key.id, narrow


def audit(work: UnitOfWork) -> Sequence[Difference]:
    """Every difference, by subject; none, if all is well."""
    books = replayed(work)
    found = [*_against_kept(books, work)]
    for name, kept, recomputed in _accounts(books):
        found += [
            Difference(f"{name} {subject}", str(kept[subject]), str(recomputed[subject]))
            for subject in kept.keys() | recomputed.keys()
            if kept[subject] != recomputed[subject]
        ]
    return sorted(found, key=lambda one: one.subject)


def replayed(work: UnitOfWork) -> Books:
    """Everything that ever happened, folded."""
    books, after = Books(), 0
    while page := work.outbox(after, limit=PAGE):
        told: dict[Key[object], list[object]] = {}
        for outgoing in page:
            key, event = outgoing.recorded.key, outgoing.recorded.event
            told.setdefault(key, []).append(event)
            books.versions[key] += 1
            if outgoing.recorded.version != books.versions[key]:
                books.holes.add(key)
            if isinstance(event, NodeLearned):
                for kind in CAPACITY_KINDS:
                    books.limits[event.node.id, kind, kind in event.node.capacity] += 1
        for key, events in told.items():
            if key.kind.evolve is not None:
                books.states[key] = key.kind.evolve(books.states.get(key), *events)
        after = page[-1].position
    return books


def _against_kept(books: Books, work: UnitOfWork) -> Iterable[Difference]:
    """Replay gives what is stored, at versions 1 to n without a hole, with the same margin.

    A row without one was written by a version that did not guard it yet.
    """
    keys = sorted(books.states, key=str)
    for start in range(0, len(keys), PAGE):
        for key, kept in work.get(keys[start : start + PAGE]).items():
            if kept.version != books.versions[key] or key in books.holes:
                yield Difference(f"{key} version", str(kept.version), str(books.versions[key]))
            elif kept.state != books.states[key]:
                yield Difference(str(key), repr(kept.state), repr(books.states[key]))
            elif kept.margin not in (None, margin := key.kind.margin(books.states[key])):
                yield Difference(f"{key} margin", str(kept.margin), str(margin))


Account = tuple[str, Counter[str], Counter[str]]


def _accounts(books: Books) -> Iterator[Account]:
    """What one ledger keeps, and what the others say that it should."""
    yield "units under reservation", _waiting(books), _open(books)
    yield from _promises(books)
    yield "supply due", _buckets(books, "supply"), _due(books)
    yield "foreign demand", _wanted(books), _demanded(books)
    yield "capacity", _used(books), _booked(books)
    yield "backlog", _queued(books), _backordered(books)
    yield "returning units of", _returning(books), _returns(books)
    yield "work", _tasks(books), _at_work(books)


def _groups(books: Books) -> Iterator[tuple[Order, LineId, Group, int]]:
    for _, order in books.of(ORDER):
        for id_, line in order.lines.items():
            for group, quantity in line.units.items():
                yield order, id_, group, quantity


def _quotes(books: Books) -> Iterator[Quote]:
    for _, quote in books.of(QUOTE):
        if quote.stage == "open":
            yield quote


def _summed(rows: Iterable[tuple[str, int]]) -> Counter[str]:
    total = Counter[str]()
    for subject, units in rows:
        total[subject] += units
    return +total


# --- stock ------------------------------------------------------------------------------------


def _waiting(books: Books) -> Counter[str]:
    """What units of orders, and open quotes, name."""
    ordered = [
        (group.reservation, quantity)
        for _, _, group, quantity in _groups(books)
        if group.reservation is not None
    ]
    quoted = [
        (one.reservation, one.leg.quantity)
        for quote in _quotes(books)
        for one in quote.opened.reserved
        if one.reservation is not None
    ]
    return _summed([*ordered, *quoted])


def _open(books: Books) -> Counter[str]:
    """What orders and quotes hold; what a host reserves by itself belongs to a group of nodes."""
    return _summed((id_, held.open) for id_, held in books.of(RESERVATION) if not held.group)


def _promises(books: Books) -> Iterator[Account]:
    """What positions have committed and hold, against the reservations on them."""
    committed, held = list[tuple[str, int]](), list[tuple[str, int]]()
    for _, one in books.of(RESERVATION):
        if one.expires_at is None:
            committed.append((_at(one.position, one.day), one.open))
        else:
            held.append((f"{_at(one.position, one.day)} {one.expires_at.isoformat()}", one.open))
    yield "committed at", _buckets(books, "committed"), _summed(committed)
    kept = (
        (f"{_at(id_, one.day)} {one.expires_at.isoformat()}", one.units)
        for id_, position in books.of(POSITION)
        for one in position.held
    )
    yield "held at", _summed(kept), _summed(held)


def _at(position: str, day: date) -> str:
    return f"{position} {day.isoformat()}"


def _buckets(books: Books, part: str) -> Counter[str]:
    return _summed(
        (_at(id_, bucket.day), getattr(bucket, part))
        for id_, position in books.of(POSITION)
        for bucket in position.buckets
    )


def _due(books: Books) -> Counter[str]:
    return _summed(
        (_at(position_id(supply.node, supply.sku), supply.day), supply.open)
        for _, supply in books.of(SUPPLY)
    )


def _wanted(books: Books) -> Counter[str]:
    return _summed(
        (f"{_at(id_, want.day)} {want.kind}", want.units)
        for id_, position in books.of(POSITION)
        for want in wants_of(position)
    )


def _demanded(books: Books) -> Counter[str]:
    return _summed(
        (f"{_at(position_id(NodeId(node), Sku(sku)), demand.day)} {demand.kind}", demand.quantity)
        for id_, demand in books.of(DEMAND)
        for _, node, sku in [id_.split("/")]
    )


# --- capacity ---------------------------------------------------------------------------------


def _steadily_limited(books: Books, node: NodeId, kind: CapacityKind) -> bool:
    """Whether a node has had a limit ever since it is known: only then is everything booked."""
    return bool(books.limits[node, kind, True]) and not books.limits[node, kind, False]


def _used(books: Books) -> Counter[str]:
    return _summed(
        (id_, capacity.used)
        for id_, capacity in books.of(CAPACITY)
        if _steadily_limited(books, *_counted(id_))
    )


def _counted(id_: str) -> tuple[NodeId, CapacityKind]:
    node, name, _ = id_.split("/")
    return NodeId(node), next(kind for kind in CAPACITY_KINDS if kind == name)


def _booked(books: Books) -> Counter[str]:
    ordered = [taken(days.sendings_of(order)) for _, order in books.of(ORDER)]
    quoted = [
        taken(sendings_of(one.leg for one in quote.opened.reserved)) for quote in _quotes(books)
    ]
    return _summed(
        (capacity_id(*slot), used)
        for slots in [*ordered, *quoted]
        for slot, used in slots.items()
        if _steadily_limited(books, *slot[:2])
    )


# --- orders and what follows from them --------------------------------------------------------


def _queued(books: Books) -> Counter[str]:
    return _summed(
        (f"{sku} {one.order} {one.line}", one.quantity)
        for sku, backlog in books.of(BACKLOG)
        for one in backlog.queue
    )


def _backordered(books: Books) -> Counter[str]:
    return _summed(
        (f"{order.lines[line].asked.sku} {order.id} {line}", quantity)
        for order, line, group, quantity in _groups(books)
        if group.stage == "backordered"
    )


def _returning(books: Books) -> Counter[str]:
    return _summed(
        (f"{order.id} {id_}", line.returning)
        for _, order in books.of(ORDER)
        for id_, line in order.lines.items()
    )


def _returns(books: Books) -> Counter[str]:
    return _summed(
        (f"{found.order} {line.line}", line.quantity)
        for _, found in books.of(RETURN)
        if found.stage in COMING_BACK
        for line in found.lines
    )


def _tasks(books: Books) -> Counter[str]:
    return _summed(
        (f"{id_} {task.line} {task.reservation}", task.quantity)
        for id_, work in books.of(FULFILLMENT)
        if work.stage in AT_WORK
        for task in work.tasks
    )


def _at_work(books: Books) -> Counter[str]:
    return _summed(
        (f"{group.fulfillment} {line} {group.reservation}", quantity)
        for _, line, group, quantity in _groups(books)
        if group.fulfillment is not None and _held(group)
    )


def _held(group: Group) -> bool:
    """Whether a node still has the units to send."""
    return group.reservation is not None or (group.made and group.stage not in SENT)

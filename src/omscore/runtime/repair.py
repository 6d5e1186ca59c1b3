"""Repair: what would make the books of stock agree again, as entries; kept only if somebody asks.

Reservations, supplies and foreign demand are what was promised and said, so they are believed, and
positions are corrected to them.  A position that was changed by hand is taken as its events tell
it.  Where orders and reservations differ is for a person: nobody can know which of them is right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial

from attrs import field, frozen

from omscore.atp import position as positions
from omscore.atp.entries import DEMAND_KINDS
from omscore.atp.movements import (
    DemandKind,
    DemandScheduled,
    PositionEvent,
    StockEntered,
    SupplyScheduled,
    UnitsFreed,
    UnitsReserved,
)
from omscore.atp.position import POSITION, Position, PositionId, position_id, wants_of
from omscore.atp.reservations import RESERVATION
from omscore.atp.supplies import DEMAND, SUPPLY
from omscore.kernel.ids import DocumentId, NodeId, ReservationId, Sku
from omscore.kernel.keys import Change, Changes, Key, Seen
from omscore.kernel.recorded import Context
from omscore.network.facts import THE_NETWORK
from omscore.orchestration import backlog, expiring, reserving
from omscore.orchestration.backlog import BACKLOG
from omscore.ports.storage import UnitOfWork
from omscore.runtime import handling
from omscore.runtime.audit import PAGE, Books, replayed
from omscore.runtime.dispatch import Dispatch
from omscore.runtime.handling import Envelope, Outcome

REPAIR = DocumentId("repair")
NOBODY = ReservationId("repair")
# Told where a state is to be written anew and nothing else: every write has its events.
AS_IT_WAS = StockEntered("counted", 0, REPAIR)


@frozen
class Proposal:
    """What a position should be told, and *because* of which differences."""

    position: PositionId
    entries: tuple[PositionEvent, ...]
    because: tuple[str, ...]


def proposals(work: UnitOfWork) -> Sequence[Proposal]:
    """What would mend the positions, by id; none, if all is well with them."""
    books = replayed(work)
    found, asked = dict(books.of(POSITION)), _Asked.by(books)
    wrong = _written_wrong(found, work)
    made = (
        _proposal(id_, found.get(id_) or Position(), asked, wrong.get(id_, ()))
        for id_ in sorted({*found, *asked.positions()})
    )
    return [one for one in made if one.because]


def mend(proposal: Proposal, envelope: Envelope, dispatch: Dispatch, work: UnitOfWork) -> Outcome:
    """Keep what *proposal* says, and declare what that makes impossible."""
    handler = _Mending(tuple(one.event for one in work.history(POSITION.key(proposal.position))))
    now = envelope.context.now
    seen = handling.read(lambda so_far: handler.reads(proposal, so_far), work.get, now)
    changes = handling.decide(handler, proposal, seen, envelope.context, work)
    return handling.save(changes, envelope, dispatch, work)


@frozen
class _Mending:
    """Tells a position, as its *history* makes it, what a proposal says."""

    history: tuple[object, ...]

    def reads(self, proposal: Proposal, seen: Seen) -> Iterable[Key[object]]:
        """The position, and what it takes to declare shortage."""
        yield THE_NETWORK
        yield POSITION.key(proposal.position)
        yield BACKLOG.key(expiring.sku_at(proposal.position))

    def decide(self, proposal: Proposal, seen: Seen, context: Context) -> Changes:
        """The entries, on top of what the events say."""
        changes, key = Changes(seen), POSITION.key(proposal.position)
        entries = proposal.entries or (AS_IT_WAS,)
        state = positions.evolve(None, *self.history, *entries)  # type: ignore[arg-type]
        changes.told[key] = Change(entries, state)
        reserving.settle(changes, key, context)
        backlog.call(changes, expiring.sku_at(proposal.position))
        return changes


# --- what is wrong ----------------------------------------------------------------------------

Days = defaultdict[str, Counter[date]]
Kinds = defaultdict[tuple[str, DemandKind], Counter[date]]
Expiries = defaultdict[str, Counter[tuple[datetime, date]]]


@frozen
class _Asked:
    """What positions should say, by position and day, as all others say it."""

    committed: Days = field(factory=partial(defaultdict, Counter))
    held: Expiries = field(factory=partial(defaultdict, Counter))
    supply: Days = field(factory=partial(defaultdict, Counter))
    foreign: Kinds = field(factory=partial(defaultdict, Counter))

    @classmethod
    def by(cls, books: Books) -> _Asked:
        """By every reservation, supply and demand."""
        asked = cls()
        for _, one in books.of(RESERVATION):
            if one.expires_at is None:
                asked.committed[one.position][one.day] += one.open
            else:
                asked.held[one.position][one.expires_at, one.day] += one.open
        for _, due in books.of(SUPPLY):
            asked.supply[position_id(due.node, due.sku)][due.day] += due.open
        for id_, demand in books.of(DEMAND):
            _, node, sku = id_.split("/")
            at = position_id(NodeId(node), Sku(sku))
            asked.foreign[at, demand.kind][demand.day] += demand.quantity
        return asked

    def positions(self) -> set[str]:
        """Every position of which somebody speaks."""
        return {*self.committed, *self.held, *self.supply, *(id_ for id_, _ in self.foreign)}


def _written_wrong(found: Mapping[str, Position], work: UnitOfWork) -> Mapping[str, Sequence[str]]:
    """The positions whose row is not what their events say, and what to say of it."""
    wrong, keys = dict[str, Sequence[str]](), [POSITION.key(id_) for id_ in sorted(found)]
    for start in range(0, len(keys), PAGE):
        for key, kept in work.get(keys[start : start + PAGE]).items():
            state = found[key.id]
            if kept.state != state or kept.margin not in (None, positions.margin(state)):
                wrong[key.id] = ["what is kept is not what its events say"]
    return wrong


def _proposal(id_: str, position: Position, asked: _Asked, wrong: Sequence[str]) -> Proposal:
    parts = {
        "what reservations promise": [
            *_committed(id_, position, asked),
            *_held(id_, position, asked),
        ],
        "what is due of supplies": list(_supply(id_, position, asked)),
        "what others demand": list(_foreign(id_, position, asked)),
    }
    told = tuple(entry for entries in parts.values() for entry in entries)
    because = (f"it does not say {name}" for name, entries in parts.items() if entries)
    return Proposal(PositionId(id_), told, (*wrong, *because))


def _more(kept: Mapping[date, int], asked: Counter[date]) -> Iterator[tuple[date, int]]:
    """By how much each day should be more."""
    for day in sorted({*kept, *asked}):
        if units := asked[day] - kept.get(day, 0):
            yield day, units


def _committed(id_: str, position: Position, asked: _Asked) -> Iterator[PositionEvent]:
    kept = {one.day: one.committed for one in position.buckets}
    for day, units in _more(kept, asked.committed[id_]):
        make = UnitsReserved if units > 0 else UnitsFreed
        yield make(NOBODY, day, abs(units))


def _held(id_: str, position: Position, asked: _Asked) -> Iterator[PositionEvent]:
    left = Counter(asked.held.get(id_, {}))
    for one in position.held:
        kept = min(one.units, left[one.expires_at, one.day])
        left[one.expires_at, one.day] -= kept
        if gone := one.units - kept:
            yield UnitsFreed(NOBODY, one.day, gone, one.expires_at, one.movable, one.channel)
    for (expires_at, day), units in sorted((+left).items()):
        yield UnitsReserved(NOBODY, day, units, expires_at)


def _supply(id_: str, position: Position, asked: _Asked) -> Iterator[PositionEvent]:
    kept = {one.day: one.supply for one in position.buckets}
    for day, units in _more(kept, asked.supply[id_]):
        yield SupplyScheduled(day, units, REPAIR)


def _foreign(id_: str, position: Position, asked: _Asked) -> Iterator[PositionEvent]:
    for kind in DEMAND_KINDS:
        kept = {one.day: one.units for one in wants_of(position) if one.kind == kind}
        for day, units in _more(kept, asked.foreign[id_, kind]):
            yield DemandScheduled(day, units, REPAIR, kind)

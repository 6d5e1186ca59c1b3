"""Laws about stock, promises and capacity: what came, what left, and what was said of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from omscore.atp import supplies
from omscore.atp.entries import SupplyEntry, of_position
from omscore.atp.matching import Matching
from omscore.atp.movements import (
    PositionEvent,
    ShortageDeclared,
    StockEntered,
    SupplyScheduled,
    UnitsCommitted,
    UnitsConsumed,
    UnitsReserved,
)
from omscore.atp.position import POSITION, Position, evolve, position_id
from omscore.atp.reservations import RESERVATION
from omscore.atp.supplies import SUPPLY, Supply, SupplyEvent
from omscore.kernel.ids import NodeId
from omscore.kernel.moments import local_day
from omscore.lifecycle.order.order import ORDER, SENT, sku_of
from omscore.network.capacity import CAPACITY, CapacityBooked, CapacityFreed
from omscore.testing.laws.books import Books


def promises_have_stock(books: Books) -> Iterable[str]:
    """Law 3: at every day, on hand + supply - commitments + declared shortage ≥ 0."""
    supply, taken = (
        defaultdict[str, Counter[date]](Counter),
        defaultdict[str, Counter[date]](Counter),
    )
    for _, due in books.all(SUPPLY):
        supply[position_id(due.node, due.sku)][due.day] += due.open
    for _, held in books.all(RESERVATION):
        if held.expires_at is None:
            taken[held.position][held.day] += held.open
    for id_, position in books.all(POSITION):
        short = Counter({one.day: one.short for one in position.buckets})
        endless = date.max if position.endless is None else position.endless.since
        for at in sorted(one for one in {*supply[id_], *taken[id_], *short} if one < endless):
            left = position.on_hand + sum(
                supply[id_][on] - taken[id_][on] + short[on]
                for on in {*supply[id_], *taken[id_], *short}
                if on <= at
            )
            if left < 0:
                yield f"{id_} lacks {-left} units on {at} that are not declared short"
        if min([position.on_hand, *short.values()]) < 0:
            yield f"{id_} has something negative: {position}"


def no_grant_creates_shortage(books: Books) -> Iterable[str]:
    """Law 3: after every grant, no day from then on is over-promised, and none declares shortage.

    The oracle replays each position and asks every day on its own.  Where units expire it matches
    what is taken with lots instead: a later demand that no lot could serve keeps nobody from one.
    """
    network, so_far = books.network(), dict[str, Position]()
    granted, short = set[tuple[str, str]](), set[tuple[str, str]]()
    for one in books.told:
        event, id_ = one.event, one.key.id
        if not isinstance(event, PositionEvent):
            continue
        before = so_far.get(id_)
        position = so_far[id_] = evolve(before, event)
        if isinstance(event, UnitsReserved | UnitsCommitted):
            granted.add((one.causation, id_))
            node = network.nodes.get(_node(id_))
            today = local_day(one.recorded_at, node.zone if node else "UTC")
            if isinstance(event, UnitsReserved) and position.expiring:
                lost = unmatched(position, today, one.recorded_at)
                if lost > unmatched(before or Position(), today, one.recorded_at):
                    yield f"{id_} was promised for a day on which no lot is useful, by {one.id}"
            elif (
                isinstance(event, UnitsReserved)
                and (lacking := _least(position, event.day, today, one.recorded_at)) < 0
            ):
                yield f"{id_} was over-promised by {-lacking} units, by {one.id}"
        if isinstance(event, ShortageDeclared):
            short.add((one.causation, id_))
    for causation, id_ in granted & short:
        yield f"{causation} was granted stock at {id_} and made it short"


def unmatched(position: Position, today: date, now: datetime) -> int:
    """How many units are taken for a day on which no lot is useful for them, matched one by one."""
    lots = [
        one
        for one in of_position(position, today, now)
        if isinstance(one, SupplyEntry) and one.units
    ]
    useful = [one for one in lots if one.kind in ("on-hand", "unlimited") or one.day >= today]
    useful = [one for one in useful if (one.use_by or date.max) >= today]
    matching, lost = Matching(one.units for one in useful), 0
    taken = [(one.day, one.committed + one.foreign - one.short) for one in position.buckets]
    taken += [(one.day, one.units) for one in position.held if one.expires_at > now]
    for day, units in taken:
        usable = [
            1 << place
            for place, one in enumerate(useful)
            if one.day <= day <= (one.use_by or date.max)
        ]
        lost += units - matching.serve(matching.demand(sum(usable)), units)
    return lost


def _node(position: str) -> NodeId:
    return NodeId(position.split("/")[0])


def _least(position: Position, start: date, today: date, now: datetime) -> int:
    """The least stock of any day from *start* on."""
    named = [start, *(one.day for one in position.buckets), *(one.day for one in position.held)]
    days = [start + timedelta(n) for n in range((max(named) - start).days + 1)]
    if position.endless is not None:
        days = [one for one in days if one < position.endless.asked(today)]
    left = [
        position.on_hand
        + sum(one.supply for one in position.buckets if today <= one.day <= at)
        - sum(one.committed + one.foreign for one in position.buckets if one.day <= at)
        - sum(one.units for one in position.held if one.day <= at and now < one.expires_at)
        for at in days
    ]
    return min(left, default=0)


def stock_is_conserved(books: Books) -> Iterable[str]:
    """Law 4: on hand + in transit = what came - what left, per sku over nodes and conditions."""
    there, owed = Counter[str](), Counter[str]()
    for id_, position in books.all(POSITION):
        there[_sku(id_)] += position.on_hand
    for _, supply in books.all(SUPPLY):
        there[supply.sku] += supply.in_transit
    zero_sum = defaultdict[tuple[str, str], int](int)
    for id_, entry in books.events(StockEntered):
        owed[_sku(id_)] += entry.units
        if entry.cause in ("regraded", "restocked"):
            zero_sum[entry.cause, _sku(id_)] += entry.units
    for id_, gone in books.events(UnitsConsumed):
        owed[_sku(id_)] -= gone.units
    for sku, units in _sent_on_the_way(books):
        owed[sku] += units
    if there != owed:
        yield f"on hand and in transit are {dict(there)}, by what came and left {dict(owed)}"
    if any(zero_sum.values()):
        yield f"moving between conditions made or lost units: {dict(zero_sum)}"


def _sku(id_: str) -> str:
    return id_.split("/")[1]


def _sent_on_the_way(books: Books) -> Iterator[tuple[str, int]]:
    """How much each event adds to what is in transit between nodes."""
    so_far = dict[str, Supply]()
    for one in books.told:
        if one.key.kind == SUPPLY and isinstance(one.event, SupplyEvent):
            before = so_far.get(one.key.id)
            now = so_far[one.key.id] = supplies.evolve(before, one.event)
            yield now.sku, now.in_transit - (before.in_transit if before is not None else 0)


def what_left_was_ordered(books: Books) -> Iterable[str]:
    """Law 4, from the other side: consumed are the shipped units of orders, and what hosts say."""
    consumed, sent = Counter[str](), Counter[str]()
    for id_, gone in books.events(UnitsConsumed):
        consumed[_sku(id_)] += gone.units
    for _, order in books.all(ORDER):
        for line in order.lines.values():
            for group, quantity in line.units.items():
                if group.stage in SENT and not group.made:
                    sent[sku_of(line, group)] += quantity
    for _, held in books.all(RESERVATION):
        if held.group and held.consumed:
            sent[_sku(held.position)] += held.consumed
    if consumed != sent:
        yield f"consumed are {dict(consumed)}, shipped are {dict(sent)}"


def positions_know_their_reservations(books: Books) -> Iterable[str]:
    """What a position has committed and keeps for a while is what its reservations hold."""
    committed, kept = Counter[tuple[str, date]](), Counter[tuple[str, date]]()
    for _, held in books.all(RESERVATION):
        (committed if held.expires_at is None else kept)[held.position, held.day] += held.open
    for id_, position in books.all(POSITION):
        committed.subtract({(id_, one.day): one.committed for one in position.buckets})
        for one in position.held:
            kept[id_, one.day] -= one.units
    for at, units in [*committed.items(), *kept.items()]:
        if units:
            yield f"reservations and position {at} differ by {units}"


def positions_know_their_supplies(books: Books) -> Iterable[str]:
    """What a position expects is what is open of its supplies."""
    due = Counter[tuple[str, date]]()
    for _, supply in books.all(SUPPLY):
        due[position_id(supply.node, supply.sku), supply.day] += supply.open
    for id_, position in books.all(POSITION):
        due.subtract({(id_, one.day): one.supply for one in position.buckets})
    for at, units in due.items():
        if units:
            yield f"supplies and position {at} differ by {units}"
    if any(event.units == 0 for _, event in books.events(SupplyScheduled)):
        yield "nothing was scheduled"


def capacity_is_kept(books: Books) -> Iterable[str]:
    """Law 6: used ≤ what the day could take when it was booked, and never below nothing."""
    used, limit = Counter[str](), Counter[str]()
    for one in books.told:
        id_ = one.key.id
        match one.event:
            case CapacityBooked(units, most):
                used[id_] += units
                limit[id_] = max(limit[id_], most)
                if used[id_] > most:
                    yield f"{id_}: {used[id_]} used, where {most} were allowed"
            case CapacityFreed(units):
                used[id_] -= units
    for id_, capacity in books.all(CAPACITY):
        if not 0 <= capacity.used == used[id_] <= limit[id_]:
            yield f"{id_}: {capacity.used} used, {used[id_]} by the events, {limit[id_]} allowed"

"""The entries of a position under the names of the papers that they come from.

A position keeps sums by day, so that granting reads little.  Whoever explains may read more: which
purchase orders and transfers a sum is made of, for which documents others will take units, and to
whom they are promised.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import count

import attrs
from attrs import frozen

from omscore.atp.entries import DemandEntry, Entry, SupplyEntry, foreign, of_position
from omscore.atp.lots import Lot
from omscore.atp.position import Position
from omscore.atp.reservations import Reservation
from omscore.atp.supplies import Demand, Supply
from omscore.kernel import ids

Slot = deque[tuple[str, int]]
"""Documents of one sum, each with its units."""


@frozen
class Papers:
    """What is known by name of a position.

    What is *due*, what others have *wanted*, and what is *committed* by reservation: None, if that
    is too much to tell.
    """

    due: Sequence[Supply] = ()
    wanted: Sequence[Demand] = ()
    committed: Sequence[Reservation] | None = None


NOTHING = Papers()


def entries_of(
    position: Position, today: date, now: datetime, papers: Papers = NOTHING
) -> tuple[list[Entry], dict[str, str]]:
    """`of_position` by name, and the owner of each entry that is committed to one.

    An owner of several entries has them numbered, by day.  The sums of a day stay what they are.
    """
    held = papers.committed
    if held is None:
        return named(of_position(position, today, now), papers), {}
    rest = tuple(attrs.evolve(one, committed=0) for one in position.buckets)
    entries = named(of_position(attrs.evolve(position, buckets=rest), today, now), papers)
    owners = dict[str, str]()
    times = Counter(one.id for one in entries)
    for one in sorted(held, key=lambda one: (one.owner, one.day, one.open)):
        times[one.owner] += 1
        several = times[one.owner] > 1
        entry = ids.derived(one.owner, times[one.owner]) if several else one.owner
        entries.append(DemandEntry(entry, one.open, one.day))
        owners[entry] = one.owner
    return entries, owners


def named(entries: Iterable[Entry], papers: Papers) -> list[Entry]:
    """*entries*, where what is due, and what others want, is told apart by document.

    What none of them explains keeps the name of its day; the sums of a day stay what they are.  A
    name that something else has already gets a number.
    """
    entries = list(entries)
    slots = _slots(papers)
    found, used = list[Entry](), {one.id for one in entries}
    for one in entries:
        left = one.quantity
        for document, units in _taken(left, slots.get(_slot(one), Slot())):
            found.append(attrs.evolve(one, id=_new(document, used), quantity=units))
            left -= units
        if left == one.quantity:
            found.append(one)
        elif left:
            found.append(attrs.evolve(one, quantity=left))
    return found


def _slots(papers: Papers) -> dict[Hashable, Slot]:
    """The papers of each sum, by document."""
    slots = defaultdict[Hashable, Slot](Slot)
    for supply in sorted(papers.due, key=lambda one: one.document):
        if supply.open:
            slots[supply.day, supply.lot].append((supply.document, supply.open))
    for demand in sorted(papers.wanted, key=lambda one: one.document):
        if demand.quantity:
            slots[foreign(demand.day, demand.kind)].append((demand.document, demand.quantity))
    return slots


def _slot(entry: Entry) -> Hashable:
    """The sum that an entry is: supply of a day and a lot, or what a demand goes by."""
    if isinstance(entry, SupplyEntry):
        lot = Lot(entry.use_by, entry.lot, entry.kind, entry.firm, entry.reliability)
        return entry.day, lot
    return entry.id


def _taken(units: int, slot: Slot) -> Iterator[tuple[str, int]]:
    """The first papers that so many units are of; they are gone from *slot* then."""
    while units and slot:
        document, open_ = slot.popleft()
        taken = min(units, open_)
        if open_ > taken:
            slot.appendleft((document, open_ - taken))
        units -= taken
        yield document, taken


def _new(name: str, used: set[str]) -> str:
    """*name*, or the first numbered one that nothing has been called yet."""
    found = next(one for n in count(1) if (one := name if n == 1 else f"{name}:{n}") not in used)
    used.add(found)
    return found

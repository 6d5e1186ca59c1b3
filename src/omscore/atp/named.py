"""The entries of a position under the names of the papers that they come from.

A position keeps sums by day, so that granting reads little.  Whoever explains may read more: which
purchase orders and transfers a sum is made of.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import count

from attrs import evolve

from omscore.atp.entries import Entry, SupplyEntry
from omscore.atp.lots import Lot
from omscore.atp.supplies import Supply

Papers = deque[tuple[str, int]]
"""Documents, each with units that are still to come."""


def named(entries: Iterable[Entry], due: Iterable[Supply]) -> list[Entry]:
    """*entries*, where supply is told apart by the documents of what is *due*.

    What none of them explains keeps the name of its day; the sums of a day stay what they are.  A
    name that something else has already gets a number.
    """
    entries = list(entries)
    papers: dict[tuple[date, Lot], Papers] = {}
    for supply in sorted(due, key=lambda one: one.document):
        if supply.open:
            at = papers.setdefault((supply.day, supply.lot), deque())
            at.append((supply.document, supply.open))
    found, used = list[Entry](), {one.id for one in entries}
    for one in entries:
        of_it = papers.get((one.day, _lot(one))) if isinstance(one, SupplyEntry) else None
        for document, units in [] if of_it is None else _taken(one.quantity, of_it):
            found.append(evolve(one, id=_new(document, used), quantity=units))
            one = evolve(one, quantity=one.quantity - units)
        if one.quantity or of_it is None:
            found.append(one)
    return found


def _taken(units: int, papers: Papers) -> Iterator[tuple[str, int]]:
    """The first papers that so many units are of; they are gone from *papers* then."""
    while units and papers:
        document, open_ = papers.popleft()
        taken = min(units, open_)
        if open_ > taken:
            papers.appendleft((document, open_ - taken))
        units -= taken
        yield document, taken


def _new(name: str, used: set[str]) -> str:
    """*name*, or the first numbered one that nothing has been called yet."""
    found = next(one for n in count(1) if (one := name if n == 1 else f"{name}:{n}") not in used)
    used.add(found)
    return found


def _lot(entry: SupplyEntry) -> Lot:
    return Lot(entry.use_by, entry.lot, entry.kind, entry.firm, entry.reliability)

"""The desk: positions and reservations while one command changes many of them.

All requests of a command share it, so each sees what those before it took.  What is noted at the
desk can be taken back to a mark, and is told once, when everything is decided.
"""

from __future__ import annotations

from typing import NamedTuple

from attrs import define, field

from omscore.atp import granting, reservations
from omscore.atp.availability import Availability
from omscore.atp.drafts import Draft, Entry
from omscore.atp.granting import Move
from omscore.atp.position import POSITION, PositionId, position_id
from omscore.atp.reservations import (
    RESERVATION,
    Exit,
    Reservation,
    ReservationEnded,
    ReservationEvent,
    StockReserved,
    expiring_at,
)
from omscore.kernel.ids import ReservationId
from omscore.kernel.keys import Changes, Key, Listing
from omscore.kernel.recorded import Context
from omscore.network.facts import THE_NETWORK, Network
from omscore.orchestration import expiring, withholding
from omscore.orchestration.expiring import node_at, sku_at
from omscore.orchestration.reserving import today_at

PLACES, LISTS, EACH = 40, 8, 32
"""At how many positions, of how many expiries, and how many of each reservations are looked at that
might give way to one command.  Each position costs two rounds of reading, and they are bounded."""


class _Noted(NamedTuple):
    """One step: an entry of a position, and what happens to a reservation with it."""

    position: PositionId
    entry: Entry
    reservation: ReservationId
    event: ReservationEvent | None
    before: Reservation | None


@define(eq=False)
class Desk:
    """What one command decides on top of *changes*; *availability* says what is not counted."""

    changes: Changes
    context: Context
    availability: Availability
    _drafts: dict[PositionId, Draft] = field(factory=dict, init=False)
    _held: dict[ReservationId, Reservation | None] = field(factory=dict, init=False)
    _noted: list[_Noted] = field(factory=list, init=False)
    _movable: set[ReservationId] = field(factory=set, init=False)
    _looked: set[PositionId] = field(factory=set, init=False)

    # --- asking -------------------------------------------------------------------------------

    @property
    def network(self) -> Network:
        """The nodes, and where they send to."""
        return self.changes.get(THE_NETWORK) or Network()

    def draft(self, position: PositionId) -> Draft:
        """The position as it stands now; `Unread` if it was not read."""
        if (found := self._drafts.get(position)) is None:
            key = POSITION.key(position)
            self.changes.seen.demand(key)
            sku, node = sku_at(position), node_at(position)
            known = self.network.nodes.get(node)
            today = today_at(self.changes, node, self.context)
            found = self._drafts[position] = Draft(
                withholding.seen(self.availability, self.changes, sku, node, today),
                today=today,
                now=self.context.now,
                closed=known is None or not known.active,
            )
        return found

    def held(self, id_: ReservationId) -> Reservation | None:
        """The reservation as it stands now."""
        if id_ in self._held:
            return self._held[id_]
        return self.changes.get(RESERVATION.key(id_))

    def epoch(self, id_: ReservationId) -> int:
        """The epoch of a reservation; 0, if there is none."""
        return held.epoch if (held := self.held(id_)) is not None else 0

    def movable(self, position: PositionId) -> list[tuple[ReservationId, Reservation]]:
        """Those that may give way at *position*: what expires last is first, then by id.

        At most `EACH` of the last `LISTS` expiries, at the first `PLACES` positions that are
        looked at; and those of this very command.
        """
        listed = self.changes.seen.on_all(self._lists(position))
        ids = self._movable.union(ReservationId(key.id) for key in listed)
        found = [
            (id_, held)
            for id_ in ids
            if (held := self.held(id_)) is not None
            and (held.position, held.movable) == (position, True)
            and held.open
            and held.expires_at is not None
            and held.expires_at > self.context.now
        ]
        sku = sku_at(position)
        nodes = dict.fromkeys(node for _, held in found for node in held.group)
        self.changes.seen.demand(*(POSITION.key(position_id(node, sku)) for node in nodes))
        return sorted(sorted(found, key=_by_id), key=_expiry, reverse=True)

    def _lists(self, position: PositionId) -> list[Listing[Reservation]]:
        kept = self.changes.get(POSITION.key(position))
        expiries = {
            one.expires_at
            for one in (kept.held if kept is not None else ())
            if one.movable and one.expires_at > self.context.now
        }
        if not expiries or (position not in self._looked and len(self._looked) >= PLACES):
            return []
        self._looked.add(position)
        return [
            RESERVATION.under(expiring_at(position, expiry, movable=True), most=EACH)
            for expiry in sorted(expiries, reverse=True)[:LISTS]
        ]

    # --- noting -------------------------------------------------------------------------------

    def reserve(self, id_: ReservationId, event: StockReserved) -> None:
        """Note a new reservation; the position must have room for it."""
        self._held[id_] = None
        self._note(event.position, granting.entry_of(id_, event), id_, event)

    def move(self, id_: ReservationId, kept: Reservation, to: PositionId) -> None:
        """Note that a reservation sits elsewhere in its group; there must be room for it."""
        told = granting.moving(kept, Move(id_, to, kept.group, kept.epoch))
        self._note(to, told.taken, id_, None)
        self._note(kept.position, told.left, id_, told.event)

    def end(self, id_: ReservationId, exit_: Exit) -> None:
        """Note that all open units of a reservation are free again."""
        if (kept := self.held(id_)) is not None and kept.open:
            entry = granting.freed(id_, kept)
            self._note(kept.position, entry, id_, ReservationEnded(kept.open, exit_))

    def _note(
        self,
        position: PositionId,
        entry: Entry,
        id_: ReservationId,
        event: ReservationEvent | None,
    ) -> None:
        before = self.held(id_)
        self.draft(position).tell(entry)
        self._noted.append(_Noted(position, entry, id_, event, before))
        if event is not None:
            self._held[id_] = held = reservations.evolve(before, event)
            if held.movable:
                self._movable.add(id_)

    def mark(self) -> int:
        """Where the desk stands, for `back`."""
        return len(self._noted)

    def back(self, mark: int) -> None:
        """Take back everything since *mark*."""
        while len(self._noted) > mark:
            last = self._noted.pop()
            self._drafts[last.position].untell()
            self._held[last.reservation] = last.before

    # --- telling ------------------------------------------------------------------------------

    def tell(self) -> None:
        """Tell each position and each reservation what was noted, in its order."""
        events: dict[ReservationId, list[ReservationEvent]] = {}
        for one in self._noted:
            if one.event is not None:
                events.setdefault(one.reservation, []).append(one.event)
        for position, draft in self._drafts.items():
            if told := draft.told():
                what = sku_at(position), node_at(position)
                first = withholding.untracked(self.availability, self.changes, self.context, *what)
                self.changes.tell(POSITION.key(position), (*first, *told))
                expiring.remind(self.changes, position, told)
        for id_, happened in events.items():
            key: Key[object] = RESERVATION.key(id_)
            if isinstance(happened[0], StockReserved):
                self.changes.begin(key, happened, self._held[id_])
            else:
                self.changes.tell(key, happened)


def _by_id(one: tuple[ReservationId, Reservation]) -> str:
    return one[0]


def _expiry(one: tuple[ReservationId, Reservation]) -> float:
    return one[1].expires_at.timestamp() if one[1].expires_at is not None else 0.0

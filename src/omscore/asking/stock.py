"""Asking about stock: how many units may be promised, when, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from attrs import frozen

from omscore.asking.promises import AskingPromises
from omscore.atp.entries import of_position
from omscore.atp.messages import NoSuchItem, NoSuchNode
from omscore.atp.methods import DEFAULTS, AtpMethod, Options, Row
from omscore.atp.position import CONDITIONS, POSITION, Condition, Position, position_id
from omscore.atp.projected import LookAhead
from omscore.atp.reservations import RESERVATION, Reservation
from omscore.catalog.item import ITEM
from omscore.kernel import ids, moments
from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.moments import local_day
from omscore.kernel.quantities import units
from omscore.kernel.reason import Reason
from omscore.network.facts import THE_NETWORK, Network
from omscore.ports.storage import UnitOfWork
from omscore.runtime.handling import rerun

LOOK_AHEAD = LookAhead()


@frozen
class Place:
    """A sku at a node: its position, and the local day there."""

    sku: ids.Sku
    node: ids.NodeId
    position: Position
    today: date


class AskingStock(AskingPromises):
    """Questions about stock over time, by sku and node."""

    def available(
        self, sku: str, node: str, *, day: date | None = None, condition: Condition = "sellable"
    ) -> int:
        """How many units may still be promised at *node* for *day* (its today, if not given)."""
        position, today, now = self._position(sku, node, condition)
        asked = today if day is None else moments.day(day)
        return max(0, position.available(asked, today=today, now=now))

    def earliest(
        self, sku: str, node: str, quantity: int, *, latest: date | None = None
    ) -> date | None:
        """The first day for which *quantity* units may be promised at *node*; None if none is.

        Nor if that day is after *latest*.
        """
        position, today, now = self._position(sku, node, "sellable")
        found = position.earliest(units(quantity), start=today, today=today, now=now)
        late = found is not None and latest is not None and found > moments.day(latest, "latest")
        return None if late else found

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
        """A position, the local day of its node, and the present instant."""
        [found], now = self._positions([(sku, node)], condition)
        return found.position, found.today, now

    def _positions(
        self, asked: Iterable[tuple[str, str]], condition: Condition = "sellable"
    ) -> tuple[Sequence[Place], datetime]:
        """The position of each sku and node, all as of one moment, and the present instant.

        `Refused` if nobody has told us of a sku or of a node: a typo is not "no stock".
        """
        if condition not in CONDITIONS:
            raise Unreadable(f"one of {', '.join(CONDITIONS)}", "$.condition")
        pairs = [(ids.sku(sku), ids.node_id(node)) for sku, node in asked]
        now = self._clock.now()
        return rerun(lambda unit: places_of(unit, pairs, condition, now), self.storage), now


def places_of(
    unit: UnitOfWork,
    pairs: Sequence[tuple[ids.Sku, ids.NodeId]],
    condition: Condition,
    now: datetime,
) -> Sequence[Place]:
    """The position of each pair; `Refused` if a sku or a node is unknown."""
    items = {sku: ITEM.key(sku) for sku, _ in pairs}
    keys = {pair: POSITION.key(position_id(pair[1], pair[0], condition)) for pair in pairs}
    seen = unit.get([THE_NETWORK, *items.values(), *keys.values()])
    network = THE_NETWORK.narrow(seen[THE_NETWORK].state) or Network()
    unknown: list[Reason] = [
        NoSuchNode(node)
        for node in dict.fromkeys(node for _, node in pairs)
        if node not in network.nodes
    ]
    unknown += [NoSuchItem(sku) for sku, key in items.items() if seen[key].state is None]
    if unknown:
        raise Refused(*unknown)
    today = {node: local_day(now, network.nodes[node].zone) for _, node in pairs}
    return [
        Place(*pair, key.narrow(seen[key].state) or Position(), today[pair[1]])
        for pair, key in ((pair, keys[pair]) for pair in pairs)
    ]


def held_at(unit: UnitOfWork, place: Place) -> dict[ids.ReservationId, Reservation]:
    """What is committed of a sellable position, by reservation."""
    at = position_id(place.node, place.sku)
    keys = [RESERVATION.key(one.id) for one in unit.listed(RESERVATION.under(at))]
    kept = unit.get(keys)
    return {
        ids.ReservationId(key.id): one
        for key in keys
        if (one := key.narrow(kept[key].state)) is not None
    }

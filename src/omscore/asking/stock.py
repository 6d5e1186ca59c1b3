"""Asking about stock: how many units may be promised, when, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import TypeVar

import attrs
from attrs import field, frozen

from omscore.asking.promises import AskingPromises
from omscore.atp import counting as ways
from omscore.atp.entries import of_position
from omscore.atp.messages import NoSuchItem, NoSuchNode
from omscore.atp.methods import AtpMethod, Options, Row
from omscore.atp.named import Papers
from omscore.atp.outlook import Outlook
from omscore.atp.position import CONDITIONS, POSITION, Condition, Position, position_id, wants_of
from omscore.atp.reservations import RESERVATION, Reservation
from omscore.atp.safety import Case
from omscore.atp.supplies import DEMAND, SUPPLY, wanted_on
from omscore.atp.terms import PLAIN, Terms, uses
from omscore.atp.why import WhyAvailable, why
from omscore.catalog.item import ITEM, Item
from omscore.kernel import ids, moments
from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.keys import Key, Kind
from omscore.kernel.kinds import of_kind, pairs
from omscore.kernel.moments import local_day
from omscore.kernel.quantities import units
from omscore.kernel.reason import Reason
from omscore.network.facts import THE_NETWORK, Network
from omscore.orchestration import horizon
from omscore.orchestration.backlog import BACKLOG, Backlog, Waiting
from omscore.orchestration.precedence import waiting_at
from omscore.ports.storage import UnitOfWork
from omscore.runtime.configuration import Configuration
from omscore.runtime.handling import rerun
from omscore.sourcing.rules import NodeInactive

S = TypeVar("S")
MOST_OWNERS = 100


@frozen
class Place:
    """A sku at a node: its position, and the local day there at *now*.

    *classes* are those of the item, *on_hand* what each node has of it.  Those *ahead* wait for it
    and go before who asks; where nodes send to is a fact of the *network*.  A node that is not
    *active* promises nothing.
    """

    sku: ids.Sku
    node: ids.NodeId
    position: Position
    today: date
    now: datetime
    active: bool = True
    classes: tuple[str, ...] = ()
    on_hand: Mapping[ids.NodeId, int] = field(factory=dict)
    ahead: Sequence[Waiting] = ()
    network: Network = field(factory=Network)

    def case(self, method: ids.Method | None = None) -> Case:
        """What rules are asked about."""
        return Case(self.sku, self.node, method, self.classes)

    def day(self, asked: date | None) -> date:
        """The day that is asked for: today, if none is."""
        return self.today if asked is None else asked

    def on_hand_with(self, more: int) -> Mapping[ids.NodeId, int]:
        """What each node has on hand if so many units more are here."""
        there = self.on_hand.get(self.node, 0)
        return {**self.on_hand, self.node: there + more} if more else self.on_hand


class AskingStock(AskingPromises):
    """Questions about stock over time, by sku and node."""

    def available(
        self,
        sku: str,
        node: str,
        *,
        day: date | None = None,
        condition: Condition = "sellable",
        method: str | None = None,
        channel: str | None = None,
    ) -> int:
        """How many units may still be promised at *node* for *day* (its today, if not given).

        It is what would be granted, unless the configuration chooses another method to answer.
        A day that has passed is answered as today.  No day may be more than ten years ahead.
        Safety stock (for delivery by *method*), what is protected for others than *channel* and
        what others wait for are withheld, as they are from who has units set aside.  A node that
        takes no work promises nothing.
        """
        place = self._place(sku, node, condition, day=day)
        outlook = self._outlook(place, condition, method, channel)
        return max(0, outlook.available(place.day(day)))

    def earliest(
        self,
        sku: str,
        node: str,
        quantity: int,
        *,
        latest: date | None = None,
        method: str | None = None,
        channel: str | None = None,
    ) -> date | None:
        """The first day for which *quantity* units may be promised at *node*; None if none is.

        Nor if that day is after *latest*.
        """
        place, wanted = self._place(sku, node, latest=latest), units(quantity)
        rows = self._outlook(place, "sellable", method, channel).curve()
        found = next((on for on, there in rows if there >= wanted), None)
        late = found is not None and latest is not None and found > latest
        return None if late else found

    def availability(
        self,
        sku: str,
        node: str,
        *,
        method: AtpMethod | None = None,
        options: Options | None = None,
        channel: str | None = None,
    ) -> Sequence[Row]:
        """What may be promised at *node* over time, in the words of *method*.

        One row for each bucket of *options*, from today to its horizon.  What is not said is as the
        configuration has it for the item, the node and the *channel*: method, options, and how
        entries count.  Where it has no method, rows tell what is granted.  Options show the answer;
        they take nothing from what is withheld, as safety stock and for other channels, but may
        withhold more.  It answers a question and changes nothing: grants always look ahead to the
        last entry.
        """
        for value, kind, name in ((method, AtpMethod, "method"), (options, Options, "options")):
            if value is not None:
                of_kind(kind, value, name)
        place = self._place(sku, node)
        rule = self.configuration.availability.answer(place.case(), channel)
        outlook = self._outlook(place, "sellable", None, channel)
        terms, asked = outlook.terms, method or outlook.method
        how = _on(terms, rule.options if options is None else options, rule.options)
        entries = of_position(place.position, place.today, place.now)
        rows = terms.behind(asked.curve(entries, place.today, how))
        if not place.active:
            return [attrs.evolve(row, available=min(0, row.available)) for row in rows]
        if (protection := terms.protection) is None:
            return rows
        used = uses(place.position, protection, place.now)
        return protection.curve(protection.named(channel), rows, used)

    def explain_availability(
        self,
        sku: str,
        node: str,
        *,
        day: date | None = None,
        quantity: int = 1,
        method: str | None = None,
        channel: str | None = None,
    ) -> WhyAvailable:
        """Why that many units may be promised for *day*, and what would make it *quantity*.

        What is due, and what others want, goes by its document; what is committed by its owner, or
        by day where more than `MOST_OWNERS` reservations are.  It reads as text, too.
        """
        place, papers = self._place_told(sku, node, day)
        outlook = self._outlook(place, "sellable", method, channel)
        return why(outlook, place.day(day), units(quantity), papers)

    def _place_told(self, sku: str, node: str, day: date | None) -> tuple[Place, Papers]:
        """A sellable position and what is known of it by name, as of one moment."""
        wanted = None if day is None else moments.day(day, "day")
        pair, now = (ids.sku(sku), ids.node_id(node)), self._clock.now()

        def found(unit: UnitOfWork) -> tuple[Place, Papers]:
            [place] = places_of(unit, [pair], "sellable", now, self.configuration)
            return place, papers_of(unit, place, most=MOST_OWNERS)

        place, papers = rerun(found, self.storage)
        if wanted is not None:
            horizon.require_near(wanted, place.today, "day")
        return place, papers

    def _outlook(
        self, place: Place, condition: Condition, method: str | None, channel: str | None
    ) -> Outlook:
        """What may be promised there to whom."""
        waited_for = waiting_at(place.ahead, place.network, place.node)

        def terms(more: int) -> Terms:
            found = self._terms(place, condition, method, channel, more)
            return attrs.evolve(found, waited_for=waited_for) if waited_for else found

        closed = None if place.active or condition != "sellable" else NodeInactive()
        return Outlook(place.position, terms, place.today, place.now, closed)

    def _terms(
        self,
        place: Place,
        condition: Condition,
        method: str | None,
        channel: str | None,
        more: int = 0,
    ) -> Terms:
        """On what terms a question is answered if so many *more* are in hand.

        Nothing is withheld of what is not sellable.
        """
        if condition != "sellable":
            return PLAIN
        case, sold = place.case(ids.optional_method(method)), ids.optional_channel(channel)
        return self.configuration.availability.asking(case, sold, place.on_hand_with(more))

    def _place(
        self, sku: str, node: str, condition: Condition = "sellable", **days: date | None
    ) -> Place:
        """A position with what is known of it."""
        [found] = self._positions([(sku, node)], condition, **days)
        return found

    def _positions(
        self,
        asked: Iterable[tuple[str, str]],
        condition: Condition = "sellable",
        **days: date | None,
    ) -> Sequence[Place]:
        """The position of each sku and node, all as of one moment; *days* are asked of them.

        `Refused` if nobody has told us of a sku or of a node: a typo is not "no stock".  So is a
        day beyond the horizon, by its name: nothing is granted for it either.
        """
        given = {name: moments.day(day, name) for name, day in days.items() if day is not None}
        if condition not in CONDITIONS:
            raise Unreadable(f"one of {', '.join(CONDITIONS)}", "$.condition")
        named = [(ids.sku(sku), ids.node_id(node)) for sku, node in pairs(asked, "asked")]
        now = self._clock.now()

        def found(unit: UnitOfWork) -> Sequence[Place]:
            return places_of(unit, named, condition, now, self.configuration)

        places = rerun(found, self.storage)
        for today in {place.today for place in places}:
            for name, day in given.items():
                horizon.require_near(day, today, name)
        return places


def _on(terms: Terms, options: Options, usual: Options) -> Options:
    """*options*, on *terms*; entries count as *usual* where they do not say how.

    Of supply without limit that is usual the position has an entry.
    """
    counting = options.counting
    if counting == ways.PLAIN or options is usual:
        counting = attrs.evolve(usual.counting, unlimited_after_days=None)
    return attrs.evolve(options, safety=max(options.safety, terms.safety), counting=counting)


def places_of(
    unit: UnitOfWork,
    pairs: Sequence[tuple[ids.Sku, ids.NodeId]],
    condition: Condition,
    now: datetime,
    configuration: Configuration,
) -> Sequence[Place]:
    """The position of each pair as *configuration* sees it; `Refused` if a sku or node is unknown.

    Where its rules speak of the network, also what every node has on hand.  Nobody waits for what
    is not sellable.
    """
    availability = configuration.availability
    items = {sku: ITEM.key(sku) for sku, _ in pairs}
    keys = {pair: POSITION.key(position_id(pair[1], pair[0], condition)) for pair in pairs}
    queues = {sku: BACKLOG.key(sku) for sku in items if condition == "sellable"}
    seen = unit.get([THE_NETWORK, *items.values(), *keys.values(), *queues.values()])
    network = THE_NETWORK.narrow(seen[THE_NETWORK].state) or Network()
    unknown: list[Reason] = [
        NoSuchNode(node)
        for node in dict.fromkeys(node for _, node in pairs)
        if node not in network.nodes
    ]
    unknown += [NoSuchItem(sku) for sku, key in items.items() if seen[key].state is None]
    if unknown:
        raise Refused(*unknown)
    everywhere = availability.of_network
    there = {sku: _stock(unit, sku, network) for sku in items} if everywhere else {}
    first = configuration.reserving.precedence
    ahead = {
        sku: first(key.narrow(seen[key].state) or Backlog(), None) for sku, key in queues.items()
    }
    today = {node: local_day(now, network.nodes[node].zone) for _, node in pairs}
    places = [
        Place(
            *pair,
            key.narrow(seen[key].state) or Position(),
            today[pair[1]],
            now,
            network.nodes[pair[1]].active,
            _classes(items[pair[0]].narrow(seen[items[pair[0]]].state)),
            there.get(pair[0], {}),
            ahead.get(pair[0], ()),
            network,
        )
        for pair, key in ((pair, keys[pair]) for pair in pairs)
    ]
    if condition != "sellable" or not availability.untracks:
        return places
    return [
        attrs.evolve(one, position=availability.seen(one.case(), one.position, one.today))
        for one in places
    ]


def _classes(item: Item | None) -> tuple[str, ...]:
    return () if item is None else item.classes


def _stock(unit: UnitOfWork, sku: ids.Sku, network: Network) -> Mapping[ids.NodeId, int]:
    """What each node has on hand of *sku*."""
    keys = {node: POSITION.key(position_id(node, sku)) for node in network.nodes}
    seen = unit.get(list(keys.values()))
    return {node: (key.narrow(seen[key].state) or Position()).on_hand for node, key in keys.items()}


def papers_of(unit: UnitOfWork, place: Place, *, most: int | None = None) -> Papers:
    """What is known by name of a sellable position; by owner, if no more than *most* are to tell.

    What others want is read for the days on which the position says so.
    """
    at = position_id(place.node, place.sku)
    due = _kept(unit, SUPPLY, unit.listed(SUPPLY.under(at)))
    days = sorted({one.day for one in wants_of(place.position)})
    lists = [unit.listed(DEMAND.under(wanted_on(at, day))) for day in days]
    wanted = _kept(unit, DEMAND, chain.from_iterable(lists))
    held = unit.listed(RESERVATION.under(at, most=None if most is None else most + 1))
    few = most is None or len(held) <= most
    committed = [*_kept(unit, RESERVATION, held).values()] if few else None
    return Papers([*due.values()], [*wanted.values()], committed)


def held_at(unit: UnitOfWork, place: Place) -> dict[ids.ReservationId, Reservation]:
    """What is committed of a sellable position, by reservation."""
    held = unit.listed(RESERVATION.under(position_id(place.node, place.sku)))
    return {ids.ReservationId(id): one for id, one in _kept(unit, RESERVATION, held).items()}


def _kept(unit: UnitOfWork, kind: Kind[S], listed: Iterable[Key[object]]) -> dict[str, S]:
    """What is kept of those *listed*, by id."""
    keys = [kind.key(one.id) for one in listed]
    kept = unit.get(keys)
    return {key.id: one for key in keys if (one := key.narrow(kept[key].state)) is not None}

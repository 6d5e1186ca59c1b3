"""Planning: what a sourcing decision rests on is read, asked for, and reserved.

Every journey that promises something (placing, sourcing again, quoting, promising) goes through a
`Planner`, so that what checkout says and what fulfillment does follow the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

import attrs
from attrs import field, frozen

from omscore.atp.availability import Availability
from omscore.atp.granting import Granted, Reserve
from omscore.atp.position import POSITION, Position, position_id
from omscore.atp.terms import PLAIN, Terms
from omscore.catalog.item import ITEM
from omscore.kernel import ids
from omscore.kernel.errors import ensure
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.kinds import of_kind, some_kind
from omscore.kernel.moments import local_day
from omscore.kernel.recorded import Context
from omscore.lifecycle.order.order import ORDER
from omscore.network.calendar import next_ship_day, ship_day, ship_day_of_supply
from omscore.network.capacity import Sending, Slot
from omscore.network.expecting import at_confidence
from omscore.network.facts import THE_NETWORK, Network, Node
from omscore.network.plan import Choice, Decision, Leg, sendings_of
from omscore.orchestration import backlog, days, expiring, horizon, reserving, withholding
from omscore.orchestration.backlog import BACKLOG, Backlog, Waiting
from omscore.orchestration.needing import Known, described, require_served, skus_of
from omscore.orchestration.precedence import Precedence, a_precedence, first_come, less
from omscore.orchestration.shelves import shelf
from omscore.promise import dates, options
from omscore.promise.options import Options
from omscore.sourcing import pipeline
from omscore.sourcing.days import limited
from omscore.sourcing.in_vain import checked
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question, Rows, Spans

SHIP_DAYS = 10
"""How many ship days ahead are offered of a node whose days can be full."""

SHIP_DAYS_OF_SUPPLY = 3
"""How many, from the first one on which a later supply can leave."""


# --- plans ------------------------------------------------------------------------------------


_Way = tuple[ids.Method, str | None]


def _not_in_vain(_: object, __: object, value: Policy) -> None:
    checked(of_kind(Policy, value, "policy"))


@frozen
class Planner:
    """Plans needs by a *policy*, on the stock and the days that are free.

    *precedence* says what of it is left to those who wait, *availability* what is withheld from
    whom.  `Unreadable`, with a path as in a file, where a part of the policy is in vain.
    """

    policy: Policy = field(factory=Policy, validator=_not_in_vain)
    precedence: Precedence = field(default=first_come, validator=a_precedence)
    availability: Availability = field(factory=Availability, validator=some_kind(Availability))

    def reads(self, seen: Seen, needs: Sequence[Need]) -> Iterable[Key[object]]:
        """The facts and who waits, then stock at the nodes that could, then their days."""
        yield THE_NETWORK
        for sku in dict.fromkeys(sku for one in needs for sku in skus_of(one)):
            yield ITEM.key(sku)
            yield BACKLOG.key(sku)
        if (network := seen.get(THE_NETWORK)) is None:
            return
        for node, skus in _places(network, _described(needs, seen)).items():
            at = [POSITION.key(position_id(node, sku)) for sku in skus]
            yield from at
            if limited(network.nodes[node]) and all(key in seen.found for key in at):
                for day in self._days(network, node, map(seen.get, at), seen.now):
                    yield from days.limits_of(network.nodes[node], day)
        asked = [sku for one in needs for sku in skus_of(one)]
        yield from withholding.reads(self.availability, seen, asked)

    def plan(
        self,
        changes: Changes,
        needs: Sequence[Need],
        context: Context,
        *,
        order: ids.OrderId | None = None,
        avoid: frozenset[ids.NodeId] = frozenset(),
        rejections: Mapping[ids.NodeId, int] = MappingProxyType({}),
        first: bool = False,
    ) -> Decision:
        """The decision for *needs*; an *order* that waits keeps its place in the backlog.

        None of *avoid* is asked; *rejections* say how often each node rejected the order before.
        Nobody who waits is served before what goes *first*.
        """
        question = self.question(changes, needs, context.now, order, avoid, first=first)
        return pipeline.source(attrs.evolve(question, rejections=rejections), self.policy)

    def option(
        self, changes: Changes, needs: Sequence[Need], context: Context, choice: Choice
    ) -> Decision:
        """The decision for *needs* of the option that *choice* names."""
        if choice == "chosen":
            return self.plan(changes, needs, context)
        question = self.question(changes, needs, context.now, None, frozenset())
        return options.options(question, self.policy).named(choice).decision

    def promise(self, seen: Seen, needs: Sequence[Need], plans: int) -> Options:
        """What *needs* could be promised now, with a look at so many *plans*; nothing is kept."""
        return options.options(self._asked(seen, needs), self.policy, most=plans)

    def order_until(
        self, seen: Seen, needs: Sequence[Need], wanted: date
    ) -> Mapping[ids.LineId, datetime | None]:
        """Until when each line has to be ordered to be there on the day that is *wanted*."""
        horizon.require_near(wanted, local_day(seen.now, "UTC"), "wanted")
        untils = dates.order_until(self._asked(seen, needs), self.policy, wanted)
        return {need.line: until for need, until in zip(needs, untils, strict=True)}

    def _asked(self, seen: Seen, needs: Sequence[Need]) -> Question:
        changes = Changes(seen)
        require_served(changes, needs, self.policy.prices_in)
        return self.question(changes, needs, seen.now, None, frozenset())

    def question(
        self,
        changes: Changes,
        needs: Sequence[Need],
        now: datetime,
        order: ids.OrderId | None,
        avoid: frozenset[ids.NodeId],
        *,
        first: bool = False,
    ) -> Question:
        """Everything that a plan for *needs* rests on, as plain values."""
        network = self._network(changes.get(THE_NETWORK) or Network())
        needs = _described(needs, changes)
        stock: dict[tuple[ids.NodeId, ids.Sku], Rows] = {}
        room: dict[Slot, int] = {}
        use_by: dict[tuple[ids.NodeId, ids.Sku], Rows] = {}
        closed: dict[tuple[ids.NodeId, ids.Sku], Spans] = {}
        shared = dict[ids.Sku, dict[ids.NodeId, Rows]]()
        known = None if order is None else changes.get(ORDER.key(order))
        ways = _ways(needs)
        for node, skus in _places(network, needs).items():
            today = local_day(now, network.nodes[node].zone)
            at = {sku: self._seen(changes, sku, node, today) for sku in skus}
            for sku, position in at.items():
                if position is not None:
                    terms = self._least(changes, ways[sku], sku, node)
                    found = shelf(position, terms, network.nodes[node], network, now)
                    stock[node, sku] = found.rows
                    if terms.protection is None:  # elsewhere those who wait have their own share
                        shared.setdefault(sku, {})[node] = found.rows
                    if found.use_by:
                        use_by[node, sku] = found.use_by
                    if found.closed:
                        closed[node, sku] = found.closed
            if limited(network.nodes[node]):
                for day in self._days(network, node, at.values(), now):
                    room.update(days.left(changes, network.nodes[node], day, known))
        for sku, rows in shared.items() if not first else ():
            ahead = self._ahead(changes, sku, order)
            stock |= {(node, sku): left for node, left in less(rows, ahead, network).items()}
        return Question(
            tuple(needs), network, now, stock, room, avoid, use_by=use_by, closed=closed
        )

    def _seen(
        self, changes: Changes, sku: ids.Sku, node: ids.NodeId, today: date
    ) -> Position | None:
        """A position as availability sees it; None if nothing is known of it."""
        known = changes.get(POSITION.key(position_id(node, sku)))
        seen = withholding.seen(self.availability, changes, sku, node, today)
        return known if known is None and seen.endless is None else seen

    def terms(
        self,
        changes: Changes,
        sku: ids.Sku,
        node: ids.NodeId,
        method: ids.Method | None,
        channel: str | None,
    ) -> Terms:
        """On what terms units of *sku* at *node* are promised to who sells through *channel*."""
        return withholding.terms(self.availability, changes, sku, node, method, channel)

    def _least(
        self, changes: Changes, ways: Iterable[_Way], sku: ids.Sku, node: ids.NodeId
    ) -> Terms:
        """The terms of the delivery method for which most is withheld."""
        found = [self.terms(changes, sku, node, method, channel) for method, channel in ways]
        return max(found, key=lambda one: one.safety, default=PLAIN)

    def reserve(
        self,
        changes: Changes,
        legs: Iterable[Leg],
        context: Context,
        *,
        owner: str,
        expires_at: datetime | None = None,
        channel: str | None = None,
        beside: Sequence[Sending] = (),
        after: int = 0,
    ) -> list[ids.ReservationId | None]:
        """Set the stock and the days of *legs* aside; a reservation for each, in their order.

        None for what takes no stock.  What is overdue where they are is expired by that.  The owner
        has units *beside* them, whose days are booked.  The same command has planned so many legs
        *after* which these come.
        """
        legs, held = list(legs), list[ids.ReservationId | None]()
        stocked = (position_id(leg.node, leg.sku) for leg in legs if not leg.made)
        for sku in expiring.sweep(changes, context, stocked):
            backlog.call(changes, sku)
        for n, leg in enumerate(legs):
            held.append(None)
            if not leg.made:
                told = withholding.untracked(self.availability, changes, context, leg.sku, leg.node)
                changes.tell(POSITION.key(position_id(leg.node, leg.sku)), told)
                name = ids.derived(context.command, "r", after + n)
                held[n] = reservation = ids.ReservationId(name)
                what = position_id(leg.node, leg.sku), leg.ship_day, leg.quantity
                ask = Reserve(reservation, *what, owner, expires_at, channel=channel)
                terms = self.terms(changes, leg.sku, leg.node, leg.method, channel)
                granted = isinstance(reserving.reserve(changes, context, ask, terms), Granted)
                ensure(granted, "a verified plan is within stock")
        days.book_more(changes, beside, sendings_of(legs))
        return held

    def _network(self, network: Network) -> Network:
        """*network*, with the transit times that the policy wants."""
        return at_confidence(network, self.policy.confidence, self.policy.least_shipments)

    def _ahead(
        self, changes: Changes, sku: ids.Sku, order: ids.OrderId | None
    ) -> Sequence[Waiting]:
        """Those who wait for *sku* and go before *order*, or before who asks.

        An *order* that has lost its units goes before those that were placed after it.
        """
        known = None if order is None else changes.get(ORDER.key(order))
        waiting = changes.get(BACKLOG.key(sku)) or Backlog()
        if known is not None:
            waiting = waiting.keeping(known.id, known.placed_at)
        return self.precedence(waiting, order)

    def _days(
        self,
        network: Network,
        id_: ids.NodeId,
        positions: Iterable[Position | None],
        now: datetime,
    ) -> Iterable[date]:
        """The ship days that are offered of a node: the next ones, and those after each supply."""
        node = network.nodes[id_]
        base = ship_day(node, network, now)
        days = set(_from(node, network, base, SHIP_DAYS))
        for position in positions:
            for bucket in () if position is None else position.buckets:
                if bucket.supply and (due := ship_day_of_supply(node, network, bucket.day)) > base:
                    days.update(_from(node, network, due, SHIP_DAYS_OF_SUPPLY))
        return sorted(days)


def _described(needs: Iterable[Need], known: Known) -> list[Need]:
    """*needs*, with what their items say of them."""
    return [described(one, known) for one in needs]


def _ways(needs: Iterable[Need]) -> dict[ids.Sku, dict[_Way, None]]:
    """By which methods and through which channels each sku is asked for."""
    ways: dict[ids.Sku, dict[_Way, None]] = {}
    for one in needs:
        for sku in skus_of(one):
            ways.setdefault(sku, {})[one.method, one.channel] = None
    return ways


def _places(network: Network, needs: Sequence[Need]) -> dict[ids.NodeId, list[ids.Sku]]:
    """The nodes whose stock gets to a destination, by id, each with the skus needed there."""
    places: dict[ids.NodeId, dict[ids.Sku, None]] = {}
    ways = dict.fromkeys(
        (one.to, one.method, sku, one.stocked) for one in needs for sku in skus_of(one)
    )
    for to, method, sku, stocked in ways:
        for node in network.sending(to, method) if stocked else network.reaching(to, method):
            skus = places.setdefault(node.id, {})
            if stocked:
                skus[sku] = None
    return {node: list(places[node]) for node in sorted(places)}


def _from(node: Node, network: Network, day: date, days: int) -> Iterator[date]:
    for _ in range(days):
        yield day
        day = next_ship_day(node, network, day)

"""Backorders: the backlog of a sku is promised anew at a node, in one transaction.

What `reallocating` finds is done: units that lose their day are let go, all of them first; then
each line is planned, in the order in which they are served, on no more than what it is given.
Where rules of sourcing, calendars or full days do not let a line have that, it keeps what it has,
and the others are promised anew without it: nobody loses a promise to what cannot be done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial

from attrs import define, evolve, field, frozen

from omscore.atp.messages import NoSuchItem, NoSuchNode
from omscore.atp.position import POSITION, position_id
from omscore.atp.questions import Shipment
from omscore.atp.reallocation import Outcome, Reallocation, Strategy, beyond, by_then, strategy
from omscore.atp.reservations import RESERVATION
from omscore.catalog.item import ITEM
from omscore.kernel import ids
from omscore.kernel.errors import Refused
from omscore.kernel.flow import Flow
from omscore.kernel.keys import Changes, Key, Seen
from omscore.kernel.reason import Reason
from omscore.kernel.recorded import Context
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.order.order import ORDER, Order, Share
from omscore.network.facts import THE_NETWORK, Network
from omscore.orchestration import placing, reallocating, units, withholding
from omscore.orchestration.backlog import BACKLOG, Backlog, BacklogReallocated, Reallocated
from omscore.orchestration.by_order import ranks_of
from omscore.orchestration.planning import Planner
from omscore.orchestration.reallocating import (
    Choices,
    Held,
    Shipping,
    line_of,
    strategies_of,
)
from omscore.sourcing import pipeline
from omscore.sourcing.need import Need
from omscore.sourcing.question import Question

MOVE = "replan"


@frozen
class ReallocateBacklog:
    """Promise the backlog of *sku* anew at *node*, as `Oms.reallocation` says it would be.

    *strategies* of single orders go before *strategy*; *ranks* of orders, the lowest first, go
    before the time at which they were placed.
    """

    sku: ids.Sku = field(converter=ids.sku)
    node: ids.NodeId = field(converter=ids.node_id)
    strategy: Strategy = field(default="redistribute", validator=strategy)
    strategies: Mapping[str, Strategy] = field(factory=dict, converter=strategies_of, kw_only=True)
    ranks: Mapping[str, int] = field(factory=dict, converter=ranks_of, kw_only=True)

    @property
    def choices(self) -> Choices:
        """What becomes of whom, and who goes first."""
        return Choices(self.strategy, self.strategies, self.ranks)


@frozen
class Reallocating:
    """Do what a reallocation says, as far as orders can be planned so."""

    flow: Flow
    planner: Planner

    def __attrs_post_init__(self) -> None:
        self.flow.require(MOVE, "allocate", "backorder")

    def reads(self, command: ReallocateBacklog, seen: Seen) -> Iterable[Key[object]]:
        """The facts, who waits, and the stock; who holds it is a list, and read on demand."""
        yield THE_NETWORK
        yield ITEM.key(command.sku)
        yield BACKLOG.key(command.sku)
        yield POSITION.key(position_id(command.node, command.sku))
        yield from withholding.reads(self.planner.availability, seen, [command.sku])

    def decide(self, command: ReallocateBacklog, seen: Seen, context: Context) -> Changes:
        """Units with other days, or none; nothing, if everybody keeps what he has.

        `Refused` if the sku or node is unknown, `Unreadable` for an order that is no part of it.
        """
        _require_known(command, seen)
        staying = frozenset[str]()
        while True:
            anew = _Anew(self.flow, self.planner, command, seen, context)
            if not (cannot := anew.cannot(staying)):
                return anew.changes
            staying |= cannot


def _require_known(command: ReallocateBacklog, seen: Seen) -> None:
    faults = list[Reason]()
    if command.node not in (seen.get(THE_NETWORK) or Network()).nodes:
        faults.append(NoSuchNode(command.node))
    if seen.get(ITEM.key(command.sku)) is None:
        faults.append(NoSuchItem(command.sku))
    if faults:
        raise Refused(*faults)


@define(eq=False)
class _Anew:
    """One way through: who has what, what becomes of it, and the changes that do it."""

    flow: Flow
    planner: Planner
    command: ReallocateBacklog
    seen: Seen
    context: Context
    changes: Changes = field(init=False)
    _shipping: Shipping = field(init=False)
    _held: Held = field(init=False)
    _legs: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        sku, node = self.command.sku, self.command.node
        at = POSITION.key(position_id(node, sku))
        self.changes = Changes(self.seen, guards=(THE_NETWORK, BACKLOG.key(sku), at))
        network = self.seen.get(THE_NETWORK) or Network()
        self._shipping = Shipping(network.nodes[node], network, self.context.now)
        listed = self.seen.on(RESERVATION.under(position_id(node, sku)))
        found = {ids.ReservationId(key.id): self.seen.get(key) for key in listed}
        self._held = {id_: one for id_, one in found.items() if one is not None}

    def cannot(self, staying: frozenset[str]) -> frozenset[str]:
        """Promise anew all but who is *staying*; those who cannot be planned as is said."""
        changed = self._reallocation(staying).changed()
        self._read(changed)
        for one in changed:
            self._let_go(one)
        cannot = frozenset(one.claim.id for one in changed if not self._seated(one))
        if changed and not cannot:
            told = BacklogReallocated(self.command.node, tuple(map(_told, changed)))
            self.changes.tell(BACKLOG.key(self.command.sku), [told])
        return cannot

    # --- what is to be done -------------------------------------------------------------------

    def _reallocation(self, staying: frozenset[str]) -> Reallocation:
        sku, node, choices = self.command.sku, self.command.node, self.command.choices
        backlog = self.seen.get(BACKLOG.key(sku)) or Backlog()
        concerned = self._orders(backlog)
        claims = reallocating.claims(concerned, backlog, self._held, self._shipping, choices)
        today, availability = self._shipping.today, self.planner.availability
        position = withholding.seen(availability, self.changes, sku, node, today)
        selling = partial(withholding.terms, availability, self.changes, sku, node)
        asked = [one for one in claims if one.id not in staying]
        return reallocating.anew(asked, position, concerned, selling, self._shipping)

    def _orders(self, backlog: Backlog) -> list[Order]:
        keys = reallocating.concerned(backlog, self._held)
        self.seen.demand(*keys)
        return [order for key in keys if (order := self.seen.get(key)) is not None]

    def _read(self, changed: Sequence[Outcome]) -> None:
        """Everything that changes with the units, and that plans for them rest on."""
        wanted = dict[Key[object], None]()
        for one in changed:
            order, line = self._order(one), line_of(one.claim.id)[1]
            placed = orders.ready(order, self.flow, MOVE, line)
            needs = placing.needs_of_shares(
                order, [*placed, *orders.ready(order, self.flow, "allocate", line)]
            )
            wanted |= dict.fromkeys(units.reads_of(self.seen, order, placed, MOVE, self.flow))
            wanted |= dict.fromkeys(self.planner.reads(self.seen, needs))
        self.seen.demand(*wanted)

    def _order(self, outcome: Outcome) -> Order:
        return self.changes.require(ORDER.key(line_of(outcome.claim.id)[0]))

    # --- doing it -----------------------------------------------------------------------------

    def _let_go(self, outcome: Outcome) -> None:
        """Units that are confirmed for another day, or for none, wait or are open until then."""
        order, line = self._order(outcome), line_of(outcome.claim.id)[1]
        placed, shares = orders.ready(order, self.flow, MOVE, line), list[Share]()
        for gone in beyond(outcome.claim.confirmed, outcome.confirmed):
            of_day = [share for share in placed if self._day(share) == gone.day]
            shares += orders.cut(of_day, gone.units)
        if shares:
            moved = orders.moving(self.flow, MOVE, shares)
            units.tell(self.changes, order.id, moved, self.context, calling=False)

    def _day(self, share: Share) -> date | None:
        """The day for which *share* holds stock of the position; None if it holds none of it."""
        held = share.group.reservation
        return self._held[held].day if held is not None and held in self._held else None

    def _seated(self, outcome: Outcome) -> bool:
        """Whether the line has the days that it is given now; what has none of them waits."""
        order, line = self._order(outcome), line_of(outcome.claim.id)[1]
        given = beyond(outcome.confirmed, outcome.claim.confirmed)
        ready = orders.ready(order, self.flow, "allocate", line)
        shares = list(orders.cut(ready, sum(one.units for one in given)))
        if shares:
            [need] = placing.needs_of_shares(order, shares)
            decision = pipeline.source(self._question(need, order, given), self.planner.policy)
            sent = [Shipment(leg.ship_day, leg.quantity) for leg in decision.legs]
            if any(by_then(sent, one.day) < by_then(given, one.day) for one in given):
                return False
            how = self.flow, self.planner, shares, decision, self.context
            placing.seat(self.changes, order.id, *how, after=self._legs)
            self._legs += len(decision.legs)
        placing.backorder(self.changes, order.id, self.flow, self.context, line)
        return True

    def _question(self, need: Need, order: Order, given: Sequence[Shipment]) -> Question:
        """What the line can be planned on: what it is *given* at the node, and nothing else."""
        now, nobody = self.context.now, frozenset[ids.NodeId]()
        question = self.planner.question(self.changes, [need], now, order.id, nobody, first=True)
        at = self.command.node, self.command.sku
        rows = [
            (day, min(there, by_then(given, self._shipping.day(day))))
            for day, there in question.stock.get(at, ())
        ]
        return evolve(question, stock={at: rows})


def _told(outcome: Outcome) -> Reallocated:
    order, line = line_of(outcome.claim.id)
    return Reallocated(
        order, line, outcome.claim.strategy, outcome.claim.confirmed, outcome.confirmed
    )

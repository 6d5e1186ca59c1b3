"""Reallocating: the units of orders that could still be promised anew, as claims on one position.

Those are units that are allocated there, but not yet released to the node, and units that wait.
Whatever the node has been given stays as it is.  Pure functions: nothing is changed.

What is withheld from who asks is withheld here too.  But what was promised before a rule came may
be kept: up to no day are more units given out than the terms allow or were confirmed already.
Orders on other terms, such as those of a channel that has a share of its own, are promised anew one
kind after the other, by their first in turn; the units of the others stay with them meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

from attrs import field, frozen

from omscore.atp.movements import UnitsFreed, UnitsReserved
from omscore.atp.position import Position
from omscore.atp.position import evolve as evolve_position
from omscore.atp.questions import Level, Shipment
from omscore.atp.reallocation import (
    STRATEGIES,
    DatedClaim,
    Outcome,
    Reallocation,
    Strategy,
    by_then,
    reallocate,
    strategy,
    turn,
)
from omscore.atp.reservations import Reservation
from omscore.atp.sharing import Claim
from omscore.atp.terms import Terms
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import LineId, Method, OrderId, ReservationId
from omscore.kernel.keys import Key
from omscore.kernel.moments import local_day
from omscore.lifecycle.order.order import ORDER, Order
from omscore.network.calendar import ship_day_of_stock
from omscore.network.facts import Network, Node
from omscore.orchestration.backlog import Backlog
from omscore.orchestration.by_order import by_order, ranks_of
from omscore.orchestration.precedence import served_from

Held = Mapping[ReservationId, Reservation]
Selling = Callable[[Method | None, str | None], Terms]
"""On what terms units go by a delivery method to who sells through a channel."""


@frozen
class Shipping:
    """When what is at a *node* leaves it, as seen *now*: units of orders are reserved for then."""

    node: Node
    network: Network
    now: datetime

    @property
    def today(self) -> date:
        """The local day."""
        return local_day(self.now, self.node.zone)

    @property
    def start(self) -> date:
        """The first day on which anything can leave."""
        return self.day(self.today)

    def day(self, there: date) -> date:
        """The first day on which what is *there* on a day can leave."""
        return ship_day_of_stock(self.node, self.network, there, self.now)

    def levels(self, rows: Iterable[tuple[date, int]]) -> list[Level]:
        """How many units can leave from which day on."""
        return [Level(self.day(there), units) for there, units in rows]


def strategies_of(value: Mapping[str, Strategy]) -> Mapping[str, Strategy]:
    """A converter: the strategies of orders, by name."""
    found = by_order(value, "strategies")
    for order, one in found.items():
        if one not in STRATEGIES:
            raise Unreadable(f"one of {', '.join(STRATEGIES)}", f"$.strategies.{order}")
    return found


@frozen
class Choices:
    """The *strategy* of whoever has none in *strategies*, and *ranks*: the lowest goes first.

    Both are by order.  Orders of equal rank go by when they were placed, then by id; an order
    without a rank has rank zero.
    """

    strategy: Strategy = field(validator=strategy)
    strategies: Mapping[str, Strategy] = field(converter=strategies_of)
    ranks: Mapping[str, int] = field(converter=ranks_of)

    def check(self, known: Iterable[str]) -> None:
        """`Unreadable` for an order that is not concerned: a typo must not be passed over."""
        concerned = set(known)
        for name, chosen in (("strategies", self.strategies), ("ranks", self.ranks)):
            if strangers := sorted(set(chosen) - concerned):
                raise Unreadable("an order that could be promised anew", f"$.{name}.{strangers[0]}")


def concerned(backlog: Backlog, held: Held) -> list[Key[Order]]:
    """Where the orders are that wait or hold stock; a host that holds some may be no order."""
    owners = (held[one].owner for one in sorted(held))
    names = dict.fromkeys((*(one.order for one in backlog.queue), *owners))
    return [ORDER.key(name) for name in names]


def claims(
    orders: Sequence[Order], backlog: Backlog, held: Held, shipping: Shipping, choices: Choices
) -> list[DatedClaim]:
    """What each line of *orders* has of *held*, and waits for, if it can be sent from there.

    All of it was asked for on the first day on which anything can leave.
    """
    waiting = served_from(backlog.queue, shipping.network, shipping.node.id)
    units, start = {(one.order, one.line): one.quantity for one in waiting}, shipping.start
    confirmed = dict[tuple[OrderId, LineId], list[Shipment]]()
    for order in orders:
        for line, reservation, quantity in _allocated(order, held):
            shipment = Shipment(held[reservation].day, quantity)
            confirmed.setdefault((order.id, line), []).append(shipment)
    turns = {order.id: turn for turn, order in enumerate(_by_rank(orders, choices.ranks))}
    choices.check(order for order, _ in (*units, *confirmed))
    return [
        DatedClaim(
            f"{order}/{line}",
            units.get(at, 0) + sum(one.units for one in confirmed.get(at, ())),
            min([start, *(one.day for one in confirmed.get(at, ()))]),
            confirmed.get(at, ()),
            turns[order],
            choices.strategies.get(order, choices.strategy),
        )
        for at in dict.fromkeys((*units, *confirmed))
        for order, line in [at]
    ]


def anew(
    claims: Iterable[DatedClaim],
    position: Position,
    orders: Iterable[Order],
    selling: Selling,
    shipping: Shipping,
) -> Reallocation:
    """What becomes of *claims*, which are all that *orders* have and want of *position*."""
    sold = {one.id: one for one in orders}
    outcomes = list[Outcome]()
    for terms, alike in _by_terms(claims, sold, selling):
        channel = {one.id: _order(one, sold).channel for one in alike}
        freed = [
            UnitsFreed(None, each.day, each.units, channel=channel[one.id])
            for one in alike
            for each in one.confirmed
        ]
        bare = evolve_position(position, *freed)
        done = reallocate(alike, _curve(bare, terms, alike, shipping))
        outcomes += done.outcomes
        taken = [
            UnitsReserved(None, each.day, each.units, None, channel=channel[one.claim.id])
            for one in done.outcomes
            for each in one.confirmed
        ]
        position = evolve_position(bare, *taken)
    return Reallocation(tuple(outcomes))


def _by_terms(
    claims: Iterable[DatedClaim], orders: Mapping[OrderId, Order], selling: Selling
) -> Sequence[tuple[Terms, list[DatedClaim]]]:
    """Those on the same terms together, by the first of each in turn."""
    found = list[tuple[Terms, list[DatedClaim]]]()
    for one in sorted(claims, key=turn):
        order = _order(one, orders)
        units = order.lines[line_of(one.id)[1]].units
        terms = selling(next((group.method for group in units), None), order.channel)
        alike = next((those for known, those in found if known == terms), None)
        if alike is None:
            found.append((terms, alike := []))
        alike.append(one)
    return found


def line_of(claim: str) -> tuple[OrderId, LineId]:
    """Whose claim that is."""
    order, _, line = claim.partition("/")
    return OrderId(order), LineId(line)


def _order(claim: DatedClaim, orders: Mapping[OrderId, Order]) -> Order:
    return orders[line_of(claim.id)[0]]


def _curve(
    bare: Position, terms: Terms, claims: Sequence[DatedClaim], shipping: Shipping
) -> list[Level]:
    """What could leave on *terms* if *bare* had promised nothing of *claims*."""
    today, now = shipping.today, shipping.now
    on_terms = shipping.levels(terms.curve(bare, today, today=today, now=now))
    there = shipping.levels(bare.curve(today, today=today, now=now))
    had = [each for one in claims for each in one.confirmed]
    days = {one.day for one in (*on_terms, *there)}
    days |= {max(shipping.start, each.day) for each in had}
    return [
        Level(day, max(_at(on_terms, day), min(_at(there, day), by_then(had, day))))
        for day in sorted(days)
    ]


def _at(rows: Iterable[Level], day: date) -> int:
    return [one.available for one in rows if one.day <= day][-1]


def shares_of(backlog: Backlog, ranks: Mapping[str, int]) -> list[Claim]:
    """What each line waits for; orders of equal rank in the order of the queue."""
    queue = sorted(backlog.queue, key=lambda one: ranks.get(one.order, 0))
    return [Claim(f"{one.order}/{one.line}", one.quantity, at) for at, one in enumerate(queue)]


def _by_rank(orders: Iterable[Order], ranks: Mapping[str, int]) -> list[Order]:
    return sorted(orders, key=lambda one: (ranks.get(one.id, 0), one.placed_at, one.id))


def _allocated(order: Order, held: Held) -> Iterable[tuple[LineId, ReservationId, int]]:
    """Units of *order* that hold stock, but are not released; by line and reservation."""
    for id_, line in order.lines.items():
        for group, quantity in line.units.items():
            reservation = group.reservation
            if group.stage == "allocated" and reservation is not None and reservation in held:
                yield id_, reservation, quantity

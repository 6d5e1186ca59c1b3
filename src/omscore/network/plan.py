"""What was planned, as it is kept: the legs, and the record of how they were chosen.

Plain values only, so that a record stays readable whatever becomes of the code that chose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from attrs import field, frozen

from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.kernel.reason import Noted
from omscore.network.capacity import Sending

Choice = Literal["chosen", "earliest", "cheapest", "fewest-parcels"]
"""Which of several plans: the one that the policy chooses, or the first by one of three figures."""

ParcelName = tuple[NodeId, Region, Method, date]


@frozen
class Hop:
    """A stretch of a path: it leaves *node* on a day, and arrives on another.

    *parcel_cost* is what the way asks once for everything that shares it, in minor units.
    """

    node: NodeId
    ship_day: date
    arrival_day: date
    parcel_cost: int


@frozen
class Leg:
    """Units of one line that one node sends.

    *release_at* is the instant at which the work is due to be given to the node.  A leg that goes
    by way of another node has a *path*: the first hop leaves *node* on *ship_day*, the last one
    arrives on *delivery_day*.  A leg that goes straight has none.  A substitute is sent *instead
    of* what was asked.  What is *made* when it is asked for takes no stock.
    """

    line: LineId
    sku: Sku
    node: NodeId
    quantity: int
    to: Region
    method: Method
    ship_day: date
    delivery_day: date
    release_at: datetime
    path: tuple[Hop, ...] = ()
    instead_of: Sku | None = None
    made: bool = False


def sender_of(leg: Leg) -> NodeId:
    """The node whose parcel the customer gets: the last one on the way."""
    return leg.path[-1].node if leg.path else leg.node


def via_of(leg: Leg) -> NodeId | None:
    """The node by way of which a leg goes; None if it goes straight."""
    return leg.path[-1].node if leg.path else None


def parcel_of(leg: Leg) -> ParcelName:
    """What tells the parcel of *leg* from others: its sender, where, how, and on which day."""
    if leg.path:
        return leg.path[-1].node, leg.to, leg.method, leg.path[-1].ship_day
    return leg.node, leg.to, leg.method, leg.ship_day


def sendings_of(legs: Iterable[Leg]) -> Iterator[Sending]:
    """What leaves the nodes where the stock is, leg by leg."""
    for leg in legs:
        way = leg.to, leg.method, via_of(leg), leg.quantity
        yield Sending(leg.line, leg.node, leg.ship_day, *way)


def main_node(legs: Sequence[Leg]) -> NodeId:
    """The node that sends most units of *legs*, of which there is at least one; ties by id."""
    units: dict[NodeId, int] = {}
    for leg in legs:
        units[leg.node] = units.get(leg.node, 0) + leg.quantity
    return min(units, key=lambda node: (-units[node], node))


@frozen
class PassedOver:
    """A node that might have served some lines, and every reason why it did not.

    By way of the node *via*, if that is named; with the substitute *sku*, if that is.
    """

    node: NodeId
    lines: tuple[LineId, ...]
    reasons: tuple[Noted, ...]
    via: NodeId | None = None
    sku: Sku | None = None


@frozen
class Decision:
    """How a plan was chosen: enough to explain it later, and to compare it with others.

    *short* are the units of each line that nobody can send.  Costs are in minor units of the host's
    cost currency; *parts* says what *cost* is made of, by name.  *bound* is proven: no plan that
    leaves no more units short or late costs less, so the plan is optimal where it equals *cost*.
    *runner_up* is the cost of the best plan that does without the `main_node`, None where there is
    none as complete, or nobody looked.  *work* counts search steps of *solver*.  *faults*
    are what went wrong on the way, with rules and solvers that were passed over for it.
    """

    legs: tuple[Leg, ...]
    short: Mapping[LineId, int]
    cost: int
    bound: int
    runner_up: int | None
    work: int
    policy: str
    digest: str
    solver: str = "exact"
    parts: Mapping[str, int] = field(factory=dict)
    passed_over: tuple[PassedOver, ...] = ()
    faults: tuple[Noted, ...] = ()

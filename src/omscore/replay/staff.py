"""What nodes and carriers do with a fulfillment order, and when.

Each step follows from the one before.  What happens by chance follows from the seed and the name of
the fulfillment order (and of the task), so no order of processing can change it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from random import Random

from attrs import frozen

from omscore.kernel.ids import FulfillmentId, derived
from omscore.lifecycle.fulfillment.fulfillment import Fulfillment
from omscore.lifecycle.fulfillment.messages import (
    AcceptFulfillment,
    DeliverFulfillment,
    Missing,
    PackFulfillment,
    PickFulfillment,
    RejectFulfillment,
    ShipFulfillment,
)
from omscore.network.facts import Lane, Node
from omscore.replay.agenda import Coming, Doing
from omscore.replay.scenario import Chances
from omscore.replay.timetable import LEAST_WORK, Timetable, between

REFUSALS = ("too-busy", "goods-damaged", "system-down")
CARRIER = "carrier"
NEXT = {
    "released": "accept",
    "accepted": "pick",
    "picked": "pack",
    "packed": "ship",
    "shipped": "deliver",
}
"""The step that comes after each stage; at every other stage nothing is left to do."""


@frozen
class Step:
    """Somebody is to do the next thing with a fulfillment order: to make this *move*."""

    fulfillment: FulfillmentId
    move: str


@frozen
class Staff:
    """The people at all nodes, and the carriers that collect there."""

    chances: Chances
    hours: Timetable

    def next_step(self, work: Fulfillment, at: datetime) -> Coming[Step] | None:
        """What comes next, now that *work* has come so far *at* that moment."""
        if (move := NEXT.get(work.stage)) is None:
            return None
        chance = self._chance(work.id, move)
        if move == "accept" and chance.random() < self.chances.rejection:
            move = "reject"
        when = self._when(work, move, at, chance)
        return Coming(when, 2, derived(move, work.id), Step(work.id, move))

    def report(self, work: Fulfillment, move: str) -> Doing | None:
        """What is reported when the step is made; None if the work has moved on meanwhile."""
        key, at = derived(move, work.id), work.node
        if NEXT.get(work.stage) != ("accept" if move == "reject" else move):
            return None
        match move:
            case "accept":
                return Doing(AcceptFulfillment(work.id), key, at)
            case "reject":
                why = self._chance(work.id, "why").choice(REFUSALS)
                return Doing(RejectFulfillment(work.id, reason=why), key, at)
            case "pick":
                missing = tuple(self._missing(work))
                return Doing(PickFulfillment(work.id, missing=missing), key, at)
            case "pack":
                return Doing(PackFulfillment(work.id), key, at)
            case "ship":
                number = self._chance(work.id, "tracking").randrange(10**9, 10**10)
                return Doing(ShipFulfillment(work.id, tracking=f"T{number}"), key, at)
            case _:
                return Doing(DeliverFulfillment(work.id), key, CARRIER)

    def _chance(self, *name: str) -> Random:
        return Random("/".join((str(self.chances.seed), *name)))

    def _when(self, work: Fulfillment, move: str, at: datetime, chance: Random) -> datetime:
        node = self.hours.network.nodes[work.node]
        if move == "deliver":
            return self._arrival(work, node, at, chance)
        start = self.hours.works_from(node, at)
        if move in ("accept", "reject"):
            return between(start, start + LEAST_WORK, chance.uniform(0.1, 1.0))
        leaves = self.hours.collected(node, work.ship_day)
        if move == "ship":
            soonest = between(start, start + LEAST_WORK / 2, chance.uniform(0.1, 1.0))
            return max(soonest, between(leaves, leaves + LEAST_WORK / 4, chance.random()))
        start = max(start, self.hours.opens(node, work.ship_day))
        return between(start, max(leaves, start + LEAST_WORK), chance.uniform(0.1, 0.5))

    def _arrival(self, work: Fulfillment, node: Node, left: datetime, chance: Random) -> datetime:
        network, spread = self.hours.network, self.chances.transit
        lane = network.lane(node, work.to, work.method) or Lane(node.id, work.to)
        [late] = chance.choices(
            [one.days for one in spread], weights=[one.weight for one in spread]
        )
        return self.hours.arrives(node, lane, left, late, chance)

    def _missing(self, work: Fulfillment) -> Iterator[Missing]:
        """The units of each task that are not on the shelf: as a rule none, else some or all."""
        for task in work.tasks:
            chance = self._chance(work.id, "pick", task.line, task.reservation or "")
            if chance.random() < self.chances.short_pick:
                yield Missing(task.line, chance.randint(1, task.quantity))

"""Asking about orders: how they stand, and everything that happened to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from omscore.kernel import ids
from omscore.kernel.errors import Refused
from omscore.kernel.keys import Key
from omscore.kernel.kinds import of_kind
from omscore.kernel.recorded import Recorded
from omscore.kernel.truth import truth
from omscore.lifecycle.fulfillment import fulfillment as fulfillments
from omscore.lifecycle.fulfillment.fulfillment import FULFILLMENT, Fulfillment
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.order.messages import PlanChosen
from omscore.lifecycle.order.order import ORDER, Order
from omscore.lifecycle.quote import quote as quotes
from omscore.lifecycle.quote.quote import QUOTE, Quote
from omscore.lifecycle.returns import returns
from omscore.lifecycle.returns.returns import RETURN, Return
from omscore.orchestration.work_items import OPEN_ITEMS, WorkItem
from omscore.ports.storage import Storage
from omscore.ports.world import Clock
from omscore.runtime.audit import Difference, audit
from omscore.runtime.configuration import Configuration
from omscore.runtime.handling import rerun
from omscore.runtime.hindsight import reconsidered
from omscore.sourcing.what_if import WhatIf
from omscore.views.standing import OrderStanding, standing
from omscore.views.story import Story, story

S = TypeVar("S")


class Asking:
    """Whoever knows the *storage*, the time and the *configuration* can be asked."""

    def __init__(self, storage: Storage, clock: Clock, configuration: Configuration) -> None:
        self.storage = storage
        self.configuration = configuration
        self._clock = clock

    def order(self, order: str) -> OrderStanding:
        """How an order stands; `Refused` if there is none of this id."""
        id_ = ids.order_id(order)
        found = orders.required(self.get(ORDER.key(id_)), id_)
        return standing(found, self.configuration.unit_flow)

    def fulfillment(self, fulfillment: str) -> Fulfillment:
        """A fulfillment order; `Refused` if there is none of this id."""
        id_ = ids.fulfillment_id(fulfillment)
        return fulfillments.required(self.get(FULFILLMENT.key(id_)), id_)

    def return_(self, return_: str) -> Return:
        """A return; `Refused` if there is none of this id."""
        id_ = ids.return_id(return_)
        return returns.required(self.get(RETURN.key(id_)), id_)

    def quote(self, quote: str) -> Quote:
        """A quote; `Refused` if there is none of this id."""
        id_ = ids.quote_id(quote)
        return quotes.required(self.get(QUOTE.key(id_)), id_)

    def work_items(self) -> Sequence[WorkItem]:
        """Everything that waits for a person."""
        with self.storage.begin() as unit:
            keys = unit.listed(OPEN_ITEMS)
        return [item for key in keys if isinstance(item := self.get(key), WorkItem) and item.open]

    def explain(self, order: str, *, what_if: bool = False) -> Story:
        """Everything that happened to an order, in order, with who, when and why.

        With *what_if*, each plan also says what would have made a better one, or why nobody knows:
        that asks the recipe again for every change it thinks of.
        """
        id_, asked = ids.order_id(order), truth(what_if, "what_if")
        known = orders.required(self.get(ORDER.key(id_)), id_)
        history = self.history(*_concerned(known))
        return story("order", id_, history, self._reconsidered(history) if asked else {})

    def _reconsidered(self, history: Iterable[Recorded[object]]) -> dict[str, Sequence[str]]:
        """What could be said of each plan beyond its record, by the event that tells of it."""
        said = dict[str, Sequence[str]]()
        for one in history:
            if isinstance(one.event, PlanChosen):
                try:
                    said[one.id] = [str(found) for found in self._what_ifs(one)]
                except Refused as no:
                    said[one.id] = [f"what would be better is not known: {no}"]
        return said

    def what_ifs(self, order: str) -> Sequence[WhatIf]:
        """Every single change that would have led to a better plan than the last of an order.

        `Refused` if it has no plan, or if the plan cannot be rebuilt from the events: because it
        was chosen by another policy, or came from a quote.
        """
        id_ = ids.order_id(order)
        orders.required(self.get(ORDER.key(id_)), id_)
        history = self.history(ORDER.key(id_))
        plans = [one for one in history if isinstance(one.event, PlanChosen)]
        return self._what_ifs(plans[-1] if plans else history[-1])

    def _what_ifs(self, chosen: Recorded[object]) -> Sequence[WhatIf]:
        planner, flow = self.configuration.planning, self.configuration.unit_flow
        with self.storage.begin() as unit:
            return reconsidered(unit, chosen, planner, flow)

    def history(self, *keys: Key[object]) -> Sequence[Recorded[object]]:
        """Every event of these aggregates, in the order of saving."""
        for place, key in enumerate(keys):
            of_kind(Key, key, f"keys[{place}]")
        with self.storage.begin() as unit:
            return unit.history(*keys)

    def get(self, key: Key[S]) -> S | None:
        """The state at *key*, as it is kept; None if there is none."""
        of_kind(Key, key, "key")
        return rerun(lambda unit: key.narrow(unit.get([key])[key].state), self.storage)

    def audit(self) -> Sequence[Difference]:
        """Every difference between what is kept and what the events say; none, if all is well."""
        with self.storage.begin() as unit:
            return audit(unit)


def _concerned(order: Order) -> list[Key[object]]:
    return [
        ORDER.key(order.id),
        *(FULFILLMENT.key(one) for one in order.fulfillments),
        *(RETURN.key(one) for one in order.returns),
    ]

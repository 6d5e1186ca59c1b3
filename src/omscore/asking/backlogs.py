"""Asking about the backlog: who waits, how units would be shared, what would be promised anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType

from omscore.asking.questions import AskingQuestions
from omscore.asking.stock import Place, held_at, places_of
from omscore.atp.messages import NoSuchItem
from omscore.atp.reallocation import Reallocation, Strategy
from omscore.atp.sharing import Shared, Sharing, share
from omscore.atp.terms import Terms
from omscore.catalog.item import ITEM
from omscore.kernel import ids
from omscore.kernel.errors import Refused
from omscore.lifecycle.order.order import Order
from omscore.orchestration import reallocating
from omscore.orchestration.backlog import BACKLOG, Backlog, Waiting
from omscore.ports.storage import UnitOfWork
from omscore.runtime.handling import rerun

NOBODY: Mapping[str, int] = MappingProxyType({})
AS_ALL: Mapping[str, Strategy] = MappingProxyType({})


class AskingBacklogs(AskingQuestions):
    """Questions about those who wait for a sku; nothing is changed by asking."""

    def backlog(self, sku: str) -> Sequence[Waiting]:
        """Who waits for *sku*, first in line first; `Refused` if nobody has told us of it."""
        return self._backlog(sku).queue

    def shared(
        self,
        sku: str,
        units: int,
        sharing: Sharing = "priority",
        *,
        ranks: Mapping[str, int] = NOBODY,
    ) -> Shared:
        """How *units* would be shared over the lines that wait for *sku*.

        *ranks* of orders, the lowest first, go before the order of the queue.
        """
        return share(units, reallocating.shares_of(self._backlog(sku), ranks), sharing)

    def reallocation(
        self,
        sku: str,
        node: str,
        strategy: Strategy = "redistribute",
        *,
        strategies: Mapping[str, Strategy] = AS_ALL,
        ranks: Mapping[str, int] = NOBODY,
    ) -> Reallocation:
        """Who would get what of *node*, and when, if its stock of *sku* were promised anew.

        Concerned are units that are allocated there but not released, and those that wait and can
        be sent from there; days are those on which they leave.
        *strategies* of single orders go before *strategy*; *ranks* of orders, the lowest first, go
        before the time at which they were placed.  Safety stock and the shares of other channels
        are withheld, but what was promised before may be kept.
        """
        pair, now = (ids.sku(sku), ids.node_id(node)), self._clock.now()
        choices = reallocating.Choices(strategy, strategies, ranks)

        def found(unit: UnitOfWork) -> Reallocation:
            [place] = places_of(unit, [pair], "sellable", now, self.configuration)
            held = held_at(unit, place)
            key = BACKLOG.key(place.sku)
            backlog = key.narrow(unit.get([key])[key].state) or Backlog()
            orders = _orders(unit, backlog, held)
            shipping = reallocating.Shipping(place.network.nodes[place.node], place.network, now)
            claims = reallocating.claims(orders, backlog, held, shipping, choices)
            selling = partial(self._granting, place)
            return reallocating.anew(claims, place.position, orders, selling, shipping)

        return rerun(found, self.storage)

    def _granting(self, place: Place, method: ids.Method | None, channel: str | None) -> Terms:
        """On what terms units there are given to orders."""
        availability = self.configuration.availability
        return availability.terms(place.case(method), channel, place.on_hand)

    def _backlog(self, sku: str) -> Backlog:
        item = ids.sku(sku)
        if self.get(ITEM.key(item)) is None:
            raise Refused(NoSuchItem(item))
        return self.get(BACKLOG.key(item)) or Backlog()


def _orders(unit: UnitOfWork, backlog: Backlog, held: reallocating.Held) -> list[Order]:
    keys = reallocating.concerned(backlog, held)
    kept = unit.get(keys)
    return [order for key in keys if (order := key.narrow(kept[key].state)) is not None]

"""Asking what could be promised: options for a cart, and until when to order for a wanted day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

import attrs

from omscore.asking.orders import Asking
from omscore.catalog.line import Line, check_lines, several_lines
from omscore.kernel import ids, moments
from omscore.kernel.keys import Seen
from omscore.kernel.quantities import units
from omscore.kernel.recorded import Context
from omscore.kernel.several import several
from omscore.lifecycle.order.messages import RepromiseOrder
from omscore.lifecycle.quote.quote import QUOTE
from omscore.network.facts import PICKUP, STANDARD
from omscore.network.transit import percent
from omscore.orchestration import needing
from omscore.orchestration.planning import Planner
from omscore.orchestration.repromising import Repromising
from omscore.ports.storage import UnitOfWork
from omscore.promise.change import Change, change_of
from omscore.promise.options import MOST_PLANS, Options
from omscore.runtime.handling import read, rerun
from omscore.sourcing.need import Need
from omscore.views.story import Story, story

S = TypeVar("S")
NeedsOf = Callable[[Seen], Sequence[Need]]


class AskingPromises(Asking):
    """Questions about orders that nobody has placed; nothing is kept."""

    def promise(
        self,
        lines: Iterable[Line],
        ship_to: str,
        *,
        method: str = STANDARD,
        pick_up_at: Iterable[str] = (),
        plans: int = MOST_PLANS,
        confidence: int | None = None,
        channel: str | None = None,
    ) -> Options:
        """What could be promised for these lines now, and which of it an order would get.

        Options of collecting everything at one of the places *pick_up_at* are told apart.  At most
        so many *plans* are looked at for the other options of a way: with none, it is only what an
        order would get.  With a *confidence* in percent, days are those of learned transit times,
        and not those that the policy asks for.  *channel* is who sells.
        """
        asked, most = several_lines(lines), units(plans, "plans", least=0)
        needs, planner = _needs(asked, ship_to, method, channel), self._planner(confidence)
        wayless = [attrs.evolve(line, ship_to=None, method=None) for line in asked]
        there = {
            ids.node_id(place): _needs(wayless, place, PICKUP, channel)
            for place in several(pick_up_at, "pick_up_at")
        }

        def promised(seen: Seen) -> Options:
            told = planner.promise(seen, needs(seen), most)
            places = {id_: planner.promise(seen, one(seen), most) for id_, one in there.items()}
            return attrs.evolve(told, pick_up=places)

        every = (needs, *there.values())
        return self._planned(lambda seen: [one for some in every for one in some(seen)], promised)

    def order_until(
        self,
        lines: Iterable[Line],
        ship_to: str,
        wanted: date,
        *,
        method: str = STANDARD,
        confidence: int | None = None,
    ) -> Mapping[ids.LineId, datetime | None]:
        """For each line alone, the instant before which to order it, to have it on *wanted*.

        It is asked of what is in stock now, and of supply that is known; None where it is too late.
        """
        needs, day = _needs(lines, ship_to, method), moments.day(wanted, "wanted")
        planner = self._planner(confidence)
        return self._planned(needs, lambda seen: planner.order_until(seen, needs(seen), day))

    def renewed(self, quote: str) -> Change | None:
        """What a quote promises otherwise than the one that it renews; None if it renews none."""
        opened = self.quote(quote).opened
        if opened.renews is None:
            return None
        return change_of(self.quote(opened.renews).opened.decision, opened.decision)

    def explain_quote(self, quote: str) -> Story:
        """Everything that happened to a quote, its plan and why.

        If it is in the place of another, also what it promises otherwise.
        """
        id_ = ids.quote_id(quote)
        change, history = self.renewed(quote), self.history(QUOTE.key(id_))
        told = [] if change is None else ["otherwise than before:", *str(change).splitlines()]
        return story("quote", id_, history, {history[0].id: told})

    def repromise(self, order: str) -> Change:
        """What would be promised otherwise, if an order were planned again now, and why.

        That concerns units that no node works on yet.  Nothing is changed: `RepromiseOrder` does.
        """
        now = self._clock.now()
        context = Context(now=now, actor="asking", command=ids.command_id("asking"))
        ask = RepromiseOrder(order)
        repromising = Repromising(self.configuration.unit_flow, self.configuration.planner)

        def changed(unit: UnitOfWork) -> Change:
            seen = read(lambda so_far: repromising.reads(ask, so_far), unit.get, now)
            return repromising.changed(ask.order, seen, context)

        return rerun(changed, self.storage)

    def _planner(self, confidence: int | None) -> Planner:
        planner = self.configuration.planning
        if confidence is None:
            return planner
        return attrs.evolve(
            planner, policy=attrs.evolve(planner.policy, confidence=percent(confidence))
        )

    def _planned(self, needs: NeedsOf, ask: Callable[[Seen], S]) -> S:
        """What *ask* says of everything that a plan for *needs* rests on."""
        planner, now = self.configuration.planning, self._clock.now()
        return rerun(
            lambda unit: ask(
                read(lambda so_far: planner.reads(so_far, needs(so_far)), unit.get, now)
            ),
            self.storage,
        )


def _needs(lines: Iterable[Line], ship_to: str, method: str, channel: str | None = None) -> NeedsOf:
    """What the needs of *lines* are, by what is known; `Unreadable` if no order could have them."""
    asked, to, by = several_lines(lines), ids.ship_to(ship_to), ids.method(method)
    check_lines(asked)
    sold = ids.optional_channel(channel)
    return lambda seen: needing.needs_of_lines(asked, to, by, seen, sold)

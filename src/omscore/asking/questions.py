"""Asking what can be had when: parts, lines together, bundles, over nodes, for thousands at once.

All of it goes by the method that the configuration chooses for the item, the node and the channel:
look-ahead, if none is, which is what grants go by.  The stock in an answer is that of one moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import attrs

from omscore.asking.stock import AskingStock, Place, papers_of, places_of
from omscore.atp import lacking, questions
from omscore.atp.entries import Entry
from omscore.atp.messages import NoSuchItem
from omscore.atp.named import entries_of
from omscore.atp.outlook import NothingWouldDo
from omscore.atp.pegging import NO_RANKS, Policy, Table, peg
from omscore.atp.projected import Lacks
from omscore.atp.questions import Bundles, Level, LineNotBy, NotBy, Shipment
from omscore.catalog.item import ITEM
from omscore.kernel import ids
from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.kinds import pairs
from omscore.kernel.quantities import units
from omscore.kernel.several import each
from omscore.network.facts import THE_NETWORK, Network
from omscore.orchestration.by_order import ranks_of
from omscore.orchestration.precedence import less
from omscore.ports.storage import UnitOfWork
from omscore.runtime.handling import rerun
from omscore.sourcing.question import Rows


class AskingQuestions(AskingStock):
    """Questions about quantities and days, of one node, several, or all.

    Safety stock (for delivery by *method*) and what is protected for others than *channel* are
    withheld, as they are from who orders.
    """

    def availabilities(
        self,
        asked: Iterable[tuple[str, str]],
        *,
        day: date | None = None,
        method: str | None = None,
        channel: str | None = None,
    ) -> Mapping[tuple[str, str], int]:
        """How many units may be promised of each (sku, node) for *day* (its today, if not given).

        As of one moment, and the same numbers that `available` gives one by one.
        """
        places = self._positions(asked, day=day)
        looks = ((one, self._outlook(one, "sellable", method, channel)) for one in places)
        return {
            (one.sku, one.node): max(0, outlook.available(one.day(day))) for one, outlook in looks
        }

    def shipments(
        self,
        sku: str,
        node: str,
        quantity: int,
        *,
        latest: date | None = None,
        first: int = 1,
        method: str | None = None,
        channel: str | None = None,
    ) -> tuple[Shipment, ...] | NotBy:
        """*quantity* units of *node* in parts, as early as may be: the first at least *first*.

        The last one goes by *latest*, or nothing goes.
        """
        curve = self._curve(sku, node, method, channel, latest)
        return questions.shipments(curve, quantity, latest, first)

    def lacking(
        self,
        sku: str,
        node: str,
        quantity: int,
        *,
        latest: date | None = None,
        method: str | None = None,
        channel: str | None = None,
    ) -> Lacks | NothingWouldDo | None:
        """How many more units, and by when, *node* needs for *quantity* by *latest*; None if none.

        Without *latest*, by the last day on which anything comes.  Units by today are thought to be
        in hand, those by a later day to be due.  They would do; fewer might, too, where a method is
        chosen by which more supply can make a number smaller.
        """
        wanted = [(sku, units(quantity))]
        return next(iter(self._lacking(node, wanted, latest, method, channel).values()), None)

    def together(
        self,
        node: str,
        wanted: Iterable[tuple[str, int]],
        *,
        latest: date | None = None,
        method: str | None = None,
        channel: str | None = None,
    ) -> date | LineNotBy:
        """The first day on which *node* has all of *wanted*, skus and units; or what lacks most."""
        lines = [(ids.sku(sku), quantity) for sku, quantity in pairs(wanted, "wanted")]
        named = self._of_node(node, lines, method, channel, latest)
        return questions.together(named, lines, latest)

    def lacking_together(
        self,
        node: str,
        wanted: Iterable[tuple[str, int]],
        *,
        latest: date | None = None,
        method: str | None = None,
        channel: str | None = None,
    ) -> Mapping[ids.Sku, Lacks | NothingWouldDo]:
        """What *node* needs of each sku for all of *wanted* by *latest*: the fewest units."""
        return self._lacking(node, wanted, latest, method, channel)

    def over_nodes(
        self,
        sku: str,
        nodes: Iterable[str] | None = None,
        *,
        method: str | None = None,
        channel: str | None = None,
    ) -> Sequence[Level]:
        """What may be promised of all *nodes* together (of every node, if they are not given)."""
        asked = [(sku, node) for node in self._nodes(nodes)]
        return questions.pooled(self._together(asked, method, channel).values())

    def bundles(
        self,
        sku: str,
        nodes: Iterable[str] | None = None,
        *,
        apart: bool = False,
        method: str | None = None,
        channel: str | None = None,
    ) -> Sequence[Bundles]:
        """How many whole bundles of *sku* may be promised from which day on, and what limits them.

        Each is complete at one of *nodes* (of every node, if they are not given); if *apart*, its
        parts may come from several.  `Refused` if there is no such item, `Unreadable` if it is no
        bundle.
        """
        parts, places = self._parts(sku), self._nodes(nodes)
        asked = [(part, node) for node in places for part in parts]
        found = (self._together if apart else self._curves)(asked, method, channel)
        curves = {node: {part: found[part, node] for part in parts} for node in places}
        ask = questions.bundles_over if apart else questions.bundles_at_one
        return ask(parts, curves)

    def pegging(
        self,
        sku: str,
        node: str,
        policy: Policy = "fifo",
        *,
        ranks: Mapping[str, int] = NO_RANKS,
        channel: str | None = None,
    ) -> Table:
        """Which supply serves which order and which demand of others at *node*.

        Supply counts as it does for who sells through *channel*: when it can be used, and what it
        may serve by the type matrix.

        What is due, and what others want, goes by its document.  What is committed goes by the name
        of its owner, numbered by day if it has several; what is set aside for a while goes by day.
        *ranks* of owners, the lowest first, decide under `priority`.
        """
        pair, now = (ids.sku(sku), ids.node_id(node)), self._clock.now()
        ranked = ranks_of(ranks)

        def found(unit: UnitOfWork) -> tuple[Place, list[Entry], dict[str, str]]:
            [place] = places_of(unit, [pair], "sellable", now, self.configuration)
            return place, *entries_of(place.position, place.today, now, papers_of(unit, place))

        place, entries, owners = rerun(found, self.storage)
        if strangers := sorted(set(ranked) - set(owners.values())):
            raise Unreadable("somebody who has reserved units here", f"$.ranks.{strangers[0]}")
        by_entry = {entry: ranked.get(owner, 0) for entry, owner in owners.items()}
        counting = self._terms(place, "sellable", None, channel).counting
        return peg(entries, place.today, policy, ranks=by_entry, counting=counting)

    def _lacking(
        self,
        node: str,
        wanted: Iterable[tuple[str, int]],
        latest: date | None,
        method: str | None,
        channel: str | None,
    ) -> Mapping[ids.Sku, Lacks | NothingWouldDo]:
        lines = [(ids.sku(sku), quantity) for sku, quantity in pairs(wanted, "wanted")]
        asked = [(sku, node) for sku in dict.fromkeys(sku for sku, _ in lines)]
        outlooks = {
            one.sku: self._outlook(one, "sellable", method, channel)
            for one in self._positions(asked, latest=latest)
        }
        return lacking.lacking_of(outlooks, lines, latest)

    def _curve(
        self, sku: str, node: str, method: str | None, channel: str | None, latest: date | None
    ) -> list[Level]:
        curves = self._curves([(sku, node)], method, channel, latest)
        return curves[ids.sku(sku), ids.node_id(node)]

    def _of_node(
        self,
        node: str,
        lines: Iterable[tuple[ids.Sku, int]],
        method: str | None,
        channel: str | None,
        latest: date | None,
    ) -> dict[ids.Sku, list[Level]]:
        asked = [(sku, node) for sku in dict.fromkeys(sku for sku, _ in lines)]
        found = self._curves(asked, method, channel, latest)
        return {sku: rows for (sku, _), rows in found.items()}

    def _curves(
        self,
        asked: Iterable[tuple[str, str]],
        method: str | None,
        channel: str | None,
        latest: date | None = None,
    ) -> dict[tuple[ids.Sku, ids.NodeId], list[Level]]:
        curves = dict[tuple[ids.Sku, ids.NodeId], list[Level]]()
        for one in self._positions(asked, latest=latest):
            rows = self._outlook(one, "sellable", method, channel).curve()
            curves[one.sku, one.node] = [Level(*row) for row in rows]
        return curves

    def _together(
        self, asked: Iterable[tuple[str, str]], method: str | None, channel: str | None
    ) -> dict[tuple[ids.Sku, ids.NodeId], list[Level]]:
        """Curves of nodes that give to one who asks: what others wait for is left to them once."""
        places = self._positions(asked)
        found = dict[tuple[ids.Sku, ids.NodeId], Rows]()
        shared = dict[ids.Sku, dict[ids.NodeId, Rows]]()
        for one in places:
            outlook = self._outlook(attrs.evolve(one, ahead=()), "sellable", method, channel)
            found[one.sku, one.node] = rows = outlook.curve()
            if outlook.terms.protection is None:
                shared.setdefault(one.sku, {})[one.node] = rows
        for one in {one.sku: one for one in places}.values():
            left = less(shared.get(one.sku, {}), one.ahead, one.network)
            found |= {(one.sku, node): rows for node, rows in left.items()}
        return {pair: [Level(*row) for row in rows] for pair, rows in found.items()}

    def _nodes(self, nodes: Iterable[str] | None) -> Sequence[ids.NodeId]:
        if nodes is not None:
            return [ids.node_id(node) for node in each(nodes, "nodes")]
        return sorted((self.get(THE_NETWORK) or Network()).nodes)

    def _parts(self, sku: str) -> dict[ids.Sku, int]:
        if (item := self.get(ITEM.key(ids.sku(sku)))) is None:
            raise Refused(NoSuchItem(ids.sku(sku)))
        if item.kind != "bundle":
            raise Unreadable("a bundle", "$.sku")
        return {one.sku: one.quantity for one in item.components}

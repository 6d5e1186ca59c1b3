"""Asking about stock: how many units may be promised, when, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from omscore.asking.promises import AskingPromises
from omscore.atp.entries import of_position
from omscore.atp.messages import NoSuchItem, NoSuchNode
from omscore.atp.methods import DEFAULTS, AtpMethod, Options, Row
from omscore.atp.position import CONDITIONS, POSITION, Condition, Position, position_id
from omscore.atp.projected import LookAhead
from omscore.catalog.item import ITEM
from omscore.kernel import ids, moments
from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.moments import local_day
from omscore.kernel.quantities import units
from omscore.network.facts import THE_NETWORK, Network

LOOK_AHEAD = LookAhead()


class AskingStock(AskingPromises):
    """Questions about stock over time, by sku and node."""

    def available(
        self, sku: str, node: str, *, day: date | None = None, condition: Condition = "sellable"
    ) -> int:
        """How many units may still be promised at *node* for *day* (its today, if not given)."""
        position, today, now = self._position(sku, node, condition)
        asked = today if day is None else moments.day(day)
        return max(0, position.available(asked, today=today, now=now))

    def earliest(self, sku: str, node: str, quantity: int) -> date | None:
        """The first day for which *quantity* units may be promised at *node*; None if none is."""
        position, today, now = self._position(sku, node, "sellable")
        return position.earliest(units(quantity), start=today, today=today, now=now)

    def availability(
        self,
        sku: str,
        node: str,
        *,
        method: AtpMethod = LOOK_AHEAD,
        options: Options = DEFAULTS,
    ) -> Sequence[Row]:
        """What may be promised at *node* over time, in the words of *method*.

        One row for each bucket of *options*, from today to its horizon.  It answers a question and
        changes nothing: grants always look ahead to the last entry.
        """
        position, today, now = self._position(sku, node, "sellable")
        return method.curve(of_position(position, today, now), today, options)

    def _position(
        self, sku: str, node: str, condition: Condition
    ) -> tuple[Position, date, datetime]:
        """A position, the local day of its node, and the present instant.

        `Refused` if nobody has told us of the sku or of the node: a typo is not "no stock".
        """
        at, item, now = ids.node_id(node), ids.sku(sku), self._clock.now()
        if condition not in CONDITIONS:
            raise Unreadable(f"one of {', '.join(CONDITIONS)}", "$.condition")
        known = (self.get(THE_NETWORK) or Network()).nodes.get(at)
        if known is None:
            raise Refused(NoSuchNode(at))
        if self.get(ITEM.key(item)) is None:
            raise Refused(NoSuchItem(item))
        found = self.get(POSITION.key(position_id(at, item, condition)))
        return found or Position(), local_day(now, known.zone), now

"""What is at stake at a node with the last units of its stock: who else would want them.

The cheapest parcel today may take what another customer needs tomorrow, where nobody else is near.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import ClassVar

from attrs import field, frozen

from omscore.kernel.ids import NodeId, Sku
from omscore.kernel.quantities import some_units
from omscore.sourcing.costs import MILS, Offer
from omscore.sourcing.figures import by_node_and_sku, whole
from omscore.sourcing.need import Need
from omscore.sourcing.units import DAYS, MINOR, NODES, PERCENT

BySku = Mapping[NodeId, Mapping[Sku, int]]
MILLION = 1_000_000
_EXACT = Context(prec=40, rounding=ROUND_HALF_UP)


@frozen
class Opportunity:
    """A price for each *unit* of a sku at a node, from outside: what it is worth left where it is.

    Such prices are the duals of a transportation problem between nodes and expected demand (J.
    Acimovic and S. C. Graves, "Making better fulfillment decisions on the fly in an online retail
    environment", Manufacturing & Service Operations Management 17(1), 2015).
    """

    unit: BySku = field(
        converter=by_node_and_sku, validator=whole(2), hash=False, metadata={**MINOR, **NODES}
    )
    name: str = field(default="opportunity", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """Nothing: units are worth something."""
        return 0

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """What the unit is worth there; nothing, if nobody says so."""
        return MILS * self.unit.get(offer.node.id, {}).get(need.sku, 0)


@frozen
class StockOutRisk:
    """What a sale is worth that the node may miss: *percent* of the price, times the chance of it.

    *demand* is how many units customers of the node are expected to want of a sku until more comes.
    Where that is a Poisson number, a unit is missed if it is at least what is left and one: the
    marginal argument of K. J. Arrow, T. Harris and J. Marschak ("Optimal inventory policy",
    Econometrica 19(3), 1951).  All of a need is taken at once, so the chance is that of its last
    unit.
    """

    weighs_prices: ClassVar[bool] = True
    percent: int = field(validator=some_units, metadata=PERCENT)
    demand: BySku = field(converter=by_node_and_sku, validator=whole(2), hash=False, metadata=NODES)
    name: str = field(default="stock-out-risk", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """Nothing: units are missed."""
        return 0

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """The margin, times the chance that somebody else would have wanted it."""
        if not (mean := self.demand.get(offer.node.id, {}).get(need.sku, 0)):
            return 0
        rows = offer.stock.get(need.sku, ())
        there = max([units for day, units in rows if day <= offer.ship_day], default=0)
        chance = at_least(there - need.quantity + 1, mean)
        return MILS * need.price * self.percent * chance // (100 * MILLION)


@lru_cache(maxsize=4_096)
def at_least(units: int, mean: int) -> int:
    """The chance, in millionths, that a Poisson number of this *mean* is at least *units*.

    In decimals of a fixed length, so that it is the same on every machine.
    """
    if units <= 0:
        return MILLION
    term = below = _EXACT.exp(Decimal(-mean))
    for n in range(1, units):
        term = _EXACT.divide(_EXACT.multiply(term, Decimal(mean)), Decimal(n))
        below = _EXACT.add(below, term)
    chance = _EXACT.multiply(_EXACT.subtract(Decimal(1), below), Decimal(MILLION))
    return max(0, int(chance.to_integral_value(ROUND_HALF_UP)))


@frozen
class Markdown:
    """What is saved where stock ages: *percent* of the price for units to be used within *days*.

    A negative cost, up to as many units as the node has to be rid of by so many days after the day
    on which the parcel leaves.
    """

    weighs_prices: ClassVar[bool] = True
    percent: int = field(validator=some_units, metadata=PERCENT)
    days: int = field(validator=some_units, metadata=DAYS)
    name: str = field(default="markdown", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """Nothing: units age."""
        return 0

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """What is saved, spread over the units of the need."""
        until = offer.ship_day + timedelta(days=self.days)
        rows = offer.use_by.get(need.sku, ())
        due = max([units for day, units in rows if day <= until], default=0)
        saved = min(due, need.quantity) * need.price * self.percent
        return -(MILS * saved // (100 * need.quantity))

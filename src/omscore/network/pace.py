"""How long a shipment usually takes, and how much longer than usual shipments may take.

The *usual* days are the mean of a method times a factor for each thing that is known of a way:
where it leads, from which region, from which node, and so on.  A factor is what shipments there
took, over what would have been usual without it, as if some more of them had been just as usual: so
few shipments say little, and many are believed.  That is credibility: Bühlmann, *Experience rating
and credibility*, ASTIN Bulletin 4 (1967); for factors one upon the other, Bailey & Simon, *Two
studies in automobile insurance ratemaking*, ASTIN Bulletin 1 (1960).

How much longer is one distribution for all ways of a method: actual over usual days of the latest
shipments.  Its quantile times the usual days is what is promised.  A ratio is taken with what would
have been usual had the shipment never been, or else few shipments would seem surer than they are:
the jackknife+ of Barber, Candès, Ramdas & Tibshirani, *Predictive inference with the jackknife+*,
Annals of Statistics 49 (2021).  Quantiles, and what is on the way, are as in `transit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache

from attrs import field, frozen

from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import no_or_some_units, some_units
from omscore.kernel.several import several_of
from omscore.network.transit import most_at

THOUSAND = 1_000
LEAST_USUAL_E3 = 500
"""What arrives on the day that it leaves takes half a day: no ratio divides by nothing."""

Place = tuple[ids.NodeId | None, ids.Region | None, ids.Region | None, ids.Region | None]
"""What a factor is of: a node, the region of nodes, the region of destinations, one within it."""


def _from_node(value: str | None) -> ids.NodeId | None:
    return ids.optional_node_id(value, "from_node")


def _from_region(value: str | None) -> ids.Region | None:
    return ids.optional_region(value, "from_region")


def _area(value: str | None) -> ids.Region | None:
    return ids.optional_region(value, "area")


@frozen
class Factor:
    """How much slower or faster ways are from a node or a region, to a region or an area within it.

    They take so many thousandths (*factor_e3*) of what would be usual otherwise; so many
    *shipments* say so.
    """

    factor_e3: int = field(validator=some_units)
    shipments: int = field(default=0, validator=no_or_some_units)
    from_node: ids.NodeId | None = field(default=None, converter=_from_node, kw_only=True)
    from_region: ids.Region | None = field(default=None, converter=_from_region, kw_only=True)
    to: ids.Region | None = field(default=None, converter=ids.optional_end, kw_only=True)
    area: ids.Region | None = field(default=None, converter=_area, kw_only=True)

    @property
    def place(self) -> Place:
        """What there is one of."""
        return self.from_node, self.from_region, self.to, self.area


@frozen
class Ratio:
    """So many shipments *arrived* after this many percent of the usual, so many had not yet."""

    percent: int = field(validator=no_or_some_units)
    arrived: int = field(default=0, validator=no_or_some_units)
    not_yet: int = field(default=0, validator=no_or_some_units)


def _factors(value: Iterable[Factor]) -> tuple[Factor, ...]:
    return tuple(sorted(several_of(Factor, value, "factors"), key=lambda one: _sortable(one.place)))


def _sortable(place: Place) -> tuple[str, ...]:
    return tuple(one or "" for one in place)


def _ratios(value: Iterable[Ratio]) -> tuple[Ratio, ...]:
    return tuple(sorted(several_of(Ratio, value, "ratios"), key=lambda one: one.percent))


@frozen
class Pace:
    """What is usual by a *method*, in thousandths of a working day of its carriers, and how sure.

    The *mean* of all shipments holds for ways of which nothing is known; `usual_e3` is better.
    """

    method: ids.Method = field(converter=ids.method)
    mean_e3: int = field(validator=no_or_some_units)
    factors: tuple[Factor, ...] = field(default=(), converter=_factors)
    ratios: tuple[Ratio, ...] = field(default=(), converter=_ratios)

    def __attrs_post_init__(self) -> None:
        if len(self._known) < len(self.factors):
            raise Unreadable("each place once", "$.factors")
        if len({one.percent for one in self.ratios}) < len(self.ratios):
            raise Unreadable("each percentage once", "$.ratios")

    @cached_property
    def _known(self) -> Mapping[Place, Factor]:
        return {one.place: one for one in self.factors}

    @property
    def arrived(self) -> int:
        """From how many arrivals the ratios are."""
        return sum(one.arrived for one in self.ratios)

    def usual_e3(self, places: Iterable[Place | None]) -> int:
        """The usual days of a way that is at these *places*, in thousandths."""
        usual = self.mean_e3
        for place in places:
            if place is not None and (known := self._known.get(place)) is not None:
                usual = usual * known.factor_e3 // THOUSAND
        return max(usual, LEAST_USUAL_E3)

    def percent_at(self, confidence: int) -> int | None:
        """What share of the usual the next shipment takes at most, with *confidence* percent.

        It is in percent; None: too few are known.
        """
        return _percent_at(self.ratios, confidence)


@lru_cache(maxsize=1_024)
def _percent_at(ratios: tuple[Ratio, ...], confidence: int) -> int | None:
    return most_at([(one.percent, one.arrived, one.not_yet) for one in ratios], confidence)


def days_of(percent: int, usual_e3: int) -> int:
    """The whole days of so many percent of the usual ones."""
    return percent * usual_e3 // (100 * THOUSAND)

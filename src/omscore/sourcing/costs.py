"""What a plan costs, in named parts.

A cost answers two questions about an `Offer`: what its parcel costs once, and what each unit of a
need in it costs; a `PerLine` also says what each line in the parcel costs once.  All are whole
*mils*, thousandths of a minor unit of the host's cost currency, so that the freight of a gram is
exact; only what is reported is rounded, once, half up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar, runtime_checkable

from attrs import field, frozen

from omscore.kernel.ids import NodeId, Sku
from omscore.kernel.quantities import no_or_some_units
from omscore.network.facts import Lane, Link, Node
from omscore.sourcing.figures import by_node, whole
from omscore.sourcing.need import Need
from omscore.sourcing.units import MINOR, NODES

Rows = Sequence[tuple[date, int]]

T = TypeVar("T")
MILS = 1_000


@frozen
class Offer:
    """A parcel that could be sent: from a node, by a lane, on a day.

    *distance_km* is None unless it is known where both ends are; *load_percent* is how much of the
    node's day is taken, None without a limit.  With a *link* it is how a unit gets there by way of
    another node: *node*, *ship_day* and the *link* are where it starts, *lane* is how it ends.
    *stock* says how many units of a sku the node may promise from which day on, and *use_by* how
    many of them must be used by which day: rows that only rise.  *rejections* says how often the
    node rejected this order.
    """

    node: Node
    lane: Lane
    ship_day: date
    delivery_day: date
    distance_km: int | None = None
    load_percent: int | None = None
    link: Link | None = None
    stock: Mapping[Sku, Rows] = field(factory=dict, hash=False)
    use_by: Mapping[Sku, Rows] = field(factory=dict, hash=False)
    rejections: int = 0


class Cost(Protocol):
    """One part of what a plan costs.  Hosts plug in here; both answers are pure."""

    @property
    def name(self) -> str:
        """What explanations and policies call it."""
        ...

    def of_parcel(self, offer: Offer, /) -> int:
        """Mils, once for the parcel; not negative."""
        ...

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """Mils for each unit.

        *earliest* is the first day on which any node could deliver it; the wanted one, if later.
        """
        ...


@runtime_checkable
class PerLine(Protocol):
    """What a cost may answer besides: what a line costs in each parcel that carries any of it."""

    def of_line(self, need: Need, offer: Offer, /) -> int:
        """Mils, once for the line in the parcel, however many units it carries; not negative."""
        ...


@frozen
class Transport:
    """What the lane says: for each parcel, each unit and each gram."""

    name: str = field(default="transport", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """The lane's cost of a parcel."""
        return MILS * offer.lane.parcel_cost

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """The lane's cost of a unit, and of its grams: minor units a kilogram are mils a gram."""
        return MILS * offer.lane.unit_cost + offer.lane.kg_cost * need.weight_g


@frozen
class Waiting:
    """*per_unit_day* minor units for each unit and each day that a customer waits.

    Days count from the earliest on which any node could deliver, or from the day that is wanted if
    that is later.  So it changes which plan is chosen, and costs nothing where nobody could be
    faster.  It is a price put on patience, not money that anybody pays.
    """

    per_unit_day: int = field(default=5, validator=no_or_some_units, metadata=MINOR)
    name: str = field(default="waiting", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """Nothing: units wait, not parcels."""
        return 0

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """The days after the earliest, at the price of each."""
        days = (offer.delivery_day - earliest).days
        return MILS * self.per_unit_day * days if days > 0 else 0


@frozen
class Lateness:
    """*per_unit_day* minor units for each unit and each day after the latest acceptable one.

    Units late are fewest in any case; this says how much worse two days are than one.
    """

    per_unit_day: int = field(default=100, validator=no_or_some_units, metadata=MINOR)
    name: str = field(default="lateness", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """Nothing: units are late, not parcels."""
        return 0

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """The days after the latest, at the price of each; nothing without a latest day."""
        if need.latest is None or offer.delivery_day <= need.latest:
            return 0
        return MILS * self.per_unit_day * (offer.delivery_day - need.latest).days


@frozen
class Handling:
    """So many minor units for each *parcel*, *line*, *unit* and *kg*, whoever sends it.

    A line that comes in two parcels is handled twice.
    """

    parcel: int = field(default=0, validator=no_or_some_units, metadata=MINOR)
    unit: int = field(default=0, validator=no_or_some_units, metadata=MINOR)
    kg: int = field(default=0, validator=no_or_some_units, metadata=MINOR)
    line: int = field(default=0, validator=no_or_some_units, metadata=MINOR)
    name: str = field(default="handling", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """The same for every parcel."""
        return MILS * self.parcel

    def of_line(self, need: Need, offer: Offer, /) -> int:
        """The same for every line in every parcel."""
        return MILS * self.line

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """The same for every unit, and what its weight asks for."""
        return MILS * self.unit + self.kg * need.weight_g


@frozen
class Preference:
    """So many minor units for each *parcel* of a node that one would rather not use."""

    parcel: Mapping[NodeId, int] = field(
        converter=by_node, validator=whole(1), hash=False, metadata={**MINOR, **NODES}
    )
    name: str = field(default="preference", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """The penalty of the node; nothing, if none is named."""
        return MILS * self.parcel.get(offer.node.id, 0)

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """Nothing: the preference is for nodes."""
        return 0


def in_minor(mils: int) -> int:
    """*mils* in minor units, half up: 1,500 mils are 2, -1,500 are -1."""
    return (mils + MILS // 2) // MILS

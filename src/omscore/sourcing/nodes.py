"""What it costs to use a node: how much a host likes it, its work, its load, how it does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import field, frozen

from omscore.kernel.ids import NodeId
from omscore.kernel.quantities import no_or_some_units, some_units
from omscore.sourcing.costs import MILS, Offer
from omscore.sourcing.figures import by_node, whole
from omscore.sourcing.need import Need
from omscore.sourcing.units import MINOR, NODES, PERCENT, SECONDS


@frozen
class NodePriority:
    """*step* for each parcel and each step of the node's priority, of which the lowest is best."""

    step: int = field(validator=some_units, metadata=MINOR)
    name: str = field(default="priority", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """The steps of the node."""
        return MILS * self.step * offer.node.priority

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """Nothing: nodes are preferred, not units."""
        return 0


@frozen
class Split:
    """*parcel* for each parcel: what a customer minds who opens the door twice.

    The first parcel is counted, too.  Between plans as complete only the others make a difference.
    """

    parcel: int = field(validator=some_units, metadata=MINOR)
    name: str = field(default="split", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """The same for every parcel."""
        return MILS * self.parcel

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """Nothing: parcels are minded, not units."""
        return 0


@frozen
class Labor:
    """The time it takes, for a parcel, a line, a unit and a kilogram, at the wage of an *hour*.

    *hours* names nodes where an hour costs something else.
    """

    hour: int = field(validator=no_or_some_units, metadata=MINOR)
    parcel: int = field(default=0, validator=no_or_some_units, metadata=SECONDS)
    unit: int = field(default=0, validator=no_or_some_units, metadata=SECONDS)
    kg: int = field(default=0, validator=no_or_some_units, metadata=SECONDS)
    hours: Mapping[NodeId, int] = field(
        factory=dict, converter=by_node, validator=whole(1), hash=False, metadata={**MINOR, **NODES}
    )
    line: int = field(default=0, validator=no_or_some_units, metadata=SECONDS)
    name: str = field(default="labor", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """The time of a parcel."""
        return MILS * self._hour(offer) * self.parcel // 3_600

    def of_line(self, need: Need, offer: Offer, /) -> int:
        """The time of a line in a parcel, such as the way to its shelf."""
        return MILS * self._hour(offer) * self.line // 3_600

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """The time of a unit and of its weight."""
        milliseconds = 1_000 * self.unit + self.kg * need.weight_g
        return MILS * self._hour(offer) * milliseconds // 3_600_000

    def _hour(self, offer: Offer) -> int:
        return self.hours.get(offer.node.id, self.hour)


@frozen
class Balance:
    """What is put on full days: *unit* for each unit on a day that is full, less on others.

    It grows with the square of the load, so that the first units of a day cost next to nothing and
    what can go elsewhere does before the day is full.  Days without a limit cost nothing.
    """

    unit: int = field(validator=some_units, metadata=MINOR)
    name: str = field(default="balance", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """Nothing: units fill a day, not parcels."""
        return 0

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """By the square of what is taken of the day."""
        load = offer.load_percent or 0
        return MILS * self.unit * load * load // 10_000


@frozen
class Performance:
    """What it costs on average that a node fails: *failed* for each parcel that goes wrong.

    *percent* says how many of a hundred do so at a node: rejected, short, or late, as the host
    counts it.  A node that is not named does not fail.
    """

    failed: int = field(validator=some_units, metadata=MINOR)
    percent: Mapping[NodeId, int] = field(
        converter=by_node, validator=whole(1), hash=False, metadata={**PERCENT, **NODES}
    )
    name: str = field(default="performance", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """The share of a failure."""
        return MILS * self.failed * self.percent.get(offer.node.id, 0) // 100

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """Nothing: parcels go wrong."""
        return 0

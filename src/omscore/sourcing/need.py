"""What must reach whom by when."""

from __future__ import annotations

from datetime import date

from attrs import evolve, frozen

from omscore.kernel.ids import LineId, Method, Region, Sku


@frozen
class Alternative:
    """A sku that may be sent instead of what is needed, at *penalty* minor units for each unit."""

    sku: Sku
    penalty: int = 0
    weight_g: int = 0
    classes: tuple[str, ...] = ()


@frozen
class Need:
    """So many units of a sku for one line, to a region, by a method.

    *wanted* is the day that a customer asks for: earlier is no better.  *latest* is the last
    acceptable day of delivery; *weight_g* is that of one unit, in grams, and *price* what it sells
    for, in minor units of *currency*.  Needs of one *group* belong together, where a limit says so.
    Where not all can be covered, a unit of a need outweighs *priority* units of one whose priority
    is 1.  *classes* are those of the item, *channel* the one through which the order came.  What
    may not *split* comes in one parcel.  *substitutes* may be sent instead; between those that cost
    the same, the first goes first.

    A bundle is one need for each of its components, all of one *bundle*: *each* units of it make
    one, and only whole ones are sent.  What limits say of lines holds for all of it together.  What
    is not *stocked* is made when it is asked for: a node that sends it needs a lane and room, and
    no stock.
    """

    line: LineId
    sku: Sku
    quantity: int
    to: Region
    method: Method
    latest: date | None = None
    weight_g: int = 0
    group: str | None = None
    price: int = 0
    priority: int = 1
    wanted: date | None = None
    classes: tuple[str, ...] = ()
    channel: str | None = None
    split: bool = True
    substitutes: tuple[Alternative, ...] = ()
    penalty: int = 0
    bundle: LineId | None = None
    each: int = 1
    stocked: bool = True
    currency: str | None = None

    @property
    def whole(self) -> LineId:
        """The line that a customer asked for: that of the bundle, for a component."""
        return self.bundle or self.line

    def served_by(self, other: Alternative | None) -> Need:
        """The need as it is if a substitute serves it; *penalty* is what a unit costs more."""
        if other is None:
            return self
        return evolve(
            self,
            sku=other.sku,
            penalty=other.penalty,
            weight_g=other.weight_g,
            classes=other.classes,
            substitutes=(),
        )

"""What must reach whom by when."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from omscore.kernel.ids import LineId, Method, Region, Sku


@frozen
class Need:
    """So many units of a sku for one line, to a region, by a method.

    *latest* is the last acceptable day of delivery; *weight_g* is that of one unit, in grams, and
    *price* what it sells for, in minor units.  Needs of one *group* belong together, where a limit
    says so.  Where not all can be covered, a unit of a need outweighs *priority* units of one whose
    priority is 1.
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

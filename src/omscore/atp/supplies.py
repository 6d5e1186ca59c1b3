"""Supply that is due: a purchase order line or a transfer, from when it is expected until it ends.

Also the papers of a source, each of which is taken once.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, assert_never

import attrs
from attrs import frozen

from omscore.atp.lots import PLAIN, Lot
from omscore.atp.movements import DemandKind
from omscore.atp.position import position_id
from omscore.kernel.errors import Broken, ensure
from omscore.kernel.ids import DocumentId, NodeId, Sku
from omscore.kernel.keys import Kind
from omscore.kernel.reason import Noted
from omscore.kernel.recorded import Stamp

Origin = Literal["purchase", "transfer"]


def entry_id(document: DocumentId, node: NodeId, sku: Sku) -> str:
    """The id of what one document says of one sku at one node."""
    return f"{document}/{node}/{sku}"


@frozen
class SupplyExpected:
    """So many units of *lot* should come on *day*; at *late_at* they are late.

    That is the first word of a supply.  Where others were told before it, what came is taken from
    it, and a change stands.
    """

    document: DocumentId
    node: NodeId
    sku: Sku
    quantity: int
    day: date
    origin: Origin
    late_at: datetime
    lot: Lot = PLAIN
    stamp: Stamp | None = None

    @property
    def says(self) -> tuple[int, date, Origin, Lot]:
        """What an announcement is about: the same again is no news."""
        return self.quantity, self.day, self.origin, self.lot


@frozen
class SupplyUnannounced:
    """On *day* something was told of a supply that nobody has announced yet."""

    document: DocumentId
    node: NodeId
    sku: Sku
    day: date


@frozen
class SupplyChanged:
    """What is still to come is now *open* units, on *day*; at *late_at* they are late.

    *stamp* is when the source said so; what we found out ourselves has none.
    """

    open: int
    day: date
    why: Literal["changed", "late"]
    late_at: datetime
    stamp: Stamp | None = None


@frozen
class SupplyReceived:
    """So many units came, of *lot* if the delivery note says so; *stamp* is when that was."""

    quantity: int
    document: DocumentId
    stamp: Stamp | None = None
    lot: Lot | None = None


@frozen
class SupplyOutdated:
    """No news was told: the same again, or something older than the last word of the source."""

    why: Noted


SupplyEvent = SupplyExpected | SupplyUnannounced | SupplyChanged | SupplyReceived | SupplyOutdated


@frozen
class Supply:
    """What is still to come, by the last word of its source, and what came by which notes.

    *announced* is its first word, if that was told; *stamp* is when its source last changed it.
    """

    document: DocumentId
    node: NodeId
    sku: Sku
    day: date
    open: int = 0
    announced: SupplyExpected | None = None
    came: tuple[SupplyReceived, ...] = ()
    stamp: Stamp | None = None

    @property
    def lot(self) -> Lot:
        """The lot that was announced."""
        return PLAIN if self.announced is None else self.announced.lot

    @property
    def in_transit(self) -> int:
        """The units that left another node, and have not come."""
        transfer = self.announced is not None and self.announced.origin == "transfer"
        return self.open if transfer else 0

    @property
    def received(self) -> int:
        """All units that came."""
        return sum(one.quantity for one in self.came)

    def received_after(self, stamp: Stamp) -> int:
        """The units that came after *stamp*."""
        return sum(one.quantity for one in self.came if one.stamp and one.stamp.after(stamp))


def evolve(supply: Supply | None, /, *events: SupplyEvent) -> Supply:
    """The supply after *events*."""
    for event in events:
        if isinstance(event, SupplyExpected | SupplyUnannounced):
            known = supply or Supply(event.document, event.node, event.sku, event.day)
            supply = _announced(known, event) if isinstance(event, SupplyExpected) else known
            continue
        if supply is None:
            raise Broken("a supply begins by being expected")
        match event:
            case SupplyChanged(open_, day):
                said = event.stamp or supply.stamp
                supply = attrs.evolve(supply, open=open_, day=day, stamp=said)
            case SupplyOutdated():
                pass
            case SupplyReceived(quantity):
                left = max(0, supply.open - quantity)
                supply = attrs.evolve(supply, open=left, came=(*supply.came, event))
            case _:
                assert_never(event)
    if supply is None:
        raise Broken("a supply begins by being expected")
    return supply


def _announced(supply: Supply, first: SupplyExpected) -> Supply:
    """A change stands, and what came before its announcement is taken from it."""
    if supply.stamp is not None:
        return attrs.evolve(supply, announced=first)
    left = max(0, first.quantity - supply.received)
    return attrs.evolve(supply, open=left, day=first.day, announced=first)


def law(supply: Supply) -> None:
    """Nothing negative is due."""
    ensure(min(supply.open, supply.received) >= 0, "nothing negative is due")


def _listed(supply: Supply) -> str | None:
    """What is still to come is listed under the position that it comes to."""
    return position_id(supply.node, supply.sku) if supply.open else None


def _open(supply: Supply) -> int:
    return supply.open


SUPPLY = Kind(
    "supply",
    Supply,
    evolve,
    (SupplyExpected, SupplyUnannounced, SupplyChanged, SupplyReceived, SupplyOutdated),
    listed=_listed,
    law=law,
    margin=_open,
)


# --- foreign demand ---------------------------------------------------------------------------


@frozen
class DemandStated:
    """Others will take so many units on *day*, for what *kind* of demand.

    By which *document*, and of which *position*, was not kept from the start.
    """

    day: date
    quantity: int
    stamp: Stamp | None = None
    kind: DemandKind = "planned"
    document: str = ""
    position: str = ""


@frozen
class DemandOutdated:
    """Something older than the last word of the document was told; it changed nothing."""

    why: Noted


@frozen
class Demand:
    """What a *document* last said that others will take, and when, of which *position*."""

    day: date
    quantity: int
    stamp: Stamp | None = None
    kind: DemandKind = "planned"
    document: str = ""
    position: str = ""


def evolve_demand(demand: Demand | None, /, *events: DemandStated | DemandOutdated) -> Demand:
    """The demand as it was last stated."""
    for event in events:
        if isinstance(event, DemandStated):
            said = event.document, event.position
            demand = Demand(event.day, event.quantity, event.stamp, event.kind, *said)
    if demand is None:
        raise Broken("a demand begins by being stated")
    return demand


def wanted_on(position: str, day: date) -> str:
    """The list of what others will take of *position* on *day*."""
    return f"{position} {day}"


def _wanted(demand: Demand) -> str | None:
    told = demand.position and demand.quantity
    return wanted_on(demand.position, demand.day) if told else None


DEMAND = Kind("demand", Demand, evolve_demand, (DemandStated, DemandOutdated), listed=_wanted)


# --- papers -----------------------------------------------------------------------------------


@frozen
class PaperTaken:
    """A document of a source was applied."""

    document: DocumentId


@frozen
class PaperIgnored:
    """The same document came again; it changed nothing."""

    why: Noted


@frozen
class PaperOutdated:
    """A document came too late: what it says was overtaken, so it changed nothing."""

    document: DocumentId
    why: Noted


PaperEvent = PaperTaken | PaperIgnored | PaperOutdated


@frozen
class Paper:
    """A document of a source, and how often it came again."""

    document: DocumentId
    repeats: int = 0


def evolve_paper(paper: Paper | None, /, *events: PaperEvent) -> Paper:
    """The paper after *events*."""
    for event in events:
        match event:
            case PaperTaken(document) | PaperOutdated(document):
                paper = Paper(document)
            case PaperIgnored():
                if paper is None:
                    raise Broken("a paper begins by being taken")
                paper = attrs.evolve(paper, repeats=paper.repeats + 1)
            case _:
                assert_never(event)
    if paper is None:
        raise Broken("a paper begins by being taken")
    return paper


PAPER = Kind("paper", Paper, evolve_paper, (PaperTaken, PaperIgnored, PaperOutdated))

"""What a source of stock reports, and why not."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from attrs import Attribute, field, frozen

from omscore.atp.position import CONDITIONS, Condition
from omscore.atp.stocktakes import COUNTS, Counts
from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.moments import day, instant
from omscore.kernel.quantities import no_or_some_units, signed_units, some_units
from omscore.kernel.reason import Reason


def _condition(_: object, attribute: Attribute[Condition], value: Condition) -> None:
    if value not in CONDITIONS:
        raise Unreadable(f"one of {', '.join(CONDITIONS)}", f"$.{attribute.name}")


def _counts(report: CountStock, attribute: Attribute[Counts], value: Counts) -> None:
    if value not in COUNTS:
        raise Unreadable(f"one of {', '.join(COUNTS)}", f"$.{attribute.name}")
    if value != "physical" and report.condition != "sellable":
        raise Unreadable("physical, where units are not sellable", f"$.{attribute.name}")


def _as_of(value: datetime | None) -> datetime | None:
    return None if value is None else instant(value, "as_of")


def _a_day(_: object, attribute: Attribute[date], value: date) -> None:
    day(value, attribute.name)


@frozen(kw_only=True)
class StockReport:
    """What reports about stock have in common: where, what, and the paper that says so.

    The same paper for the same sku at the same node is taken once.
    """

    node: ids.NodeId = field(converter=ids.node_id)
    sku: ids.Sku = field(converter=ids.sku)
    document: ids.DocumentId = field(converter=ids.document_id)


@frozen(kw_only=True)
class ReceiveStock(StockReport):
    """Units came to hand."""

    quantity: int = field(validator=some_units)
    condition: Condition = field(default="sellable", validator=_condition)


@frozen(kw_only=True)
class AdjustStock(StockReport):
    """Units came or went for a reason that is no receipt: breakage, theft, a find."""

    quantity: int = field(validator=signed_units)
    condition: Condition = field(default="sellable", validator=_condition)


@frozen(kw_only=True)
class IssueStock(StockReport):
    """Units left that no order of ours asked for: sold in the shop, used up, given away."""

    quantity: int = field(validator=some_units)
    condition: Condition = field(default="sellable", validator=_condition)


@frozen(kw_only=True)
class CountStock(StockReport):
    """Somebody counted, as of an instant: if not given, that at which it occurred.

    It *counts* what is there, picked or not (`physical`); what is there and not picked for
    shipping (`on-shelf`); or what a vendor would sell beyond our promises (`available`).
    """

    counted: int = field(validator=no_or_some_units)
    condition: Condition = field(default="sellable", validator=_condition)
    as_of: datetime | None = field(default=None, converter=_as_of)
    counts: Counts = field(default="physical", validator=_counts)


@frozen(kw_only=True)
class RegradeStock(StockReport):
    """Units changed their condition."""

    quantity: int = field(validator=some_units)
    was: Condition = field(validator=_condition)
    condition: Condition = field(validator=_condition)


@frozen(kw_only=True)
class ExpectSupply(StockReport):
    """A purchase order line: units should come on *day*, the node's local day."""

    quantity: int = field(validator=some_units)
    day: date = field(validator=_a_day)


@frozen(kw_only=True)
class ChangeSupply(StockReport):
    """What is still to come is now *quantity* units on *day*; zero cancels it."""

    quantity: int = field(validator=no_or_some_units)
    day: date = field(validator=_a_day)


@frozen(kw_only=True)
class ReceiveSupply(StockReport):
    """Units of the expected supply *document* came, by the delivery note *receipt*."""

    quantity: int = field(validator=some_units)
    receipt: ids.DocumentId = field(converter=ids.document_id)


@frozen(kw_only=True)
class DispatchTransfer(StockReport):
    """Units left *node* for another, where they should come on *day*."""

    to: ids.NodeId = field(converter=ids.node_id)
    quantity: int = field(validator=some_units)
    day: date = field(validator=_a_day)


@frozen(kw_only=True)
class ExpectDemand(StockReport):
    """Others will take units on *day*; what the document said before is replaced."""

    quantity: int = field(validator=no_or_some_units)
    day: date = field(validator=_a_day)


@frozen
class LapseSupply:
    """A deadline: the day of a supply has passed, and what is open of it is late."""

    document: ids.DocumentId
    node: ids.NodeId
    sku: ids.Sku


# --- reasons ----------------------------------------------------------------------------------


@frozen
class NoSuchItem(Reason):
    """Nobody has told us of this sku, or it is none that is kept in stock."""

    code: ClassVar[str] = "stock.unknown-item"
    sku: ids.Sku

    def __str__(self) -> str:
        return f"there is no stock item {self.sku}"


@frozen
class NoSuchNode(Reason):
    """Nobody has told us of this node."""

    code: ClassVar[str] = "stock.unknown-node"
    node: ids.NodeId

    def __str__(self) -> str:
        return f"there is no node {self.node}"


@frozen
class NoSuchSupply(Reason):
    """No supply of this document is expected there."""

    code: ClassVar[str] = "stock.unknown-supply"
    document: ids.DocumentId

    def __str__(self) -> str:
        return f"no supply {self.document} is expected there"


@frozen
class SupplyExists(Reason):
    """A supply of this document is expected there already."""

    code: ClassVar[str] = "stock.supply-exists"
    document: ids.DocumentId

    def __str__(self) -> str:
        return f"supply {self.document} is expected there already"


@frozen
class SeenBefore(Reason):
    """The same paper was taken before."""

    code: ClassVar[str] = "stock.seen-before"
    document: ids.DocumentId

    def __str__(self) -> str:
        return f"document {self.document} was taken before"


@frozen
class Outdated(Reason):
    """A later word of the same thing was taken before: of the document that is named."""

    code: ClassVar[str] = "stock.outdated"
    document: ids.DocumentId

    def __str__(self) -> str:
        return f"document {self.document} is newer, and was taken before"


@frozen
class NotOnHand(Reason):
    """Fewer units are on hand than should leave."""

    code: ClassVar[str] = "stock.not-on-hand"
    asked: int
    on_hand: int

    def __str__(self) -> str:
        return f"{self.asked} units should leave, {self.on_hand} are on hand"

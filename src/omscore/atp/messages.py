"""What a source of stock reports, and why not."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal, get_args

from attrs import Attribute, field, frozen
from attrs.validators import optional

from omscore.atp.entries import demand_kind, percent, some_days
from omscore.atp.movements import DemandKind
from omscore.atp.position import CONDITIONS, Condition
from omscore.atp.stocktakes import COUNTS, Counts
from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.moments import instant, last_day, some_day
from omscore.kernel.quantities import no_or_some_units, signed_units, some_units
from omscore.kernel.reason import Reason
from omscore.kernel.truth import some_truth

DueKind = Literal["purchase", "production", "planned"]


def _condition(_: object, attribute: Attribute[Condition], value: Condition) -> None:
    if value not in CONDITIONS:
        raise Unreadable(f"one of {', '.join(CONDITIONS)}", f"$.{attribute.name}")


def known_counts(_: object, attribute: Attribute[Counts], value: Counts) -> None:
    """A validator: what a count may count."""
    if value not in COUNTS:
        raise Unreadable(f"one of {', '.join(COUNTS)}", f"$.{attribute.name}")


def _counts(report: CountStock, attribute: Attribute[Counts], value: Counts) -> None:
    known_counts(report, attribute, value)
    if value != "physical" and report.condition != "sellable":
        raise Unreadable("physical, where units are not sellable", f"$.{attribute.name}")


def as_of(value: datetime | None) -> datetime | None:
    """A converter: the instant of a count, or None."""
    return None if value is None else instant(value, "as_of")


def _useful_when_due(report: ExpectSupply | DispatchTransfer) -> None:
    if report.use_by is not None and report.use_by < report.day:
        raise Unreadable("not before the day on which it is due", "$.use_by")


def _to(value: str) -> ids.NodeId:
    return ids.node_id(value, "to")


def _receipt(value: str) -> ids.DocumentId:
    return ids.document_id(value, "receipt")


def _due_kind(_: object, attribute: Attribute[DueKind], value: DueKind) -> None:
    if value not in get_args(DueKind):
        raise Unreadable(f"one of {', '.join(get_args(DueKind))}", f"$.{attribute.name}")


@frozen(kw_only=True)
class StockReport:
    """What reports about stock have in common: where, what, and the paper that says so.

    The same paper for the same sku at the same node is taken once.
    """

    node: ids.NodeId = field(converter=ids.node_id)
    sku: ids.Sku = field(converter=ids.sku)
    document: ids.DocumentId = field(converter=ids.document_id)


@frozen(kw_only=True)
class LotReport(StockReport):
    """A report that may say of which *lot* units are, and until when they are useful (*use_by*)."""

    use_by: date | None = field(default=None, validator=optional(last_day))
    lot: str | None = field(default=None, converter=ids.optional_lot)


@frozen(kw_only=True)
class ReceiveStock(LotReport):
    """Units came to hand, perhaps of a lot."""

    quantity: int = field(validator=some_units)
    condition: Condition = field(default="sellable", validator=_condition)


@frozen(kw_only=True)
class AdjustStock(LotReport):
    """Units came or went for a reason that is no receipt: breakage, theft, a find.

    If nothing is said of the lot, those that expire first go.
    """

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
    as_of: datetime | None = field(default=None, converter=as_of)
    counts: Counts = field(default="physical", validator=_counts)


@frozen(kw_only=True)
class RegradeStock(StockReport):
    """Units changed their condition."""

    quantity: int = field(validator=some_units)
    was: Condition = field(validator=_condition)
    condition: Condition = field(validator=_condition)

    def __attrs_post_init__(self) -> None:
        if self.condition == self.was:
            raise Unreadable("another condition than before", "$.condition")


@frozen(kw_only=True)
class ExpectSupply(LotReport):
    """A purchase order line: units should come on *day*, the node's local day.

    Or it is produced, or planned; what is not *firm* counts as planned.  *reliability* is the
    percentage of such receipts that came as they were announced.
    """

    quantity: int = field(validator=some_units)
    day: date = field(validator=some_day)
    kind: DueKind = field(default="purchase", validator=_due_kind)
    firm: bool = field(default=True, validator=some_truth)
    reliability: int = field(default=100, validator=percent)

    def __attrs_post_init__(self) -> None:
        _useful_when_due(self)


@frozen(kw_only=True)
class ChangeSupply(StockReport):
    """What is still to come is now *quantity* units on *day*; zero cancels it."""

    quantity: int = field(validator=no_or_some_units)
    day: date = field(validator=some_day)


@frozen(kw_only=True)
class ReceiveSupply(LotReport):
    """Units of the supply *document* came, by the delivery note *receipt*, announced or not.

    What is said of their lot replaces what was expected.
    """

    quantity: int = field(validator=some_units)
    receipt: ids.DocumentId = field(converter=_receipt)


@frozen(kw_only=True)
class DispatchTransfer(LotReport):
    """Units left *node* for another, where they should come on *day*.

    If nothing is said of the lot, those that expire first leave; where they are of several lots,
    all are taken to end with the first.
    """

    to: ids.NodeId = field(converter=_to)
    quantity: int = field(validator=some_units)
    day: date = field(validator=some_day)

    def __attrs_post_init__(self) -> None:
        if self.to == self.node:
            raise Unreadable("another node than it leaves", "$.to")
        _useful_when_due(self)


@frozen(kw_only=True)
class ExpectDemand(StockReport):
    """Others will take units on *day*; what the document said before is replaced.

    *kind* is for the type matrix: a forecast is planned, an order of another system is committed.
    """

    quantity: int = field(validator=no_or_some_units)
    day: date = field(validator=some_day)
    kind: DemandKind = field(default="planned", validator=demand_kind)


@frozen(kw_only=True)
class UntrackStock(StockReport):
    """Units are not counted: from *since* on (today, if not given) there is as much as is asked.

    Whoever asks gets it *lead_days* later: made to order, or of a vendor without a stock feed.
    """

    since: date | None = field(default=None, validator=optional(some_day))
    lead_days: int = field(default=0, validator=some_days)


@frozen(kw_only=True)
class TrackStock(StockReport):
    """Units are counted again; what was promised beyond them is short."""


@frozen
class LapseStock:
    """A deadline: the last useful day of units at a node has passed."""

    node: ids.NodeId
    sku: ids.Sku


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
    """Another supply of this document is expected there already."""

    code: ClassVar[str] = "stock.supply-exists"
    document: ids.DocumentId

    def __str__(self) -> str:
        return f"another supply {self.document} is expected there already"


@frozen
class TooFarAhead(Reason):
    """Nothing is due so late: *field* says when."""

    code: ClassVar[str] = "stock.too-far-ahead"
    field: str
    day: date
    most_days: int

    def __str__(self) -> str:
        return f"{self.field} {self.day} is more than {self.most_days} days ahead"


@frozen
class TooLongAgo(Reason):
    """Nothing is still due after so long: *field* says when it was."""

    code: ClassVar[str] = "stock.too-long-ago"
    field: str
    day: date
    most_days: int

    def __str__(self) -> str:
        return f"{self.field} {self.day} is more than {self.most_days} days ago"


@frozen
class NotOfLot(Reason):
    """Fewer units of the lot are on hand than should leave."""

    code: ClassVar[str] = "stock.not-of-lot"
    asked: int
    on_hand: int

    def __str__(self) -> str:
        return f"{self.asked} units of the lot should leave, {self.on_hand} are on hand"


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
class Overtaken(Reason):
    """The same source has said something later, as of the instant that is named."""

    code: ClassVar[str] = "stock.overtaken"
    by: str

    def __str__(self) -> str:
        return f"something later, of {self.by}, was taken before"


@frozen
class NotOnHand(Reason):
    """Fewer units are on hand than should leave."""

    code: ClassVar[str] = "stock.not-on-hand"
    asked: int
    on_hand: int

    def __str__(self) -> str:
        return f"{self.asked} units should leave, {self.on_hand} are on hand"

"""What a node reports of a fulfillment order, what can have happened to it, and why not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from attrs import field, frozen
from attrs.validators import optional

from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.moments import last_day
from omscore.kernel.quantities import some_units
from omscore.kernel.reason import Noted, Reason
from omscore.kernel.several import several_of

# --- reports and commands ---------------------------------------------------------------------


@frozen
class Report:
    """What reports of a node have in common: the fulfillment order, and the move it makes."""

    move: ClassVar[str]

    fulfillment: ids.FulfillmentId = field(converter=ids.fulfillment_id)


@frozen
class AcceptFulfillment(Report):
    """The node will do the work."""

    move: ClassVar[str] = "accept"


@frozen
class RejectFulfillment(Report):
    """The node will not do the work, for a *reason* in its own words."""

    move: ClassVar[str] = "reject"

    reason: str = field(default="unspecified", converter=ids.reason, kw_only=True)


@frozen
class Missing:
    """Units of an order line that could not be found."""

    line: ids.LineId = field(converter=ids.line_id)
    quantity: int = field(validator=some_units)


def _missing(value: Iterable[Missing]) -> tuple[Missing, ...]:
    return several_of(Missing, value, "missing")


@frozen
class PickFulfillment(Report):
    """The node took the goods from the shelf, all but those that are *missing*."""

    move: ClassVar[str] = "pick"

    missing: tuple[Missing, ...] = field(default=(), converter=_missing, kw_only=True)


@frozen
class PackFulfillment(Report):
    """The parcel is ready."""

    move: ClassVar[str] = "pack"


@frozen
class OfLot:
    """Units of an order line that are of a *lot*, or useful until *use_by*, or both."""

    line: ids.LineId = field(converter=ids.line_id)
    quantity: int = field(validator=some_units)
    use_by: date | None = field(default=None, validator=optional(last_day), kw_only=True)
    lot: str | None = field(default=None, converter=ids.optional_lot, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.lot is None and self.use_by is None:
            raise Unreadable("the name of a lot, unless use_by says which", "$.lot")


def _of_lots(value: Iterable[OfLot]) -> tuple[OfLot, ...]:
    return several_of(OfLot, value, "lots")


@frozen
class ShipFulfillment(Report):
    """The parcel left the node, with units of these *lots*; others left as they expire."""

    move: ClassVar[str] = "ship"

    tracking: str | None = field(default=None, converter=ids.optional_tracking, kw_only=True)
    lots: tuple[OfLot, ...] = field(default=(), converter=_of_lots, kw_only=True)


@frozen
class ArriveFulfillment(Report):
    """The parcel is at the store or the locker where the customer collects it."""

    move: ClassVar[str] = "arrive"


@frozen
class DeliverFulfillment(Report):
    """The parcel reached the customer, who may have collected it."""

    move: ClassVar[str] = "deliver"


@frozen
class ReturnToSender(Report):
    """The carrier could not deliver, and brings the parcel back."""

    move: ClassVar[str] = "return_to_sender"


@frozen
class LoseFulfillment(Report):
    """The carrier lost the parcel."""

    move: ClassVar[str] = "lose"


@frozen
class PutBackFulfillment(Report):
    """The node put recalled goods back on the shelf."""

    move: ClassVar[str] = "put_back"


@frozen
class RecallFulfillment:
    """Ask the node to stop and to put back what it has picked."""

    fulfillment: ids.FulfillmentId = field(converter=ids.fulfillment_id)


# --- events -----------------------------------------------------------------------------------


@frozen
class Task:
    """Units of an order line, and the reservation that they come from; None if they are made."""

    line: ids.LineId
    sku: ids.Sku
    reservation: ids.ReservationId | None
    quantity: int


@frozen
class FulfillmentReleased:
    """A node was given this work; with a *via*, the parcel goes to that node first."""

    fulfillment: ids.FulfillmentId
    order: ids.OrderId
    node: ids.NodeId
    to: ids.Region
    method: ids.Method
    ship_day: date
    tasks: tuple[Task, ...]
    stage: str
    via: ids.NodeId | None = None


@frozen
class FulfillmentMoved:
    """The work went on, or ended; what left was of these *lots*, as far as the books know."""

    move: str
    from_: str
    to: str
    why: str | None = None
    tracking: str | None = None
    lots: tuple[OfLot, ...] = ()


@frozen
class TasksLowered:
    """Units left the work: they were *short*, or the order *withdrew* them."""

    cause: str
    tasks: tuple[Task, ...]


@frozen
class ReportIgnored:
    """A report came too late, or again; it changed nothing."""

    move: str
    why: Noted


FulfillmentEvent = FulfillmentReleased | FulfillmentMoved | TasksLowered | ReportIgnored

# --- reasons ----------------------------------------------------------------------------------


@frozen
class NoSuchFulfillment(Reason):
    """The report names a fulfillment order that was never released."""

    code: ClassVar[str] = "fulfillment.unknown"
    fulfillment: ids.FulfillmentId

    def __str__(self) -> str:
        return f"there is no fulfillment order {self.fulfillment}"


@frozen
class NotNow(Reason):
    """The move cannot be made at this stage."""

    code: ClassVar[str] = "fulfillment.not-now"
    move: str
    stage: str

    def __str__(self) -> str:
        return f"cannot {self.move} what is {self.stage}"


@frozen
class MoreMissingThanAsked(Reason):
    """The node misses more units of a line than it was asked for."""

    code: ClassVar[str] = "fulfillment.more-missing-than-asked"
    line: ids.LineId
    missing: int
    asked: int

    def __str__(self) -> str:
        return f"{self.missing} units of line {self.line} missing, of {self.asked} asked"


@frozen
class MoreOfLotsThanAsked(Reason):
    """The node names lots of more units of a line than it was asked for."""

    code: ClassVar[str] = "fulfillment.more-of-lots-than-asked"
    line: ids.LineId
    named: int
    asked: int

    def __str__(self) -> str:
        return f"lots of {self.named} units of line {self.line} named, of {self.asked} asked"

"""What may be asked of an order, what can have happened to it, and why it says no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import ClassVar

from attrs import field, frozen

from omscore.catalog.explosion import Part
from omscore.catalog.line import Line, acceptable_lines, several_lines
from omscore.kernel import ids
from omscore.kernel.quantities import some_units
from omscore.kernel.reason import Noted, Reason
from omscore.kernel.several import several
from omscore.kernel.truth import some_truth
from omscore.network.facts import STANDARD
from omscore.network.plan import Decision

# --- commands ---------------------------------------------------------------------------------


def _words(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(ids.checked(one, "moves") for one in several(value, "moves"))


@frozen
class PlaceOrder:
    """Take these lines on, source them and reserve the stock.

    What cannot be promised is backordered, unless *complete* asks for all or nothing.
    *customer* is a reference into the host's own books; it is never shown.  *channel* is who sells.
    """

    order: ids.OrderId = field(converter=ids.order_id)
    lines: tuple[Line, ...] = field(converter=several_lines, validator=acceptable_lines)
    ship_to: ids.Region = field(converter=ids.ship_to)
    method: ids.Method = field(default=STANDARD, converter=ids.method, kw_only=True)
    customer: str | None = field(
        default=None, converter=ids.optional_customer, repr=False, kw_only=True
    )
    complete: bool = field(default=False, validator=some_truth, kw_only=True)
    channel: str | None = field(default=None, converter=ids.optional_channel, kw_only=True)


def _nodes(value: Iterable[str]) -> tuple[ids.NodeId, ...]:
    return tuple(ids.node_id(one, "avoid") for one in several(value, "avoid"))


@frozen
class SourceOrder:
    """Find nodes for the units that have none, at none of *avoid* and at none that cools down."""

    order: ids.OrderId = field(converter=ids.order_id)
    avoid: tuple[ids.NodeId, ...] = field(default=(), converter=_nodes, kw_only=True)


@frozen
class RepromiseOrder:
    """Plan again what no node works on yet: supply, calendars or lanes have changed."""

    order: ids.OrderId = field(converter=ids.order_id)


@frozen
class ReleaseOrder:
    """Give to the nodes whatever is allocated, due and not held; nothing may be."""

    order: ids.OrderId = field(converter=ids.order_id)


@frozen
class HoldOrder:
    """Stop these *moves* of all units, for a *reason*, until the hold is lifted."""

    order: ids.OrderId = field(converter=ids.order_id)
    hold: ids.HoldId = field(converter=ids.hold_id, kw_only=True)
    reason: str = field(converter=ids.reason, kw_only=True)
    moves: tuple[str, ...] = field(default=("release",), converter=_words, kw_only=True)


@frozen
class LiftHold:
    """End a hold."""

    order: ids.OrderId = field(converter=ids.order_id)
    hold: ids.HoldId = field(converter=ids.hold_id, kw_only=True)


@frozen
class CancelUnits:
    """Give up on this many units of a line; those that are least far go first."""

    order: ids.OrderId = field(converter=ids.order_id)
    line: ids.LineId = field(converter=ids.line_id, kw_only=True)
    quantity: int = field(validator=some_units, kw_only=True)


@frozen
class CancelOrder:
    """Give up on every unit that can still be canceled."""

    order: ids.OrderId = field(converter=ids.order_id)


@frozen
class MoveUnits:
    """Make a move that the host has added to the flow, with this many units of a line."""

    order: ids.OrderId = field(converter=ids.order_id)
    line: ids.LineId = field(converter=ids.line_id, kw_only=True)
    quantity: int = field(validator=some_units, kw_only=True)
    move: str = field(converter=ids.move, kw_only=True)


# --- events -----------------------------------------------------------------------------------


@frozen(cache_hash=True)
class Group:
    """What the units of one group share.

    Until it is allocated a unit has no *node*; from allocated until shipped it names its
    *reservation*; from released on its *fulfillment* order.  *promised* is the day of delivery.
    Units that go by way of another node name it as *via*; those that are *made* when they are asked
    for hold no reservation; those that are sent *instead* of what was asked are of that sku.
    """

    stage: str
    to: ids.Region
    method: ids.Method
    node: ids.NodeId | None = None
    reservation: ids.ReservationId | None = None
    fulfillment: ids.FulfillmentId | None = None
    ship_day: date | None = None
    promised: date | None = None
    via: ids.NodeId | None = None
    made: bool = False
    instead: ids.Sku | None = None


@frozen
class Moved:
    """Units of a line that left one group for another."""

    line: ids.LineId
    quantity: int
    from_: Group
    to: Group


@frozen
class OrderPlaced:
    """A customer asked for these lines; all units start at *stage*.

    In the place of each of the *bundles* that were asked for there are lines for its *parts*.
    """

    order: ids.OrderId
    lines: tuple[Line, ...]
    ship_to: ids.Region
    method: ids.Method
    stage: str
    placed_at: datetime
    customer: str | None = field(default=None, repr=False)
    parts: Mapping[ids.LineId, Part] = field(factory=dict)
    bundles: tuple[Line, ...] = ()
    channel: str | None = None


@frozen
class UnitsMoved:
    """Units made one *move*; the event tells all, so that no flow is read again."""

    move: str
    moved: tuple[Moved, ...]
    why: Noted | None = None


@frozen
class PlanChosen:
    """How the units were sourced, with the versions of the facts that the plan rests on."""

    decision: Decision
    network: int
    items: Mapping[ids.Sku, int]


@frozen
class HoldPlaced:
    """These moves are stopped."""

    hold: ids.HoldId
    reason: str
    moves: tuple[str, ...]


@frozen
class HoldLifted:
    """The moves that the hold stopped are free again."""

    hold: ids.HoldId


@frozen
class ReturnCounted:
    """So many more units of a line are on a return; fewer, if the number is negative."""

    return_: ids.ReturnId
    line: ids.LineId
    quantity: int


OrderEvent = OrderPlaced | UnitsMoved | PlanChosen | HoldPlaced | HoldLifted | ReturnCounted

# --- reasons ----------------------------------------------------------------------------------


@frozen
class AlreadyPlaced(Reason):
    """The same order cannot be placed twice."""

    code: ClassVar[str] = "order.already-placed"
    order: ids.OrderId

    def __str__(self) -> str:
        return f"order {self.order} is already placed"


@frozen
class NoSuchOrder(Reason):
    """The command names an order that was never placed."""

    code: ClassVar[str] = "order.unknown"
    order: ids.OrderId

    def __str__(self) -> str:
        return f"there is no order {self.order}"


@frozen
class NoSuchLine(Reason):
    """The command names a line that the order does not have."""

    code: ClassVar[str] = "order.no-such-line"
    line: ids.LineId

    def __str__(self) -> str:
        return f"there is no line {self.line}"


@frozen
class TooFewUnits(Reason):
    """Fewer units than asked for are at a stage from which the move can be made."""

    code: ClassVar[str] = "order.too-few-units"
    move: str
    asked: int
    ready: int

    def __str__(self) -> str:
        return f"cannot {self.move} {self.asked} units: {self.ready} can still be"


@frozen
class OnHold(Reason):
    """A hold stops the move."""

    code: ClassVar[str] = "order.on-hold"
    move: str
    hold: ids.HoldId
    reason: str

    def __str__(self) -> str:
        return f"hold {self.hold} ({self.reason}) stops the move {self.move}"


@frozen
class HoldExists(Reason):
    """A hold of this id is in force."""

    code: ClassVar[str] = "order.hold-exists"
    hold: ids.HoldId

    def __str__(self) -> str:
        return f"there is a hold {self.hold} already"


@frozen
class NoSuchHold(Reason):
    """No hold of this id is in force."""

    code: ClassVar[str] = "order.no-such-hold"
    hold: ids.HoldId

    def __str__(self) -> str:
        return f"there is no hold {self.hold}"


@frozen
class NoSuchMove(Reason):
    """The flow has no such move, so no hold can stop it and no unit can make it."""

    code: ClassVar[str] = "order.no-such-move"
    move: str

    def __str__(self) -> str:
        return f"the flow has no move {self.move}"


@frozen
class NotYoursToMake(Reason):
    """The library makes this move itself, with all that belongs to it."""

    code: ClassVar[str] = "order.not-yours-to-make"
    move: str

    def __str__(self) -> str:
        return f"the move {self.move} has a command of its own"


@frozen
class NothingReserved(Reason):
    """Units cannot wait for stock that nobody has reserved for them."""

    code: ClassVar[str] = "order.nothing-reserved"
    stage: str

    def __str__(self) -> str:
        return f"without a reservation no unit can be {self.stage}"


@frozen
class TooManyReturned(Reason):
    """More units would come back than were shipped and are not on a return."""

    code: ClassVar[str] = "order.too-many-returned"
    line: ids.LineId
    asked: int
    left: int

    def __str__(self) -> str:
        return f"cannot return {self.asked} units of line {self.line}: {self.left} can be"

"""What may be asked and reported of a return, what can have happened to it, and why not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from attrs import Attribute, field, frozen
from attrs.validators import optional

from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.moments import last_day
from omscore.kernel.quantities import no_or_some_units, some_units
from omscore.kernel.reason import Noted, Reason
from omscore.kernel.several import several_of

# --- commands and reports ---------------------------------------------------------------------


@frozen
class Returning:
    """Units of an order line that come back."""

    line: ids.LineId = field(converter=ids.line_id)
    quantity: int = field(validator=some_units)


def _lines(value: Iterable[Returning]) -> tuple[Returning, ...]:
    return several_of(Returning, value, "lines")


def _each_once(
    _: object, attribute: Attribute[tuple[Returning, ...]], value: tuple[Returning, ...]
) -> None:
    if not value or len({one.line for one in value}) < len(value):
        raise Unreadable("at least one line, each of them once", f"$.{attribute.name}")


@frozen
class AnnounceReturn:
    """The customer will send units back, for a *reason*."""

    return_: ids.ReturnId = field(converter=ids.return_id)
    order: ids.OrderId = field(converter=ids.order_id, kw_only=True)
    lines: tuple[Returning, ...] = field(converter=_lines, validator=_each_once, kw_only=True)
    reason: str = field(default="unspecified", converter=ids.reason, kw_only=True)


@frozen
class ReceiveReturn:
    """Units came back to *node*; a return that nobody announced announces itself."""

    return_: ids.ReturnId = field(converter=ids.return_id)
    order: ids.OrderId = field(converter=ids.order_id, kw_only=True)
    node: ids.NodeId = field(converter=ids.node_id, kw_only=True)
    lines: tuple[Returning, ...] = field(converter=_lines, validator=_each_once, kw_only=True)


@frozen
class Grade:
    """How many units of a line can be sold again, and how many are damaged.

    They are of *lot*, or useful until *use_by*; if nothing is said, of what was shipped.
    """

    line: ids.LineId = field(converter=ids.line_id)
    sellable: int = field(default=0, validator=no_or_some_units, kw_only=True)
    damaged: int = field(default=0, validator=no_or_some_units, kw_only=True)
    use_by: date | None = field(default=None, validator=optional(last_day), kw_only=True)
    lot: str | None = field(default=None, converter=ids.optional_lot, kw_only=True)


def _grades(value: Iterable[Grade]) -> tuple[Grade, ...]:
    return several_of(Grade, value, "grades")


@frozen
class GradeReturn:
    """Somebody looked at what came back; every received unit gets a grade."""

    return_: ids.ReturnId = field(converter=ids.return_id)
    grades: tuple[Grade, ...] = field(converter=_grades, kw_only=True)


@frozen
class AcceptReturn:
    """The customer is owed for what came back."""

    return_: ids.ReturnId = field(converter=ids.return_id)


@frozen
class RefuseReturn:
    """The goods go back to the customer, for a *reason*."""

    return_: ids.ReturnId = field(converter=ids.return_id)
    reason: str = field(default="unspecified", converter=ids.reason, kw_only=True)


@frozen
class RestockReturn:
    """Put accepted goods where their grades say; what is past its last useful day is damaged."""

    return_: ids.ReturnId = field(converter=ids.return_id)


@frozen
class CancelReturn:
    """What was announced will not come."""

    return_: ids.ReturnId = field(converter=ids.return_id)


# --- events -----------------------------------------------------------------------------------


@frozen
class Counted:
    """Units of an order line, and their sku."""

    line: ids.LineId
    sku: ids.Sku
    quantity: int


@frozen
class ReturnAnnounced:
    """Units of an order will come back."""

    return_: ids.ReturnId
    order: ids.OrderId
    lines: tuple[Counted, ...]
    reason: str
    stage: str


@frozen
class ReturnReceived:
    """Units came back to a node; what of the announced did not is given up."""

    node: ids.NodeId
    lines: tuple[Counted, ...]
    from_: str
    to: str


@frozen
class ReturnGraded:
    """The units that came back were looked at."""

    grades: tuple[Grade, ...]
    from_: str
    to: str


@frozen
class ReturnMoved:
    """The return was accepted, refused, restocked or canceled."""

    move: str
    from_: str
    to: str
    why: str | None = None


@frozen
class ReturnReportIgnored:
    """A report came too late, or again; it changed nothing."""

    move: str
    why: Noted


ReturnEvent = ReturnAnnounced | ReturnReceived | ReturnGraded | ReturnMoved | ReturnReportIgnored

# --- reasons ----------------------------------------------------------------------------------


@frozen
class ReturnExists(Reason):
    """A return of this id is announced already."""

    code: ClassVar[str] = "return.exists"
    return_: ids.ReturnId

    def __str__(self) -> str:
        return f"there is a return {self.return_} already"


@frozen
class NoSuchReturn(Reason):
    """The command names a return that nobody announced."""

    code: ClassVar[str] = "return.unknown"
    return_: ids.ReturnId

    def __str__(self) -> str:
        return f"there is no return {self.return_}"


@frozen
class ReturnNotNow(Reason):
    """The move cannot be made at this stage."""

    code: ClassVar[str] = "return.not-now"
    move: str
    stage: str

    def __str__(self) -> str:
        return f"cannot {self.move} a return that is {self.stage}"


@frozen
class OtherOrder(Reason):
    """The return belongs to another order than the report says."""

    code: ClassVar[str] = "return.other-order"
    order: ids.OrderId

    def __str__(self) -> str:
        return f"this return does not belong to order {self.order}"


@frozen
class GradesDiffer(Reason):
    """The grades of a line do not add up to what was received of it."""

    code: ClassVar[str] = "return.grades-differ"
    line: ids.LineId
    graded: int
    received: int

    def __str__(self) -> str:
        return f"{self.graded} units of line {self.line} graded, {self.received} received"

"""What a customer asks for: a line of an order, or of a quote."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from attrs import Attribute, field, frozen
from attrs.validators import optional

from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.moments import some_day
from omscore.kernel.money import Money
from omscore.kernel.quantities import no_or_some_units, some_units
from omscore.kernel.several import several, several_of
from omscore.kernel.truth import some_truth

MOST_LINES = 1_000
MOST_PRIORITY = 1_000


def _id(value: str) -> ids.LineId:
    return ids.line_id(value, "id")


def _price(_: object, __: object, value: Money) -> None:
    if not isinstance(value, Money) or value.minor < 0:
        raise Unreadable("an amount of money, not negative", "$.price")


@frozen
class Substitute:
    """A sku that may be sent instead, at a *penalty* in minor units of the host's cost currency.

    The penalty is a price put on a disappointment, for each unit: what a plan may cost more before
    a substitute is sent.  Where nothing else is there, it is sent at any penalty.
    """

    sku: ids.Sku = field(converter=ids.sku)
    penalty: int = field(default=0, validator=no_or_some_units)


def _substitutes(value: Iterable[Substitute]) -> tuple[Substitute, ...]:
    return several_of(Substitute, value, "substitutes")


def _rank(_: object, attribute: Attribute[int], value: object) -> None:
    if type(value) is not int or not 1 <= value <= MOST_PRIORITY:
        raise Unreadable(f"a whole number from 1 to {MOST_PRIORITY}", f"$.{attribute.name}")


@frozen
class Line:
    """So many units of a sku at a *price* each.

    *ship_to* and *method* override those of the order; *wanted* is the day that the customer asks
    for, *latest* the last acceptable one.  Units that may not *split* come in one parcel; lines of
    one *group* do so where a limit of the policy says so.  *substitutes* may be sent instead, those
    named first rather, where they cost the same.  Where not all lines can be sent, a unit of this
    one outweighs *priority* units of one whose priority is 1.  The id is unique within the order.
    """

    id: ids.LineId = field(converter=_id)
    sku: ids.Sku = field(converter=ids.sku)
    quantity: int = field(validator=some_units)
    price: Money = field(validator=_price)
    ship_to: ids.Region | None = field(default=None, converter=ids.optional_ship_to, kw_only=True)
    method: ids.Method | None = field(default=None, converter=ids.optional_method, kw_only=True)
    latest: date | None = field(default=None, validator=optional(some_day), kw_only=True)
    wanted: date | None = field(default=None, validator=optional(some_day), kw_only=True)
    split: bool = field(default=True, validator=some_truth, kw_only=True)
    group: str | None = field(default=None, converter=ids.optional_group, kw_only=True)
    substitutes: tuple[Substitute, ...] = field(default=(), converter=_substitutes, kw_only=True)
    priority: int = field(default=1, validator=_rank, kw_only=True)

    def __attrs_post_init__(self) -> None:
        skus = [self.sku, *(one.sku for one in self.substitutes)]
        if len(set(skus)) < len(skus):
            raise Unreadable(
                "skus that differ from the line's and from each other", "$.substitutes"
            )


def several_lines(value: Iterable[Line]) -> tuple[Line, ...]:
    """A converter: lines in the order given."""
    return several(value, "lines")


def acceptable_lines(
    _: object, attribute: Attribute[tuple[Line, ...]], value: tuple[Line, ...]
) -> None:
    """A validator: 1 to 1,000 lines, of different ids, in one currency."""
    check_lines(value, f"$.{attribute.name}")


def check_lines(value: tuple[Line, ...], at: str = "$.lines") -> None:
    """`Unreadable` unless they are 1 to 1,000 lines, of different ids, in one currency."""
    if not 1 <= len(value) <= MOST_LINES:
        raise Unreadable(f"1 to {MOST_LINES} lines", at)
    seen = set[str]()
    for place, line in enumerate(value):
        if not isinstance(line, Line):
            raise Unreadable("a line", f"{at}[{place}]")
        if line.id in seen:
            raise Unreadable("an id that no other line has", f"{at}[{place}].id")
        if line.price.currency != value[0].price.currency:
            raise Unreadable("the currency of the first line", f"{at}[{place}].price.currency")
        seen.add(line.id)

"""Which sale a credit note undoes: the file does not say, so it is matched.

A credited unit belongs to the latest earlier sale of the same sku to the same customer that is not
credited in full; what finds no such sale stays unmatched, for a reason.  This follows from the
history alone, whatever became of the orders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import ClassVar

from attrs import define, field, frozen

from omscore.kernel.ids import DocumentId, LineId, OrderId, Sku
from omscore.kernel.reason import Reason
from omscore.replay.history import CreditLine, Historic, HistoricCredit, HistoricOrder


@frozen
class NoCustomer(Reason):
    """The credit note names no customer."""

    code: ClassVar[str] = "credit.no-customer"

    def __str__(self) -> str:
        return "the credit note names no customer"


@frozen
class NoEarlierOrder(Reason):
    """The customer has ordered nothing before, in the period of the scenario."""

    code: ClassVar[str] = "credit.no-earlier-order"

    def __str__(self) -> str:
        return "the customer has no earlier order in the period"


@frozen
class NeverSold(Reason):
    """The customer has ordered before, but not this sku."""

    code: ClassVar[str] = "credit.never-sold"
    sku: Sku

    def __str__(self) -> str:
        return f"the customer has not ordered {self.sku} before, in the period"


@frozen
class MoreThanSold(Reason):
    """More units are credited than were sold and are not credited yet."""

    code: ClassVar[str] = "credit.more-than-sold"
    sku: Sku
    sold: int

    def __str__(self) -> str:
        return f"the customer has bought {self.sold} units of {self.sku} in the period, no more"


@frozen
class Match:
    """Units of an order line that a credit note undoes."""

    order: OrderId
    line: LineId
    quantity: int


@frozen
class Unmatched:
    """Units of a line of a credit note that undo no sale that is known."""

    credit: DocumentId
    line: LineId
    quantity: int
    reason: Reason


@frozen
class Matching:
    """What every credit note undoes; together the two cover every credited unit."""

    matches: Mapping[DocumentId, tuple[Match, ...]]
    unmatched: tuple[Unmatched, ...]


@define
class _Sale:
    """A sold line, and how many of its units are not credited."""

    order: OrderId
    line: LineId
    sold: int
    left: int


_Sales = dict[str, dict[Sku, list[_Sale]]]


@define
class _Books:
    """What each customer has bought so far."""

    sales: _Sales = field(factory=lambda: defaultdict(lambda: defaultdict(list)))

    def enter(self, order: HistoricOrder) -> None:
        if order.customer is not None:
            bought = self.sales[order.customer]
            for line in order.lines:
                bought[line.sku].append(
                    _Sale(order.order_id, line.id, line.quantity, line.quantity)
                )

    def undo(
        self, credit: HistoricCredit, line: CreditLine, taken: dict[tuple[OrderId, LineId], int]
    ) -> Unmatched | None:
        """Take the units of *line* from the latest sales; what is left over is unmatched."""
        if (reason := self._unknown(credit.customer, line.sku)) is not None:
            return Unmatched(credit.credit_id, line.id, line.quantity, reason)
        sales, left = self.sales[credit.customer or ""][line.sku], line.quantity
        for sale in reversed(sales):
            if units := min(left, sale.left):
                sale.left -= units
                left -= units
                at = sale.order, sale.line
                taken[at] = taken.get(at, 0) + units
        if not left:
            return None
        sold = sum(sale.sold for sale in sales)
        return Unmatched(credit.credit_id, line.id, left, MoreThanSold(line.sku, sold))

    def _unknown(self, customer: str | None, sku: Sku) -> Reason | None:
        if customer is None:
            return NoCustomer()
        if customer not in self.sales:
            return NoEarlierOrder()
        return None if sku in self.sales[customer] else NeverSold(sku)


def match_credits(events: Iterable[Historic]) -> Matching:
    """What the credit notes among *events*, which come by time, undo."""
    books, unmatched = _Books(), list[Unmatched]()
    matches = dict[DocumentId, tuple[Match, ...]]()
    for event in events:
        if isinstance(event, HistoricOrder):
            books.enter(event)
        elif isinstance(event, HistoricCredit):
            taken = dict[tuple[OrderId, LineId], int]()
            lost = [books.undo(event, line, taken) for line in event.lines]
            unmatched += [one for one in lost if one is not None]
            matches[event.credit_id] = tuple(Match(*at, units) for at, units in taken.items())
    return Matching(matches, tuple(unmatched))

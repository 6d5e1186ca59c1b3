"""An order history: what was asked, credited and adjusted, in the order in which it happened.

Every row of the file comes to exactly one of: a line of an order, a line of a credit note, a stock
adjustment, an odd row, a fault (see `Tally`).

* Rows of one invoice number belong together, wherever they stand; a line's id is the row's ordinal
  among the rows of its invoice, since invoices repeat skus.
* An invoice beginning with `C` is a credit note: its quantities are negative.
* Elsewhere a negative quantity at no price is a stock adjustment (a write-off), and so is every row
  of an invoice that has neither a price nor a customer on any row (stock that was found).
* An odd code is not a stock item: it is counted by its treatment and becomes no line.
* A bad row is left out and listed, and the rest of its invoice stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from attrs import define, field, frozen

from omscore.catalog.line import MOST_LINES, Line
from omscore.kernel.errors import Refused
from omscore.kernel.ids import DocumentId, LineId, OrderId, Region, Sku, derived
from omscore.kernel.money import Money
from omscore.replay import fields
from omscore.replay.faults import (
    BadPrice,
    BadQuantity,
    Contradicts,
    Fault,
    OutsidePeriod,
    TooManyLines,
    UnknownCountry,
    UnknownSku,
)
from omscore.replay.rows import Row, Rows

COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
Treatment = Literal["charge", "discount", "fee", "manual", "sample", "voucher", "other"]


@frozen
class HistoricOrder:
    """What a customer asked for.  *placed_at* is the time of the earliest of its good rows."""

    order_id: OrderId
    placed_at: datetime
    customer: str | None = field(repr=False)
    ship_to: Region
    lines: tuple[Line, ...]


@frozen
class CreditLine:
    """Units that a customer got money back for, at the price *each* that was credited."""

    id: LineId
    sku: Sku
    quantity: int
    price: Money


@frozen
class HistoricCredit:
    """A credit note; it does not say which sale it undoes."""

    credit_id: DocumentId
    at: datetime
    customer: str | None = field(repr=False)
    lines: tuple[CreditLine, ...]


@frozen
class HistoricAdjustment:
    """Stock that went (*quantity* below zero) or was found, without a sale."""

    document: DocumentId
    at: datetime
    sku: Sku
    quantity: int


Historic = HistoricOrder | HistoricCredit | HistoricAdjustment


@frozen
class OddCode:
    """A code in capitals that is not a stock item, how it is treated, and what it stands for."""

    code: str
    treatment: Treatment
    meaning: str


@frozen
class OddRow:
    """A row with an odd code; *amount* is quantity times price, negative if it was given back."""

    line: int
    invoice: DocumentId
    code: OddCode
    amount: Money


@frozen
class Frame:
    """What a row is judged by."""

    zone: ZoneInfo
    currency: str
    first_day: date
    last_day: date
    skus: frozenset[Sku]
    odd_codes: Mapping[str, OddCode]
    regions: Mapping[str, Region]


@frozen
class Tally:
    """Where the rows of the orders file went; the parts sum to *rows*."""

    rows: int
    order_lines: int
    credit_lines: int
    adjustments: int
    odd_rows: int
    faults: int


@frozen
class History:
    """Everything that an orders file says; *events* by time, and at one time by first line."""

    events: tuple[Historic, ...]
    odd_rows: tuple[OddRow, ...]
    faults: tuple[Fault, ...]
    rows: int

    @property
    def tally(self) -> Tally:
        """How many rows came to what."""
        orders = [len(one.lines) for one in self.events if isinstance(one, HistoricOrder)]
        credit = [len(one.lines) for one in self.events if isinstance(one, HistoricCredit)]
        adjusted = sum(isinstance(one, HistoricAdjustment) for one in self.events)
        return Tally(
            self.rows, sum(orders), sum(credit), adjusted, len(self.odd_rows), len(self.faults)
        )


@frozen
class _Entry:
    """A good row of the file."""

    line: int
    ordinal: int
    invoice: str
    sku: Sku
    quantity: int
    at: datetime
    price: Money
    customer: str | None = field(repr=False)
    country: str = field(repr=False)


def read_history(rows: Rows, frame: Frame) -> History:
    """What the orders file says, as far as it can be read."""
    reading = _Reading(frame, rows.file)
    read, faults = rows.read(reading.row)
    entries = [one for one in read if isinstance(one, _Entry)]
    made = [each for one in _by_invoice(entries) for each in reading.invoice(one)]
    made.sort(key=lambda placed: placed[:2])
    return History(
        events=tuple(event for _, _, event in made),
        odd_rows=tuple(one for one in read if isinstance(one, OddRow)),
        faults=tuple(sorted([*faults, *reading.faults], key=lambda fault: fault.line)),
        rows=len(rows.good) + len(rows.bad),
    )


def _by_invoice(entries: Iterable[_Entry]) -> Iterable[list[_Entry]]:
    invoices = dict[str, list[_Entry]]()
    for one in entries:
        invoices.setdefault(one.invoice, []).append(one)
    return invoices.values()


_Made = tuple[datetime, int, Historic]


@define
class _Reading:
    """One reading of one file: what it counts and lists on the way."""

    frame: Frame
    file: str
    ordinals: dict[str, int] = field(factory=dict)
    faults: list[Fault] = field(factory=list)

    def row(self, row: Row) -> _Entry | OddRow:
        invoice = fields.name(row, "InvoiceNo").upper()
        ordinal = self.ordinals[invoice] = self.ordinals.get(invoice, 0) + 1
        at = self._at(row)
        odd = self.frame.odd_codes.get(row["StockCode"].upper())
        sku = Sku("") if odd else self._sku(row)
        quantity = fields.whole(row, "Quantity")
        price = fields.amount(row, "UnitPrice", self.frame.currency)
        if odd is not None:
            return OddRow(row.line, DocumentId(invoice), odd, price * quantity)
        if price.minor < 0:
            raise Refused(BadPrice("UnitPrice", "no less than zero"))
        if (invoice.startswith("C") or price.minor) and (quantity < 0) != (invoice[0] == "C"):
            raise Refused(BadQuantity("Quantity", "negative on credit notes, else positive"))
        customer = fields.optional_name(row, "CustomerID")
        return _Entry(
            row.line, ordinal, invoice, sku, quantity, at, price, customer, row["Country"]
        )

    def invoice(self, entries: list[_Entry]) -> Iterable[_Made]:
        """What the good rows of one invoice come to."""
        if entries[0].invoice.startswith("C"):
            kept = self._agreeing(entries)
            return [(min(one.at for one in kept), kept[0].line, _credit(kept))]
        stock_note = not any(one.price.minor or one.customer for one in entries)
        taken = [one for one in entries if stock_note or one.quantity < 0]
        sold = [] if stock_note else [one for one in entries if one.quantity > 0]
        return [*map(_adjustment, taken), *self._order(sold)]

    def _sku(self, row: Row) -> Sku:
        if (sku := fields.sku(row, "StockCode")) not in self.frame.skus:
            raise Refused(UnknownSku(sku))
        return sku

    def _at(self, row: Row) -> datetime:
        frame = self.frame
        at = fields.moment(row, "InvoiceDate", frame.zone)
        if not frame.first_day <= at.astimezone(frame.zone).date() <= frame.last_day:
            first, last = frame.first_day.isoformat(), frame.last_day.isoformat()
            raise Refused(OutsidePeriod("InvoiceDate", first, last))
        return at

    def _order(self, entries: list[_Entry]) -> list[_Made]:
        known = [one for one in entries if one.country in self.frame.regions]
        for one in entries:
            if one.country not in self.frame.regions:
                self._fault(one, UnknownCountry("Country"))
        if not (kept := self._agreeing(known)):
            return []
        for one in kept[MOST_LINES:]:
            self._fault(one, TooManyLines(MOST_LINES))
        kept = kept[:MOST_LINES]
        order = HistoricOrder(
            order_id=OrderId(kept[0].invoice),
            placed_at=min(one.at for one in kept),
            customer=kept[0].customer,
            ship_to=self.frame.regions[kept[0].country],
            lines=tuple(Line(str(one.ordinal), one.sku, one.quantity, one.price) for one in kept),
        )
        return [(order.placed_at, kept[0].line, order)]

    def _agreeing(self, entries: list[_Entry]) -> list[_Entry]:
        """Those that name the customer and country of the first one; the others are faults."""
        kept = list[_Entry]()
        for one in entries:
            if one.customer != entries[0].customer:
                self._fault(one, Contradicts("CustomerID", entries[0].line))
            elif one.country != entries[0].country:
                self._fault(one, Contradicts("Country", entries[0].line))
            else:
                kept.append(one)
        return kept

    def _fault(self, entry: _Entry, reason: UnknownCountry | Contradicts | TooManyLines) -> None:
        self.faults.append(Fault(self.file, entry.line, reason))


def _credit(entries: list[_Entry]) -> HistoricCredit:
    return HistoricCredit(
        credit_id=DocumentId(entries[0].invoice),
        at=min(one.at for one in entries),
        customer=entries[0].customer,
        lines=tuple(
            CreditLine(LineId(str(one.ordinal)), one.sku, -one.quantity, one.price)
            for one in entries
        ),
    )


def _adjustment(entry: _Entry) -> _Made:
    document = DocumentId(derived(entry.invoice, entry.ordinal))
    return entry.at, entry.line, HistoricAdjustment(document, entry.at, entry.sku, entry.quantity)

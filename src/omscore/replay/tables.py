"""The small tables of a scenario: items, opening stock, purchase orders, odd codes.

A bad row of any of them is left out and listed; where something may stand only once, the first
row counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from datetime import date
from pathlib import Path
from typing import TypeVar, get_args

from attrs import frozen

from omscore.catalog.item import Item, ItemKind
from omscore.kernel.errors import Refused
from omscore.kernel.ids import DocumentId, NodeId, Sku
from omscore.replay import fields
from omscore.replay.faults import BadDate, Fault, Malformed, Repeated, UnknownNode, UnknownSku
from omscore.replay.history import OddCode, Treatment
from omscore.replay.rows import Row, Rows, read_rows

T = TypeVar("T")
ITEM_COLUMNS = ("sku", "kind", "weight_g", "description")
STOCK_COLUMNS = ("node", "sku", "quantity")
PURCHASE_ORDER_COLUMNS = ("document", "node", "sku", "quantity", "due", "ordered")
ODD_CODE_COLUMNS = ("code", "treatment", "meaning")


@frozen
class OpeningStock:
    """Units of a sku that lie at a node when the period begins."""

    node: NodeId
    sku: Sku
    quantity: int


@frozen
class PurchaseOrder:
    """Units that were ordered for a node, and are *due* there on that local day.

    *ordered* is the day from which it is known; None: it was known before the period began.
    """

    document: DocumentId
    node: NodeId
    sku: Sku
    quantity: int
    due: date
    ordered: date | None = None


def read_items(path: Path) -> tuple[list[Item], list[Fault]]:
    """The items, in the order of the file; `description` is for people and is not kept."""
    return _once(read_rows(path, ITEM_COLUMNS), _item, lambda item: item.sku)


def read_odd_codes(path: Path) -> tuple[list[OddCode], list[Fault]]:
    """The codes that are no stock items, each with its treatment."""
    return _once(read_rows(path, ODD_CODE_COLUMNS), _odd_code, lambda odd: odd.code)


def read_stock(
    path: Path, nodes: Collection[NodeId], skus: Collection[Sku]
) -> tuple[list[OpeningStock], list[Fault]]:
    """The opening stock: one row for each node and sku."""

    def stock(row: Row) -> OpeningStock:
        node, sku = _place(row, nodes, skus)
        return OpeningStock(node, sku, fields.whole(row, "quantity", 1))

    return _once(read_rows(path, STOCK_COLUMNS), stock, lambda one: (one.node, one.sku))


def read_purchase_orders(
    path: Path, nodes: Collection[NodeId], skus: Collection[Sku]
) -> tuple[list[PurchaseOrder], list[Fault]]:
    """The purchase orders: one row for each document, which is one delivery of one sku."""

    def purchase(row: Row) -> PurchaseOrder:
        document = DocumentId(fields.name(row, "document"))
        node, sku = _place(row, nodes, skus)
        quantity, due = fields.whole(row, "quantity", 1), fields.day(row, "due")
        ordered = fields.day(row, "ordered") if row["ordered"] else None
        if ordered is not None and ordered > due:
            raise Refused(BadDate("ordered", "no later than it is due"))
        return PurchaseOrder(document, node, sku, quantity, due, ordered)

    return _once(read_rows(path, PURCHASE_ORDER_COLUMNS), purchase, lambda one: one.document)


def _item(row: Row) -> Item:
    kind = row["kind"]
    if kind not in ("stock", "digital", "service"):
        raise Refused(Malformed("kind", "stock, digital or service"))
    return Item(
        fields.sku(row, "sku"), kind=_KINDS[kind], weight_g=fields.whole(row, "weight_g", 0)
    )


_KINDS: dict[str, ItemKind] = {kind: kind for kind in get_args(ItemKind)}
_TREATMENTS: dict[str, Treatment] = {word: word for word in get_args(Treatment)}


def _odd_code(row: Row) -> OddCode:
    treatment = _TREATMENTS.get(row["treatment"])
    if treatment is None:
        raise Refused(Malformed("treatment", " or ".join(_TREATMENTS)))
    if not row["code"]:
        raise Refused(Malformed("code", "a code; blanks are allowed, as in BANK CHARGES"))
    return OddCode(row["code"].upper(), treatment, row["meaning"])


def _place(row: Row, nodes: Collection[NodeId], skus: Collection[Sku]) -> tuple[NodeId, Sku]:
    node, sku = NodeId(fields.name(row, "node")), fields.sku(row, "sku")
    if node not in nodes:
        raise Refused(UnknownNode(node))
    if sku not in skus:
        raise Refused(UnknownSku(sku))
    return node, sku


def _once(
    rows: Rows, parse: Callable[[Row], T], name: Callable[[T], Hashable]
) -> tuple[list[T], list[Fault]]:
    """What *parse* makes of the rows; one that is named like an earlier one is a fault."""
    first = dict[Hashable, int]()

    def parse_once(row: Row) -> T:
        made = parse(row)
        if (line := first.setdefault(name(made), row.line)) != row.line:
            raise Refused(Repeated(line))
        return made

    return rows.read(parse_once)

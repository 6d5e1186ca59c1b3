"""Makes `examples/adventureworks`, a small extract of the AdventureWorks data.

    python examples/make_adventureworks.py SOURCE [FOLDER]

SOURCE is a folder with the whole set.  The rows of a few skus and months are copied as they are,
with the columns that `replay_adventureworks.py` reads; a second run writes the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

SKUS = ("PD-R347", "SE-M236", "SE-M798")
FIRST_DAY, LAST_DAY = "2019-08-01", "2019-10-31"
COLUMNS = {
    "sales_lines": "order_id line order_date product_id sku qty unit_price country",
    "po_header": "po_id order_date",
    "po_detail": "po_id po_line_id due_date product_id order_qty stocked_qty",
    "inventory": "product_id location_id quantity",
}
Row = Mapping[str, str]


def main(argv: Sequence[str]) -> int:
    """Write the extract."""
    source = Path(argv[0])
    folder = Path(argv[1]) if argv[1:] else Path(__file__).parent / "adventureworks"
    sales = [row for row in _rows(source, "sales_lines") if row["sku"] in SKUS]
    products = {row["product_id"] for row in sales}
    headers = [row for row in _rows(source, "po_header") if _within(row)]
    bought = {row["po_id"] for row in headers}
    detail = [
        row
        for row in _rows(source, "po_detail")
        if row["po_id"] in bought and row["product_id"] in products
    ]
    used = {row["po_id"] for row in detail}
    stock = [row for row in _rows(source, "inventory") if row["product_id"] in products]
    _write(folder, "sales_lines", (row for row in sales if _within(row)))
    _write(folder, "po_header", (row for row in headers if row["po_id"] in used))
    _write(folder, "po_detail", detail)
    _write(folder, "inventory", stock)
    return 0


def _within(row: Row) -> bool:
    return FIRST_DAY <= row["order_date"] <= LAST_DAY


def _rows(folder: Path, name: str) -> list[Row]:
    packed = folder / f"{name}.csv.gz"
    if packed.exists():
        text = gzip.decompress(packed.read_bytes()).decode()
    else:
        text = (folder / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _write(folder: Path, name: str, rows: Iterable[Row]) -> None:
    columns = COLUMNS[name].split()
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        told = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
        told.writeheader()
        told.writerows(rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

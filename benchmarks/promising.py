"""What do options cost, how sure are learned days, and are they fewer than those of a shop?

    python benchmarks/promising.py [--quick] [--json] [--olist FOLDER]

Options are those of the orders of `sourcing_pipeline`: rules, costs, 50 nodes.  Days are learned
from the orders of the Brazilian shop Olist, if FOLDER has its tables of orders, order items,
customers and sellers (CSV, perhaps packed with gzip; they are not part of this project), and
promised to its next orders, week by week.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TextIO, cast

from figures import Row, asked, percentile, report, timed
from sourcing_pipeline import COSTS, NODES, RULES, questions

from omscore.adapters.calendars import public_calendar
from omscore.network.learned import Shipment
from omscore.promise.options import options
from omscore.replay.backtest import Past, backtest
from omscore.replay.fields import day
from omscore.replay.rows import Row as Fields
from omscore.sourcing.pipeline import source
from omscore.sourcing.policy import Policy

FIELDS = {
    "shipped": "order_purchase_timestamp",
    "delivered": "order_delivered_customer_date",
    "promised": "order_estimated_delivery_date",
}


def option_figures(count: int) -> Iterator[Row]:
    """How long it takes to find every option, beside one plan."""
    policy = Policy("benchmark", RULES, tiers=(COSTS,))
    some = list(questions(count))
    found = [timed(partial(options, one, policy)) for one in some]
    single = [timed(partial(source, one, policy))[0] for one in some]
    times, name = [taken for taken, _ in found], f"options, mix, {NODES} nodes"
    yield Row(f"{name}: median", round(percentile(times, 0.5)), "us", "")
    yield Row(f"{name}: 99th percentile", round(percentile(times, 0.99)), "us", "")
    yield Row(f"{name}: all of them", round(sum(times) / sum(single), 1), "times", "one plan each")
    mean = sum(len(told.promises) for _, told in found) / count
    yield Row(f"{name}: options per order", round(mean, 2), "", "")
    whole = sum(told.whole for _, told in found)
    yield Row(f"{name}: proved whole", whole, f"of {count}", "")


def olist_figures(folder: Path) -> Iterator[Row]:
    """On-time share and mean days, at each confidence and as the shop promised."""
    past = sorted(olist(folder), key=lambda one: one.shipment.shipped)
    years = range(past[0].shipment.shipped.year, past[-1].shipment.shipped.year + 2)
    brazil = public_calendar("brazil", "BR", years)
    for least in 30, 100:
        found = backtest(past, (50, 90, 93, 95), least=least, calendar=brazil)
        for one in found.kept:
            asked_for = "as the shop promised" if one.confidence is None else f"{one.confidence} %"
            name = f"Olist, {one.shipments} orders from {found.tested_from}, at least {least}"
            share, days = 100 * (one.share or 0), one.mean_days or 0
            yield Row(f"{name}, {asked_for}: on time", round(share, 1), "%", "")
            yield Row(f"{name}, {asked_for}: promised", round(days, 1), "days", "")


def olist(folder: Path) -> Iterator[Past]:
    """Every order that was delivered: from the state of its first seller to that of its customer.

    Days count from the purchase, so what is learned is the time at the seller and on the way.
    """
    sellers = {row["seller_id"]: row["seller_state"] for row in table(folder, "sellers")}
    customers = {row["customer_id"]: row["customer_state"] for row in table(folder, "customers")}
    first = dict[str, str]()
    for row in table(folder, "items"):
        first.setdefault(row["order_id"], sellers[row["seller_id"]])
    for row in table(folder, "orders"):
        days = {name: row[column][:10] for name, column in FIELDS.items()}
        if row["order_status"] == "delivered" and days["delivered"] and row["order_id"] in first:
            read = partial(day, Fields(0, days))
            to = customers[row["customer_id"]]
            went = Shipment(first[row["order_id"]], to, read("shipped"), read("delivered"))
            yield Past(went, read("promised"))


def table(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The rows of the one file in *folder* whose name has *name* in it."""
    [file] = [
        one for one in folder.glob(f"*{name}*.csv*") if name != "orders" or "items" not in one.name
    ]
    with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as stream:
        yield from csv.DictReader(cast(TextIO, stream))


def main() -> int:
    """Print the figures."""
    parser = asked(__doc__)
    parser.add_argument("--olist", metavar="FOLDER", type=Path, help="the tables of Olist")
    given = parser.parse_args()
    rows = [*option_figures(60 if given.quick else 300)]
    rows += olist_figures(given.olist) if given.olist else []
    return report(rows, as_json=given.json)


if __name__ == "__main__":
    sys.exit(main())

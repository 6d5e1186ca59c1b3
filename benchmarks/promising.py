"""What do options cost, how sure are learned days, and are they fewer than those of a shop?

    python benchmarks/promising.py [--quick] [--json] [--olist FOLDER]

Options are those of the orders of `sourcing_pipeline`: rules, costs, 50 nodes.  Days are learned
from the orders of the Brazilian shop Olist, if FOLDER has its tables of orders, order items,
customers and sellers (CSV, perhaps packed with gzip; they are not part of this project), and
promised to its next orders, week by week: by the lanes from state to state, and by a pace.  The
days that it takes to be as punctual as the shop are found between two whole percentages.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TextIO, cast

from attrs import frozen
from figures import Row, asked, percentile, report, timed
from sourcing_pipeline import COSTS, NODES, RULES, questions

from omscore.adapters.calendars import public_calendar
from omscore.kernel.ids import Region
from omscore.network.learned import Shipment
from omscore.promise.options import options
from omscore.replay.backtest import Kept, Past, backtest
from omscore.replay.fields import day
from omscore.replay.rows import Row as Fields
from omscore.sourcing.pipeline import source
from omscore.sourcing.policy import Policy

CONFIDENCES = (50, 90, 93, 95, 96, 97)
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
    sold = sorted(olist(folder), key=lambda one: one.shipped)
    years = range(sold[0].shipped.year, sold[-1].shipped.year + 2)
    brazil = public_calendar("brazil", "BR", years)
    for way, past, pace in (
        ("by lanes", [one.by_state() for one in sold], False),
        ("by pace", [one.by_seller() for one in sold], True),
    ):
        *kept, shop = backtest(past, CONFIDENCES, calendar=brazil, pace=pace).kept
        name = f"Olist, {shop.shipments} orders, {way}"
        for one in (*kept, shop):
            asked_for = "as the shop promised" if one is shop else f"{one.confidence} %"
            yield Row(f"{name}, {asked_for}: on time", round(100 * (one.share or 0), 1), "%", "")
            yield Row(f"{name}, {asked_for}: promised", round(one.mean_days or 0, 1), "days", "")
        yield _as_punctual(name, kept, shop)


def _as_punctual(name: str, kept: Sequence[Kept], shop: Kept) -> Row:
    """The mean days at which promises are kept as often as those of the shop."""
    share, days = shop.share or 0, shop.mean_days or 0
    points = [(one.share or 0, one.mean_days or 0) for one in kept]
    for (low, fewer), (high, more) in pairwise(points):
        if low < share <= high:
            value = fewer + (more - fewer) * (share - low) / (high - low)
            against = f"the shop: {days:.1f}"
            row = f"{name}: days for the {100 * share:.1f} % of the shop"
            return Row(row, round(value, 2), "days", against, "fewer", met=value < days)
    raise ValueError("no two confidences around the share of the shop")


@frozen
class Sold:
    """An order that was delivered, from where to where; days count from the purchase.

    So what is learned is the time at the seller and on the way.
    """

    seller: str
    origin: str
    state: str
    zip_code: str
    shipped: date
    delivered: date
    promised: date

    def by_state(self) -> Past:
        """From the state of the seller to that of the customer."""
        went = Shipment(self.origin, self.state, self.shipped, self.delivered)
        return Past(went, self.promised)

    def by_seller(self) -> Past:
        """From the seller, in a state, to the first three digits of a zip code, in another."""
        area = f"{self.state}-{self.zip_code[:3]}"
        went = Shipment(self.seller, area, self.shipped, self.delivered)
        return Past(went, self.promised, Region(self.origin), Region(self.state))


def olist(folder: Path) -> Iterator[Sold]:
    """Every order that was delivered, from its first seller."""
    sellers = {row["seller_id"]: row["seller_state"] for row in table(folder, "sellers")}
    customers = {row["customer_id"]: row for row in table(folder, "customers")}
    first = dict[str, str]()
    for row in table(folder, "items"):
        first.setdefault(row["order_id"], row["seller_id"])
    for row in table(folder, "orders"):
        days = {name: row[column][:10] for name, column in FIELDS.items()}
        seller, customer = first.get(row["order_id"]), customers[row["customer_id"]]
        if row["order_status"] == "delivered" and days["delivered"] and seller is not None:
            read = partial(day, Fields(0, days))
            yield Sold(
                seller,
                sellers[seller],
                customer["customer_state"],
                customer["customer_zip_code_prefix"],
                *(read(name) for name in FIELDS),
            )


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

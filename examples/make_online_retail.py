"""Makes `examples/online_retail` from the UCI Online Retail data set.

    python examples/make_online_retail.py SOURCE [FOLDER]

SOURCE is the data set as one CSV file packed with gzip, or the `orders.csv.gz` that this script
made of it.  The rows of one month are copied as they are; everything else (items' weights, network,
stock, purchase orders) is constructed from them by fixed rules and a seed, so that a second run
writes the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

MONTH = "2011-04"
FIRST_DAY, LAST_DAY = date(2011, 4, 1), date(2011, 4, 30)
SEED = 20110401
SKU = re.compile(r"[0-9]{5}[A-Z]{0,2}")

REGIONS = {
    "Australia": "AU",
    "Austria": "AT",
    "Bahrain": "BH",
    "Belgium": "BE",
    "Brazil": "BR",
    "Canada": "CA",
    "Channel Islands": "GB-CHA",
    "Cyprus": "CY",
    "Czech Republic": "CZ",
    "Denmark": "DK",
    "EIRE": "IE",
    "European Community": "EU",
    "Finland": "FI",
    "France": "FR",
    "Germany": "DE",
    "Greece": "GR",
    "Hong Kong": "HK",
    "Iceland": "IS",
    "Israel": "IL",
    "Italy": "IT",
    "Japan": "JP",
    "Lebanon": "LB",
    "Lithuania": "LT",
    "Malta": "MT",
    "Netherlands": "NL",
    "Norway": "NO",
    "Poland": "PL",
    "Portugal": "PT",
    "RSA": "ZA",
    "Saudi Arabia": "SA",
    "Singapore": "SG",
    "Spain": "ES",
    "Sweden": "SE",
    "Switzerland": "CH",
    "USA": "US",
    "United Arab Emirates": "AE",
    "United Kingdom": "GB",
}
OVERSEAS = frozenset("AE AU BH BR CA HK IL JP LB SA SG US ZA".split())

ODD_CODES = [
    ("POST", "charge", "postage that the customer paid"),
    ("DOT", "charge", "postage of orders from the web shop"),
    ("C2", "charge", "carriage that the customer paid"),
    ("D", "discount", "discount on a whole invoice"),
    ("M", "manual", "entry made by hand, without an item"),
    ("PADS", "other", "cushion pads, sold as an extra at a price below a penny"),
    ("S", "sample", "samples"),
    ("BANK CHARGES", "fee", "charges of the bank"),
    ("AMAZONFEE", "fee", "fees of a marketplace"),
    ("CRUK", "fee", "commission to a charity"),
    ("B", "manual", "correction of a bad debt"),
    *((f"GIFT_0001_{worth}", "voucher", f"gift voucher of {worth} pounds") for worth in
      ("10", "20", "30", "40", "50", "60", "70", "80", "90")),
    ("DCGSSBOY", "other", "party bags that a partner sends"),
    ("DCGSSGIRL", "other", "party bags that a partner sends"),
    *((f"DCGS{number}", "other", "an article that a partner sends") for number in (
        "0003", "0004", "0055", "0057", "0066P", "0067", "0068", "0069", "0070", "0071", "0072",
        "0073", "0074", "0076")),
]  # fmt: skip

# Public holidays of 2011 on which the offices of each country are closed.
HOLIDAYS = {
    "gb": "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27",
    "de": "01-01 04-22 04-25 06-02 06-13 10-03 12-25 12-26",
    "nl": "01-01 04-25 04-30 06-02 06-13 12-25 12-26",
    "fr": "01-01 04-25 05-01 05-08 06-02 06-13 07-14 08-15 11-01 11-11 12-25",
    "pl": "01-01 01-06 04-25 05-03 06-23 08-15 11-01 11-11 12-25 12-26",
    "ie": "01-03 03-17 04-25 05-02 06-06 08-01 10-31 12-26 12-27",
    "weekdays": "",
    "gb-shop": "04-24 12-25",
    "fr-shop": "01-01 05-01 05-08 07-14 12-25",
}
OPEN = {"gb-shop": [0, 1, 2, 3, 4, 5, 6], "fr-shop": [0, 1, 2, 3, 4, 5]}
OWN_DELIVERY = {"GB": "gb", "DE": "de", "NL": "nl", "FR": "fr", "PL": "pl", "IE": "ie"}

# id, country, kind, zone, calendar, cut-off, processing days, units of a day, cost factor in %
NODES = [
    ("gb-daventry", "GB", "warehouse", "Europe/London", "gb", "15:00:00", 0, 14000, 100),
    ("gb-glasgow", "GB", "warehouse", "Europe/London", "gb", "14:00:00", 0, 4000, 106),
    ("gb-london", "GB", "store", "Europe/London", "gb-shop", "16:00:00", 1, 400, 130),
    ("de-kassel", "DE", "warehouse", "Europe/Berlin", "de", "13:30:00", 0, 1500, 95),
    ("nl-venlo", "NL", "warehouse", "Europe/Amsterdam", "nl", "12:00:00", 0, 1200, 92),
    ("fr-paris", "FR", "store", "Europe/Paris", "fr-shop", "15:00:00", 1, 300, 125),
    ("pl-poznan", "PL", "vendor", "Europe/Warsaw", "pl", "11:00:00", 2, 900, 85),
]
NEAR = {
    "GB": frozenset("IE GB-CHA FR NL BE".split()),
    "DE": frozenset("NL BE FR AT CH DK PL CZ".split()),
    "NL": frozenset("BE DE FR GB".split()),
    "FR": frozenset("BE DE ES CH NL".split()),
    "PL": frozenset("DE CZ AT LT".split()),
}
# reach: transit days, and pence for each parcel, unit and kilogram
REACH = {
    "home": (1, 320, 3, 25),
    "near": (3, 780, 5, 60),
    "europe": (5, 1150, 6, 95),
    "overseas": (9, 2400, 9, 310),
}
# How often a sku is kept in which way, and the share of its stock that each node holds.
KEPT = [
    (0.42, {"gb-daventry": 1.0}),
    (0.25, {"gb-daventry": 0.6, "gb-glasgow": 0.4}),
    (0.18, {"gb-daventry": 0.75, "de-kassel": 0.15, "nl-venlo": 0.10}),
    (0.12, {"gb-daventry": 0.88, "gb-london": 0.06, "fr-paris": 0.06}),
    (0.02, {"gb-glasgow": 0.7, "nl-venlo": 0.3}),
    (0.01, {"pl-poznan": 1.0}),
]


def main(source: str, folder: str | None = None) -> None:
    """Write every file but the README."""
    target = Path(folder) if folder else Path(__file__).parent / "online_retail"
    target.mkdir(parents=True, exist_ok=True)
    header, lines = month_of(Path(source))
    rows = list(csv.DictReader(line.decode() for line in [header, *lines]))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as stream:
        stream.write(b"".join([header, *lines]))
    (target / "orders.csv.gz").write_bytes(packed.getvalue())
    stock, purchases = supply(rows)
    write(target / "scenario.toml", scenario())
    write(target / "network.toml", network())
    table(target / "items.csv", "sku kind weight_g description", items(rows))
    table(target / "stock.csv", "node sku quantity", stock)
    table(target / "purchase_orders.csv", "document node sku quantity due ordered", purchases)
    table(target / "odd_codes.csv", "code treatment meaning", ODD_CODES)


def month_of(source: Path) -> tuple[bytes, list[bytes]]:
    """The header and the rows of the month, byte for byte as they are in *source*."""
    with gzip.open(source, "rb") as stream:
        header, *lines = stream.readlines()
    stamp = f",{MONTH}-".encode()
    return header, [line for line in lines if stamp in line]


def sku_of(row: dict[str, str]) -> str | None:
    """The sku of a row in capitals; None for an odd code."""
    code = row["StockCode"].upper()
    return code if SKU.fullmatch(code) else None


def items(rows: list[dict[str, str]]) -> Iterator[tuple[str, str, int, str]]:
    """Every sku of the month; its weight grows with its price, and is constructed."""
    said, dearest = defaultdict[str, Counter[str]](Counter), dict[str, float]()
    for row in rows:
        if sku := sku_of(row):
            dearest[sku] = max(dearest.get(sku, 0.0), float(row["UnitPrice"]))
            if float(row["UnitPrice"]):
                said[sku][" ".join(row["Description"].split())] += 1
    chance = Random(SEED)
    for sku, price in sorted(dearest.items()):
        weight_g = int(20 + 70 * min(price, 60.0) * (0.5 + chance.random()))
        described = sorted(said[sku].items(), key=lambda one: (-one[1], one[0]))
        yield sku, "stock", weight_g, described[0][0] if described else ""


def supply(
    rows: list[dict[str, str]],
) -> tuple[list[tuple[str, str, int]], list[tuple[str, str, str, int, str, str]]]:
    """Opening stock and purchase orders, from the demand of the month.

    Of the skus, 83 % open with all that the month asks for and some more, 14 % with half of it
    (the rest is on order, some of it ordered only during the month), 3 % run short.
    """
    asked, gone = Counter[str](), Counter[str]()
    for row in rows:
        if (sku := sku_of(row)) and not row["InvoiceNo"].startswith("C"):
            units = int(row["Quantity"])
            asked[sku] += max(units, 0)
            gone[sku] += max(-units, 0)
    chance = Random(SEED + 1)
    stock = list[tuple[str, str, int]]()
    purchases = list[tuple[str, str, str, int, str, str]]()
    for sku in sorted({sku for row in rows if (sku := sku_of(row))}):
        shares = _pick(chance.random())
        fate, when, late = chance.random(), chance.random(), chance.random()
        covered = 1.2 if fate < 0.83 else 0.5 if fate < 0.97 else 0.7
        opening = int(asked[sku] * covered) + gone[sku] + 5 * (covered > 1)
        stock += [(node, sku, units) for node, units in _split(opening, shares) if units]
        if covered == 0.5 and (units := int(asked[sku] * 0.65)):
            due = _working_day(FIRST_DAY + timedelta(days=4 + int(18 * when)))
            ordered = (due - timedelta(days=3)).isoformat() if late < 0.3 else ""
            first = next(iter(shares))
            document = f"po-{len(purchases) + 1:04}"
            purchases.append((document, first, sku, units, due.isoformat(), ordered))
    return stock, purchases


def _pick(chance: float) -> dict[str, float]:
    for share, kept in KEPT:
        if (chance := chance - share) < 0:
            return kept
    return KEPT[0][1]


def _split(units: int, shares: dict[str, float]) -> Iterator[tuple[str, int]]:
    """Whole units by share; what is left over lies at the first node."""
    parts = {node: int(units * share) for node, share in shares.items()}
    first = next(iter(parts))
    parts[first] += units - sum(parts.values())
    yield from parts.items()


def _working_day(day: date) -> date:
    closed = HOLIDAYS["gb"].split()
    while day.weekday() > 4 or f"{day:%m-%d}" in closed:
        day += timedelta(days=1)
    return day


def network() -> Iterator[str]:
    """`network.toml`, line by line."""
    yield "# Constructed by examples/make_online_retail.py: no such network exists."
    yield "# Costs are pence; capacities are units that can leave on one local day."
    for calendar, holidays in HOLIDAYS.items():
        days = ", ".join(f"2011-{day}" for day in holidays.split())
        yield from ("", "[[calendars]]", f'id = "{calendar}"')
        yield f"weekdays = {OPEN.get(calendar, [0, 1, 2, 3, 4])}"
        yield f"holidays = [{days}]"
    for node, _, kind, zone, calendar, cut_off, processing, units, _ in NODES:
        yield from ("", "[[nodes]]", f'id = "{node}"', f'kind = "{kind}"', f'zone = "{zone}"')
        yield from (f'calendar = "{calendar}"', f"cut_off = {cut_off}")
        yield f"processing_days = {processing}"
        yield f"capacity = {{ units = {units} }}"
    for node, country, kind, *_, factor in NODES:
        for (reach, delivery), regions in sorted(_reached(country, kind).items()):
            yield from ("", "[[lanes]]", f'node = "{node}"')
            yield f"to = [{', '.join(f'{chr(34)}{region}{chr(34)}' for region in regions)}]"
            transit, parcel, unit, kg = REACH[reach]
            yield f"transit_days = {transit}"
            yield f"parcel_cost = {parcel * factor // 100}"
            yield f"unit_cost = {unit * factor // 100}"
            yield f"kg_cost = {kg * factor // 100}"
            yield f'carrier_calendar = "{country.lower()}"'
            yield f'delivery_calendar = "{delivery}"'


def _reached(country: str, kind: str) -> dict[tuple[str, str], list[str]]:
    """The regions that a node sends to, by reach and delivery calendar: stores send within their
    country, the vendor within Europe, warehouses everywhere."""
    found = defaultdict[tuple[str, str], list[str]](list)
    for region in sorted(set(REGIONS.values())):
        reach = (
            "home" if region == country
            else "overseas" if region in OVERSEAS
            else "near" if region in NEAR[country]
            else "europe"
        )  # fmt: skip
        far = {"store": ("near", "europe", "overseas"), "vendor": ("overseas",)}.get(kind, ())
        if reach not in far:
            found[reach, OWN_DELIVERY.get(region, "weekdays")].append(region)
    return found


def scenario() -> Iterator[str]:
    """`scenario.toml`, line by line."""
    yield f"""\
# Constructed by examples/make_online_retail.py, all but the orders.
name = "Online Retail, April 2011"
currency = "GBP"
zone = "Europe/London"  # of the times in the orders file
first_day = {FIRST_DAY}
last_day = {LAST_DAY}

[files]
orders = "orders.csv.gz"
items = "items.csv"
network = "network.toml"
stock = "stock.csv"
purchase_orders = "purchase_orders.csv"
odd_codes = "odd_codes.csv"

[policy]
most_parcels = 4

[chances]
seed = {SEED}
short_pick = 0.01  # of the pick tasks
rejection = 0.01  # of the fulfillment orders
late_purchase_order = 0.2
late_days = 4  # at most
resellable = 0.75  # of the returned units
transit = [
    {{ days = -1, weight = 4 }},
    {{ days = 0, weight = 84 }},
    {{ days = 1, weight = 9 }},
    {{ days = 2, weight = 3 }},
]

# How the orders file calls a country, and where that is.  "Unspecified" is nowhere.
[regions]"""
    for country, region in REGIONS.items():
        yield f'"{country}" = "{region}"'


def write(path: Path, lines: Iterable[str]) -> None:
    """Write lines of text, the same on every system."""
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())


def table(path: Path, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Write a CSV file, the same on every system."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns.split(), *rows])
    path.write_bytes(text.getvalue().encode())


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The scenarios that are shipped, with the figures that their READMEs name."""

from __future__ import annotations

import gzip
import runpy
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omscore.catalog.item import Item
from omscore.network.facts import Calendar, Lane, Node
from omscore.replay.credits import match_credits
from omscore.replay.history import HistoricAdjustment, HistoricCredit, HistoricOrder, Tally
from omscore.replay.scenario import Scenario, Spread, read_scenario

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def retail() -> Scenario:
    """The shipped month."""
    return read_scenario(EXAMPLES / "online_retail")


def test_every_row_of_the_month_comes_to_something(retail: Scenario) -> None:
    """The rows of the file are exactly those of April 2011 in the data set."""
    assert retail.tally == Tally(
        rows=29_916,
        order_lines=28_940,
        credit_lines=531,
        adjustments=258,
        odd_rows=170,
        faults=17,
    )


def test_the_month_has_orders_credit_notes_and_adjustments(retail: Scenario) -> None:
    """The counts that the README of the folder names."""
    assert Counter(map(type, retail.events)) == {
        HistoricOrder: 1_234,
        HistoricCredit: 220,
        HistoricAdjustment: 258,
    }
    orders = [one for one in retail.events if isinstance(one, HistoricOrder)]
    assert sum(line.quantity for order in orders for line in order.lines) == 308_231
    assert len({order.ship_to for order in orders}) == 25
    assert max(len(order.lines) for order in orders) == 331


def test_the_bad_rows_of_the_month_are_real_ones(retail: Scenario) -> None:
    """An invoice to nowhere, and a price below a penny; all tables are in order."""
    assert Counter(fault.reason.code for fault in retail.faults) == {
        "row.unknown-country": 16,
        "row.bad-price": 1,
    }


def test_odd_codes_of_the_month_are_counted_by_treatment(retail: Scenario) -> None:
    """None of them is a stock item."""
    assert Counter(row.code.treatment for row in retail.odd_rows) == {
        "charge": 114,
        "manual": 43,
        "voucher": 4,
        "discount": 3,
        "other": 3,
        "fee": 2,
        "sample": 1,
    }


def test_the_known_anomaly_of_the_month_survives(retail: Scenario) -> None:
    """A customer is credited thousands of units, and buys them anew twelve minutes later."""
    credit = next(
        one
        for one in retail.events
        if isinstance(one, HistoricCredit) and one.credit_id == "C550456"
    )
    again = next(
        one for one in retail.events if isinstance(one, HistoricOrder) and one.order_id == "550461"
    )
    assert credit.at == datetime(2011, 4, 18, 12, 8, tzinfo=UTC)
    assert again.placed_at == datetime(2011, 4, 18, 12, 20, tzinfo=UTC)
    assert max(line.quantity for line in again.lines) == 3_114
    assert credit.customer == again.customer


def test_most_credits_of_the_month_refer_to_earlier_months(retail: Scenario) -> None:
    """The counts that the README of the folder names, in units."""
    matching = match_credits(retail.events)
    assert sum(one.quantity for some in matching.matches.values() for one in some) == 1_577
    lost = Counter[str]()
    for one in matching.unmatched:
        lost[one.reason.code] += one.quantity
    assert lost == {
        "credit.no-earlier-order": 11_176,
        "credit.never-sold": 844,
        "credit.more-than-sold": 2,
        "credit.no-customer": 1,
    }


def test_the_network_reaches_every_region_of_the_month(retail: Scenario) -> None:
    """From at least one warehouse; and every node is on the clock of its own place."""
    network = retail.network
    reached = {lane.to for lane in network.lanes if lane.node == "gb-daventry"}
    assert {one.ship_to for one in retail.events if isinstance(one, HistoricOrder)} <= reached
    assert len(network.nodes) == 7
    assert len({node.zone for node in network.nodes}) == 5
    assert {node.kind for node in network.nodes} == {"warehouse", "store", "vendor"}


def test_most_demand_can_be_served_at_once_some_must_wait_and_little_runs_short(
    retail: Scenario,
) -> None:
    """Else the month would show nothing but shipping, or nothing but shortage."""
    asked, there, coming = Counter[str](), Counter[str](), Counter[str]()
    for one in retail.events:
        if isinstance(one, HistoricOrder):
            for line in one.lines:
                asked[line.sku] += line.quantity
    for lying in retail.stock:
        there[lying.sku] += lying.quantity
    for purchase in retail.purchase_orders:
        coming[purchase.sku] += purchase.quantity
    whole = sum(asked.values())
    at_once = sum(min(units, there[sku]) for sku, units in asked.items())
    in_time = sum(min(units, there[sku] + coming[sku]) for sku, units in asked.items())
    assert 0.88 < at_once / whole < 0.96
    assert 0.97 < in_time / whole < 0.998


def test_generating_the_folder_again_writes_the_same_bytes(tmp_path: Path) -> None:
    """Made of the shipped orders, which are the rows of the source as they were."""
    make = runpy.run_path(str(EXAMPLES / "make_online_retail.py"))["main"]
    shipped = EXAMPLES / "online_retail"
    make(str(shipped / "orders.csv.gz"), str(tmp_path))
    for made in sorted(tmp_path.iterdir()):
        assert _unpacked(made) == _unpacked(shipped / made.name), made.name
    assert len(list(tmp_path.iterdir())) == 7


def _unpacked(file: Path) -> bytes:
    """The bytes of a file; packed ones unpacked, since another zlib may pack otherwise."""
    raw = file.read_bytes()
    if file.suffix != ".gz":
        return raw
    assert raw[4:8] == bytes(4), "the time of packing must not be kept"
    return gzip.decompress(raw)


def test_the_small_scenario_has_every_kind_of_row() -> None:
    """It is what continuous integration replays."""
    small = read_scenario(EXAMPLES / "small")
    assert small.tally == Tally(
        rows=66, order_lines=34, credit_lines=6, adjustments=3, odd_rows=3, faults=20
    )
    assert Counter(map(type, small.events)) == {
        HistoricOrder: 25,
        HistoricCredit: 6,
        HistoricAdjustment: 3,
    }
    assert len(small.faults) == 30
    assert small.chances.transit == (Spread(0, 8), Spread(1, 2))


def test_what_must_be_known_comes_in_an_order_that_can_be_learned(retail: Scenario) -> None:
    """Calendars before the nodes that name them, nodes before their lanes."""
    kinds = [type(fact) for fact in retail.facts()]
    assert list(dict.fromkeys(kinds)) == [Item, Calendar, Node, Lane]
    assert Counter(kinds) == {Item: 2_505, Calendar: 9, Node: 7, Lane: 174}


def test_a_period_lasts_from_midnight_to_midnight_of_its_zone(retail: Scenario) -> None:
    """London is an hour ahead of UTC in April."""
    assert retail.begins_at == datetime(2011, 3, 31, 23, tzinfo=UTC)
    assert retail.ends_at == datetime(2011, 4, 30, 23, tzinfo=UTC)

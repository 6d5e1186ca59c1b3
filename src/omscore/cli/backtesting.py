"""What `omscore backtest` does: promises a history of shipments from what came before each."""

from __future__ import annotations

import json
from argparse import Namespace

import attrs
from rich import box
from rich.table import Table

from omscore.adapters.calendars import public_calendar
from omscore.cli import pages, status
from omscore.network.calendar import EVERY_DAY
from omscore.network.facts import Calendar
from omscore.replay.backtest import Backtest, Kept, Past, backtest, read_history


def run(given: Namespace) -> int:
    """Read the history, test it, and print how promises would have been kept."""
    past, faults = read_history(given.history)
    found = backtest(
        past,
        given.confidence,
        least=given.least,
        tested_from=given.tested_from,
        calendar=_calendar(given.holidays, past) if given.holidays else EVERY_DAY,
        pace=given.pace,
    )
    if given.json:
        bad = [{"line": one.line, "code": one.reason.code} for one in faults]
        print(json.dumps({**attrs.asdict(found), "bad_rows": bad}, indent=2, default=str))
        return status.DONE
    page = pages.console()
    if faults:
        page.print(pages.bad_rows(faults), soft_wrap=True)
    page.print(_table(found))
    return status.DONE


def _calendar(country: str, past: list[Past]) -> Calendar:
    """Monday to Friday without the public holidays of *country*, in the years of the history."""
    years = range(past[0].shipment.shipped.year, past[-1].shipment.shipped.year + 2)
    return public_calendar("carrier", country, years)


def _table(found: Backtest) -> Table:
    table = Table(
        title=f"{found.tested:,} shipments from {found.tested_from} on, "
        f"after {found.learned_from:,} before",
        title_style="bold",
        title_justify="left",
        box=box.HORIZONTALS,
    )
    table.add_column("Promised", style="bold")
    for head in "Shipments", "On time", "Mean days", "Too little known":
        table.add_column(head, justify="right")
    for one in found.kept:
        table.add_row(*_row(one))
    return table


def _row(one: Kept) -> tuple[str, ...]:
    share, days = one.share, one.mean_days
    return (
        "as in the history" if one.confidence is None else f"at {one.confidence} %",
        f"{one.shipments:,}",
        pages.NONE if share is None else f"{100 * share:.1f} %",
        pages.NONE if days is None else f"{days:.1f}",
        f"{one.untold:,}",
    )

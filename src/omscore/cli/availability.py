"""`omscore atp`: what may be promised of a sku at a node over time, why, and as a picture."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC, datetime, time

import attrs
from rich import box
from rich.table import Table

from omscore.adapters import plots
from omscore.adapters.clocks import FixedClock, SystemClock
from omscore.atp.availability import Answering, Availability
from omscore.atp.lots import UNLIMITED
from omscore.atp.methods import Row
from omscore.cli import pages, status, stores
from omscore.runtime.configuration import Configuration

COLUMNS = ("from", "comes", "others take", "we promised", "withheld", "may be promised")


def run(given: Namespace) -> int:
    """Show the rows on which anything changes, and explain one of them."""
    noon = time(12, tzinfo=UTC)
    clock = FixedClock(datetime.combine(given.today, noon)) if given.today else SystemClock()
    policy, at = stores.availability_in(given.availability), (given.sku, given.node)
    chosen = Configuration(availability=policy if given.days is None else _for(policy, given.days))
    with stores.oms_of(stores.existing(given.database), chosen, clock=clock) as oms:
        rows = oms.availability(*at, channel=given.channel)
        day = given.day or rows[0].day
        lacks = oms.lacking(*at, given.quantity, latest=day, channel=given.channel)
    why = [plots.sentence(rows, day)]
    if lacks is not None:
        why.append(f"{given.quantity} asked: {lacks}")
    if given.picture is not None:
        title = f"{given.sku} in {given.node}"
        plots.save(rows, given.picture, title=title, day=given.day)
    if given.json:
        answer = {"rows": [attrs.asdict(row) for row in rows], "why": why}
        print(json.dumps(answer, indent=2, default=str))
        return status.DONE
    page = pages.console()
    page.print(table(rows))
    for told in why:
        page.print(told, soft_wrap=True)
    return status.DONE


def _for(policy: Availability, days: int) -> Availability:
    """*policy*, with answers for so many *days*."""
    rules = [*policy.answering, Answering()]  # the last one answers where no other does
    ahead = [attrs.evolve(one.options, horizon_days=days) for one in rules]
    answering = [attrs.evolve(one, options=how) for one, how in zip(rules, ahead, strict=True)]
    return attrs.evolve(policy, answering=answering)


def table(rows: Sequence[Row]) -> Table:
    """The rows on which anything changes; a number that is zero is left out."""
    found = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in COLUMNS:
        found.add_column(name, justify="left" if name == "from" else "right", no_wrap=True)
    before = None
    for row in rows:
        moved = row.supply or row.demand or row.reserved
        if before is None or moved or row.available != before:
            found.add_row(f"{row.day}", *map(_units, _figures(row)), _promised(row.available))
        before = row.available
    return found


def _figures(row: Row) -> tuple[int, int, int, int]:
    return row.supply, row.demand, row.reserved, row.withheld


def _units(count: int) -> str:
    return _promised(count) if count else ""


def _promised(count: int) -> str:
    return "no limit" if count >= UNLIMITED // 2 else f"{count:,}"

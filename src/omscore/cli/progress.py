"""Shows how far a replay is, on the standard error stream, if that is a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from omscore.replay.history import HistoricOrder
from omscore.replay.run import Pace
from omscore.replay.scenario import Scenario

EVERY = 25
"""So many acts lie between two looks at the bar."""


class Shown:
    """The bar of one replay: how many commands of those that are to be expected."""

    def __init__(self, scenario: Scenario, progress: Progress) -> None:
        self._zone = ZoneInfo(scenario.zone)
        self._progress = progress
        self._task = progress.add_task("reading", total=_expected(scenario))
        self._acts = 0

    def pace(self, pace: Pace) -> None:
        """Move the bar on."""
        self._acts += 1
        if self._acts % EVERY == 0:
            day = pace.at.astimezone(self._zone).date()
            self._progress.update(
                self._task, description=f"{day}", completed=pace.done + pace.repeated
            )

    def then(self, what: str) -> None:
        """The replay has ended, and something else begins whose end is not foreseen."""
        self._progress.update(self._task, description=what, total=None)


@contextmanager
def shown(scenario: Scenario, *, quiet: bool) -> Iterator[Shown]:
    """The bar, while it is needed; nothing at all, if *quiet* or if nobody looks."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    off = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=off) as progress:
        yield Shown(scenario, progress)


def _expected(scenario: Scenario) -> int:
    """About as many commands: what the scenario asks, and five steps of each order's parcel."""
    given = len(scenario.stock) + 2 * len(scenario.purchase_orders) + len(scenario.events)
    return given + 5 * sum(isinstance(event, HistoricOrder) for event in scenario.events)

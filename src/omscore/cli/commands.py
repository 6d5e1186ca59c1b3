"""What the commands do: each gives the status with which it ends."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import attrs
from attrs import frozen

from omscore.adapters.clocks import FixedClock
from omscore.cli import availability, backtesting, pages, status, stores
from omscore.cli.feeding import feed
from omscore.cli.policies import policy
from omscore.cli.progress import shown
from omscore.kernel import ids
from omscore.kernel.errors import Broken, Conflict, OmsError, Refused, Unavailable
from omscore.lifecycle.order.order import ORDER
from omscore.lifecycle.quote.quote import QUOTE
from omscore.replay.figures import Figures, plain
from omscore.replay.run import Ran, Replay
from omscore.replay.scenario import Scenario, read_scenario
from omscore.runtime.audit import Difference


def run(given: Namespace) -> int:
    """Do the command that was *given*."""
    do = {
        "replay": replay,
        "explain": explain,
        "audit": audit,
        "policy": policy,
        "backtest": backtesting.run,
        "feed": feed,
        "atp": availability.run,
    }
    try:
        return do[given.command](given)
    except (Broken, Unavailable, Conflict) as fault:
        return status.told(f"{type(fault).__name__}: {fault}", status.BROKEN)
    except OmsError as fault:
        return status.told(str(fault))
    except KeyboardInterrupt:
        return status.told("interrupted; the same command again goes on", status.INTERRUPTED)


@frozen
class Result:
    """A replay, and what came of it."""

    scenario: Scenario
    file: Path | None
    ran: Ran
    seconds: float
    figures: Figures
    differences: tuple[Difference, ...]

    @property
    def per_second(self) -> int:
        """New commands per second of the run itself."""
        return round((self.ran.done + self.ran.refused) / self.seconds)


def replay(given: Namespace) -> int:
    """Replay a scenario, then count and audit."""
    stores.scenario_in(given.scenario)
    scenario = read_scenario(given.scenario)
    file = None if given.memory else stores.file_for(given.scenario, given.database)
    clock = FixedClock(scenario.begins_at)
    with (
        stores.oms_for(scenario, clock, file) as oms,
        shown(scenario, quiet=given.quiet or given.json) as bar,
    ):
        began = perf_counter()
        try:
            ran = (one := Replay(scenario, oms, clock, bar.pace)).run(given.until)
        except Refused as refusal:
            return status.told(f"{file}: {refusal}")
        seconds = perf_counter() - began
        bar.then("auditing")
        result = Result(scenario, file, ran, seconds, one.figures(), tuple(oms.audit()))
    if given.json:
        print(json.dumps(as_json(result), indent=2))
    else:
        show(result, quiet=given.quiet)
    return status.DIFFERS if result.differences else status.DONE


def as_json(result: Result) -> dict[str, object]:
    """Everything that `show` shows, and every bad row, for programs."""
    return {
        "figures": plain(result.figures),
        "bad_rows": [
            {"file": one.file, "line": one.line, "code": one.reason.code, "reason": f"{one.reason}"}
            for one in result.scenario.faults
        ],
        "audit": [attrs.asdict(one) for one in result.differences],
        "run": {
            **attrs.asdict(result.ran),
            "seconds": round(result.seconds, 3),
            "commands_per_second": result.per_second,
            "database": None if result.file is None else str(result.file),
        },
    }


def show(result: Result, *, quiet: bool) -> None:
    """Print the figures, what was left out, and how to go on from here."""
    page = pages.console()
    if result.scenario.faults and not quiet:
        page.print(pages.bad_rows(result.scenario.faults), soft_wrap=True)
        page.print()
    page.print(pages.reasons(result.figures))
    page.print(pages.key_figures(result.figures))
    if result.differences:
        page.print(pages.differences(result.differences), soft_wrap=True)
    for sentence in closing(result):
        page.print(sentence, soft_wrap=True)


def closing(result: Result) -> Iterator[str]:
    """What the run did, what the audit found, and where everything is."""
    ran = result.ran
    if ran.done + ran.refused:
        yield (
            f"{ran.done + ran.refused:,} commands and {ran.worked:,} todos in "
            f"{result.seconds:.1f} s: {result.per_second:,} commands per second."
        )
    if ran.repeated:
        only = "" if ran.done + ran.refused else ", so nothing has changed"
        yield f"{ran.repeated:,} commands were done before{only}."
    if not ran.complete:
        yield "Not everything has happened yet: the same replay again goes on."
    if not result.differences:
        yield f"Audit of {result.figures.events:,} events: no difference."
    if result.file is None:
        return
    yield f"Everything is kept in {result.file}.  The story of an order:"
    for order, marks in result.figures.worth_explaining.items():
        yield f"  omscore explain {order} --database {result.file}    # {', '.join(marks)}"


def explain(given: Namespace) -> int:
    """Tell the story of one order, or of a quote if no order is named so."""
    chosen = None if given.policy is None else stores.configuration_in(given.policy)
    with stores.oms_of(stores.existing(given.database), chosen) as oms:
        order, quote = ORDER.key(ids.order_id(given.id)), QUOTE.key(ids.quote_id(given.id))
        if oms.get(order) is None and oms.get(quote) is not None:
            told = oms.explain_quote(quote.id)
        else:
            told = oms.explain(order.id, what_if=chosen is not None)
    if given.json:
        print(json.dumps(attrs.asdict(told), indent=2, default=str))
    else:
        pages.console().print(pages.story(told))
    return status.DONE


def audit(given: Namespace) -> int:
    """Recompute everything, and list what differs."""
    file = stores.existing(given.database)
    with stores.oms_of(file) as oms:
        found = tuple(oms.audit())
        proposed = oms.repair(apply=given.apply) if given.repair or given.apply else ()
        left = tuple(oms.audit()) if given.apply else found
    page = pages.console()
    if found:
        page.print(pages.differences(found), soft_wrap=True)
        if given.repair or given.apply:
            page.print(pages.proposals(proposed, applied=given.apply), soft_wrap=True)
        return status.DIFFERS if left else status.DONE
    page.print(f"Audit of {file}: no difference.")
    return status.DONE

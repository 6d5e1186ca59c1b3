"""What promises would have been worth: learned from the past alone, and counted honestly."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import Region
from omscore.network.calendar import EVERY_DAY
from omscore.network.facts import Calendar
from omscore.network.learned import Shipment
from omscore.replay.backtest import Kept, Past, backtest, read_history
from omscore.testing.builders import DAY, TODAY, day


def went(n: int, took: int | None, *, promised: int | None = None, node: str = "berlin") -> Past:
    """A parcel that left on the *n*th day, and arrived so many days later, or never."""
    left = day(n)
    return Past(
        Shipment(node, "DE", left, None if took is None else left + took * DAY),
        None if promised is None else left + promised * DAY,
    )


def a_history(chance: Random, days: int = 120, each: int = 5) -> list[Past]:
    """So many parcels a day, each as slow as chance has it."""
    return [
        went(n, 1 + round(5 * chance.lognormvariate(0, 0.5)), promised=14)
        for n in range(days)
        for _ in range(each)
    ]


@pytest.mark.parametrize("calendar", [EVERY_DAY, Calendar("carrier")])
def test_a_history_without_a_trend_is_promised_as_surely_as_asked(calendar: Calendar) -> None:
    """Within what chance allows; whole days make it surer by at most what a day brings."""
    found = backtest(a_history(Random(7)), calendar=calendar)
    shares = {one.confidence: one.share or 0 for one in found.kept}

    assert (found.tested_from, found.learned_from, found.tested) == (day(36), 180, 420)
    assert 0.45 < shares[50] < 0.72
    assert 0.85 < shares[90] < 0.97
    assert 0.91 < shares[95] < 1
    assert shares[None] > 0.95
    days = [one.mean_days or 0 for one in found.kept]
    assert days == sorted(days)
    assert days[-1] == 14


@given(st.integers(0, 50), st.integers(0, 30))
def test_what_happens_later_changes_no_promise(seed: int, took: int) -> None:
    """The last week is promised from what was known when it began, whatever came of it."""
    past = a_history(Random(seed), days=40, each=3)
    last = day(33)
    other = [
        one
        if one.shipment.shipped < last
        else attrs.evolve(one, shipment=attrs.evolve(one.shipment, delivered=day(40 + took)))
        for one in past
    ]
    told = [backtest(some, tested_from=last, least=10).kept for some in (past, other)]

    assert [(one.days, one.untold) for one in told[0]] == [
        (one.days, one.untold) for one in told[1]
    ]


def test_what_never_arrives_was_not_on_time() -> None:
    """And what of nothing is known is counted apart, not as a promise that was kept."""
    past = [went(n, 2) for n in range(40)] + [went(41, None), went(41, 2, node="metz"), went(41, 3)]
    alone = backtest(past, [90], tested_from=day(41))

    assert alone.kept == (Kept(90, 3, 1, 6),)
    assert backtest(past, [90], tested_from=day(41), least=41).kept == (Kept(90, 0, 0, 0, 3),)
    assert Kept(90, 0, 0, 0).share is Kept(90, 0, 0, 0).mean_days is None


def test_a_history_is_read_as_strictly_as_any_file(tmp_path: Path) -> None:
    """A bad row costs itself; what is missing may be missing."""
    file = tmp_path / "history.csv"
    file.write_text(
        "node,to,shipped,delivered,promised\n"
        "berlin,DE,2026-03-04,2026-03-06,2026-03-09\n"
        "berlin,DE,2026-03-02,,\n"
        "berlin,DE,2026-03-02,2026-03-01,\n"
        "berlin,DE,02.03.2026,2026-03-03,\n"
        ",DE,2026-03-02,2026-03-03,\n"
    )
    past, faults = read_history(file)

    assert past == [went(0, None), went(2, 2, promised=5)]
    assert [(fault.line, fault.reason.code) for fault in faults] == [
        (4, "row.malformed"),
        (5, "row.bad-date"),
        (6, "row.bad-id"),
    ]
    file.write_text("node,to,shipped,delivered\n")
    with pytest.raises(Unreadable, match="no shipment"):
        read_history(file)


def test_the_first_three_of_ten_are_learned_from() -> None:
    """Unless somebody says from when to test."""
    past = [went(n, 1) for n in range(50)]

    assert backtest(past).tested_from == TODAY + timedelta(days=15)
    assert backtest(past, tested_from=day(49)).tested == 1


def test_a_pace_tells_sellers_and_areas_apart_that_have_few_shipments() -> None:
    """Forty sellers with eight parcels each, half of them slow: as punctual, with fewer days."""
    chance = Random(3)
    past = [
        attrs.evolve(
            went(
                n,
                round((6 + 12 * (seller % 2)) * chance.lognormvariate(0, 0.2)),
                node=f"s-{seller}",
            ),
            origin=Region("PL"),
        )
        for n in range(120)
        for seller in chance.sample(range(40), 4)
    ]
    ways = [backtest(past, [90], pace=pace).kept[0] for pace in (False, True)]
    (lanes, lanes_days), (pace, pace_days) = [(one.share or 0, one.mean_days or 0) for one in ways]

    assert min(lanes, pace) > 0.86
    assert pace_days < 0.9 * lanes_days


def test_a_history_says_what_lies_within_what(tmp_path: Path) -> None:
    """The node in a region, the place in another; a place within itself costs the row."""
    file = tmp_path / "history.csv"
    file.write_text(
        "node,to,shipped,delivered,origin,within\n"
        "berlin,DE-1,2026-03-02,2026-03-04,PL,DE\n"
        "berlin,DE,2026-03-02,2026-03-04,,\n"
        "berlin,DE,2026-03-02,2026-03-04,PL,DE\n"
    )
    past, faults = read_history(file)

    assert [(one.origin, one.within) for one in past] == [("PL", "DE"), (None, None)]
    assert [(fault.line, fault.reason.code) for fault in faults] == [(4, "row.malformed")]
    assert backtest(past, [50], tested_from=day(0), pace=True).kept == (Kept(50, 0, 0, 0, 2),)

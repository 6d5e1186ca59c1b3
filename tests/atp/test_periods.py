"""Methods that look at buckets: the tables of their vendors, and every bucket counted by hand."""

from collections.abc import Sequence
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.entries import DemandEntry, Entry, SupplyEntry, on_hand, unlimited
from omscore.atp.lots import UNLIMITED
from omscore.atp.methods import AtpMethod, Because, Bucket, Options, Row
from omscore.atp.periods import Cumulative, Discrete, Period
from omscore.testing.builders import DAY, TODAY, day
from omscore.testing.entries import entries as entries_of
from omscore.testing.entries import net, projected

any_bucket = st.sampled_from(("day", "week", "supply"))


def available(rows: Sequence[Row]) -> list[int]:
    """The last column."""
    return [one.available for one in rows]


def horizon(days: int, **rest: object) -> Options:
    """Options for so many days."""
    return Options(horizon_days=days, **rest)  # type: ignore[arg-type]


# --- periods ----------------------------------------------------------------------------------

SUPPLY, DEMAND = (6, 4, 2, 4, 8, 4, 4, 4), (6, 2, 3, 6, 6, 1, 2, 2)
ORACLE: list[Entry] = [
    *(SupplyEntry(f"s{n}", units, day(n)) for n, units in enumerate(SUPPLY)),
    *(DemandEntry(f"d{n}", units, day(n)) for n, units in enumerate(DEMAND)),
]


@pytest.mark.parametrize(
    ("method", "figures"),
    [
        (Period(backward=False), [0, 2, -1, -2, 2, 3, 2, 2]),
        (Period(), [0, 0, 0, -1, 2, 3, 2, 2]),
        (Period(accumulate=True), [0, 0, 0, -1, 2, 5, 7, 9]),
        (Period(backward=False, forward=True), [0, 2, 0, 0, 0, 2, 2, 2]),
        (Period(forward=True), [0, 0, 0, 0, 1, 3, 2, 2]),
        (Cumulative(), [0, 2, 1, -1, 1, 4, 6, 8]),
    ],
)
def test_periods_give_the_figures_of_their_vendor(method: AtpMethod, figures: list[int]) -> None:
    """The first three, and projected stock, are tables of the Oracle Inventory manual."""
    assert available(method.curve(ORACLE, TODAY, horizon(8))) == figures


def test_a_shortage_that_is_covered_names_who_covers_it() -> None:
    """Otherwise nobody would understand why a good bucket has so little."""
    assert Period().explain(ORACLE, day(1), TODAY).because == (
        Because("s1", day(1), 4),
        Because("d1", day(1), -2),
        Because("lent", day(2), -1),
        Because("lent", day(3), -1),
    )
    assert Period().explain(ORACLE, day(3), TODAY).because == (
        Because("s3", day(3), 4),
        Because("d3", day(3), -6),
        Because("borrowed", day(1), 1),
    )


def start_of(at: date, bucket: str, receipts: Sequence[date]) -> date:
    """The first day of the bucket that holds a day."""
    if bucket == "week":
        return max(TODAY, at - at.weekday() * DAY)
    return at if bucket == "day" else max(one for one in receipts if one <= at)


def covered(nets: list[int], backward: bool, forward: bool) -> list[int]:
    """One unit at a time: each shortage asks the nearest bucket for a unit, until it has enough."""
    for at in range(len(nets)):
        before = list(range(at - 1, -1, -1)) if backward else []
        after = list(range(at + 1, len(nets))) if forward else []
        while nets[at] < 0 and (over := [n for n in [*before, *after] if nets[n] > 0]):
            nets[over[0]] -= 1
            nets[at] += 1
    return nets


@given(entries_of(), any_bucket, st.booleans(), st.booleans(), st.booleans())
def test_periods_cover_shortages_from_the_nearest_bucket(
    entries: list[Entry], bucket: str, backward: bool, forward: bool, accumulate: bool
) -> None:
    """The oracle keeps every day of three weeks in its bucket, and moves unit by unit."""
    receipts = [TODAY, *(one.day for one in entries if isinstance(one, SupplyEntry))]
    days = [day(n) for n in range(21)]
    starts = sorted({start_of(one, bucket, receipts) for one in days})
    buckets = [
        [one for one in days if start_of(one, bucket, receipts) == start] for start in starts
    ]
    figures = covered([net(entries, one[0], one[-1]) for one in buckets], backward, forward)
    if accumulate:
        for at in range(1, len(figures)):
            figures[at] += max(0, figures[at - 1])

    method = Period(backward, forward, accumulate)
    assert available(method.curve(entries, TODAY, horizon(21, bucket=bucket))) == figures


@given(entries_of(), st.integers(1, 9), st.integers(0, 13))
def test_periods_are_monotone_in_supply_only_in_sum(
    entries: list[Entry], units: int, due: int
) -> None:
    """More supply raises the sum of the buckets by just as much; loans only move it."""
    more = [*entries, SupplyEntry("more", units, day(due))]
    for method in (Period(), Period(forward=True), Period(backward=False)):
        rows = (available(method.curve(one, TODAY)) for one in (entries, more))
        before, after = map(sum, rows)
        assert after - before == units


PERIODS = [Period(*flags) for flags in product((False, True), repeat=3)]


@given(
    entries_of(),
    st.sampled_from([*PERIODS, Cumulative()]),
    st.sampled_from(("day", "week")),
    st.integers(1, 9),
    st.integers(0, 13),
)
def test_more_supply_never_lowers_and_more_demand_never_raises_buckets_of_the_calendar(
    entries: list[Entry], method: AtpMethod, bucket: Bucket, units: int, due: int
) -> None:
    """A loan that is no longer needed goes to the next who is short, and to nobody's loss."""
    options = Options(bucket=bucket)
    more = available(method.curve([*entries, SupplyEntry("more", units, day(due))], TODAY, options))
    less = available(method.curve([*entries, DemandEntry("less", units, day(due))], TODAY, options))

    for was, richer, poorer in zip(
        available(method.curve(entries, TODAY, options)), more, less, strict=True
    ):
        assert poorer <= was <= richer


def test_more_supply_may_lower_a_bucket_that_begins_with_it() -> None:
    """Discrete buckets lack the law, and their page says so: a receipt parts a bucket in two."""
    entries = [on_hand(5), DemandEntry("so", 4, day(2))]
    more = [*entries, SupplyEntry("po", 1, day(2))]

    for method in (Discrete(), Period(backward=False)):
        options = Options(horizon_days=3, bucket="supply")
        assert method.available(entries, day(2), TODAY, options) == 1
        assert method.available(more, day(2), TODAY, options) == -3


def test_discrete_gives_the_figures_of_its_vendor() -> None:
    """The table of the NetSuite manual: 50/40/50/50 against 30/40/10/0."""
    receipts = [TODAY, day(9), day(14), day(28)]
    entries = [
        *(SupplyEntry(f"po-{n}", (50, 40, 50, 50)[n], at) for n, at in enumerate(receipts)),
        *(
            DemandEntry(f"so-{n}", (30, 40, 10)[n], at + 2 * DAY)
            for n, at in enumerate(receipts[:3])
        ),
    ]
    by_supply = Options(bucket="supply")

    assert available(Discrete().curve(entries, TODAY, by_supply)) == [20, 0, 40, 50]
    assert available(Cumulative().curve(entries, TODAY, by_supply)) == [20, 20, 60, 110]
    assert Discrete().available(entries, day(20), TODAY) == 40


@given(entries_of(), st.integers(0, 13))
def test_a_discrete_bucket_runs_from_its_receipt_to_the_next(
    entries: list[Entry], ahead: int
) -> None:
    """On hand is in the first; the running sum is projected stock at the end of the bucket."""
    receipts = sorted({TODAY, *(one.day for one in entries if isinstance(one, SupplyEntry))})
    receipts = [one for one in receipts if one >= TODAY]
    start = max(one for one in receipts if one <= day(ahead))
    end = min([one for one in receipts if one > day(ahead)], default=day(20)) - DAY

    assert Discrete().available(entries, day(ahead), TODAY) == net(entries, start, end)
    assert Cumulative().available(entries, day(ahead), TODAY) == projected(entries, end)


@pytest.mark.parametrize("fence", [day(3), day(10)])
def test_a_fence_in_the_middle_of_a_week_begins_a_bucket(fence: date) -> None:
    """What comes before it in that week is a bucket of its own."""
    entries: list[Entry] = [on_hand(7), DemandEntry("so", 2, fence - DAY), unlimited(fence)]
    weekly = Options(bucket="week")
    before = 5 if fence < day(7) else -2

    for method in (Period(backward=False), Period(backward=False, accumulate=True)):
        last = method.available(entries, fence - DAY, TODAY, weekly)
        assert last == (5 if method.accumulate else before)
        for ahead in (0, 1, 4, 11):
            assert method.available(entries, fence + ahead * DAY, TODAY, weekly) == UNLIMITED

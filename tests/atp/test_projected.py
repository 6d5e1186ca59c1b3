"""Methods that look at projected stock, against an oracle that asks every day."""

from collections.abc import Sequence
from datetime import date

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.counting import Counting, NotForIt
from omscore.atp.entries import DemandEntry, Entry, SupplyEntry, TypeMatrix, on_hand
from omscore.atp.lots import UNLIMITED
from omscore.atp.methods import AtpMethod, Because, Explanation, Options, Row, TooSoon
from omscore.atp.projected import AtReceipts, Lacks, LookAhead, Untracked
from omscore.kernel.errors import Unreadable
from omscore.testing.builders import DAY, TODAY, day
from omscore.testing.entries import entries as entries_of
from omscore.testing.entries import net, projected


def available(rows: Sequence[Row]) -> list[int]:
    """The last column."""
    return [one.available for one in rows]


def horizon(days: int, **rest: object) -> Options:
    """Options for so many days."""
    return Options(horizon_days=days, **rest)  # type: ignore[arg-type]


# --- look-ahead -------------------------------------------------------------------------------


@given(entries_of(), st.integers(0, 19))
def test_look_ahead_is_the_least_of_all_later_days(entries: list[Entry], ahead: int) -> None:
    """The oracle asks every day, beyond the horizon too."""
    least = min(projected(entries, day(n)) for n in range(ahead, 20))

    assert LookAhead().available(entries, day(ahead), TODAY, horizon(20)) == least
    assert least <= projected(entries, day(ahead))


@given(entries_of(), st.lists(st.tuples(st.integers(0, 13), st.integers(1, 9)), max_size=6))
def test_what_look_ahead_grants_never_leaves_a_later_day_short(
    entries: list[Entry], asked: list[tuple[int, int]]
) -> None:
    """Promise by promise: no day goes below where it was, or below zero."""
    before = [projected(entries, day(n)) for n in range(20)]
    for place, (ahead, wanted) in enumerate(asked):
        there = LookAhead().available(entries, day(ahead), TODAY)
        if (units := min(wanted, there)) > 0:
            entries = [*entries, DemandEntry(f"grant{place}", units, day(ahead))]

    for n, was in enumerate(before):
        assert projected(entries, day(n)) >= min(0, was)


projecting = st.just(LookAhead()) | st.builds(Untracked, st.integers(0, 13))


@given(projecting, entries_of(), st.integers(0, 13), st.integers(1, 9), st.integers(0, 13))
def test_more_supply_never_lowers_and_more_demand_never_raises_look_ahead(
    method: AtpMethod, entries: list[Entry], due: int, units: int, at: int
) -> None:
    """A planner who adds a purchase order must not find less to sell; with a lead time, too."""
    was = method.available(entries, day(at), TODAY)

    more = [*entries, SupplyEntry("more", units, day(due))]
    less = [*entries, DemandEntry("more", units, day(due))]
    assert method.available(more, day(at), TODAY) >= was
    assert method.available(less, day(at), TODAY) <= was


@given(entries_of(), st.integers(0, 13), st.integers(0, 13))
def test_untracked_goods_are_look_ahead_until_they_can_be_had(
    entries: list[Entry], lead: int, at: int
) -> None:
    """Whatever takes units from then on takes none of those that are counted."""
    before = [one for one in entries if one.day < day(lead)]
    least = min((projected(before, day(n)) for n in range(at, lead)), default=UNLIMITED)

    assert Untracked(lead).available(entries, day(at), TODAY) == least


@given(entries_of(), st.integers(0, 13), st.integers(1, 30), st.integers(0, 9))
def test_the_smallest_change_makes_it_possible_and_nothing_smaller_does(
    entries: list[Entry], ahead: int, quantity: int, safety: int
) -> None:
    """One unit fewer, or one day later, and it is still not possible."""
    options = Options(safety=safety)
    lacks = LookAhead().lacks(entries, day(ahead), quantity, TODAY, options)

    def possible(units: int, due: date) -> bool:
        more = [*entries, SupplyEntry("more", units, due)] if units else entries
        return LookAhead().available(more, day(ahead), TODAY, options) >= quantity

    if lacks is None:
        assert possible(0, TODAY)
        return
    assert isinstance(lacks, Lacks)
    assert possible(lacks.units, lacks.by)
    assert not possible(lacks.units - 1, lacks.by)
    assert not possible(lacks.units, lacks.by + DAY)
    assert str(lacks) == f"{lacks.units} more units are needed by {lacks.by}"


def test_look_ahead_gives_the_figures_of_the_development_case() -> None:
    """On hand 20, supplies 10, 1 and 3, demands 3 and 15, over seven days."""
    entries = [
        on_hand(20),
        *(SupplyEntry(f"po-{n}", units, day(n)) for n, units in ((2, 10), (4, 1), (5, 3))),
        *(DemandEntry(f"so-{n}", units, day(n)) for n, units in ((0, 3), (3, 15))),
    ]

    assert available(LookAhead().curve(entries, TODAY, horizon(7))) == [12, 12, 12, 12, 13, 16, 16]
    assert LookAhead().explain(entries, day(1), TODAY) == Explanation(
        day=day(1),
        available=12,
        binds=day(3),
        because=(
            Because("on-hand", TODAY, 20),
            Because("so-0", TODAY, -3),
            Because("po-2", day(2), 10),
            Because("so-3", day(3), -15),
        ),
        left_out=(),
    )
    assert LookAhead().lacks(entries, day(1), 14, TODAY) == Lacks(2, day(3))


def test_of_equally_low_days_the_first_one_binds() -> None:
    """Whoever wants to sell more must begin there."""
    entries = [on_hand(5), DemandEntry("so-1", 3, day(2)), SupplyEntry("po", 2, day(4))]
    entries.append(DemandEntry("so-2", 2, day(6)))

    explained = LookAhead().explain(entries, TODAY, TODAY)
    assert (explained.available, explained.binds) == (2, day(2))


@pytest.mark.parametrize("quantity", [0, -1, True])
def test_a_quantity_that_is_none_is_refused(quantity: int) -> None:
    """Nobody lacks nothing."""
    with pytest.raises(Unreadable) as refused:
        LookAhead().lacks([], TODAY, quantity, TODAY)
    assert refused.value.path == "$.quantity"


def test_supply_that_may_not_serve_is_told_and_does_not_count() -> None:
    """All demand stays: the answer errs to the safe side, and windows are exact."""
    entries = [on_hand(5), SupplyEntry("plan", 9, day(1), "planned"), DemandEntry("so", 3, day(2))]
    options = Options(counting=Counting(serves=TypeMatrix({"planned": ["planned"]})))

    explained = LookAhead().explain(entries, day(4), TODAY, options)

    assert explained.available == 2
    assert explained.left_out == (NotForIt("plan", "planned", "committed"),)
    assert "not counted: plan: planned supply may not serve" in str(explained)


def test_nothing_is_promised_for_a_day_that_cannot_be_made_ready_for() -> None:
    """Two days of packing and a margin of one: the first day is the fourth."""
    options = horizon(6, counting=Counting(outbound_days=2, issue_margin_days=1))
    entries = [on_hand(5), SupplyEntry("po", 4, day(1))]

    assert available(LookAhead().curve(entries, TODAY, options)) == [0, 0, 0, 5, 9, 9]
    [reason] = LookAhead().explain(entries, day(2), TODAY, options).left_out
    assert reason == TooSoon(day(2))
    assert str(reason) == "nothing can be made ready for 2026-03-04"
    assert LookAhead().lacks(entries, day(2), 1, TODAY, options) == TooSoon(day(2))
    by_supply = attrs.evolve(options, bucket="supply")
    assert [one.day for one in LookAhead().curve(entries, TODAY, by_supply)] == [
        TODAY,
        day(3),
        day(4),
    ]
    leads = horizon(4, counting=Counting(lead_days=2))
    assert available(LookAhead().curve(entries, TODAY, leads)) == [0, 0, 9, 9]


# --- look-ahead at receipts -----------------------------------------------------------------------


@given(entries_of(), st.integers(0, 13))
def test_at_receipts_deducts_net_issues_until_receipts_exceed_them(
    entries: list[Entry], ahead: int
) -> None:
    """The formula as vendors write it: stock after the receipt, less the net issues that follow."""
    supplies = [one.day for one in entries if isinstance(one, SupplyEntry)]
    at = max([TODAY, *(one for one in supplies if one <= day(ahead))])
    deducted = 0
    for n in range((at - TODAY).days + 1, 20):
        if net(entries, at + DAY, day(n)) > 0:
            break
        deducted = -net(entries, at + DAY, day(n))

    answer = AtReceipts().available(entries, day(ahead), TODAY)
    assert answer == projected(entries, at) - deducted
    assert answer <= projected(entries, at)


def test_at_receipts_stops_looking_where_receipts_exceed_issues() -> None:
    """Today it sees the ten that come before the fifteen go; so 17 may be too many."""
    entries = [
        on_hand(20),
        SupplyEntry("po", 10, day(2)),
        DemandEntry("so-1", 3, TODAY),
        DemandEntry("so-2", 15, day(3)),
    ]

    assert available(AtReceipts().curve(entries, TODAY, horizon(5))) == [17, 17, 12, 12, 12]
    assert available(LookAhead().curve(entries, TODAY, horizon(5))) == [12, 12, 12, 12, 12]


def test_more_supply_may_lower_what_at_receipts_says() -> None:
    """It lacks the law of look-ahead, and its page says so: a larger receipt ends the look sooner.

    With five more on the second day it stops on the first, where only four are left.
    """
    entries = [on_hand(10), DemandEntry("so", 6, day(1)), SupplyEntry("po", 5, day(2))]
    more = [*entries, SupplyEntry("po-2", 5, day(2))]

    assert AtReceipts().available(entries, TODAY, TODAY) == 9
    assert AtReceipts().available(more, TODAY, TODAY) == 4
    assert LookAhead().available(entries, TODAY, TODAY) == 4

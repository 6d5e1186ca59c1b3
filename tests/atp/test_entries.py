"""Entries: what brings and takes units, and how each counts as seen from a day."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.buckets import Bucket, Held
from omscore.atp.counting import (
    Counted,
    Counting,
    LeftOut,
    NotForIt,
    PastDue,
    Spent,
    Unreliable,
    normalize,
)
from omscore.atp.entries import (
    DEMAND_KINDS,
    FARTHEST_DAYS,
    SUPPLY_KINDS,
    DemandEntry,
    Entry,
    SupplyEntry,
    TypeMatrix,
    of_position,
    on_hand,
    unlimited,
)
from omscore.atp.lots import UNLIMITED
from omscore.atp.methods import Options
from omscore.atp.position import Position
from omscore.atp.projected import LookAhead
from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import MOST_UNITS
from omscore.network.facts import Calendar
from omscore.testing import strategies
from omscore.testing.builders import DAY, HOUR, MONDAY, TODAY, day

WEEKDAYS = Calendar("weekdays")
any_position = strategies.positions(expiries=(MONDAY - HOUR, MONDAY, MONDAY + HOUR))


@st.composite
def some_entries(draw: st.DrawFn) -> list[Entry]:
    """Up to eight supplies and demands, some of them overdue, some that expire."""
    entries = list[Entry]()
    for place in range(draw(st.integers(0, 8))):
        due = day(draw(st.integers(-6, 12)))
        if draw(st.booleans()):
            kind = draw(st.sampled_from(DEMAND_KINDS))
            entries.append(DemandEntry(f"d{place}", draw(st.integers(1, 9)), due, kind))
            continue
        entries.append(
            SupplyEntry(
                f"s{place}",
                draw(st.integers(0, 9)),
                due,
                draw(st.sampled_from(SUPPLY_KINDS[:-1])),
                use_by=due + draw(st.integers(0, 9)) * DAY if draw(st.booleans()) else None,
                firm=draw(st.booleans()),
                reliability=draw(st.integers(0, 100)),
            )
        )
    return entries


few = st.integers(0, 4)
any_counting = st.builds(
    Counting,
    supply_back_days=st.none() | few,
    demand_back_days=st.none() | few,
    supply_delay_days=few,
    demand_delay_days=few,
    inbound_days=few,
    outbound_days=few,
    issue_margin_days=few,
    unlimited_after_days=st.none() | few,
    least_reliability=st.integers(0, 100),
    calendar=strategies.calendars(),
)


def names(counted: Counted) -> list[str]:
    """The ids of what counts."""
    return [one.id for one in (*counted.supplies, *counted.demands)]


def only(counted: Counted) -> LeftOut:
    """The one reason."""
    [reason] = counted.left_out
    return reason


# --- laws -------------------------------------------------------------------------------------


@given(some_entries(), any_counting)
def test_an_entry_counts_or_is_named_with_a_reason(
    entries: list[Entry], counting: Counting
) -> None:
    """Nothing that a planner entered may vanish without a word."""
    counted = normalize(entries, TODAY, counting)
    fence = [] if counting.unlimited_after_days is None else ["unlimited"]

    told = [*names(counted), *(one.entry for one in counted.left_out)]
    assert sorted(told) == sorted([*(one.id for one in entries), *fence])


@given(some_entries(), any_counting)
def test_what_counts_counts_from_today_on_with_all_its_units(
    entries: list[Entry], counting: Counting
) -> None:
    """Days move; units, kinds and lots do not."""
    counted = normalize(entries, TODAY, counting)
    given_ = {one.id: one for one in entries}

    for one in (*counted.supplies, *counted.demands):
        assert one.day >= TODAY
        if one.id in given_:
            assert attrs.evolve(one, day=given_[one.id].day) == given_[one.id]
    for lot in counted.supplies:
        assert lot.use_by is None or lot.day <= lot.use_by


@given(st.data(), some_entries(), any_counting)
def test_the_order_of_entries_does_not_matter(
    data: st.DataObject, entries: list[Entry], counting: Counting
) -> None:
    """Two feeds that come in another order describe the same stock."""
    shuffled = data.draw(st.permutations(entries))

    assert normalize(shuffled, TODAY, counting) == normalize(entries, TODAY, counting)


@given(some_entries(), st.integers(-400, 400))
def test_a_shift_of_all_days_shifts_what_counts(entries: list[Entry], by: int) -> None:
    """Where calendars play no part, no day is special."""

    def shifted(one: Any) -> Any:
        use_by = getattr(one, "use_by", None)
        ends = {} if use_by is None else {"use_by": use_by + by * DAY}
        return attrs.evolve(one, day=one.day + by * DAY, **ends)

    before = normalize(entries, TODAY)
    after = normalize(map(shifted, entries), TODAY + by * DAY)

    assert after.supplies == tuple(map(shifted, before.supplies))
    assert after.demands == tuple(map(shifted, before.demands))


@given(any_position, strategies.days(14))
def test_the_entries_of_a_position_answer_what_the_position_answers(
    position: Position, at: date
) -> None:
    """Methods are asked about what the library keeps: both must mean the same by it."""
    entries = of_position(position, TODAY, MONDAY)

    assert LookAhead().available(entries, at, TODAY) == position.available(
        at, today=TODAY, now=MONDAY
    )


# --- examples ---------------------------------------------------------------------------------


def test_the_entries_of_a_position_say_what_they_are() -> None:
    """Foreign demand is a plan of others; a hold that has expired is nothing any more."""
    position = Position(
        7,
        (Bucket(day(2), supply=5, committed=3, foreign=1),),
        (Held(MONDAY, day(1), 2), Held(MONDAY + HOUR, day(1), 4)),
    )

    assert of_position(position, TODAY, MONDAY) == [
        on_hand(7),
        SupplyEntry("due:2026-03-04", 5, day(2)),
        DemandEntry("committed:2026-03-04", 3, day(2)),
        DemandEntry("foreign:2026-03-04", 1, day(2), "planned"),
        DemandEntry("held:2026-03-03:1", 4, day(1)),
    ]


def test_a_sum_beyond_what_one_entry_may_state_is_several() -> None:
    """A position adds up; an entry is bounded."""
    entries = of_position(Position(2 * MOST_UNITS + 1), TODAY, MONDAY)

    assert [one.id for one in entries] == ["on-hand", "on-hand:1", "on-hand:2"]
    assert LookAhead().available(entries, TODAY, TODAY) == 2 * MOST_UNITS + 1


@pytest.mark.parametrize(("late", "counts"), [(0, True), (2, True), (3, False)])
def test_supply_counts_for_some_days_after_it_was_due(late: int, counts: bool) -> None:
    """A truck that is two days late is still a truck; after that somebody should ask."""
    counting = Counting(supply_back_days=2, supply_delay_days=4)
    counted = normalize([SupplyEntry("po", 5, TODAY - late * DAY)], TODAY, counting)

    if counts:
        assert counted.supplies[0].day == (day(4) if late else TODAY)
    else:
        assert only(counted) == PastDue("po", TODAY - 3 * DAY, 2)
        assert str(only(counted)) == "po was due on 2026-02-27, more than 2 days ago"


def test_demand_has_a_fence_and_a_delay_of_its_own() -> None:
    """An order that nobody fetched for a month is not in the way of others."""
    entries = [DemandEntry("old", 1, TODAY - 31 * DAY), DemandEntry("late", 1, TODAY - DAY)]
    counted = normalize(entries, TODAY, Counting(demand_back_days=30, demand_delay_days=1))

    assert only(counted) == PastDue("old", TODAY - 31 * DAY, 30)
    assert [one.day for one in counted.demands] == [day(1)]
    assert len(normalize(entries, TODAY).demands) == 2


def test_goods_take_working_days_to_come_in_and_to_go_out() -> None:
    """Due on Friday, put away in two days: usable on Tuesday.  To go on Monday: taken on Friday."""
    counting = Counting(inbound_days=2, outbound_days=1, calendar=WEEKDAYS)
    entries = [SupplyEntry("po", 5, day(4)), DemandEntry("so", 5, day(7)), on_hand(1)]
    counted = normalize(entries, TODAY, counting)

    assert [(one.id, one.day) for one in counted.supplies] == [("on-hand", TODAY), ("po", day(8))]
    assert [one.day for one in counted.demands] == [day(4)]
    assert Counting(issue_margin_days=2).taken_on(day(7)) == day(5)


def test_supply_that_is_spent_before_it_can_be_used_is_none() -> None:
    """Put away for two days, and past its date by then."""
    lot = SupplyEntry("lot", 5, day(1), use_by=day(2))

    assert not normalize([lot], TODAY).left_out
    assert only(normalize([lot], TODAY, Counting(inbound_days=2))) == Spent("lot", day(2))
    assert only(normalize([lot], day(3), Counting(supply_back_days=9))) == Spent("lot", day(2))
    assert "until 2026-03-04" in str(Spent("lot", day(2)))


def test_supply_that_is_seldom_as_announced_can_be_left_out() -> None:
    """A vendor that keeps two dates of three is no base for a promise."""
    entries = [SupplyEntry("a", 5, TODAY, reliability=66), SupplyEntry("b", 5, TODAY)]
    counted = normalize(entries, TODAY, Counting(least_reliability=67))

    assert names(counted) == ["b"]
    assert only(counted) == Unreliable("a", 66, 67)
    assert str(only(counted)) == "a is 66 % reliable, less than 67 %"


def test_the_type_matrix_says_which_supply_serves_which_demand() -> None:
    """A plan may feed a forecast, but nobody promises it to a customer."""
    matrix = TypeMatrix({"planned": ["planned"]})
    entries = [
        SupplyEntry("plan", 5, TODAY, "planned"),
        SupplyEntry("draft", 5, TODAY, "purchase", firm=False),
        SupplyEntry("po", 5, TODAY),
    ]
    asked = Counting(serves=matrix)
    counted = normalize(entries, TODAY, asked).serving(asked)

    assert names(counted) == ["po"]
    assert counted.left_out == (
        NotForIt("draft", "planned", "committed"),
        NotForIt("plan", "planned", "committed"),
    )
    assert str(counted.left_out[1]) == "plan: planned supply may not serve committed demand"
    assert len(normalize(entries, TODAY).serving(Counting(asks="planned")).supplies) == 3
    assert hash(matrix) == hash(TypeMatrix())


def test_a_fence_is_an_entry_without_limit() -> None:
    """Who sees it sees supply, not an exception to a rule."""
    counted = normalize([], TODAY, Counting(unlimited_after_days=3))

    assert counted.supplies == (unlimited(day(3)),)
    assert counted.supplies[0].units == UNLIMITED


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "path"),
    [
        (lambda: SupplyEntry("po", -1, TODAY), "$.quantity"),
        (lambda: SupplyEntry("po", True, TODAY), "$.quantity"),
        (lambda: DemandEntry("so", 1.0, TODAY), "$.quantity"),  # type: ignore[arg-type]
        (lambda: DemandEntry("so", 0, TODAY), "$.quantity"),
        (lambda: DemandEntry("so", MOST_UNITS + 1, TODAY), "$.quantity"),
        (lambda: SupplyEntry("p o", 1, TODAY), "$.id"),
        (lambda: SupplyEntry("po", 1, MONDAY), "$.day"),
        (lambda: SupplyEntry("po", 1, TODAY, "gift"), "$.kind"),  # type: ignore[arg-type]
        (lambda: DemandEntry("so", 1, TODAY, "gift"), "$.kind"),  # type: ignore[arg-type]
        (lambda: SupplyEntry("po", 1, day(2), use_by=day(1)), "$.use_by"),
        (lambda: SupplyEntry("po", 1, day(2), use_by=MONDAY + timedelta(9)), "$.use_by"),
        (lambda: SupplyEntry("po", 1, TODAY, lot="a/b"), "$.lot"),
        (lambda: SupplyEntry("po", 1, TODAY, reliability=101), "$.reliability"),
        (lambda: SupplyEntry("po", 1, TODAY, "unlimited"), "$.quantity"),
        (lambda: DemandEntry("so", 1, TODAY, fresh_days=-1), "$.fresh_days"),
        (lambda: TypeMatrix({"gift": []}), "$.serves"),  # type: ignore[dict-item]
        (lambda: TypeMatrix({"planned": ["gift"]}), "$.serves.planned"),  # type: ignore[list-item]
        (lambda: Counting(supply_back_days=-1), "$.supply_back_days"),
        (lambda: Counting(lead_days=FARTHEST_DAYS + 1), "$.lead_days"),
        (lambda: Counting(inbound_days=True), "$.inbound_days"),
        (lambda: Counting(least_reliability=-1), "$.least_reliability"),
        (lambda: Counting(asks="gift"), "$.asks"),  # type: ignore[arg-type]
        (lambda: Options(horizon_days=0), "$.horizon_days"),
        (lambda: Options(bucket="month"), "$.bucket"),  # type: ignore[arg-type]
        (lambda: Options(safety=-1), "$.safety"),
        (lambda: normalize([], MONDAY), "$.today"),
        (lambda: normalize([on_hand(1), on_hand(2)], TODAY), "$.entries[1].id"),
        (lambda: normalize(["po"], TODAY), "$.entries[0]"),  # type: ignore[list-item]
        (
            lambda: normalize([DemandEntry("so", 1, day(FARTHEST_DAYS + 1))], TODAY),
            "$.entries[0].day",
        ),
    ],
)
def test_bad_input_is_refused_by_name(made: Callable[[], object], path: str) -> None:
    """The path says which field to mend."""
    with pytest.raises(Unreadable) as refused:
        made()
    assert refused.value.path == path


def test_a_calendar_without_working_days_is_refused() -> None:
    """Looking for a working day ends."""
    never = Calendar("never", weekdays=[0], holidays=[TODAY + n * 7 * DAY for n in range(60)])

    with pytest.raises(Unreadable):
        normalize([DemandEntry("so", 1, TODAY)], TODAY, Counting(outbound_days=1, calendar=never))

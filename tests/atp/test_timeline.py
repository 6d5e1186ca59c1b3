"""A timeline: look-ahead after any changes and questions equals a position's, at every size."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from omscore.atp import segments, timeline
from omscore.atp.buckets import Bucket
from omscore.atp.position import Position
from omscore.atp.timeline import FEW, Timeline
from omscore.testing import strategies
from omscore.testing.builders import MONDAY, TODAY

NOW = TODAY.toordinal()
LONG = segments.LONGEST * 3 // 4 * segments.MANY  # so many days have no tree yet
SIZES = (0, 1, 2, FEW - 1, FEW, FEW + 1, LONG - 1, LONG, LONG + 1, 2 * LONG, 2 * LONG + 1)

Change = tuple[int, int]


def as_position(stock: int, changes: list[Change]) -> Position:
    """The slow and obvious oracle: what goes is foreign demand, what comes is supply."""
    net = dict[int, int]()
    for day, units in changes:
        net[day] = net.get(day, 0) + units
    buckets = (
        Bucket(at(day), supply=max(0, net[day]), foreign=max(0, -net[day])) for day in sorted(net)
    )
    return Position(stock, tuple(buckets))


def at(day: int) -> date:
    """The date of an ordinal."""
    return date.fromordinal(day)


def all_days(changes: list[Change]) -> Iterator[int]:
    """Today, every day with a change, and its neighbors."""
    near = {on + step for on, _ in changes for step in (-1, 0, 1)} | {NOW, NOW + 1}
    return iter(sorted(day for day in near if day >= NOW))


def many(size: int, *, gap: int = 1) -> list[Change]:
    """Changes at *size* days, *gap* apart, that rise and fall without a period."""
    return [(NOW + 1 + gap * n, (n * n * 7 + n) % 23 - 11 or 5) for n in range(size)]


units = st.integers(-9, 9)
changes = st.lists(st.tuples(st.integers(NOW, NOW + 40), units), max_size=60)


@given(strategies.positions())
def test_a_timeline_of_a_position_answers_like_the_position(position: Position) -> None:
    """The same stock, told as net changes from today on, promises the same at each date."""
    net = [
        (one.day.toordinal(), (one.supply if one.day >= TODAY else 0) - one.committed - one.foreign)
        for one in position.buckets
    ]
    told = Timeline(position.on_hand, net, today=NOW)
    for day in all_days(net):
        assert told.available(day) == position.available(at(day), today=TODAY, now=MONDAY)


@given(st.integers(-20, 99), changes, st.integers(NOW, NOW + 45), st.integers(1, 60))
def test_every_question_has_the_answer_of_the_position(
    stock: int, rows: list[Change], start: int, quantity: int
) -> None:
    """Days, curve, steps, projected stock and the earliest day, read from one oracle."""
    told, slow = Timeline(stock, rows, today=NOW), as_position(stock, rows)
    days = list(all_days(rows))
    answers = [slow.available(at(day), today=TODAY, now=MONDAY) for day in days]
    assert [told.available(day) for day in days] == answers
    assert [told.curve(day, day + 1) for day in days] == [[one] for one in answers]
    assert told.curve(NOW, NOW + 50) == [told.available(NOW + n) for n in range(50)]
    assert [told.projected(day) for day in days] == [
        stock + sum(units for on, units in rows if on <= day) for day in days
    ]
    steps = [(at(day), units) for day, units in told.steps(start)]
    assert steps == slow.curve(at(start), today=TODAY, now=MONDAY)
    earliest = slow.earliest(quantity, start=at(start), today=TODAY, now=MONDAY)
    found = told.earliest(quantity, start)
    assert (at(found) if found else None) == earliest


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("gap", [1, 9], ids=["close", "apart"])
def test_answers_are_equal_on_both_sides_of_every_threshold(size: int, gap: int) -> None:
    """Plain reading, segments and tree take over from one another unnoticed, also as days come."""
    rows = many(size, gap=gap)
    slow = as_position(50, rows)
    whole, grown = Timeline(50, rows, today=NOW), Timeline(50, today=NOW)
    for day, some in reversed(rows[::2]):
        grown.change(day, some)
    for day, some in rows[1::2]:
        grown.change(day, some)
    for day in all_days(rows):
        answer = slow.available(at(day), today=TODAY, now=MONDAY)
        assert (whole.available(day), grown.available(day)) == (answer, answer)
    assert whole.changes() == grown.changes() == rows


@pytest.mark.parametrize("size", SIZES)
def test_the_earliest_day_is_right_on_both_sides_of_every_threshold(size: int) -> None:
    """The search goes down the tree; the oracle walks the dates."""
    rows = many(size)
    told, slow = Timeline(3, rows, today=NOW), as_position(3, rows)
    for quantity in range(1, 40):
        found = told.earliest(quantity, NOW)
        earliest = slow.earliest(quantity, start=TODAY, today=TODAY, now=MONDAY)
        assert (at(found) if found else None) == earliest


@pytest.mark.parametrize("size", [FEW + 1, LONG, LONG + 1])
def test_answers_that_were_written_down_go_with_the_next_change(size: int) -> None:
    """Questions in a row are answered from notes; a change must not leave old ones behind."""
    rows = many(size)
    told = Timeline(50, rows, today=NOW)
    for turn, (day, _) in enumerate(list(rows)):
        asked = [told.available(NOW + 3) for _ in range(2 * segments.PATIENCE)]
        assert len(set(asked)) == 1
        told.change(day, -turn - 1)
        rows.append((day, -turn - 1))
        slow = as_position(50, rows)
        assert told.available(NOW + 3) == slow.available(at(NOW + 3), today=TODAY, now=MONDAY)


@given(changes, st.lists(units, min_size=1))
def test_a_change_now_moves_every_answer_by_as_much(rows: list[Change], now: list[int]) -> None:
    """Receipts, shipments and reservations for today are an offset, and so is what is past."""
    told, moved = Timeline(5, rows, today=NOW), Timeline(5, rows, today=NOW)
    for ago, some in enumerate(now):
        moved.change(NOW - ago, some)
    for day in all_days(rows):
        assert moved.available(day) == told.available(day) + sum(now)


@given(changes, st.integers(0, 45))
def test_days_pass_and_later_answers_stay(rows: list[Change], past: int) -> None:
    """What was to change by then has happened; nothing else is different."""
    told, passed = Timeline(5, rows, today=NOW), Timeline(5, rows, today=NOW)
    passed.advance(NOW + past)
    assert passed.today == NOW + past
    for day in all_days(rows):
        if day >= NOW + past:
            assert passed.available(day) == told.available(day)
    assert passed.changes() == [row for row in told.changes() if row[0] > NOW + past]


@given(changes)
def test_what_comes_and_is_taken_back_leaves_no_trace(rows: list[Change]) -> None:
    """Memory follows the days that change something, not history."""
    told = Timeline(5, rows, today=NOW)
    before = told.changes()
    for step in (1, -1):
        for n in range(FEW + 20):
            told.change(NOW + 1 + n, step)
    told.change(NOW + 500, 1)
    told.change(NOW + 500, -1)
    assert told.changes() == before


@given(changes, st.integers(NOW, NOW + 45), st.integers(1, 9))
def test_more_supply_never_lowers_and_more_demand_never_raises(
    rows: list[Change], day: int, some: int
) -> None:
    """Look-ahead is monotone, at every date, whatever the date of what is new."""
    told = Timeline(5, rows, today=NOW)
    more, less = Timeline(5, rows, today=NOW), Timeline(5, rows, today=NOW)
    more.change(day, some)
    less.change(day, -some)
    for on in all_days([*rows, (day, some)]):
        assert less.available(on) <= told.available(on) <= more.available(on)


class Writing(RuleBasedStateMachine):
    """Any sequence of changes and questions, from any size, against the changes as a list."""

    @initialize(size=st.sampled_from(SIZES))
    def begin(self, size: int) -> None:
        """From nothing, or from as many days as bring another structure into play."""
        self.rows = many(size)
        self.told = Timeline(40, self.rows, today=NOW)

    @rule(day=st.integers(NOW - 2, NOW + 3 * LONG), some=units)
    def change(self, day: int, some: int) -> None:
        """Something comes or goes, before, today or later."""
        self.rows.append((max(day, NOW), some))
        self.told.change(day, some)

    @rule(days=st.lists(st.integers(NOW, NOW + 3 * LONG), min_size=1, max_size=20))
    def ask(self, days: list[int]) -> None:
        """Some questions in a row, so that notes are taken."""
        slow = as_position(40, self.rows)
        for day in days:
            answer = slow.available(at(day), today=TODAY, now=MONDAY)
            assert self.told.available(day) == answer

    @rule(start=st.integers(NOW, NOW + 3 * LONG), length=st.integers(0, 30))
    def look(self, start: int, length: int) -> None:
        """A part of the curve, and one row of it from scratch."""
        curve = self.told.curve(start, start + length)
        assert curve == [self.told.available(start + n) for n in range(length)]
        assert curve == sorted(curve)

    @invariant()
    def lasts(self) -> None:
        """After the last change, what is available is all that is left."""
        if hasattr(self, "told"):
            total = 40 + sum(some for _, some in self.rows)
            assert self.told.available(NOW + 9 * LONG) == total


TestWriting = Writing.TestCase


def test_a_timeline_tells_the_public_development_case() -> None:
    """On hand 20, supplies on days 3, 5 and 6, demands on days 1 and 4: 12 12 12 12 13 16 16."""
    first = NOW - 1
    rows = [(first + 1, -3), (first + 3, 10), (first + 4, -15), (first + 5, 1), (first + 6, 3)]
    told = Timeline(20, rows, today=NOW)
    assert told.curve(NOW, NOW + 7) == [12, 12, 12, 12, 13, 16, 16]
    assert told.steps(NOW) == [(NOW, 12), (first + 5, 13), (first + 6, 16)]
    assert told.earliest(14, NOW) == (TODAY + timedelta(days=5)).toordinal()
    assert told.earliest(17, NOW) is None


def test_thresholds_are_in_the_order_that_the_tests_take_for_granted() -> None:
    """Sizes above are on both sides of each of them only while this holds."""
    assert 1 < timeline.FEW < LONG

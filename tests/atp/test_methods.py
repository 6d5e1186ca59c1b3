"""Methods: the dialects of planners, each against a slow oracle and its vendor's own figures."""

from collections.abc import Callable, Sequence

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.counting import Counting
from omscore.atp.entries import DemandEntry, Entry, SupplyEntry, on_hand, unlimited
from omscore.atp.lots import UNLIMITED, shown
from omscore.atp.methods import AtpMethod, Options, Row
from omscore.atp.periods import Cumulative, Discrete, Period
from omscore.atp.projected import AtReceipts, LookAhead, Untracked
from omscore.atp.windows import Windows
from omscore.kernel.errors import Unreadable
from omscore.testing.builders import DAY, TODAY, day
from omscore.testing.entries import entries as entries_of
from omscore.testing.entries import projected

METHODS: list[AtpMethod] = [
    LookAhead(),
    AtReceipts(),
    Period(),
    Period(backward=False),
    Period(forward=True),
    Period(accumulate=True),
    Period(backward=False, forward=True, accumulate=True),
    Discrete(),
    Cumulative(),
    Windows(),
    Windows(settled=True, pick="fifo"),
    Untracked(lead_days=5),
]
any_method = st.sampled_from(METHODS)
any_bucket = st.sampled_from(("day", "week", "supply"))


any_options = st.builds(
    Options,
    horizon_days=st.integers(1, 20),
    bucket=any_bucket,
    clamp=st.booleans(),
    safety=st.integers(0, 9),
    counting=st.builds(
        Counting,
        outbound_days=st.integers(0, 2),
        inbound_days=st.integers(0, 2),
        issue_margin_days=st.integers(0, 2),
        lead_days=st.integers(0, 3),
        unlimited_after_days=st.none() | st.integers(0, 20),
    ),
)


def available(rows: Sequence[Row]) -> list[int]:
    """The last column."""
    return [one.available for one in rows]


def horizon(days: int, **rest: object) -> Options:
    """Options for so many days."""
    return Options(horizon_days=days, **rest)  # type: ignore[arg-type]


# --- laws of every method -----------------------------------------------------------------------


@given(any_method, entries_of(fence=True), any_options, st.integers(0, 19))
def test_the_parts_of_an_explanation_add_up_to_the_number(
    method: AtpMethod, entries: list[Entry], options: Options, ahead: int
) -> None:
    """Whoever doubts a number can add it up by hand."""
    at = day(ahead % options.horizon_days)
    explained = method.explain(entries, at, TODAY, options)

    total = shown(sum(one.units for one in explained.because))
    assert explained.available == (max(0, total) if options.clamp else total)
    assert explained.available == method.available(entries, at, TODAY, options)
    assert str(explained).count("\n") == len(explained.because) + len(explained.left_out)


@given(any_method, entries_of(fence=True), any_options)
def test_a_row_says_what_is_available_on_its_first_day(
    method: AtpMethod, entries: list[Entry], options: Options
) -> None:
    """The picture and the single answer are one."""
    rows = method.curve(entries, TODAY, options)

    assert rows[0].day == TODAY
    assert [one.day for one in rows] == sorted({one.day for one in rows})
    for one in rows:
        assert one.available == method.available(entries, one.day, TODAY, options)


@given(st.sampled_from(METHODS[:-1]), entries_of(), st.integers(0, 13), any_bucket)
def test_the_columns_hold_each_entry_once(
    method: AtpMethod, entries: list[Entry], ahead: int, bucket: str
) -> None:
    """Supply, demand of others and what is reserved, from today to the end of the horizon."""
    rows = method.curve(entries, TODAY, horizon(ahead + 1, bucket=bucket))
    counted = [one for one in entries if one.day <= day(ahead)]

    supplies = [one.quantity for one in counted if isinstance(one, SupplyEntry)]
    demands = [one for one in counted if isinstance(one, DemandEntry)]
    ours = [one.quantity for one in demands if one.kind == "committed"]
    assert sum(one.supply for one in rows) == sum(supplies)
    assert sum(one.reserved for one in rows) == sum(ours)
    assert sum(one.demand + one.reserved for one in rows) == sum(one.quantity for one in demands)


@given(st.data(), any_method, entries_of(fence=True), any_options)
def test_the_order_of_entries_does_not_matter(
    data: st.DataObject, method: AtpMethod, entries: list[Entry], options: Options
) -> None:
    """Nor does who came first to the list."""
    shuffled = data.draw(st.permutations(entries))

    assert method.curve(shuffled, TODAY, options) == method.curve(entries, TODAY, options)


@given(any_method, entries_of(fence=True), st.integers(-50, 50).map(lambda n: n * 7))
def test_a_shift_of_all_days_shifts_the_answer(
    method: AtpMethod, entries: list[Entry], by: int
) -> None:
    """By whole weeks, so that weekly buckets move along."""
    moved = [
        one if one.id == "on-hand" else attrs.evolve(one, day=one.day + by * DAY) for one in entries
    ]
    rows = method.curve(entries, TODAY)

    assert method.curve(moved, TODAY + by * DAY) == [
        attrs.evolve(one, day=one.day + by * DAY) for one in rows
    ]


@given(any_method, entries_of(), any_options, st.integers(0, 12))
def test_safety_stock_is_withheld_but_never_makes_a_number_negative(
    method: AtpMethod, entries: list[Entry], options: Options, safety: int
) -> None:
    """What is short of safety stock is told apart: a shortage of it is no shortage of promises."""
    bare = method.curve(entries, TODAY, attrs.evolve(options, safety=0, clamp=False))
    safe = method.curve(entries, TODAY, attrs.evolve(options, safety=safety, clamp=False))

    for without, row in zip(bare, safe, strict=True):
        assert row.available == shown(without.available - row.withheld)
        assert row.available >= min(0, without.available)
        if without.available != 0 or row.withheld:
            assert row.withheld + row.safety_short in (safety, 0)
            assert row.withheld <= max(0, without.available)


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_only_days_of_the_horizon_may_be_asked_for(method: AtpMethod) -> None:
    """It limits the question; what comes after it still counts."""
    for at in (TODAY - DAY, day(30)):
        with pytest.raises(Unreadable) as refused:
            method.available([], at, TODAY)
        assert refused.value.path == "$.day"
    with pytest.raises(Unreadable):
        method.explain([], day(7), TODAY, horizon(7))
    late = [on_hand(5), DemandEntry("so", 9, day(300))]
    assert LookAhead().available(late, TODAY, TODAY) == -4


# --- where methods agree ----------------------------------------------------------------------


@given(entries_of(), st.integers(0, 13))
def test_methods_agree_where_they_must(entries: list[Entry], ahead: int) -> None:
    """Look-ahead is the most careful of those that see projected stock, and the end is one."""
    at = day(ahead)
    look_ahead = LookAhead().available(entries, at, TODAY)

    assert look_ahead <= AtReceipts().available(entries, at, TODAY)
    assert look_ahead <= Cumulative().available(entries, at, TODAY)
    end = {
        m: m.available(entries, day(29), TODAY) for m in (LookAhead(), AtReceipts(), Cumulative())
    }
    assert set(end.values()) == {projected(entries, day(29))}
    assert sum(available(Discrete().curve(entries, TODAY, Options(bucket="supply")))) == projected(
        entries, day(29)
    )


@given(entries_of(), st.integers(0, 13))
def test_windows_of_lots_that_never_expire_are_look_ahead(entries: list[Entry], ahead: int) -> None:
    """Where no lot ends and all serve all, matching and running minimum are one."""
    options = Options(clamp=True)

    assert Windows().available(entries, day(ahead), TODAY, options) == LookAhead().available(
        entries, day(ahead), TODAY, options
    )


# --- without limit ----------------------------------------------------------------------------


@given(any_method, entries_of(), st.integers(0, 13), st.integers(0, 20), any_bucket)
def test_from_a_fence_on_there_is_no_limit(
    method: AtpMethod, entries: list[Entry], fence: int, ahead: int, bucket: str
) -> None:
    """An entry of the host and an option say the same."""
    fenced = [*entries, unlimited(day(fence))]
    plain = horizon(21, bucket=bucket)
    by_option = attrs.evolve(plain, counting=Counting(unlimited_after_days=fence))

    there = method.available(fenced, day(ahead), TODAY, plain)
    assert there == method.available(entries, day(ahead), TODAY, by_option)
    assert (there == UNLIMITED) == (ahead >= fence or (method == METHODS[-1] and ahead >= 5))


def test_untracked_goods_have_no_limit_once_they_can_be_had() -> None:
    """Made to order in five days; what is on hand goes before, and what is promised stays so."""
    entries = [on_hand(3), DemandEntry("so", 2, day(2)), DemandEntry("so-2", 99, day(8))]

    assert available(Untracked(5).curve(entries, TODAY, horizon(7))) == [1] * 5 + [UNLIMITED] * 2
    assert Untracked().available([], TODAY, TODAY) == UNLIMITED
    assert Untracked(5).available([], day(4), TODAY) == 0
    with pytest.raises(Unreadable) as refused:
        Untracked(-1)
    assert refused.value.path == "$.lead_days"


@pytest.mark.parametrize(
    "untracked",
    [
        pytest.param([on_hand(0)], id="solidus-025-untracked-is-infinite"),
        pytest.param([on_hand(3)], id="vendure-011-saleable-untracked"),
    ],
)
def test_what_others_call_untracked_has_no_limit(untracked: list[Entry]) -> None:
    """Their suites ask for more than is on hand, and get it."""
    assert Untracked().available(untracked, TODAY, TODAY) == UNLIMITED


def test_explanations_of_unlimited_supply_read_well() -> None:
    """The number without end is named, not spelled out with a remainder."""
    text = str(Untracked().explain([on_hand(3)], TODAY, TODAY))

    assert text.splitlines()[0] == f"2026-03-02: {UNLIMITED} available, as 2026-03-02 decides"


def make(method: AtpMethod) -> Callable[[list[Entry]], list[int]]:
    """What the method says of entries, as a function."""
    return lambda entries: available(method.curve(entries, TODAY))


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_no_entries_are_no_units(method: AtpMethod) -> None:
    """Nothing in, nothing promised, unless nothing is counted."""
    lead = 5 if isinstance(method, Untracked) else 30
    assert make(method)([]) == [0] * lead + [UNLIMITED] * (30 - lead)

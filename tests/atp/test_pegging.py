"""Pegging: which supply serves which demand; each policy against an oracle that tries all."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.atp.counting import Counting
from omscore.atp.entries import DemandEntry, Entry, SupplyEntry, TypeMatrix, on_hand, unlimited
from omscore.atp.pegging import POLICIES, Policy, Served, Table, peg
from omscore.kernel.errors import Unreadable
from omscore.testing.builders import TODAY, day

LATER = day(9)


@st.composite
def entries(draw: st.DrawFn, *, most: int = 4, expiring: bool = True) -> list[Entry]:
    """A few lots, some of which expire, and a few demands."""
    found = list[Entry]()
    for name in range(draw(st.integers(0, most))):
        come = draw(st.integers(0, 5))
        ends = draw(st.none() | st.integers(come, 6)) if expiring else None
        use_by = None if ends is None else day(ends)
        found.append(SupplyEntry(f"s{name}", draw(st.integers(0, 3)), day(come), use_by=use_by))
    for name in range(draw(st.integers(0, most))):
        found.append(DemandEntry(f"d{name}", draw(st.integers(1, 3)), day(draw(st.integers(0, 5)))))
    return found


def lots_of(several: Sequence[Entry]) -> list[SupplyEntry]:
    """One lot per unit, the first to come first."""
    lots = [one for one in several if isinstance(one, SupplyEntry)]
    return [one for one in sorted(lots, key=_dated) for _ in range(one.quantity)]


def demands_of(several: Sequence[Entry]) -> list[DemandEntry]:
    """One demand per unit, the first to go first."""
    demands = [one for one in several if isinstance(one, DemandEntry)]
    return [one for one in sorted(demands, key=_dated) for _ in range(one.quantity)]


def _dated(one: Entry) -> tuple[date, str]:
    return one.day, one.id


def ways(
    lots: Sequence[SupplyEntry], demands: Sequence[DemandEntry]
) -> Iterator[tuple[SupplyEntry | None, ...]]:
    """Every way to give each unit of demand a unit of a lot in time, or none."""
    if not demands:
        yield ()
        return
    for rest in ways(lots, demands[1:]):
        yield (None, *rest)
    tried = set[str]()
    for place, lot in enumerate(lots):
        usable = lot.day <= demands[0].day and (lot.use_by or date.max) >= demands[0].day
        if usable and lot.id not in tried:
            tried.add(lot.id)
            for rest in ways([*lots[:place], *lots[place + 1 :]], demands[1:]):
                yield (lot, *rest)


def in_time(table: Table) -> int:
    """The units that are served on their day."""
    return sum(one.units for one in table.rows if one.supply is not None and not one.late_days)


# --- what holds for each of them --------------------------------------------------------------


@given(entries(), st.sampled_from(POLICIES))
def test_each_unit_is_pegged_once(several: list[Entry], policy: Policy) -> None:
    """What a lot gives and keeps is what it has; what a demand gets and lacks is what it asked."""
    table = peg(several, TODAY, policy)

    for one in several:
        if isinstance(one, SupplyEntry):
            given_ = sum(row.units for row in table.rows if row.supply == one.id)
            assert given_ + dict(table.spare).get(one.id, 0) == one.quantity
        else:
            assert sum(row.units for row in table.rows if row.demand == one.id) == one.quantity


@given(entries(), st.sampled_from(POLICIES))
def test_no_lot_serves_before_it_comes_or_after_it_ends(
    several: list[Entry], policy: Policy
) -> None:
    """A late unit leaves on the day on which it comes."""
    lots = {one.id: one for one in several if isinstance(one, SupplyEntry)}
    for row in peg(several, TODAY, policy).rows:
        if row.supply is not None:
            leaves = max(row.day, lots[row.supply].day)
            assert row.comes == lots[row.supply].day
            assert leaves <= (lots[row.supply].use_by or date.max)


@given(entries(), st.sampled_from(POLICIES), st.data())
def test_the_order_of_entries_does_not_matter(
    several: list[Entry], policy: Policy, data: st.DataObject
) -> None:
    """Days and ids decide, never the place in a list."""
    shuffled = data.draw(st.permutations(several))

    assert peg(shuffled, TODAY, policy) == peg(several, TODAY, policy)


@given(entries(), st.sampled_from(POLICIES))
def test_nothing_is_uncovered_that_a_spare_unit_could_serve(
    several: list[Entry], policy: Policy
) -> None:
    """Late is better than never."""
    table = peg(several, TODAY, policy)
    lots = {one.id: one for one in several if isinstance(one, SupplyEntry)}

    for row in table.uncovered():
        for spare, _ in table.spare:
            assert max(row.day, lots[spare].day) > (lots[spare].use_by or date.max)


# --- what each of them is ---------------------------------------------------------------------


@given(entries(expiring=False))
def test_fifo_pairs_the_first_demand_with_the_first_supply(several: list[Entry]) -> None:
    """Unit by unit, in two rows side by side."""
    pairs = list(zip(demands_of(several), lots_of(several), strict=False))
    rows = [
        (row.demand, row.supply)
        for row in peg(several, TODAY, "fifo").rows
        if row.supply is not None
        for _ in range(row.units)
    ]

    assert rows == [(demand.id, lot.id) for demand, lot in pairs]


@given(entries(expiring=False), st.integers(0, 6))
def test_fifo_pegs_all_that_has_come_and_is_asked(several: list[Entry], ahead: int) -> None:
    """Up to each day: the units that have come, or all that anybody asks for."""
    come = [one for one in lots_of(several) if one.day <= day(ahead)]
    table = peg(several, TODAY, "fifo")

    pegged = sum(row.units for row in table.rows if row.comes and row.comes <= day(ahead))
    assert pegged == min(len(come), len(demands_of(several)))


@settings(max_examples=50)
@given(entries(most=3, expiring=False))
def test_no_other_pegging_is_late_by_fewer_unit_days(several: list[Entry]) -> None:
    """Where supply suffices: tried with every order of the units."""
    lots, demands = lots_of(several)[:6], demands_of(several)[:6]
    if len(lots) != len(demands):
        return
    units: list[Entry] = [SupplyEntry(f"s{n}", 1, one.day) for n, one in enumerate(lots)]
    units += [DemandEntry(f"d{n}", 1, one.day) for n, one in enumerate(demands)]
    table = peg(units, TODAY, "fifo")

    assert sum(row.late_days for row in table.rows) == min(
        sum(max(0, (lot.day - one.day).days) for lot, one in zip(order, demands, strict=True))
        for order in permutations(lots)
    )


@settings(max_examples=60)
@given(entries(most=3))
def test_fefo_serves_the_most_in_time_and_wastes_least(several: list[Entry]) -> None:
    """Wasted is what expires unused; tried with every way to serve each unit in time."""
    lots, demands = lots_of(several), demands_of(several)
    if len(lots) * len(demands) > 24:
        return
    table = peg(several, TODAY, "fefo")
    every = list(ways(lots, demands))
    most = max(sum(lot is not None for lot in way) for way in every)

    assert in_time(table) == most
    expiring = {one.id for one in lots if one.use_by is not None}
    used = sum(row.units for row in table.rows if row.supply in expiring)
    assert used >= max(
        sum(lot is not None and lot.id in expiring for lot in way)
        for way in every
        if sum(lot is not None for lot in way) == most
    )


@settings(max_examples=60)
@given(entries(most=3), st.lists(st.integers(0, 2), min_size=3, max_size=3))
def test_priority_serves_a_better_rank_before_a_worse_one(
    several: list[Entry], order: list[int]
) -> None:
    """Of all ways to serve in time it is the one that the first in rank likes best, and so on."""
    ranks = {one.id: order[int(one.id[1:])] for one in several if isinstance(one, DemandEntry)}
    lots = lots_of(several)
    demands = sorted(demands_of(several), key=lambda one: (ranks[one.id], one.day, one.id))
    if len(lots) * len(demands) > 24:
        return
    table = peg(several, TODAY, "priority", ranks=ranks)

    best = max(_by_demand(way, demands) for way in ways(lots, demands))
    assert best == tuple(
        sum(
            row.units
            for row in table.rows
            if row.demand == id_ and row.supply and not row.late_days
        )
        for id_ in dict.fromkeys(one.id for one in demands)
    )


def _by_demand(
    way: tuple[SupplyEntry | None, ...], demands: Sequence[DemandEntry]
) -> tuple[int, ...]:
    units = dict.fromkeys((one.id for one in demands), 0)
    for lot, one in zip(way, demands, strict=True):
        units[one.id] += lot is not None
    return tuple(units.values())


# --- examples ---------------------------------------------------------------------------------

WEEK = (
    on_hand(4),
    SupplyEntry("po-1", 3, day(3)),
    SupplyEntry("po-2", 9, day(6)),
    DemandEntry("so-1", 2, day(1)),
    DemandEntry("so-2", 3, day(2)),
    DemandEntry("so-3", 4, day(4)),
)


def test_fifo_is_read_line_by_line() -> None:
    """The table of the documentation: what is late, and what is spare."""
    table = peg(WEEK, TODAY)

    assert str(table).splitlines() == [
        "so-1 (2026-03-03): 2 from on-hand (2026-03-02)",
        "so-2 (2026-03-04): 2 from on-hand (2026-03-02); 1 from po-1 (2026-03-05), 1 day late",
        "so-3 (2026-03-06): 2 from po-1 (2026-03-05); 2 from po-2 (2026-03-08), 2 days late",
        "spare: 7 of po-2",
    ]
    assert [one.demand for one in table.late()] == ["so-2", "so-3"]


def test_by_priority_the_better_customer_is_served_in_time() -> None:
    """The last in time is the first in rank: it gets what is in time for it."""
    table = peg(WEEK, TODAY, "priority", ranks={"so-3": -2, "so-2": -1})

    assert [(row.demand, row.units, row.supply, row.late_days) for row in table.rows] == [
        ("so-3", 1, "on-hand", 0),
        ("so-3", 3, "po-1", 0),
        ("so-2", 3, "on-hand", 0),
        ("so-1", 2, "po-2", 5),
    ]


def test_what_nothing_covers_is_named() -> None:
    """A planner has to buy it."""
    table = peg([on_hand(2), DemandEntry("so-1", 5, day(1))], TODAY)

    assert table.uncovered() == (Served("so-1", day(1), 3),)
    assert str(table) == "so-1 (2026-03-03): 2 from on-hand (2026-03-02); 3 uncovered"


def test_milk_that_expires_first_goes_first() -> None:
    """Fefo keeps the fresh milk for Friday; fifo gives it away, and Friday has none."""
    milk = [
        SupplyEntry("fresh", 2, TODAY, use_by=day(5)),
        SupplyEntry("old", 2, TODAY, use_by=day(1)),
        DemandEntry("mon", 2, day(0)),
        DemandEntry("fri", 2, day(4)),
    ]

    assert not peg(milk, TODAY, "fefo").uncovered()
    assert peg(milk, TODAY, "fifo").uncovered() == (Served("fri", day(4), 2),)


def test_entries_count_as_ever() -> None:
    """A matrix, a fence and unlimited supply mean the same as for every method."""
    several = [
        SupplyEntry("plan", 5, TODAY, "planned"),
        SupplyEntry("late", 5, day(-2)),
        unlimited(day(2), "made"),
        DemandEntry("so-1", 3, day(1)),
    ]
    counting = Counting(serves=TypeMatrix({"planned": ["planned"]}))

    for policy in POLICIES:
        table = peg(several, TODAY, policy, counting=counting)
        assert table.rows == (Served("so-1", day(1), 3, "made", day(2)),)
        assert table.spare == (("plan", 5),)


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (lambda: peg([], TODAY, "lifo"), "$.policy"),  # type: ignore[arg-type]
        (lambda: peg(WEEK, TODAY, "priority", ranks={"so-9": 1}), "$.ranks.so-9"),
        (lambda: peg([on_hand(1), on_hand(2)], TODAY), "$.entries[1].id"),
    ],
)
def test_bad_input_is_refused_by_name(asked: Callable[[], object], path: str) -> None:
    """The path says which field to mend."""
    with pytest.raises(Unreadable) as refused:
        asked()
    assert refused.value.path == path

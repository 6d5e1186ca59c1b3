"""Windows: lots that end, lots that may serve some only, and a slow search as the oracle."""

from collections.abc import Iterator, Sequence
from itertools import product

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from omscore.atp.counting import Counting
from omscore.atp.entries import (
    DEMAND_KINDS,
    DemandEntry,
    Entry,
    SupplyEntry,
    TypeMatrix,
    on_hand,
    unlimited,
)
from omscore.atp.lots import UNLIMITED
from omscore.atp.methods import Options
from omscore.atp.pegging import Peg, Pegging
from omscore.atp.projected import LookAhead
from omscore.atp.windows import Pick, Window, Windows
from omscore.kernel.errors import Unreadable
from omscore.testing.builders import DAY, TODAY, day

MATRIX = TypeMatrix({"planned": ["planned"], "production": ["committed", "transfer-out"]})
BY_TYPE = Options(counting=Counting(serves=MATRIX))
any_windows = st.builds(
    Windows, st.sampled_from(("fefo", "fifo", "lifo")), st.booleans(), st.integers(0, 2)
)


@st.composite
def tiny(draw: st.DrawFn, *, most: int = 3) -> list[Entry]:
    """A few lots of a few units, and a few demands, within five days."""
    entries = list[Entry]()
    for place in range(draw(st.integers(1, most))):
        come = draw(st.integers(0, 4))
        ends = draw(st.none() | st.integers(come, 5))
        entries.append(
            SupplyEntry(
                f"s{place}",
                draw(st.integers(0, 2)),
                day(come),
                draw(st.sampled_from(("purchase", "production", "planned"))),
                use_by=None if ends is None else day(ends),
                lot=draw(st.sampled_from((None, "A", "B"))),
            )
        )
    for place in range(draw(st.integers(0, most))):
        entries.append(
            DemandEntry(
                f"d{place}",
                draw(st.integers(1, 2)),
                day(draw(st.integers(0, 4))),
                draw(st.sampled_from(DEMAND_KINDS)),
                lot=draw(st.sampled_from((None, None, "A"))),
                fresh_days=draw(st.integers(0, 1)),
            )
        )
    return entries


# --- the oracle: every way to give each unit of demand a unit of a lot ---------------------------


def units_of_lots(entries: Sequence[Entry]) -> list[SupplyEntry]:
    """One supply per unit."""
    return [one for one in entries if isinstance(one, SupplyEntry) for _ in range(one.quantity)]


def units_of_demand(entries: Sequence[Entry]) -> list[DemandEntry]:
    """One demand per unit."""
    return [one for one in entries if isinstance(one, DemandEntry) for _ in range(one.quantity)]


def may(lot: SupplyEntry, demand: DemandEntry) -> bool:
    """Whether a unit can serve a unit in time."""
    return (
        lot.day <= demand.day
        and (lot.use_by is None or demand.day + demand.fresh_days * DAY <= lot.use_by)
        and demand.lot in (None, lot.lot)
        and MATRIX.allows(lot, demand.kind)
    )


def most_served(lots: Sequence[SupplyEntry], demands: Sequence[DemandEntry]) -> int:
    """The most units of demand that can be served in time, by trying each lot for each."""
    if not demands:
        return 0
    first, rest = demands[0], demands[1:]
    best = most_served(lots, rest)
    for place, lot in enumerate(lots):
        if may(lot, first):
            best = max(best, 1 + most_served([*lots[:place], *lots[place + 1 :]], rest))
            if best == len(demands):
                break
    return best


def all_served(entries: Sequence[Entry]) -> bool:
    """Whether no demand is short."""
    demands = units_of_demand(entries)
    return most_served(units_of_lots(entries), demands) == len(demands)


@settings(max_examples=60)
@given(tiny(), st.integers(0, 4), st.integers(0, 1))
def test_windows_find_what_trying_everything_finds(
    entries: list[Entry], ahead: int, fresh: int
) -> None:
    """One more unit is available if demand and one more can all be served, and so on."""
    lots, demands = units_of_lots(entries), units_of_demand(entries)
    if not all_served(entries):
        return
    wanted = DemandEntry("wanted", 1, day(ahead), fresh_days=fresh)
    more = 0
    while most_served(lots, [*demands, *[wanted] * (more + 1)]) == len(demands) + more + 1:
        more += 1

    method = Windows(fresh_days=fresh)
    assert method.available(entries, day(ahead), TODAY, BY_TYPE) == more


@settings(max_examples=60)
@given(tiny(), any_windows)
def test_as_much_demand_is_served_in_time_as_can_be(entries: list[Entry], method: Windows) -> None:
    """Whatever the policy picks first, and in whatever turn, the most is the most."""
    pegging = method.pegging(entries, TODAY, BY_TYPE)

    in_time = sum(one.units for one in pegging.pegs if not one.late)
    assert in_time == most_served(units_of_lots(entries), units_of_demand(entries))


@given(tiny(most=5), any_windows)
def test_pegs_conserve_units_and_keep_the_rules(entries: list[Entry], method: Windows) -> None:
    """No lot gives more than it has, no demand gets more than it asked, no peg breaks a rule."""
    pegging = method.pegging(entries, TODAY, BY_TYPE)
    lots = {one.id: one for one in entries if isinstance(one, SupplyEntry)}
    demands = {one.id: one for one in entries if isinstance(one, DemandEntry)}

    for lot in lots.values():
        assert sum(one.units for one in pegging.pegs if one.supply == lot.id) <= lot.quantity
    uncovered = dict(pegging.uncovered)
    for demand in demands.values():
        served = sum(one.units for one in pegging.pegs if one.demand == demand.id)
        assert served + uncovered.get(demand.id, 0) == demand.quantity
    for peg in pegging.pegs:
        lot, demand = lots[peg.supply], demands[peg.demand]
        late = attrs.evolve(demand, day=lot.day) if peg.late else demand
        assert may(lot, late)
        assert peg.late == (lot.day > demand.day)


def short(entries: Sequence[Entry]) -> bool:
    """Whether some demand is late or not covered, as pegs that are the most there can be tell."""
    pegging = Windows().pegging(entries, TODAY, BY_TYPE)
    return bool(pegging.uncovered) or any(one.late for one in pegging.pegs)


# --- laws -------------------------------------------------------------------------------------


@given(tiny(most=5), st.integers(0, 4), st.booleans())
def test_a_promise_of_what_is_available_leaves_nobody_worse_off(
    entries: list[Entry], ahead: int, settled: bool
) -> None:
    """What was covered stays covered, in time where it was in time; and one unit more is not."""
    method = Windows(settled=settled)
    there = method.available(entries, day(ahead), TODAY, BY_TYPE)
    before = method.pegging(entries, TODAY, BY_TYPE)
    if there <= 0:
        return
    # The promise comes last in turn, as a customer who asks now does.
    after = Windows().pegging(
        [*entries, DemandEntry("promise", there, day(ahead), "committed")], TODAY, BY_TYPE
    )

    def in_time(pegging: Pegging) -> int:
        return sum(one.units for one in pegging.pegs if not one.late)

    assert in_time(after) == in_time(before) + there
    if not settled and in_time(before) == len(units_of_demand(entries)):
        more = [*entries, DemandEntry("promise", there + 1, day(ahead))]
        assert in_time(Windows().pegging(more, TODAY, BY_TYPE)) == in_time(before) + there


@given(tiny(most=5), st.integers(0, 4), st.integers(1, 3), st.integers(0, 4))
def test_more_supply_never_lowers_what_is_available(
    entries: list[Entry], ahead: int, units: int, due: int
) -> None:
    """A new lot may take over from others, never the other way."""
    lot = SupplyEntry("more", units, day(due))
    clamp = attrs.evolve(BY_TYPE, clamp=True)
    was = Windows().available(entries, day(ahead), TODAY, clamp)

    assert Windows().available([*entries, lot], day(ahead), TODAY, clamp) >= was


@given(tiny(most=5), st.integers(0, 4), st.sampled_from(("fefo", "fifo", "lifo")))
def test_settled_lots_leave_no_more_than_lots_that_may_change(
    entries: list[Entry], ahead: int, pick: Pick
) -> None:
    """Freedom never costs anything here."""
    at, clamp = day(ahead), attrs.evolve(BY_TYPE, clamp=True)

    free = Windows(pick).available(entries, at, TODAY, clamp)
    assert Windows(pick, settled=True).available(entries, at, TODAY, clamp) <= free
    if not short(entries):
        assert Windows("fefo").available(entries, at, TODAY, clamp) == free


@given(tiny(most=5), st.integers(0, 4))
def test_windows_never_promise_more_than_look_ahead_without_ends(
    entries: list[Entry], ahead: int
) -> None:
    """A lot that ends serves fewer than one that does not; where all ends, less may be promised."""
    lots = [one for one in entries if isinstance(one, SupplyEntry)]
    demands = [one for one in entries if isinstance(one, DemandEntry)]
    endless = [*(SupplyEntry(one.id, one.quantity, one.day) for one in lots), *demands]
    if not short(entries):
        exact = Windows().available(entries, day(ahead), TODAY, BY_TYPE)
        assert exact <= LookAhead().available(endless, day(ahead), TODAY)


# --- stories ----------------------------------------------------------------------------------

MILK: list[Entry] = [
    SupplyEntry("old", 6, TODAY, "on-hand", use_by=day(3)),
    SupplyEntry("new", 4, day(2), use_by=day(9)),
    DemandEntry("cafe", 2, day(1)),
    DemandEntry("plan", 3, day(5), "planned"),
]


def test_each_window_says_what_it_brings_and_takes() -> None:
    """Old milk until day 3, new milk from day 2 on; two units of safety stock."""
    assert Windows().windows(MILK, TODAY, Options(safety=2)) == [
        Window(TODAY, day(2), 6, 0, 2, 2, 0, 2),
        Window(day(2), day(4), 10, 0, 0, 2, 0, 3),
        Window(day(4), day(10), 4, 3, 0, 1, 1, 0),
        Window(day(10), None, 0, 0, 0, 0, 2, 0),
    ]
    assert len(Windows().windows(MILK, TODAY, Options(horizon_days=4))) == 2
    assert LookAhead().available(MILK, day(9), TODAY) == 5


def test_units_that_stay_fresh_for_a_while_can_be_asked_for() -> None:
    """A customer who wants five days of shelf life gets only new milk, and not for long."""
    rows = Windows(fresh_days=5).curve(MILK, TODAY, Options(horizon_days=6))

    assert [one.available for one in rows] == [0, 0, 1, 1, 1, 0]


@pytest.mark.parametrize(("pick", "lot"), [("fefo", "short"), ("fifo", "first"), ("lifo", "last")])
def test_the_policy_says_which_lot_goes_first(pick: Pick, lot: str) -> None:
    """First to expire, first to come, last to come."""
    entries: list[Entry] = [
        SupplyEntry("first", 1, TODAY, use_by=day(8)),
        SupplyEntry("short", 1, day(1), use_by=day(5)),
        SupplyEntry("last", 1, day(2), use_by=day(9)),
        DemandEntry("so", 1, day(3)),
    ]

    assert Windows(pick).pegging(entries, TODAY).pegs == (Peg(lot, "so", 1),)


def test_demand_makes_room_unless_it_is_settled() -> None:
    """By expiry the later demand takes the lot that today needs; it can as well take the other."""
    entries: list[Entry] = [
        SupplyEntry("a", 1, TODAY, use_by=day(8)),
        SupplyEntry("b", 1, day(3), use_by=day(9)),
        DemandEntry("so", 1, day(5)),
    ]

    assert Windows().pegging(entries, TODAY).pegs == (Peg("a", "so", 1),)
    assert Windows().available(entries, TODAY, TODAY) == 1
    assert Windows(settled=True).available(entries, TODAY, TODAY) == 0
    explained = Windows().explain(entries, TODAY, TODAY)
    assert [(one.entry, one.units) for one in explained.because] == [("a", 1)]


def test_demand_that_is_late_still_gets_what_comes() -> None:
    """A customer who waits since last week is served before one who asks now."""
    entries: list[Entry] = [DemandEntry("so", 4, TODAY - DAY), SupplyEntry("po", 6, day(2))]

    rows = Windows().curve(entries, TODAY, Options(horizon_days=3))
    assert [one.available for one in rows] == [-4, -4, 2]
    assert Windows().pegging(entries, TODAY) == Pegging((Peg("po", "so", 4, late=True),), ())
    texts = [str(one) for one in Windows().explain(entries, day(2), TODAY).because]
    assert texts == ["+6 po (2026-03-04)", "-4 so (2026-03-04)"]


def test_what_nobody_can_cover_is_told() -> None:
    """Committed demand comes before plans, whatever the day; a lot that was asked for is it."""
    entries: list[Entry] = [
        on_hand(2, lot="A"),
        DemandEntry("plan", 2, TODAY, "planned"),
        DemandEntry("so", 1, day(1)),
        DemandEntry("fussy", 1, day(1), lot="B"),
    ]

    assert Windows().pegging(entries, TODAY) == Pegging(
        (Peg("on-hand", "so", 1), Peg("on-hand", "plan", 1)), (("fussy", 1), ("plan", 1))
    )


def test_the_type_matrix_is_kept_exactly() -> None:
    """The plan serves the forecast, so that firm supply is free: look-ahead cannot see that."""
    entries: list[Entry] = [
        SupplyEntry("plan", 5, TODAY, "planned"),
        SupplyEntry("po", 5, TODAY),
        DemandEntry("forecast", 5, day(1), "planned"),
    ]

    assert Windows().available(entries, TODAY, TODAY, BY_TYPE) == 5
    assert LookAhead().available(entries, TODAY, TODAY, BY_TYPE) == 0


@pytest.mark.parametrize("pick", ["fefo", "fifo"])
def test_unlimited_supply_is_the_last_to_be_picked(pick: Pick) -> None:
    """Milk that is there goes before milk that can always be had."""
    entries = [*MILK, unlimited(TODAY)]

    assert Windows(pick).available(entries, TODAY, TODAY) == UNLIMITED
    assert {one.supply for one in Windows(pick).pegging(entries, TODAY).pegs} == {"old", "new"}


@example([on_hand(1, use_by=TODAY.max)])
@given(tiny())
def test_a_lot_may_end_at_the_end_of_time(entries: list[Entry]) -> None:
    """Many systems write *never* as the last day there is."""
    never = [
        attrs.evolve(one, use_by=TODAY.max) if isinstance(one, SupplyEntry) else one
        for one in entries
    ]
    endless = [
        attrs.evolve(one, use_by=None) if isinstance(one, SupplyEntry) else one for one in entries
    ]

    assert Windows().curve(never, TODAY) == Windows().curve(endless, TODAY)


@pytest.mark.parametrize(
    ("bad", "path"), [({"pick": "lefo"}, "$.pick"), ({"fresh_days": -1}, "$.fresh_days")]
)
def test_bad_input_is_refused_by_name(bad: dict[str, object], path: str) -> None:
    """The path says which field to mend."""
    with pytest.raises(Unreadable) as refused:
        Windows(**bad)  # type: ignore[arg-type]
    assert refused.value.path == path


def every_tiny_case() -> Iterator[list[Entry]]:
    """Two lots and two demands of one unit, for all spans within three days."""
    spans = [(a, b) for a in range(3) for b in range(a, 3)]
    for one, other, first, second in product(spans, spans, range(3), range(3)):
        yield [
            SupplyEntry("s0", 1, day(one[0]), use_by=day(one[1])),
            SupplyEntry("s1", 1, day(other[0]), use_by=day(other[1])),
            DemandEntry("d0", 1, day(first)),
            DemandEntry("d1", 1, day(second)),
        ]


def test_every_tiny_case_is_served_as_well_as_can_be() -> None:
    """All 324 of them: no luck is needed to hit the corner."""
    for entries in every_tiny_case():
        pegging = Windows().pegging(entries, TODAY)
        in_time = sum(one.units for one in pegging.pegs if not one.late)
        assert in_time == most_served(units_of_lots(entries), units_of_demand(entries))

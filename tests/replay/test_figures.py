"""Key figures: written out, with where each comes from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from omscore.adapters.clocks import FixedClock
from omscore.oms import Oms
from omscore.replay.counting import count
from omscore.replay.figures import (
    Adjusted,
    Asked,
    Cost,
    Credits,
    Days,
    Disturbances,
    Figures,
    OddRows,
    Parcels,
    PromisedAtOnce,
    Returns,
    Supplies,
    Unmatched,
    plain,
    share,
)
from omscore.replay.run import Replay, configuration
from omscore.replay.scenario import Chances, Scenario, Spread, read_scenario

Read = Callable[..., Scenario]
SMALL = Path(__file__).parents[2] / "examples" / "small"


def replay(scenario: Scenario, chances: Chances | None = None) -> Figures:
    """The figures after a whole run in memory, perhaps in a world of other *chances*."""
    scenario = scenario if chances is None else attrs.evolve(scenario, chances=chances)
    clock = FixedClock(scenario.begins_at)
    oms = Oms.in_memory(clock=clock, configuration=configuration(scenario))
    assert Replay(scenario, oms, clock).run().complete
    assert oms.audit() == []
    return count(scenario, oms)


def row(invoice: str, sku: str, quantity: int, at: str, price: str = "4.50") -> str:
    """A row of customer C-1 in Germany."""
    return f"{invoice},{sku},text,{quantity},{at},{price},C-1,Germany"


# --- by hand: one thing at a time, in a world without chance ----------------------------------

CALM = Chances(seed=1)


def test_one_order_costs_a_parcel_and_its_units_and_arrives_the_next_working_day(
    ordering: Read,
) -> None:
    """Three TEA at 08:00 on a Monday to Germany.

    Berlin: 450 for the parcel, 10 a unit, a day of transit.  Munich: 520 and 15, and processing
    takes a day; Lyon: 890 and 10, three days.  So Berlin sends it for 480, there on Tuesday.
    """
    figures = replay(ordering(row("1", "TEA", 3, "2024-03-25 08:00:00")), CALM)
    assert figures.asked == Asked(orders=1, lines=1, units=3, value=1350)
    assert figures.promised_at_once == PromisedAtOnce(3, 0, 1.0, 1)
    assert figures.units_by_stage == {"delivered": 3}
    assert figures.parcels == Parcels(1, 1, 1, 1, 1.0, 0, 0.0)
    assert figures.cost == Cost(480, 480, 480.0, 480.0)
    assert figures.days == Days(1.0, 1.0, 3, 3, 1.0)
    assert figures.disturbances == Disturbances(0, 0, 0, 0, 0)


def test_a_parcel_that_is_always_a_day_late_is_never_in_time(ordering: Read) -> None:
    """The promise was Tuesday; the carrier comes on Wednesday."""
    late = attrs.evolve(CALM, transit=(Spread(1, 1),))
    figures = replay(ordering(row("1", "TEA", 3, "2024-03-25 08:00:00")), late)
    assert figures.days == Days(1.0, 2.0, 3, 0, 0.0)


def test_an_order_after_the_cut_off_before_easter_waits_for_tuesday(ordering: Read) -> None:
    """Thursday 14:00 is past the cut-off, and Friday, the weekend and Monday are free.

    Berlin ships on Tuesday 2 April and delivers on the third: six days after the order, for 490.
    Lyon could deliver on the second (its carrier works on Friday and Saturday), but for 930, which
    is dearer than the day, priced at 5 a unit.
    """
    figures = replay(ordering(row("1", "TEA", 4, "2024-03-28 14:00:00")), CALM)
    assert figures.cost.shipped == 490
    assert figures.days.promised == 6.0


def test_what_nobody_has_waits_and_is_no_parcel(ordering: Read) -> None:
    """Of TRAY there are 6 in Lyon and 10 on order for 3 April: of 20 units 4 are never promised.

    The six could leave at once, but that they wait a week for the ten is priced at 6 x 7 x 5, and
    a second parcel at 890: so all sixteen leave in one, and arrive on 6 April, after ten days.
    """
    scenario = ordering(row("1", "TRAY", 20, "2024-03-27 08:00:00", "18.00"))
    figures = replay(scenario, CALM)
    assert figures.promised_at_once == PromisedAtOnce(16, 4, 0.8, 0)
    assert figures.units_by_stage == {"backordered": 4, "delivered": 16}
    assert figures.parcels.shipped == 1
    assert figures.cost.shipped == 890 + 16 * 10
    assert figures.days == Days(10.0, 10.0, 16, 16, 1.0)


def test_a_credit_before_the_pick_cancels_and_one_after_it_returns(ordering: Read) -> None:
    """Two of five units are credited within minutes, one a week later."""
    figures = replay(
        ordering(
            row("1", "TEA", 5, "2024-03-25 08:00:00"),
            row("C1", "TEA", -2, "2024-03-25 08:05:00"),
            row("C2", "TEA", -1, "2024-04-02 08:00:00"),
            row("C3", "TEA", -3, "2024-04-02 09:00:00"),
        ),
        CALM,
    )
    unmatched = {"credit.more-than-sold": Unmatched(1, 1)}
    assert figures.units_by_stage == {"canceled": 2, "delivered": 3}
    assert figures.credits == Credits(3, 3, 6, 5, 2, 3, 0, unmatched)
    assert figures.returns == Returns(2, 3, 3, 0)


def test_a_node_that_always_rejects_and_shelves_that_are_always_empty(ordering: Read) -> None:
    """Nothing is ever sent, and every unit is accounted for all the same."""
    scenario = ordering(row("1", "TEA", 5, "2024-03-25 08:00:00"))
    for chances in (attrs.evolve(CALM, rejection=1.0), attrs.evolve(CALM, short_pick=1.0)):
        figures = replay(scenario, chances)
        assert figures.asked.units == sum(figures.units_by_stage.values())
        went = figures.disturbances
        assert went.rejected + went.short > 0


# --- the small scenario -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def small() -> Figures:
    """The figures of the small scenario, as shipped."""
    return replay(read_scenario(SMALL))


def test_what_was_asked_is_the_sum_of_the_good_rows(small: Figures) -> None:
    """34 lines of 25 orders; the value is quantity times price over all of them."""
    assert small.asked == Asked(orders=25, lines=34, units=376, value=244_380)
    assert small.rows == {
        "orders": 34,
        "credit_notes": 6,
        "adjustments": 3,
        "odd": 3,
        "faults": 20,
    }
    assert sum(small.faults.values()) == 30


def test_credits_come_to_what_the_file_says(small: Figures) -> None:
    """1 CUP within ten minutes is canceled; 2 TEA, 1 POT, 4 TIN-R and 75 TEA come back.

    One TEA names no customer.
    """
    assert small.credits == Credits(
        notes=6,
        lines=6,
        units=84,
        matched=83,
        canceled=1,
        returned=82,
        open=0,
        unmatched={"credit.no-customer": Unmatched(1, 1)},
    )
    assert (small.returns.returns, small.returns.units) == (4, 82)


def test_stock_moves_as_the_file_says(small: Figures) -> None:
    """Three good purchase orders of 130 units; 2 CUP broken and 4 TIN-B found.

    60 TIN-R cannot be written off where 40 lay: a person has to see to it.
    """
    assert small.supplies == Supplies(expected=3, on_time=2, late=1, units=130)
    assert small.adjusted == Adjusted(written_off=2, found=4)
    assert small.refused == {"stock.not-on-hand": 1}
    assert small.work_items == {"AdjustStock": 1}
    assert small.ignored == {}


def test_odd_rows_are_counted_by_treatment(small: Figures) -> None:
    """Postage that was paid, a discount and a fee that were given back."""
    assert small.odd_rows == {
        "charge": OddRows(1, 490),
        "discount": OddRows(1, -500),
        "fee": OddRows(1, -1200),
    }


def test_four_tins_are_more_than_there_are(small: Figures) -> None:
    """25 TIN-B lay in Lyon and 4 were found; 10, 5 and 18 are ordered."""
    assert small.promised_at_once == PromisedAtOnce(372, 4, share(372, 376), 24)
    assert small.units_by_stage == {"backordered": 4, "canceled": 1, "delivered": 371}


def test_parcels_cost_and_days_of_the_small_scenario(small: Figures) -> None:
    """What the shipped policy and seed come to; these change with either."""
    assert small.parcels.shipped == small.parcels.delivered == 27
    assert small.parcels.split_orders == 2
    assert small.cost.shipped == 18_802
    assert small.days.promised == pytest.approx(2.41, abs=0.01)
    assert small.days.achieved == pytest.approx(3.42, abs=0.01)
    assert small.disturbances.rejected == 2


def test_figures_are_plain_values_for_programs(small: Figures) -> None:
    """Nothing in them that JSON does not know."""

    def check(value: object) -> None:
        if isinstance(value, dict):
            for name, one in value.items():
                assert isinstance(name, str)
                check(one)
        elif isinstance(value, list | tuple):
            for one in value:
                check(one)
        else:
            assert value is None or isinstance(value, int | float | str)

    check(plain(small))


def test_a_share_of_nothing_is_none() -> None:
    """No orders, no mean."""
    assert share(0, 0) is None
    assert share(1, 3) == 0.3333

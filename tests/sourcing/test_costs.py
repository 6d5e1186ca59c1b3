"""What each cost comes to, in figures that can be added up on paper; and that it keeps the laws."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from math import exp, factorial
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import LineId, Method, Region, Sku
from omscore.network.facts import Lane, Node
from omscore.sourcing.combinators import Soft
from omscore.sourcing.costs import MILS, Cost, Handling, Lateness, Offer, Preference, Waiting
from omscore.sourcing.fitness import ShelfLife, WithinKm
from omscore.sourcing.freight import Distance, Emissions, Step, Tariff, Zone
from omscore.sourcing.need import Need
from omscore.sourcing.nodes import Balance, Labor, NodePriority, Performance, Split
from omscore.sourcing.stakes import Markdown, Opportunity, StockOutRisk, at_least
from omscore.testing.laws import check_cost

DAY = date(2026, 3, 2)
NEED = Need(
    LineId("1"),
    Sku("S"),
    2,
    Region("DE"),
    Method("standard"),
    weight_g=500,
    price=1_000,
    latest=DAY,
)
OFFER = Offer(
    Node("lyon", priority=2),
    Lane("lyon", "DE"),
    DAY,
    DAY + timedelta(days=3),
    distance_km=600,
    load_percent=50,
    stock={Sku("S"): ((DAY, 3), (DAY + timedelta(days=1), 9))},
    use_by={Sku("S"): ((DAY + timedelta(days=2), 1), (DAY + timedelta(days=5), 4))},
)
FAR = attrs.evolve(OFFER, distance_km=None)
TARIFF = Tariff(
    [
        Zone(240, parcel=400, kg=20),
        Zone(600, parcel=500, steps=[Step(400, 30), Step(1_000, 70)]),
        Zone(900, parcel=600, kg=44, steps=[Step(400, 90)]),
    ]
)


def asked(cost: Cost, offer: Offer = OFFER, need: Need = NEED) -> tuple[float, float]:
    """What a parcel and a unit cost, in minor units."""
    return cost.of_parcel(offer) / MILS, cost.of_unit(need, offer, DAY) / MILS


@pytest.mark.parametrize(
    ("cost", "offer", "parcel", "unit"),
    [
        # 600 km at 30 for 100 km; half a kilogram over 600 km is 0.3 tonne-km, at 20
        (Distance(unknown_km=900, parcel_100km=30, tonne_km=20), OFFER, 180, 6),
        (Distance(unknown_km=900, parcel_100km=30, tonne_km=20), FAR, 270, 9),
        (TARIFF, OFFER, 500, 70),
        (TARIFF, attrs.evolve(OFFER, distance_km=240), 400, 10),
        (TARIFF, attrs.evolve(OFFER, distance_km=241), 500, 70),
        (TARIFF, attrs.evolve(OFFER, distance_km=5_000), 600, 112),
        (TARIFF, FAR, 600, 112),
        # 0.3 tonne-km at 100 g are 30 g; at 9,000 a tonne that is 0.27
        (Emissions(9_000, 100, unknown_km=900), OFFER, 0, 0.27),
        (Emissions(9_000, 100, unknown_km=1_200, parcel_g=250), FAR, 0.27, 0.54),
        # 90 s of an hour at 20.00, and 36 s for the unit, and 72 s for each kilogram
        (Labor(2_000, parcel=90, unit=36, kg=72), OFFER, 50, 40),
        (Labor(2_000, parcel=90, hours={"lyon": 1_000}), OFFER, 25, 0),
        (NodePriority(30), OFFER, 60, 0),
        (Split(120), OFFER, 120, 0),
        (Balance(80), OFFER, 0, 20),
        (Balance(80), attrs.evolve(OFFER, load_percent=100), 0, 80),
        (Balance(80), attrs.evolve(OFFER, load_percent=None), 0, 0),
        (Performance(600, {"lyon": 3}), OFFER, 18, 0),
        (Performance(600, {"metz": 3}), OFFER, 0, 0),
        (Opportunity({"lyon": {"S": 45}}), OFFER, 0, 45),
        (Opportunity({"lyon": {"T": 45}, "metz": {"S": 4}}), OFFER, 0, 0),
        # one of the two units ends within two days, all of them within five; half of 10.00
        (Markdown(percent=50, days=2), OFFER, 0, -250),
        (Markdown(percent=50, days=5), OFFER, 0, -500),
        (Markdown(percent=50, days=1), OFFER, 0, 0),
        (Handling(parcel=60, unit=7, kg=10), OFFER, 60, 12),
        (Preference({"lyon": 90}), OFFER, 90, 0),
        (Waiting(5), OFFER, 0, 15),
        (Lateness(9), OFFER, 0, 27),
        (Soft(WithinKm(599), 40), OFFER, 0, 40),
        (Soft(WithinKm(600), 40), OFFER, 0, 0),
        (Soft(ShelfLife(1), 40), OFFER, 0, 0),
        (Soft(ShelfLife(1), 40), attrs.evolve(OFFER, stock={Sku("S"): ((DAY, 2),)}), 0, 40),
    ],
)
def test_a_cost_is_what_it_says(cost: Cost, offer: Offer, parcel: float, unit: float) -> None:
    """For half a kilogram, in a parcel that is three days and 600 km under way."""
    assert asked(cost, offer) == (parcel, unit)


def test_the_last_units_of_a_node_are_worth_most() -> None:
    """There are three; the chance that as many more are wanted as would be missing, times 6.00."""
    risk = StockOutRisk(percent=60, demand={"lyon": {"S": 2}})
    figures = [asked(risk, need=attrs.evolve(NEED, quantity=n))[1] for n in (1, 2, 3, 4)]

    expected = [600 * (1 - sum(exp(-2) * 2**k / factorial(k) for k in range(n))) for n in (3, 2, 1)]
    assert figures == pytest.approx([*expected, 600], abs=0.01)
    assert asked(risk, attrs.evolve(OFFER, ship_day=DAY + timedelta(days=1)))[1] < 1
    assert asked(StockOutRisk(percent=60, demand={}))[1] == 0


@given(st.integers(0, 60), st.integers(1, 60))
def test_chances_are_those_of_a_poisson_number(units: int, mean: int) -> None:
    """By floating point, which is near enough; exactly the same on every machine is ours."""
    below = sum(exp(-mean) * mean**k / factorial(k) for k in range(units))
    assert at_least(units, mean) == pytest.approx(1_000_000 * (1 - below), abs=1)
    assert at_least(units + 1, mean) <= at_least(units, mean)


@pytest.mark.parametrize(
    "cost",
    [
        Distance(900, 30, 20),
        TARIFF,
        Emissions(9_000, 100, 900, 250),
        Labor(2_000, 90, 36, 72, {"berlin": 1_500}),
        NodePriority(30),
        Split(120),
        Performance(600, {"berlin": 3, "london": 9}),
        Opportunity({"berlin": {"TEA": 45, "POT": 3}}),
        StockOutRisk(60, {"berlin": {"TEA": 2, "POT": 1}}),
        Markdown(50, 9),
        Handling(parcel=60, unit=7, kg=9),
        Handling(line=35),
        Labor(2_000, line=45, hours={"berlin": 1_500}),
        Soft(WithinKm(300), 40),
    ],
    ids=lambda cost: cost.name,
)
def test_every_cost_keeps_the_laws_of_costs(cost: Cost) -> None:
    """Reported is what asking again adds up to; and each of them asked for something."""
    assert check_cost(cost).some != 0


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: Distance(-1), "$.unknown_km"),
        (lambda: Tariff([]), "$.zones"),
        (lambda: Tariff([Zone(5), Zone(5)]), "$.zones"),
        (lambda: Zone(5, steps=[Step(9, 1), Step(8, 1)]), "$.steps"),
        (lambda: Zone(5, steps=[(9, 1)]), "$.steps[0]"),  # type: ignore[list-item]
        (lambda: Performance(600, {"lyon": -1}), "$.percent.lyon"),
        (lambda: Opportunity({"lyon": {"S": 4.5}}), "$.unit.lyon.S"),  # type: ignore[dict-item]
        (lambda: StockOutRisk(60, {"lyon": {"S": True}}), "$.demand.lyon.S"),
        (lambda: Preference({"lyon": "90"}), "$.parcel.lyon"),  # type: ignore[dict-item]
        (lambda: Markdown(0, 5), "$.percent"),
        (lambda: Balance(0), "$.unit"),
    ],
)
def test_a_cost_without_sense_cannot_be_made(make: Callable[[], Any], path: str) -> None:
    """A policy is wrong when it is written, not when an order comes."""
    with pytest.raises(Unreadable) as refused:
        make()
    assert refused.value.path == path

"""Transit times from past shipments: as many days as it takes, for a share that can be kept."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil, sqrt
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import Region
from omscore.network.calendar import delivery_day
from omscore.network.expecting import Expected, at_confidence, expected
from omscore.network.facts import STANDARD, Calendar, Lane, Network, Node
from omscore.network.learned import Shipment, learn
from omscore.network.transit import Took, TransitTimes, days_at, percent
from omscore.sourcing.policy import Policy
from omscore.testing import strategies
from omscore.testing.builders import DAY, TODAY, WEEKDAYS, a_lane, a_node, day

DE, LATER = Region("DE"), day(999)


def a_network(*lanes: Lane, calendar: Calendar = WEEKDAYS) -> Network:
    """The lanes, with their nodes and a calendar."""
    nodes: dict[Any, Node] = {lane.node: a_node(lane.node, ships_to=()) for lane in lanes}
    ways = {(lane.node, lane.to, lane.method): lane for lane in lanes}
    return Network(nodes, ways, {calendar.id: calendar})


def knowing(network: Network, shipments: list[Shipment], today: date = LATER) -> Network:
    """The network, with what the shipments teach."""
    times = learn(network, shipments, today=today)
    return attrs.evolve(network, transits={one.name: one for one in times})


def shipped(days: int, *, node: str = "berlin", to: str = "DE", on: date = TODAY) -> Shipment:
    """A parcel that took so many days."""
    return Shipment(node, to, on, on + days * DAY)


# --- how many days ----------------------------------------------------------------------------


@st.composite
def transit_times(draw: st.DrawFn, *, not_yet: int = 3) -> TransitTimes:
    """A few shipments, some of which have not arrived."""
    days = draw(st.lists(st.integers(0, 12), unique=True, max_size=8))
    return TransitTimes(
        "standard",
        [Took(one, draw(st.integers(0, 9)), draw(st.integers(0, not_yet))) for one in days],
    )


@given(transit_times(not_yet=0), st.integers(1, 99))
def test_it_is_an_order_statistic_where_all_have_arrived(times: TransitTimes, share: int) -> None:
    """The oracle sorts the days and counts: one of n + 1, rounded up."""
    days = [took.days for took in times.took for _ in range(took.arrived)]
    rank = ceil(Fraction(share * (len(days) + 1), 100))

    assert days_at(times, share) == (days[rank - 1] if rank <= len(days) else None)


@given(transit_times(), st.integers(1, 99))
def test_who_is_on_the_way_is_spread_over_those_who_took_longer(
    times: TransitTimes, share: int
) -> None:
    """The oracle redistributes to the right, as Efron (1967): which gives the same.

    Each shipment weighs the same at first; the weight of one that has not arrived goes to all that
    are known to have taken longer, one that never arrives among them.
    """
    single = [
        (took.days, arrived)
        for took in times.took
        for arrived in [True] * took.arrived + [False] * took.not_yet
    ]
    weights = [Fraction(1, len(single) + 1)] * (len(single) + 1)
    for place, (_, arrived) in enumerate(single):
        if not arrived:
            right = range(place + 1, len(weights))
            for other in right:
                weights[other] += weights[place] / len(right)
            weights[place] = Fraction(0)
    there, found = Fraction(0), None
    for (days, _), weight in zip(single, weights, strict=False):
        there += weight
        if there >= Fraction(share, 100) and found is None:
            found = days

    assert days_at(times, share) == found


@given(transit_times(), st.integers(1, 98))
def test_more_confidence_takes_more_days(times: TransitTimes, share: int) -> None:
    """And at some point more shipments than there are."""
    low, high = days_at(times, share), days_at(times, share + 1)

    assert high is None or (low is not None and low <= high)


# --- what shipments teach ---------------------------------------------------------------------


@given(
    strategies.calendars(),
    strategies.lanes("berlin", "DE", "calendar"),
    strategies.days(40),
    st.integers(0, 30),
    st.integers(0, 20),
)
def test_a_shipment_counts_as_the_days_with_which_it_would_have_been_on_time(
    calendar: Calendar, lane: Lane, on: date, took: int, days: int
) -> None:
    """On the calendars of its lane: with as many transit days, and not with fewer."""
    network = a_network(lane, calendar=calendar)
    one = Shipment("berlin", "DE", on, on + took * DAY)
    counted = learn(network, [one], today=day(200))[0].took[0].days

    promised = delivery_day(attrs.evolve(lane, transit_days=days), network, on)
    assert (promised >= on + took * DAY) == (days >= counted)


@given(
    strategies.calendars(),
    strategies.lanes("berlin", "DE", "calendar"),
    strategies.days(40),
    st.integers(1, 30),
    st.integers(0, 20),
)
def test_what_is_on_the_way_counts_as_longer_than_the_days_that_are_over(
    calendar: Calendar, lane: Lane, on: date, ago: int, days: int
) -> None:
    """A promise with that many days would be broken by now, or on this very day be kept."""
    network = a_network(lane, calendar=calendar)
    today = on + ago * DAY
    learned = learn(network, [Shipment("berlin", "DE", on, None)], today=today)
    over = learned[0].took[0].days if learned else -1

    promised = delivery_day(attrs.evolve(lane, transit_days=days), network, on)
    assert (promised < today) == (days <= over)


def test_the_future_teaches_nothing() -> None:
    """What is delivered today or later is on the way; what leaves today or later is not there."""
    network = a_network(a_lane())
    [lane, region, method] = learn(
        network, [shipped(2), shipped(5), shipped(1, on=day(4))], today=day(4)
    )

    assert lane.took == region.took == method.took == (Took(2, 1), Took(3, 0, 1))
    assert (lane.name, region.name) == (("berlin", "DE", "standard"), (None, "DE", "standard"))
    assert method.name == (None, None, "standard")
    assert learn(network, [shipped(1)], today=TODAY) == ()


# --- laws of the share ------------------------------------------------------------------------


def chance_days(chance: Random) -> int:
    """Some days, now and then many, hardly ever the same."""
    return round(1_000 * chance.lognormvariate(0, 0.7))


@pytest.mark.parametrize("share", [50, 90, 95])
def test_as_many_held_back_shipments_as_promised_are_on_time(share: int) -> None:
    """Learned from 39 shipments, then one is held back, 1,500 times: within binomial bounds.

    The expected share is that of the rank among 40, which is hardly more than what was asked for.
    """
    chance, trials, on_time = Random(share), 1_500, 0
    for _ in range(trials):
        took = TransitTimes("standard", _counted([chance_days(chance) for _ in range(39)]))
        days = days_at(took, share)
        assert days is not None
        on_time += chance_days(chance) <= days

    wanted = ceil(share * 40 / 100) / 40
    assert abs(on_time - trials * wanted) < 4 * sqrt(trials * wanted * (1 - wanted))


@pytest.mark.parametrize("share", [50, 90, 95])
def test_a_promise_by_history_is_kept_as_often_as_it_says(share: int) -> None:
    """From the front: learned at a day when many are on the way, then asked for later shipments.

    Both the 1,500 shipments learned from and the 1,500 held back are drawn, so bounds are those of
    two samples.  Whole days are coarse: a share may be higher by what one more day brings.
    """
    chance = Random(1_000 + share)
    lane = a_lane(carrier_calendar="weekdays")
    rows = [
        shipped(1 + round(6 * chance.lognormvariate(0, 0.6)), on=TODAY + n // 50 * DAY)
        for n in range(3_000)
    ]
    known = knowing(a_network(lane), rows, today=day(30))
    found = expected(known, lane, share, 30)
    sure = at_confidence(known, share, 30).lane(known.nodes[lane.node], DE, STANDARD)
    assert sure is not None
    late = [row for row in rows if row.shipped >= day(30)]

    def kept(lane: Lane) -> float:
        days = [(delivery_day(lane, known, row.shipped), row.delivered) for row in late]
        return sum(delivered is not None and delivered <= by for by, delivered in days) / len(days)

    noise = 4 * sqrt(2 * share * (100 - share) / 10_000 / len(late))
    assert sure.transit_days == found.days
    assert kept(sure) > share / 100 - noise
    assert kept(attrs.evolve(sure, transit_days=found.days - 1)) < share / 100 + noise


def _counted(days: list[int]) -> list[Took]:
    return [Took(one, days.count(one)) for one in sorted(set(days))]


# --- where too few are known ------------------------------------------------------------------


def test_a_lane_with_few_shipments_borrows_from_its_region_then_from_its_method() -> None:
    """Each level wants enough arrivals, and enough of them for the confidence."""
    berlin, metz = a_lane("berlin"), a_lane("metz")
    poznan, express = a_lane("poznan", "PL"), a_lane("berlin", method="express", transit_days=7)
    rows = [shipped(2) for _ in range(30)] + [shipped(4, node="metz") for _ in range(10)]
    network = knowing(a_network(berlin, metz, poznan, express), rows)

    assert expected(network, berlin, 90, 30) == Expected(2, "lane", 30, 90)
    assert expected(network, metz, 90, 30) == Expected(4, "region", 40, 90)
    assert expected(network, metz, 90, 10) == Expected(4, "lane", 10, 90)
    assert expected(network, metz, 95, 10) == Expected(4, "region", 40, 95)
    assert expected(network, poznan, 50, 30) == Expected(2, "method", 40, 50)
    assert expected(network, express, 90, 30) == Expected(7, "fixed", 0)
    assert expected(network, berlin, None, 30) == Expected(1, "fixed", 0)


def test_a_way_that_is_only_implied_learns_too() -> None:
    """A node that names regions has lanes there, whatever the method."""
    plain = a_node("plain", ships_to=["DE", "FR"])
    known = knowing(Network({plain.id: plain}), [shipped(6, node="plain") for _ in range(30)])
    sure = at_confidence(known, 90, 30)

    lane = sure.lane(plain, DE, STANDARD)
    assert lane is not None
    assert lane.transit_days == 6
    assert at_confidence(known, 90, 30) is sure
    assert at_confidence(known, None, 30) is known


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: percent(0), "$.confidence"),
        (lambda: percent(100), "$.confidence"),
        (lambda: percent(0.9), "$.confidence"),
        (lambda: percent(True), "$.confidence"),
        (lambda: Policy(confidence=100), "$.confidence"),
        (lambda: Policy(confidence=90, least_shipments=0), "$.least_shipments"),
        (lambda: Shipment("berlin", "DE", day(1), day(0)), "$.delivered"),
        (lambda: Shipment("berlin", "DE", "2026-03-02", None), "$.shipped"),  # type: ignore[arg-type]
        (lambda: TransitTimes("standard", [], node="berlin"), "$.to"),
        (lambda: TransitTimes("standard", [Took(1, 2), Took(1, 3)]), "$.took"),
        (lambda: Took(-1, 1), "$.days"),
        (lambda: learn(Network(), [shipped(1)], today=day(9)), "$.shipments[0]"),
        (lambda: learn(a_network(a_lane("metz")), [shipped(1)], today=day(9)), "$.shipments[0]"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(make: Any, path: str) -> None:
    """With a path, and before anything is made of it."""
    with pytest.raises(Unreadable) as unreadable:
        make()

    assert unreadable.value.path == path

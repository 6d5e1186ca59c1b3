"""What a checkout asks: days that are kept as often as one wants, options, until when to order."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.ids import LineId, NodeId, Region
from omscore.network.facts import PICKUP, THE_NETWORK
from omscore.network.hours import Opening
from omscore.network.learned import Shipment, learn
from omscore.network.pacing import learn_pace
from omscore.network.places import Destination
from omscore.orchestration.needing import NotServed
from omscore.orchestration.planning import Planner
from omscore.runtime.configuration import Configuration
from omscore.sourcing.policy import Policy
from omscore.testing.builders import (
    DAY,
    TODAY,
    a_lane,
    a_line,
    a_node,
    a_shop,
    an_order,
    day,
    three_nodes,
)
from omscore.testing.story import Shop


def experienced(configuration: Configuration | None = None) -> Shop:
    """Berlin says that a parcel takes a day; of forty, most took two, a few four, one seven."""
    shop = a_shop({"berlin": {"TEA": 10}}, configuration=configuration)
    took = [2] * 30 + [4] * 9 + [7]
    # They left on a Monday, and the carrier rests at the week-end.
    left = TODAY - 28 * DAY
    rows = [Shipment("berlin", "DE", left, left + (days + 2 * (days > 4)) * DAY) for days in took]
    network = shop.oms.get(THE_NETWORK)
    assert network is not None
    shop.oms.know(*learn(network, rows, today=TODAY))
    return shop


def test_a_promise_can_be_asked_for_at_a_confidence() -> None:
    """Fixed days are what somebody hoped; learned ones are what parcels did."""
    oms = experienced().oms
    lines = [a_line()]

    assert oms.promise(lines, "DE").chosen.day == day(1)
    assert oms.promise(lines, "DE", confidence=50).chosen.day == day(2)
    assert oms.promise(lines, "DE", confidence=90).chosen.day == day(4)
    # Ninety-nine percent take 99 shipments: with 40, the fixed days are all that is known.
    assert oms.promise(lines, "DE", confidence=99).chosen.day == day(1)


def test_a_promise_says_what_is_usual_and_what_may_become_of_it() -> None:
    """By a pace also to a place within a region, to which nothing was ever sent."""
    shop = experienced()
    network = shop.oms.get(THE_NETWORK)
    assert network is not None
    left = TODAY - 28 * DAY
    rows = [Shipment("berlin", "DE", left, left + days * DAY) for days in [2] * 30 + [4] * 10]
    shop.oms.know(Destination("DE-10", within="DE"), *learn_pace(network, rows, today=TODAY))
    promised = shop.oms.promise([a_line()], "DE-10", confidence=90).chosen

    assert promised.day == day(4)
    assert str(promised).splitlines()[-1] == (
        "    usual 2.5 days on this way, 1 in 10 takes more than 1.66 times as long "
        "(40 shipments on all ways)"
    )
    assert shop.oms.promise([a_line()], "DE-10").chosen.expected == {}
    assert not shop.oms.know(*learn_pace(network, rows, today=TODAY)).events


def test_until_when_to_order_follows_from_the_same_days() -> None:
    """For Friday by four working days, it must leave on this very Monday."""
    oms = experienced().oms
    until = oms.order_until([a_line()], "DE", day(4), confidence=90)[LineId("1")]

    assert until == oms.promise([a_line()], "DE", confidence=90).chosen.order_before
    assert oms.order_until([a_line()], "DE", day(3), confidence=90) == {"1": None}


def test_an_order_is_promised_at_the_confidence_of_the_policy() -> None:
    """What checkout says is what an order gets."""
    careful = Configuration(planner=Planner(Policy(confidence=90)))
    shop = experienced(careful).given(an_order())

    assert shop.oms.order("o-1").promised == day(4)
    assert shop.oms.promise([a_line()], "DE").chosen.day == day(4)


def test_what_was_learned_is_learned_once() -> None:
    """The same history again changes nothing."""
    shop = experienced()
    network = shop.oms.get(THE_NETWORK)
    assert network is not None

    assert not shop.oms.know(*network.transits.values()).events


@pytest.mark.parametrize("confidence", [0, 100, 0.9, "90", True])
def test_a_confidence_is_a_whole_number_of_percent(confidence: int) -> None:
    """Nothing is certain, and 0.9 is not ninety percent."""
    for ask in (
        lambda: experienced().oms.promise([a_line()], "DE", confidence=confidence),
        lambda: experienced().oms.order_until([a_line()], "DE", day(4), confidence=confidence),
    ):
        with pytest.raises(Unreadable) as unreadable:
            ask()
        assert unreadable.value.path == "$.confidence"


# --- picking up -------------------------------------------------------------------------------

HOURS = [Opening(weekday, time(9), time(18)) for weekday in range(5)]


def with_a_store() -> Shop:
    """Berlin sends tea; the store in Paris has three of it, an hour from ready, until six."""
    store = a_node(
        "paris", kind="store", zone="Europe/Paris", ships_to=(), hours=HOURS, collect_minutes=60
    )
    return a_shop({"berlin": {"TEA": 9}, "paris": {"TEA": 3}}, nodes=three_nodes(store))


def test_collecting_is_an_option_beside_the_others() -> None:
    """It is ten in Paris: the tea is ready at eleven, and costs nothing to send."""
    options = with_a_store().oms.promise([a_line(2)], "DE", pick_up_at=["paris"])
    there = options.pick_up[NodeId("paris")]

    assert (options.chosen.day, options.chosen.ready) == (day(1), None)
    assert (there.chosen.day, there.chosen.price) == (day(0), 0)
    assert there.chosen.ready == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert str(options).splitlines()[-3:] == [
        "pick up at paris:",
        "1 parcel, complete by 2026-03-02, ready from 2026-03-02 10:00 UTC",
        "  line 1: 2 x TEA from paris, ships 2026-03-02, arrives 2026-03-02",
    ]


def test_what_is_collected_after_hours_is_ready_the_next_morning() -> None:
    """Nobody is sent to a closed door."""
    shop = with_a_store().after(timedelta(hours=9))
    there = shop.oms.promise([a_line(2)], "DE", pick_up_at=["paris"]).pick_up[NodeId("paris")]

    assert there.chosen.ready == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_a_place_to_collect_from_has_to_be_one() -> None:
    """A warehouse is none, and neither is a place that nobody knows."""
    for place in "berlin", "nowhere":
        with pytest.raises(Refused) as refused:
            with_a_store().oms.promise([a_line()], "DE", pick_up_at=[place])
        assert refused.value.reasons == (NotServed(LineId("1"), Region(place), PICKUP),)
    with pytest.raises(Unreadable):
        with_a_store().oms.promise([a_line()], "DE", pick_up_at="paris")


# --- windows of delivery ----------------------------------------------------------------------


def test_a_parcel_is_delivered_in_a_window_of_its_day() -> None:
    """On Tuesday in the morning or in the evening, by the clock of the customer in Berlin."""
    shop = a_shop({"london": {"TEA": 9}})
    windows = [Opening(1, time(8), time(12)), Opening(1, time(18), time(21))]
    shop.oms.know(a_lane("london", windows=windows, zone="Europe/Berlin"))
    chosen = shop.oms.promise([a_line(2)], "DE").chosen

    assert chosen.day == day(1)
    [(parcel, told)] = chosen.windows.items()
    assert parcel[0] == "london"
    assert [(one.start.hour, one.end.hour) for one in told] == [(7, 11), (17, 20)]
    assert a_shop().oms.promise([a_line()], "DE").chosen.windows == {}


def test_windows_that_overlap_are_refused() -> None:
    """Nobody could say which of them was chosen."""
    with pytest.raises(Unreadable) as unreadable:
        a_lane(windows=[Opening(1, time(8), time(12)), Opening(1, time(11), time(13))])

    assert unreadable.value.path == "$.windows"

"""What a customer is told before an order exists: days that can be kept, and why not sooner."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.network.facts import Calendar, Lane, Network, Node
from omscore.promise.dates import earliest
from omscore.promise.promise import promise
from omscore.sourcing.costs import Waiting
from omscore.sourcing.limits import AtMostParcels, CompleteOrder
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question
from omscore.sourcing.restrictions import ExceptNodes
from omscore.sourcing.rules import DEFAULT_RULES

FRIDAY = datetime(2026, 3, 6, 12, 59, tzinfo=UTC)  # 13:59 in Berlin
WEEK = Calendar("week")
BERLIN = Node("berlin", zone="Europe/Berlin", calendar="week", cut_off=time(14), processing_days=1)
LANE = Lane(
    "berlin", "DE", transit_days=2, parcel_cost=450, carrier_calendar="week",
    delivery_calendar="week",
)  # fmt: skip


def asked(*quantities: int) -> tuple[Need, ...]:
    """One need for each quantity, of skus a, b …"""
    return tuple(
        Need(LineId(str(n)), Sku("abc"[n]), quantity, Region("DE"), Method("standard"))
        for n, quantity in enumerate(quantities)
    )


def a_question(
    needs: tuple[Need, ...], stock: dict[tuple[str, str], list[tuple[date, int]]]
) -> Question:
    """Berlin works on weekdays; metz is a plain node, and slow."""
    network = Network(
        {NodeId("berlin"): BERLIN, NodeId("metz"): Node("metz")},
        {
            (LANE.node, LANE.to, LANE.method): LANE,
            (NodeId("metz"), Region("DE"), Method("standard")): Lane("metz", "DE", transit_days=9),
        },
        {WEEK.id: WEEK},
    )
    return Question(needs, network, FRIDAY, stock)  # type: ignore[arg-type]


def day(n: int) -> date:
    """A day of March."""
    return date(2026, 3, n)


def test_a_minute_before_the_cut_off_is_worth_a_day() -> None:
    """Friday noon is processed on Friday, ships on Monday, and is there on Wednesday."""
    early = a_question(asked(1), {("berlin", "a"): [(day(6), 5)]})
    late = attrs.evolve(early, now=FRIDAY + timedelta(minutes=1))

    [leg] = promise(early, Policy()).decision.legs
    assert (leg.ship_day, leg.delivery_day) == (day(9), day(11))
    assert leg.release_at == datetime(2026, 3, 5, 23, tzinfo=UTC)  # midnight, where the node is
    assert promise(late, Policy()).day == day(12)


def test_a_promise_says_which_line_comes_when_and_what_is_short() -> None:
    """A line has a day once all of it has one; the promise has one once all lines do."""
    question = a_question(
        asked(3, 1, 2),
        {("berlin", "a"): [(day(6), 2), (day(17), 9)], ("metz", "b"): [(day(6), 1)],
         ("berlin", "c"): [(day(6), 1)]},
    )  # fmt: skip
    promised = promise(question, Policy())

    assert promised.days == {"0": day(20), "1": day(15)}
    assert promised.short == {"2": 1}
    assert (promised.complete, promised.day) == (False, None)
    assert (promised.first_day, promised.parcels) == (day(11), 3)
    assert str(promised).splitlines() == [
        "3 parcels, not complete",
        "  line 0: 2 x a from berlin, ships 2026-03-09, arrives 2026-03-11",
        "  line 0: 1 x a from berlin, ships 2026-03-18, arrives 2026-03-20",
        "  line 1: 1 x b from metz, ships 2026-03-06, arrives 2026-03-15",
        "  line 2: 1 x c from berlin, ships 2026-03-09, arrives 2026-03-11",
        "  line 2: 1 unit has no date",
    ]


def test_a_promise_follows_the_rules_of_fulfillment() -> None:
    """What checkout says is what an order would get: a limit holds here, too."""
    question = a_question(
        asked(1, 1), {("berlin", "a"): [(day(6), 1)], ("metz", "b"): [(day(6), 1)]}
    )

    assert promise(question, Policy()).complete
    assert promise(question, Policy(limits=(AtMostParcels(1),))).short in ({"0": 1}, {"1": 1})
    whole = promise(question, Policy(limits=(AtMostParcels(1), CompleteOrder())))
    assert (whole.short, whole.first_day) == ({"0": 1, "1": 1}, None)


def test_the_earliest_day_takes_from_wherever_it_is() -> None:
    """All units of a line, from several nodes if that is sooner; no rule is broken for it."""
    question = a_question(
        asked(3, 1),
        {("berlin", "a"): [(day(6), 2), (day(30), 9)], ("metz", "a"): [(day(6), 1)]},
    )

    assert earliest(question, Policy()) == [day(15), None]
    without_metz = Policy(rules=(*DEFAULT_RULES, ExceptNodes(["metz"])))
    assert earliest(question, without_metz) == [date(2026, 4, 2), None]


@given(
    st.lists(st.tuples(st.integers(6, 30), st.integers(0, 4)), max_size=4),
    st.lists(st.tuples(st.integers(6, 30), st.integers(0, 4)), max_size=4),
    st.integers(1, 8),
)
def test_no_plan_is_sooner_than_the_earliest_day(
    at_berlin: list[tuple[int, int]], at_metz: list[tuple[int, int]], quantity: int
) -> None:
    """And where nothing costs but waiting, a line that is alone arrives on that very day."""
    stock = {}
    for name, rows in ("berlin", at_berlin), ("metz", at_metz):
        total, rising = 0, {}
        for on, more in sorted(rows):
            total += more
            rising[day(on)] = total
        stock[name, "a"] = list(rising.items())
    question = a_question(asked(quantity), stock)
    [soonest] = earliest(question, Policy())
    frugal = promise(question, Policy())
    hasty = promise(question, Policy(tiers=((Waiting(1),),)))

    assert (soonest is None) == bool(frugal.short) == bool(hasty.short)
    if soonest is not None:
        assert frugal.days[LineId("0")] >= soonest == hasty.days[LineId("0")]

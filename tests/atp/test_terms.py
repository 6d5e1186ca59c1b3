"""Terms: what is withheld from who asks; a grant is never more than the position has."""

from collections.abc import Sequence
from datetime import date

import attrs
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.availability import (
    NOTHING_WITHHELD,
    Answering,
    Availability,
    Protecting,
)
from omscore.atp.counting import Counting
from omscore.atp.drafts import Draft
from omscore.atp.entries import TypeMatrix
from omscore.atp.granting import Granted, Reserve, Short, decide
from omscore.atp.lots import Lot
from omscore.atp.methods import Options
from omscore.atp.movements import StockEntered, SupplyScheduled, UnitsReserved
from omscore.atp.outlook import Outlook
from omscore.atp.position import Position, evolve, law, position_id
from omscore.atp.protection import Protection, Segment
from omscore.atp.rounds import Claim
from omscore.atp.safety import Case, SafetyRule, SafetyStock
from omscore.atp.terms import PLAIN, Terms
from omscore.atp.why import why
from omscore.kernel.ids import DocumentId, NodeId, ReservationId, Sku
from omscore.testing import strategies
from omscore.testing.builders import HOUR, MONDAY, TODAY, day

D_1, TEA = DocumentId("d-1"), position_id(NodeId("berlin"), Sku("TEA"))
CHANNELS = ("web", "shop", "market", None)
SHOPS = Protection(
    [Segment("web", 40, "percent"), Segment("shop", 3, "units"), Segment("vip", 1, "ratio")]
)
CLOSED = Protection(
    [Segment("web", 40, "percent"), Segment("shop", 30, "percent")], unassigned=False
)
ANEW = attrs.evolve(CLOSED, base="remaining")

protections = st.none() | st.sampled_from([SHOPS, CLOSED, ANEW])
terms_ = st.builds(
    Terms,
    safety=st.integers(0, 6),
    protection=protections,
    channel=st.sampled_from(CHANNELS),
    counting=st.sampled_from([Counting(), Counting(inbound_days=1), Counting(lead_days=2)]),
)
any_position = strategies.positions(expiries=(MONDAY - HOUR, MONDAY + HOUR))


@given(any_position, terms_, strategies.days(12))
def test_terms_only_take_away_and_account_for_what_they_take(
    position: Position, terms: Terms, on: date
) -> None:
    """No grant is more than the position allows, and what is withheld adds up."""
    most = terms.most(position, on, today=TODAY, now=MONDAY)
    left = terms.available(position, on, today=TODAY, now=MONDAY)
    found = terms.withheld(position, most, MONDAY)

    assert left <= most <= position.available(on, today=TODAY, now=MONDAY)
    assert found.available + found.safety + found.protected == most
    assert found.safety + found.safety_short == terms.safety or most < 0
    assert min(found.safety, found.protected) >= 0
    kept = terms.kept_for(position, most, MONDAY)
    assert sum(kept.values()) == found.protected
    assert all(kept.values())
    assert terms.channel not in kept
    assert found.available >= min(0, most)


@given(any_position, terms_)
def test_the_curve_on_terms_says_for_every_day_what_is_available(
    position: Position, terms: Terms
) -> None:
    """Sourcing reads the rows, and a grant asks for the day: they must agree."""
    rows = terms.curve(position, TODAY, today=TODAY, now=MONDAY)

    for n in range(18):
        shown = [units for on, units in rows if on <= day(n)][-1]
        assert shown == max(0, terms.available(position, day(n), today=TODAY, now=MONDAY))


@given(any_position, terms_, strategies.quantities(9), strategies.days(12))
def test_more_stock_never_lowers_what_is_promised_on_terms(
    position: Position, terms: Terms, more: int, on: date
) -> None:
    """Safety stock is a number and shares are those of a divisor method."""
    richer = evolve(position, StockEntered("received", more, D_1))

    assert terms.available(richer, on, today=TODAY, now=MONDAY) >= (
        terms.available(position, on, today=TODAY, now=MONDAY)
    )


@given(any_position, terms_, strategies.days(12))
def test_a_draft_says_the_same_as_the_position(position: Position, terms: Terms, on: date) -> None:
    """Requests are answered on drafts, orders on positions."""
    draft = Draft(position, today=TODAY, now=MONDAY)
    draft.tell(UnitsReserved(None, TODAY, 1, None, False, "web"))

    assert max(0, draft.available(on, terms)) == (
        max(0, terms.available(draft.position, max(on, TODAY), today=TODAY, now=MONDAY))
    )


asks = st.lists(st.tuples(st.sampled_from(CHANNELS), strategies.quantities(5)), max_size=8)


@given(strategies.quantities(30), asks, st.sampled_from([SHOPS, CLOSED]), st.integers(0, 4))
def test_nobody_takes_the_share_of_another(
    stock: int, asked: Sequence[tuple[str | None, int]], protection: Protection, safety: int
) -> None:
    """Whoever buys before: of its own share a channel can still have all that it did not take."""
    position = evolve(None, StockEntered("received", stock, D_1))
    shares, taken = protection.shares(max(0, stock - safety)), {"web": 0, "shop": 0}
    for n, (channel, units) in enumerate(asked):
        terms = Terms(safety=safety, protection=protection, channel=channel)
        ask = Reserve(ReservationId(f"r-{n}"), TEA, TODAY, units, "o-1", channel=channel)
        answer = decide(position, None, ask, today=TODAY, now=MONDAY, terms=terms)
        if isinstance(answer, Granted):
            position = evolve(position, *answer.entries)
            if channel in taken:
                taken[channel] += units
        for one in ("web", "shop"):
            own = Terms(safety=safety, protection=protection, channel=one)
            there = own.available(position, TODAY, today=TODAY, now=MONDAY)
            assert there >= shares[one] - taken[one]
    law(position)
    assert position.on_hand - sum(one.committed for one in position.buckets) >= min(stock, safety)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4), st.booleans()), max_size=5),
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), max_size=5),
)
def test_by_the_type_matrix_plans_serve_no_customer(
    supply: Sequence[tuple[int, int, bool]], asked: Sequence[tuple[int, int]]
) -> None:
    """Granted is what is granted where the planned supply is not there at all."""
    firm_only = Terms(
        counting=Counting(serves=TypeMatrix({"planned": ["planned", "transfer-out"]}))
    )
    events = [
        SupplyScheduled(day(due), units, D_1, Lot(kind="production", firm=firm))
        for due, units, firm in supply
    ]
    position = evolve(None, *events)
    bare = evolve(None, *(one for one in events if one.lot is not None and one.lot.firm))
    for n, (on, units) in enumerate(asked):
        ask = Reserve(ReservationId(f"r-{n}"), TEA, day(on), units, "o-1")
        answer = decide(position, None, ask, today=TODAY, now=MONDAY, terms=firm_only)
        other = decide(bare, None, ask, today=TODAY, now=MONDAY)
        assert isinstance(answer, Granted) == isinstance(other, Granted)
        if isinstance(answer, Granted) and isinstance(other, Granted):
            position, bare = evolve(position, *answer.entries), evolve(bare, *other.entries)


# --- which terms --------------------------------------------------------------------------------


def test_the_most_particular_rule_decides() -> None:
    """Item before node before channel before classes; where none fits, nothing is withheld."""
    quick = Options(counting=Counting(lead_days=1))
    availability = Availability(
        answering=[
            Answering(classes=["fresh"], options=quick),
            Answering(sku="TEA", channel="web"),
        ],
        safety=SafetyStock([SafetyRule(units=2), SafetyRule(units=5, sku="TEA")]),
        protecting=[Protecting(node="berlin", protection=SHOPS)],
    )
    tea = Case("TEA", "berlin", classes=["fresh"])

    assert availability.terms(tea, "web") == (
        Terms(safety=5, rule=1, protection=SHOPS, channel="web")
    )
    assert availability.terms(tea).counting == Counting(lead_days=1)
    assert availability.terms(Case("POT", "paris"), "web") == Terms(safety=2, rule=0)
    assert NOTHING_WITHHELD.terms(tea, "web") is PLAIN


def test_a_claim_ends_when_units_leave() -> None:
    """What was shipped is neither stock nor share."""
    position = Position(5, claims=(Claim("web", 2),))
    terms = Terms(protection=CLOSED, channel="web")

    assert terms.available(position, TODAY, today=TODAY, now=MONDAY) == 1


def test_what_is_not_to_be_had_is_short_by_what_terms_leave() -> None:
    """The reason tells the number that may be had, not the one that lies on the shelf."""
    position = evolve(None, StockEntered("received", 5, D_1))
    ask = Reserve(ReservationId("r-1"), TEA, TODAY, 4, "o-1")

    assert decide(position, None, ask, today=TODAY, now=MONDAY, terms=Terms(safety=2)) == Short(
        4, 3
    )


# --- why ----------------------------------------------------------------------------------------


@given(any_position, terms_, strategies.quantities(9), strategies.days(12))
def test_a_number_is_explained_by_what_it_is_made_of(
    position: Position, terms: Terms, asked: int, on: date
) -> None:
    """The parts add up, and what is lacking is what the outlook lacks."""
    outlook = Outlook(position, lambda _: terms, TODAY, MONDAY)
    found = why(outlook, on, asked)

    assert found.available == max(0, outlook.available(on))
    assert sum(one.units for one in found.stock.because) == found.stock.available
    assert found.lacking == outlook.lacks(asked, on)


def test_a_number_reads_as_text() -> None:
    """What a planner sees on the screen."""
    position = evolve(
        None,
        StockEntered("received", 5, D_1),
        UnitsReserved(ReservationId("r-1"), day(3), 2, None, False, "shop"),
    )
    terms = Terms(safety=1, rule=0, protection=CLOSED, channel="web")
    found = why(Outlook(position, lambda _: terms, TODAY, MONDAY), day(1), 4)

    assert str(found).splitlines() == [
        "2 units may be promised for 2026-03-03",
        "2026-03-03: 3 available, as 2026-03-05 decides",
        "  +5 on-hand (2026-03-02)",
        "  -2 committed:2026-03-05 (2026-03-05)",
        "  -1 safety stock, by rule 0",
        "4 asked: 6 more units are needed by 2026-03-03",
    ]

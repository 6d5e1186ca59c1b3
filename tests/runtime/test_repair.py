"""Repair: what was broken behind everybody's back is proposed as entries, and mends the books."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from omscore.adapters.sql import SqlStore
from omscore.adapters.sql.tables import state
from omscore.adapters.vocabulary import codec
from omscore.atp.entries import DEMAND_KINDS
from omscore.atp.movements import (
    DemandScheduled,
    ShortageDeclared,
    SupplyScheduled,
    UnitsFreed,
    UnitsReserved,
)
from omscore.atp.position import POSITION, Position
from omscore.kernel.errors import Broken
from omscore.kernel.ids import DocumentId, ReservationId
from omscore.kernel.keys import Key
from omscore.kernel.recorded import Context, record
from omscore.ports.storage import Saving, Write
from omscore.testing.builders import HOUR, MONDAY, a_quote, a_shop, an_order, day, expected
from omscore.testing.story import Shop

TEA: Key[object] = POSITION.key("berlin/TEA/sellable")
R_9, D_9 = ReservationId("r-9"), DocumentId("d-9")


def a_selling_shop(storage: Any = None) -> Shop:
    """Ten are there: four are promised, two held; five are due, of which two are promised."""
    return a_shop({"berlin": {"TEA": 10}}, storage=storage).given(
        an_order(4, id="o-1"),
        a_quote(2),
        expected(5, day(3), document="po-1"),
        an_order(6, id="o-2"),
    )


def happens(shop: Shop, *events: Any) -> bool:
    """Save *events* at the position alone, behind every handler's back, if the store lets it."""
    with shop.oms.storage.begin() as work:
        kept = work.get([TEA])[TEA]
        context = Context(now=MONDAY, actor="burglar", command=f"x-{kept.version}")
        told = tuple(
            record(TEA, kept.version + n, event, n, context) for n, event in enumerate(events, 1)
        )
        assert TEA.kind.evolve is not None
        made = TEA.kind.evolve(kept.state, *events)
        write = Write(made, kept.version + len(told), told)
        try:
            TEA.kind.law(made)
            work.save(Saving(writes={TEA: write}, expected={TEA: kept.version}))
        except Broken:
            return False
    return True


days = st.sampled_from([day(0), day(3), day(5)])
units = st.integers(1, 3)
burglaries = st.lists(
    st.one_of(
        st.builds(UnitsReserved, st.just(R_9), days, units),
        st.builds(UnitsFreed, st.just(R_9), days, units),
        st.builds(UnitsReserved, st.just(R_9), days, units, st.just(MONDAY + HOUR)),
        st.builds(SupplyScheduled, days, st.sampled_from([-2, -1, 1, 4]), st.just(D_9)),
        st.builds(DemandScheduled, days, units, st.just(D_9), st.sampled_from(DEMAND_KINDS)),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=40, deadline=None)
@given(broken=burglaries)
def test_after_what_is_proposed_was_applied_the_books_agree(broken: Sequence[Any]) -> None:
    """Whatever happened to a position alone; and nothing is changed before somebody says so."""
    shop = a_selling_shop()
    for one in broken:
        happens(shop, one)
    before = list(shop.oms.audit())
    proposed = shop.oms.repair()
    assert list(shop.oms.audit()) == before
    assert bool(proposed) == bool(before)

    assert shop.oms.repair(apply=True) == proposed

    assert list(shop.oms.audit()) == []
    assert shop.oms.repair() == []
    POSITION.law(shop.oms.get(TEA))


def test_a_shop_in_order_wants_no_repair() -> None:
    """And applying nothing leaves no trace."""
    shop = a_selling_shop()
    told = len(shop.events())

    assert shop.oms.repair(apply=True) == []
    assert len(shop.events()) == told


def test_supply_that_nobody_expects_is_taken_away_and_what_rested_on_it_declared() -> None:
    """Promises that were given on it are not silently lost: their order is named."""
    shop = a_selling_shop()
    assert happens(shop, SupplyScheduled(day(3), 4, D_9))
    shop.given(an_order(6, id="o-3"))
    [proposal] = shop.oms.repair(apply=True)
    short = [one.event for one in shop.events() if isinstance(one.event, ShortageDeclared)]

    assert proposal.because == ("it does not say what is due of supplies",)
    assert [type(one) for one in proposal.entries] == [SupplyScheduled]
    assert sum(one.units for one in short) > 0
    assert list(shop.oms.audit()) == []


def test_a_position_that_was_changed_by_hand_is_taken_as_its_events_tell_it(
    tmp_path: object,
) -> None:
    """Somebody wrote ninety-nine into the row, and raised its margin to match."""
    with SqlStore(f"sqlite:///{tmp_path}/s.db", codec=codec()) as store:
        store.create_all()
        shop = a_selling_shop(store)
        right = shop.oms.get(TEA)
        body = codec().write_state("position", Position(99))
        with store.engine.begin() as connection:
            by_hand = update(state).where(state.c.kind == "position", state.c.id == TEA.id)
            connection.execute(by_hand.values(body=body, digest=1, margin=99))
        assert shop.oms.get(TEA) == Position(99)

        [proposal] = shop.oms.repair(apply=True)

        assert proposal.entries == ()
        assert shop.oms.get(TEA) == right
        assert list(shop.oms.audit()) == []


@pytest.mark.parametrize("on", [day(0), day(3)])
def test_what_is_proposed_is_said_by_day(on: date) -> None:
    """So that a person can look at it first."""
    shop = a_selling_shop()
    assert happens(shop, UnitsFreed(R_9, on, 1))
    [proposal] = shop.oms.repair()

    assert proposal.entries == (UnitsReserved(ReservationId("repair"), on, 1),)
    assert proposal.because == ("it does not say what reservations promise",)

"""Entries under the names of papers: every sum stays what it was, and no name is given twice."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.entries import DemandEntry, Entry, SupplyEntry, of_position, on_hand
from omscore.atp.lots import PLAIN, Lot
from omscore.atp.methods import AtpMethod
from omscore.atp.named import Papers, entries_of, named
from omscore.atp.position import Position, position_id
from omscore.atp.projected import LookAhead
from omscore.atp.reservations import Reservation
from omscore.atp.supplies import Demand, Supply, SupplyExpected
from omscore.kernel.ids import DocumentId, NodeId, Sku
from omscore.testing import strategies
from omscore.testing.builders import MONDAY, day

TODAY = MONDAY.date()
MILK = Lot(use_by=day(20), name="m-1")
BERLIN = position_id(NodeId("berlin"), Sku("TEA"))


def due(document: str, units: int, on: date, lot: Lot = PLAIN) -> Supply:
    """What a document still brings."""
    at = DocumentId(document), NodeId("berlin"), Sku("TEA")
    first = SupplyExpected(*at, units, on, "purchase", MONDAY, lot)
    return Supply(*at, on, units, first)


def wanted(document: str, units: int, on: date) -> Demand:
    """What a document says that others will take."""
    return Demand(on, units, document=document, position=BERLIN)


def sums(entries: Sequence[Entry]) -> Counter[tuple[object, ...]]:
    """The units of each day and lot, whatever their names are."""
    found = Counter[tuple[object, ...]]()
    for one in entries:
        if isinstance(one, SupplyEntry):
            found["supply", one.day, one.kind, one.use_by, one.lot] += one.quantity
        else:
            found["demand", one.day] += one.quantity
    return +found


names = st.sampled_from(["p-1", "p-2", "on-hand", "due:2026-03-04", "foreign:2026-03-04"])
some, days = st.integers(0, 6), st.integers(0, 9).map(day)
papers = st.builds(
    Papers,
    st.lists(st.builds(due, names, some, days), max_size=4),
    st.lists(st.builds(wanted, names, some, days), max_size=4),
)
owners = st.sampled_from(["o-1", "o-2", "p-1", "on-hand"])


def owned(data: st.DataObject, position: Position) -> list[Reservation]:
    """What is committed, by somebody or other."""
    return [
        Reservation(BERLIN, one.day, units, data.draw(owners))
        for one in position.buckets
        for units in (one.committed // 3, one.committed - one.committed // 3)
        if units
    ]


@given(position=strategies.positions(), told=papers, owning=st.booleans(), data=st.data())
def test_names_change_no_number(
    position: Position, told: Papers, owning: bool, data: st.DataObject
) -> None:
    """Whatever is told of papers: sums by day stay, names are unique, and answers are the same."""
    entries = of_position(position, TODAY, MONDAY)
    held = owned(data, position) if owning else None
    found, owned_by = entries_of(position, TODAY, MONDAY, attrs.evolve(told, committed=held))
    method: AtpMethod = LookAhead()

    assert sums(found) == sums(entries)
    assert len({one.id for one in found}) == len(found)
    assert all(one.quantity for one in found if isinstance(one, DemandEntry))
    assert named(entries, Papers()) == entries
    assert set(owned_by) <= {one.id for one in found}
    assert sorted(owned_by.values()) == sorted(one.owner for one in held or [])
    for n in range(10):
        assert method.available(found, day(n), TODAY) == method.available(entries, day(n), TODAY)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], {"due:2026-03-04": 5}),
        ([due("po-1", 5, day(2))], {"po-1": 5}),
        ([due("po-2", 2, day(2)), due("po-1", 3, day(2))], {"po-1": 3, "po-2": 2}),
        ([due("po-1", 3, day(2))], {"po-1": 3, "due:2026-03-04": 2}),
        ([due("po-1", 9, day(2))], {"po-1": 5}),
        ([due("po-1", 5, day(3))], {"due:2026-03-04": 5}),
        ([due("po-1", 5, day(2), MILK)], {"due:2026-03-04": 5}),
        ([due("on-hand", 5, day(2))], {"on-hand:2": 5}),
    ],
)
def test_supply_goes_by_its_papers(told: list[Supply], expected: dict[str, int]) -> None:
    """By document; what no paper explains keeps its day."""
    entries = [on_hand(7), SupplyEntry("due:2026-03-04", 5, day(2))]

    found = named(entries, Papers(told))
    assert {one.id: one.quantity for one in found} == {"on-hand": 7, **expected}


def test_a_lot_that_is_due_goes_by_the_paper_that_announced_it() -> None:
    """And what lasts, of the same day, by its own."""
    milk = SupplyEntry("due:m", 4, day(2), use_by=MILK.use_by, lot=MILK.name)
    plain = SupplyEntry("due:p", 5, day(2))
    told = [due("po-1", 4, day(2), MILK), due("po-2", 5, day(2))]

    assert [one.id for one in named([milk, plain], Papers(told))] == ["po-1", "po-2"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], {"foreign:2026-03-04": 5}),
        ([wanted("f-1", 5, day(2))], {"f-1": 5}),
        ([wanted("f-2", 2, day(2)), wanted("f-1", 3, day(2))], {"f-1": 3, "f-2": 2}),
        ([wanted("f-1", 3, day(2))], {"f-1": 3, "foreign:2026-03-04": 2}),
        ([wanted("f-1", 9, day(2))], {"f-1": 5}),
        ([wanted("f-1", 5, day(3))], {"foreign:2026-03-04": 5}),
        ([attrs.evolve(wanted("f-1", 5, day(2)), kind="committed")], {"foreign:2026-03-04": 5}),
    ],
)
def test_what_others_want_goes_by_its_papers(told: list[Demand], expected: dict[str, int]) -> None:
    """By document and kind; what is promised stays what it is."""
    promised = DemandEntry("committed:2026-03-04", 2, day(2))
    entries = [promised, DemandEntry("foreign:2026-03-04", 5, day(2), "planned")]

    found = named(entries, Papers(wanted=told))
    assert {one.id: one.quantity for one in found} == {promised.id: 2, **expected}

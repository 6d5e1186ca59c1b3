"""Which sale a credit note undoes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from omscore.catalog.line import Line
from omscore.kernel.ids import DocumentId, LineId, OrderId, Region, Sku
from omscore.kernel.money import eur
from omscore.replay.credits import (
    Match,
    MoreThanSold,
    NeverSold,
    NoCustomer,
    NoEarlierOrder,
    match_credits,
)
from omscore.replay.history import CreditLine, Historic, HistoricCredit, HistoricOrder

C = DocumentId("C")
START = datetime(2024, 3, 25, tzinfo=UTC)
Asked = tuple[str, int]


def sale(id_: str, customer: str | None, *asked: Asked, after: int = 0) -> HistoricOrder:
    """An order of these skus and quantities."""
    lines = tuple(
        Line(str(n), sku, quantity, eur("1.00")) for n, (sku, quantity) in enumerate(asked, start=1)
    )
    at = START + timedelta(hours=after)
    return HistoricOrder(OrderId(id_), at, customer, Region("DE"), lines)


def credit(id_: str, customer: str | None, *given_: Asked, after: int = 0) -> HistoricCredit:
    """A credit note over these skus and quantities."""
    lines = tuple(
        CreditLine(LineId(str(n)), Sku(sku), quantity, eur("1.00"))
        for n, (sku, quantity) in enumerate(given_, start=1)
    )
    return HistoricCredit(DocumentId(id_), START + timedelta(hours=after), customer, lines)


asked_ = st.lists(st.tuples(st.sampled_from(["A", "B"]), st.integers(1, 4)), min_size=1, max_size=3)
events_ = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["x", "y", None]), asked_), max_size=12
).map(
    lambda drawn: [
        (credit if is_credit else sale)(f"{n}", customer, *asked, after=n)
        for n, (is_credit, customer, asked) in enumerate(drawn)
    ]
)


@given(events=events_)
def test_every_credited_unit_undoes_one_earlier_sale_or_stays_unmatched(
    events: list[Historic],
) -> None:
    """Nothing is credited twice, to somebody else, for another sku, or before it was sold."""
    matching = match_credits(events)
    left = Counter[tuple[str, str]]()
    about = dict[tuple[str, str], tuple[str | None, Sku]]()
    unmatched = Counter[str]()
    for one in matching.unmatched:
        unmatched[one.credit] += one.quantity
    for event in events:
        if isinstance(event, HistoricOrder):
            for line in event.lines:
                left[event.order_id, line.id] = line.quantity
                about[event.order_id, line.id] = event.customer, line.sku
            continue
        assert isinstance(event, HistoricCredit)
        taken = Counter[Sku]()
        for match in matching.matches[event.credit_id]:
            left[match.order, match.line] -= match.quantity
            customer, sku = about[match.order, match.line]
            assert match.quantity > 0
            assert customer is not None
            assert customer == event.customer
            taken[sku] += match.quantity
        given_ = Counter[Sku]()
        for given_line in event.lines:
            given_[given_line.sku] += given_line.quantity
        assert taken.total() + unmatched[event.credit_id] == given_.total()
        assert taken <= given_
    assert min(left.values(), default=0) >= 0


@given(events=events_)
def test_units_stay_unmatched_only_if_every_earlier_sale_is_credited_in_full(
    events: list[Historic],
) -> None:
    """The slow oracle: a pool of sold units for each customer and sku."""
    pool, lost = Counter[tuple[str | None, Sku]](), Counter[str]()
    for event in events:
        if isinstance(event, HistoricOrder) and event.customer is not None:
            for sold in event.lines:
                pool[event.customer, sold.sku] += sold.quantity
        if isinstance(event, HistoricCredit):
            for line in event.lines:
                taken = min(line.quantity, pool[event.customer, line.sku])
                pool[event.customer, line.sku] -= taken
                lost[event.credit_id] += line.quantity - taken
    found = Counter[str]()
    for one in match_credits(events).unmatched:
        found[one.credit] += one.quantity
    assert found == +lost


def test_the_latest_sale_is_undone_first() -> None:
    """A mistake is corrected soon after it was made."""
    matching = match_credits(
        [sale("1", "x", ("A", 5)), sale("2", "x", ("A", 2)), credit("C", "x", ("A", 3))]
    )
    assert matching.matches[C] == (
        Match(OrderId("2"), LineId("1"), 2),
        Match(OrderId("1"), LineId("1"), 1),
    )


def test_lines_that_undo_the_same_sale_are_one_match() -> None:
    """So that no order line is canceled twice for one credit note."""
    matching = match_credits([sale("1", "x", ("A", 5)), credit("C", "x", ("A", 2), ("A", 1))])
    assert matching.matches[C] == (Match(OrderId("1"), LineId("1"), 3),)


def test_what_matches_nothing_says_why() -> None:
    """Four reasons, each for itself."""
    matching = match_credits(
        [
            sale("1", "x", ("A", 2)),
            credit("C1", None, ("A", 1)),
            credit("C2", "y", ("A", 1)),
            credit("C3", "x", ("B", 1)),
            credit("C4", "x", ("A", 5)),
            sale("2", "y", ("A", 2)),
        ]
    )
    assert [one.reason for one in matching.unmatched] == [
        NoCustomer(),
        NoEarlierOrder(),
        NeverSold(Sku("B")),
        MoreThanSold(Sku("A"), 2),
    ]
    assert matching.unmatched[-1].quantity == 3
    assert all(str(one.reason) for one in matching.unmatched)

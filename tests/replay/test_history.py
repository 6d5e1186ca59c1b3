"""What the rows of an orders file come to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omscore.kernel.money import eur
from omscore.replay.history import (
    COLUMNS,
    HistoricAdjustment,
    HistoricCredit,
    HistoricOrder,
)
from omscore.replay.scenario import Scenario

Read = Callable[..., Scenario]
REUSED = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example overwrites a file
)


def row(
    invoice: str = "1",
    sku: str = "TEA",
    quantity: str = "2",
    at: str = "2024-03-25 08:00:00",
    price: str = "4.50",
    customer: str = "C-1",
    country: str = "Germany",
) -> str:
    """A row of an orders file."""
    return ",".join((invoice, sku, "text", quantity, at, price, customer, country))


fields_ = st.one_of(
    st.sampled_from(
        ["1", "2", "C3", "4", "TEA", "cup", "POST", "BANK CHARGES", "-1", "0", "7", "4.50", "0.0"]
    ),
    st.sampled_from(["2024-03-25 08:00:00", "2024-04-02 09:30", "", "C-1", "Germany", "Atlantis"]),
    st.text(max_size=8).map(lambda text: text.replace("\n", " ")),
)
rows_ = st.one_of(
    st.builds(
        row,
        invoice=st.sampled_from(["1", "2", "c3", "C4", "5", ""]),
        sku=st.sampled_from(["TEA", "tea", "CUP", "POST", "Bank Charges", "KETTLE"]),
        quantity=st.sampled_from(["1", "3", "-1", "-4", "0", "x"]),
        at=st.sampled_from(["2024-03-25 08:00:00", "2024-03-26 07:00:00", "2023-01-01 00:00:00"]),
        price=st.sampled_from(["4.50", "0", "0.0", "-1", "9.999"]),
        customer=st.sampled_from(["C-1", "C-2", ""]),
        country=st.sampled_from(["Germany", "Austria", "Atlantis"]),
    ).map(str.encode),
    st.lists(fields_, min_size=8, max_size=8).map(lambda some: ",".join(some).encode()),
    st.binary(max_size=60).map(lambda raw: raw.replace(b"\n", b" ")),
)


@REUSED
@given(rows=st.lists(rows_, max_size=12))
def test_whatever_the_rows_say_each_comes_to_exactly_one_thing(
    ordering: Read, rows: list[bytes]
) -> None:
    """The law of the reader: no garbage stops it, and no row is lost or counted twice."""
    scenario = ordering(*rows)
    tally = scenario.tally
    assert tally.rows == sum(1 for one in rows if one.strip())
    assert tally.rows == (
        tally.order_lines + tally.credit_lines + tally.adjustments + tally.odd_rows + tally.faults
    )
    times = [one.placed_at if isinstance(one, HistoricOrder) else one.at for one in scenario.events]
    assert times == sorted(times)
    lines = [fault.line for fault in scenario.history.faults]
    assert len(set(lines)) == len(lines)


@REUSED
@given(
    invoices=st.permutations(
        [row(invoice, sku) for invoice in "123" for sku in ("TEA", "CUP", "TEA")]
    )
)
def test_the_rows_of_an_invoice_may_stand_anywhere(ordering: Read, invoices: list[str]) -> None:
    """Real files interleave them; each order has its own rows, and ids by ordinal."""
    orders = ordering(*invoices).events
    assert sorted(one.order_id for one in orders if isinstance(one, HistoricOrder)) == list("123")
    for order in orders:
        assert isinstance(order, HistoricOrder)
        own = [one.split(",")[1] for one in invoices if one.startswith(order.order_id)]
        assert [line.sku for line in order.lines] == own
        assert [line.id for line in order.lines] == ["1", "2", "3"]


def test_times_are_of_the_zone_of_the_file(ordering: Read) -> None:
    """Berlin is an hour ahead of UTC in winter and two from the last Sunday of March."""
    before, after = ordering(row("1"), row("2", at="2024-04-02 08:00:00")).events
    assert isinstance(before, HistoricOrder)
    assert isinstance(after, HistoricOrder)
    assert before.placed_at == datetime(2024, 3, 25, 7, 0, tzinfo=UTC)
    assert after.placed_at == datetime(2024, 4, 2, 6, 0, tzinfo=UTC)


def test_an_order_is_placed_at_the_earliest_minute_of_its_rows(ordering: Read) -> None:
    """Rows of one invoice differ by a minute now and then."""
    (order,) = ordering(row(at="2024-03-25 08:01:00"), row(at="2024-03-25 08:00:00")).events
    assert isinstance(order, HistoricOrder)
    assert order.placed_at == datetime(2024, 3, 25, 7, 0, tzinfo=UTC)


def test_a_credit_note_counts_units_upward(ordering: Read) -> None:
    """The file writes them below zero."""
    (credit,) = ordering(row("C1", quantity="-2")).events
    assert isinstance(credit, HistoricCredit)
    assert [(one.sku, one.quantity, one.price) for one in credit.lines] == [("TEA", 2, eur("4.50"))]


def test_units_that_leave_without_a_price_are_written_off(ordering: Read) -> None:
    """Beside lines that are sold, in the same invoice."""
    sold, gone = ordering(row(), row(quantity="-3", price="0.0")).events
    assert isinstance(sold, HistoricOrder)
    assert isinstance(gone, HistoricAdjustment)
    assert (gone.document, gone.quantity) == ("1.2", -3)


def test_units_that_nobody_bought_for_nothing_were_found(ordering: Read) -> None:
    """An invoice with neither price nor customer is a note about stock, not a sale."""
    (found,) = ordering(row(price="0.0", customer="")).events
    assert isinstance(found, HistoricAdjustment)
    assert found.quantity == 2


def test_a_gift_is_a_line_at_no_price(ordering: Read) -> None:
    """It is picked and shipped like any other."""
    (order,) = ordering(row(), row(price="0.0")).events
    assert isinstance(order, HistoricOrder)
    assert [line.price for line in order.lines] == [eur("4.50"), eur("0.00")]
    (alone,) = ordering(row(price="0.0")).events
    assert isinstance(alone, HistoricOrder)


def test_odd_codes_are_counted_and_become_no_line(ordering: Read) -> None:
    """Postage is not picked."""
    scenario = ordering(
        row(), row(sku="post", quantity="1"), row("C9", "BANK CHARGES", "-2", price="3.00")
    )
    assert [(one.line, one.code.treatment, one.amount) for one in scenario.odd_rows] == [
        (3, "charge", eur("4.50")),
        (4, "fee", eur("-6.00")),
    ]
    (order,) = scenario.events
    assert isinstance(order, HistoricOrder)
    assert len(order.lines) == 1


def test_skus_are_told_apart_regardless_of_case(ordering: Read) -> None:
    """Clerks type them as they like."""
    (order,) = ordering(row(sku="tea"), row(sku="Tea")).events
    assert isinstance(order, HistoricOrder)
    assert [line.sku for line in order.lines] == ["TEA", "TEA"]


def test_a_customer_is_never_shown(ordering: Read) -> None:
    """It is a person."""
    scenario = ordering(row(customer="jane.doe"), row("C1", quantity="-1", customer="jane.doe"))
    assert len(scenario.events) == 2
    assert "jane" not in repr(scenario)


def test_the_columns_are_those_of_the_shipped_data() -> None:
    """A file of the data set is read as it is."""
    assert COLUMNS[0] == "InvoiceNo"
    assert len(COLUMNS) == 8

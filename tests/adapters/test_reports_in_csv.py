"""Reports in CSV: as strict as JSON, and every problem by line and column."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.adapters.reports_in_csv import read_file, read_rows
from omscore.adapters.vocabulary import codec
from omscore.atp.feeds import BadRow, FeedRow
from omscore.atp.messages import CountStock, ExpectSupply, IssueStock, ReceiveStock
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import DocumentId
from omscore.testing.builders import day

FEED = DocumentId("f-1")
COUNTS = {"report": "count-stock"}
TEA: Any = {"node": "berlin", "sku": "TEA"}


def rows(text: str, **cells: str) -> list[FeedRow | BadRow]:
    return list(read_rows(io.StringIO(text, newline=""), FEED, codec(), cells or COUNTS))


def test_each_row_is_a_report_of_its_sort() -> None:
    """Columns that a report has not are empty; a paper of its own follows from the line."""
    found = rows(
        "report,node,sku,quantity,counted,day,firm,occurred_at,sequence,document\r\n"
        "receive-stock,berlin,TEA,4,,,,2026-03-02T09:00:00+01:00,7,note-1\r\n"
        "\r\n"
        'count-stock,berlin,"TEA",,0,,,,,\r\n'
        "issue-stock,berlin,TEA,1,,,,,,\r\n"
        "expect-supply,berlin,TEA,5,,2026-03-05,false,,,po-1\r\n",
        report="count-stock",
    )
    at = datetime(2026, 3, 2, 8, tzinfo=UTC)

    assert found == [
        FeedRow(2, ReceiveStock(**TEA, quantity=4, document="note-1"), at, 7),
        FeedRow(4, CountStock(**TEA, counted=0, document="f-1")),
        FeedRow(5, IssueStock(**TEA, quantity=1, document="f-1:5")),
        FeedRow(6, ExpectSupply(**TEA, quantity=5, day=day(3), firm=False, document="po-1")),
    ]


def test_what_holds_for_every_row_need_not_stand_in_each() -> None:
    """One shop, one instant; a cell of its own wins."""
    usual = {**COUNTS, "node": "berlin", "as_of": "2026-03-02T08:00:00Z", "counts": "on-shelf"}
    [first, second] = rows("sku,counted,node\nTEA,3,\nPOT,2,paris\n", **usual)
    at = datetime(2026, 3, 2, 8, tzinfo=UTC)

    assert first == FeedRow(
        2, CountStock(**TEA, counted=3, document="f-1", as_of=at, counts="on-shelf")
    )
    assert isinstance(second, FeedRow)
    assert second.report.node == "paris"


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("berlin,TEA,", "counted"),
        ("berlin,TEA,x", "counted"),
        ("berlin,TEA,1.0", "counted"),
        ("berlin,TEA,1e3", "counted"),
        ("berlin,TEA,٣", "counted"),
        ("berlin,TEA, 3", "counted"),
        ("berlin,TEA,-1", "counted"),
        ("berlin,TEA,99999999999", "counted"),
        ("berlin,TEA," + "9" * 5000, "counted"),
        ("berlin,T EA,3", "sku"),
        (",TEA,3", "node"),
        ("berlin,TEA\0,3", "sku"),
        ("berlin,TEA\udcff,3", "sku"),
        ("berlin,TEA", None),
        ("berlin,TEA,3,4", None),
        ('berlin,"TEA"x,3', None),
        (f"berlin,{'T' * 200_000},3", None),
    ],
)
def test_a_bad_row_is_told_by_line_and_column_and_the_next_one_is_read(
    line: str, column: str | None
) -> None:
    """And what stands there is not repeated: it may be anything."""
    bad, good = rows(f"node,sku,counted\n{line}\nberlin,TEA,3\n")

    assert isinstance(bad, BadRow)
    assert (bad.line, bad.column) == (2, column)
    assert good == FeedRow(3, CountStock(**TEA, counted=3, document="f-1"))


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("report,node,sku\nplace-order,berlin,TEA\n", "report"),
        ("report,node,sku\n,berlin,TEA\n", "report"),
        ("report,node,sku,counted,as_of\ncount-stock,berlin,TEA,1,2026-03-02T08:00:00\n", "as_of"),
        ("report,node,sku,counted,occurred_at\ncount-stock,berlin,TEA,1,noon\n", "occurred_at"),
        ("report,node,sku,quantity,day,firm\nexpect-supply,b,TEA,1,2026-03-05,maybe\n", "firm"),
        ("report,node,sku,counted,sequence\ncount-stock,berlin,TEA,1,1.5\n", "sequence"),
        ("report,node,sku,counted,quantity\ncount-stock,berlin,TEA,1,1\n", "report"),
    ],
)
def test_a_row_that_is_no_report_names_the_column(text: str, column: str) -> None:
    """An order is no report of stock; a count has no quantity; an instant has a zone."""
    [bad] = rows(text, node="berlin")
    assert isinstance(bad, BadRow)
    assert bad.column == column


@pytest.mark.parametrize("text", ["", "\n", "node,node\n", "node,price\n", '"node\n'])
def test_a_header_that_cannot_be_one_stops_the_file(text: str) -> None:
    """Without it no row means anything."""
    with pytest.raises(Unreadable) as error:
        rows(text)
    assert error.value.path == "$.header"


def test_a_file_may_begin_with_the_mark_that_spreadsheets_write(tmp_path: Path) -> None:
    """And one that is not there is named."""
    path = tmp_path / "stock.csv"
    path.write_bytes(b"\xef\xbb\xbfnode,sku,counted\nberlin,TEA,3\nberlin,T\xff,3\n")
    good, bad = read_file(path, FEED, codec(), COUNTS)

    assert isinstance(good, FeedRow)
    assert isinstance(bad, BadRow)
    with pytest.raises(Unreadable, match=r"nothing\.csv"):
        list(read_file(tmp_path / "nothing.csv", FEED, codec(), COUNTS))


cell = st.text(max_size=6) | st.sampled_from(["berlin", "TEA", "3", "count-stock", "", '"', "\n"])


@settings(max_examples=60)
@given(st.lists(st.lists(cell, min_size=1, max_size=4), max_size=5))
def test_any_cells_give_rows_or_say_what_is_wrong(table: list[list[str]]) -> None:
    """Nothing but rows comes out, one for each that has cells; no file makes it fall over."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["report", "node", "sku", "counted"])
    writer.writerows(table)

    found = rows(text.getvalue())

    assert all(isinstance(one, FeedRow | BadRow) for one in found)
    assert len(found) >= sum(any(row) for row in table) * ("\0" not in text.getvalue())

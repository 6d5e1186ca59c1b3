"""A bad row is listed with file, line and reason, costs itself, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from omscore.replay.history import HistoricOrder
from omscore.replay.rows import LONGEST_LINE_BYTES, read_rows
from omscore.replay.scenario import Scenario, read_scenario

Read = Callable[..., Scenario]
GOOD = "1,TEA,tea,1,2024-03-25 08:00:00,4.50,C-1,Germany"
AFTER = "2,CUP,cup,1,2024-03-25 09:00:00,7.90,C-2,Germany"


def _faults(scenario: Scenario) -> list[tuple[int, str]]:
    return [(f.line, f.reason.code) for f in scenario.faults if f.file == "orders.csv"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("9,TEA,tea,1,2024-03-25 08:00:00,4.50,C-1", "row.wrong-width"),
        ("9,TEA,tea,1,2024-03-25 08:00:00,4.50,C-1,Germany,more", "row.wrong-width"),
        ('9,TEA,"tea,1,2024-03-25 08:00:00,4.50,C-1,Germany', "row.bad-quotes"),
        ('9,TEA,"tea"x,1,2024-03-25 08:00:00,4.50,C-1,Germany', "row.bad-quotes"),
        (b"9,TEA,t\xe9,1,2024-03-25 08:00:00,4.50,C-1,Germany", "row.not-text"),
        (b"9" * (LONGEST_LINE_BYTES + 1), "row.too-long"),
        (b"9" * (3 * LONGEST_LINE_BYTES), "row.too-long"),
        ("a b,TEA,tea,1,2024-03-25 08:00:00,4.50,C-1,Germany", "row.bad-id"),
        (",TEA,tea,1,2024-03-25 08:00:00,4.50,C-1,Germany", "row.bad-id"),
        ("9,TEA,tea,1,2024-03-25 08:00:00,4.50,C 1,Germany", "row.bad-id"),
        (b"9,TEA,tea,1,2024-03-25 08:00:00,4.50,C\x001,Germany", "row.bad-id"),
        ("9,T\u00c9A,tea,1,2024-03-25 08:00:00,4.50,C-1,Germany", "row.bad-id"),
        ("9,KETTLE,tea,1,2024-03-25 08:00:00,4.50,C-1,Germany", "row.unknown-sku"),
        ("9,TEA,tea,0,2024-03-25 08:00:00,4.50,C-1,Germany", "row.bad-quantity"),
        ("9,TEA,tea,1.0,2024-03-25 08:00:00,4.50,C-1,Germany", "row.bad-quantity"),
        ("9,TEA,tea,1e3,2024-03-25 08:00:00,4.50,C-1,Germany", "row.bad-quantity"),
        ("9,TEA,tea,\u0663,2024-03-25 08:00:00,4.50,C-1,Germany", "row.bad-quantity"),
        ("9,TEA,tea,,2024-03-25 08:00:00,4.50,C-1,Germany", "row.bad-quantity"),
        ("9,TEA,tea,1000000001,2024-03-25 08:00:00,4.50,C-1,Germany", "row.bad-quantity"),
        (f"9,TEA,tea,{'9' * 5000},2024-03-25 08:00:00,4.50,C-1,Germany", "row.bad-quantity"),
        ("9,TEA,tea,-1,2024-03-25 08:00:00,4.50,C-1,Germany", "row.bad-quantity"),
        ("C9,TEA,tea,1,2024-03-25 08:00:00,4.50,C-1,Germany", "row.bad-quantity"),
        ("9,TEA,tea,1,2024-03-25,4.50,C-1,Germany", "row.bad-date"),
        ("9,TEA,tea,1,2024-02-30 08:00:00,4.50,C-1,Germany", "row.bad-date"),
        ("9,TEA,tea,1,0001-01-01 00:00:00,4.50,C-1,Germany", "row.bad-date"),
        ("9,TEA,tea,1,2024-03-25T08:00:00Z,4.50,C-1,Germany", "row.bad-date"),
        ("9,TEA,tea,1,2024-03-31 02:59:59,4.50,C-1,Germany", "row.no-such-time"),
        ("9,TEA,tea,1,2024-03-24 23:59:59,4.50,C-1,Germany", "row.outside-period"),
        ("9,TEA,tea,1,2024-04-06 00:00:00,4.50,C-1,Germany", "row.outside-period"),
        ("9,TEA,tea,1,2024-03-25 08:00:00,,C-1,Germany", "row.bad-price"),
        ("9,TEA,tea,1,2024-03-25 08:00:00,4.505,C-1,Germany", "row.bad-price"),
        ("9,TEA,tea,1,2024-03-25 08:00:00,1e999999,C-1,Germany", "row.bad-price"),
        ("9,TEA,tea,1,2024-03-25 08:00:00,nan,C-1,Germany", "row.bad-price"),
        ("9,TEA,tea,1,2024-03-25 08:00:00,-4.50,C-1,Germany", "row.bad-price"),
        ("9,TEA,tea,1,2024-03-25 08:00:00,999999999999,C-1,Germany", "row.bad-price"),
        ("9,POST,post,1000000000,2024-03-25 08:00:00,999999999999,C-1,Germany", "row.bad-price"),
        ("9,TEA,tea,1,2024-03-25 08:00:00,4.50,C-1,Atlantis", "row.unknown-country"),
        ("9,TEA,tea,1,2024-03-25 08:00:00,4.50,C-1,", "row.unknown-country"),
        ("1,TEA,tea,1,2024-03-25 08:00:00,4.50,C-9,Germany", "row.contradicts"),
        ("1,TEA,tea,1,2024-03-25 08:00:00,4.50,,Germany", "row.contradicts"),
        ("1,TEA,tea,1,2024-03-25 08:00:00,4.50,C-1,Austria", "row.contradicts"),
    ],
)
def test_a_bad_row_costs_itself_and_nothing_else(
    ordering: Read, row: str | bytes, code: str
) -> None:
    """Whatever stands in one line, the lines before and after it come to what they always do."""
    spoiled, alone = ordering(GOOD, row, AFTER), ordering(GOOD, AFTER)
    assert _faults(spoiled) == [(3, code)]
    assert spoiled.events == alone.events
    assert len(alone.events) == 2


def test_the_rest_of_an_order_is_placed_under_the_ids_that_its_rows_always_had(
    ordering: Read,
) -> None:
    """A row that is mended later must not change the ids of its neighbors."""
    bad = GOOD.replace(",1,2024", ",none,2024")
    (order,) = ordering(GOOD, bad, GOOD).events
    assert isinstance(order, HistoricOrder)
    assert [line.id for line in order.lines] == ["1", "3"]


def test_an_order_without_a_good_row_is_not_placed(ordering: Read) -> None:
    """There would be nothing in it."""
    assert ordering(GOOD.replace("TEA", "KETTLE")).events == ()


def test_rows_beyond_the_longest_order_are_listed(ordering: Read) -> None:
    """A thousand lines are the most that one order may have; the others must not vanish."""
    scenario = ordering(*[GOOD] * 1_003)
    assert _faults(scenario) == [(line, "row.too-many-lines") for line in (1002, 1003, 1004)]
    assert scenario.tally.order_lines == 1_000


def test_a_fault_does_not_repeat_what_the_row_says(ordering: Read) -> None:
    """Names and addresses end up in the wrong column; the list of faults is shown and kept."""
    row = "Jane Doe,Jane Doe,Jane Doe,Jane Doe,Jane Doe,Jane Doe,Jane Doe,Jane Doe"
    scenario = ordering(row, GOOD.replace("C-1", "Jane Doe"), GOOD.replace("Germany", "Jane Doe"))
    assert len(_faults(scenario)) == 3
    assert "Jane" not in "".join(map(str, scenario.faults)) + repr(scenario)


def test_blank_lines_are_no_rows_but_count_as_lines(ordering: Read) -> None:
    """Editors show them, so the line numbers must agree with editors."""
    scenario = ordering("", GOOD, "  ", "nothing", "")
    assert _faults(scenario) == [(5, "row.wrong-width")]
    assert scenario.tally.rows == 2


def test_line_ends_and_the_mark_of_windows_files_are_no_faults(folder: Path) -> None:
    """Spreadsheets write them."""
    raw = (folder / "items.csv").read_bytes().replace(b"\n", b"\r\n")
    (folder / "items.csv").write_bytes(b"\xef\xbb\xbf" + raw)
    assert len(read_scenario(folder).items) == 6


def test_every_table_lists_its_bad_rows_by_line(folder: Path) -> None:
    """The small scenario has one of each kind."""
    found = [(f.file, f.line, f.reason.code) for f in read_scenario(folder).faults]
    assert [one for one in found if one[0] != "orders.csv"] == [
        ("items.csv", 8, "row.repeated"),
        ("items.csv", 9, "row.bad-quantity"),
        ("odd_codes.csv", 5, "row.malformed"),
        ("stock.csv", 12, "row.repeated"),
        ("stock.csv", 13, "row.unknown-node"),
        ("stock.csv", 14, "row.unknown-sku"),
        ("stock.csv", 15, "row.bad-quantity"),
        ("purchase_orders.csv", 5, "row.repeated"),
        ("purchase_orders.csv", 6, "row.bad-date"),
        ("purchase_orders.csv", 7, "row.bad-date"),
    ]


def test_a_fault_reads_as_file_line_and_sentence(folder: Path) -> None:
    """That is what a person sees, and what editors can jump to."""
    (folder / "stock.csv").write_text("node,sku,quantity\noslo,TEA,1\n")
    said = [str(fault) for fault in read_scenario(folder).faults if fault.file == "stock.csv"]
    assert said == ["stock.csv:2: the network has no node oslo [row.unknown-node]"]


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    """Fields go by the header, not by their place."""
    (tmp_path / "a.csv").write_text("b,a\n2,1\n")
    (row,) = read_rows(tmp_path / "a.csv", ("a", "b")).good
    assert (row["a"], row["b"]) == ("1", "2")

"""`omscore feed`: a file of reports into a shop, with an answer for each row that is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from omscore import FixedClock, Oms, ReceiveStock
from omscore.cli import main
from omscore.testing.builders import MONDAY, THREE_NODES, an_item

Do = Callable[..., tuple[int, str, str]]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A shop with ten of tea and four pots in Berlin."""
    file = tmp_path / "shop.db"
    with Oms.sqlite(file, clock=FixedClock(MONDAY)) as oms:
        oms.know(an_item("TEA"), an_item("POT"), *THREE_NODES)
        for sku, quantity in (("TEA", 10), ("POT", 4)):
            oms.do(ReceiveStock(node="berlin", sku=sku, quantity=quantity, document="opening"))
    return file


@pytest.fixture
def feed(tmp_path: Path, database: Path, capsys: pytest.CaptureFixture[str]) -> Do:
    """Feeds a text as `stock.csv`: the status, and what was printed on which stream."""

    def command(text: str, *argv: str) -> tuple[int, str, str]:
        file = tmp_path / "stock.csv"
        file.write_text(text)
        status = main(["feed", str(file), "--database", str(database), *argv])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return command


def left(database: Path, sku: str) -> int:
    with Oms.sqlite(database, clock=FixedClock(MONDAY)) as oms:
        return oms.available(sku, "berlin")


COUNT = ("--report", "count-stock", "--set", "node=berlin")


def test_a_full_count_is_taken_and_the_same_again_changes_nothing(feed: Do, database: Path) -> None:
    """What the file does not name is none."""
    for taken in "0", "1":
        status, out, err = feed("sku,counted\nTEA,7\n", *COUNT, "--full", "berlin")

        assert (status, err) == (0, "")
        assert f"1 rows, of which {taken} were taken before" in out
        assert (left(database, "TEA"), left(database, "POT")) == (7, 0)


def test_wrong_rows_are_listed_and_keep_the_rest_of_a_snapshot_open(
    feed: Do, database: Path
) -> None:
    """The pots may well be there: their row cannot be read, so nothing is emptied."""
    text = "sku,counted\nTEA,7\nPOT,four\nGRAIL,1\n"
    status, out, _ = feed(text, *COUNT, "--full", "berlin")

    assert status == 1
    assert "line 3: " in out
    assert "counted" in out
    assert "line 4: " in out
    assert (left(database, "TEA"), left(database, "POT")) == (7, 4)


def test_a_strict_feed_stops_before_the_first_wrong_row(feed: Do, database: Path) -> None:
    """And goes on when that is mended."""
    status, _, err = feed("sku,counted\nTEA,7\nGRAIL,1\n", *COUNT, "--strict")
    assert (status, left(database, "TEA")) == (2, 10)
    assert "line 3" in err

    status, _, _ = feed("sku,counted\nTEA,7\nPOT,1\n", *COUNT, "--strict")
    assert (status, left(database, "TEA"), left(database, "POT")) == (0, 7, 1)


def test_programs_get_every_figure(feed: Do) -> None:
    """As JSON, and nothing else."""
    _, out, _ = feed("sku,counted\nTEA,7\nTEA,8\n", *COUNT, "--json", "--name", "monday")
    told = json.loads(out)

    assert (told["feed"], told["rows"], told["ignored"], told["refused"]) == ("monday", 2, 1, 0)


@pytest.mark.parametrize(
    ("text", "argv", "said"),
    [
        ("sku,counted\nTEA,7\n", ("--report", "count-stock", "--set", "node"), "--set"),
        ("sku,price\nTEA,7\n", COUNT, "header"),
        ("sku,counted\nTEA,7\n", (*COUNT, "--set", "counts=all", "--full", "berlin"), "counts"),
        ("sku,counted\nTEA,7\n", (*COUNT, "--name", "no such name"), "document"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(
    feed: Do, database: Path, text: str, argv: tuple[str, ...], said: str
) -> None:
    """And nothing is taken."""
    status, out, err = feed(text, *argv)

    assert (status, out) == (2, "")
    assert said in err
    assert left(database, "TEA") == 10


def test_another_file_of_the_same_name_is_recognized(feed: Do, database: Path) -> None:
    """Monday's file was overwritten by Tuesday's: it wants a name of its own."""
    feed("sku,counted\nTEA,7\n", *COUNT)
    status, _, err = feed("sku,counted\nTEA,6\n", *COUNT)

    assert status == 2
    assert "stock.csv" in err
    assert left(database, "TEA") == 7


def test_an_audit_proposes_what_would_mend_a_position_and_keeps_it_when_asked(
    feed: Do, database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody has raised the tea by hand."""
    del feed
    with Oms.sqlite(database) as oms:
        engine = oms.storage.engine  # type: ignore[attr-defined]
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE omscore_state SET digest = 1, body = '{\"on_hand\":99}' "
                "WHERE kind = 'position' AND id = 'berlin/TEA/sellable'"
            )
    assert left(database, "TEA") == 99

    for flag, status, said in (
        ("--repair", 1, "Proposed"),
        ("--apply", 0, "Applied"),
        ("--repair", 0, "no difference"),
    ):
        assert main(["audit", flag, "--database", str(database)]) == status
        assert said in capsys.readouterr().out
    assert left(database, "TEA") == 10

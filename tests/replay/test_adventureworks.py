"""AdventureWorks: three months of dated supply and short receipts, proved by a second book."""

from __future__ import annotations

import importlib.util
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from attrs import evolve

EXAMPLES = Path(__file__).parents[2] / "examples"


def script(name: str) -> ModuleType:
    """A script of the examples, as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


adventureworks = script("replay_adventureworks")
DATA = adventureworks.HERE


def test_supply_that_suffices_keeps_every_promise() -> None:
    """Eight receipts are short, and nobody notices; both books agree on every day."""
    figures = adventureworks.Replay(adventureworks.read(DATA)).run()

    assert (figures.orders, figures.lines, figures.units) == (144, 179, 558)
    assert (figures.receipts, figures.short_receipts) == (23, 8)
    assert (figures.at_once, figures.waiting, figures.repromised) == (558, 0, [])
    assert figures.compared == 179 * len(adventureworks.read(DATA).nodes)
    assert (figures.differing, figures.oversold) == (0, 0)


def test_whom_a_short_receipt_concerns_is_promised_anew_with_the_reason() -> None:
    """Empty shelves and a twentieth of the supply: every promise that is lost names its receipt."""
    data = adventureworks.read(DATA, scarce=20)
    figures = adventureworks.Replay(data, opening=False).run()

    assert figures.repromised
    for one in figures.repromised:
        assert one.cause.stocked < one.cause.quantity
        assert one.before >= one.cause.due
        assert f"{one.cause.document} brought {one.cause.stocked}" in str(one)
    assert (figures.differing, figures.oversold) == (0, 0)


def test_the_second_book_would_notice() -> None:
    """A replay whose books are made to differ says so: the check is no rubber stamp."""
    replay = adventureworks.Replay(adventureworks.read(DATA, scarce=20), opening=False)
    replay.run(date(2019, 9, 20))
    assert replay.figures.oversold == 0

    book = replay._book
    for document, one in list(book.due.items()):
        book.due[document] = evolve(one, quantity=0)
    book.stock.clear()
    assert list(book.oversold(date(2019, 9, 20)))


def test_the_same_data_come_to_the_same_figures() -> None:
    """Nothing is drawn by chance, nothing depends on the machine."""
    data = adventureworks.read(DATA, scarce=30)
    until = date(2019, 9, 30)

    first = adventureworks.Replay(data, opening=False).run(until)
    assert adventureworks.Replay(data, opening=False).run(until) == first


def test_the_command_prints_what_it_comes_to(capsys: pytest.CaptureFixture[str]) -> None:
    """It ends with status 0 if both books agree."""
    assert adventureworks.main([str(DATA), "--until", "2019-09-15"]) == 0

    told = capsys.readouterr().out
    assert "earliest days asked, 0 differ" in told
    assert "days of sku-nodes checked, 0 oversold" in told


def test_the_extract_is_made_of_itself(tmp_path: Path) -> None:
    """A second run of the script that made it writes the same bytes."""
    assert script("make_adventureworks").main([str(DATA), str(tmp_path)]) == 0

    for made in tmp_path.iterdir():
        assert made.read_bytes() == (DATA / made.name).read_bytes()

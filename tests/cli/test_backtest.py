"""`omscore backtest`: what promises would have been worth."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from omscore.testing.builders import day

Do = Callable[..., tuple[int, str, str]]


@pytest.fixture
def history(tmp_path: Path) -> str:
    """Sixty parcels, one a day: each third one takes five days, the others two."""
    rows = [
        f"berlin,DE,{day(n)},{day(n + (5 if n % 3 == 0 else 2))},{day(n + 6)}" for n in range(60)
    ]
    file = tmp_path / "history.csv"
    file.write_text("\n".join(["node,to,shipped,delivered,promised", *rows, "berlin,DE,?,?,?", ""]))
    return str(file)


def test_a_backtest_says_how_many_promises_would_have_been_kept(do: Do, history: str) -> None:
    """And at the price of how many days; beside what was promised in truth."""
    status, out, err = do("backtest", history, "--confidence", "50", "90", "--least", "10")

    assert (status, err) == (0, "")
    assert "42 shipments from 2026-03-20 on, after 18 before" in out
    rows = [line.split() for line in out.splitlines() if "%" in line]
    assert rows == [
        ["at", "50", "%", "42", "66.7", "%", "2.0", "0"],
        ["at", "90", "%", "42", "100.0", "%", "5.0", "0"],
        ["as", "in", "the", "history", "42", "100.0", "%", "6.0", "0"],
    ]
    assert "history.csv:62: shipped: expected a day like 2011-04-28" in out


def test_a_backtest_explains_its_options(do: Do) -> None:
    """And the file that it reads."""
    status, out, _ = do("backtest", "--help")

    assert status == 0
    for word in "--confidence", "--least", "--from", "--holidays", "--pace", "--json", "delivered":
        assert word in out


def test_a_backtest_for_programs_counts_on_working_days(do: Do, history: str) -> None:
    """The same figures as JSON; the carrier rests on Sundays and holidays."""
    status, out, _ = do("backtest", history, "--holidays", "DE", "--json")

    assert status == 0
    assert [one["confidence"] for one in json.loads(out)["kept"]] == [50, 90, 95, None]
    assert json.loads(out)["bad_rows"] == [{"line": 62, "code": "row.bad-date"}]


@pytest.mark.parametrize(
    "argv",
    [
        ("--confidence", "100"),
        ("--confidence", "0.9"),
        ("--least", "0"),
        ("--from", "today"),
        ("--holidays", "Utopia"),
    ],
)
def test_a_backtest_of_nonsense_is_refused(do: Do, history: str, argv: tuple[str, str]) -> None:
    """One line on the error stream, and a status that says so."""
    status, out, err = do("backtest", history, *argv)

    assert (status, out) == (2, "")
    assert "expected" in err or "a country" in err
    assert do("backtest", "nowhere.csv")[0] == 2

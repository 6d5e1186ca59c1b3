"""Pictures: drawn into a file, they say what the rows say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings

from omscore.adapters import plots
from omscore.atp.entries import DemandEntry, Entry, SupplyEntry, on_hand, unlimited
from omscore.atp.methods import Options, Row
from omscore.atp.periods import Discrete
from omscore.atp.projected import LookAhead
from omscore.kernel.errors import Unreadable
from omscore.testing.builders import TODAY, day
from omscore.testing.entries import entries, projected

WEEK: tuple[Entry, ...] = (
    on_hand(5),
    DemandEntry("d-1", 4, day(2), "planned"),
    SupplyEntry("po-1", 6, day(3)),
    DemandEntry("so-1", 3, day(7)),
)


def rows_of(several: Sequence[Entry] = WEEK, days: int = 10) -> list[Row]:
    """Look-ahead, day by day."""
    return LookAhead().curve(several, TODAY, Options(horizon_days=days))


def words_of(rows: Sequence[Row], tmp_path: Path, **rest: object) -> str:
    """The text in the picture of *rows*, as far as an SVG keeps it."""
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "none"}):
        plots.save(rows, tmp_path / "curve.svg", **rest)  # type: ignore[arg-type]
    return (tmp_path / "curve.svg").read_text(encoding="utf-8")


# --- what a picture says ----------------------------------------------------------------------


@given(entries())
def test_bars_are_projected_stock(several: list[Entry]) -> None:
    """The rows hold all that a picture needs; the oracle adds up entries."""
    rows = rows_of(several, days=15)

    assert plots.projected(rows) == [projected(several, row.day) for row in rows]


@given(entries())
def test_what_binds_a_promise_is_the_lowest_bar_to_come(several: list[Entry]) -> None:
    """All entries fall within the picture, so some bar always binds."""
    rows = rows_of(several, days=15)
    for row in rows:
        binds = plots.binding(rows, row.day)
        assert binds is not None
        assert binds.day >= row.day
        assert projected(several, binds.day) == row.available


def test_nothing_binds_where_no_bar_says_so() -> None:
    """What binds comes after the picture, or the method does not look ahead."""
    assert plots.binding(rows_of(days=5), day(4)) is None
    discrete = Discrete().curve(WEEK, TODAY, Options(horizon_days=10))
    assert plots.binding(discrete, day(3)) is None


@settings(max_examples=5)
@given(entries(fence=True))
def test_any_rows_can_be_drawn(several: list[Entry]) -> None:
    """Negative, flat, empty or without limit."""
    figure = plots.curve(rows_of(several, days=20))

    assert len(figure.axes) == 2


def test_a_picture_is_told_in_a_sentence(tmp_path: Path) -> None:
    """Whoever reads no axes reads that."""
    words = words_of(rows_of(), tmp_path, title="TEA in berlin")
    assert "TEA in berlin" in words
    assert "for Mon 2 Mar: 1, as Wed 4 Mar decides" in words

    later = words_of(rows_of(), tmp_path, day=day(3))
    assert "for Thu 5 Mar: 4, as Mon 9 Mar decides" in later

    safe = LookAhead().curve(WEEK, TODAY, Options(horizon_days=10, safety=3))
    assert "; 3 withheld for safety" in words_of(safe, tmp_path, day=day(3))

    endless = words_of(rows_of([on_hand(2), unlimited(day(1))]), tmp_path, day=day(1))
    assert "for Tue 3 Mar: without limit" in endless
    assert "no limit" in endless


@pytest.mark.parametrize(
    ("name", "signature"), [("a.png", b"\x89PNG"), ("a.PDF", b"%PDF"), ("a.svg", b"<?xml")]
)
def test_the_name_of_the_file_says_what_it_is(tmp_path: Path, name: str, signature: bytes) -> None:
    """No argument for what the name says already."""
    plots.save(rows_of(), tmp_path / name)

    assert (tmp_path / name).read_bytes().startswith(signature)


def test_without_the_extra_a_line_says_how_to_mend_it() -> None:
    """A traceback that names a module is no help to somebody who does not know our extras."""
    program = """
import sys
sys.modules["matplotlib"] = sys.modules["matplotlib.figure"] = None
from datetime import date
from omscore.adapters import plots
from omscore.atp.entries import on_hand
from omscore.atp.projected import LookAhead
try:
    plots.curve(LookAhead().curve([on_hand(1)], date(2026, 3, 2)))
except Exception as missing:
    print(type(missing).__name__, missing)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"Unavailable {plots.MEND}\n"


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (lambda: plots.curve([]), "$.rows"),
        (lambda: plots.curve(rows_of(), day=day(-1)), "$.day"),
        (lambda: plots.save(rows_of(), "curve.bmp"), "$.path"),
    ],
)
def test_bad_input_is_refused_by_name(asked: Callable[[], object], path: str) -> None:
    """The path says which field to mend."""
    with pytest.raises(Unreadable) as refused:
        asked()
    assert refused.value.path == path

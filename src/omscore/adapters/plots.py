"""Pictures of availability over time, drawn by Matplotlib (extra `plots`).

Above: what is projected to be there at the end of each bucket, as bars, and what may be promised,
as a line; the bar that binds it is marked.  Below: what comes and what goes.  A picture is of the
rows that `Oms.availability` gives, and of nothing else, so it says what the rows say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from omscore.atp.lots import UNLIMITED
from omscore.atp.methods import Row
from omscore.kernel.errors import Unavailable, Unreadable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MEND = "Matplotlib is not installed: pip install 'omscore[plots]'"
INK, FAINT = "#1f2933", "#9aa5b1"
STOCK, BINDS, PROMISE = "#cfdff0", "#f2c9a1", "#b3261e"
COMES, GOES, OURS = "#3f8f5f", "#d9822b", "#6b7fa3"
NAMED = 16  # buckets, up to which each has its numbers


def curve(rows: Sequence[Row], *, title: str = "", day: date | None = None) -> Figure:
    """The picture of *rows*: of which day it says what may be promised, and what binds that.

    *day* is the day that is asked for, the first one if it is not given.  The figure is the
    caller's: save it, or show it in a notebook.  `Unavailable` without the extra, `Unreadable` if
    there is no row, or none for *day*.
    """
    with _extra():
        from matplotlib.figure import Figure
    _check(rows, day)
    figure = Figure(figsize=(9, 5), dpi=150, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1.2))
    asked = _place(rows, day or rows[0].day)
    _levels(above, rows, asked)
    _flows(below, rows)
    _days(below, rows)
    above.set_title(title or "Available to promise", loc="left", color=INK, fontweight="bold")
    above.set_ylabel("units", color=INK)
    below.set_ylabel("comes, goes", color=INK)
    return figure


def save(
    rows: Sequence[Row], path: str | Path, *, title: str = "", day: date | None = None
) -> None:
    """Draw *rows* into the file at *path*: a PNG, SVG or PDF, as its name ends.

    Raises what `curve` raises, and `Unreadable` for a file of another kind.
    """
    kind = Path(path).suffix.lower().lstrip(".")
    if kind not in ("png", "svg", "pdf"):
        raise Unreadable("a file that ends in .png, .svg or .pdf", "$.path")
    curve(rows, title=title, day=day).savefig(Path(path), format=kind)


def projected(rows: Sequence[Row]) -> list[int]:
    """What is left at the end of each row, if everything happens as planned."""
    return list(accumulate(row.supply - row.demand - row.reserved for row in rows))


def binding(rows: Sequence[Row], day: date) -> Row | None:
    """The row, from *day* on, whose projected stock is what may be promised for *day*.

    None if no row says so: what binds comes later, or the method does not look ahead.
    """
    stock, asked = projected(rows), _place(rows, day)
    least = min(range(asked, len(rows)), key=stock.__getitem__)
    promised = rows[asked].available + rows[asked].withheld
    return rows[least] if promised in (stock[least], max(0, stock[least])) else None


def sentence(rows: Sequence[Row], day: date) -> str:
    """How many units may be promised for *day*, which day decides, and what is withheld."""
    _check(rows, day)
    row, binds = rows[_place(rows, day)], binding(rows, day)
    endless = row.available >= UNLIMITED // 2
    told = f"for {_named(day)}: {'without limit' if endless else row.available}"
    if not endless and binds is not None:
        told += f", as {_named(binds.day)} decides"
    return f"{told}; {row.withheld} withheld for safety" if row.withheld else told


@contextmanager
def _extra() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as missing:
        raise Unavailable(MEND) from missing


def _check(rows: Sequence[Row], day: date | None) -> None:
    if not rows:
        raise Unreadable("at least one row", "$.rows")
    if day is not None and not rows[0].day <= day:
        raise Unreadable("a day of the rows", "$.day")


def _place(rows: Sequence[Row], day: date) -> int:
    """The row that holds on *day*."""
    return sum(row.day <= day for row in rows) - 1


# --- above ------------------------------------------------------------------------------------


def _levels(axes: Axes, rows: Sequence[Row], asked: int) -> None:
    stock, promised = projected(rows), [row.available for row in rows]
    top, binds = _top([*stock, *promised]), binding(rows, rows[asked].day)
    places = list(range(len(rows)))
    colors = [BINDS if row is binds else STOCK for row in rows]
    axes.bar(places, [min(top, one) for one in stock], width=0.72, color=colors, zorder=2)
    edges = [place - 0.5 for place in (*places, len(rows))]
    line = [min(top, one) for one in promised]
    axes.stairs(line, edges, baseline=None, color=PROMISE, linewidth=2.6, zorder=4)
    _numbers(axes, stock, promised, top)
    _say(axes, sentence(rows, rows[asked].day))
    low = min(0, *stock, *promised)
    axes.set_ylim(low - 0.08 * (top - low), top + 0.3 * (top - low))
    _plain(axes)
    _key(axes, {"may be promised": PROMISE, "projected stock": STOCK, "what binds": BINDS})


def _top(numbers: Sequence[int]) -> int:
    """Where the picture ends: what is without limit would flatten all the rest."""
    return max((one for one in numbers if one < UNLIMITED // 2), default=1) or 1


def _numbers(axes: Axes, stock: Sequence[int], promised: Sequence[int], top: int) -> None:
    """What may be promised wherever it changes; the stock of each bar, if they are not too many."""
    for place, units in enumerate(promised):
        if not place or units != promised[place - 1]:
            told = "no limit" if units >= UNLIMITED // 2 else str(units)
            _number(axes, told, place, min(top, units), PROMISE, below=True)
    for place, units in enumerate(stock):
        if len(stock) <= NAMED and units < UNLIMITED // 2 and units != promised[place]:
            _number(axes, str(units), place, units, OURS, below=units < 0)


def _number(axes: Axes, told: str, place: int, height: int, color: str, *, below: bool) -> None:
    axes.annotate(
        told,
        (place, height),
        xytext=(0, -4 if below else 3),
        textcoords="offset points",
        ha="center",
        va="top" if below else "bottom",
        color=color,
        fontsize=9,
        fontweight="bold" if color == PROMISE else "normal",
        zorder=5,
    )


def _say(axes: Axes, told: str) -> None:
    """One sentence, in the upper left."""
    behind = {"facecolor": "white", "edgecolor": "none", "pad": 2}
    at = axes.transAxes
    axes.text(0.01, 0.96, told, transform=at, va="top", color=INK, fontsize=10, bbox=behind)


# --- below ------------------------------------------------------------------------------------


def _flows(axes: Axes, rows: Sequence[Row]) -> None:
    """What comes, upward; what others take, and what we have promised, downward."""
    places, top = list(range(len(rows))), _top([row.supply for row in rows])
    others, ours = [-row.demand for row in rows], [-row.reserved for row in rows]
    axes.bar(places, [min(top, row.supply) for row in rows], 0.5, color=COMES, zorder=2)
    axes.bar(places, others, 0.5, color=GOES, zorder=2)
    axes.bar(places, ours, 0.5, bottom=others, color=OURS, zorder=2)
    if len(rows) <= NAMED:
        for place, row in enumerate(rows):
            _flow(axes, place, row, top)
    axes.axhline(0, color=FAINT, linewidth=0.8)
    low = min(map(sum, zip(others, ours, strict=True)))
    axes.set_ylim(low - 0.3 * (top - low), top + 0.6 * (top - low))
    _plain(axes)
    _key(axes, {"supply": COMES, "demand of others": GOES, "promised": OURS})


def _flow(axes: Axes, place: int, row: Row, top: int) -> None:
    if row.supply:
        told = "no limit" if row.supply >= UNLIMITED // 2 else f"+{row.supply}"
        _number(axes, told, place, min(top, row.supply), COMES, below=False)
    if gone := row.demand + row.reserved:
        _number(axes, f"-{gone}", place, -gone, GOES if row.demand else OURS, below=True)


# --- both -------------------------------------------------------------------------------------


def _days(axes: Axes, rows: Sequence[Row]) -> None:
    """Each day by name while there is room, then some of them."""
    places = list(range(0, len(rows), 1 + (len(rows) - 1) // NAMED))
    names = [f"{rows[at].day:%a}\n{rows[at].day.day} {rows[at].day:%b}" for at in places]
    axes.set_xticks(places, names, fontsize=9, color=INK)
    axes.set_xlim(-0.6, len(rows) - 0.4)


def _key(axes: Axes, colors: Mapping[str, str]) -> None:
    from matplotlib.patches import Patch

    patches = [Patch(color=color, label=name) for name, color in colors.items()]
    axes.legend(
        handles=patches,
        loc="upper right",
        ncols=len(patches),
        frameon=False,
        fontsize=9,
        labelcolor=INK,
        handlelength=1.2,
    )


def _named(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _plain(axes: Axes) -> None:
    """No frame, whole numbers, a faint grid behind everything."""
    from matplotlib.ticker import MaxNLocator

    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
    axes.tick_params(length=0, colors=INK, labelsize=9)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.grid(axis="y", color="#e4e7eb", linewidth=0.8, zorder=0)
    axes.set_axisbelow(True)

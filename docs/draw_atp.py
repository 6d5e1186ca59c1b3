"""Draw what may be promised, from a real position, into `docs/concepts/atp.svg`.

python docs/draw_atp.py
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from omscore.atp.movements import (
    DemandScheduled,
    PositionEvent,
    StockEntered,
    SupplyScheduled,
)
from omscore.atp.position import Position, evolve
from omscore.kernel.ids import DocumentId

PICTURE = Path(__file__).parent / "concepts" / "atp.svg"
TODAY = date(2026, 1, 5)
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
DAYS = 10
WIDTH, HEIGHT, LEFT, BOTTOM, STEP, UNIT = 720, 330, 50, 270, 64, 28

EVENTS: Sequence[PositionEvent] = (
    StockEntered("received", 5, DocumentId("r-1")),
    DemandScheduled(date(2026, 1, 7), 4, DocumentId("d-1")),
    SupplyScheduled(date(2026, 1, 8), 6, DocumentId("po-1")),
    DemandScheduled(date(2026, 1, 12), 3, DocumentId("d-2")),
)


def picture() -> str:
    """The picture, as SVG."""
    position = evolve(None, *EVENTS)
    days = [TODAY + timedelta(days=n) for n in range(DAYS)]
    shapes = [*_axis(days), *_bars(position, days), *_steps(position, days), *_key()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="13" role="img">\n'
        "<title>Projected stock and what may be promised, day by day</title>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n'
        + "\n".join(shapes)
        + "\n</svg>\n"
    )


def _axis(days: Sequence[date]) -> Iterator[str]:
    yield f'<path d="M{LEFT} {BOTTOM} h{DAYS * STEP}" stroke="#222222"/>'
    for place, day in enumerate(days):
        yield _text(LEFT + STEP * place + STEP // 2, BOTTOM + 18, f"{day:%a} {day.day}", "#222222")


def _bars(position: Position, days: Sequence[date]) -> Iterator[str]:
    """A light bar per day: what is projected to be there when the day ends."""
    for place, day in enumerate(days):
        stock = position.on_hand + sum(
            bucket.supply - bucket.foreign for bucket in position.buckets if bucket.day <= day
        )
        x, height = LEFT + STEP * place + 10, UNIT * stock
        yield f'<rect x="{x}" y="{BOTTOM - height}" width="44" height="{height}" fill="#c9dcef"/>'
        yield _text(x + 22, BOTTOM - height - 6, f"{stock}", "#4a6a8a")


def _steps(position: Position, days: Sequence[date]) -> Iterator[str]:
    """A heavy line: the running minimum from each day to the last entry."""
    path = ""
    for place, day in enumerate(days):
        available = position.available(day, today=TODAY, now=NOW)
        x, y = LEFT + STEP * place, BOTTOM - UNIT * available
        path += f"{'L' if path else 'M'}{x} {y} H{x + STEP} "
        yield _text(x + STEP // 2, y + 18, f"{available}", "#b03a2e")
    yield f'<path d="{path.strip()}" fill="none" stroke="#b03a2e" stroke-width="3"/>'


def _key() -> Iterator[str]:
    yield '<rect x="50" y="14" width="14" height="14" fill="#c9dcef"/>'
    yield _text(70, 26, "projected stock at the end of the day", "#4a6a8a", "start")
    yield '<path d="M370 21 h20" stroke="#b03a2e" stroke-width="3"/>'
    yield _text(396, 26, "available to promise", "#b03a2e", "start")


def _text(x: int, y: int, words: str, color: str, anchor: str = "middle") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{color}">{words}</text>'


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")

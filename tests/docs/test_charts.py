"""The drawn lifecycles are those of the code."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_lifecycles_are_drawn_from_the_charts() -> None:
    """A drawing that lags behind is worse than none: `python docs/draw_charts.py` mends it."""
    script = runpy.run_path(str(DOCS / "draw_charts.py"))
    assert script["PAGE"].read_text(encoding="utf-8") == script["page"]()


def test_the_picture_of_availability_is_drawn_from_a_position() -> None:
    """`python docs/draw_atp.py` mends it."""
    script = runpy.run_path(str(DOCS / "draw_atp.py"))
    assert script["PICTURE"].read_text(encoding="utf-8") == script["picture"]()

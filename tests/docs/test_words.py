"""The reference lists every command, event and reason of the code."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "list_words.py"))
PAGES: dict[Path, str] = SCRIPT["pages"]()


@pytest.mark.parametrize("place", PAGES, ids=lambda place: place.name)
def test_a_page_lists_the_words_of_the_code(place: Path) -> None:
    """`python docs/list_words.py` mends it."""
    assert place.read_text(encoding="utf-8") == PAGES[place]

"""Pages lead where they say, and leave nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """A page that moved takes its links with it."""
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_decision_has_the_four_parts() -> None:
    """Context, options, decision, consequences: in this order, and none is skipped."""
    for record in sorted((ROOT / "docs" / "decisions").glob("0*.md")):
        text = record.read_text(encoding="utf-8")
        parts = re.findall(r"^\*\*(\w+)\.\*\*", text, flags=re.MULTILINE)
        assert parts == ["Context", "Options", "Decision", "Consequences"], record.name


def test_every_benchmark_is_explained() -> None:
    """A figure without a question is noise."""
    explained = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    scripts = [script.name for script in sorted((ROOT / "benchmarks").glob("*.py"))]
    assert scripts
    assert [name for name in scripts if f"`{name}`" not in explained] == []

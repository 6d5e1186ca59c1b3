"""A policy is checked before it reaches a shop."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from omscore.adapters.policies import schema
from omscore.cli import main

FILE = """
name = "few parcels"
fallbacks = [[{ type = "only-kinds", kinds = ["warehouse"] }], []]
limits = [{ type = "at-most-parcels", most = 2 }]
"""


def test_a_policy_is_told_part_by_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With everything that the file left as it is."""
    (tmp_path / "policy.toml").write_text(FILE)

    assert main(["policy", "check", str(tmp_path / "policy.toml")]) == 0

    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("policy few parcels (")
    assert rest == [
        "  rules    active",
        "           reaches",
        "           stocked",
        "           roomy",
        "           rested",
        "  else     OnlyKinds(kinds=('warehouse',))",
        "  else     nothing further",
        "  limits   AtMostParcels(most=2)",
        "  tier 1   transport",
        "           waiting",
        "  solvers  exact",
        "           greedy",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FILE.replace("most = 2", "most = 0"), "$.limits[0].most: "),
        (FILE.replace("warehouse", "barn"), "$.fallbacks[0][0].kinds[0]: "),
        (None, "it cannot be read: FileNotFoundError"),
    ],
)
def test_a_policy_that_is_none_ends_with_its_fault(
    text: str | None, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the error stream, with a status for scripts."""
    if text is not None:
        (tmp_path / "policy.toml").write_text(text)

    assert main(["policy", "check", str(tmp_path / "policy.toml")]) == 2

    printed = capsys.readouterr()
    assert told in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("more", [[], ["--plugins"]])
def test_the_schema_is_printed(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The same that a call gives."""
    assert main(["policy", "schema", *more]) == 0
    assert json.loads(capsys.readouterr().out) == schema()

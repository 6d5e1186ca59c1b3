"""A scenario folder to spoil: the small one, copied, with files to be overwritten."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from omscore.replay.history import COLUMNS
from omscore.replay.scenario import Scenario, read_scenario

EXAMPLES = Path(__file__).parents[2] / "examples"
HEADER = ",".join(COLUMNS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small scenario."""
    return Path(shutil.copytree(EXAMPLES / "small", tmp_path / "small"))


@pytest.fixture
def ordering(folder: Path) -> Callable[..., Scenario]:
    """Reads the small scenario with other rows in its orders file."""

    def read(*rows: str | bytes) -> Scenario:
        raw = [row.encode() if isinstance(row, str) else row for row in (HEADER, *rows)]
        (folder / "orders.csv").write_bytes(b"\n".join(raw) + b"\n")
        return read_scenario(folder)

    return read

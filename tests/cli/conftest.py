"""What tests of the command line share: a command in an empty folder, and a finished replay."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from omscore.cli import main

SMALL = str(Path(__file__).parents[2] / "examples" / "small")
Do = Callable[..., tuple[int, str, str]]


@pytest.fixture
def do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Do:
    """Runs a command in an empty folder: its status, and what it printed on which stream."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def command(*argv: str) -> tuple[int, str, str]:
        try:
            status = main(argv)
        except SystemExit as end:
            status = int(str(end.code or 0))
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return command


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a finished replay of the small scenario; to be copied, or only read."""
    file = tmp_path_factory.mktemp("replayed") / "small.db"
    assert main(["replay", SMALL, "--database", str(file), "--quiet"]) == 0
    return file


@pytest.fixture
def copied(database: Path, tmp_path: Path) -> Path:
    """That file, in the current folder."""
    return Path(shutil.copy(database, tmp_path / "small.db"))

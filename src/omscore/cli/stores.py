"""The database files of replays: where they are, and whether they are what they should be."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path

from omscore.adapters.clocks import FixedClock
from omscore.adapters.policies import installed, read_availability, read_policy
from omscore.atp.availability import Availability
from omscore.kernel.errors import Unreadable
from omscore.oms import Oms
from omscore.orchestration.planning import Planner
from omscore.ports.world import Clock
from omscore.replay.run import configuration
from omscore.replay.scenario import Scenario, read_scenario
from omscore.runtime.configuration import Configuration

TABLE = "omscore_event"
SIGNATURE = b"SQLite format 3\0"


def scenario_in(folder: Path) -> None:
    """`Unreadable`, naming the *folder*, if it is none or has no scenario in it."""
    if not folder.is_dir():
        raise Unreadable("there is no such folder", str(folder))
    if not (folder / "scenario.toml").exists():
        raise Unreadable("there is no scenario.toml in this folder", str(folder))


def file_for(scenario: Path, database: Path | None) -> Path:
    """The file that a replay of the folder *scenario* keeps, checked as far as it is there."""
    file = database or Path(f"{scenario.resolve().name}.db")
    if not file.parent.is_dir():
        raise Unreadable("there is no such folder", str(file.parent))
    if file.exists():
        _check(file)
    return file


def existing(database: Path | None) -> Path:
    """The file to read: *database*, or the only one in the current folder."""
    if database is not None:
        file = database
    else:
        found = sorted(Path().glob("*.db"))
        if len(found) != 1:
            many = "several .db files" if found else "no .db file"
            raise Unreadable("name one with --database FILE", f"{many} in this folder")
        [file] = found
    if not file.is_file():
        raise Unreadable("there is no such file; a replay makes one", str(file))
    _check(file, empty=False)
    return file


def _check(file: Path, *, empty: bool = True) -> None:
    """`Unreadable` if the file is no SQLite file; a new one is *empty*."""
    try:
        with file.open("rb") as stream:
            start = stream.read(len(SIGNATURE))
    except OSError as fault:
        raise Unreadable(f"the file cannot be read ({type(fault).__name__})", str(file)) from None
    if not start and empty:
        return
    if start != SIGNATURE or not _ours(file):
        raise Unreadable("the file is no database of omscore", str(file))


def _ours(file: Path) -> bool:
    """Whether the tables are those of omscore, or none are there; nothing is written."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {name for (name,) in rows}
    except sqlite3.Error:
        return False
    return not tables or TABLE in tables


def configuration_in(path: Path) -> Configuration:
    """The choices of a scenario, if *path* is its folder; else those of a policy file."""
    if path.is_dir():
        return configuration(read_scenario(path))
    return Configuration(planner=Planner(read_policy(_text(path), installed())))


def availability_in(path: Path | None) -> Availability:
    """The policy of availability in a file; nothing is withheld, if there is none."""
    return Availability() if path is None else read_availability(_text(path))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise Unreadable(f"it cannot be read ({type(fault).__name__})", str(path)) from None


@contextmanager
def oms_for(scenario: Scenario, clock: FixedClock, file: Path | None) -> Iterator[Oms]:
    """An `Oms` for a replay, in *file* or in memory, while it is needed."""
    chosen = configuration(scenario)
    if file is None:
        yield Oms.in_memory(clock=clock, configuration=chosen)
        return
    import_module("sqlalchemy")  # so that `main` can name the extra of the command line
    with _kept(Oms.sqlite(file, clock=clock, configuration=chosen)) as oms:
        yield oms


@contextmanager
def oms_of(
    file: Path, chosen: Configuration | None = None, *, clock: Clock | None = None
) -> Iterator[Oms]:
    """An `Oms` on what a replay has kept, while it is needed."""
    import_module("sqlalchemy")
    with _kept(Oms.sqlite(file, clock=clock, configuration=chosen)) as oms:
        yield oms


@contextmanager
def _kept(oms: Oms) -> Iterator[Oms]:
    """*oms*, whose file is closed afterwards, so that it is one file and not several."""
    from omscore.adapters.sql import SqlStore

    try:
        yield oms
    finally:
        if isinstance(oms.storage, SqlStore):
            oms.storage.close()

"""The command line as a process of its own, with pipes and signals."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SMALL = str(EXAMPLES / "small")


def _process(*argv: str, code: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    start = ["-c", code] if code else ["-m", "omscore.cli"]
    return subprocess.run(
        [sys.executable, *start, *argv],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_runs_as_a_module() -> None:
    """For those who have no scripts on their path."""
    done = _process("replay", SMALL, "--memory", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["audit"] == []


@pytest.mark.parametrize("missing", ["rich", "sqlalchemy"])
def test_a_missing_extra_ends_with_the_line_that_mends_it(missing: str) -> None:
    """Without a traceback."""
    code = f"import sys; sys.modules[{missing!r}] = None\nfrom omscore.cli import main\n"
    code += f"sys.exit(main(['replay', {SMALL!r}]))"
    done = _process(code=code)
    assert done.returncode == 2
    assert done.stderr.startswith("omscore: ")
    assert done.stderr.count("\n") == 1
    assert "pip install 'omscore[cli]'" in done.stderr


def test_help_needs_no_extra() -> None:
    """Who has installed the bare library can still read what the command would do."""
    code = "import sys; sys.modules['rich'] = sys.modules['sqlalchemy'] = None\n"
    code += "from omscore.cli import main\nmain(['--help'])"
    assert _process(code=code).returncode == 0


def test_an_interrupted_replay_says_how_to_go_on(tmp_path: Path) -> None:
    """Whoever presses Ctrl-C gets one line and no traceback, and a file that is whole."""
    argv = ["replay", str(EXAMPLES / "online_retail"), "--database", "a.db"]
    # Whatever a shell started in the background ignores Ctrl-C, and so does all that it starts.
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    started = f"{heeding}; from omscore.cli import main; raise SystemExit(main({argv!r}))"
    with subprocess.Popen(
        [sys.executable, "-c", started],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        until = time.monotonic() + 60
        while _rows(tmp_path / "a.db") < 100 and time.monotonic() < until:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.startswith("omscore: ")
    assert err.count("\n") == 1
    assert "goes on" in err
    assert _rows(tmp_path / "a.db") >= 100


def _rows(file: Path) -> int:
    """How many commands the file knows to be done; none, before it is a database."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            return int(database.execute("SELECT count(*) FROM omscore_answer").fetchone()[0])
    except sqlite3.Error:
        return 0


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    """As in `omscore replay … | head -1`."""
    command = f"'{sys.executable}' -m omscore.cli replay '{SMALL}' --memory | head -1"
    done = subprocess.run(
        ["bash", "-c", command],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""

"""What every test run shares: Hypothesis profiles, pages that run, and a run that ran PostgreSQL.

A page is `README.md` or any Markdown under `docs`.  Its examples run in order, in a folder of their
own that has the repository's `examples` in it:

* a `python` block runs;
* a `python` or `toml` block that begins with a comment like `# house_rules.py` is that file;
* in a `console` block, each line that begins with `$` runs in a shell;
* what a `text` block says right below a `python` block, and what a `console` block says below its
  command, is what must come out.  `...` stands for anything, one digest is as good as another, and
  so is one date in the README, which tells the machine's time.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from doctest import ELLIPSIS, OutputChecker
from io import StringIO
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sybil import Document, Example, Region, Sybil

ROOT = Path(__file__).parent
IN_CI = os.environ.get("CI") == "true"

# --- Hypothesis: new examples every time here, the same ones on every run in CI -----------------

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI else "dev")

# --- a whole run in CI has talked to PostgreSQL ---------------------------------------------------

_with_postgres = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_with_postgres] = []
    config.pluginmanager.register(_PostgresRan(config.stash[_with_postgres]))


class _PostgresRan:
    """Counts the tests that passed with PostgreSQL; a whole run in CI without one has failed."""

    def __init__(self, passed: list[str]) -> None:
        self._passed = passed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed and "postgres" in report.keywords:
            self._passed.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if IN_CI and _whole(session.config) and not self._passed:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        if _whole(config):
            terminalreporter.write_line(f"{len(self._passed)} tests passed with PostgreSQL")


def _whole(config: pytest.Config) -> bool:
    """Whether this process oversees a run of everything."""
    asked = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return asked and not config.option.collectonly and not hasattr(config, "workerinput")


# --- pages that run -------------------------------------------------------------------------------

_FENCE = re.compile(r"^```(?P<language>[a-z]+)[^\n]*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# (?P<name>[a-z0-9_]+\.(?:py|toml))\n")
_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?")
_DIGEST = re.compile(r"\b[0-9a-f]{16}\b")


def _parse(document: Document) -> Iterator[Region]:
    """One example per block that runs, with the text that must come out of it."""
    blocks = list(_FENCE.finditer(document.text))
    for block, after in zip_longest(blocks, blocks[1:]):
        language, body = block["language"], block["body"]
        span = block.start(), block.end()
        if language in ("python", "toml") and (named := _FILE.match(body)):
            yield Region(*span, (named["name"], body), _write)
        elif language == "python":
            yield Region(*span, (body, _below(document.text, block, after)), _run)
        elif language == "console":
            yield Region(*span, body, _type)


def _below(text: str, block: re.Match[str], after: re.Match[str] | None) -> str | None:
    """The `text` block that follows *block* with nothing but space between; else None."""
    near = after is not None and not text[block.end() : after.start()].strip()
    return after["body"] if near and after is not None and after["language"] == "text" else None


def _write(example: Example) -> None:
    name, body = example.parsed
    Path(example.namespace["folder"], name).write_text(body, encoding="utf-8")


def _run(example: Example) -> str | None:
    source, wanted = example.parsed
    code = compile("\n" * example.line + source, example.path, "exec", dont_inherit=True)
    with chdir(example.namespace["folder"]), redirect_stdout(StringIO()) as told:
        exec(code, example.namespace)
    return None if wanted is None else _difference(example, wanted, told.getvalue())


def _type(example: Example) -> str | None:
    for command, wanted in _commands(example.parsed):
        done = subprocess.run(
            command,
            shell=True,
            cwd=example.namespace["folder"],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            return f"{command} ended with {done.returncode}:\n{done.stdout}"
        if wanted and (fault := _difference(example, wanted, done.stdout)):
            return fault
    return None


def _commands(body: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, wanted = part.partition("\n")
        yield command, wanted


def _environment() -> dict[str, str]:
    """A plain terminal of 100 columns, in which this interpreter's commands come first."""
    commands = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    return {**os.environ, "PATH": commands, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}


def _difference(example: Example, wanted: str, told: str) -> str | None:
    passing = [_DIGEST, _DATE] if Path(example.path) == ROOT / "README.md" else [_DIGEST]
    for pattern in passing:
        wanted, told = pattern.sub("0", wanted), pattern.sub("0", told)
    plain = "".join(f"{line.rstrip()}\n" for line in told.splitlines())
    if OutputChecker().check_output(wanted, plain, ELLIPSIS):
        return None
    return f"The page says\n\n{wanted}\nbut what comes out is\n\n{plain}"


def _enter(namespace: dict[str, Any]) -> None:
    namespace["room"] = room = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    namespace["folder"] = room.name
    namespace["__name__"] = "__main__"
    Path(room.name, "examples").symlink_to(ROOT / "examples")


def _leave(namespace: dict[str, Any]) -> None:
    namespace["room"].cleanup()


pytest_collect_file = Sybil(
    parsers=[_parse],
    patterns=["README.md", "docs/**/*.md"],
    excludes=["*/README.md"],
    setup=_enter,
    teardown=_leave,
).pytest()

"""The command line, as people and programs use it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SMALL = str(EXAMPLES / "small")
Do = Callable[..., tuple[int, str, str]]


def figures(out: str) -> Any:
    """What `--json` printed."""
    return json.loads(out)


# --- help ----------------------------------------------------------------------------------------


def test_help_says_what_the_command_does_with_examples_and_statuses(do: Do) -> None:
    """It is the first thing that anybody reads."""
    status, out, err = do("--help")
    assert (status, err) == (0, "")
    for word in ("replay", "explain", "audit", "backtest", "examples:", "exit status:", "SQLite"):
        assert word in out
    assert all(len(line) <= 100 for line in out.splitlines())


@pytest.mark.parametrize("command", ["replay", "explain", "audit", "atp"])
def test_every_command_has_help_of_its_own(do: Do, command: str) -> None:
    """With every option explained."""
    status, out, _ = do(command, "--help")
    assert status == 0
    assert "--database FILE" in out


def test_the_version_is_told(do: Do) -> None:
    """For reports of faults."""
    status, out, _ = do("--version")
    assert status == 0
    assert out.startswith("omscore ")


@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("fly",),
        ("replay",),
        ("replay", SMALL, "--until", "tomorrow"),
        ("replay", SMALL, "--memory", "--database", "a.db"),
    ],
)
def test_wrong_use_says_how_it_is_used(do: Do, argv: tuple[str, ...]) -> None:
    """On the error stream, with status 2."""
    status, out, err = do(*argv)
    assert (status, out) == (2, "")
    assert err.startswith("usage: omscore")


# --- replay --------------------------------------------------------------------------------------


def test_a_replay_ends_with_figures_an_audit_and_what_to_do_next(do: Do) -> None:
    """Everything fits 80 columns but the list of bad rows and the commands to copy."""
    status, out, err = do("replay", SMALL)
    assert (status, err) == (0, "")
    assert Path("small.db").is_file()
    for word in (
        "Orders",
        "Promised at once",
        "Split orders",
        "Transport cost",
        "On time",
        "commands per second",
        "no difference",
        "orders.csv:14: sku TIN-X is neither an item nor an odd code [row.unknown-sku]",
    ):
        assert word in out
    assert "\x1b" not in out
    [told] = [line for line in out.splitlines() if "omscore explain" in line][:1]
    status, story, _ = do(*told.partition("#")[0].split()[1:])
    assert status == 0
    assert "sourced" in story


@pytest.mark.parametrize("columns", ["80", "120"])
def test_tables_fit_the_width_of_the_terminal(
    do: Do, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    """And no figure is cut off."""
    monkeypatch.setenv("COLUMNS", columns)
    _, out, _ = do("replay", SMALL, "--memory", "--quiet")
    assert max(map(len, out.splitlines())) <= int(columns)
    assert "…" not in out


@pytest.mark.parametrize(("no_color", "colored"), [("", True), ("1", False)])
def test_colors_are_for_terminals_that_want_them(
    do: Do, monkeypatch: pytest.MonkeyPatch, no_color: str, colored: bool
) -> None:
    """NO_COLOR turns them off."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", no_color)
    _, out, _ = do("replay", SMALL, "--memory", "--quiet")
    assert ("\x1b[1;36m" in out or "\x1b[36m" in out) == colored


def test_json_prints_the_same_figures_and_nothing_else(do: Do) -> None:
    """For programs."""
    status, out, err = do("replay", SMALL, "--memory", "--json")
    assert (status, err) == (0, "")
    found = figures(out)
    assert found["figures"]["asked"]["orders"] == 25
    assert found["audit"] == []
    assert len(found["bad_rows"]) == 30
    assert {"file", "line", "code", "reason"} == set(found["bad_rows"][0])
    assert found["run"]["complete"] is True
    assert found["run"]["database"] is None
    assert not list(Path().iterdir())


def test_a_second_replay_changes_nothing_and_says_so(do: Do, copied: Path) -> None:
    """The file holds the same rows as before, and the figures are the same."""
    before = _dump(copied)
    status, out, _ = do("replay", SMALL)
    assert status == 0
    assert "nothing has changed" in out
    assert "commands per second" not in out
    assert _dump(copied) == before
    _, once, _ = do("replay", SMALL, "--memory", "--json")
    _, again, _ = do("replay", SMALL, "--json")
    assert figures(once)["figures"] == figures(again)["figures"]
    assert figures(again)["run"]["done"] == 0


def test_a_replay_may_stop_after_a_day_and_go_on(do: Do, database: Path) -> None:
    """The end is the same as if it had never stopped."""
    status, out, _ = do("replay", SMALL, "--until", "2024-03-28")
    assert status == 0
    assert "the same replay again goes on" in out
    status, out, _ = do("replay", SMALL)
    assert status == 0
    assert "were done before" in out
    assert _dump(Path("small.db")) == _dump(database)


def _dump(file: Path) -> list[str]:
    """Every row of the file, in words; places of pages and the like do not matter."""
    with sqlite3.connect(file) as connection:
        return sorted(connection.iterdump())


# --- what can be wrong outside -------------------------------------------------------------------


def _flat(out: str) -> str:
    """What was printed, without the breaks of its lines."""
    return " ".join(out.split())


def _one_line(err: str) -> bool:
    return err.startswith("omscore: ") and err.count("\n") == 1 and "Traceback" not in err


def test_a_folder_that_is_not_there_is_one_clear_line(do: Do) -> None:
    """And no file is made."""
    status, out, err = do("replay", "nowhere")
    assert (status, out) == (2, "")
    assert err == "omscore: nowhere: there is no such folder\n"
    assert not list(Path().iterdir())


def test_a_folder_without_a_scenario_is_named(do: Do) -> None:
    """Whoever mistyped a path sees the path."""
    Path("mine").mkdir()
    status, _, err = do("replay", "mine")
    assert status == 2
    assert err == "omscore: mine: there is no scenario.toml in this folder\n"


def test_a_scenario_that_cannot_be_read_is_named_by_its_place(do: Do) -> None:
    """File and path, as an editor needs them."""
    folder = Path(shutil.copytree(SMALL, "mine"))
    toml = folder / "scenario.toml"
    toml.write_text(toml.read_text().replace("most_parcels = 3", "most_parcels = 0"))
    status, _, err = do("replay", "mine")
    assert status == 2
    assert _one_line(err)
    assert "scenario.toml $.policy.most_parcels" in err
    assert not Path("mine.db").exists()


def test_a_file_of_another_scenario_is_refused_and_kept(do: Do, copied: Path) -> None:
    """Not even a byte of it changes."""
    folder = Path(shutil.copytree(SMALL, "mine"))
    toml = folder / "scenario.toml"
    toml.write_text(toml.read_text().replace("seed = 7", "seed = 8"))
    before = _dump(copied)
    status, out, err = do("replay", "mine", "--database", "small.db")
    assert (status, out) == (2, "")
    assert _one_line(err)
    assert "small.db: it keeps another scenario" in err
    assert _dump(copied) == before


@pytest.mark.parametrize("argv", [("replay", SMALL), ("explain", "1001"), ("audit",)])
def test_a_file_that_is_no_database_is_refused_and_kept(do: Do, argv: tuple[str, ...]) -> None:
    """Somebody may have mistaken a letter for it."""
    Path("letter.db").write_text("Dear Sir or Madam, thank you for your order of the 25th.")
    status, out, err = do(*argv, "--database", "letter.db")
    assert (status, out) == (2, "")
    assert _one_line(err)
    assert Path("letter.db").read_text().startswith("Dear")


@pytest.mark.parametrize("argv", [("replay", SMALL), ("explain", "1001"), ("audit",)])
def test_a_database_of_something_else_is_refused_and_kept(do: Do, argv: tuple[str, ...]) -> None:
    """Another program's file gets no tables of ours."""
    with sqlite3.connect("books.db") as connection:
        connection.execute("CREATE TABLE books (title TEXT)")
    before = _dump(Path("books.db"))
    status, out, err = do(*argv, "--database", "books.db")
    assert (status, out) == (2, "")
    assert _one_line(err)
    assert _dump(Path("books.db")) == before


def test_a_database_in_no_folder_is_one_clear_line(do: Do) -> None:
    """A typing error is no reason for a traceback."""
    status, _, err = do("replay", SMALL, "--database", "nowhere/small.db")
    assert status == 2
    assert _one_line(err)


@pytest.mark.parametrize("argv", [("explain", "1001"), ("audit",)])
def test_without_a_file_there_is_nothing_to_read(do: Do, argv: tuple[str, ...]) -> None:
    """And none is made by asking."""
    for more in ((), ("--database", "nothing.db")):
        status, _, err = do(*argv, *more)
        assert status == 2
        assert _one_line(err)
        assert err.count("omscore: ") == 1
    assert not list(Path().iterdir())


# --- explain and audit ---------------------------------------------------------------------------


def test_explain_tells_every_event_with_who_when_and_why(do: Do, copied: Path) -> None:
    """From the only database in the folder."""
    status, out, _ = do("explain", "1007")
    assert status == 0
    for word in ("Order 1007", "shop", "placed", "sourced", "berlin", "deliver"):
        assert word in out
    assert "C-5" not in out, "no customer is named"


def test_explain_prints_json_for_programs(do: Do, copied: Path) -> None:
    """The same story, in the same order."""
    status, out, _ = do("explain", "1007", "--json")
    assert status == 0
    story = json.loads(out)
    assert (story["of"], story["id"]) == ("order", "1007")
    times = [one["recorded_at"] for one in story["told"]]
    assert times == sorted(times)


def test_explain_with_the_policy_says_what_would_have_been_better(do: Do, copied: Path) -> None:
    """As things stood when the plan was chosen; at once, or with the reason why nobody knows."""
    status, out, _ = do("explain", "1007", "--policy", SMALL)
    assert status == 0
    assert "is not known" not in out

    Path("other.toml").write_text('name = "other"\nbudget = 7\n')
    status, out, _ = do("explain", "1007", "--policy", "other.toml")
    assert status == 0
    assert "what would be better is not known: it was chosen by policy default" in _flat(out)


@pytest.mark.parametrize("policy", ["nowhere.toml", "small.db"])
def test_a_policy_that_cannot_be_read_is_one_clear_line(do: Do, copied: Path, policy: str) -> None:
    """Before anything is told."""
    status, out, err = do("explain", "1007", "--policy", policy)
    assert (status, out) == (2, "")
    assert _one_line(err)


@pytest.mark.parametrize("order", ["4711", "no such order", "x" * 65])
def test_an_unknown_order_is_one_clear_line(do: Do, copied: Path, order: str) -> None:
    """Whether it could be one or not."""
    status, out, err = do("explain", order)
    assert (status, out) == (2, "")
    assert _one_line(err)


def test_several_databases_must_be_told_apart(do: Do, copied: Path) -> None:
    """A guess could tell another shop's story."""
    shutil.copy(copied, "other.db")
    status, _, err = do("explain", "1007")
    assert status == 2
    assert "--database" in err


def test_audit_finds_nothing_in_a_file_that_nobody_touched(do: Do, copied: Path) -> None:
    """Status 0."""
    status, out, _ = do("audit")
    assert status == 0
    assert "no difference" in out

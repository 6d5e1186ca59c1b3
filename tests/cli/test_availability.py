"""`omscore atp`, as people and programs use it: rows, reasons and a picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from omscore.cli import main

SMALL = str(Path(__file__).parents[2] / "examples" / "small")
Do = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small scenario, stopped where supply is due."""
    file = tmp_path_factory.mktemp("stopped") / "small.db"
    asked = ["replay", SMALL, "--database", str(file), "--until", "2024-03-27", "--quiet"]
    assert main(asked) == 0
    return file


@pytest.fixture
def do(database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Do:
    """Asks on the day after: the status, and what was printed on which stream."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    capsys.readouterr()

    def command(*argv: str) -> tuple[int, str, str]:
        asked = ["atp", *argv, "--database", str(database), "--today", "2024-03-28"]
        status = main(asked)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return command


def test_it_shows_the_days_on_which_anything_changes(do: Do) -> None:
    """Pots are due in April, and some of them are promised."""
    status, out, _ = do("POT", "berlin")

    assert status == 0
    rows = [line.split() for line in out.splitlines() if line.startswith(" 2024")]
    assert rows[0][0] == "2024-03-28"
    assert "2024-04-02" in [row[0] for row in rows]
    assert len(rows) < 10


def test_it_explains_a_day_and_says_how_little_would_do(do: Do) -> None:
    """The day that decides, and the smallest change."""
    _, out, _ = do("TEA", "berlin", "--quantity", "240", "--day", "2024-04-05")

    assert "for Fri 5 Apr: 119, as " in out
    assert "240 asked: " in out
    assert "more units are needed by 2024-04-05" in out


def test_programs_get_json_and_nothing_else(do: Do) -> None:
    """As many rows as days are asked for."""
    _, out, _ = do("TEA", "berlin", "--days", "14", "--json")
    told = json.loads(out)

    assert len(told["rows"]) == 14
    assert told["rows"][0]["day"] == "2024-03-28"
    assert told["why"][0].startswith("for Thu 28 Mar: 19")


def test_it_draws_a_picture(do: Do, tmp_path: Path) -> None:
    """Beside the table, not instead of it."""
    status, out, _ = do("TEA", "berlin", "--picture", str(tmp_path / "tea.png"))

    assert (status, "may be promised" in out) == (0, True)
    assert (tmp_path / "tea.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("TAE", "berlin"), "there is no stock item TAE"),
        (("TEA", "berlni"), "there is no node berlni"),
        (("TEA", "berlin", "--days", "0"), "$.horizon_days"),
        (("TEA", "berlin", "--quantity", "0"), "$.quantity"),
        (("TEA", "berlin", "--picture", "tea.bmp"), "$.path"),
    ],
)
def test_what_cannot_be_answered_is_one_clear_line(
    do: Do, argv: tuple[str, ...], told: str
) -> None:
    """It ends with status 2, and nothing is written."""
    status, out, err = do(*argv)

    assert (status, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1


def test_it_goes_by_a_policy_from_a_file_for_a_channel(do: Do, tmp_path: Path) -> None:
    """What is withheld from a channel is withheld here, over as many days as were asked."""
    file = tmp_path / "availability.toml"
    file.write_text(
        "[safety]\nrules = [{ units = 9 }]\n[[protecting]]\n[protecting.protection]\n"
        'segments = [{ name = "web", amount = 50, measure = "percent" }]\n',
        encoding="utf-8",
    )
    asked = "TEA", "berlin", "--json", "--days", "3"
    plain, policy = do(*asked), do(*asked, "--availability", str(file))
    web = do(*asked, "--availability", str(file), "--channel", "web")
    found = [[row["available"] for row in json.loads(out)["rows"]] for _, out, _ in (plain, web)]
    others = [row["available"] for row in json.loads(policy[1])["rows"]]

    assert len(others) == 3
    assert [max(0, units - 9) for units in found[0]] == found[1]
    assert all(units <= there for units, there in zip(others, found[1], strict=True))


def test_a_policy_that_cannot_be_is_refused_with_its_path(do: Do, tmp_path: Path) -> None:
    """Before anything is asked; the path says what to mend."""
    file = tmp_path / "availability.toml"
    file.write_text("[safety]\nrules = [{ units = -1 }]\n", encoding="utf-8")
    status, out, err = do("TEA", "berlin", "--availability", str(file))

    assert (status, out) == (2, "")
    assert "$.safety.rules[0].units" in err

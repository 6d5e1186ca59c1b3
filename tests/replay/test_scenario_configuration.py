"""A fault in the configuration stops the run before anything is done, and says where it is."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omscore.kernel.errors import Unreadable
from omscore.replay.scenario import read_scenario


def _edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "path"),
    [
        ("scenario.toml", 'name = "Small"', "", "scenario.toml $.name"),
        ("scenario.toml", 'name = "Small"', "name = 3", "scenario.toml $.name"),
        ("scenario.toml", "EUR", "EURO", "scenario.toml $.currency"),
        ("scenario.toml", "Europe/Berlin", "Europe/Atlantis", "scenario.toml $.zone"),
        ("scenario.toml", "Europe/Berlin", "../../etc/passwd", "scenario.toml $.zone"),
        ("scenario.toml", "2024-04-05", "2024-03-01", "scenario.toml $.last_day"),
        ("scenario.toml", "2024-04-05", "9024-03-01", "scenario.toml $.last_day"),
        ("scenario.toml", "2024-04-05", '"2024-04-05"', "scenario.toml $.last_day"),
        ("scenario.toml", '"stock.csv"', '"../stock.csv"', "scenario.toml $.files.stock"),
        ("scenario.toml", '"stock.csv"', '"/etc/passwd"', "scenario.toml $.files.stock"),
        ("scenario.toml", '"stock.csv"', '".."', "scenario.toml $.files.stock"),
        ("scenario.toml", '"stock.csv"', '"nowhere.csv"', "nowhere.csv"),
        ("scenario.toml", '"orders.csv"', '"items.csv"', "items.csv $"),
        (
            "scenario.toml",
            "short_pick = 0.05",
            "short_pick = 1.5",
            "scenario.toml $.chances.short_pick",
        ),
        (
            "scenario.toml",
            "short_pick = 0.05",
            "short_pick = nan",
            "scenario.toml $.chances.short_pick",
        ),
        (
            "scenario.toml",
            "short_pick = 0.05",
            "short_pick = true",
            "scenario.toml $.chances.short_pick",
        ),
        ("scenario.toml", "seed = 7", "seed = 7.0", "scenario.toml $.chances.seed"),
        ("scenario.toml", "seed = 7", "sead = 7", "scenario.toml $.chances.seed"),
        ("scenario.toml", "weight = 8", "weight = 0", "scenario.toml $.chances.transit[0].weight"),
        (
            "scenario.toml",
            "weight = 8",
            "heavy = 1, weight = 8",
            "scenario.toml $.chances.transit[0]",
        ),
        (
            "scenario.toml",
            "most_parcels = 3",
            "most_parcels = 0",
            "scenario.toml $.policy.most_parcels",
        ),
        ("scenario.toml", "most_parcels", "parcels", "scenario.toml $.policy"),
        ("scenario.toml", '= "DE"', '= "D E"', "scenario.toml $.regions.Germany"),
        ("scenario.toml", "[policy]", "[policy", "scenario.toml"),
        (
            "network.toml",
            'zone = "Europe/Paris"',
            'zone = "Europe/X"',
            "network.toml $.nodes[2].zone",
        ),
        (
            "network.toml",
            "cut_off = 14:00:00",
            'cut_off = "14:00"',
            "network.toml $.nodes[0].cut_off",
        ),
        ("network.toml", "units = 150", "units = -1", "network.toml $.nodes[0].capacity"),
        ("network.toml", "units = 150", "tons = 150", "network.toml $.nodes[0].capacity"),
        ("network.toml", 'kind = "store"', 'kind = "shed"', "network.toml $.nodes[1].kind"),
        ("network.toml", 'id = "munich"', 'id = "berlin"', "network.toml $.nodes[1].id"),
        ("network.toml", 'id = "munich"', 'id = "a b"', "network.toml $.nodes[1].id"),
        ("network.toml", 'calendar = "fr"', 'calendar = "xx"', "network.toml $.nodes[2].calendar"),
        ("network.toml", 'node = "munich"', 'node = "oslo"', "network.toml $.lanes[2].node"),
        ("network.toml", 'to = ["DE", "AT"]', "to = []", "network.toml $.lanes[2].to"),
        ("network.toml", 'to = ["AT", "FR"]', 'to = ["AT", "DE"]', "network.toml $.lanes"),
        (
            "network.toml",
            "parcel_cost = 450",
            "parcel_cost = 4.5",
            "network.toml $.lanes[0].parcel_cost",
        ),
        (
            "network.toml",
            "weekdays = [0, 1, 2, 3, 4]",
            "weekdays = [7]",
            "network.toml $.calendars[0].weekdays",
        ),
        ("network.toml", "2024-03-29,", '"2024-03-29",', "network.toml $.calendars[0].holidays[0]"),
        (
            "network.toml",
            "weekdays = [0, 1, 2, 3, 4]",
            "weekdays = [false]",
            "network.toml $.calendars[0].weekdays[0]",
        ),
        (
            "network.toml",
            "2024-03-29,",
            "2024-03-29T00:00:00,",
            "network.toml $.calendars[0].holidays[0]",
        ),
        ("items.csv", "sku,kind", "kind", "items.csv $"),
        ("items.csv", "sku,kind", "sku,kind,kind", "items.csv $"),
        ("items.csv", "sku,kind", "sku,color,kind", "items.csv $"),
        ("items.csv", "sku,kind", '"sku,kind', "items.csv $"),
    ],
)
def test_a_fault_is_told_with_file_and_path(
    folder: Path, file: str, old: str, new: str, path: str
) -> None:
    """Whoever wrote the file must find it without reading our code."""
    _edit(folder, file, old, new)
    with pytest.raises(Unreadable) as caught:
        read_scenario(folder)
    assert caught.value.path == path


@pytest.mark.parametrize("file", ["scenario.toml", "network.toml", "items.csv", "orders.csv"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    """And no traceback is shown for it."""
    (folder / file).unlink()
    with pytest.raises(Unreadable, match=file):
        read_scenario(folder)


def test_a_fault_does_not_repeat_the_text_of_the_file(folder: Path) -> None:
    """The wrong file may have been named, and it may be confidential."""
    (folder / "scenario.toml").write_text("secret word\n")
    with pytest.raises(Unreadable) as caught:
        read_scenario(folder)
    assert "secret" not in str(caught.value)


def _packed(folder: Path) -> Path:
    _edit(folder, "scenario.toml", '"orders.csv"', '"orders.csv.gz"')
    raw = (folder / "orders.csv").read_bytes()
    (folder / "orders.csv.gz").write_bytes(gzip.compress(raw))
    return folder / "orders.csv.gz"


def test_packed_orders_are_read_like_plain_ones(folder: Path) -> None:
    """Only the name in the list of faults differs."""
    plain = read_scenario(folder)
    _packed(folder)
    packed = read_scenario(folder)
    assert packed.events == plain.events
    assert {fault.file for fault in packed.history.faults} == {"orders.csv.gz"}


def test_a_damaged_packed_file_is_refused_as_a_whole(folder: Path) -> None:
    """Half a history would look like a whole one."""
    file = _packed(folder)
    raw = file.read_bytes()
    for damaged in raw[:-20], b"not packed", raw[:30] + b"\0\0\0" + raw[33:]:
        file.write_bytes(damaged)
        with pytest.raises(Unreadable, match=r"orders\.csv\.gz"):
            read_scenario(folder)


def test_a_packed_file_that_would_fill_the_machine_is_refused(folder: Path) -> None:
    """Half a megabyte can unpack to hundreds; it is given up at a bound, without keeping it."""
    file = _packed(folder)
    with gzip.open(file, "wb", compresslevel=1) as stream:
        stream.write((folder / "orders.csv").read_bytes())
        for _ in range(260):
            stream.write(b"\0" * 1024**2)
    with pytest.raises(Unreadable, match=r"more than [0-9]+ bytes"):
        read_scenario(folder)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example overwrites a file
)
@given(
    file=st.sampled_from(["scenario.toml", "network.toml"]),
    place=st.integers(0, 1500),
    inserted=st.binary(max_size=6),
)
def test_a_spoiled_configuration_is_read_or_unreadable(
    folder: Path, file: str, place: int, inserted: bytes
) -> None:
    """Never any other error, whatever the bytes."""
    was = (folder / file).read_bytes()
    (folder / file).write_bytes(was[:place] + inserted + was[place + 2 :])
    try:
        read_scenario(folder)
    except Unreadable as fault:
        assert not fault.path.startswith("$")
    finally:
        (folder / file).write_bytes(was)

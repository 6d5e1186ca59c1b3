"""A whole run: it can be repeated and taken up again, and leaves the books in order."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omscore.adapters.clocks import CountingIds, FixedClock
from omscore.adapters.memory import MemoryStore, MemoryWork
from omscore.catalog.item import Item
from omscore.kernel.errors import Refused
from omscore.lifecycle.fulfillment.messages import (
    FulfillmentMoved,
    FulfillmentReleased,
)
from omscore.lifecycle.order.messages import UnitsMoved
from omscore.lifecycle.returns.messages import ReturnReceived
from omscore.network.calendar import calendar_of, works
from omscore.oms import Oms
from omscore.orchestration.work_items import WORK_ITEM
from omscore.ports.storage import Saving
from omscore.replay.counting import count, every_event
from omscore.replay.credits import match_credits
from omscore.replay.history import HistoricAdjustment, HistoricOrder
from omscore.replay.run import Ran, Replay, configuration
from omscore.replay.scenario import Chances, Scenario, read_scenario

SMALL = Path(__file__).parents[2] / "examples" / "small"
Opened = Callable[[Scenario], tuple[Oms, FixedClock]]


@pytest.fixture(scope="module")
def small() -> Scenario:
    """The small scenario."""
    return read_scenario(SMALL)


@pytest.fixture(params=["memory", "sqlite"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    """Opens one and the same store, again and again, with a clock at the beginning."""
    store = MemoryStore()

    def open_(scenario: Scenario) -> tuple[Oms, FixedClock]:
        clock, chosen = FixedClock(scenario.begins_at), configuration(scenario)
        if request.param == "memory":
            return in_memory(scenario, store)
        return Oms.sqlite(tmp_path / "shop.db", clock=clock, configuration=chosen), clock

    return open_


def in_memory(scenario: Scenario, store: MemoryStore) -> tuple[Oms, FixedClock]:
    """An `Oms` on *store*, and its clock."""
    clock = FixedClock(scenario.begins_at)
    ids, chosen = CountingIds("c"), configuration(scenario)
    return Oms(store, clock=clock, ids=ids, configuration=chosen), clock


def run(scenario: Scenario, opened: tuple[Oms, FixedClock], until: date | None = None) -> Ran:
    """One run."""
    return Replay(scenario, *opened).run(until)


def told(oms: Oms) -> list[object]:
    """Every event in its envelope, in the order of saving."""
    return list(every_event(oms))


@pytest.fixture(scope="module")
def replayed(small: Scenario) -> Oms:
    """The small scenario, after one run in memory; to be read only."""
    oms, clock = in_memory(small, MemoryStore())
    assert run(small, (oms, clock)).complete
    return oms


# --- in one go --------------------------------------------------------------------------------


def test_every_order_is_placed_with_all_its_lines_and_units(small: Scenario, replayed: Oms) -> None:
    """What the file asks is what the library has taken on, at the time of the file."""
    for one in small.events:
        if isinstance(one, HistoricOrder):
            standing = replayed.order(one.order_id)
            assert standing.placed_at == one.placed_at
            assert standing.customer == one.customer
            assert {id_: (line.sku, line.ordered) for id_, line in standing.lines.items()} == {
                line.id: (line.sku, line.quantity) for line in one.lines
            }


def test_the_figures_say_what_the_orders_say(small: Scenario, replayed: Oms) -> None:
    """Counted from the events, they agree with the states that are kept."""
    stages, parcels = Counter[str](), 0
    for one in small.events:
        if isinstance(one, HistoricOrder):
            standing = replayed.order(one.order_id)
            stages.update(standing.stages)
            sent = [replayed.fulfillment(id_).tracking for id_ in standing.fulfillments]
            parcels += sum(tracking is not None for tracking in sent)
    figures = count(small, replayed)
    assert figures.units_by_stage == stages
    assert sum(figures.units_by_stage.values()) == figures.asked.units
    assert figures.parcels.shipped == parcels


def test_figures_of_a_run_are_those_of_the_store(small: Scenario) -> None:
    """A run hears every event once; so does whoever counts later."""
    store = MemoryStore()
    for until in (date(2024, 3, 27), None, date(2024, 3, 26)):
        oms, clock = in_memory(small, store)
        (again := Replay(small, oms, clock)).run(until)
        assert again.figures() == count(small, oms)


def test_the_books_are_in_order_at_the_end(small: Scenario, opened: Opened) -> None:
    """The audit recomputes everything from the events."""
    oms, clock = opened(small)
    assert run(small, (oms, clock)).complete
    assert oms.audit() == []
    assert oms.waiting(small.ends_at + timedelta(days=60)) == []


def test_every_matched_credit_is_canceled_or_returned(small: Scenario, replayed: Oms) -> None:
    """Units that were not sent are canceled, the others come back, and none is forgotten."""
    figures = count(small, replayed)
    matched = match_credits(small.events).matches.values()
    assert figures.credits.matched == sum(one.quantity for some in matched for one in some)
    assert figures.credits.canceled + figures.credits.returned == figures.credits.matched
    assert figures.returns.sellable + figures.returns.damaged == figures.returns.units


def test_nodes_report_on_working_days_and_by_day(small: Scenario, replayed: Oms) -> None:
    """Between eight in the morning and the collection two hours after the cut-off."""
    network = small.network.whole()
    reports = 0
    for one in every_event(replayed):
        if isinstance(one.event, FulfillmentMoved) and one.actor in network.nodes:
            node = replayed.fulfillment(one.key.id).node
            assert one.actor == node
            known = network.nodes[node]
            local = one.occurred_at.astimezone(ZoneInfo(known.zone))
            assert works(calendar_of(network, known.calendar), local.date())
            assert 8 <= local.hour <= 17
            reports += 1
    assert reports > 100


def test_steps_of_a_parcel_come_one_after_the_other(replayed: Oms) -> None:
    """A node accepts, picks, packs and ships; then the carrier delivers, on another day."""
    steps = dict[str, list[str]]()
    last = dict[str, datetime]()
    for one in every_event(replayed):
        if isinstance(one.event, FulfillmentReleased):
            steps[one.key.id] = []
        if isinstance(one.event, FulfillmentMoved):
            steps[one.key.id].append(one.event.move)
            if one.event.move == "deliver":
                assert one.occurred_at.date() > last[one.key.id].date()
            last[one.key.id] = one.occurred_at
    assert {tuple(some) for some in steps.values()} <= {
        ("accept", "pick", "pack", "ship", "deliver"),
        ("accept", "short"),
        ("accept", "cancel"),
        ("reject",),
        ("cancel",),
    }


def test_goods_come_back_only_after_they_were_delivered(small: Scenario, replayed: Oms) -> None:
    """A customer cannot send what is still on its way."""
    delivered = dict[str, object]()
    returns = 0
    for one in every_event(replayed):
        if isinstance(one.event, UnitsMoved) and one.event.move == "deliver":
            delivered.update({f"{one.key.id} {moved.line}": one for moved in one.event.moved})
        if isinstance(one.event, ReturnReceived):
            order = replayed.return_(one.key.id).order
            assert all(f"{order} {line.line}" in delivered for line in one.event.lines)
            returns += 1
    assert returns == count(small, replayed).returns.returns > 0


# --- again, and in parts ----------------------------------------------------------------------


def test_a_second_run_changes_nothing_and_finds_the_same_figures(
    small: Scenario, opened: Opened
) -> None:
    """Every command has a key, and those that were refused are known."""
    oms, clock = opened(small)
    first = run(small, (oms, clock))
    before, figures = told(oms), count(small, oms)
    again, later = opened(small)
    second = run(small, (again, later))
    assert (second.done, second.refused, second.worked) == (0, 0, 0)
    assert second.repeated == first.done + first.refused
    assert told(again) == before
    assert count(small, again) == figures


def test_a_run_in_parts_is_the_same_as_one_in_one_go(
    small: Scenario, opened: Opened, replayed: Oms
) -> None:
    """Day by day: what is due and what the world does follow from the events alone."""
    day = small.first_day
    while day <= small.last_day:
        run(small, opened(small), until=day)
        day += timedelta(days=1)
    oms, clock = opened(small)
    assert run(small, (oms, clock)).complete
    assert told(oms) == told(replayed)


class PowerCut(BaseException):
    """The machine stops; nothing catches that."""


class Fragile(MemoryStore):
    """A store whose machine stops before its save number *left*."""

    left: int = 10**9

    @contextmanager
    def begin(self) -> Iterator[MemoryWork]:
        with super().begin() as work:
            yield _FragileWork(work.store, work.saved, work.until)


class _FragileWork(MemoryWork):
    def save(self, saving: Saving, /) -> None:
        assert isinstance(self.store, Fragile)
        if not self.store.left:
            raise PowerCut
        self.store.left -= 1
        super().save(saving)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # nothing is changed by it
)
@given(cuts=st.lists(st.integers(0, 400), min_size=1, max_size=3))
def test_a_run_that_was_cut_off_anywhere_goes_on_as_if_nothing_had_happened(
    small: Scenario, replayed: Oms, cuts: list[int]
) -> None:
    """Even between a command and what follows from it, and more than once."""
    store = Fragile()
    for cut in cuts:
        store.left = cut
        try:
            run(small, in_memory(small, store))
        except PowerCut:
            continue
    store.left = 10**9
    oms, clock = in_memory(small, store)
    assert run(small, (oms, clock)).complete
    assert told(oms) == told(replayed)


# --- other worlds -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_rough_world_leaves_the_books_in_order_too(small: Scenario, seed: int) -> None:
    """Half of everything goes wrong; every refusal is a work item with a code."""
    chances = Chances(seed, 0.5, 0.5, 1.0, 9, 0.5, small.chances.transit)
    rough = attrs.evolve(small, chances=chances, digest=f"rough-{seed}")
    oms, clock = in_memory(rough, MemoryStore())
    ran = run(rough, (oms, clock))
    assert oms.audit() == []
    figures = count(rough, oms)
    assert sum(figures.units_by_stage.values()) == figures.asked.units
    assert figures.disturbances.rejected > 5
    assert figures.disturbances.short > 5
    assert figures.supplies.late == figures.supplies.expected
    assert sum(figures.work_items.values()) >= ran.refused
    for item in oms.work_items():
        assert item.reasons
        assert all("." in reason.code for reason in item.reasons)


def test_what_is_refused_becomes_a_work_item_once(small: Scenario) -> None:
    """More units are written off than anybody has: a person must see to it."""
    bad = next(one for one in small.events if isinstance(one, HistoricAdjustment))
    events = tuple(
        attrs.evolve(one, quantity=-10_000) if one == bad else one for one in small.events
    )
    scenario = attrs.evolve(
        small, history=attrs.evolve(small.history, events=events), digest="too-much"
    )
    store = MemoryStore()
    oms, clock = in_memory(scenario, store)
    assert run(scenario, (oms, clock)).refused == 1
    assert run(scenario, in_memory(scenario, store)).refused == 0
    figures = count(scenario, oms)
    assert figures.refused == {"stock.not-on-hand": 1}
    assert figures.work_items == {"AdjustStock": 1}
    [item] = oms.work_items()
    assert oms.get(WORK_ITEM.key(item.item)) == item


def test_a_store_of_another_scenario_is_refused(small: Scenario) -> None:
    """Two histories in one store would be neither."""
    store = MemoryStore()
    run(small, in_memory(small, store), until=small.first_day)
    other = attrs.evolve(small, digest="0123456789abcdef")
    before = told(in_memory(small, store)[0])
    with pytest.raises(Refused, match="another scenario") as refusal:
        run(other, in_memory(other, store))
    assert [reason.code for reason in refusal.value.reasons] == ["replay.other-history"]
    assert told(in_memory(small, store)[0]) == before


def test_a_store_that_no_replay_has_written_is_refused(small: Scenario) -> None:
    """A shop's own file is not a playground."""
    store = MemoryStore()
    in_memory(small, store)[0].know(Item("TEA"))
    with pytest.raises(Refused, match="no replay has written"):
        run(small, in_memory(small, store))


def test_a_scenario_is_known_by_what_stands_in_its_files(folder: Path) -> None:
    """Its place does not matter; one changed chance makes it another."""
    assert read_scenario(folder).digest == read_scenario(SMALL).digest
    toml = (folder / "scenario.toml").read_text()
    (folder / "scenario.toml").write_text(toml.replace("seed = 7", "seed = 8"))
    assert read_scenario(folder).digest != read_scenario(SMALL).digest


DIGEST = """
import sys
from hashlib import blake2b
from pathlib import Path
from omscore.adapters.clocks import FixedClock
from omscore.oms import Oms
from omscore.replay.counting import count, every_event
from omscore.replay.run import Replay, configuration
from omscore.replay.scenario import read_scenario

scenario = read_scenario(Path(sys.argv[1]))
clock = FixedClock(scenario.begins_at)
oms = Oms.in_memory(clock=clock, configuration=configuration(scenario))
Replay(scenario, oms, clock).run()
told = blake2b(digest_size=16)
for recorded in every_event(oms):
    told.update(repr(recorded).encode())
told.update(repr(count(scenario, oms)).encode())
print(told.hexdigest())
"""


def test_the_same_seed_gives_the_same_bytes_under_every_hash_seed(replayed: Oms) -> None:
    """Sets and dictionaries of strings come in another order in every process."""
    found = {
        subprocess.run(
            [sys.executable, "-c", DIGEST, str(SMALL)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    here = blake2b(digest_size=16)
    for recorded in every_event(replayed):
        here.update(repr(recorded).encode())
    here.update(repr(count(read_scenario(SMALL), replayed)).encode())
    assert found == {f"{here.hexdigest()}\n"}

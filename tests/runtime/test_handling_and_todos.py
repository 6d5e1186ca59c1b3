"""Read, decide, save; what lost a race is run again, and what waits is worked once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import pytest

from omscore.adapters.memory import MemoryStore, MemoryWork
from omscore.catalog.item import ITEM
from omscore.kernel.errors import Conflict, Unavailable
from omscore.kernel.todo import Todo
from omscore.lifecycle.fulfillment.messages import RejectFulfillment
from omscore.lifecycle.order.messages import CancelOrder, HoldOrder, SourceOrder
from omscore.network.facts import THE_NETWORK
from omscore.orchestration.learning import Fact
from omscore.orchestration.work_items import CloseWorkItem
from omscore.ports.storage import Saving
from omscore.runtime.handling import ATTEMPTS
from omscore.testing import laws
from omscore.testing.builders import (
    DAY,
    HOUR,
    a_quote,
    a_shop,
    an_oms,
    an_order,
    day,
    expected,
    received,
)
from omscore.testing.story import Shop


class Flaky(MemoryStore):
    """A store that fails to save as often as it is told to, and then works."""

    def __init__(self) -> None:
        super().__init__()
        self.failures = list[Exception]()

    @contextmanager
    def begin(self) -> Iterator[MemoryWork]:
        with super().begin() as work:
            yield FlakyWork(work.store, work.saved, work.until)


class FlakyWork(MemoryWork):
    """One attempt on it."""

    def save(self, saving: Saving, /) -> None:
        assert isinstance(self.store, Flaky)
        if self.store.failures:
            raise self.store.failures.pop()
        MemoryWork.save(self, saving)


def a_flaky_shop() -> tuple[Shop, Flaky]:
    store = Flaky()
    return a_shop(storage=store), store


@pytest.mark.parametrize("lost", range(ATTEMPTS + 2))
def test_a_lost_race_is_run_again_but_not_for_ever(lost: int) -> None:
    """After the last attempt the caller decides; nothing has changed."""
    shop, store = a_flaky_shop()
    before = shop.log()
    store.failures += [Conflict("somebody else was faster")] * lost

    if lost < ATTEMPTS:
        shop.given(an_order(1))
    else:
        with pytest.raises(Conflict):
            shop.oms.do(an_order(1))
        assert shop.log() == before
        store.failures.clear()
        shop.given(an_order(1))
    laws.check(shop.oms)


def test_a_store_that_fails_is_unavailable_and_not_asked_again() -> None:
    """The outcome may be unknown, so it is the caller's to ask."""
    shop, store = a_flaky_shop()
    store.failures.append(Unavailable("the disk is full"))

    with pytest.raises(Unavailable):
        shop.oms.do(an_order(1))
    assert store.failures == []


def test_a_todo_that_fails_for_want_of_a_port_is_put_off_and_tried_again() -> None:
    """Twice as long each time; it is not lost, and no person is asked."""
    shop, store = a_flaky_shop()
    shop.given(a_quote(1))
    due = shop.oms.waiting(shop.clock.at + HOUR)
    shop.clock.set(due[0].due)
    store.failures.append(Unavailable("the disk is full"))
    shop.oms.work()

    [again] = shop.oms.waiting(shop.clock.at + HOUR)
    assert (again.id, again.tries) == (due[0].id, 1)
    assert again.due > shop.clock.at
    shop.after(HOUR)
    assert shop.oms.quote("q-1").stage == "expired"
    assert shop.oms.work_items() == []


def test_what_follows_from_a_command_is_worked_at_once_or_by_a_worker() -> None:
    """An embedded host sees it in the receipt; with workers it waits in the table."""
    inline, workers = a_shop(), an_oms(inline=False)
    workers.oms.know(*_facts(inline))
    workers.given(received(10)).oms.work()
    receipt = inline.oms.do(an_order(2))
    workers.given(an_order(2))

    assert receipt.followed
    assert workers.oms.order("o-1").status == "allocated"
    assert workers.oms.work() > 0
    assert workers.oms.order("o-1").status == inline.oms.order("o-1").status == "released"
    assert workers.oms.work() == 0


def _facts(shop: Shop) -> Sequence[Fact]:
    network, tea = shop.oms.get(THE_NETWORK), shop.oms.get(ITEM.key("TEA"))
    assert network is not None
    assert tea is not None
    return [tea, *network.calendars.values(), *network.nodes.values(), *network.lanes.values()]


def test_a_worker_may_take_a_few_at_a_time() -> None:
    """And the next one takes the rest."""
    shop = a_shop().given(*(a_quote(1, id=f"q-{n}") for n in range(5)))
    shop.clock.advance(HOUR)

    assert [shop.oms.work(limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_two_workers_on_one_todo_do_it_once() -> None:
    """The second finds it gone."""
    shop = a_shop().given(a_quote(1))
    shop.clock.advance(HOUR)
    todos: Sequence[Todo] = shop.oms.waiting(shop.clock.at)
    other = an_oms(shop.oms.storage, clock=shop.clock)
    shop.oms.work()
    told = shop.events()

    assert len(todos) == 1
    assert other.oms.work() == 0
    assert shop.events() == told


def test_a_follow_up_that_is_refused_becomes_a_work_item() -> None:
    """It never surprises the caller, who asked for something else; a person closes it."""
    hold = HoldOrder("o-1", hold="h-1", reason="fraud", moves=["allocate"])
    shop = a_shop().given(an_order(2), hold, RejectFulfillment("o-1.1"))
    [item] = shop.oms.work_items()

    assert item.task == SourceOrder.__name__
    assert [reason.code for reason in item.reasons] == ["order.on-hold"]
    shop.given(CloseWorkItem(item.item))
    assert shop.oms.work_items() == []


def test_a_deadline_that_finds_nothing_to_do_is_done() -> None:
    """A release that comes for a canceled order leaves no trace but its own absence."""
    shop = a_shop({}).given(expected(5, day(3)), an_order(2), CancelOrder("o-1"))
    told = [one for one in shop.events() if one.key.kind.name == "order"]
    shop.after(4 * DAY)

    assert [one for one in shop.events() if one.key.kind.name == "order"] == told
    assert shop.oms.work_items() == []


def test_every_event_says_who_when_and_from_what() -> None:
    """The source's own time is kept beside ours; what follows names its cause."""
    shop = a_shop()
    earlier = shop.clock.at - timedelta(minutes=7)
    receipt = shop.oms.do(an_order(1), actor="web", occurred_at=earlier, sequence=42, key="k-1")
    first = receipt.events[0]

    assert (first.actor, first.occurred_at, first.sequence) == ("web", earlier, 42)
    assert (first.recorded_at, first.causation, first.id) == (shop.clock.at, "k-1", "k-1/0")
    assert {one.actor for one in receipt.followed} == {"omscore"}
    assert all(one.causation.startswith("k-1") for one in receipt.followed)

"""Threads that want the same thing: the part of the storage suite about races.

Each of these can pass by luck on a store that is wrong, so they try often; a store that is right
passes always.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from threading import Barrier, Event
from time import sleep
from typing import TypeVar

import attrs

from omscore.kernel.errors import Conflict
from omscore.kernel.keys import Key
from omscore.kernel.todo import Todo
from omscore.ports.storage import Answer, Saving, Storage, UnitOfWork
from omscore.testing.contracts.words import (
    NOON,
    WORD,
    Patient,
    Say,
    Word,
    answered,
    at,
    due,
    history,
    save,
    saying,
)

T = TypeVar("T")
THREADS = 4
A, B = WORD.key("a"), WORD.key("b")


def until_kept(storage: Storage, attempt: Callable[[UnitOfWork], T], seed: int) -> T:
    """What *attempt* gives, tried again after every lost race."""
    pause = Random(seed)
    for _ in range(10_000):
        try:
            with storage.begin() as work:
                return attempt(work)
        except Conflict:
            sleep(pause.uniform(0, 0.004))
    raise AssertionError("nobody loses ten thousand races")


def together(attempt: Callable[[int], T], threads: int = THREADS) -> list[T]:
    """What *attempt* gives for each thread, all of them started at the same moment."""
    start = Barrier(threads)

    def run(number: int) -> T:
        start.wait(timeout=60)
        return attempt(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def text_at(work: UnitOfWork, key: Key[Word]) -> tuple[str, int]:
    """The text at *key*, empty if there is none, and its version."""
    found = work.get([key])[key]
    state = key.narrow(found.state)
    return ("" if state is None else state.text), found.version


def wins(storage: Storage, saving: Saving) -> bool:
    """Whether *saving* was kept."""
    try:
        save(storage, saving)
    except Conflict:
        return False
    return True


class Racing(Patient):
    """The promises among threads that share one store."""

    def test_no_update_is_lost(self, storage: Storage) -> None:
        """Threads that count on one key: every one of their steps is there in the end."""
        steps = 25

        def bump(command: str, work: UnitOfWork) -> None:
            text, version = text_at(work, A)
            work.save(saying(command, (A, version, str(int(text or "0") + 1))))

        def count(thread: int) -> None:
            for step in range(steps):
                until_kept(storage, partial(bump, f"c-{thread}-{step}"), thread)

        together(count)

        assert at(storage, A)[0].state == Word(str(THREADS * steps))
        versions = [one.version for one in history(storage, A)]
        assert versions == list(range(1, THREADS * steps + 1))

    def test_the_last_units_go_to_as_many_as_there_are(self, storage: Storage) -> None:
        """Ten units and twice as many takers: ten get one, each with its own paper."""
        save(storage, saying("stock", (A, 0, "10")))

        def take(command: str, work: UnitOfWork) -> bool:
            text, version = text_at(work, A)
            if (left := int(text)) == 0:
                return False
            taker = WORD.key(command)
            work.save(saying(command, (A, version, str(left - 1)), (taker, 0, "got one")))
            return True

        def shop(thread: int) -> list[str]:
            commands = [f"c-{thread}-{n}" for n in range(5)]
            return [one for one in commands if until_kept(storage, partial(take, one), thread)]

        got = [one for commands in together(shop) for one in commands]

        assert len(got) == 10
        assert at(storage, A)[0].state == Word("0")
        assert all(found.version == 1 for found in at(storage, *map(WORD.key, got)))

    def test_two_who_guard_what_the_other_writes_do_not_both_win(self, storage: Storage) -> None:
        """Each goes home because the other is still there: one of them has to stay."""
        for round_ in range(20):
            pair = [WORD.key(f"{round_}-{n}") for n in range(2)]
            save(storage, saying(f"start-{round_}", *((key, 0, "there") for key in pair)))

            def leave(thread: int, pair: list[Key[Word]] = pair, round_: int = round_) -> bool:
                mine, other = pair[thread], pair[1 - thread]
                leaving = saying(f"c-{round_}-{thread}", (mine, 1, "gone"), guards={other: 1})
                return wins(storage, leaving)

            assert sum(together(leave, 2)) <= 1

    def test_two_who_guard_that_the_other_is_not_there_do_not_both_win(
        self, storage: Storage
    ) -> None:
        """The same for what is not there yet, and so cannot be locked."""
        for round_ in range(20):
            pair = [WORD.key(f"{round_}-{n}") for n in range(2)]

            def enter(thread: int, pair: list[Key[Word]] = pair, round_: int = round_) -> bool:
                mine, other = pair[thread], pair[1 - thread]
                entering = saying(f"c-{round_}-{thread}", (mine, 0, "in"), guards={other: 0})
                return wins(storage, entering)

            assert sum(together(enter, 2)) <= 1

    def test_one_of_all_workers_does_a_todo(self, storage: Storage) -> None:
        """Whoever is second keeps nothing."""
        for round_ in range(10):
            todo = Todo(f"t-{round_}", NOON, A, Say("look"), "c-0")
            save(storage, Saving(todos=[todo]))

            def work(thread: int, id_: str = todo.id) -> bool:
                mine = WORD.key(f"{id_}-{thread}")
                return wins(storage, saying(f"{id_}-{thread}", (mine, 0, "done"), done=[id_]))

            assert sum(together(work)) == 1
        assert due(storage) == []

    def test_one_of_all_senders_is_answered(self, storage: Storage) -> None:
        """A client that gave up waiting and sent again has not ordered twice."""
        for round_ in range(10):
            name = f"c-{round_}"

            def order(thread: int, name: str = name) -> bool:
                mine = WORD.key(f"{name}-{thread}")
                saving = saying(f"{name}-{thread}", (mine, 0, "ordered"))
                return wins(storage, attrs.evolve(saving, answer=Answer(name, "digest", 1)))

            assert sum(together(order)) == 1
            assert answered(storage, name) == Answer(name, "digest", 1)

    def test_a_reader_never_sees_half_a_save(self, storage: Storage) -> None:
        """Two keys, their list and their history always change together."""
        save(storage, saying("start", (A, 0, "0"), (B, 0, "0"), listed="0"))
        stop = Event()

        def write() -> None:
            for n in range(1, 150):
                save(storage, saying(f"c-{n}", (A, n, str(n)), (B, n, str(n)), listed=str(n % 2)))
            stop.set()

        def look(work: UnitOfWork) -> bool:
            text, version = text_at(work, A)
            keys = work.listed(WORD.under(str(int(text) % 2)))
            told = work.history(A, B)
            return (
                text_at(work, B) == (text, version)
                and list(keys) == [A, B]
                and [one.version for one in told]
                == [n for n in range(1, version + 1) for _ in "ab"]
            )

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(write)
            while not (stop.is_set() or writing.done()):
                assert until_kept(storage, look, 0)
            writing.result()

    def test_whoever_follows_the_outbox_misses_nothing(self, storage: Storage) -> None:
        """While threads save, one reads on from the last place that it got: all events, once."""
        many = 30

        def tell(thread: int) -> None:
            for n in range(many):
                words = [(WORD.key(f"{thread}-{n}-{i}"), 0, "x") for i in range(3)]
                save(storage, saying(f"c-{thread}-{n}", *words))

        with ThreadPoolExecutor(1) as pool:
            following = pool.submit(self.sent, storage, THREADS * many * 3, limit=7)
            together(tell)
            found = [one.recorded.id for one in following.result()]

        assert len(found) == len(set(found)) == THREADS * many * 3
        for thread in range(THREADS):
            mine = [id_ for id_ in found if id_.startswith(f"c-{thread}-")]
            assert mine == [f"c-{thread}-{n}/{i}" for n in range(many) for i in range(3)]

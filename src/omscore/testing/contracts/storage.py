"""What every `Storage` must do, one test per promise.

Subclass `StorageContract` in your tests, override `storage`, run pytest:

    class TestMyStore(StorageContract):
        @pytest.fixture
        def storage(self):
            return MyStore(codec=codec())

A store that keeps text is built with `codec()` of this module, which knows what the suite keeps.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from omscore.kernel.errors import Conflict
from omscore.kernel.keys import Key, Versioned
from omscore.kernel.todo import Todo
from omscore.ports.storage import Answer, Saving, Storage
from omscore.testing.contracts.keeping import Keeping
from omscore.testing.contracts.racing import Racing
from omscore.testing.contracts.telling import Telling
from omscore.testing.contracts.words import (
    NOON,
    WORD,
    Say,
    answered,
    at,
    codec,
    due,
    history,
    on,
    save,
    saying,
)

__all__ = ["StorageContract", "codec"]

KEYS = tuple(WORD.key(f"k-{n}") for n in range(5))
LISTS = (None, "open", "shut")


class StorageContract(Keeping, Telling, Racing):
    """The promises of `Storage` and `UnitOfWork`."""

    @pytest.fixture
    def storage(self) -> Storage:
        """One fresh, empty store: all that an adapter has to provide."""
        raise NotImplementedError

    def test_whatever_is_saved_reads_as_in_a_few_dictionaries(self, storage: Storage) -> None:
        """A long run of savings, right ones and wrong ones, beside an obvious store."""
        chance, plain = Random(20260302), _Plain()
        for n in range(250):
            saving = _any_saving(f"c-{n}", chance, plain)
            kept = plain.save(saving)
            try:
                save(storage, saving)
            except Conflict:
                assert not kept, f"saving {n} is right"
            else:
                assert kept, f"saving {n} is wrong"
        plain.agrees_with(storage)


class _Plain:
    """A store in the most obvious way, for one thread."""

    def __init__(self) -> None:
        self.states = dict[Key[object], Versioned]()
        self.log = list[str]()
        self.todos = dict[str, Todo]()
        self.answers = dict[str, Answer]()

    def save(self, saving: Saving) -> bool:
        events = [one.id for write in saving.writes.values() for one in write.events]
        right = (
            all(self.version(key) == version for key, version in saving.expected.items())
            and not set(events) & set(self.log)
            and set(saving.done) <= self.todos.keys()
            and (saving.answer is None or saving.answer.command not in self.answers)
        )
        if right:
            for key, write in saving.writes.items():
                self.states[key] = Versioned(write.state, write.version)
            self.log += events
            for id_ in set(saving.done):
                del self.todos[id_]
            for todo in saving.todos:
                self.todos.setdefault(todo.id, todo)
            if saving.answer is not None:
                self.answers[saving.answer.command] = saving.answer
        return right

    def version(self, key: Key[object]) -> int:
        return self.states[key].version if key in self.states else 0

    def agrees_with(self, storage: Storage) -> None:
        nothing = Versioned(None, 0)
        assert at(storage, *KEYS) == [self.states.get(key, nothing) for key in KEYS]
        assert [one.id for one in history(storage, *KEYS)] == self.log
        todos = sorted(self.todos.values(), key=lambda todo: (todo.due, todo.id))
        assert due(storage, NOON + timedelta(minutes=1), limit=10_000) == todos
        for word in LISTS[1:]:
            listed = [key for key in sorted(self.states, key=str) if self._word(key) == word]
            assert on(storage, WORD, str(word)) == listed
        for n in range(250):
            assert answered(storage, f"c-{n}") == self.answers.get(f"c-{n}")

    def _word(self, key: Key[object]) -> str | None:
        return key.kind.listed(self.states[key].state)


def _any_saving(command: str, chance: Random, plain: _Plain) -> Saving:
    """Mostly right; sometimes stale, repeated, or done already."""

    def version(key: Key[object]) -> int:
        return max(0, plain.version(key) + chance.choice([0] * 12 + [-1, 1]))

    keys = chance.sample(KEYS, chance.randint(0, 3))
    written = keys[: chance.randint(0, len(keys))]
    ids = [f"t-{chance.randrange(30)}" for _ in range(chance.randint(0, 2))]
    due_ = NOON + timedelta(seconds=chance.randrange(60))
    known = [id_ for id_ in plain.todos if chance.random() < 0.08]
    name = command if chance.random() < 0.9 else "c-0"
    return saying(
        name,
        *((key, version(key), f"{command} at {key.id}") for key in written),
        listed=chance.choice(LISTS),
        guards={key: version(key) for key in keys if key not in written},
        todos=[Todo(id_, due_, KEYS[0], Say(command), command) for id_ in ids],
        done=[*known, *(["t-x"] if chance.random() < 0.05 else [])],
        answer=Answer(name, "digest", len(written)) if chance.random() < 0.5 else None,
    )

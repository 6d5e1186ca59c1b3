"""Events, outbox, answers and todos: the part of the storage suite about what happens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import attrs
import pytest

from omscore.kernel.errors import Conflict
from omscore.kernel.ids import CommandId
from omscore.kernel.keys import Key, Versioned
from omscore.kernel.recorded import Recorded
from omscore.kernel.todo import Hear, Todo
from omscore.ports.storage import Answer, Saving, Storage, Write
from omscore.testing.contracts.words import (
    NOON,
    OTHER,
    WORD,
    Patient,
    Said,
    Say,
    Word,
    answered,
    at,
    due,
    history,
    save,
    saying,
)

A, B = WORD.key("a"), WORD.key("b")
NOTHING = Versioned(None, 0)
TICK = timedelta(microseconds=1)
LOOK = Todo("t-1", NOON, A, Say("look"), "c-0")


class Telling(Patient):
    """The promises about events, answers and todos."""

    # --- events -------------------------------------------------------------------------------

    def test_an_event_keeps_its_envelope(self, storage: Storage) -> None:
        """Who, when, why and the running number of the source; to the microsecond, in UTC."""
        told = Recorded[object](
            id="c-1/0",
            key=A,
            version=1,
            event=Said("grün"),
            occurred_at=datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
            recorded_at=NOON,
            actor="somebody",
            causation=CommandId("c-1"),
            sequence=2**40,
        )
        plain = attrs.evolve(told, id="c-1/1", version=2, occurred_at=NOON, sequence=None)
        write = Write(Word("grün"), 2, (told, plain))
        save(storage, Saving(writes={A: write}, expected={A: 0}))

        assert history(storage, A) == [told, plain]
        assert [one.recorded for one in self.sent(storage, 2)] == [told, plain]
        assert history(storage, A)[0].occurred_at.utcoffset() == timedelta(0)

    def test_a_key_that_is_read_back_knows_its_kind(self, storage: Storage) -> None:
        """Whoever replays the outbox folds each event with the kind of its key."""
        save(storage, saying("c-1", (A, 0, "red"), todos=[LOOK]))

        assert history(storage, A)[0].key.kind.evolve is WORD.evolve
        assert self.sent(storage, 1)[0].recorded.key.kind.evolve is WORD.evolve
        assert due(storage)[0].key.kind.evolve is WORD.evolve

    def test_a_history_is_in_the_order_of_saving(self, storage: Storage) -> None:
        """Of one aggregate that is the order of versions; asking twice for one changes nothing."""
        save(
            storage,
            saying("c-9", (B, 0, "1"), (A, 0, "2")),
            saying("c-7", (OTHER.key("a"), 0, "3")),
            saying("c-8", (A, 1, "4")),
            saying("c-1", (B, 1, "5")),
        )

        assert _texts(history(storage, A)) == ["2", "4"]
        assert [one.version for one in history(storage, B)] == [1, 2]
        assert _texts(history(storage, A, B, A)) == ["1", "2", "4", "5"]
        assert history(storage, WORD.key("c")) == []

    def test_what_happened_since_a_moment_is_found(self, storage: Storage) -> None:
        """By when it was recorded, of each key back to the first that was by then; not by when it
        occurred, for that is what late reports are late with."""
        for n in range(1, 7):
            key, version = (A, B)[n % 2], (n - 1) // 2
            save(storage, _recorded(saying(f"c-{n}", (key, version, str(n))), NOON + n * TICK))

        for moment, found in (2, "3456"), (3, "456"), (6, ""), (-9, "123456"):
            assert _texts(_since(storage, NOON + moment * TICK, A, B, A)) == list(found)
        assert _texts(_since(storage, NOON + 2 * TICK, A)) == ["4", "6"]
        assert _since(storage, NOON, WORD.key("c")) == []

    def test_a_clock_that_was_set_back_hides_nothing(self, storage: Storage) -> None:
        """The last event by the moment counts, not the last moment."""
        for version, tick in enumerate((1, 9, 2, 8)):
            write = saying(f"c-{version}", (A, version, str(tick)))
            save(storage, _recorded(write, NOON + tick * TICK))

        assert _texts(_since(storage, NOON + 5 * TICK, A)) == ["8"]
        assert _texts(_since(storage, NOON + TICK, A)) == ["9", "2", "8"]

    def test_a_history_may_be_of_many(self, storage: Storage) -> None:
        """An order with all that followed from it is more than one page."""
        keys = [WORD.key(f"w-{n}") for n in range(300)]
        save(storage, *(saying(f"c-{key.id}", (key, 0, key.id)) for key in reversed(keys)))

        assert _texts(history(storage, *keys)) == [key.id for key in reversed(keys)]

    def test_events_are_found_by_id_in_the_order_asked(self, storage: Storage) -> None:
        """A command that is repeated gives the events of the first time."""
        save(storage, saying("c-1", *((WORD.key(f"w-{n}"), 0, str(n)) for n in range(300))))
        ids = [f"c-1/{n}" for n in reversed(range(300))]

        with storage.begin() as work:
            found = work.events([*ids, "c-1/300", "c-2/0"])

        assert [one.id for one in found] == ids

    def test_an_event_id_is_used_once(self, storage: Storage) -> None:
        """It follows from the command, so the same one again is the same command again."""
        save(storage, saying("c-1", (A, 0, "red")))

        with pytest.raises(Conflict):
            save(storage, saying("c-1", (B, 0, "red")))

        assert at(storage, B) == [NOTHING]

    # --- outbox -------------------------------------------------------------------------------

    def test_the_outbox_is_in_the_order_of_saving(self, storage: Storage) -> None:
        """Places rise, and every event is there once, whatever the size of a page."""
        save(
            storage,
            *(saying(f"c-{n}", (A, n, f"a{n}"), (B, n, f"b{n}")) for n in range(10)),
        )
        expected = [text for n in range(10) for text in (f"a{n}", f"b{n}")]

        for limit in (1, 3, 20, 1000):
            found = self.sent(storage, 20, limit=limit)
            assert _texts([one.recorded for one in found]) == expected
            assert all(one.position < next_.position for one, next_ in pairwise(found))

    def test_a_page_is_no_longer_than_its_limit(self, storage: Storage) -> None:
        """A worker decides how much it takes at once."""
        save(storage, saying("c-1", (A, 0, "red"), (B, 0, "blue")))
        whole = self.sent(storage, 2)

        with storage.begin() as work:
            assert work.outbox(limit=1) == whole[:1]
            assert work.outbox(whole[0].position) == whole[1:]
            assert work.outbox(whole[1].position) == []

    # --- answers ------------------------------------------------------------------------------

    def test_an_answer_is_kept_with_the_rest(self, storage: Storage) -> None:
        """Also with no rest: a command may change nothing and still be done."""
        assert answered(storage, "c-1") is None
        first, idle = Answer("c-1", "digest", 1), Answer("c-2", "other", 0)
        save(storage, saying("c-1", (A, 0, "red"), answer=first), Saving(answer=idle))

        assert answered(storage, "c-1") == first
        assert answered(storage, "c-2") == idle

    def test_a_command_is_answered_once(self, storage: Storage) -> None:
        """Of two who do it at the same time, one is told and changes nothing."""
        save(storage, Saving(answer=Answer("c-1", "digest", 0)))

        with pytest.raises(Conflict):
            save(storage, saying("c-9", (A, 0, "red"), answer=Answer("c-1", "digest", 1)))

        assert at(storage, A) == [NOTHING]
        assert answered(storage, "c-1") == Answer("c-1", "digest", 0)

    # --- todos --------------------------------------------------------------------------------

    def test_a_todo_comes_back_as_it_was(self, storage: Storage) -> None:
        """Reactions and deadlines alike."""
        todos = [
            Todo("t-1", NOON, A, Say("grün"), "c-1", tries=3),
            Todo("t-2", NOON + TICK, OTHER.key("b"), Hear("c-1/0"), "c-1"),
        ]
        save(storage, Saving(todos=todos))

        assert due(storage, NOON + TICK) == todos
        assert due(storage, NOON + TICK)[0].due.utcoffset() == timedelta(0)

    def test_todos_come_when_they_are_due(self, storage: Storage) -> None:
        """Earliest first, then by id, to the microsecond."""
        late, b, a, early = (
            attrs.evolve(LOOK, id=id_, due=NOON + n * TICK)
            for id_, n in (("t-0", 1), ("t-b", 0), ("t-B", 0), ("t-z", -1))
        )
        save(storage, Saving(todos=[late, b]), Saving(todos=[a, early]))

        assert due(storage, NOON - 2 * TICK) == []
        assert due(storage, NOON) == [early, a, b]
        assert due(storage, NOON + TICK) == [early, a, b, late]
        assert due(storage, NOON + TICK, limit=2) == [early, a]

    def test_a_repeated_todo_is_the_same_one(self, storage: Storage) -> None:
        """A retry that stores it again adds nothing and changes nothing."""
        other = attrs.evolve(LOOK, due=NOON - TICK, command=Say("other"))
        save(storage, Saving(todos=[LOOK, LOOK]), Saving(todos=[other]))

        assert due(storage) == [LOOK]

    def test_a_todo_is_done_once(self, storage: Storage) -> None:
        """Of two workers, the second is told, and what it decided is not kept."""
        save(storage, Saving(todos=[LOOK]), saying("c-1", (A, 0, "seen"), done=["t-1"]))
        assert due(storage) == []

        with pytest.raises(Conflict):
            save(storage, saying("c-2", (B, 0, "seen"), done=["t-1"]))

        assert at(storage, B) == [NOTHING]

    def test_several_todos_are_done_together_or_not_at_all(self, storage: Storage) -> None:
        """One that is not there keeps the others."""
        save(storage, Saving(todos=[LOOK]))

        with pytest.raises(Conflict):
            save(storage, Saving(done=["t-1", "t-9"]))
        assert due(storage) == [LOOK]

        save(storage, Saving(done=["t-1", "t-1"]))
        assert due(storage) == []

    def test_a_todo_may_be_postponed(self, storage: Storage) -> None:
        """Done and stored again under its id, in one save; and then done for good."""
        later = attrs.evolve(LOOK, due=NOON + timedelta(days=1), tries=1)
        save(storage, Saving(todos=[LOOK]), Saving(todos=[later], done=["t-1"]))

        assert due(storage) == []
        assert due(storage, later.due) == [later]

        save(storage, Saving(done=["t-1"]), Saving(todos=[LOOK]))
        assert due(storage, later.due) == [LOOK]


def _recorded(saving: Saving, moment: datetime) -> Saving:
    """*saving*, as if it were made at *moment*; all of it occurred long ago."""
    writes = {
        key: attrs.evolve(
            write, events=tuple(attrs.evolve(one, recorded_at=moment) for one in write.events)
        )
        for key, write in saving.writes.items()
    }
    return attrs.evolve(saving, writes=writes)


def _since(storage: Storage, moment: datetime, *keys: Key[object]) -> list[Recorded[object]]:
    with storage.begin() as work:
        return list(work.since(moment, *keys))


def _texts(told: list[Recorded[object]]) -> list[str]:
    return [one.event.text for one in told if isinstance(one.event, Said)]

"""States, versions, guards, lists and snapshots: the part of the storage suite about keys."""

from __future__ import annotations

from contextlib import suppress

import attrs
import pytest

from omscore.kernel.errors import Broken, Conflict
from omscore.kernel.keys import Key, Versioned
from omscore.kernel.todo import Todo
from omscore.ports.storage import Answer, Saving, Storage, UnitOfWork, Write
from omscore.testing.contracts.words import (
    COUNT,
    NOON,
    NOTE,
    OTHER,
    WORD,
    Note,
    Patient,
    Say,
    Word,
    answered,
    at,
    due,
    history,
    on,
    save,
    saying,
)

A, B, C = (WORD.key(id_) for id_ in "abc")
NOTHING = Versioned(None, 0)


def kept(text: str, version: int, listed: str | None = None) -> Versioned:
    """What *text* leaves behind."""
    return Versioned(Word(text, listed), version)


class Keeping(Patient):
    """The promises about keys."""

    # --- states -------------------------------------------------------------------------------

    def test_a_key_never_saved_has_no_state(self, storage: Storage) -> None:
        """Asking for it is no error: its first save expects version 0."""
        assert at(storage, A, NOTE.key("a")) == [NOTHING, NOTHING]

    def test_asking_for_nothing_gives_nothing(self, storage: Storage) -> None:
        """A handler may turn out to need nothing more."""
        with storage.begin() as work:
            assert work.get([]) == {}
            assert list(work.history()) == []
            assert list(work.events([])) == []

    def test_what_is_saved_can_be_read(self, storage: Storage) -> None:
        """State and version are kept together, and again after they changed."""
        save(storage, saying("c-1", (A, 0, "red")))
        assert at(storage, A) == [kept("red", 1)]

        save(storage, saying("c-2", (A, 1, "blue")))
        assert at(storage, A) == [kept("blue", 2)]

    def test_many_keys_are_read_at_once(self, storage: Storage) -> None:
        """A catalog is large, and no key of it may be lost at the edge of a page."""
        keys = [WORD.key(f"w-{n}") for n in range(600)]
        save(storage, saying("c-1", *((key, 0, f"word {key.id}") for key in keys[:500])))

        found = at(storage, *keys)

        asked = [kept(f"word {key.id}", 1) for key in keys[:500]] + [NOTHING] * 100
        wrong = [str(key.id) for n, key in enumerate(keys) if found[n : n + 1] != asked[n : n + 1]]
        assert (len(found), wrong) == (600, [])

    def test_a_process_is_kept_without_events(self, storage: Storage) -> None:
        """Its version grows by one with each save."""
        note = NOTE.key("n")
        for version in (0, 1):
            write = Write(Note(f"try {version}"), version + 1)
            save(storage, Saving(writes={note: write}, expected={note: version}))

        assert at(storage, note) == [Versioned(Note("try 1"), 2)]
        assert history(storage, note) == []

    def test_keys_differ_by_kind_and_by_every_letter(self, storage: Storage) -> None:
        """Databases like to think that `a` and `A` are the same."""
        keys = [WORD.key("a"), WORD.key("A"), WORD.key("a."), OTHER.key("a")]
        save(storage, saying("c-1", *((key, 0, str(key)) for key in keys)))

        assert at(storage, *keys) == [kept(str(key), 1) for key in keys]

    def test_text_comes_back_letter_by_letter(self, storage: Storage) -> None:
        """Names of people are in there."""
        for n, text in enumerate(
            ("Größe 42 'weiß'", "", " \t\n", "茶 🍵", "%s ? :x \\ \0", "x" * 10**6)
        ):
            key = WORD.key(f"t-{n}")
            save(storage, saying(f"c-{n}", (key, 0, text)))

            assert at(storage, key) == [kept(text, 1)]

    def test_keys_are_found_by_how_their_ids_begin(self, storage: Storage) -> None:
        """By id, byte by byte, page after page; a percent sign is a letter like others."""
        ids = ["b", "b/", "b/1", "b/10", "b/2", "b/B", "b/a", "b0", "a/1", "%/1", "b%1"]
        save(storage, saying("c-1", *((WORD.key(id_), 0, "x") for id_ in ids)))
        save(storage, saying("c-2", (OTHER.key("b/3"), 0, "x")))

        with storage.begin() as work:
            found = [one.id for one in work.named(WORD, "b/")]
            pages, after = list[str](), ""
            while page := work.named(WORD, "b/", after=after, limit=2):
                pages += [one.id for one in page]
                after = page[-1].id
            assert found == pages == ["b/", "b/1", "b/10", "b/2", "b/B", "b/a"]
            assert [one.id for one in work.named(WORD, "%")] == ["%/1"]
            assert list(work.named(WORD, "c")) == []
            assert len(work.named(WORD, "")) == len(ids)

    # --- margins ------------------------------------------------------------------------------

    def test_a_margin_is_kept_with_its_state(self, storage: Storage) -> None:
        """It comes back as the store guards it, for auditors to compare."""
        count = COUNT.key("n")
        save(storage, saying("c-1", (count, 0, "3")))
        save(storage, saying("c-2", (count, 1, "0")))

        assert at(storage, count, A) == [Versioned(Word("0"), 2, 0), NOTHING]

    def test_a_margin_below_zero_is_never_kept(self, storage: Storage) -> None:
        """The last barrier: who got past every check of the library still cannot oversell."""
        old, new = COUNT.key("old"), COUNT.key("new")
        save(storage, saying("c-1", (old, 0, "2")))

        for n, (key, version) in enumerate([(old, 1), (new, 0)]):
            with pytest.raises(Broken):
                save(storage, saying(f"c-2{n}", (A, 0, "red"), (key, version, "-1")))

        assert at(storage, old, new, A) == [Versioned(Word("2"), 1, 2), NOTHING, NOTHING]
        assert [one.id for one in history(storage, old, new, A)] == ["c-1/0"]
        save(storage, saying("c-3", (old, 1, "0"), (new, 0, "0")))

    # --- versions and guards ------------------------------------------------------------------

    def test_the_second_of_two_writers_loses(self, storage: Storage) -> None:
        """Of two who read the same version, one is told, and leaves no trace of anything."""
        save(storage, saying("c-1", (A, 0, "red")))
        late = saying(
            "c-2",
            (B, 0, "blue"),
            (A, 0, "green"),
            listed="late",
            todos=[Todo("t-1", NOON, A, Say("look"), "c-2")],
            answer=Answer("c-2", "digest", 2),
        )

        with pytest.raises(Conflict):
            save(storage, late)

        assert at(storage, A, B) == [kept("red", 1), NOTHING]
        assert [one.id for one in history(storage, A, B)] == ["c-1/0"]
        assert [one.recorded.id for one in self.sent(storage, 1)] == ["c-1/0"]
        assert due(storage) == []
        assert answered(storage, "c-2") is None
        assert on(storage, WORD, "late") == []

    def test_an_update_that_comes_second_loses(self, storage: Storage) -> None:
        """The same for a key that was there before, whichever place it has among the keys."""
        save(storage, saying("c-1", (A, 0, "red"), (B, 0, "red"), (C, 0, "red")))
        save(storage, saying("c-2", (B, 1, "blue")))

        with pytest.raises(Conflict):
            save(storage, saying("c-3", (A, 1, "green"), (B, 1, "green"), (C, 1, "green")))

        assert at(storage, A, B, C) == [kept("red", 1), kept("blue", 2), kept("red", 1)]

    def test_nobody_is_at_a_later_version_than_the_store(self, storage: Storage) -> None:
        """Whoever expects version 3 of a key that is not there has read something else."""
        with pytest.raises(Conflict):
            save(storage, saying("c-1", (A, 3, "red")))

        assert at(storage, A) == [NOTHING]

    def test_a_guard_is_compared_too(self, storage: Storage) -> None:
        """A decision may rest on something that it does not change."""
        save(storage, saying("c-1", (A, 0, "red")), saying("c-2", (A, 1, "blue")))

        for stale in (0, 1, 3):
            with pytest.raises(Conflict):
                save(storage, saying("c-3", (B, 0, "green"), guards={A: stale}))

        assert at(storage, A, B) == [kept("blue", 2), NOTHING]

    def test_a_guard_is_compared_though_nothing_is_written(self, storage: Storage) -> None:
        """A todo may rest on it."""
        todo = Todo("t-1", NOON, A, Say("look"), "c-1")

        with pytest.raises(Conflict):
            save(storage, Saving(expected={A: 1}, todos=[todo]))

        assert due(storage) == []

    def test_a_guard_that_holds_changes_nothing(self, storage: Storage) -> None:
        """Neither one that is there nor one that is not."""
        save(storage, saying("c-1", (A, 0, "red")))
        save(storage, saying("c-2", (B, 0, "blue"), guards={A: 1, C: 0}))

        assert at(storage, A, B, C) == [kept("red", 1), kept("blue", 1), NOTHING]

    def test_a_write_counts_on_from_what_it_expects(self, storage: Storage) -> None:
        """A hole in the versions would be found long after its cause."""
        right = saying("c-1", (A, 0, "red"))
        write = right.writes[A]
        two_steps: dict[Key[object], Write] = {A: attrs.evolve(write, version=2)}
        other = saying("c-1", (B, 0, "red")).writes[B]
        other_key: dict[Key[object], Write] = {A: attrs.evolve(write, events=other.events)}

        for wrong in (
            attrs.evolve(right, writes=two_steps),
            attrs.evolve(right, writes=other_key),
            attrs.evolve(right, expected={}),
        ):
            with pytest.raises(Broken):
                save(storage, wrong)

        assert at(storage, A) == [NOTHING]
        assert history(storage, A) == []

    # --- lists --------------------------------------------------------------------------------

    def test_a_list_has_those_that_are_on_it_by_id(self, storage: Storage) -> None:
        """In the order of bytes, not of somebody's language; and of one kind only."""
        ids = ["b", "B", "a-1", "a", "a.1", "10", "9"]
        words = [(WORD.key(id_), 0, "x") for id_ in ids]
        save(storage, saying("c-1", *words, (OTHER.key("z"), 0, "x"), listed="open"))

        assert on(storage, WORD, "open") == [WORD.key(id_) for id_ in sorted(ids)]
        assert on(storage, OTHER, "open") == [OTHER.key("z")]
        assert on(storage, WORD, "shut") == []

    def test_a_long_list_may_be_read_in_part(self, storage: Storage) -> None:
        """A best seller has thousands of reservations: whoever looks for a few reads a few."""
        asked = [(WORD.key(f"k-{n}"), 0, "x") for n in (3, 1, 4, 2)]
        save(storage, saying("c-1", *asked, listed="open"))

        assert on(storage, WORD, "open", most=3) == [WORD.key(f"k-{n}") for n in (1, 2, 3)]
        assert len(on(storage, WORD, "open", most=9)) == 4

    def test_a_list_follows_the_state(self, storage: Storage) -> None:
        """Moved to another list, off every list, and back."""
        save(storage, saying("c-1", (A, 0, "x"), (B, 0, "x"), listed="open"))
        save(storage, saying("c-2", (A, 1, "x"), listed="shut"), saying("c-3", (B, 1, "x")))
        assert on(storage, WORD, "open") == []
        assert on(storage, WORD, "shut") == [A]

        save(storage, saying("c-4", (B, 2, "x"), listed="open"))
        assert on(storage, WORD, "open") == [B]

    # --- units of work ------------------------------------------------------------------------

    def test_what_is_not_saved_is_given_up(self, storage: Storage) -> None:
        """Leaving a unit of work by an error is as good as leaving it."""
        with suppress(ZeroDivisionError), storage.begin() as work:
            work.get([A])
            raise ZeroDivisionError

        save(storage, saying("c-1", (A, 0, "red")))
        assert at(storage, A) == [kept("red", 1)]

    def test_one_unit_of_work_sees_one_moment(self, storage: Storage) -> None:
        """What was saved in between is either not seen, or a `Conflict`; never half of it."""
        save(storage, saying("c-1", (A, 0, "red"), (B, 0, "red"), listed="open"))
        with storage.begin() as work:
            before = [work.get([A])[A]]
            save(
                storage,
                saying(
                    "c-2",
                    (A, 1, "blue"),
                    (B, 1, "blue"),
                    (C, 0, "blue"),
                    listed="shut",
                    answer=Answer("c-2", "digest", 3),
                ),
            )

            assert before == [kept("red", 1, "open")]
            _sees_nothing_new(work)

    def test_a_reader_keeps_nobody_from_saving(self, storage: Storage) -> None:
        """And what it read does not matter to its own save, unless it is expected."""
        save(storage, saying("c-1", (A, 0, "red"), (B, 0, "red")))
        with storage.begin() as work:
            work.get([A, B])
            save(storage, saying("c-2", (B, 1, "blue")))
            work.save(saying("c-3", (A, 1, "green")))

        assert at(storage, A, B) == [kept("green", 2), kept("blue", 2)]


def _sees_nothing_new(work: UnitOfWork) -> None:
    """Each of these is asked on its own: one may be a conflict while the next is not."""
    keys: tuple[Key[object], ...] = (A, B, C)
    with suppress(Conflict):
        assert work.get([B, C]) == {B: kept("red", 1, "open"), C: NOTHING}
    with suppress(Conflict):
        assert list(work.listed(WORD.under("open"))) == [A, B]
    with suppress(Conflict):
        assert list(work.listed(WORD.under("shut"))) == []
    with suppress(Conflict):
        assert work.answer("c-2") is None
    with suppress(Conflict):
        assert [one.id for one in work.history(*keys)] == ["c-1/0", "c-1/1"]
    with suppress(Conflict):
        assert list(work.events(["c-2/0"])) == []
    with suppress(Conflict):
        assert len(work.outbox()) <= 2

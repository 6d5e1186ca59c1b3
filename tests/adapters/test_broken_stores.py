"""The storage suite catches stores that break its promises, each in one deliberate way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import sleep

import attrs
import pytest

from omscore.adapters.memory import MemoryStore, MemoryWork, _kept
from omscore.kernel.errors import Conflict
from omscore.kernel.keys import Key, Kind, Listing, Versioned
from omscore.kernel.recorded import Recorded
from omscore.kernel.todo import Todo
from omscore.ports.storage import Answer, Outgoing, Saving, ensure_counted
from omscore.testing.contracts.storage import StorageContract

Fails = Callable[[type[object], str, object], bool]


class Hasty(StorageContract):
    """The suite, as it is for stores that hold nothing back."""

    patience_s = 0.5


class BrokenStore:
    """A right store; those below break it by one method.

    It gives their units of work the store that it wraps, so that each says in one line what it
    does wrong.
    """

    def __init__(self) -> None:
        self.right = MemoryStore()

    @contextmanager
    def begin(self) -> Iterator[BrokenStore]:
        """A unit of work: a copy of this store with a right one inside."""
        with self.right.begin() as work:
            one = object.__new__(type(self))
            one.__dict__.update(self.__dict__, work=work)
            yield one

    work: MemoryWork

    def get(self, keys: Iterable[Key[object]], /) -> Mapping[Key[object], Versioned]:
        return self.work.get(keys)

    def listed(self, listing: Listing[object], /) -> Sequence[Key[object]]:
        return self.work.listed(listing)

    def named(
        self, kind: Kind[object], prefix: str, /, *, after: str = "", limit: int = 1000
    ) -> Sequence[Key[object]]:
        return self.work.named(kind, prefix, after=after, limit=limit)

    def answer(self, command: str, /) -> Answer | None:
        return self.work.answer(command)

    def save(self, saving: Saving, /) -> None:
        self.work.save(saving)

    def todo(self, until: datetime, /, *, limit: int = 100) -> Sequence[Todo]:
        return self.work.todo(until, limit=limit)

    def history(self, /, *keys: Key[object]) -> Sequence[Recorded[object]]:
        return self.work.history(*keys)

    def since(self, moment: datetime, /, *keys: Key[object]) -> Sequence[Recorded[object]]:
        return self.work.since(moment, *keys)

    def events(self, ids: Sequence[str], /) -> Sequence[Recorded[object]]:
        return self.work.events(ids)

    def outbox(self, after: int = 0, /, *, limit: int = 1000) -> Sequence[Outgoing]:
        return self.work.outbox(after, limit=limit)

    def now(self, keys: Iterable[Key[object]]) -> Mapping[Key[object], Versioned]:
        """What is kept this very moment."""
        with self.right.begin() as work:
            return work.get(keys)


class LastWriterWins(BrokenStore):
    def save(self, saving: Saving, /) -> None:
        at = {key: found.version for key, found in self.now(saving.expected).items()}
        with self.right.begin() as work:
            work.save(_moved(saving, at))


class ForgetsGuards(BrokenStore):
    def save(self, saving: Saving, /) -> None:
        written = {key: saving.expected[key] for key in saving.writes}
        self.work.save(attrs.evolve(saving, expected=written))


class ForgetsGuardsThatAreNotThere(BrokenStore):
    def save(self, saving: Saving, /) -> None:
        kept = {
            key: version
            for key, version in saving.expected.items()
            if version or key in saving.writes
        }
        self.work.save(attrs.evolve(saving, expected=kept))


class LeavesGuardsBehind(BrokenStore):
    def save(self, saving: Saving, /) -> None:
        self.work.save(saving)
        row = next(iter(self.right._rows.values()), None)
        for key in saving.expected.keys() - saving.writes.keys():
            if row is not None and key not in self.right._rows:
                self.right._rows[key] = row


class ComparesBeforeItLocks(BrokenStore):
    """Checks the guards first, and then saves: somebody may come in between."""

    def save(self, saving: Saving, /) -> None:
        for key, found in self.now(saving.expected).items():
            if found.version != saving.expected[key]:
                raise Conflict(str(key))
        _pause()
        written = {key: saving.expected[key] for key in saving.writes}
        self.work.save(attrs.evolve(saving, expected=written))


class SavesByHalves(BrokenStore):
    """One transaction for each key."""

    def save(self, saving: Saving, /) -> None:
        for key, write in saving.writes.items():
            one = Saving(writes={key: write}, expected={key: saving.expected[key]})
            with self.right.begin() as work:
                work.save(one)
        rest = {key: at for key, at in saving.expected.items() if key not in saving.writes}
        with self.right.begin() as work:
            work.save(attrs.evolve(saving, writes={}, expected=rest))


class TearsReads(BrokenStore):
    """Reads each thing as it is when it is asked for."""

    def get(self, keys: Iterable[Key[object]], /) -> Mapping[Key[object], Versioned]:
        _pause()
        return self.now(keys)

    def history(self, /, *keys: Key[object]) -> Sequence[Recorded[object]]:
        with self.right.begin() as work:
            return work.history(*keys)

    def listed(self, listing: Listing[object], /) -> Sequence[Key[object]]:
        with self.right.begin() as work:
            return work.listed(listing)


class NeverForgets(BrokenStore):
    """Keeps what it read, and does not look whether it is still true."""

    def __init__(self) -> None:
        super().__init__()
        self.cache = dict[Key[object], Versioned]()

    def get(self, keys: Iterable[Key[object]], /) -> Mapping[Key[object], Versioned]:
        found = self.work.get(list(keys))
        return {key: self.cache.setdefault(key, one) for key, one in found.items()}


class LosesKeysOfTheSecondPage(BrokenStore):
    def get(self, keys: Iterable[Key[object]], /) -> Mapping[Key[object], Versioned]:
        wanted = list(keys)
        return dict.fromkeys(wanted, Versioned(None, 0)) | dict(self.work.get(wanted[:256]))


class ForgetsAnswers(BrokenStore):
    def save(self, saving: Saving, /) -> None:
        self.work.save(attrs.evolve(saving, answer=None))


class AnswersTwice(BrokenStore):
    def save(self, saving: Saving, /) -> None:
        if saving.answer is not None:
            self.right._answers.pop(saving.answer.command, None)
        self.work.save(saving)


class KeepsTodosTwice(BrokenStore):
    """A repeated todo replaces the first."""

    def save(self, saving: Saving, /) -> None:
        known = [todo.id for todo in saving.todos if todo.id in self.right._agenda.todos]
        self.work.save(attrs.evolve(saving, done=[*saving.done, *known]))


class DoesTodosTwice(BrokenStore):
    def save(self, saving: Saving, /) -> None:
        there = [id_ for id_ in saving.done if id_ in self.right._agenda.todos]
        self.work.save(attrs.evolve(saving, done=there))


class AddsTodosFirst(BrokenStore):
    """And takes away what is done afterwards, so that none can be postponed."""

    def save(self, saving: Saving, /) -> None:
        left = [todo for todo in saving.todos if todo.id not in saving.done]
        self.work.save(attrs.evolve(saving, todos=left))


class ForgetsWhatIsDueThisMoment(BrokenStore):
    def todo(self, until: datetime, /, *, limit: int = 100) -> Sequence[Todo]:
        return self.work.todo(until - timedelta(microseconds=1), limit=limit)


class RoundsInstants(BrokenStore):
    """Keeps seconds only, as some columns do."""

    def todo(self, until: datetime, /, *, limit: int = 100) -> Sequence[Todo]:
        found = self.work.todo(until, limit=limit)
        return [attrs.evolve(todo, due=todo.due.replace(microsecond=0)) for todo in found]


class LosesTheZone(BrokenStore):
    def history(self, /, *keys: Key[object]) -> Sequence[Recorded[object]]:
        return [
            attrs.evolve(one, occurred_at=one.occurred_at.replace(tzinfo=None))
            for one in self.work.history(*keys)
        ]


class SortsTodosById(BrokenStore):
    def todo(self, until: datetime, /, *, limit: int = 100) -> Sequence[Todo]:
        return sorted(self.work.todo(until), key=lambda todo: todo.id)[:limit]


class SkipsInTheOutbox(BrokenStore):
    """The place after a page is taken for one that was read."""

    def outbox(self, after: int = 0, /, *, limit: int = 1000) -> Sequence[Outgoing]:
        return self.work.outbox(after + 1 if after else 0, limit=limit)


class ShowsPlacesTooEarly(BrokenStore):
    """Gives out places before it saves, and so shows a later one first."""

    def __init__(self) -> None:
        super().__init__()
        self.log = list[Outgoing]()
        self.next = iter(range(1, 10**9))

    def save(self, saving: Saving, /) -> None:
        told = [event for write in saving.writes.values() for event in write.events]
        places = [next(self.next) for _ in told]
        if places and places[0] % 2:
            _pause()
        self.work.save(saving)
        self.log += [Outgoing(at, one) for at, one in zip(places, told, strict=True)]

    def outbox(self, after: int = 0, /, *, limit: int = 1000) -> Sequence[Outgoing]:
        beyond = [one for one in list(self.log) if one.position > after]
        return sorted(beyond, key=lambda one: one.position)[:limit]


class SortsHistoryById(BrokenStore):
    def history(self, /, *keys: Key[object]) -> Sequence[Recorded[object]]:
        return sorted(self.work.history(*keys), key=lambda one: one.id)


class LooksAtWhenThingsOccurred(BrokenStore):
    """And so loses what was reported late."""

    def since(self, moment: datetime, /, *keys: Key[object]) -> Sequence[Recorded[object]]:
        return [one for one in self.work.history(*keys) if one.occurred_at > moment]


class GivesEventsInItsOwnOrder(BrokenStore):
    def events(self, ids: Sequence[str], /) -> Sequence[Recorded[object]]:
        return self.work.events(sorted(ids))


class TakesEventsTwice(BrokenStore):
    def save(self, saving: Saving, /) -> None:
        for write in saving.writes.values():
            for event in write.events:
                self.right._places.pop(event.id, None)
        self.work.save(saving)


class ForgetsToMoveLists(BrokenStore):
    """A key stays on each list that it ever was on."""

    def __init__(self) -> None:
        super().__init__()
        self.lists = dict[Listing[object], set[str]]()

    def save(self, saving: Saving, /) -> None:
        self.work.save(saving)
        for key, write in saving.writes.items():
            if (word := key.kind.listed(write.state)) is not None:
                self.lists.setdefault(key.kind.under(word), set()).add(key.id)

    def listed(self, listing: Listing[object], /) -> Sequence[Key[object]]:
        return [listing.kind.key(id_) for id_ in sorted(self.lists.get(listing, ()))]


class ReadsLongListsToTheEnd(BrokenStore):
    def listed(self, listing: Listing[object], /) -> Sequence[Key[object]]:
        return self.work.listed(listing.kind.under(listing.word))


class SkipsThoseThatBeginAlike(BrokenStore):
    def named(
        self, kind: Kind[object], prefix: str, /, *, after: str = "", limit: int = 1000
    ) -> Sequence[Key[object]]:
        return self.work.named(kind, prefix, after=after and f"{after}~", limit=limit)


class SortsListsAsPeopleDo(BrokenStore):
    def listed(self, listing: Listing[object], /) -> Sequence[Key[object]]:
        return sorted(self.work.listed(listing), key=lambda key: key.id.lower())


class MixesUpCase(BrokenStore):
    def get(self, keys: Iterable[Key[object]], /) -> Mapping[Key[object], Versioned]:
        by_small = {(key.kind, key.id.lower()): key for key in sorted(self.right._rows, key=str)}
        wanted = {key: by_small.get((key.kind, key.id.lower()), key) for key in keys}
        found = self.work.get(wanted.values())
        return {key: found[same] for key, same in wanted.items()}


class CountsWrong(BrokenStore):
    """Takes a write at whichever version it says that it is."""

    def save(self, saving: Saving, /) -> None:
        with self.right._lock:
            self.right._compare(saving)
            self.right._set(saving, {key: _kept(key, one) for key, one in saving.writes.items()})


class HasNoFloor(BrokenStore):
    """Compares and sets, and leaves margins to those who ask nicely."""

    def save(self, saving: Saving, /) -> None:
        ensure_counted(saving)
        with self.right._lock:
            self.right._compare(saving)
            self.right._set(saving, {key: _kept(key, one) for key, one in saving.writes.items()})


class ForgetsMargins(BrokenStore):
    def get(self, keys: Iterable[Key[object]], /) -> Mapping[Key[object], Versioned]:
        return {
            key: attrs.evolve(one, margin=None) for key, one in self.work.get(list(keys)).items()
        }


def _pause() -> None:
    """Let another thread go on: what can go wrong between two steps, shall."""
    sleep(0.0005)


def _moved(saving: Saving, at: Mapping[Key[object], int]) -> Saving:
    """*saving* as if it had read everything at the versions of now."""
    writes = {}
    for key, write in saving.writes.items():
        by = at[key] - saving.expected[key]
        events = tuple(attrs.evolve(one, version=one.version + by) for one in write.events)
        writes[key] = attrs.evolve(write, version=write.version + by, events=events)
    return attrs.evolve(saving, writes=writes, expected=at)


STORES: Mapping[type[BrokenStore], str] = {
    LastWriterWins: "test_the_second_of_two_writers_loses",
    ForgetsGuards: "test_a_guard_is_compared_too",
    ForgetsGuardsThatAreNotThere: "test_two_who_guard_that_the_other_is_not_there_do_not_both_win",
    LeavesGuardsBehind: "test_a_guard_that_holds_changes_nothing",
    ComparesBeforeItLocks: "test_two_who_guard_what_the_other_writes_do_not_both_win",
    SavesByHalves: "test_an_update_that_comes_second_loses",
    TearsReads: "test_one_unit_of_work_sees_one_moment",
    NeverForgets: "test_what_is_saved_can_be_read",
    LosesKeysOfTheSecondPage: "test_many_keys_are_read_at_once",
    ForgetsAnswers: "test_an_answer_is_kept_with_the_rest",
    AnswersTwice: "test_a_command_is_answered_once",
    KeepsTodosTwice: "test_a_repeated_todo_is_the_same_one",
    DoesTodosTwice: "test_a_todo_is_done_once",
    AddsTodosFirst: "test_a_todo_may_be_postponed",
    ForgetsWhatIsDueThisMoment: "test_todos_come_when_they_are_due",
    RoundsInstants: "test_a_todo_comes_back_as_it_was",
    LosesTheZone: "test_an_event_keeps_its_envelope",
    SortsTodosById: "test_todos_come_when_they_are_due",
    SkipsInTheOutbox: "test_a_page_is_no_longer_than_its_limit",
    ShowsPlacesTooEarly: "test_whoever_follows_the_outbox_misses_nothing",
    SortsHistoryById: "test_a_history_is_in_the_order_of_saving",
    LooksAtWhenThingsOccurred: "test_what_happened_since_a_moment_is_found",
    GivesEventsInItsOwnOrder: "test_events_are_found_by_id_in_the_order_asked",
    TakesEventsTwice: "test_an_event_id_is_used_once",
    ForgetsToMoveLists: "test_a_list_follows_the_state",
    ReadsLongListsToTheEnd: "test_a_long_list_may_be_read_in_part",
    SkipsThoseThatBeginAlike: "test_keys_are_found_by_how_their_ids_begin",
    SortsListsAsPeopleDo: "test_a_list_has_those_that_are_on_it_by_id",
    MixesUpCase: "test_keys_differ_by_kind_and_by_every_letter",
    HasNoFloor: "test_a_margin_below_zero_is_never_kept",
    ForgetsMargins: "test_a_margin_is_kept_with_its_state",
    CountsWrong: "test_a_write_counts_on_from_what_it_expects",
}


@pytest.mark.parametrize("name", [name for name in dir(Hasty) if name.startswith("test_")])
def test_the_wrapper_itself_breaks_nothing(name: str, fails: Fails) -> None:
    """Otherwise it would be the wrapper that the suite catches."""
    assert not fails(Hasty, name, BrokenStore())


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.__name__)
def test_the_suite_catches_a_broken_store(store: type[BrokenStore], fails: Fails) -> None:
    """By the very test that is there for it."""
    assert fails(Hasty, STORES[store], store())


def test_every_way_to_break_a_store_is_tried() -> None:
    """No broken store is forgotten in the table."""
    assert set(BrokenStore.__subclasses__()) == set(STORES)

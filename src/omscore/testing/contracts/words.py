"""What the storage suite keeps: words that somebody said, and notes about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from time import monotonic, sleep

from attrs import frozen

from omscore.adapters.codec import Codec
from omscore.kernel.ids import CommandId
from omscore.kernel.keys import Key, Kind, Versioned
from omscore.kernel.recorded import Context, Recorded, record
from omscore.kernel.todo import Todo
from omscore.ports.storage import Answer, Outgoing, Saving, Storage, Write

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@frozen
class Word:
    """A state: what was said last, and the list that it is on."""

    text: str
    list: str | None = None


@frozen
class Said:
    """An event."""

    text: str
    list: str | None = None


@frozen
class Say:
    """A command."""

    text: str


@frozen
class Note:
    """The state of a process."""

    text: str


def _say(_: Word | None, /, *events: Said) -> Word:
    return Word(events[-1].text, events[-1].list)


def _listed(word: Word) -> str | None:
    return word.list


WORD: Kind[Word] = Kind("contract.word", Word, _say, (Said,), listed=_listed)
OTHER: Kind[Word] = Kind("contract.other", Word, _say, (Said,), listed=_listed)
COUNT: Kind[Word] = Kind("contract.count", Word, _say, (Said,), margin=lambda word: int(word.text))
NOTE: Kind[Note] = Kind("contract.note", Note)


def codec() -> Codec:
    """The codec for stores that keep text: what the store under proof is to be built with."""
    return Codec.of(
        (WORD, OTHER, COUNT, NOTE),
        {"contract.say": Say},
        events={"contract.said": Said},
    )


def saying(
    command: str,
    *words: tuple[Key[Word], int, str],
    listed: str | None = None,
    guards: Mapping[Key[object], int] | None = None,
    todos: Sequence[Todo] = (),
    done: Sequence[str] = (),
    answer: Answer | None = None,
) -> Saving:
    """What *command* saves that says each text once, at its key, expected at that version."""
    context = Context(now=NOON, actor="contract", command=CommandId(command))
    writes = dict[Key[object], Write]()
    expected = dict[Key[object], int](guards or {})
    for ordinal, (key, version, text) in enumerate(words):
        said = record(key, version + 1, Said(text, listed), ordinal, context)
        writes[key] = Write(Word(text, listed), version + 1, (said,))
        expected[key] = version
    return Saving(writes=writes, expected=expected, todos=todos, done=done, answer=answer)


def save(storage: Storage, *savings: Saving) -> None:
    """Keep *savings*, each in a unit of work of its own."""
    for saving in savings:
        with storage.begin() as work:
            work.save(saving)


def at(storage: Storage, *keys: Key[object]) -> list[Versioned]:
    """What is kept at *keys* now, in that order."""
    with storage.begin() as work:
        found = work.get(keys)
    return [found[key] for key in keys]


def history(storage: Storage, *keys: Key[object]) -> list[Recorded[object]]:
    """Every event of *keys*, as it is kept now."""
    with storage.begin() as work:
        return list(work.history(*keys))


def due(storage: Storage, until: datetime = NOON, limit: int = 100) -> list[Todo]:
    """What is due by *until*, as it is kept now."""
    with storage.begin() as work:
        return list(work.todo(until, limit=limit))


def on(
    storage: Storage, kind: Kind[Word], word: str, *, most: int | None = None
) -> list[Key[object]]:
    """The keys on a list, as it is kept now."""
    with storage.begin() as work:
        return list(work.listed(kind.under(word, most=most)))


def answered(storage: Storage, command: str) -> Answer | None:
    """What is kept about *command* now."""
    with storage.begin() as work:
        return work.answer(command)


class Patient:
    """A suite that waits a while for what a store may hold back."""

    patience_s: float = 10
    """How long the outbox may take to show what was saved, in seconds."""

    def sent(self, storage: Storage, many: int, *, limit: int = 1000) -> list[Outgoing]:
        """The first *many* events of the outbox, page by page.

        A store may hold an event back until those that began to be saved before it are settled,
        so this waits; when patience ends, it gives what there is.
        """
        found, late = list[Outgoing](), monotonic() + self.patience_s
        while len(found) < many:
            with storage.begin() as work:
                page = work.outbox(found[-1].position if found else 0, limit=limit)
            if not page and monotonic() > late:
                break
            found += page
            if not page:
                sleep(0.01)
        return found

"""Read, decide, verify, save: the one place where deciding meets storing, for every command."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import ClassVar, TypeVar

import attrs
from attrs import frozen

from omscore.kernel.errors import Conflict, Refused, ensure
from omscore.kernel.keys import Change, Changes, Key, Seen, Since, Unread, Versioned
from omscore.kernel.reason import Reason
from omscore.kernel.recorded import Context, Recorded, record
from omscore.kernel.todo import Todo
from omscore.ports.storage import Answer, Saving, Storage, UnitOfWork, Write
from omscore.runtime.dispatch import Dispatch, Handler

C = TypeVar("C")
T = TypeVar("T")
ROUNDS = 4
LISTS = 100
ATTEMPTS = 5
Pause = Callable[[int], None]
Get = Callable[[Iterable[Key[object]]], Mapping[Key[object], Versioned]]


def at_once(_: int) -> None:
    """Do not wait between attempts."""


@frozen
class KeyReused(Reason):
    """The idempotency key was used before, for something else."""

    code: ClassVar[str] = "command.key-reused"
    key: str

    def __str__(self) -> str:
        return f"the key {self.key} was used for another command"


@frozen
class Outcome:
    """What a command led to: its events, and the todos that were stored with them.

    *repeated* says that it was done before, and these are the events of that time.
    """

    events: Sequence[Recorded[object]]
    todos: Sequence[Todo] = ()
    repeated: bool = False


@frozen(kw_only=True)
class Envelope:
    """What surrounds a command on its way to storage.

    *root* is the command from which this one follows, itself as a rule.  *digest* stands for what
    was asked, where the caller wants to be protected against asking twice.  *done* are todos that
    are finished by this.
    """

    context: Context
    root: str
    digest: str | None = None
    done: Sequence[str] = ()


def handle(
    command: C,
    envelope: Envelope,
    dispatch: Dispatch,
    storage: Storage,
    *,
    attempts: int = ATTEMPTS,
    pause: Pause = at_once,
) -> Outcome:
    """What *command* led to, saved; `Conflict` after so many lost *attempts*.

    *pause* waits between attempts: the host decides how, and with which jitter.
    """
    handler = dispatch.handler(command)

    def decided(work: UnitOfWork) -> Outcome:
        return _handled(command, envelope, dispatch, handler, work)

    return rerun(decided, storage, attempts=attempts, pause=pause)


def rerun(
    attempt: Callable[[UnitOfWork], T],
    storage: Storage,
    *,
    attempts: int = ATTEMPTS,
    pause: Pause = at_once,
) -> T:
    """What *attempt* gives, begun again as often as another writer was faster."""
    for lost in range(1, attempts):
        try:
            with storage.begin() as work:
                return attempt(work)
        except Conflict:
            pause(lost)
    with storage.begin() as work:
        return attempt(work)


def _handled(
    command: C, envelope: Envelope, dispatch: Dispatch, handler: Handler[C], work: UnitOfWork
) -> Outcome:
    if envelope.digest is not None:
        before = work.answer(envelope.context.command)
        if before is not None:
            return _repeated(before, envelope.digest, work)
    now = envelope.context.now
    seen = read(lambda so_far: handler.reads(command, so_far), work.get, now)
    changes = decide(handler, command, seen, envelope.context, work)
    return save(changes, envelope, dispatch, work)


def save(
    changes: Changes,
    envelope: Envelope,
    dispatch: Dispatch,
    work: UnitOfWork,
    follow_ups: Sequence[Todo] = (),
) -> Outcome:
    """Check *changes* against the laws of their kinds, then keep them with all that follows."""
    ordinal = count()
    writes: dict[Key[object], Write] = {}
    recorded: list[Recorded[object]] = []
    for key, change in changes.told.items():
        key.kind.law(change.state)
        version = changes.version(key)
        events = tuple(
            record(key, version + n + 1, event, next(ordinal), _context(change, n, envelope))
            for n, event in enumerate(change.events)
        )
        writes[key] = Write(change.state, version + max(1, len(events)), events)
        recorded += events
    heard = [todo for event in recorded for todo in dispatch.hearers(event, envelope.root)]
    reminders = [
        Todo(id_, one.due, one.key, one.command, envelope.root)
        for id_, one in changes.reminders.items()
    ]
    todos = [*heard, *follow_ups, *reminders]
    answer = None
    if envelope.digest is not None:
        answer = Answer(envelope.context.command, envelope.digest, len(recorded))
    if writes or todos or envelope.done or answer:
        expected = {key: changes.version(key) for key in (*writes, *changes.guards)}
        work.save(
            Saving(writes=writes, expected=expected, todos=todos, done=envelope.done, answer=answer)
        )
    return Outcome(recorded, todos)


def _context(change: Change, place: int, envelope: Envelope) -> Context:
    """The circumstances of one event: those of the command, or those of its own source."""
    if (occurred := change.occurred.get(place)) is None:
        return envelope.context
    at, sequence = occurred
    return attrs.evolve(envelope.context, occurred_at=at, sequence=sequence)


def _repeated(before: Answer, digest: str, work: UnitOfWork) -> Outcome:
    if before.digest != digest:
        raise Refused(KeyReused(before.command))
    ids = [f"{before.command}/{ordinal}" for ordinal in range(before.events)]
    return Outcome(work.events(ids), repeated=True)


def read(wanted: Callable[[Seen], Iterable[Key[object]]], get: Get, now: datetime) -> Seen:
    """Everything that is *wanted*; it may ask again for what the last round showed."""
    found = dict[Key[object], Versioned]()
    for round_ in count(1):
        keys = [key for key in wanted(Seen(found, now)) if key not in found]
        if not keys:
            break
        ensure(round_ <= ROUNDS, f"a handler reads in at most {ROUNDS} rounds")
        found |= get(dict.fromkeys(keys))
    return Seen(found, now)


def decide(
    handler: Handler[C], command: C, seen: Seen, context: Context, work: UnitOfWork
) -> Changes:
    """What *handler* decides; lists are read when it turns out to need them."""
    for _ in range(LISTS):
        try:
            return handler.decide(command, seen, context)
        except Unread as unread:
            seen = _with(seen, unread, work)
    return handler.decide(command, seen, context)


def _with(seen: Seen, unread: Unread, work: UnitOfWork) -> Seen:
    """What was *seen*, with what was not read: lists and every state on them, keys, and pasts."""
    lists = {listing: work.listed(listing) for listing in unread.listings}
    keys = dict.fromkeys([*unread.keys, *(key for on in lists.values() for key in on)])
    more = work.get(key for key in keys if key not in seen.found)
    pasts = _pasts(unread.pasts, work)
    return Seen({**seen.found, **more}, seen.now, {**seen.lists, **lists}, {**seen.pasts, **pasts})


def _pasts(asked: Sequence[Since], work: UnitOfWork) -> Mapping[Since, Sequence[object]]:
    """What occurred after the moments asked for, by the word of its source.

    A thing is recorded after it occurred, so only what was recorded since is looked at.
    """
    found = dict[Since, Sequence[object]]()
    for moment in dict.fromkeys(one.moment for one in asked):
        keys = [one.key for one in asked if one.moment == moment]
        told = defaultdict[Key[object], list[object]](list)
        for one in work.since(moment, *keys):
            if one.occurred_at > moment:
                told[one.key].append(one.event)
        found |= {Since(key, moment): told[key] for key in keys}
    return found

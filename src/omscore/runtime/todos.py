"""Working off what waits: reactions of processes, deadlines, follow-ups.

Each todo is one transaction: what it changes, its deletion, and what follows from it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from omscore.kernel.errors import Conflict, Refused, Unavailable
from omscore.kernel.ids import command_id, derived
from omscore.kernel.keys import Changes, Seen
from omscore.kernel.recorded import Context
from omscore.kernel.todo import Hear, Later, Todo
from omscore.orchestration.work_items import OpenWorkItem
from omscore.ports.storage import Saving, Storage, UnitOfWork
from omscore.runtime.dispatch import Dispatch
from omscore.runtime.handling import Envelope, Outcome, Pause, at_once, handle, rerun, save

ACTOR = "omscore"
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(days=1)


def work(
    todo: Todo, now: datetime, dispatch: Dispatch, storage: Storage, *, pause: Pause = at_once
) -> Outcome:
    """Work one todo; nothing happens if somebody else has worked it.

    A refused one becomes a work item.  One that fails for want of a port is put off, twice as
    long each time, until a day lies between tries.
    """
    context = Context(now=now, actor=ACTOR, command=command_id(todo.id))
    envelope = Envelope(context=context, root=todo.causation, done=(todo.id,))
    try:
        if isinstance(todo.command, Hear):
            event = todo.command.event
            return rerun(
                lambda work: _heard(event, todo, envelope, dispatch, work), storage, pause=pause
            )
        return handle(todo.command, envelope, dispatch, storage, pause=pause)
    except Conflict:
        return Outcome(())
    except Refused as refusal:
        return handle(_item(todo, refusal), envelope, dispatch, storage, pause=pause)
    except Unavailable:
        return _put_off(todo, now, storage)


def drain(
    todos: Iterable[Todo], now: datetime, dispatch: Dispatch, storage: Storage, **pause: Pause
) -> list[Outcome]:
    """Work *todos* and whatever follows from them, as far as it is due *now*, earliest first."""
    waiting = [(todo.due, todo.id, todo) for todo in todos if todo.due <= now]
    heapq.heapify(waiting)
    outcomes = []
    while waiting:
        _, _, todo = heapq.heappop(waiting)
        outcomes.append(outcome := work(todo, now, dispatch, storage, **pause))
        for more in outcome.todos:
            if more.due <= now:
                heapq.heappush(waiting, (more.due, more.id, more))
    return outcomes


def _heard(
    event: str, todo: Todo, envelope: Envelope, dispatch: Dispatch, work: UnitOfWork
) -> Outcome:
    found = work.get([todo.key])
    [recorded] = work.events([event])
    seen = Seen(found, envelope.context.now)
    process = dispatch.process(todo.key.kind)
    state, wanted = process.react(seen.get(todo.key), recorded)
    changes = Changes(seen)
    if state != seen.get(todo.key):
        changes.keep(todo.key, state)
    follow_ups = [_follow_up(todo, n, later) for n, later in enumerate(wanted)]
    return save(changes, envelope, dispatch, work, follow_ups)


def _follow_up(todo: Todo, ordinal: int, later: Later) -> Todo:
    id_ = derived(todo.id, ordinal)
    return Todo(id_, later.due, todo.key, later.command, todo.causation)


def _item(todo: Todo, refusal: Refused) -> OpenWorkItem:
    reasons = tuple(reason.noted() for reason in refusal.reasons)
    return OpenWorkItem(todo.id, str(todo.key), type(todo.command).__name__, reasons)


def _put_off(todo: Todo, now: datetime, storage: Storage) -> Outcome:
    wait = min(FIRST_WAIT * 2 ** min(todo.tries, 16), LONGEST_WAIT)
    again = attrs.evolve(todo, due=now + wait, tries=todo.tries + 1)
    with storage.begin() as work:
        work.save(Saving(todos=(again,), done=(todo.id,)))
    return Outcome((), (again,))

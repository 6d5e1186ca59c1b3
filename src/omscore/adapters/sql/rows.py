"""Rows of the tables, from what the port speaks of, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from attrs import frozen

from omscore.adapters.codec import Codec
from omscore.adapters.sql.recent import Decoded
from omscore.kernel.errors import ensure
from omscore.kernel.ids import CommandId
from omscore.kernel.keys import Key
from omscore.kernel.recorded import Recorded
from omscore.kernel.todo import Todo
from omscore.ports.storage import Answer, Saving, Write

Row = Sequence[Any]


@lru_cache(maxsize=1024)
def instant_text(moment: datetime) -> str:
    """*moment* in UTC, always to the microsecond, so that it sorts as text."""
    ensure(moment.tzinfo is not None, "an instant has a zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def digest(text: str) -> int:
    """What stands for *text*, in 64 bits with a sign."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)


@frozen
class Rows:
    """Rows of one tenant, in the order of the columns."""

    codec: Codec
    tenant: str

    def written(self, key: Key[object], write: Write) -> tuple[Row, Decoded]:
        """The row for a state, and what to remember of it."""
        body = self.codec.write_state(key.kind.name, write.state)
        sum_, word, margin = (
            digest(body),
            key.kind.listed(write.state),
            key.kind.margin(write.state),
        )
        row = (self.tenant, key.kind.name, key.id, write.version, word, margin, sum_, body)
        return row, Decoded(sum_, write.state, len(body))

    def read(self, key: Key[object], sum_: int, body: str) -> Decoded:
        """The state that is kept at *key*."""
        return Decoded(sum_, self.codec.read_state(key.kind.name, body), len(body))

    def told(self, one: Recorded[object]) -> tuple[Any, ...]:
        """The row for an event, without its place."""
        name, shape, body = self.codec.write_event(one.event)
        return (
            self.tenant,
            one.id,
            one.key.kind.name,
            one.key.id,
            one.version,
            name,
            shape,
            body,
            instant_text(one.occurred_at),
            instant_text(one.recorded_at),
            one.actor,
            one.causation,
            one.sequence,
        )

    def recorded(self, row: Row) -> Recorded[object]:
        """The event that a row, from its id on, keeps."""
        id_, kind, key_id, version, name, shape, body, occurred, at, actor, causation, number = row
        return Recorded(
            id=id_,
            key=self.codec.key(kind, key_id),
            version=version,
            event=self.codec.read_event(name, shape, body),
            occurred_at=datetime.fromisoformat(occurred),
            recorded_at=datetime.fromisoformat(at),
            actor=actor,
            causation=CommandId(causation),
            sequence=number,
        )

    def waiting(self, todo: Todo) -> Row:
        """The row for a todo."""
        return (
            self.tenant,
            todo.id,
            instant_text(todo.due),
            todo.key.kind.name,
            todo.key.id,
            self.codec.write_command(todo.command),
            todo.causation,
            todo.tries,
        )

    def todo(self, row: Row) -> Todo:
        """The todo that a row, from its id on, keeps."""
        id_, due, kind, key_id, command, causation, tries = row
        return Todo(
            id_,
            datetime.fromisoformat(due),
            self.codec.key(kind, key_id),
            self.codec.read_command(command),
            causation,
            tries,
        )

    def packed(self, saving: Saving) -> Packed:
        """Everything that *saving* asks for, ready to be sent."""
        changed, added = list[Row](), list[Row]()
        decoded = dict[Key[object], Decoded]()
        for key in sorted(saving.writes, key=_named):
            row, decoded[key] = self.written(key, saving.writes[key])
            expected = saving.expected[key]
            if expected:
                changed.append((*row[3:], *row[:3], expected))
            else:
                added.append(row)
        events = [one for write in saving.writes.values() for one in write.events]
        guards = sorted(saving.expected.keys() - saving.writes.keys(), key=_named)
        return Packed(
            changed=changed,
            added=added,
            guards=[(key, saving.expected[key]) for key in guards],
            told=[self.told(one) for one in events],
            done=[(self.tenant, id_) for id_ in sorted(set(saving.done))],
            waiting=[self.waiting(todo) for todo in sorted(saving.todos, key=lambda one: one.id)],
            replies=[self.reply(saving.answer)] if saving.answer else [],
            decoded=decoded,
        )

    def reply(self, answer: Answer) -> Row:
        """The row for an answer."""
        return (self.tenant, answer.command, answer.digest, answer.events)


@frozen(kw_only=True)
class Packed:
    """A `Saving` as rows, each table in the order of its keys, and the states in it."""

    changed: Sequence[Row]
    added: Sequence[Row]
    guards: Sequence[tuple[Key[object], int]]
    told: Sequence[tuple[Any, ...]]
    done: Sequence[Row]
    waiting: Sequence[Row]
    replies: Sequence[Row]
    decoded: dict[Key[object], Decoded]


def _named(key: Key[object]) -> tuple[str, str]:
    return key.kind.name, key.id

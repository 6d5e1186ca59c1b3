"""Who asked and when; and every event in its envelope."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

from attrs import field, frozen

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import CommandId, command_id
from omscore.kernel.keys import Key
from omscore.kernel.moments import instant

E_co = TypeVar("E_co", covariant=True)


def occurrence(value: datetime | None) -> datetime | None:
    """A converter: when a thing occurred, or None."""
    return None if value is None else instant(value, "occurred_at")


def running_number(_: object, __: object, value: int | None) -> None:
    """A validator: the running number of a source, or None."""
    if value is not None and (type(value) is not int or not -(2**63) <= value < 2**63):
        raise Unreadable("a whole number of at most 64 bits", "$.sequence")


@frozen
class Stamp:
    """When a *source* said something: its own time, and its running number if it has one."""

    source: str
    at: datetime
    sequence: int | None = None

    def after(self, other: Stamp) -> bool:
        """Whether this was said after *other*: by number within one source, else by time."""
        if self.source == other.source and self.sequence is not None is not other.sequence:
            return self.sequence > other.sequence
        return self.at > other.at


@frozen(kw_only=True)
class Context:
    """The circumstances of one command; `now` is read once, by the shell.

    *occurred_at* and *sequence* are the time and the running number that the source of a report
    gives; without them a thing occurs when it is recorded.
    """

    now: datetime = field(converter=instant)
    actor: str
    command: CommandId = field(converter=command_id)
    tenant: str = "default"
    occurred_at: datetime | None = field(default=None, converter=occurrence)
    sequence: int | None = field(default=None, validator=running_number)

    @property
    def stamp(self) -> Stamp:
        """When the source said this; now, unless it gives a time of its own."""
        return Stamp(self.actor, self.occurred_at or self.now, self.sequence)

    @property
    def may_be_late(self) -> bool:
        """Whether the source says when a thing occurred; without that it occurs now."""
        return self.occurred_at is not None or self.sequence is not None


@frozen(kw_only=True)
class Recorded(Generic[E_co]):
    """An event, told once and kept for ever.  Its id follows from command and ordinal."""

    id: str
    key: Key[object]
    version: int
    event: E_co
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    causation: CommandId
    sequence: int | None = None


def record(
    key: Key[object], version: int, event: object, ordinal: int, context: Context
) -> Recorded[object]:
    """*event* in its envelope."""
    return Recorded(
        id=f"{context.command}/{ordinal}",
        key=key,
        version=version,
        event=event,
        occurred_at=context.occurred_at or context.now,
        recorded_at=context.now,
        actor=context.actor,
        causation=context.command,
        sequence=context.sequence,
    )

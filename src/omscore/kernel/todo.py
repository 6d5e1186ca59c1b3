"""Work that waits: reactions and deadlines are one table."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omscore.kernel.keys import Key


@frozen
class Hear:
    """A command to a process: take notice of the event of this id."""

    event: str


@frozen
class Later:
    """What a process wants done: this *command*, when it is *due*."""

    due: datetime
    command: object


@frozen
class Todo:
    """Give *command* to *key* when it is *due*; the id makes a repeated todo the same one.

    *causation* is the command that a person or another system gave, from which this follows.
    *tries* counts the times that working it has failed for want of a port.
    """

    id: str
    due: datetime
    key: Key[object]
    command: object
    causation: str
    tries: int = 0

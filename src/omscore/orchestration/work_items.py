"""Work items: what the library cannot decide is shown to a person, and never lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, assert_never

import attrs
from attrs import field, frozen

from omscore.kernel import ids
from omscore.kernel.errors import Broken, Refused
from omscore.kernel.keys import Changes, Key, Kind, Seen
from omscore.kernel.reason import Noted, Reason
from omscore.kernel.recorded import Context


@frozen
class OpenWorkItem:
    """Show a person that *task* waits at *subject*, and why."""

    item: str
    subject: str
    task: str
    reasons: tuple[Noted, ...]


def _item(value: str) -> str:
    return ids.checked(value, "item")


@frozen
class CloseWorkItem:
    """A person has seen to it."""

    item: str = field(converter=_item)


@frozen
class WorkItemOpened:
    """Something waits for a person."""

    item: str
    subject: str
    task: str
    reasons: tuple[Noted, ...]


@frozen
class WorkItemClosed:
    """Nothing waits any more."""


WorkItemEvent = WorkItemOpened | WorkItemClosed


@frozen
class NoSuchWorkItem(Reason):
    """No open work item has this id."""

    code: ClassVar[str] = "work-item.unknown"
    item: str

    def __str__(self) -> str:
        return f"there is no open work item {self.item}"


@frozen
class WorkItem:
    """What waits at which aggregate, and why."""

    item: str
    subject: str
    task: str
    reasons: tuple[Noted, ...]
    open: bool = True


def evolve(found: WorkItem | None, /, *events: WorkItemEvent) -> WorkItem:
    """The work item after *events*."""
    for event in events:
        match event:
            case WorkItemOpened():
                found = WorkItem(event.item, event.subject, event.task, event.reasons)
            case WorkItemClosed():
                if found is None:
                    raise Broken("a work item begins by being opened")
                found = attrs.evolve(found, open=False)
            case _:
                assert_never(event)
    if found is None:
        raise Broken("a work item begins by being opened")
    return found


def _listed(item: WorkItem) -> str | None:
    return "open" if item.open else None


WORK_ITEM = Kind("work-item", WorkItem, evolve, (WorkItemOpened, WorkItemClosed), listed=_listed)
OPEN_ITEMS = WORK_ITEM.under("open")


@frozen
class Opening:
    """Open a work item, once."""

    def reads(self, command: OpenWorkItem, seen: Seen) -> Iterable[Key[object]]:
        """The work item."""
        yield WORK_ITEM.key(command.item)

    def decide(self, command: OpenWorkItem, seen: Seen, context: Context) -> Changes:
        """A work item, unless it is there already."""
        key, changes = WORK_ITEM.key(command.item), Changes(seen)
        if changes.get(key) is None:
            opened = WorkItemOpened(command.item, command.subject, command.task, command.reasons)
            changes.tell(key, [opened])
        return changes


@frozen
class Closing:
    """Close a work item."""

    def reads(self, command: CloseWorkItem, seen: Seen) -> Iterable[Key[object]]:
        """The work item."""
        yield WORK_ITEM.key(command.item)

    def decide(self, command: CloseWorkItem, seen: Seen, context: Context) -> Changes:
        """Nothing waits any more; `Refused` if nothing did."""
        key, changes = WORK_ITEM.key(command.item), Changes(seen)
        found = changes.get(key)
        if found is None or not found.open:
            raise Refused(NoSuchWorkItem(command.item))
        changes.tell(key, [WorkItemClosed()])
        return changes

"""Given, when, then: aggregates, and whole shops, specified as stories.

A `Story` is about one aggregate, and is a value.  A `Shop` is about everything behind the front
door; it has a clock of its own, and lives as long as the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Generic, TypeVar

import pytest
from attrs import evolve, frozen

from omscore.adapters.clocks import FixedClock
from omscore.adapters.vocabulary import codec
from omscore.kernel.errors import OmsError, Refused
from omscore.kernel.keys import Evolve
from omscore.kernel.reason import Reason
from omscore.kernel.recorded import Recorded
from omscore.lifecycle.fulfillment.fulfillment import FULFILLMENT
from omscore.lifecycle.order.order import ORDER
from omscore.lifecycle.quote.quote import QUOTE
from omscore.lifecycle.returns.returns import RETURN
from omscore.oms import Oms, Receipt
from omscore.orchestration.work_items import WORK_ITEM

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E")
F = TypeVar("F", bound=OmsError)

TOLD = (ORDER, FULFILLMENT, RETURN, QUOTE, WORK_ITEM)


@frozen
class Story(Generic[S, C, E]):
    """An aggregate with a past, waiting for a command."""

    decide: Callable[[S | None, C], Sequence[E]]
    evolve: Evolve[S, E]
    state: S | None = None

    def given(self, *events: E) -> Story[S, C, E]:
        """The same story after *events*."""
        return evolve(self, state=self.evolve(self.state, *events)) if events else self

    def when(self, *commands: C) -> Story[S, C, E]:
        """The same story after *commands*, none of which may be refused."""
        story = self
        for command in commands:
            story = story.given(*story.decide(story.state, command))
        return story

    def leads(self, command: C, to: Sequence[E]) -> None:
        """Check that *command* makes exactly these events happen."""
        assert list(self.decide(self.state, command)) == list(to)

    def refuses(self, command: C, *because: Reason) -> None:
        """Check that *command* is turned down for these very reasons."""
        with pytest.raises(Refused) as refusal:
            self.decide(self.state, command)
        assert refusal.value.reasons == because


@frozen
class Shop:
    """A whole shop behind its front door, and the clock that tells it the time."""

    oms: Oms
    clock: FixedClock

    def given(self, *commands: object) -> Shop:
        """This shop after *commands*, none of which may be refused."""
        for command in commands:
            self.oms.do(command)
        return self

    def when(self, command: object, *, actor: str = "host") -> Receipt:
        """What *command* leads to; it may not be refused."""
        return self.oms.do(command, actor=actor)

    def after(self, time: timedelta) -> Shop:
        """This shop some time later; whatever fell due meanwhile was worked when it was due."""
        until = self.clock.at + time
        while due := self.oms.waiting(until, limit=1):
            self.clock.set(max(due[0].due, self.clock.at))
            self.oms.work()
        self.clock.set(until)
        return self

    def leads(self, command: object, to: Sequence[object]) -> Shop:
        """Check that *command* makes these events happen: each is given itself, or as its type.

        They are those of orders, work, returns, quotes and work items; what the ledgers write
        down of it is left out.
        """
        told = [one.event for one in self.oms.do(command).events if one.key.kind in TOLD]
        wanted = [*to, *[None] * len(told)]
        seen = [
            type(event) if isinstance(one, type) else event
            for event, one in zip(told, wanted, strict=False)
        ]
        assert seen == list(to)
        return self

    def refuses(self, command: object, *because: Reason) -> Shop:
        """Check that *command* is turned down for these very reasons, and changes nothing."""
        assert self._fails(command, Refused).reasons == because
        return self

    def ignores(self, report: object, because: Reason) -> Shop:
        """Check that *report* is recorded as ignored, for this very reason, and that is all."""
        [recorded] = self.oms.do(report).events
        assert type(recorded.event).__name__.endswith("Ignored")
        assert getattr(recorded.event, "why", None) == because.noted()
        return self

    def play(self, steps: Iterable[object]) -> list[str]:
        """What each step is answered: its events, or why it is refused.

        A step is a command, or a `timedelta` that passes.
        """
        answers = []
        for step in steps:
            before = len(self.events())
            if isinstance(step, timedelta):
                self.after(step)
                answers += [str(one.event) for one in self.events()[before:]]
                continue
            try:
                receipt = self.oms.do(step)
                answers += [str(one.event) for one in (*receipt.events, *receipt.followed)]
            except Refused as refusal:
                answers.append(str(refusal))
        return answers

    def events(self) -> Sequence[Recorded[object]]:
        """Everything that ever happened here, in the order of saving."""
        told: list[Recorded[object]] = []
        with self.oms.storage.begin() as work:
            after = 0
            while page := work.outbox(after):
                told += [outgoing.recorded for outgoing in page]
                after = page[-1].position
        return told

    def log(self) -> list[str]:
        """Everything that ever happened here, each event with its envelope as one row of text."""
        return [
            "|".join(
                [
                    *(one.id, str(one.key), str(one.version), one.actor, one.causation),
                    *(one.occurred_at.isoformat(), one.recorded_at.isoformat()),
                    *map(str, codec().write_event(one.event)),
                ]
            )
            for one in self.events()
        ]

    def _fails(self, command: object, error: type[F]) -> F:
        before = len(self.events())
        with pytest.raises(error) as raised:
            self.oms.do(command)
        assert len(self.events()) == before
        return raised.value

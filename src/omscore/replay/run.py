"""One run: the events of a scenario in time order, through the front door, on a simulated clock.

What is due at a moment is worked before what happens then.  The world hears of events only when
their moment has passed, so what it does rests on the same knowledge whether the run goes through in
one go, is taken up again, or is repeated: every command has a key that follows from its document,
order or fulfillment order, and one that was done is not done again.  A command that is refused
becomes a work item, and is not asked again either.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from attrs import define, field, frozen

from omscore.adapters.clocks import FixedClock
from omscore.kernel.errors import Refused, ensure
from omscore.kernel.ids import CommandId, derived
from omscore.kernel.reason import Reason
from omscore.kernel.recorded import Recorded
from omscore.oms import Oms
from omscore.orchestration.learning import Learn
from omscore.orchestration.planning import Planner
from omscore.orchestration.work_items import OpenWorkItem
from omscore.ports.storage import Outgoing
from omscore.replay.agenda import Agenda, Doing
from omscore.replay.counting import Tallies
from omscore.replay.figures import Figures
from omscore.replay.scenario import Scenario
from omscore.replay.world import Act, World
from omscore.runtime.configuration import Configuration
from omscore.sourcing.limits import AtMostParcels
from omscore.sourcing.policy import Policy as SourcingPolicy

RUN_ON_DAYS = 60
"""How long the world runs on after the last day, if something is left to do."""

ACTOR = "replay"
PAGE = 1_000


@frozen
class OtherHistory(Reason):
    """The store keeps something else than this scenario."""

    code: ClassVar[str] = "replay.other-history"
    found: str
    wanted: str

    def __str__(self) -> str:
        if self.found.startswith("replay."):
            return f"it keeps another scenario, {self.found}, and not this one, {self.wanted}"
        return f"it keeps something that no replay has written, and not scenario {self.wanted}"


@frozen
class Pace:
    """How far a run is: the simulated moment, and what was done so far."""

    at: datetime
    done: int
    repeated: int
    refused: int
    worked: int


@frozen
class Ran:
    """What one run did.

    Commands are *done*, *repeated* (they were done or refused before) or *refused*; todos are
    *worked* when their time comes.  *complete* says that nothing is left to do.
    """

    done: int
    repeated: int
    refused: int
    worked: int
    complete: bool


def name_of(scenario: Scenario) -> CommandId:
    """The command under which a store has learned of the scenario: it tells stores apart."""
    word = re.sub(r"[^A-Za-z0-9]+", "-", scenario.name).strip("-")[:32] or "scenario"
    return CommandId(derived("replay", word, scenario.digest))


def configuration(scenario: Scenario) -> Configuration:
    """The choices of a host that sources as the scenario says."""
    most = scenario.policy.most_parcels
    limits = () if most is None else (AtMostParcels(most),)
    return Configuration(planner=Planner(SourcingPolicy(limits=limits)))


def _unwatched(_: Pace) -> None:
    return None


@define
class Replay:
    """A run of *scenario* on *oms*, whose *clock* it moves; *watch* is told how far it is."""

    scenario: Scenario
    oms: Oms
    clock: FixedClock
    watch: Callable[[Pace], None] = _unwatched
    _world: World = field(init=False)
    _agenda: Agenda[Act] = field(factory=Agenda, init=False)
    _listener: Listener = field(init=False)
    _tallies: Tallies = field(init=False)
    _due: list[datetime] = field(factory=list, init=False)
    _refused_before: frozenset[str] = field(default=frozenset(), init=False)
    _done: int = field(default=0, init=False)
    _repeated: int = field(default=0, init=False)
    _refused: int = field(default=0, init=False)
    _worked: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self._world = World.of(self.scenario)
        self._listener = Listener(self.oms)
        self._tallies = Tallies.of(self.scenario)

    def run(self, until: date | None = None) -> Ran:
        """Run to the end of day *until*, or until nothing is left to do.

        `Refused` if the store keeps something else than this scenario.
        """
        self._check()
        self._refused_before = frozenset(item.item for item in self.oms.work_items())
        self._do(Doing(Learn(self.scenario.facts()), name_of(self.scenario), ACTOR))
        for coming in self._world.opening():
            self._agenda.add(coming)
        stop = self._stop(until)
        while (at := self._next_at(stop)) is not None:
            self._work(at)
            self._act(at)
            self.watch(Pace(at, self._done, self._repeated, self._refused, self._worked))
        for recorded in self._listener.rest():
            self._tallies.hear(recorded)
        complete = not len(self._agenda) and not self.oms.waiting(self._stop(None), limit=1)
        return Ran(self._done, self._repeated, self._refused, self._worked, complete)

    def figures(self) -> Figures:
        """The key figures after a run: of every event of the store, each heard once."""
        return self._tallies.result()

    def _check(self) -> None:
        first = self._listener.peek()
        if first is not None and first.causation != name_of(self.scenario):
            raise Refused(OtherHistory(first.causation, name_of(self.scenario)))

    def _stop(self, until: date | None) -> datetime:
        """The moment before which everything happens."""
        last = self.scenario.ends_at + timedelta(days=RUN_ON_DAYS)
        if until is None:
            return last
        zone = ZoneInfo(self.scenario.zone)
        return min(last, datetime.combine(until + timedelta(days=1), time(), zone).astimezone(UTC))

    def _next_at(self, stop: datetime) -> datetime | None:
        """When the next act happens, or a todo is due; None if nothing does before *stop*."""
        self._due = [todo.due for todo in self.oms.waiting(stop, limit=1)]
        self._hear(min([stop, *self._due]))
        acts = self._agenda.next_at
        at = min([stop, *self._due] if acts is None else [stop, acts, *self._due])
        return max(at, self.clock.at) if at < stop else None

    def _hear(self, stop: datetime) -> None:
        """Let the world hear what was recorded before the next act, and before *stop*.

        What it hears may put an act before all others, so it is asked again after each event.
        """
        while (recorded := self._listener.peek()) is not None:
            if recorded.recorded_at >= min(stop, self._agenda.next_at or stop):
                break
            self._listener.take()
            self._tallies.hear(recorded)
            for coming in self._world.hear(recorded):
                self._agenda.add(coming)

    def _work(self, at: datetime) -> None:
        """Work what is due by *at*, each todo when it is due, and what follows from it."""
        while self._due and self._due[0] <= at:
            self.clock.set(max(self._due[0], self.clock.at))
            self._worked += (worked := self.oms.work(limit=1))
            ensure(worked > 0, "nobody else works on the store of a replay")
            self._listener.more = True
            self._due = [todo.due for todo in self.oms.waiting(at, limit=1)]
        self.clock.set(at)

    def _act(self, at: datetime) -> None:
        """Let everything happen that happens at this moment."""
        while self._agenda.next_at is not None and self._agenda.next_at <= at:
            deed = self._world.act(self._agenda.take().act, at)
            for doing in deed.doings:
                self._do(doing)
            for coming in deed.coming:
                self._agenda.add(coming)

    def _do(self, doing: Doing) -> None:
        if doing.key in self._refused_before:
            self._repeated += 1
            return
        try:
            receipt = self.oms.do(doing.command, key=doing.key, actor=doing.actor)
        except Refused as refusal:
            self._refused += 1
            self._show(doing, refusal)
        else:
            self._done += not receipt.repeated
            self._repeated += receipt.repeated
        self._listener.more = True

    def _show(self, doing: Doing, refusal: Refused) -> None:
        """A person is to see what was refused, and why."""
        reasons = tuple(reason.noted() for reason in refusal.reasons)
        item = OpenWorkItem(doing.key, doing.key, type(doing.command).__name__, reasons)
        self.oms.do(item, key=derived("refused", doing.key), actor=ACTOR)


@define
class Listener:
    """Hears every event of a store, in the order of saving, one by one.

    *more* says that there may be events that it has not read.
    """

    oms: Oms
    more: bool = True
    _heard: int = 0
    _ahead: deque[Outgoing] = field(factory=deque)

    def peek(self) -> Recorded[object] | None:
        """The next event; None if there is none yet."""
        if self.more and not self._ahead:
            with self.oms.storage.begin() as unit:
                self._ahead.extend(unit.outbox(self._heard, limit=PAGE))
            self.more = len(self._ahead) == PAGE
        return self._ahead[0].recorded if self._ahead else None

    def take(self) -> None:
        """Pass over the event that was last seen."""
        self._heard = self._ahead.popleft().position

    def rest(self) -> Iterator[Recorded[object]]:
        """Every event that was not heard yet."""
        while (recorded := self.peek()) is not None:
            self.take()
            yield recorded

"""Looking back: how things stood when a plan was chosen, and what else could have been chosen.

States are folded from the events that were saved before the command that chose the plan.  The
recipe is asked again with what was known then; only if it gives the very same plan is anything said
of others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import ClassVar

import attrs
from attrs import frozen

from omscore.kernel.errors import Refused
from omscore.kernel.flow import Flow
from omscore.kernel.ids import NodeId
from omscore.kernel.keys import Changes, Key, Versioned
from omscore.kernel.reason import Reason
from omscore.kernel.recorded import Recorded
from omscore.lifecycle.order import order as orders
from omscore.lifecycle.order.messages import OrderEvent, PlanChosen, UnitsMoved
from omscore.network.plan import Decision
from omscore.orchestration.placing import needs_of_shares
from omscore.orchestration.planning import Planner
from omscore.orchestration.recovering import rejecting
from omscore.ports.storage import UnitOfWork
from omscore.runtime.handling import read
from omscore.sourcing import pipeline
from omscore.sourcing.question import Question
from omscore.sourcing.rules import CoolingDown
from omscore.sourcing.what_if import WhatIf, what_ifs


@frozen
class OtherPolicy(Reason):
    """The plan was chosen by a policy that is not the one at hand."""

    code: ClassVar[str] = "explain.other-policy"
    policy: str
    digest: str

    def __str__(self) -> str:
        return f"it was chosen by policy {self.policy} ({self.digest}), which is not at hand"


@frozen
class NotRebuilt(Reason):
    """There is no plan, or asked again the recipe gives another: it was chosen at another time."""

    code: ClassVar[str] = "explain.not-rebuilt"

    def __str__(self) -> str:
        return "it cannot be rebuilt from what was known when it was recorded"


@frozen
class Hindsight:
    """What was kept before *event* and all that was saved with it."""

    work: UnitOfWork
    event: Recorded[object]

    def get(self, keys: Iterable[Key[object]]) -> Mapping[Key[object], Versioned]:
        """The states of then; a process has no events, and so none."""
        asked = dict.fromkeys(keys)
        told = defaultdict[Key[object], list[object]](list)
        every = self.work.history(*asked, self.event.key)
        for one in takewhile(lambda one: one.causation != self.event.causation, every):
            told[one.key].append(one.event)
        return {key: _folded(key, told[key]) for key in asked}

    def before(self) -> list[OrderEvent]:
        """What had happened to the order itself when *event* did."""
        every = self.work.history(self.event.key)
        earlier = [one.event for one in every if one.version < self.event.version]
        return [event for event in earlier if isinstance(event, OrderEvent)]


def _folded(key: Key[object], events: Sequence[object]) -> Versioned:
    if not events or key.kind.evolve is None:
        return Versioned(None, 0)
    return Versioned(key.kind.evolve(None, *events), len(events))


def reconsidered(
    work: UnitOfWork, chosen: Recorded[object], planner: Planner, flow: Flow
) -> Sequence[WhatIf]:
    """What would have made a better plan than the one *chosen*; `Refused` where nobody can say."""
    event = chosen.event
    if not isinstance(event, PlanChosen):
        raise Refused(NotRebuilt())
    decision, policy = event.decision, planner.policy
    if decision.digest != policy.digest:
        raise Refused(OtherPolicy(decision.policy, decision.digest))
    question = _asked(Hindsight(work, chosen), decision, planner, flow)
    again = pipeline.source(question, policy)
    if (again.legs, again.short) != (decision.legs, decision.short):
        raise Refused(NotRebuilt())
    return what_ifs(question, policy, again)


def _asked(past: Hindsight, decision: Decision, planner: Planner, flow: Flow) -> Question:
    """What the planner was asked then."""
    before, now = past.before(), past.event.recorded_at
    order = orders.evolve(None, *before)
    rejections = Counter(
        node for one in before if isinstance(one, UnitsMoved) for node in rejecting(one)
    )
    needs = needs_of_shares(order, orders.ready(order, flow, "allocate"))
    seen = read(lambda so_far: planner.reads(so_far, needs), past.get, now)
    question = planner.question(Changes(seen), needs, now, order.id, _cooling(decision))
    return attrs.evolve(question, rejections=dict(rejections))


def _cooling(decision: Decision) -> frozenset[NodeId]:
    """The nodes that were passed over because they had rejected the order."""
    return frozenset(
        one.node
        for one in decision.passed_over
        if any(reason.code == CoolingDown.code for reason in one.reasons)
    )

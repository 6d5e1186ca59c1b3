"""The domain core of an order management system: the front door.

It re-exports what a host needs.  A name is imported when it is first used, so `import omscore`
costs next to nothing, and no adapter or extra is imported before somebody asks for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for type checkers and editors; `_HOMES` tells the interpreter the same
    from omscore.adapters.clocks import (
        CountingIds as CountingIds,
        FixedClock as FixedClock,
        RandomIds as RandomIds,
        SystemClock as SystemClock,
    )
    from omscore.adapters.memory import MemoryStore as MemoryStore
    from omscore.atp.feeds import BadRow as BadRow, FeedRow as FeedRow, TakeBatch as TakeBatch
    from omscore.atp.messages import (
        AdjustStock as AdjustStock,
        ChangeSupply as ChangeSupply,
        CountStock as CountStock,
        DispatchTransfer as DispatchTransfer,
        ExpectDemand as ExpectDemand,
        ExpectSupply as ExpectSupply,
        IssueStock as IssueStock,
        ReceiveStock as ReceiveStock,
        ReceiveSupply as ReceiveSupply,
        RegradeStock as RegradeStock,
        TrackStock as TrackStock,
        UntrackStock as UntrackStock,
    )
    from omscore.atp.requests import (
        Grant as Grant,
        Kept as Kept,
        Request as Request,
        ReserveStock as ReserveStock,
        Wanted as Wanted,
    )
    from omscore.atp.tickets import (
        CommitReservations as CommitReservations,
        ConsumeReservations as ConsumeReservations,
        ExtendReservations as ExtendReservations,
        FreeReservations as FreeReservations,
        MoveReservation as MoveReservation,
        ResizeReservation as ResizeReservation,
        Ticket as Ticket,
    )
    from omscore.atp.availability import (
        Answering as Answering,
        Availability as Availability,
        Protecting as Protecting,
    )
    from omscore.atp.protection import Protection as Protection, Segment as Segment
    from omscore.atp.safety import SafetyRule as SafetyRule, SafetyStock as SafetyStock
    from omscore.catalog.item import Component as Component, Item as Item
    from omscore.catalog.line import Line as Line, Substitute as Substitute
    from omscore.kernel.errors import (
        Broken as Broken,
        Conflict as Conflict,
        OmsError as OmsError,
        Refused as Refused,
        Unavailable as Unavailable,
        Unreadable as Unreadable,
    )
    from omscore.kernel.flow import Flow as Flow
    from omscore.kernel.money import (
        Money as Money,
        eur as eur,
        gbp as gbp,
        money as money,
        total as total,
        usd as usd,
    )
    from omscore.kernel.reason import Noted as Noted, Reason as Reason
    from omscore.kernel.recorded import Recorded as Recorded
    from omscore.lifecycle.fulfillment.chart import SHIP_FLOW as SHIP_FLOW
    from omscore.lifecycle.fulfillment.fulfillment import Fulfillment as Fulfillment
    from omscore.lifecycle.fulfillment.messages import (
        AcceptFulfillment as AcceptFulfillment,
        ArriveFulfillment as ArriveFulfillment,
        DeliverFulfillment as DeliverFulfillment,
        LoseFulfillment as LoseFulfillment,
        Missing as Missing,
        OfLot as OfLot,
        PackFulfillment as PackFulfillment,
        PickFulfillment as PickFulfillment,
        PutBackFulfillment as PutBackFulfillment,
        RecallFulfillment as RecallFulfillment,
        RejectFulfillment as RejectFulfillment,
        ReturnToSender as ReturnToSender,
        ShipFulfillment as ShipFulfillment,
    )
    from omscore.lifecycle.order.chart import UNIT_FLOW as UNIT_FLOW
    from omscore.lifecycle.order.messages import (
        CancelOrder as CancelOrder,
        CancelUnits as CancelUnits,
        HoldOrder as HoldOrder,
        LiftHold as LiftHold,
        MoveUnits as MoveUnits,
        PlaceOrder as PlaceOrder,
        ReleaseOrder as ReleaseOrder,
        RepromiseOrder as RepromiseOrder,
        SourceOrder as SourceOrder,
    )
    from omscore.lifecycle.quote.chart import QUOTE_FLOW as QUOTE_FLOW
    from omscore.lifecycle.quote.messages import (
        AcceptQuote as AcceptQuote,
        RenewQuote as RenewQuote,
        RequestQuote as RequestQuote,
        WithdrawQuote as WithdrawQuote,
    )
    from omscore.lifecycle.quote.quote import Quote as Quote
    from omscore.lifecycle.returns.chart import RETURN_FLOW as RETURN_FLOW
    from omscore.lifecycle.returns.messages import (
        AcceptReturn as AcceptReturn,
        AnnounceReturn as AnnounceReturn,
        CancelReturn as CancelReturn,
        Grade as Grade,
        GradeReturn as GradeReturn,
        ReceiveReturn as ReceiveReturn,
        RefuseReturn as RefuseReturn,
        RestockReturn as RestockReturn,
        Returning as Returning,
    )
    from omscore.lifecycle.returns.returns import Return as Return
    from omscore.network.facts import (
        Calendar as Calendar,
        Lane as Lane,
        Link as Link,
        Network as Network,
        Node as Node,
        PICKUP as PICKUP,
        STANDARD as STANDARD,
    )
    from omscore.network.hours import Opening as Opening
    from omscore.network.learned import Shipment as Shipment, learn as learn
    from omscore.network.pace import Pace as Pace
    from omscore.network.pacing import learn_pace as learn_pace
    from omscore.network.places import Destination as Destination, Point as Point, point as point
    from omscore.network.plan import Decision as Decision, Hop as Hop, Leg as Leg
    from omscore.network.transit import TransitTimes as TransitTimes
    from omscore.oms import Oms as Oms, Receipt as Receipt
    from omscore.orchestration.backlog import RankWaiting as RankWaiting
    from omscore.orchestration.backorders import ReallocateBacklog as ReallocateBacklog
    from omscore.orchestration.learning import Learn as Learn
    from omscore.orchestration.planning import Planner as Planner
    from omscore.orchestration.precedence import ByRank as ByRank
    from omscore.orchestration.recovering import Recovery as Recovery
    from omscore.orchestration.requesting import Reserving as Reserving
    from omscore.orchestration.returning import ReturnPolicy as ReturnPolicy
    from omscore.orchestration.supplying import Lapsing as Lapsing
    from omscore.orchestration.work_items import (
        CloseWorkItem as CloseWorkItem,
        WorkItem as WorkItem,
    )
    from omscore.ports.storage import Storage as Storage, UnitOfWork as UnitOfWork
    from omscore.ports.world import Clock as Clock, Ids as Ids
    from omscore.promise.options import Options as Options
    from omscore.promise.promise import Promise as Promise
    from omscore.runtime.audit import Difference as Difference
    from omscore.runtime.batching import Batching as Batching
    from omscore.runtime.configuration import Configuration as Configuration
    from omscore.runtime.feeding import Fed as Fed, Snapshot as Snapshot
    from omscore.sourcing.candidate import Candidate as Candidate
    from omscore.sourcing.costs import (
        Cost as Cost,
        Handling as Handling,
        Lateness as Lateness,
        Offer as Offer,
        PerLine as PerLine,
        Preference as Preference,
        Transport as Transport,
        Waiting as Waiting,
    )
    from omscore.sourcing.limits import (
        AtMostNodes as AtMostNodes,
        AtMostNodesPerLine as AtMostNodesPerLine,
        AtMostParcels as AtMostParcels,
        AtMostParcelsPerLine as AtMostParcelsPerLine,
        CompleteLines as CompleteLines,
        CompleteOrder as CompleteOrder,
        GroupsTogether as GroupsTogether,
        LeastSplit as LeastSplit,
        UnsplitBelow as UnsplitBelow,
    )
    from omscore.sourcing.need import Alternative as Alternative, Need as Need
    from omscore.sourcing.policy import Policy as Policy
    from omscore.sourcing.rules import DEFAULT_RULES as DEFAULT_RULES, Rule as Rule
    from omscore.views.standing import LineStanding as LineStanding, OrderStanding as OrderStanding
    from omscore.views.story import Story as Story

__version__ = "0.1.0"

_HOMES = {
    # the front door itself
    "oms": "Oms Receipt",
    "runtime.batching": "Batching",
    "runtime.configuration": "Configuration",
    "runtime.feeding": "Fed Snapshot",
    # facts
    "catalog.item": "Component Item",
    "catalog.line": "Line Substitute",
    "network.facts": "Calendar Lane Link Network Node PICKUP STANDARD",
    "network.hours": "Opening",
    "network.learned": "Shipment learn",
    "network.pace": "Pace",
    "network.pacing": "learn_pace",
    "network.places": "Destination Point point",
    "network.transit": "TransitTimes",
    # commands and reports
    "orchestration.learning": "Learn",
    "atp.feeds": "BadRow FeedRow TakeBatch",
    "atp.messages": (
        "AdjustStock ChangeSupply CountStock DispatchTransfer ExpectDemand ExpectSupply "
        "IssueStock ReceiveStock ReceiveSupply RegradeStock TrackStock UntrackStock"
    ),
    "atp.requests": "Grant Kept Request ReserveStock Wanted",
    "atp.tickets": (
        "CommitReservations ConsumeReservations ExtendReservations FreeReservations "
        "MoveReservation ResizeReservation Ticket"
    ),
    "lifecycle.order.messages": (
        "CancelOrder CancelUnits HoldOrder LiftHold MoveUnits PlaceOrder ReleaseOrder "
        "RepromiseOrder SourceOrder"
    ),
    "lifecycle.fulfillment.messages": (
        "AcceptFulfillment ArriveFulfillment DeliverFulfillment LoseFulfillment Missing "
        "OfLot PackFulfillment PickFulfillment PutBackFulfillment RecallFulfillment "
        "RejectFulfillment ReturnToSender ShipFulfillment"
    ),
    "lifecycle.returns.messages": (
        "AcceptReturn AnnounceReturn CancelReturn Grade GradeReturn ReceiveReturn RefuseReturn "
        "RestockReturn Returning"
    ),
    "lifecycle.quote.messages": "AcceptQuote RenewQuote RequestQuote WithdrawQuote",
    "orchestration.backlog": "RankWaiting",
    "orchestration.backorders": "ReallocateBacklog",
    "orchestration.work_items": "CloseWorkItem WorkItem",
    # availability
    "atp.availability": "Answering Availability Protecting",
    "atp.protection": "Protection Segment",
    "atp.safety": "SafetyRule SafetyStock",
    # answers
    "kernel.reason": "Noted Reason",
    "kernel.recorded": "Recorded",
    "promise.options": "Options",
    "promise.promise": "Promise",
    "views.standing": "LineStanding OrderStanding",
    "views.story": "Story",
    "network.plan": "Decision Hop Leg",
    "lifecycle.fulfillment.fulfillment": "Fulfillment",
    "lifecycle.quote.quote": "Quote",
    "lifecycle.returns.returns": "Return",
    "runtime.audit": "Difference",
    # errors
    "kernel.errors": "Broken Conflict OmsError Refused Unavailable Unreadable",
    # money
    "kernel.money": "Money eur gbp money total usd",
    # flows and policies
    "kernel.flow": "Flow",
    "lifecycle.order.chart": "UNIT_FLOW",
    "lifecycle.fulfillment.chart": "SHIP_FLOW",
    "lifecycle.returns.chart": "RETURN_FLOW",
    "lifecycle.quote.chart": "QUOTE_FLOW",
    "orchestration.planning": "Planner",
    "sourcing.policy": "Policy",
    "sourcing.need": "Alternative Need",
    "sourcing.candidate": "Candidate",
    "sourcing.rules": "DEFAULT_RULES Rule",
    "sourcing.limits": (
        "AtMostNodes AtMostNodesPerLine AtMostParcels AtMostParcelsPerLine CompleteLines "
        "CompleteOrder GroupsTogether LeastSplit UnsplitBelow"
    ),
    "sourcing.costs": "Cost Handling Lateness Offer PerLine Preference Transport Waiting",
    "orchestration.precedence": "ByRank",
    "orchestration.recovering": "Recovery",
    "orchestration.requesting": "Reserving",
    "orchestration.returning": "ReturnPolicy",
    "orchestration.supplying": "Lapsing",
    # ports, and the clocks and ids that come with them
    "ports.storage": "Storage UnitOfWork",
    "ports.world": "Clock Ids",
    "adapters.clocks": "CountingIds FixedClock RandomIds SystemClock",
    "adapters.memory": "MemoryStore",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    """Import *name* from its home, once (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

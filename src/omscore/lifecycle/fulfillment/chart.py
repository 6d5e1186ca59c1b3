"""How the work for one node travels, when it ends with a parcel: the ship chart."""

from __future__ import annotations

from statemachine import State, StateMachine

from omscore.kernel.flow import Flow


class ShipChart(StateMachine):
    """The stages of a fulfillment order that is shipped.

    A node may skip what it does not report: it can pick without accepting and ship without
    packing.  `ready` is a parcel at the place where the customer collects it, if somebody reports
    that; `shorted` is the end of one of which nothing could be found.
    """

    released = State(initial=True)
    accepted = State()
    picked = State()
    packed = State()
    recalled = State()
    shipped = State()
    ready = State()
    delivered = State(final=True)
    returned_to_sender = State(final=True)
    lost = State(final=True)
    rejected = State(final=True)
    shorted = State(final=True)
    canceled = State(final=True)

    accept = released.to(accepted)
    reject = released.to(rejected) | accepted.to(rejected)
    pick = released.to(picked) | accepted.to(picked)
    pack = picked.to(packed)
    short = released.to(shorted) | accepted.to(shorted) | picked.to(shorted) | packed.to(shorted)
    recall = picked.to(recalled) | packed.to(recalled)
    put_back = recalled.to(canceled)
    cancel = released.to(canceled) | accepted.to(canceled)
    ship = (
        released.to(shipped)
        | accepted.to(shipped)
        | picked.to(shipped)
        | packed.to(shipped)
        | recalled.to(shipped)
    )
    arrive = shipped.to(ready)
    deliver = shipped.to(delivered) | ready.to(delivered)
    return_to_sender = shipped.to(returned_to_sender) | ready.to(returned_to_sender)
    lose = shipped.to(lost) | ready.to(lost)


SHIP_FLOW = Flow.of(ShipChart)

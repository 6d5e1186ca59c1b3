"""How one ordered unit travels.  Declared in the order of progress: canceled ranks last."""

from __future__ import annotations

from statemachine import State, StateMachine

from omscore.kernel.flow import Flow


class UnitChart(StateMachine):
    """The stages of a unit, and the moves between them.

    `open` units have no place yet, `backordered` ones wait for supply without a date.  From
    `allocated` until `shipped` a unit holds stock.  `recalled` units were asked back from a node
    that had picked them; `ready` ones are where they are collected, as of a parcel to a store.
    """

    open = State(initial=True)
    backordered = State()
    allocated = State()
    released = State()
    picked = State()
    packed = State()
    recalled = State()
    shipped = State()
    ready = State()
    delivered = State(final=True)
    returned_to_sender = State(final=True)
    lost = State(final=True)
    canceled = State(final=True)

    allocate = open.to(allocated) | backordered.to(allocated)
    backorder = open.to(backordered)
    replan = allocated.to(open)
    release = allocated.to(released)
    reject = released.to(open)
    short = allocated.to(open) | released.to(open) | picked.to(open) | packed.to(open)
    pick = released.to(picked)
    pack = picked.to(packed)
    recall = picked.to(recalled) | packed.to(recalled)
    put_back = recalled.to(canceled)
    ship = released.to(shipped) | picked.to(shipped) | packed.to(shipped) | recalled.to(shipped)
    arrive = shipped.to(ready)
    deliver = shipped.to(delivered) | ready.to(delivered)
    return_to_sender = shipped.to(returned_to_sender) | ready.to(returned_to_sender)
    lose = shipped.to(lost) | ready.to(lost)
    cancel = (
        open.to(canceled)
        | backordered.to(canceled)
        | allocated.to(canceled)
        | released.to(canceled)
    )


UNIT_FLOW = Flow.of(UnitChart)

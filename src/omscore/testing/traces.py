"""Traces: what a shop may be asked, told and made to wait for, as Hypothesis strategies.

A trace makes sense most of the time, for it remembers what was asked before.  Now and then it names
what is not there, comes again, or comes too late: callers do that too.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from omscore.atp import messages as stock
from omscore.atp.entries import DEMAND_KINDS
from omscore.atp.position import CONDITIONS
from omscore.atp.stocktakes import COUNTS
from omscore.lifecycle.fulfillment import messages as work
from omscore.lifecycle.order import messages as order
from omscore.lifecycle.quote import messages as quote
from omscore.lifecycle.returns import messages as back
from omscore.testing.builders import DAY, day
from omscore.testing.carts import redeem, reserve
from omscore.testing.known import TTLS, WAITS, Draw, Known, Next, Step, one
from omscore.testing.strategies import NODES, REGIONS, SKUS, lines, orders, quantities, seldom

# --- orders -----------------------------------------------------------------------------------


def place(draw: Draw, known: Known) -> Sequence[Step]:
    """A new order, or one of that name again."""
    name = one(draw, [f"o-{len(known.orders) + 1}"], "o-1")
    placed = draw(orders(order=name, most_lines=2))
    if name not in known.orders:
        known.orders[name] = {line.id: line.quantity for line in placed.lines}
        known.fulfillments += [f"{name}.1"] * 3 + [f"{name}.2"]
    return [placed]


def ask_order(draw: Draw, known: Known) -> Sequence[Step]:
    """Something of an order: cancel, hold, lift, source, release."""
    name = one(draw, list(known.orders), "o-99")
    line = one(draw, list(known.orders.get(name, ["1"])), "9")
    hold = draw(st.sampled_from(["h-1", "h-2"]))
    held = st.sampled_from([("release",), ("release", "cancel"), ("allocate",)])
    avoid = st.lists(st.sampled_from(NODES), max_size=1)
    return [
        draw(
            st.one_of(
                st.builds(
                    order.CancelUnits, st.just(name), line=st.just(line), quantity=quantities(3)
                ),
                st.builds(
                    order.HoldOrder,
                    st.just(name),
                    hold=st.just(hold),
                    reason=st.just("fraud"),
                    moves=held,
                ),
                st.just(order.LiftHold(name, hold=hold)),
                st.just(order.CancelOrder(name)),
                st.builds(order.SourceOrder, st.just(name), avoid=avoid),
                st.just(order.ReleaseOrder(name)),
            )
        )
    ]


# --- work -------------------------------------------------------------------------------------


def report(draw: Draw, known: Known) -> Sequence[Step]:
    """What a node or a carrier says of one fulfillment order, in any sequence."""
    of = one(draw, known.fulfillments, "o-1.9")
    missing = st.lists(
        st.builds(work.Missing, st.sampled_from(["1", "1", "2"]), quantities(2)),
        max_size=2,
    )
    of_lots = st.lists(
        st.builds(
            work.OfLot,
            st.sampled_from(["1", "1", "2"]),
            quantities(2),
            use_by=st.none() | st.integers(-1, 9).map(day),
            lot=st.just("L1"),
        ),
        max_size=2,
    )
    return [
        draw(
            st.one_of(
                st.sampled_from(
                    [
                        work.AcceptFulfillment(of),
                        work.RejectFulfillment(of),
                        work.PackFulfillment(of),
                        work.ShipFulfillment(of),
                        work.ArriveFulfillment(of),
                        work.DeliverFulfillment(of),
                        work.ReturnToSender(of),
                        work.LoseFulfillment(of),
                        work.RecallFulfillment(of),
                        work.PutBackFulfillment(of),
                    ]
                ),
                st.builds(work.PickFulfillment, st.just(of), missing=missing),
                st.builds(work.ShipFulfillment, st.just(of), lots=of_lots),
            )
        )
    ]


def fulfill(draw: Draw, known: Known) -> Sequence[Step]:
    """Work that goes well for a while."""
    of = one(draw, known.fulfillments, "o-1.9")
    way: list[Step] = [
        work.PickFulfillment(of),
        work.PackFulfillment(of),
        work.ShipFulfillment(of),
        work.DeliverFulfillment(of),
    ]
    far = draw(st.integers(1, 4))
    if far > 2:
        known.sent.append(of.partition(".")[0])
    return way[:far]


# --- stock ------------------------------------------------------------------------------------


def receive(draw: Draw, known: Known) -> Sequence[Step]:
    """A movement or a count; its paper is new, or comes again."""
    known.papers += 1
    paper = one(draw, [f"d-{known.papers}"], "d-1")
    node, sku = draw(st.sampled_from(NODES)), draw(st.sampled_from(SKUS))
    at = {"node": st.just(node), "sku": st.just(sku), "document": st.just(paper)}
    condition = st.sampled_from(CONDITIONS)
    return [
        draw(
            st.one_of(
                st.builds(stock.ReceiveStock, **at, quantity=quantities(9)),
                st.builds(stock.ReceiveStock, **at, quantity=quantities(9), condition=condition),
                st.builds(
                    stock.ReceiveStock,
                    **at,
                    quantity=quantities(9),
                    use_by=st.integers(-1, 9).map(day),
                    lot=st.sampled_from([None, "L1"]),
                ),
                st.builds(
                    stock.CountStock,
                    **at,
                    counted=st.integers(0, 9),
                    counts=st.sampled_from(COUNTS),
                ),
                st.builds(stock.IssueStock, **at, quantity=quantities(3)),
                st.builds(
                    stock.AdjustStock, **at, quantity=st.sampled_from([-4, -3, -2, -1, 1, 2])
                ),
                st.sampled_from(list(permutations(CONDITIONS, 2))).flatmap(
                    lambda both: st.builds(
                        stock.RegradeStock,
                        **at,
                        quantity=quantities(3),
                        was=st.just(both[0]),
                        condition=st.just(both[1]),
                    )
                ),
                st.builds(
                    stock.ExpectDemand,
                    **at,
                    quantity=st.integers(0, 5),
                    day=st.integers(0, 12).map(day),
                    kind=st.sampled_from(DEMAND_KINDS),
                ),
            )
        )
    ]


def track(draw: Draw, known: Known) -> Sequence[Step]:
    """Stock is not counted any more, or is again."""
    known.papers += 1
    node, sku, paper = draw(st.sampled_from(NODES)), draw(st.sampled_from(SKUS)), known.papers
    if draw(st.booleans()):
        return [stock.TrackStock(node=node, sku=sku, document=f"d-{paper}")]
    lead = draw(st.integers(0, 3))
    return [stock.UntrackStock(node=node, sku=sku, document=f"d-{paper}", lead_days=lead)]


def expect(draw: Draw, known: Known) -> Sequence[Step]:
    """A purchase order line or a transfer; now and then one that was told of before."""
    document = one(draw, [f"po-{len(known.supplies) + 1}"], "po-99")
    sku = draw(st.sampled_from(SKUS))
    node, on = draw(st.sampled_from(NODES)), day(draw(st.integers(0, 12)))
    known.supplies.append((document, node, sku))
    if not draw(seldom()):
        quantity, lasts = draw(quantities(9)), draw(st.none() | st.integers(0, 6))
        return [
            stock.ExpectSupply(
                node=node,
                sku=sku,
                quantity=quantity,
                day=on,
                document=document,
                use_by=None if lasts is None else on + lasts * DAY,
            )
        ]
    from_ = draw(st.sampled_from([other for other in NODES if other != node]))
    return [
        stock.DispatchTransfer(
            node=from_, to=node, sku=sku, quantity=draw(quantities(3)), day=on, document=document
        )
    ]


def supply(draw: Draw, known: Known) -> Sequence[Step]:
    """What becomes of a supply: it comes, in parts or twice, or is changed."""
    if not known.supplies:
        return expect(draw, known)
    document, node, sku = one(draw, known.supplies, ("po-99", "berlin", "TEA"))
    known.papers += 1
    receipt = one(draw, [f"d-{known.papers}"], "d-1")
    at = {"node": st.just(node), "sku": st.just(sku), "document": st.just(document)}
    on = st.integers(0, 20).map(day)
    return [
        draw(
            st.one_of(
                st.builds(
                    stock.ReceiveSupply, **at, quantity=quantities(6), receipt=st.just(receipt)
                ),
                st.builds(stock.ChangeSupply, **at, quantity=st.integers(0, 9), day=on),
            )
        )
    ]


# --- returns ----------------------------------------------------------------------------------


def send_back(draw: Draw, known: Known) -> Sequence[Step]:
    """A return is announced, or comes without a word."""
    name = one(draw, known.sent or list(known.orders), "o-99")
    ordered = known.orders.get(name, {"1": 1})
    some = {
        line: draw(st.sampled_from([1, 1, 1, quantity]))
        for line, quantity in ordered.items()
        if not draw(seldom())
    } or {"1": 1}
    asked = [back.Returning(line, quantity) for line, quantity in some.items()]
    id_ = one(draw, [f"r-{len(known.returns) + 1}"], "r-1")
    known.returns.setdefault(id_, (name, some))
    if draw(st.booleans()):
        return [back.AnnounceReturn(id_, order=name, lines=asked)]
    return [back.ReceiveReturn(id_, order=name, node=draw(st.sampled_from(NODES)), lines=asked)]


def handle_return(draw: Draw, known: Known) -> Sequence[Step]:
    """What becomes of a return, in any sequence."""
    if not known.returns:
        return send_back(draw, known)
    id_ = one(draw, list(known.returns), "r-99")
    name, some = known.returns.get(id_, ("o-1", {"1": 1}))
    good = {line: draw(st.integers(0, quantity)) for line, quantity in some.items()}
    node, ends = draw(st.sampled_from(NODES)), draw(st.none() | st.integers(-1, 9).map(day))
    came = [back.Returning(line, quantity) for line, quantity in some.items()]
    grades = [
        back.Grade(line, sellable=good[line], damaged=quantity - good[line], use_by=ends)
        for line, quantity in some.items()
    ]
    return [
        draw(
            st.sampled_from(
                [
                    back.ReceiveReturn(id_, order=name, node=node, lines=came),
                    back.GradeReturn(id_, grades=grades),
                    back.GradeReturn(id_, grades=grades),
                    back.AcceptReturn(id_),
                    back.RefuseReturn(id_),
                    back.RestockReturn(id_),
                    back.CancelReturn(id_),
                ]
            )
        )
    ]


# --- quotes and time --------------------------------------------------------------------------


def request(draw: Draw, known: Known) -> Sequence[Step]:
    """A quote, for a while."""
    id_ = f"q-{len(known.quotes) + 1}"
    known.quotes.append(id_)
    asked, region = draw(lines(most_lines=2)), draw(st.sampled_from(REGIONS))
    return [quote.RequestQuote(id_, asked, region, ttl=draw(st.sampled_from(TTLS)))]


def answer(draw: Draw, known: Known) -> Sequence[Step]:
    """A quote is accepted or withdrawn; now and then too late, or twice."""
    if not known.quotes:
        return request(draw, known)
    id_ = one(draw, known.quotes, "q-99")
    if draw(seldom()):
        return [quote.WithdrawQuote(id_)]
    name = f"o-{len(known.orders) + 1}"
    known.orders[name] = {"1": 1}
    known.fulfillments.append(f"{name}.1")
    return [quote.AcceptQuote(id_, order=name, customer="Customer-009")]


def wait(draw: Draw, known: Known) -> Sequence[Step]:
    """Minutes, hours or days."""
    return [draw(st.sampled_from(WAITS))]


# --- whole traces -----------------------------------------------------------------------------

NEXT: Sequence[Next] = (
    place,
    place,
    ask_order,
    ask_order,
    report,
    report,
    fulfill,
    fulfill,
    receive,
    receive,
    track,
    expect,
    supply,
    send_back,
    handle_return,
    request,
    answer,
    reserve,
    reserve,
    redeem,
    redeem,
    wait,
)


def opening(draw: Draw) -> Sequence[Step]:
    """What is in stock when a shop opens."""
    return [
        stock.ReceiveStock(node=node, sku=sku, quantity=draw(quantities(9)), document="opening")
        for node in NODES[:2]
        for sku in SKUS
    ]


@st.composite
def traces(draw: DrawFn, *, least: int = 8, most: int = 30) -> list[Step]:
    """What a shop is asked, from its first receipts and its first order on."""
    known = Known()
    trace = [*known.count(opening(draw)), *known.count(place(draw, known))]
    for _ in range(draw(st.integers(least, most))):
        trace += known.count(draw(st.sampled_from(NEXT))(draw, known))
    return trace

"""What an order will and will not do, on its own."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.errors import Broken, Refused
from omscore.kernel.flow import Flow
from omscore.kernel.ids import LineId, Method, NodeId, Region, ReservationId, ReturnId
from omscore.lifecycle.order.chart import UNIT_FLOW
from omscore.lifecycle.order.messages import (
    AlreadyPlaced,
    CancelOrder,
    CancelUnits,
    Group,
    HoldExists,
    HoldLifted,
    HoldOrder,
    HoldPlaced,
    LiftHold,
    Moved,
    MoveUnits,
    NoSuchHold,
    NoSuchLine,
    NoSuchMove,
    NoSuchOrder,
    NothingReserved,
    NotYoursToMake,
    OnHold,
    OrderEvent,
    OrderPlaced,
    ReturnCounted,
    TooFewUnits,
    TooManyReturned,
    UnitsMoved,
)
from omscore.lifecycle.order.order import (
    OWN_MOVES,
    Order,
    OrderCommand,
    Seat,
    Share,
    breakdown,
    counting,
    cut,
    decide,
    evolve,
    law,
    moving,
    promised,
    ready,
    status,
)
from omscore.testing.builders import MONDAY, a_line, an_order, day
from omscore.testing.story import Story

OPEN = Group("open", Region("DE"), Method("standard"))
R_1, L_1 = ReservationId("r-1"), LineId("1")
SEAT = Seat(NodeId("berlin"), R_1, day(0), day(1))


def an_order_story(flow: Flow = UNIT_FLOW) -> Story[Order, OrderCommand, OrderEvent]:
    return Story(partial(decide, flow=flow, now=MONDAY), evolve)


def placed(quantity: int = 3) -> Story[Order, OrderCommand, OrderEvent]:
    """Three units of tea, all of them open."""
    return an_order_story().when(an_order(quantity))


def moved(
    story: Story[Order, OrderCommand, OrderEvent],
    move: str,
    quantity: int,
    flow: Flow = UNIT_FLOW,
) -> Story[Order, OrderCommand, OrderEvent]:
    """The same story after units of its first line made one of the library's own moves."""
    assert story.state is not None
    shares = list(cut(ready(story.state, flow, move), quantity))
    seats = [SEAT] * len(shares) if move == "allocate" else None
    return story.given(moving(flow, move, shares, seats=seats))


def cancel(quantity: int, line: str = "1") -> CancelUnits:
    return CancelUnits("o-1", line=line, quantity=quantity)


def host_move(move: str, quantity: int = 1) -> MoveUnits:
    return MoveUnits("o-1", line="1", quantity=quantity, move=move)


def hold(*moves: str, id: str = "h-1") -> HoldOrder:
    return HoldOrder("o-1", hold=id, reason="fraud", moves=moves or ("release",))


def lift(id: str = "h-1") -> LiftHold:
    return LiftHold("o-1", hold=id)


def test_a_placed_order_has_all_its_units_open() -> None:
    """Sourcing is a step of its own, even where it follows at once."""
    an_order_story().leads(
        an_order(3, customer="c-7"),
        to=[
            OrderPlaced(
                an_order().order,
                (a_line(3),),
                an_order().ship_to,
                Method("standard"),
                "open",
                MONDAY,
                "c-7",
            )
        ],
    )


def test_an_order_is_placed_once() -> None:
    """A second one of this id would overwrite the first."""
    placed().refuses(an_order(3), AlreadyPlaced(an_order().order))


@pytest.mark.parametrize(
    "command",
    [hold(), lift(), cancel(1), CancelOrder("o-1"), host_move("engrave")],
)
def test_an_order_that_was_never_placed_does_nothing(command: OrderCommand) -> None:
    """Every command says so, whatever it asks."""
    an_order_story().refuses(command, NoSuchOrder(an_order().order))


def test_a_line_that_is_not_there_has_no_units() -> None:
    """It is not the same as having too few."""
    placed().refuses(cancel(1, line="9"), NoSuchLine(LineId("9")))


def test_open_units_are_canceled_before_allocated_ones() -> None:
    """What has been set aside stays set aside for as long as possible."""
    allocated = Group(
        "allocated", OPEN.to, OPEN.method, NodeId("berlin"), R_1, None, day(0), day(1)
    )
    canceled = Group("canceled", OPEN.to, OPEN.method)

    moved(placed(3), "allocate", 2).leads(
        cancel(2),
        to=[
            UnitsMoved(
                "cancel", (Moved(L_1, 1, OPEN, canceled), Moved(L_1, 1, allocated, canceled))
            )
        ],
    )


def test_no_more_is_canceled_than_is_there() -> None:
    """Neither more than was ordered, nor what has been canceled already."""
    placed(3).refuses(cancel(4), TooFewUnits("cancel", asked=4, ready=3))
    placed(3).when(cancel(3)).refuses(cancel(1), TooFewUnits("cancel", asked=1, ready=0))
    placed(3).when(cancel(3)).refuses(CancelOrder("o-1"), TooFewUnits("cancel", asked=1, ready=0))


@pytest.mark.parametrize("way", [["pick"], ["pick", "pack"], ["ship"], ["ship", "deliver"]])
def test_what_a_node_has_in_its_hands_is_not_canceled(way: list[str]) -> None:
    """A picked unit is recalled first; a shipped one comes back as a return, or not at all."""
    story = moved(moved(placed(3), "allocate", 3), "release", 3)
    for move in way:
        story = moved(story, move, 2)

    story.refuses(cancel(2), TooFewUnits("cancel", asked=2, ready=1))


def test_canceling_an_order_leaves_alone_what_has_left() -> None:
    """Whatever can still be canceled is; the rest goes on."""
    story = moved(moved(moved(placed(3), "allocate", 2), "release", 2), "ship", 1)
    after = story.when(CancelOrder("o-1")).state

    assert after is not None
    assert breakdown(after.lines.values()) == {"shipped": 1, "canceled": 2}


def test_a_hold_stops_the_moves_that_it_names_and_says_so() -> None:
    """All of them are shown, so that nobody lifts one only to meet the next."""
    held = placed().when(hold("cancel"), hold("cancel", "release", id="h-2"))

    held.refuses(
        cancel(1),
        OnHold("cancel", hold().hold, "fraud"),
        OnHold("cancel", hold(id="h-2").hold, "fraud"),
    )
    held.when(lift(), lift("h-2"), cancel(1))


def test_a_hold_is_placed_once_and_lifted_once() -> None:
    """A hold that two people placed under one id would be lifted by the first of them."""
    placed().leads(hold(), to=[HoldPlaced(hold().hold, "fraud", ("release",))])
    placed().when(hold()).refuses(hold(), HoldExists(hold().hold))
    placed().when(hold()).leads(lift(), to=[HoldLifted(hold().hold)])
    placed().when(hold(), lift()).refuses(lift(), NoSuchHold(hold().hold))


def test_a_hold_names_moves_that_there_are() -> None:
    """A misspelled move would stop nothing, and nobody would notice."""
    placed().refuses(hold("relaese", "cancel", "sihp"), NoSuchMove("relaese"), NoSuchMove("sihp"))


@pytest.mark.parametrize("move", sorted(OWN_MOVES))
def test_the_moves_of_the_library_are_not_the_hosts_to_make(move: str) -> None:
    """Shipping without consuming stock would let the ledgers drift apart."""
    placed().refuses(host_move(move), NotYoursToMake(move))


def test_a_move_that_nobody_declared_cannot_be_made() -> None:
    """The flow of a host is checked when it is built, so this is a misspelling."""
    placed().refuses(host_move("levitate"), NoSuchMove("levitate"))


ENGRAVING = UNIT_FLOW.extend(
    {"engraved": 25}, [("allocated", "engrave", "engraved"), ("engraved", "release", "released")]
)


def test_units_at_a_stage_of_the_hosts_keep_their_reservation() -> None:
    """Engraved goods still lie at the node; an open unit cannot be engraved, having none."""
    story = moved(an_order_story(ENGRAVING).when(an_order(3)), "allocate", 2, ENGRAVING)
    engraved = story.when(host_move("engrave", 2))

    assert engraved.state is not None
    [group] = [one for one in engraved.state.lines[L_1].units if one.stage == "engraved"]
    assert (group.reservation, group.node) == ("r-1", "berlin")
    story.refuses(
        host_move("engrave", 3),
        TooFewUnits("engrave", asked=3, ready=2),
    )
    jump = UNIT_FLOW.extend({"engraved": 25}, [("open", "engrave", "engraved"), *RELEASED])
    an_order_story(jump).when(an_order(1)).refuses(
        host_move("engrave"), NothingReserved("engraved")
    )


RELEASED = [("engraved", "release", "released")]


def test_the_status_is_that_of_the_units_that_are_least_far() -> None:
    """Nobody sets it; canceled ranks last, so an order is canceled only if all of it is."""
    story, seen = placed(3), list[str]()
    for change in (
        lambda story: story,
        lambda story: moved(story, "allocate", 2),
        lambda story: story.when(cancel(1)),
        lambda story: moved(story, "release", 2),
        lambda story: moved(story, "ship", 1),
        lambda story: story.when(cancel(1)),
        lambda story: moved(story, "deliver", 1),
    ):
        story = change(story)
        assert story.state is not None
        seen.append(status(story.state.lines.values(), UNIT_FLOW))

    assert seen == ["open", "open", "allocated", "released", "released", "shipped", "delivered"]


def test_an_order_is_promised_only_if_all_of_it_is() -> None:
    """One unit without a day leaves the whole order without one; a canceled one does not."""
    story = moved(placed(3), "allocate", 2)
    assert story.state is not None
    assert promised(story.state.lines.values()) is None

    rest = story.when(cancel(1)).state
    assert rest is not None
    assert promised(rest.lines.values()) == day(1)
    gone = placed(1).when(cancel(1)).state
    assert gone is not None
    assert promised(gone.lines.values()) is None


def test_no_more_comes_back_than_was_shipped() -> None:
    """Law 9: over all returns of a line together, and what is on one cannot go on another."""
    story = moved(moved(moved(placed(5), "allocate", 4), "release", 4), "ship", 3)
    order = story.given(ReturnCounted(ReturnId("r-1"), L_1, 2)).state
    assert order is not None

    assert counting(order, ReturnId("r-2"), [(L_1, 1)]) == [ReturnCounted(ReturnId("r-2"), L_1, 1)]
    with pytest.raises(Refused) as refused:
        counting(order, ReturnId("r-2"), [(L_1, 2)])
    assert refused.value.reasons == (TooManyReturned(L_1, asked=2, left=1),)


def test_a_damaged_order_is_found_where_it_is_saved_or_read() -> None:
    """Units that appear from nothing, and a history that does not begin, are bugs."""
    order = placed().state
    assert order is not None
    with pytest.raises(Broken):
        evolve(order, UnitsMoved("cancel", (Moved(L_1, 4, OPEN, OPEN),)))
    with pytest.raises(Broken):
        evolve(None, HoldPlaced(hold().hold, "fraud", ("release",)))
    with pytest.raises(Broken):
        law(evolve(order, ReturnCounted(ReturnId("r-1"), L_1, 1)))
    line = order.lines[L_1]
    with pytest.raises(Broken):
        law(Order(order.id, {L_1: type(line)(line.asked, 4, line.units)}, MONDAY))


@given(
    st.lists(st.tuples(st.sampled_from(sorted(UNIT_FLOW.moves)), st.integers(1, 5)), max_size=25)
)
def test_no_unit_appears_or_is_lost(walk: list[tuple[str, int]]) -> None:
    """Law 1, for the order alone: whatever moves, the groups add up to what was ordered."""
    story = an_order_story().when(an_order(a_line(4), a_line(3, "POT", id="2")))
    for move, quantity in walk:
        story = moved(story, move, quantity)
        order = story.state
        assert order is not None
        law(order)
        for line in order.lines.values():
            assert sum(line.units.values()) == line.asked.quantity
            assert all(quantity > 0 for quantity in line.units.values())
            for group in line.units:
                holds = UNIT_FLOW.ranks["allocated"] <= UNIT_FLOW.ranks[group.stage]
                holds = holds and UNIT_FLOW.ranks[group.stage] < UNIT_FLOW.ranks["shipped"]
                assert (group.reservation is not None) == holds


def test_equal_groups_merge() -> None:
    """Five units that share everything are one row, however they came together."""
    story = moved(moved(moved(placed(5), "allocate", 2), "allocate", 2), "allocate", 1)

    assert story.state is not None
    assert len(story.state.lines[L_1].units) == 1


def test_a_share_is_cut_from_the_front() -> None:
    """The stated order of groups decides which units move."""
    shares = [Share(L_1, OPEN, 2), Share(LineId("2"), OPEN, 2)]

    assert list(cut(shares, 3)) == [Share(L_1, OPEN, 2), Share(LineId("2"), OPEN, 1)]
    assert list(cut(shares, 9)) == shares

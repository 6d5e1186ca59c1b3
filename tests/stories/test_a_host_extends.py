"""A host adds stages, handlers and processes of its own through its `Configuration`."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from attrs import frozen

from omscore.kernel.errors import Unreadable
from omscore.kernel.flow import Flow
from omscore.kernel.ids import HoldId
from omscore.kernel.keys import Changes, Key, Kind, Seen
from omscore.kernel.recorded import Context, Recorded
from omscore.kernel.todo import Later
from omscore.lifecycle.fulfillment.messages import ShipFulfillment
from omscore.lifecycle.order.chart import UNIT_FLOW
from omscore.lifecycle.order.messages import (
    CancelUnits,
    HoldOrder,
    MoveUnits,
    NotYoursToMake,
    OnHold,
    OrderPlaced,
    TooFewUnits,
)
from omscore.lifecycle.order.order import ORDER
from omscore.orchestration.work_items import OpenWorkItem
from omscore.runtime.configuration import Configuration
from omscore.runtime.dispatch import Process
from omscore.testing import laws
from omscore.testing.builders import DAY, a_shop, an_order, day, expected
from omscore.testing.story import Shop

ENGRAVING = Configuration(
    unit_flow=UNIT_FLOW.extend(
        {"engraved": 25},
        [
            ("allocated", "engrave", "engraved"),
            ("engraved", "release", "released"),
            ("engraved", "cancel", "canceled"),
        ],
    )
)


def engrave(quantity: int, order: str = "o-1") -> MoveUnits:
    return MoveUnits(order, line="1", quantity=quantity, move="engrave")


def to_engrave(quantity: int = 3) -> Shop:
    """Pots are ordered that come on Thursday; until then there is time to engrave them."""
    return a_shop({}, configuration=ENGRAVING).given(expected(9, day(3)), an_order(quantity))


def test_a_stage_of_the_host_is_between_those_of_the_library() -> None:
    """Two of three are engraved: the order is as far as its plainest unit."""
    shop = to_engrave().given(engrave(2))

    assert shop.oms.order("o-1").stages == {"allocated": 1, "engraved": 2}
    assert shop.oms.order("o-1").status == "allocated"
    assert shop.given(engrave(1)).oms.order("o-1").status == "engraved"
    laws.check(shop.oms)


def test_engraved_units_go_on_as_all_others_do() -> None:
    """They keep their stock, are released when they are due, and are shipped."""
    shop = to_engrave().given(engrave(3)).after(3 * DAY)
    assert shop.oms.order("o-1").status == "released"

    shop.given(ShipFulfillment("o-1.1"))
    assert shop.oms.order("o-1").status == "shipped"
    laws.check(shop.oms)


def test_engraved_units_that_are_canceled_free_their_stock() -> None:
    """The host declared the move, and the ledgers follow."""
    shop = to_engrave().given(engrave(3), CancelUnits("o-1", line="1", quantity=2))

    assert shop.oms.available("TEA", "berlin", day=day(3)) == 8
    laws.check(shop.oms)


def test_the_hosts_own_moves_have_their_limits() -> None:
    """No more than there are, and none that the library makes itself; a hold stops them too."""
    shop = to_engrave().refuses(engrave(4), TooFewUnits("engrave", asked=4, ready=3))

    shop.refuses(MoveUnits("o-1", line="1", quantity=1, move="ship"), NotYoursToMake("ship"))
    shop.given(HoldOrder("o-1", hold="h-1", reason="spelling", moves=["engrave"]))
    shop.refuses(engrave(1), OnHold("engrave", HoldId("h-1"), "spelling"))


def test_without_the_configuration_there_is_no_such_move_but_its_events_replay() -> None:
    """A moved-event says from and to: no flow is read again, whatever became of the host's."""
    shop = to_engrave().given(engrave(2))
    plain = a_shop({})
    told = [one.event for one in shop.events() if one.key == ORDER.key("o-1")]
    assert ORDER.evolve is not None

    assert ORDER.evolve(None, *told) == shop.oms.get(ORDER.key("o-1"))
    assert "engrave" not in plain.oms.configuration.unit_flow.moves


# --- a command and a process of the host's own ------------------------------------------------


@frozen
class Greet:
    """A command of the host."""

    order: str


@frozen
class Greeting:
    """Its handler: pure, and a frozen value, as those of the library are."""

    def reads(self, command: Greet, seen: Seen) -> Iterable[Key[object]]:
        return [ORDER.key(command.order)]

    def decide(self, command: Greet, seen: Seen, context: Context) -> Changes:
        return Changes(seen)


@frozen
class Noticing:
    """What the process of the host knows."""

    orders: int = 0


def notice(
    process: Noticing | None, heard: Recorded[OrderPlaced]
) -> tuple[Noticing, Sequence[Later]]:
    """Large orders are shown to a person."""
    now = Noticing((process or Noticing()).orders + 1)
    large = sum(line.quantity for line in heard.event.lines) > 5
    item = OpenWorkItem(f"large.{heard.key.id}", heard.key.id, "call", ())
    return now, [Later(heard.recorded_at, item)] if large else []


NOTICING = Kind("noticing", Noticing)


def test_a_process_of_the_host_hears_what_it_asks_for() -> None:
    """It reacts in the same table, with the same guarantees, as those of the library."""
    hears: dict[type[object], Callable[[Any], bool]] = {OrderPlaced: lambda _: True}
    shop = a_shop(configuration=Configuration(processes=[Process(NOTICING, notice, hears)]))
    shop.given(an_order(2, id="o-1"), an_order(6, id="o-2"))

    assert [(item.subject, item.task) for item in shop.oms.work_items()] == [("o-2", "call")]
    assert shop.oms.get(NOTICING.key("o-2")) == Noticing(1)


def test_a_command_of_the_host_is_handled_by_its_handler() -> None:
    """And by nobody else: without one it is unreadable, not ignored."""
    shop = a_shop(configuration=Configuration(handlers={Greet: Greeting()})).given(Greet("o-1"))

    assert shop.oms.configuration.handlers
    with pytest.raises(Unreadable, match="no handler takes a Greet"):
        a_shop().oms.do(Greet("o-1"))


def test_a_flow_without_the_moves_of_the_library_is_refused_when_the_host_starts() -> None:
    """Not when the first customer cancels."""
    without = Flow(
        UNIT_FLOW.initial,
        UNIT_FLOW.final,
        {stage: rank for stage, rank in UNIT_FLOW.ranks.items() if stage != "backordered"},
        {way: to for way, to in UNIT_FLOW.table.items() if "backordered" not in (*way, to)},
    )

    with pytest.raises(ValueError, match="backorder"):
        a_shop(configuration=Configuration(unit_flow=without))

"""Whatever comes in wrong gets a typed error that says where, and changes nothing."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from omscore.adapters.vocabulary import codec
from omscore.atp.messages import NoSuchItem
from omscore.catalog.line import Line
from omscore.kernel.errors import OmsError, Refused, Unreadable
from omscore.kernel.ids import OrderId, Sku
from omscore.kernel.money import usd
from omscore.lifecycle.order.messages import CancelUnits, NoSuchOrder, SourceOrder
from omscore.orchestration.work_items import CloseWorkItem, NoSuchWorkItem
from omscore.runtime.handling import KeyReused
from omscore.testing.builders import a_line, a_shop, an_order, received
from omscore.testing.story import Shop

TEA = {"id": "1", "sku": "TEA", "quantity": 1, "price": {"amount": "4.50", "currency": "EUR"}}


def place(**rest: Any) -> dict[str, Any]:
    return {"type": "place-order", "order": "o-1", "lines": [TEA], "ship_to": "DE", **rest}


def line(**rest: Any) -> dict[str, Any]:
    return place(lines=[{**TEA, **rest}])


def decoded(shop: Shop, text: str | bytes) -> object:
    """What a web host does with a request: decode, then do."""
    return shop.oms.do(codec().decode_command(text))


def changes_nothing(shop: Shop, attempt: Callable[[], object]) -> OmsError:
    """The error of *attempt*, after which everything is as it was."""
    told, waiting = shop.log(), shop.oms.waiting(shop.clock.at)
    with pytest.raises(OmsError) as raised:
        attempt()
    assert (shop.log(), shop.oms.waiting(shop.clock.at)) == (told, waiting)
    return raised.value


def test_the_good_command_is_taken() -> None:
    """Otherwise everything below would prove nothing."""
    shop = a_shop()
    decoded(shop, json.dumps(place()))

    assert shop.oms.order("o-1").status == "released"


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ({"type": "plaec-order"}, "$.type"),
        ({"type": 7}, "$.type"),
        ({}, "$.type"),
        ({"type": "lose-stock", "order": "o-1", "reservations": []}, "$.type"),
        (place(oder="o-1"), "$"),
        ({"type": "place-order", "order": "o-1", "ship_to": "DE"}, "$.lines"),
        (place(order="o 1"), "$.order"),
        (place(order="x" * 65), "$.order"),
        (place(order=""), "$.order"),
        (place(order=None), "$.order"),
        (place(ship_to="D/E"), "$.ship_to"),
        (place(complete=1), "$.complete"),
        (place(complete="false"), "$.complete"),
        (place(lines={}), "$.lines"),
        (place(lines=[]), "$.lines"),
        (place(lines=[TEA, TEA]), "$.lines[1].id"),
        (line(quantity=0), "$.lines[0].quantity"),
        (line(quantity=-1), "$.lines[0].quantity"),
        (line(quantity=True), "$.lines[0].quantity"),
        (line(quantity=1.0), "$.lines[0].quantity"),
        (line(quantity="1"), "$.lines[0].quantity"),
        (line(quantity=10**12), "$.lines[0].quantity"),
        (line(quantity=10**40), "$.lines[0].quantity"),
        (line(quantity=None), "$.lines[0].quantity"),
        (line(price=4.5), "$.lines[0].price"),
        (line(price={"amount": "4.505", "currency": "EUR"}), "$.lines[0].price.amount"),
        (line(price={"amount": "1e999999", "currency": "EUR"}), "$.lines[0].price.amount"),
        (line(price={"amount": "NaN", "currency": "EUR"}), "$.lines[0].price.amount"),
        (line(price={"amount": "\u0664", "currency": "EUR"}), "$.lines[0].price.amount"),
        (line(price={"amount": "-1", "currency": "EUR"}), "$.lines[0].price"),
        (line(price={"amount": "1", "currency": "XXX"}), "$.lines[0].price.currency"),
        (line(price={"minor": 4.5, "currency": "EUR"}), "$.lines[0].price.minor"),
        (line(latest="2026-02-30"), "$.lines[0].latest"),
        (line(latest="2026-03-02T12:00:00"), "$.lines[0].latest"),
        (line(sku="T\x00EA"), "$.lines[0].sku"),
        (line(sku="T\ud800EA"), "$.lines[0].sku"),
        (line(grams=7), "$.lines[0]"),
    ],
)
def test_a_command_that_is_not_exactly_right_is_unreadable(
    command: dict[str, Any], path: str
) -> None:
    """Nothing is converted because it could be; the path says where to look."""
    shop = a_shop()
    error = changes_nothing(shop, lambda: decoded(shop, json.dumps(command)))

    assert isinstance(error, Unreadable)
    assert error.path == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "null",
        '"place-order"',
        '{"type": "cancel-order", "order": "o-1"',
        '{"type": "cancel-order", "order": "o-1"} {}',
        '{"type": "cancel-order", "order": "o-1", "order": "o-2"}',
        '{"type": "cancel-units", "order": "o-1", "line": "1", "quantity": NaN}',
        '{"type": "cancel-units", "order": "o-1", "line": "1", "quantity": Infinity}',
        '{"type": "cancel-units", "order": "o-1", "line": "1", "quantity": 1e3}',
        '{"type": "cancel-units", "order": "o-1", "line": "1", "quantity": %s}' % ("9" * 5000),
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"type": "cancel-order", "order": "%s"}' % ("x" * 2**20),
        b'{"type": "cancel-order", "order": "\xff"}',
    ],
)
def test_hostile_text_is_unreadable(text: str | bytes) -> None:
    """However deep, long, ambiguous or broken: an answer, at once, and never a crash."""
    shop = a_shop()

    assert isinstance(changes_nothing(shop, lambda: decoded(shop, text)), Unreadable)


@pytest.mark.parametrize("thing", [None, 7, {"type": "cancel-order"}, bytearray(b"{}")])
def test_what_is_no_text_is_unreadable(thing: Any) -> None:
    """A body that was parsed already, or is not there, is a mistake of the host and said so."""
    with pytest.raises(Unreadable, match="text or bytes"):
        codec().decode_command(thing)


def test_a_thousand_lines_are_fine_and_one_more_is_not() -> None:
    """The bound is checked before anything is planned."""
    shop = a_shop()
    many = [{**TEA, "id": str(n)} for n in range(1_001)]
    error = changes_nothing(shop, lambda: decoded(shop, json.dumps(place(lines=many))))

    assert isinstance(error, Unreadable)
    assert error.path == "$.lines"
    assert codec().decode_command(json.dumps(place(lines=many[1:])))


@pytest.mark.parametrize(
    "make",
    [
        lambda: an_order(a_line(1), a_line(1, id="2", price=usd(1))),
        lambda: an_order(a_line(1), a_line(1)),
        lambda: an_order(*(a_line(1, id=str(n)) for n in range(1_001))),
        lambda: an_order(0),
        lambda: an_order(-1),
        lambda: an_order(True),
        lambda: a_line(1.0),  # type: ignore[arg-type]
        lambda: an_order(id="Ada Lovelace"),
        lambda: CancelUnits("o-1", line="1", quantity=0),
        lambda: CancelUnits("o-1", line="1", quantity=True),
        lambda: CancelUnits("o-1", line="1", quantity=1.5),  # type: ignore[arg-type]
        lambda: received(-1),
        lambda: SourceOrder("o-1", avoid="berlin"),
    ],
)
def test_a_command_that_makes_no_sense_cannot_be_built(make: Callable[[], object]) -> None:
    """Inside a program too: the error is at the line that makes it, not deep in a transaction."""
    with pytest.raises(Unreadable) as unreadable:
        make()

    assert "Ada" not in str(unreadable.value)


@pytest.mark.parametrize("ask", ["order", "explain"])
def test_an_order_that_nobody_placed_is_refused(ask: str) -> None:
    """Asking is refused as telling is."""
    with pytest.raises(Refused) as refused:
        getattr(a_shop().oms, ask)("o-9")

    assert refused.value.reasons == (NoSuchOrder(OrderId("o-9")),)


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        ("fulfillment", "fulfillment.unknown"),
        ("return_", "return.unknown"),
        ("quote", "quote.unknown"),
    ],
)
def test_what_is_not_there_has_a_reason_of_its_own(ask: str, code: str) -> None:
    """A program tells them apart by code, and a bad id is unreadable before that."""
    with pytest.raises(Refused) as refused:
        getattr(a_shop().oms, ask)("x-9")

    assert [reason.code for reason in refused.value.reasons] == [code]
    with pytest.raises(Unreadable):
        getattr(a_shop().oms, ask)("x 9")


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        ([], "$.lines"),
        ([a_line(1, id=str(n)) for n in range(1_001)], "$.lines"),
        ([a_line(1), a_line(1)], "$.lines[1].id"),
        ([a_line(1), a_line(1, id="2", price=usd(1))], "$.lines[1].price.currency"),
    ],
)
def test_a_promise_is_asked_for_lines_that_could_be_ordered(lines: list[Line], path: str) -> None:
    """What checkout says is what the order gets: no answer for what no order may be."""
    shop = a_shop()
    error = changes_nothing(shop, lambda: shop.oms.promise(lines, "DE"))

    assert isinstance(error, Unreadable)
    assert error.path == path


def test_a_thing_that_is_no_command_is_unreadable() -> None:
    """Whatever it is, it is said by type and not by content."""
    shop = a_shop()
    for thing in (None, "place-order", {"order": "o-1"}, a_line(1), received):
        error = changes_nothing(shop, partial(shop.oms.do, thing))
        assert isinstance(error, Unreadable)
        assert type(thing).__name__ in str(error)


def test_a_key_is_used_for_one_command() -> None:
    """The same again gives the same receipt; anything else under that key is an error."""
    shop = a_shop()
    first = shop.oms.do(an_order(3), key="k-1")
    told = shop.events()
    again = shop.oms.do(an_order(3), key="k-1")

    assert shop.events() == told
    assert (again.events, again.repeated, first.repeated) == (first.events, True, False)
    error = changes_nothing(shop, lambda: shop.oms.do(an_order(4), key="k-1"))
    assert isinstance(error, Refused)
    assert error.reasons == (KeyReused("k-1"),)


@pytest.mark.parametrize(
    "words",
    [
        {"key": "k 1"},
        {"actor": "Ada Lovelace"},
        {"key": ""},
        {"sequence": 1.5},
        {"sequence": True},
        {"sequence": 2**63},
        {"occurred_at": datetime(2026, 3, 2)},  # of no zone
    ],
)
def test_an_envelope_is_looked_at_too(words: Any) -> None:
    """Key and actor are kept for ever: they are ids, and no names of people."""
    shop = a_shop()
    error = changes_nothing(shop, lambda: shop.oms.do(an_order(1), **words))

    assert isinstance(error, Unreadable)
    assert "Ada" not in str(error)


def test_waiting_is_asked_until_an_instant() -> None:
    """On every store alike: a time of no zone is no moment."""
    with pytest.raises(Unreadable) as unreadable:
        a_shop().oms.waiting(datetime(2026, 3, 2))

    assert unreadable.value.path == "$.until"


def test_a_work_item_is_closed_once() -> None:
    """And only if it was opened."""
    a_shop().refuses(CloseWorkItem("w-1"), NoSuchWorkItem("w-1"))


def test_what_one_command_gets_wrong_is_not_half_done() -> None:
    """The second line cannot be served: the first is not reserved either."""
    shop = a_shop().refuses(
        an_order(a_line(1), a_line(1, "GRAIL", id="2")), NoSuchItem(Sku("GRAIL"))
    )

    assert shop.oms.available("TEA", "berlin") == 10

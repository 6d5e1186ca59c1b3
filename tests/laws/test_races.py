"""Law 3 under fire: threads that race for the last units never oversell, and all get an answer."""

import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random
from subprocess import PIPE, Popen
from threading import Barrier
from time import sleep

import pytest
from sqlalchemy import URL

from omscore.adapters.clocks import FixedClock
from omscore.atp.requests import (
    Request,
    ReserveStock,
    StockAnswered,
    Wanted,
)
from omscore.kernel.errors import Conflict, Refused
from omscore.lifecycle.quote.messages import RequestQuote
from omscore.oms import Oms
from omscore.testing import laws
from omscore.testing.builders import (
    MONDAY,
    THREE_NODES,
    a_line,
    a_quote,
    an_item,
    an_order,
    received,
)
from omscore.testing.laws.books import Books

THREADS, EACH, UNITS = 6, 5, 14


@pytest.fixture(params=["memory", "sqlite"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Oms:
    """A shop with few units of tea, in memory and in a file."""
    clock = FixedClock(MONDAY)
    oms = Oms.in_memory(clock=clock)
    if request.param == "sqlite":
        oms = Oms.sqlite(tmp_path / "shop.db", clock=clock)
    oms.know(an_item("TEA"), *THREE_NODES)
    oms.do(received(UNITS - 4, node="berlin"))
    oms.do(received(4, node="paris"))
    return oms


def ask(oms: Oms, command: object, chance: Random) -> str:
    """Ask until nobody was faster: how it ended."""
    while True:
        try:
            oms.do(command)
        except Conflict:
            sleep(chance.random() / 1_000)
        except Refused as refused:
            return refused.reasons[0].code
        else:
            return "done"


def race(oms: Oms, asked: Sequence[Sequence[object]]) -> Counter[str]:
    """How many commands ended how, when each list is asked by a thread of its own."""
    start = Barrier(len(asked))

    def run(n: int) -> list[str]:
        chance = Random(n)
        start.wait()
        return [ask(oms, command, chance) for command in asked[n]]

    with ThreadPoolExecutor(len(asked)) as threads:
        return Counter(
            answer for answers in threads.map(run, range(len(asked))) for answer in answers
        )


def settle(oms: Oms) -> None:
    """What lost its race in a reaction is in the table: a worker does it."""
    while oms.work():
        pass


def test_the_last_units_are_sold_once(shop: Oms) -> None:
    """Thirty want one each and fourteen are there: the other sixteen hear that there is none."""
    orders = [
        [an_order(1, id=f"o-{n}-{k}", complete=True) for k in range(EACH)] for n in range(THREADS)
    ]
    ended = race(shop, orders)
    settle(shop)

    assert ended == {"done": UNITS, "order.not-available": THREADS * EACH - UNITS}
    assert shop.available("TEA", "berlin") == shop.available("TEA", "paris") == 0
    laws.check(shop)


def test_whoever_comes_too_late_waits_in_line(shop: Oms) -> None:
    """No order is lost, and no unit is promised twice; what is missing is what waits."""
    orders = [[an_order(2, id=f"o-{n}-{k}") for k in range(EACH)] for n in range(THREADS)]
    ended = race(shop, orders)
    settle(shop)
    stages = Counter[str]()
    for n in range(THREADS):
        for k in range(EACH):
            stages.update(shop.order(f"o-{n}-{k}").stages)

    assert ended == {"done": THREADS * EACH}
    assert stages == {"released": UNITS, "backordered": 2 * THREADS * EACH - UNITS}
    laws.check(shop)


def test_quotes_and_orders_race_for_the_same_units(shop: Oms) -> None:
    """A quote that was given is kept, and an order that was confirmed too."""
    mixed = [
        [
            an_order(2, id=f"o-{n}-{k}", complete=True) if n % 2 else a_quote(2, id=f"q-{n}-{k}")
            for k in range(EACH)
        ]
        for n in range(THREADS)
    ]
    race(shop, mixed)
    settle(shop)
    quoted = sum(
        one.leg.quantity
        for asked in mixed
        for command in asked
        if isinstance(command, RequestQuote)
        for one in shop.quote(command.quote).opened.reserved
    )
    sold = sum(
        shop.order(f"o-{n}-{k}").stages.get("released", 0)
        for n in range(1, THREADS, 2)
        for k in range(EACH)
        if _is_there(shop, f"o-{n}-{k}")
    )

    assert quoted + sold == UNITS
    laws.check(shop)


def _is_there(oms: Oms, order: str) -> bool:
    try:
        oms.order(order)
    except Refused:
        return False
    return True


def test_carts_race_for_the_last_units(shop: Oms) -> None:
    """A group of two nodes: fourteen are set aside, each once, and the others hear that."""
    carts = [
        [
            ReserveStock(
                [
                    Request(
                        f"cart-{n}-{k}",
                        [Wanted("TEA", 1)],
                        at=["berlin", "paris"],
                        ttl=timedelta(minutes=30),
                    )
                ]
            )
            for k in range(EACH)
        ]
        for n in range(THREADS)
    ]
    ended = race(shop, carts)

    assert ended == {"done": THREADS * EACH}
    assert shop.available("TEA", "berlin") == shop.available("TEA", "paris") == 0
    answered = [one for _, event in Books.of(shop).events(StockAnswered) for one in event.grants]
    assert Counter(one.granted for one in answered) == {True: UNITS, False: 30 - UNITS}
    laws.check(shop)


RACER = """
import sys
from datetime import UTC, datetime, timedelta
from random import Random
from time import sleep
from omscore import Conflict, FixedClock, Oms, Request, Wanted

url, name = sys.argv[1:]
clock = FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
oms = (Oms.postgres if url.startswith("postgresql") else Oms.sqlite)(url, clock=clock)
chance, mine = Random(name), 0
print("ready", flush=True)
sys.stdin.readline()
while True:
    many = chance.randrange(1, 4)
    asked = [
        Request(name, [Wanted("TEA", 1)], at=["berlin", "paris"], ttl=timedelta(minutes=30))
        for _ in range(many)
    ]
    try:
        granted = sum(grant.granted for grant in oms.reserve_many(asked))
    except Conflict:
        sleep(chance.random() / 1_000)
        continue
    mine += granted
    if granted < many:
        break
print(mine)
"""


def race_of_processes(url: str) -> list[int]:
    """How many units each of three processes was granted, when they all begin at once."""
    racers = [
        Popen([sys.executable, "-c", RACER, url, f"racer-{n}"], stdin=PIPE, stdout=PIPE, text=True)
        for n in range(3)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    return [int(racer.communicate()[0]) for racer in racers]


def stocked(oms: Oms) -> Oms:
    oms.know(an_item("TEA"), *THREE_NODES)
    oms.do(received(30, node="berlin"))
    oms.do(received(15, node="paris"))
    return oms


def test_processes_sell_exactly_the_stock(tmp_path: Path) -> None:
    """What holds among threads holds among processes: the file is the last barrier."""
    url = str(tmp_path / "shop.db")
    with stocked(Oms.sqlite(url, clock=FixedClock(MONDAY))) as oms:
        assert sum(race_of_processes(url)) == 45
        laws.check(oms)


@pytest.mark.postgres
def test_processes_sell_exactly_the_stock_of_a_server(postgres_url: URL) -> None:
    """And so is the server."""
    url = postgres_url.render_as_string(hide_password=False)
    with stocked(Oms.postgres(url, clock=FixedClock(MONDAY))) as oms:
        assert sum(race_of_processes(url)) == 45
        laws.check(oms)


def test_one_key_under_fire_is_one_command(shop: Oms) -> None:
    """Six clicks on one button: one order, and six receipts for it."""
    start = Barrier(THREADS)

    def click(_: int) -> tuple[str, ...]:
        start.wait()
        while True:
            try:
                receipt = shop.do(an_order(a_line(2)), key="click-1")
            except Conflict:
                continue
            return tuple(event.id for event in receipt.events)

    with ThreadPoolExecutor(THREADS) as threads:
        receipts = set(threads.map(click, range(THREADS)))
    settle(shop)

    assert len(receipts) == 1
    assert shop.available("TEA", "berlin") == UNITS - 4 - 2
    laws.check(shop)

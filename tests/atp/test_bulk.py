"""Many sku-nodes at once: the answers of the scalar path, or a refusal, never a wrapped sum."""

import sys
from collections.abc import Callable
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp import bulk
from omscore.atp.timeline import Timeline
from omscore.kernel.errors import OmsError, Unavailable, Unreadable

np = pytest.importorskip("numpy")

TODAY = 740_000
COUNT = 5  # sku-nodes
KINDS = (np.int32, np.int64)

Entry = tuple[int, int, int]
entries = st.lists(
    st.tuples(st.integers(0, COUNT - 1), st.integers(TODAY - 3, TODAY + 20), st.integers(-9, 9)),
    max_size=60,
)
stocks = st.lists(st.integers(-9, 30), min_size=COUNT, max_size=COUNT)
kinds = st.sampled_from(KINDS)


def columns(rows: list[Entry], kind: type = np.int64) -> tuple[Any, Any, Any]:
    """Nodes, days and units as three arrays."""
    nodes, days, units = (np.array([row[n] for row in rows], kind) for n in range(3))
    return nodes, days, units


def timelines(stock: list[int], rows: list[Entry], today: int) -> list[Timeline]:
    """The scalar path: one timeline for each sku-node."""
    return [
        Timeline(units, [row[1:] for row in rows if row[0] == node], today=today)
        for node, units in enumerate(stock)
    ]


@given(stocks, entries, st.integers(TODAY - 5, TODAY + 25), kinds)
def test_entries_in_any_order_give_what_the_timelines_say(
    stock: list[int], rows: list[Entry], day: int, kind: type
) -> None:
    """Bulk equals scalar, for a day before, among and after the entries."""
    found = bulk.look_ahead_at(np.array(stock, kind), *columns(rows, kind), day)
    assert found.tolist() == [one.available(day) for one in timelines(stock, rows, day)]


@given(stocks, entries, st.integers(TODAY - 5, TODAY + 25), st.integers(1, 12), kinds)
def test_curves_give_what_the_timelines_say(
    stock: list[int], rows: list[Entry], start: int, length: int, kind: type
) -> None:
    """Entries after the days that are asked for count too: the minimum runs to the last entry."""
    found = bulk.curves(np.array(stock, kind), *columns(rows, kind), start, start + length)
    told = timelines(stock, rows, start)
    assert found.T.tolist() == [one.curve(start, start + length) for one in told]


@given(stocks, st.lists(stocks, max_size=8), kinds)
def test_a_dense_table_gives_what_the_timelines_say(
    stock: list[int], table: list[list[int]], kind: type
) -> None:
    """Dates along the outer axis, sku-nodes along the inner one."""
    changes = np.array(table, kind).reshape(len(table), COUNT)
    found = bulk.look_ahead(np.array(stock, kind), changes)
    rows = [(n, TODAY + t, some) for t, row in enumerate(table) for n, some in enumerate(row)]
    told = timelines(stock, rows, TODAY)
    assert found.dtype == kind
    assert found.T.tolist() == [one.curve(TODAY, TODAY + len(table)) for one in told]


@pytest.mark.parametrize("size", [bulk.ENTRIES - 1, bulk.ENTRIES + 1, 3 * bulk.ENTRIES])
@pytest.mark.parametrize("wide", [1, 2**35], ids=["packed", "too wide to pack"])
def test_chunks_part_no_sku_node(size: int, wide: int) -> None:
    """More entries than a chunk holds, most of them of one sku-node, add up as if there were none.

    Quantities that do not fit one word with sku-node and day are sorted by row number instead.
    """
    seeded = np.random.default_rng(7)
    nodes = seeded.integers(0, 4000, size) * (seeded.random(size) < 0.2)
    days = TODAY + seeded.integers(0, 300, size)
    units = seeded.integers(-40, 50, size) * wide
    stock = seeded.integers(0, 99, 4000)
    found = bulk.look_ahead_at(stock, nodes, days, units, TODAY + 30)
    for node in (0, 1, 2000, 3999):
        mine = nodes == node
        rows = zip(days[mine].tolist(), units[mine].tolist(), strict=True)
        told = Timeline(int(stock[node]), rows, today=TODAY)
        assert found[node] == told.available(TODAY + 30)


def test_a_table_wider_than_a_chunk_is_the_same_in_place() -> None:
    """Chunks of sku-nodes meet without a seam, and the answer may replace the changes."""
    seeded = np.random.default_rng(7)
    stock = seeded.integers(0, 50, 2 * bulk.CHUNK + 3)
    changes = seeded.integers(-9, 9, (6, len(stock)))
    found = bulk.look_ahead(stock, changes)
    slow = np.minimum.accumulate((stock + changes.cumsum(axis=0))[::-1], axis=0)[::-1]
    assert (found == slow).all()
    assert bulk.look_ahead(stock, changes, out=changes) is changes
    assert (changes == found).all()


@pytest.mark.parametrize("kind", KINDS)
def test_extreme_quantities_keep_every_unit(kind: type) -> None:
    """The widest range of 32 bits, and all that 64 bits may hold, come through packing whole."""
    least, most = (-(2**31), 2**31 - 1) if kind == np.int32 else (-(2**60), 2**60)
    rows = [(1, TODAY, most), (1, TODAY + 1, least), (0, TODAY + 2, most), (0, TODAY + 1, least)]
    found = bulk.look_ahead_at(np.array([7, 7], kind), *columns(rows, kind), TODAY)
    assert found.tolist() == [7 + least, 7 + most + least]


EDGES = (-(2**31), -(2**30), 2**30 - 1, 2**30, 2**31 - 1)
vast = st.integers(-(2**31), 2**31 - 1) | st.sampled_from(EDGES)


@given(vast, st.lists(vast, min_size=1, max_size=6), st.none() | vast)
def test_a_table_of_vast_quantities_is_exact_or_refused(
    stock: int, table: list[int], later: int | None
) -> None:
    """Whether a sum wrapped around can be seen from sums that may have done so themselves."""
    sums = list(accumulate(table, initial=stock))[1:]
    sums[-1:] = [sums[-1] + min(0, later or 0)]
    exact = [min(sums[place:]) for place in range(len(table))]
    least = None if later is None else np.array([later], np.int32)
    changes = np.array(table, np.int32).reshape(-1, 1)
    try:
        found = bulk.look_ahead(np.array([stock], np.int32), changes, later=least)
    except Unreadable:
        assert max(map(abs, [stock, later or 0, *sums, *accumulate(table, initial=stock)])) >= 2**30
    else:
        assert found[:, 0].tolist() == exact


ONE = np.array([0], np.int64)
DAY = np.array([TODAY], np.int64)
MOST = np.array([2**62], np.int64)
NODES, DAYS, UNITS = (np.repeat(column, 3) for column in (ONE, DAY, MOST))


@pytest.mark.parametrize(
    ("ask", "path"),
    [
        (lambda: bulk.look_ahead(MOST, MOST.reshape(1, 1)), "$.changes"),
        (lambda: bulk.look_ahead(*(np.full(n, 2**30, np.int32) for n in (1, (1, 1)))), "$.changes"),
        (lambda: bulk.look_ahead_at(ONE, ONE, DAY, np.array([-(2**63)]), TODAY), "$.units"),
        (lambda: bulk.look_ahead_at(ONE, NODES, DAYS, UNITS, TODAY), "$.units"),
        (lambda: bulk.look_ahead_at(2 * MOST, ONE, DAY, ONE, TODAY), "$.stock"),
        (lambda: bulk.curves(ONE, NODES, DAYS, UNITS, TODAY, TODAY + 1), "$.units"),
    ],
)
def test_sums_that_might_not_fit_are_refused(ask: Callable[[], object], path: str) -> None:
    """An overflow would turn a shortage into plenty without a word."""
    with pytest.raises(Unreadable) as refused:
        ask()
    assert refused.value.path == path


@pytest.mark.parametrize("kind", [np.float64, np.bool_, np.uint64, np.int16, object])
def test_quantities_are_whole_numbers_of_32_or_64_bits(kind: type) -> None:
    """Floating point loses units, and unsigned numbers turn negative ones into plenty."""
    with pytest.raises(Unreadable, match=r"\$\.units"):
        bulk.look_ahead_at(ONE, ONE, DAY, np.array([1]).astype(kind), TODAY)
    with pytest.raises(Unreadable, match=r"\$\.changes"):
        bulk.look_ahead(ONE, np.array([[1]]).astype(kind))


@pytest.mark.parametrize(
    ("ask", "path"),
    [
        (
            lambda: bulk.look_ahead_at([0], ONE, DAY, ONE, TODAY),  # type: ignore[arg-type]
            "$.stock",
        ),
        (lambda: bulk.look_ahead_at(ONE, ONE + 1, DAY, ONE, TODAY), "$.nodes"),
        (lambda: bulk.look_ahead_at(ONE, ONE - 1, DAY, ONE, TODAY), "$.nodes"),
        (lambda: bulk.look_ahead_at(ONE, ONE, DAY[:0], ONE, TODAY), "$.days"),
        (lambda: bulk.look_ahead_at(ONE, ONE, DAY * 0, ONE, TODAY), "$.days"),
        (lambda: bulk.look_ahead_at(ONE, ONE, DAY, ONE, True), "$.day"),
        (lambda: bulk.look_ahead_at(ONE, ONE, DAY, ONE, 10**7), "$.day"),
        (lambda: bulk.curves(ONE, ONE, DAY, ONE, TODAY, TODAY), "$.stop"),
        (lambda: bulk.look_ahead(ONE, ONE), "$.changes"),
        (lambda: bulk.look_ahead(ONE, np.zeros((2, 3), np.int64)), "$.stock"),
        (lambda: bulk.look_ahead(ONE, ONE.reshape(1, 1), later=DAY[:0]), "$.later"),
        (lambda: bulk.look_ahead(ONE, ONE.reshape(1, 1), out=ONE), "$.out"),
    ],
)
def test_what_does_not_fit_is_refused_where_it_is(ask: Callable[[], object], path: str) -> None:
    """A typed error names the argument."""
    with pytest.raises(Unreadable) as refused:
        ask()
    assert refused.value.path == path


@pytest.mark.parametrize(
    "ask",
    [
        lambda: bulk.look_ahead(ONE, ONE.reshape(1, 1)),
        lambda: bulk.look_ahead_at(ONE, ONE, DAY, ONE, TODAY),
        lambda: bulk.curves(ONE, ONE, DAY, ONE, TODAY, TODAY + 1),
    ],
)
def test_without_the_extra_the_error_ends_with_the_line_that_mends_it(
    ask: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Importing the module needs no NumPy; asking does."""
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(OmsError) as missing:
        ask()
    assert isinstance(missing.value, Unavailable)
    assert str(missing.value).endswith("pip install 'omscore[numpy]'")

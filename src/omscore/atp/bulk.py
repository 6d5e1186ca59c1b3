"""Look-ahead for thousands to millions of sku-nodes at once, with NumPy (extra `numpy`).

The answers are those of `omscore.atp.timeline`, one column for each sku-node.  Two shapes of
question, as whole arrays of `int32` or `int64`:

* *dense*: a table of net changes, dates along the outer axis.  Row after row is added forward and
  compared backward, so that every step runs over neighboring memory; a table with the dates along
  the inner axis takes ten times as long.
* *entries*: rows of (sku-node, day, units) in any order.  Each row is packed into one word
  that sorts by sku-node and day and carries its units along; sorting plain words is several times
  faster than sorting row numbers.  A first pass by radix brings words that belong together into
  parts that fit the cache.

Work goes in chunks, so that beside its arguments and its answer a call holds a few words per entry
and a bounded rest.  Sums never wrap around: whatever might not fit is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from omscore.kernel.errors import Unavailable, Unreadable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Whole: TypeAlias = NDArray[np.int64] | NDArray[np.int32]

MEND = "NumPy is not installed: pip install 'omscore[numpy]'"
CHUNK = 1 << 14  # sku-nodes, in a table
ENTRIES = 1 << 18
WORD, HALF_WORD = 63, 31  # bits


def look_ahead(
    stock: Whole, changes: Whole, *, later: Whole | None = None, out: Whole | None = None
) -> Whole:
    """What is available at each day of each sku-node, of the shape of *changes*.

    *stock* (sku-nodes) is there before the first day; *changes* (days, sku-nodes) are net changes;
    *later* (sku-nodes) is how far stock falls at most after the last of these days, zero or less.
    *out* takes the answer; it may be *changes*.  `Unreadable` if shapes or types do not fit, or
    sums might not; then *out* is undefined.
    """
    with _extra():
        import numpy as np
    _whole("stock", stock, 1)
    _whole("changes", changes, 2)
    _long("stock", stock, changes.shape[1])
    if later is not None:
        _whole("later", later, 1)
        _long("later", later, changes.shape[1])
    kind = np.result_type(stock, changes, *(() if later is None else (later,)))
    found: Whole = np.empty(changes.shape, kind) if out is None else out
    if found.shape != changes.shape or found.dtype != kind:
        raise Unreadable(f"an array of {kind}, of the shape of changes", "$.out")
    for start in range(0, changes.shape[1] if len(changes) else 0, CHUNK):
        some = slice(start, start + CHUNK)
        _fill(stock[some], changes[:, some], None if later is None else later[some], found[:, some])
    return found


def _fill(stock: Whole, changes: Whole, later: Whole | None, out: Whole) -> None:
    """`look_ahead` for a chunk."""
    import numpy as np

    quarter = (np.iinfo(out.dtype).max + 1) // 2
    high, above = stock.astype(out.dtype), stock
    for row, change in zip(out, changes, strict=True):
        np.add(above, change, out=row)
        np.maximum(row, high, out=high)
        above = row
    if later is not None:
        above += np.minimum(later, 0)
    for row in out[-2::-1]:
        np.minimum(row, above, out=row)
        above = row
    # A step from within a quarter of all numbers, if it wraps around, ends outside of it.
    known = (stock,) if later is None else (stock, later)
    low = -int(out[0].min())
    if max(int(high.max()), low, *map(_most, known)) >= quarter:
        raise Unreadable(f"quantities whose sums fit half of {out.dtype}", "$.changes")


def look_ahead_at(
    stock: Whole, nodes: Whole, days: Whole, units: Whole, day: int
) -> NDArray[np.int64]:
    """What is available on *day* at each sku-node, of the shape of *stock*.

    Entry *i* brings `units[i]` (or takes them, if negative) on `days[i]`, an ordinal, at the
    sku-node that has place `nodes[i]` in *stock*.  `Unreadable` if shapes, types or places do not
    fit, or sums might not.
    """
    with _extra():
        import numpy as np
    _check(stock, nodes, days, units)
    found = stock.astype(np.int64)
    if len(nodes):
        for key, some, bits in _sorted(nodes, days, units, _ordinal("day", day)):
            _lower(found, key, some, bits)
    return found


def curves(
    stock: Whole, nodes: Whole, days: Whole, units: Whole, start: int, stop: int
) -> NDArray[np.int64]:
    """What is available at each day from *start* to before *stop*, of shape (days, sku-nodes).

    The entries are those of `look_ahead_at`; later ones than *stop* count too.
    """
    with _extra():
        import numpy as np
    _check(stock, nodes, days, units)
    _ordinal("start", start)
    if _ordinal("stop", stop) <= start:
        raise Unreadable("later than start", "$.stop")
    count, late = len(stock), days >= stop
    later = look_ahead_at(np.zeros_like(stock), nodes[late], days[late], units[late], stop - 1)
    table = np.zeros((stop - start, count), np.int64)
    place = np.maximum(days[~late], start).astype(np.int64)
    place -= start
    place *= count
    place += nodes[~late]
    np.add.at(table.reshape(-1), place, units[~late])
    look_ahead(stock.astype(np.int64), table, later=later, out=table)
    return table


def _sorted(
    nodes: Whole, days: Whole, units: Whole, day: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], int]]:
    """The entries by sku-node and day, in parts that divide no sku-node: keys, units, bits of days.

    A key is the sku-node and the days from *day*; what is earlier counts for *day*.
    """
    import numpy as np

    least = int(units.min())
    low = int(nodes.max()).bit_length()
    low = low if len(nodes) <= ENTRIES else max(0, low - 8)  # the other bits tell the parts
    bits = max(0, int(days.max()) - day).bit_length()
    width = (int(units.max()) - least).bit_length()
    packed = low + bits + width <= WORD
    if not packed:
        width = 0
    words: Whole = np.empty(len(nodes), np.int64)
    if low + bits + width <= HALF_WORD:
        words = np.empty(len(nodes), np.int32)
    for some in _slices(len(nodes)):
        key = (nodes[some].astype(np.int64) & ((1 << low) - 1)) << bits
        key |= np.maximum(days[some].astype(np.int64) - day, 0)
        words[some] = (key << width) | (units[some] - np.int64(least)) if packed else key
    part = (nodes >> low).astype(np.uint8)
    order = np.argsort(part, kind="stable")  # numbers of one byte: by radix, in one pass
    words, units = words[order], units if packed else units[order]
    for place, (start, stop) in enumerate(pairwise([0, *np.cumsum(np.bincount(part)).tolist()])):
        mine, told = words[start:stop], units[start:stop]
        if packed:
            mine.sort()
            told = (mine & ((1 << width) - 1)) + np.int64(least)
        else:
            inner = np.argsort(mine, kind="stable")
            mine, told = mine[inner], told[inner]
        if stop > start:
            key = (mine >> width) | np.int64(place << (low + bits))
            yield key, told.astype(np.int64, copy=False), bits


def _lower(
    found: NDArray[np.int64], key: NDArray[np.int64], units: NDArray[np.int64], bits: int
) -> None:
    """Bring the stock of some sku-nodes, in *found*, down or up to what is available."""
    import numpy as np

    sums = np.cumsum(units)
    ends = np.append(np.flatnonzero(key[1:] != key[:-1]), len(key) - 1)  # the last one of each day
    sums, key = sums[ends], key[ends]
    nodes = key >> bits
    first = np.append(0, np.flatnonzero(nodes[1:] != nodes[:-1]) + 1)
    lows = np.minimum.reduceat(sums, first)
    lows[1:] -= sums[first[1:] - 1]
    # Where nothing happens on the day itself, stock stands as it is until something does.
    waits = (key[first] & ((1 << bits) - 1)) > 0
    found[nodes[first]] += np.where(waits, np.minimum(lows, 0), lows)


def _check(stock: Whole, nodes: Whole, days: Whole, units: Whole) -> None:
    """Refuse entries that do not fit *stock*, or one another."""
    import numpy as np

    _whole("stock", stock, 1)
    if _most(stock) > 2**62:
        raise Unreadable("at most 2**62 units", "$.stock")
    for name, column in (("nodes", nodes), ("days", days), ("units", units)):
        _whole(name, column, 1)
        _long(name, column, len(nodes))
    if not len(nodes):
        return
    if int(nodes.min()) < 0 or int(nodes.max()) >= len(stock):
        raise Unreadable("places in stock", "$.nodes")
    for extreme in (days.min(), days.max()):
        _ordinal("days", int(extreme))
    surely = _most(units) * len(units) + _most(stock) <= np.iinfo(np.int64).max
    # Floating point is out by much less than the factor of two that is left to it.
    if not surely and sum(_size(units[some]) for some in _slices(len(units))) > 2**62:
        raise Unreadable("quantities whose sums fit 64 bits", "$.units")


def _size(units: Whole) -> float:
    """The sum of absolute values, roughly."""
    return float(abs(units.astype("float64")).sum())


def _whole(name: str, column: Whole, axes: int) -> None:
    import numpy as np

    if not isinstance(column, np.ndarray) or column.dtype not in (np.int32, np.int64):
        raise Unreadable("an array of int32 or int64", f"$.{name}")
    if column.ndim != axes:
        raise Unreadable(f"an array with {axes} axes", f"$.{name}")


def _long(name: str, column: Whole, length: int) -> None:
    if len(column) != length:
        raise Unreadable(f"{length} rows", f"$.{name}")


def _ordinal(name: str, day: int) -> int:
    if type(day) is not int or not 1 <= day <= date.max.toordinal():
        raise Unreadable("an ordinal day", f"$.{name}")
    return day


def _most(some: Whole) -> int:
    """The largest absolute value."""
    return max(int(some.max()), -int(some.min())) if len(some) else 0


def _slices(length: int) -> Iterator[slice]:
    return (slice(start, start + ENTRIES) for start in range(0, length, ENTRIES))


@contextmanager
def _extra() -> Iterator[None]:
    """Say how to mend it, where NumPy is not installed."""
    try:
        yield
    except ImportError as missing:
        raise Unavailable(MEND) from missing

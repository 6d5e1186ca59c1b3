"""Stock over two weeks as entries, and its slow oracle: for who writes a method of their own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from omscore.atp.entries import (
    DEMAND_KINDS,
    DemandEntry,
    Entry,
    SupplyEntry,
    on_hand,
    unlimited,
)
from omscore.testing.builders import TODAY, day


@st.composite
def entries(draw: DrawFn, *, most: int = 8, fence: bool = False) -> list[Entry]:
    """Stock on hand, and up to *most* supplies and demands; perhaps, by a *fence*, no limit."""
    found: list[Entry] = [on_hand(draw(st.integers(0, 20)))]
    for place in range(draw(st.integers(0, most))):
        due, units = day(draw(st.integers(0, 13))), draw(st.integers(1, 9))
        if draw(st.booleans()):
            found.append(SupplyEntry(f"s{place}", units, due))
        else:
            kind = draw(st.sampled_from(DEMAND_KINDS))
            found.append(DemandEntry(f"d{place}", units, due, kind))
    if fence and draw(st.booleans()):
        found.append(unlimited(day(draw(st.integers(0, 13))), "fence"))
    return found


def net(stock: Iterable[Entry], first: date, last: date) -> int:
    """What the days from *first* to *last* bring, less what they take: slow and obvious."""
    change = 0
    for one in stock:
        if isinstance(one, SupplyEntry) and first <= max(TODAY, one.day) <= last:
            change += one.units
        if isinstance(one, DemandEntry) and first <= one.day <= last:
            change -= one.quantity
    return change


def projected(stock: Iterable[Entry], at: date) -> int:
    """What is left at the end of a day."""
    return net(stock, TODAY, at)

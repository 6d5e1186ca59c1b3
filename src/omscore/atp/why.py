"""Why so many units may be promised, and what would make it more.

The day and the entries that bind, what is withheld by which rule, and the smallest change that
would make a quantity possible.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from attrs import frozen

from omscore.atp import counting as ways
from omscore.atp.entries import FARTHEST_DAYS, of_position
from omscore.atp.methods import Explanation, Options
from omscore.atp.movements import StockEntered
from omscore.atp.position import Position, evolve
from omscore.atp.projected import Lacks, LookAhead
from omscore.atp.terms import MATCHING, Terms, Withheld
from omscore.kernel.ids import DocumentId
from omscore.kernel.quantities import MOST_UNITS

LOOK_AHEAD = LookAhead()


@frozen
class WhyAvailable:
    """*available* units may be promised for *day*.

    *stock* explains how many there are, *withheld* what is taken from that, by the safety rule at
    the place *rule*.  *asked* units would be there with what is *lacking*; that is None if they are
    there, or if no supply would do since all is kept for others.
    """

    day: date
    available: int
    stock: Explanation
    withheld: Withheld
    rule: int | None
    asked: int
    lacking: Lacks | None

    def __str__(self) -> str:
        lines = [f"{self.available} units may be promised for {self.day}", f"{self.stock}"]
        if self.withheld.safety:
            lines.append(f"  -{self.withheld.safety} safety stock, by rule {self.rule}")
        if self.withheld.protected:
            lines.append(f"  -{self.withheld.protected} kept for other channels")
        if self.withheld.safety_short:
            lines.append(f"  safety stock is short of {self.withheld.safety_short}")
        if self.lacking is not None:
            lines.append(f"{self.asked} asked: {self.lacking}")
        elif self.available < self.asked:
            lines.append(f"{self.asked} asked: all supply is kept for others")
        return "\n".join(lines)


def why(
    position: Position, terms: Terms, day: date, asked: int, today: date, now: datetime
) -> WhyAvailable:
    """Why so many units may be promised for *day*; `Unreadable` if it is none of the next years."""
    matched = position.expiring or terms.counting != ways.PLAIN
    options = Options(horizon_days=FARTHEST_DAYS, counting=terms.counting)
    entries = of_position(position, today, now)
    stock = (MATCHING if matched else LOOK_AHEAD).explain(entries, day, today, options)
    withheld = terms.withheld(position, terms.most(position, day, today=today, now=now), now)
    available = max(0, withheld.available)

    def enough(more: int) -> bool:
        richer = evolve(position, StockEntered("found", more, DocumentId("more")))
        return terms.available(richer, day, today=today, now=now) >= asked

    lacking, more = None, _fewest(enough)
    if more and matched:
        lacking = Lacks(more, day)
    elif more:
        wanted = stock.available + more
        found = LOOK_AHEAD.lacks(entries, day, wanted, today, options)
        lacking = found if isinstance(found, Lacks) else None
    return WhyAvailable(day, available, stock, withheld, terms.rule, asked, lacking)


def _fewest(enough: Callable[[int], bool]) -> int | None:
    """The least number that is *enough*; None if none is."""
    if enough(0) or not enough(MOST_UNITS):
        return 0 if enough(0) else None
    low, high = 0, MOST_UNITS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high

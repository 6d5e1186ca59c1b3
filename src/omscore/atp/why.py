"""Why so many units may be promised, and what would make it more.

The day and the entries that bind, what is withheld by which rule, and the smallest change that
would make a quantity possible.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import field, frozen

from omscore.atp.methods import Explanation
from omscore.atp.named import NOTHING, Papers, entries_of
from omscore.atp.outlook import NothingWouldDo, Outlook
from omscore.atp.projected import Lacks
from omscore.atp.terms import Withheld
from omscore.kernel.reason import Reason


@frozen
class WhyAvailable:
    """*available* units may be promised for *day*.

    *stock* explains how many there are, *withheld* what is taken from that, by the safety rule at
    the place *rule*; by the options of the answer, if that is None.  *kept* says for which segments
    of a protection.  *asked* units would be there
    with what is *lacking*; that is None if they are there.  *closed* is why the node promises
    nothing of what it has.
    """

    day: date
    available: int
    stock: Explanation
    withheld: Withheld
    rule: int | None
    asked: int
    lacking: Lacks | NothingWouldDo | None
    closed: Reason | None = None
    kept: Mapping[str, int] = field(factory=dict, hash=False)

    def __str__(self) -> str:
        lines = [f"{self.available} units may be promised for {self.day}"]
        if self.closed is not None:
            lines.append(f"  none, since {self.closed}")
        lines.append(f"{self.stock}")
        if self.withheld.safety:
            by = "by the options" if self.rule is None else f"by rule {self.rule}"
            lines.append(f"  -{self.withheld.safety} safety stock, {by}")
        if self.withheld.protected:
            lines.append(f"  -{self.withheld.protected} kept for others: {self._kept()}")
        if self.withheld.waited_for:
            lines.append(f"  -{self.withheld.waited_for} left to those who wait")
        if self.withheld.safety_short:
            lines.append(f"  safety stock is short of {self.withheld.safety_short}")
        if self.lacking is not None:
            lines.append(f"{self.asked} asked: {self.lacking}")
        return "\n".join(lines)

    def _kept(self) -> str:
        rows = self.kept.items()
        return ", ".join(
            f"{units} for {name}" if name else f"{units} unassigned" for name, units in rows
        )


def why(outlook: Outlook, day: date, asked: int, papers: Papers = NOTHING) -> WhyAvailable:
    """Why so many units may be promised for *day*; `Unreadable` if it is none of the next years.

    What it is made of goes by the names of *papers*, as far as they are known.
    """
    position, terms = outlook.position, outlook.terms
    today, now = outlook.today, outlook.now
    entries, _ = entries_of(position, today, now, papers)
    stock = outlook.method.explain(entries, day, today, terms.options)
    most = terms.most(position, day, today=today, now=now)
    withheld, kept = terms.withheld(position, most, now), terms.kept_for(position, most, now)
    available = max(0, withheld.available) if outlook.closed is None else 0
    lacking = outlook.lacks(asked, day)
    rule, closed = terms.rule, outlook.closed
    return WhyAvailable(day, available, stock, withheld, rule, asked, lacking, closed, kept)

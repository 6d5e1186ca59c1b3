"""What is asked for, as needs: bundles are taken apart, and items say what sourcing must know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import ClassVar

import attrs
from attrs import frozen

from omscore.atp.messages import NoSuchItem
from omscore.catalog.explosion import Exploded, Part, explode
from omscore.catalog.item import ITEM
from omscore.catalog.line import Line
from omscore.kernel import ids
from omscore.kernel.errors import Refused
from omscore.kernel.keys import Changes, Seen
from omscore.kernel.moments import local_day
from omscore.kernel.reason import Reason
from omscore.lifecycle.order.messages import PlaceOrder
from omscore.lifecycle.quote.messages import RequestQuote
from omscore.network.facts import THE_NETWORK, Network
from omscore.orchestration import horizon
from omscore.sourcing.need import Alternative, Need

Known = Changes | Seen


@frozen
class NotServed(Reason):
    """No node reaches the region by the method."""

    code: ClassVar[str] = "order.not-served"
    line: ids.LineId
    to: ids.Region
    method: ids.Method

    def __str__(self) -> str:
        return f"line {self.line}: no node delivers to {self.to} by {self.method}"


@frozen
class DayPassed(Reason):
    """The latest acceptable day of a line is over, wherever on earth it is asked for."""

    code: ClassVar[str] = "order.day-passed"
    line: ids.LineId
    latest: date

    def __str__(self) -> str:
        return f"line {self.line}: {self.latest} is over"


@frozen
class WantedTooLate(Reason):
    """A line is wanted for a day after the latest one that is acceptable."""

    code: ClassVar[str] = "order.wanted-too-late"
    line: ids.LineId
    wanted: date
    latest: date

    def __str__(self) -> str:
        return f"line {self.line}: wanted for {self.wanted}, and by {self.latest} at the latest"


@frozen
class OtherCurrency(Reason):
    """A line is priced in another currency than the policy, which weighs prices."""

    code: ClassVar[str] = "order.other-currency"
    line: ids.LineId
    currency: str
    expected: str

    def __str__(self) -> str:
        return f"line {self.line}: priced in {self.currency}, the policy weighs {self.expected}"


# --- needs ------------------------------------------------------------------------------------


def exploded(lines: Iterable[Line], known: Known) -> Exploded:
    """*lines*, with those of components in the place of bundles, as far as items are *known*."""
    return explode(lines, lambda sku: known.get(ITEM.key(sku)))


def need(
    line: Line, quantity: int, to: ids.Region, method: ids.Method, channel: str | None = None
) -> Need:
    """The need for *quantity* units of *line*, sold through *channel*."""
    return Need(
        line.id,
        line.sku,
        quantity,
        to,
        method,
        line.latest,
        price=line.price.minor,
        currency=line.price.currency,
        priority=line.priority,
        group=line.group,
        wanted=line.wanted,
        split=line.split,
        channel=channel,
        substitutes=tuple([Alternative(one.sku, one.penalty) for one in line.substitutes]),
    )


def part_of(one: Need, part: Part, bundle: Line, units: int) -> Need:
    """*one*, as a component of a *bundle* of so many *units*, which share its price."""
    return attrs.evolve(
        one, bundle=part.of, each=part.each, price=bundle.price.minor // max(1, units)
    )


def needs_of_lines(
    lines: Iterable[Line],
    to: ids.Region,
    method: ids.Method,
    known: Known,
    channel: str | None = None,
) -> list[Need]:
    """One need per line, one per component of a bundle.

    What a line says of destination and method goes first.
    """
    whole = exploded(lines, known)
    bundles, units = {line.id: line for line in whole.bundles}, units_of(whole.parts)
    needs = []
    for line in whole.lines:
        one = need(line, line.quantity, line.ship_to or to, line.method or method, channel)
        if (part := whole.parts.get(line.id)) is not None:
            one = part_of(one, part, bundles[part.of], units[part.of])
        needs.append(one)
    return needs


def units_of(parts: Mapping[ids.LineId, Part]) -> dict[ids.LineId, int]:
    """How many units of components each bundle is made of."""
    units: dict[ids.LineId, int] = {}
    for part in parts.values():
        units[part.of] = units.get(part.of, 0) + part.each
    return units


def needs_of(command: PlaceOrder | RequestQuote, known: Known) -> list[Need]:
    """The needs that *command* asks for, as far as items are *known*."""
    return needs_of_lines(command.lines, command.ship_to, command.method, known, command.channel)


def described(one: Need, known: Known) -> Need:
    """*one*, with what items say of it, and of those of its substitutes that are kept in stock."""
    if (item := known.get(ITEM.key(one.sku))) is None:
        return one
    substitutes = tuple(
        [
            attrs.evolve(other, weight_g=found.weight_g, classes=found.classes)
            for other in one.substitutes
            if (found := known.get(ITEM.key(other.sku))) is not None and found.kind == "stock"
        ]
    )
    return attrs.evolve(
        one,
        weight_g=item.weight_g,
        classes=item.classes,
        stocked=item.kind == "stock",
        substitutes=substitutes if item.kind == "stock" else (),
    )


def skus_of(one: Need) -> tuple[ids.Sku, ...]:
    """Whatever may be sent for *one*."""
    return (one.sku, *[other.sku for other in one.substitutes])


# --- what is refused --------------------------------------------------------------------------


def require_served(changes: Changes, needs: Iterable[Need], prices_in: str | None) -> None:
    """`Refused` with every need whose sku or destination is unknown, or whose day is over.

    So is one for a day beyond the horizon, or in another currency than *prices_in*, if that is
    given.
    """
    network, asked = changes.get(THE_NETWORK) or Network(), list(needs)
    items = {sku: changes.get(ITEM.key(sku)) for one in asked for sku in skus_of(one)}
    faults: list[Reason] = [
        NoSuchItem(sku) for sku, item in items.items() if item is None or item.kind == "bundle"
    ]
    faults += [
        NotServed(one.line, one.to, one.method)
        for one in asked
        if not network.reaching(one.to, one.method)
    ]
    faults += [
        DayPassed(one.line, one.latest)
        for one in asked
        if one.latest is not None and _is_over(one.latest, changes.seen.now)
    ]
    today = local_day(changes.seen.now, "UTC")
    faults += [
        too_far
        for one in asked
        for name, day in (("wanted", one.wanted), ("latest", one.latest))
        if day is not None and (too_far := horizon.too_far(day, today, f"lines.{one.line}.{name}"))
    ]
    faults += [
        WantedTooLate(one.line, one.wanted, one.latest)
        for one in asked
        if one.wanted is not None and one.latest is not None and one.wanted > one.latest
    ]
    faults += [
        OtherCurrency(one.line, one.currency, prices_in)
        for one in asked
        if prices_in is not None and one.currency not in (None, prices_in)
    ]
    if faults:
        raise Refused(*faults)


def _is_over(day: date, now: datetime) -> bool:
    """Whether *day* is over everywhere: it ends last where the clock is twelve hours behind."""
    return day < local_day(now, "Etc/GMT+12")


def versions(seen: Seen, needs: Iterable[Need]) -> tuple[int, Mapping[ids.Sku, int]]:
    """The versions of the facts that a plan for *needs* rests on: of the network, and of items."""
    skus = dict.fromkeys(sku for one in needs for sku in skus_of(one))
    return seen.version(THE_NETWORK), {sku: seen.version(ITEM.key(sku)) for sku in skus}

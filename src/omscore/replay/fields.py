"""One field of a row as a value: each function gives the value, or `Refused` with the reason."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from omscore.kernel import ids
from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.money import Money, money
from omscore.kernel.quantities import MOST_UNITS
from omscore.replay.faults import BadDate, BadId, BadPrice, BadQuantity, NoSuchTime
from omscore.replay.rows import Row

MOST_PRICE_MINOR = 10**9
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(:[0-9]{2})?")


def name(row: Row, column: str) -> str:
    """A name, in the alphabet of ids."""
    try:
        return ids.checked(row[column])
    except Unreadable:
        raise Refused(BadId(column)) from None


def optional_name(row: Row, column: str) -> str | None:
    """A name, or None where the field is empty."""
    return name(row, column) if row[column] else None


def sku(row: Row, column: str) -> ids.Sku:
    """A sku in capitals: `84997b` and `84997B` are two spellings of one item."""
    return ids.Sku(name(row, column).upper())


def whole(row: Row, column: str, least: int = -MOST_UNITS, most: int = MOST_UNITS) -> int:
    """A whole number from *least* to *most*, but not zero where negative ones are allowed."""
    expected = f"a whole number from {least} to {most}" + (", not 0" if least < 0 else "")
    if not _WHOLE.fullmatch(row[column]):
        raise Refused(BadQuantity(column, expected))
    number = int(row[column])
    if not least <= number <= most or (least < 0 and number == 0):
        raise Refused(BadQuantity(column, expected))
    return number


def amount(row: Row, column: str, currency: str) -> Money:
    """An amount of *currency*, perhaps negative, of at most a thousand million minor units."""
    try:
        found = money(row[column], currency)
    except Unreadable as fault:
        raise Refused(BadPrice(column, fault.problem)) from None
    if abs(found.minor) > MOST_PRICE_MINOR:
        raise Refused(BadPrice(column, f"at most {MOST_PRICE_MINOR} minor units"))
    return found


def day(row: Row, column: str) -> date:
    """A day such as `2011-04-28`."""
    try:
        if _DAY.fullmatch(row[column]):
            return date.fromisoformat(row[column])
    except ValueError:
        pass
    raise Refused(BadDate(column, "a day like 2011-04-28"))


def moment(row: Row, column: str, zone: ZoneInfo) -> datetime:
    """A moment such as `2011-04-28 09:30:00` by the clocks of *zone*, as an instant.

    A time that the clocks showed twice is taken as the first; one that they skipped is refused.
    """
    try:
        if not _MOMENT.fullmatch(row[column]):
            raise ValueError
        local = datetime.fromisoformat(row[column]).replace(tzinfo=zone)
        instant = local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(BadDate(column, "a moment like 2011-04-28 09:30:00")) from None
    if instant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Refused(NoSuchTime(column, zone.key))
    return instant

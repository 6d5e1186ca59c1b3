"""Instants and days.  An instant is an aware datetime in UTC; a day is somebody's local day."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import Attribute, frozen

from omscore.kernel.errors import Unreadable


def instant(value: object, name: str = "instant") -> datetime:
    """*value* in UTC; `Unreadable` if it is no datetime, names no zone, or is at an end of time.

    The first and the last year that a datetime has are left out: they have no day in every zone.
    """
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Unreadable("a moment with a time zone", f"$.{name}")
    if not MINYEAR < value.year < MAXYEAR:
        raise Unreadable(f"a moment of the years {MINYEAR + 1} to {MAXYEAR - 1}", f"$.{name}")
    return value.astimezone(UTC)


def day(value: object, name: str = "day") -> date:
    """*value*, if it is a date and not a moment."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Unreadable("a day, without a time", f"$.{name}")
    return value


def some_day(_: object, attribute: Attribute[date], value: object) -> None:
    """A validator: a day, without a time."""
    day(value, attribute.name)


def last_day(_: object, attribute: Attribute[date], value: date) -> None:
    """A validator: a day that another one follows."""
    if day(value, attribute.name).year == MAXYEAR:
        problem = f"a day before {MAXYEAR}; nothing, for units that last"
        raise Unreadable(problem, f"$.{attribute.name}")


def zone(value: str) -> str:
    """*value*, if it names a time zone of the IANA database."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise Unreadable("the name of an IANA time zone, like Europe/Berlin", "$.zone") from None
    return value


def optional_zone(value: str | None) -> str | None:
    """A converter: the name of a time zone, or None."""
    return None if value is None else zone(value)


def local_day(now: datetime, zone: str) -> date:
    """The day that it is at *now* in *zone*."""
    return now.astimezone(ZoneInfo(zone)).date()


def day_over(day: date, zone: str) -> datetime:
    """The instant at which *day* is over in *zone*."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


@frozen
class Window:
    """The instants from *start* up to, and not including, *end*."""

    start: datetime
    end: datetime

    def __attrs_post_init__(self) -> None:
        if self.end <= self.start:
            raise Unreadable("a window ends after it starts", "$.end")

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

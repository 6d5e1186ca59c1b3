"""Calendars with public holidays, from the package `holidays` (extra `calendars`)."""

from __future__ import annotations

from collections.abc import Iterable

from omscore.kernel.errors import Unavailable, Unreadable
from omscore.network.facts import Calendar

MONDAY_TO_FRIDAY = range(5)


def public_calendar(
    id: str,
    country: str,
    years: Iterable[int],
    *,
    subdivision: str | None = None,
    weekdays: Iterable[int] = MONDAY_TO_FRIDAY,
) -> Calendar:
    """A working week without the public holidays of a *country*, or a part of it, in some *years*.

    Days of other years are told as if there were no holidays in them.  `Unavailable` without the
    package, `Unreadable` for what it does not know.
    """
    try:
        import holidays
    except ModuleNotFoundError as missing:
        mend = "holidays is not installed: pip install 'omscore[calendars]'"
        raise Unavailable(mend) from missing
    try:
        days = holidays.country_holidays(country, subdiv=subdivision, years=years)
    except NotImplementedError:
        problem = "a country, and a part of it, that the package holidays knows"
        raise Unreadable(problem, "$.country") from None
    return Calendar(id, weekdays=weekdays, holidays=list(days))

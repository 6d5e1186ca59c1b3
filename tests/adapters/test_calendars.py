"""Public holidays as a calendar."""

from datetime import date

import pytest

from omscore.adapters.calendars import public_calendar
from omscore.kernel.errors import Unreadable
from omscore.network.calendar import works


def test_a_country_rests_on_its_holidays_and_week_ends() -> None:
    """Epiphany is a holiday in Bavaria, and in Berlin it is not."""
    bavaria = public_calendar("bavaria", "DE", [2026], subdivision="BY")
    berlin = public_calendar("berlin", "DE", [2026], subdivision="BE", weekdays=range(6))

    assert not works(bavaria, date(2026, 1, 6))
    assert works(berlin, date(2026, 1, 6))
    assert [works(one, date(2026, 1, 10)) for one in (bavaria, berlin)] == [False, True]
    assert not works(berlin, date(2026, 1, 1))


@pytest.mark.parametrize("subdivision", [None, "XX"])
def test_a_country_that_nobody_knows_has_no_calendar(subdivision: str | None) -> None:
    """Neither has an unknown part of one that is known."""
    with pytest.raises(Unreadable) as unreadable:
        public_calendar("utopia", "DE" if subdivision else "XX", [2026], subdivision=subdivision)

    assert unreadable.value.path == "$.country"

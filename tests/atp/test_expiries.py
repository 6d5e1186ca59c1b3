"""Expiries on a grid: whoever asks for a while gets it, and a position stays small."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.expiries import PARTS, step, until
from omscore.testing.builders import HOUR, MONDAY

durations = st.timedeltas(timedelta(microseconds=1), timedelta(days=90))


@given(durations, durations)
def test_nobody_gets_less_than_was_asked_and_nobody_much_more(
    past: timedelta, ttl: timedelta
) -> None:
    """Rounded up, by less than a sixteenth; at any moment."""
    now = MONDAY + past

    assert now + ttl <= until(now, ttl) < now + ttl + max(ttl / PARTS, timedelta(microseconds=1))


@given(st.integers(1, 90 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds)))
def test_at_any_moment_few_instants_are_waited_for(ttl: timedelta) -> None:
    """However many ask for a duration, and whenever they do: at most 81 expiries are open."""
    first, last = until(MONDAY, ttl), until(MONDAY + ttl, ttl)

    assert (last - first) / step(ttl) <= 5 * PARTS + 1


def test_usual_durations_end_at_instants_that_people_can_read() -> None:
    """Half an hour is kept to the minute, a day to the hour."""
    now = MONDAY + timedelta(minutes=5, seconds=7)

    assert until(MONDAY, HOUR / 2) == MONDAY + HOUR / 2
    assert f"{until(now, HOUR / 2):%H:%M:%S}" == "09:36:00"
    assert f"{until(now, HOUR / 4):%H:%M:%S}" == "09:20:30"
    assert f"{until(now, 24 * HOUR):%H:%M:%S}" == "10:00:00"

"""What every `Clock` must do.  Subclass `ClockContract`, override `clock`, run pytest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from omscore.ports.world import Clock


class ClockContract:
    """The promises of `Clock`."""

    @pytest.fixture
    def clock(self) -> Clock:
        """The clock to prove: all that an adapter has to provide."""
        raise NotImplementedError

    def test_it_tells_instants_in_utc(self, clock: Clock) -> None:
        """A time without a zone, or in local time, is a source of errors twice a year."""
        now = clock.now()

        assert isinstance(now, datetime)
        assert now.utcoffset() == timedelta(0)

    def test_it_never_goes_back(self, clock: Clock) -> None:
        """Events that are recorded later never look earlier."""
        told = [clock.now() for _ in range(1_000)]

        assert all(earlier <= later for earlier, later in pairwise(told))

    def test_it_never_goes_back_for_any_thread(self, clock: Clock) -> None:
        """Hosts share one clock among their threads."""

        def watch(_: int) -> list[datetime]:
            return [clock.now() for _ in range(500)]

        with ThreadPoolExecutor(4) as pool:
            for told in pool.map(watch, range(4)):
                assert all(earlier <= later for earlier, later in pairwise(told))

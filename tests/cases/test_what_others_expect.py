"""Facts from the test suites of Solidus, Saleor and Vendure, on our front door.

What they do differently, or what we do not do, is named with the reason.
"""

import json
from collections.abc import Mapping

import of_availability
import of_lifecycles
import of_reservations
import of_returns
import of_sourcing
import pytest
from others import CASES, HERE, RUNS

from omscore.testing import laws

ADAPTERS = (of_availability, of_lifecycles, of_reservations, of_returns, of_sourcing)
"""Those that have told `RUNS` of their cases."""

LEFT_OUT: Mapping[str, str] = json.loads((HERE / "left_out.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("id_", sorted(RUNS))
def test_what_others_expect_holds_here(id_: str) -> None:
    """Other people's cases find what one's own tests assume; the books are in order after each."""
    shop = RUNS[id_](CASES[id_]["given"], CASES[id_]["expect"])

    if shop is not None:
        laws.check(shop.oms)


def test_every_case_runs_or_is_left_out_for_a_reason() -> None:
    """None is passed over in silence."""
    assert RUNS.keys() | LEFT_OUT.keys() == CASES.keys()
    assert not RUNS.keys() & LEFT_OUT.keys()
    assert all(LEFT_OUT.values())

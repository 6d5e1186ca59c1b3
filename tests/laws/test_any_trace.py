"""Laws 1-6 and 9-12 over whole traces: whatever a shop is asked, its books are in order."""

from collections.abc import Sequence

from hypothesis import given

from omscore.testing import laws, traces
from omscore.testing.builders import a_shop


@given(traces.traces())
def test_the_books_are_in_order_whatever_happens(trace: Sequence[object]) -> None:
    """Laws 1-6, 9-12: orders, reports, supplies, returns and quotes, in any sequence."""
    shop = a_shop({})
    shop.play(trace)

    laws.check(shop.oms)

"""The sentence of a reason that was kept as code and figures."""

from datetime import date

import pytest

from omscore.atp.messages import NoSuchItem, NotOnHand
from omscore.kernel.ids import Method, Region, Sku
from omscore.kernel.reason import Noted, Reason
from omscore.sourcing.rules import NoLane, NoStock, TooLate
from omscore.views.reasons import sentence


@pytest.mark.parametrize(
    "reason",
    [
        NoStock(),
        NoLane(Region("FR"), Method("express")),
        TooLate(date(2026, 3, 9), date(2026, 3, 5)),
        NotOnHand(3, 1),
        NoSuchItem(Sku("TEA")),
    ],
)
def test_a_reason_that_was_kept_says_what_it_said_before(reason: Reason) -> None:
    """Numbers, words and days come back as what they were."""
    assert sentence(reason.noted()) == str(reason)


@pytest.mark.parametrize(
    "noted",
    [
        Noted("plugin.gone", {"km": 12}),
        Noted("sourcing.too-late", {"earliest": "soon"}),
        Noted("sourcing.too-late", {"earliest": "soon", "latest": "later"}),
    ],
)
def test_code_and_figures_speak_where_no_class_does(noted: Noted) -> None:
    """A plugin that is gone, or one whose figures have changed, leaves the record readable."""
    assert sentence(noted) == str(noted)

"""The kit lets through costs that keep the laws, and shows what breaks them."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from types import FrameType
from typing import Any

import pytest
from attrs import define, field

from omscore.sourcing.combinators import Soft
from omscore.sourcing.costs import Cost, Handling, Lateness, Offer, Preference, Transport, Waiting
from omscore.sourcing.need import Need
from omscore.sourcing.restrictions import OnlyKinds
from omscore.testing.laws import BrokenLaw, check_cost

FEW = 100


@pytest.mark.parametrize(
    "cost",
    [
        Transport(),
        Waiting(),
        Lateness(),
        Handling(parcel=60, unit=7),
        Preference({"berlin": 90}),
        Soft(OnlyKinds(["store"]), 5),
    ],
    ids=lambda cost: cost.name,
)
def test_costs_in_the_box_keep_the_laws(cost: Cost) -> None:
    """And each of them asked for something."""
    assert check_cost(cost, most=FEW).some > 0


# --- costs that break them ----------------------------------------------------------------------


@define(eq=False)
class Moody:
    """A cost that answers whatever it is told to."""

    parcel: Callable[[Offer], Any] = field(default=lambda _: 0, repr=False)
    unit: Callable[[Need, Offer], Any] = field(default=lambda *_: 0, repr=False)
    name: Any = "moody"

    def of_parcel(self, offer: Offer, /) -> int:
        answer: int = self.parcel(offer)
        return answer

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        answer: int = self.unit(need, offer)
        return answer


@define(eq=False)
class OfLines(Moody):
    """A cost that also answers for lines."""

    line: Callable[[Need, Offer], Any] = field(default=lambda *_: 0, repr=False)

    def of_line(self, need: Need, offer: Offer, /) -> int:
        answer: int = self.line(need, offer)
        return answer


class Rising:
    """An answer that is one more each time."""

    def __init__(self) -> None:
        self.last = 0

    def __call__(self, *_: object) -> int:
        self.last += 1
        return self.last


def closing(offer: Offer) -> int:
    """Changes what it is shown."""
    object.__setattr__(offer.lane, "parcel_cost", 0)
    return 0


SAME = "it answers the same to the same, whoever was asked before"


@pytest.mark.parametrize(
    ("cost", "law"),
    [
        (Moody(parcel=lambda offer: 1 // offer.lane.kg_cost), "it answers whatever it is asked"),
        (Moody(unit=lambda need, _: 1 // need.weight_g), "it answers whatever it is asked"),
        (Moody(parcel=lambda _: 0.5), "it answers whole mils"),
        (Moody(unit=lambda *_: True), "it answers whole mils"),
        (Moody(parcel=lambda _: -1), "a parcel costs something or nothing"),
        (OfLines(line=lambda *_: -1), "a line costs something or nothing"),
        (OfLines(line=lambda *_: 0.5), "it answers whole mils"),
        (OfLines(line=Rising()), SAME),
        (Moody(parcel=Rising()), SAME),
        (Moody(unit=Rising()), SAME),
        (Moody(parcel=lambda _: random.randrange(9)), SAME),
        (Moody(parcel=closing), "it leaves alone what it is shown"),
        (Moody(name=""), "it has a name"),
        (Moody(name=7), "it has a name"),
    ],
)
def test_a_cost_that_breaks_a_law_is_shown(cost: Cost, law: str) -> None:
    """By the law that it breaks."""
    with pytest.raises(BrokenLaw) as broken:
        check_cost(cost, smallest=False)

    assert broken.value.law == law


def test_a_cost_that_prints_its_address_is_shown() -> None:
    """The digest of its policy would differ from process to process."""

    class Anonymous(Moody):
        __repr__ = object.__repr__

    with pytest.raises(BrokenLaw, match="it prints alike in every process"):
        check_cost(Anonymous())


def test_a_price_that_depends_on_who_asks_is_shown() -> None:
    """It costs less in the plan that is followed than when the plan is added up again."""

    class Cheap(Moody):
        """Reads the stack, as a cost that keeps a cache of its own might go wrong."""

        def of_parcel(self, offer: Offer, /) -> int:
            names = {frame.f_code.co_name for frame in _frames(sys._getframe())}
            return 1_000 if "source" in names else 5_000

    with pytest.raises(BrokenLaw) as broken:
        check_cost(Cheap(), smallest=False)

    assert broken.value.law == "what a plan is said to cost is what it adds up to"
    assert re.search(r"expected +\d+ minor units, which are \d+000 mils", str(broken.value))
    assert re.search(r"came +moody: \d+$", str(broken.value))


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back

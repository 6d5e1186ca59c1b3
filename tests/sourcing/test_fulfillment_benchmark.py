"""The benchmark of a sequence of orders, on an instance that is small enough for a test."""

from __future__ import annotations

import importlib
from collections import Counter
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def fulfillment(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, as a module."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("fulfillment")


def test_whoever_looks_further_pays_less(fulfillment: ModuleType) -> None:
    """The whole order beats the nearest center, and the stock of tomorrow beats that of today."""
    instance = fulfillment.tiny(Random("tiny"))
    ratios = {one.policy: one.ratio for one in fulfillment.outcomes(instance)}
    assert ratios[fulfillment.OFTEN] < ratios[fulfillment.EXACT] < ratios[fulfillment.NEAREST]


def test_what_no_center_has_is_counted_as_unfilled(fulfillment: ModuleType) -> None:
    """Each policy may send no more than there is."""
    instance = fulfillment.tiny(Random("tiny"))
    wanted = Counter(item for kind, _ in instance.arrivals for item in instance.kinds[kind])
    there = [sum(row[item] for row in instance.stock) for item in range(len(wanted))]
    short = sum(max(0, wanted[item] - units) for item, units in enumerate(there))
    assert all(one.unfilled >= short > 0 for one in fulfillment.outcomes(instance))

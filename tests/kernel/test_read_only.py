"""A fact cannot be changed by whom it is shown to."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

from omscore.kernel.read_only import ReadOnly
from omscore.network.facts import Node


@pytest.mark.parametrize(
    "change",
    [
        lambda some: some.__setitem__("units", 9),
        lambda some: some.__delitem__("units"),
        lambda some: some.__ior__({"units": 9}),
        lambda some: some.clear(),
        lambda some: some.pop("units"),
        lambda some: some.popitem(),
        lambda some: some.setdefault("parcels", 9),
        lambda some: some.update(units=9),
    ],
)
def test_it_refuses_every_change(change: Callable[[dict[str, int]], object]) -> None:
    """And is as it was."""
    node = Node("berlin", capacity={"units": 3})
    with pytest.raises(TypeError, match="a fact cannot be changed"):
        change(node.capacity)  # type: ignore[arg-type]
    assert node.capacity == {"units": 3}


def test_it_reads_prints_and_copies_like_a_dict() -> None:
    """Processes are given it, and tests compare it."""
    some = ReadOnly({"units": 3})

    assert (some, repr(some), {**some}) == ({"units": 3}, "{'units': 3}", {"units": 3})
    for other in copy.deepcopy(some), copy.copy(some), pickle.loads(pickle.dumps(some)):
        assert other == some
        assert type(other) is ReadOnly

"""What cannot be read is told by the name of the field that holds it, whatever the field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import attrs
import pytest

from omscore import (
    ByRank,
    Configuration,
    Lapsing,
    Planner,
    Recovery,
    Reserving,
    ReturnPolicy,
    Snapshot,
)
from omscore.adapters.vocabulary import COMMANDS
from omscore.catalog.line import Line, Substitute
from omscore.kernel.errors import Unreadable
from omscore.orchestration.learning import Fact

READ: tuple[Any, ...] = (*COMMANDS.values(), *get_args(Fact), Line, Substitute, Snapshot)
CHOSEN = (ByRank, Configuration, Lapsing, Planner, Recovery, Reserving, ReturnPolicy)
TOGETHER = {"Item.kind", "Node.kind", "Destination.at"}
"""Fields that are read with the others of their class."""
OF_THE_HOST = {"Configuration.handlers", "Configuration.processes"}


def fields(*read: Any) -> Iterator[Any]:
    """Each field that is given, by its class and name."""
    for one in read:
        for field in attrs.fields(one):
            if field.init and (name := f"{one.__name__}.{field.name}") not in OF_THE_HOST:
                yield pytest.param(field, id=name)


def read_as(field: Any, value: object) -> None:
    """Read *value* as the field of a class would be."""
    if field.converter is not None:
        value = field.converter(value)
    if field.validator is not None:
        field.validator(None, field, value)


@pytest.mark.parametrize("words", ["two words", ["two words"]], ids=["words", "row"])
@pytest.mark.parametrize(
    "field", [one for one in fields(*READ) if one.values[0].converter is not None]
)
def test_two_words_are_refused_by_the_name_of_their_field(field: Any, words: Any) -> None:
    """An id, a row or a moment: none of them is two words, alone or in a row."""
    with pytest.raises(Unreadable) as told:
        read_as(field, words)
    assert told.value.path.startswith(f"$.{field.name.rstrip('_')}"), told.value.path


@pytest.mark.parametrize("field", [one for one in fields(*READ, *CHOSEN) if one.id not in TOGETHER])
def test_no_field_takes_whatever_it_is_given(field: Any) -> None:
    """What is of no known kind is refused at once, and not when somebody needs it."""
    with pytest.raises(Unreadable) as told:
        read_as(field, object())
    assert told.value.path.startswith(f"$.{field.name.rstrip('_')}"), told.value.path

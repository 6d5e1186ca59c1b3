"""What cannot be read is told by the name of the field that holds it, whatever the field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import attrs
import pytest

from omscore.adapters.vocabulary import COMMANDS
from omscore.catalog.line import Line, Substitute
from omscore.kernel.errors import Unreadable
from omscore.orchestration.learning import Fact

READ: tuple[Any, ...] = (*COMMANDS.values(), *get_args(Fact), Line, Substitute)


def converted() -> Iterator[Any]:
    for read in READ:
        for field in attrs.fields(read):
            if field.converter is not None:
                yield pytest.param(field, id=f"{read.__name__}.{field.name}")


@pytest.mark.parametrize("field", tuple(converted()))
def test_two_words_are_refused_by_the_name_of_their_field(field: Any) -> None:
    with pytest.raises(Unreadable) as told:
        field.converter("two words")
    assert told.value.path.startswith(f"$.{field.name.rstrip('_')}"), told.value.path

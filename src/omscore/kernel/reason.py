"""Why the answer is no: one vocabulary for refusals, passed-over nodes, short stock and holds.

A `Reason` lives in code, with a sentence.  What is kept in events is a `Noted`: its code and
figures, which stay readable when the class is gone or belongs to a plugin that is not installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from attrs import fields, frozen

Figure = int | str


@frozen
class Noted:
    """A reason as it is kept: its stable code, and its figures by name."""

    code: str
    figures: Mapping[str, Figure]

    def __str__(self) -> str:
        listed = ", ".join(f"{name} {figure}" for name, figure in self.figures.items())
        return f"{self.code} ({listed})" if listed else self.code

    def __hash__(self) -> int:
        return hash((self.code, tuple(self.figures.items())))


@frozen
class Reason:
    """A fact that explains a *no*.  A subclass has a stable code, its figures and a sentence.

    Figures are whole numbers and short words (ids, ISO dates), never free text of a person.
    """

    code: ClassVar[str]

    def __init_subclass__(cls) -> None:
        # attrs makes a slotted copy of each class: the copy is checked too, and has the code.
        if "code" not in cls.__dict__:
            raise TypeError(f"{cls.__name__} needs a code of its own: it outlives the class name")

    def noted(self) -> Noted:
        """What is worth keeping of this reason."""
        named = ((one.name, getattr(self, one.name)) for one in fields(type(self)))
        return Noted(
            self.code,
            {name: figure if type(figure) is int else str(figure) for name, figure in named},
        )

"""The policy of availability from TOML, read as strictly as a sourcing policy.

    [[answering]]
    classes = ["made"]
    method = { type = "untracked", lead_days = 3 }

    [safety]
    rules = [{ units = 2, classes = ["category:tea"] }]

    [[protecting]]
    sku = "TEA"
    protection = { segments = [{ name = "web", amount = 40, measure = "percent" }] }

Tables and fields are those of `Availability`; methods go by their names.  Anything unknown, missing
or of the wrong type, and shares that cannot be, are `Unreadable`, with a path.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from cattrs import Converter

from omscore.adapters.codec import door
from omscore.adapters.codec.shapes import Names
from omscore.adapters.policies.reading import table_of
from omscore.atp.availability import Availability
from omscore.atp.methods import AtpMethod
from omscore.atp.periods import Cumulative, Discrete, Period
from omscore.atp.projected import AtReceipts, LookAhead, Untracked
from omscore.atp.windows import Windows
from omscore.kernel.errors import Unreadable

METHODS: dict[str, type[AtpMethod]] = {
    "look-ahead": LookAhead,
    "at-receipts": AtReceipts,
    "period": Period,
    "discrete": Discrete,
    "cumulative": Cumulative,
    "windows": Windows,
    "untracked": Untracked,
}
"""What a file may name: a word, or a table of that type with the fields of the method."""


def read_availability(text: str) -> Availability:
    """The policy that TOML *text* describes; `Unreadable`, with a path, if it describes none."""
    made: Availability = _converter().structure(table_of(text), Availability)
    return made


def _converter() -> Converter:
    made = door.converter(Names(METHODS), {})
    made.register_structure_hook_func(lambda type_: type_ is AtpMethod, partial(_method, made))
    return made


def _method(within: Converter, value: Any, _: Any) -> AtpMethod:
    """The method that a word names, or a table with its fields."""
    fields = {"type": value} if isinstance(value, str) else value
    named = fields.get("type") if isinstance(fields, dict) else None
    if not isinstance(named, str) or named not in METHODS:
        raise Unreadable(f"one of {', '.join(METHODS)}, or a table of that type")
    rest = {key: one for key, one in fields.items() if key != "type"}
    made: AtpMethod = within.get_structure_hook(METHODS[named])(rest, METHODS[named])
    return made

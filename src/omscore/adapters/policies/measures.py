"""What is measured, as text with its unit: `"3 days"`, `"500 g"`, `"4.20 EUR"`.

A number without a unit would be read as whatever its reader is used to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from attrs import field, frozen

from omscore.kernel.errors import Unreadable
from omscore.kernel.money import exponent, money
from omscore.sourcing.units import Unit


@frozen
class Measure:
    """How a unit is written: *like* this, by a *pattern* whose first two groups are read."""

    like: str
    pattern: str
    read: Callable[[str, str], int]
    _compiled: re.Pattern[str] = field(init=False, repr=False, eq=False)

    @_compiled.default
    def _compile(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.ASCII)

    def of(self, text: str) -> int:
        """The whole number that *text* says; `Unreadable` if it says none."""
        if (found := self._compiled.fullmatch(text)) is None:
            raise Unreadable(f"text like {self.like}")
        return self.read(found[1], found[2])


_SECONDS = {"s": 1, "min": 60, "h": 3_600}


def _minor(amount: str, currency: str) -> int:
    exponent(currency)
    return money(amount, currency).minor


MEASURES: Mapping[Unit, Measure] = {
    "days": Measure('"3 days"', "([0-9]{1,9}) (days?)", lambda n, _: int(n)),
    "grams": Measure(
        '"500 g" or "30 kg"',
        "([0-9]{1,9}) (k?g)",
        lambda n, unit: int(n) * (1_000 if unit == "kg" else 1),
    ),
    "km": Measure('"620 km"', "([0-9]{1,9}) (km)", lambda n, _: int(n)),
    "percent": Measure('"80 %"', "([0-9]{1,3}) (%)", lambda n, _: int(n)),
    "seconds": Measure(
        '"90 s", "5 min" or "1 h"',
        "([0-9]{1,9}) (s|min|h)",
        lambda n, unit: int(n) * _SECONDS[unit],
    ),
    "minor": Measure('"4.20 EUR"', r"([0-9]{1,12}(?:\.[0-9]{1,3})?) ([A-Z]{3})", _minor),
}


def measured(value: object, unit: Unit, currency: object, path: str) -> object:
    """*value*, in which text with a *unit* is replaced by whole numbers."""
    if isinstance(value, dict):
        return {k: measured(one, unit, currency, f"{path}.{k}") for k, one in value.items()}
    if isinstance(value, list):
        return [measured(one, unit, currency, f"{path}[{n}]") for n, one in enumerate(value)]
    text = value if isinstance(value, str) else ""
    try:
        return _amount(text, currency) if unit == "minor" else MEASURES[unit].of(text)
    except Unreadable as problem:
        raise Unreadable(problem.problem, path) from None


def _amount(text: str, currency: object) -> int:
    """Minor units, in the *currency* of the whole file."""
    if not isinstance(currency, str):
        raise Unreadable("an amount, which needs a currency of the whole file")
    exponent(currency)
    if not text.endswith(f" {currency}"):
        raise Unreadable(f'text like "4 {currency}", in the currency of the file')
    return MEASURES["minor"].of(text)

"""Money in integer minor units of an ISO 4217 currency, shared out to the last one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import accumulate, pairwise
from typing import NewType

from attrs import field, frozen

from omscore.kernel.errors import Unreadable

Currency = NewType("Currency", str)

# ISO 4217 (list one): the number of digits after the decimal point, where it is not two.
_EXPONENTS = dict.fromkeys(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
) | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)
_TWO_DIGITS = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ "
    "GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL "
    "MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR "
    "PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT "
    "TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG".split()
)
_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,3})?")
MOST_MINOR = 10**18


def exponent(currency: str) -> int:
    """How many digits *currency* has after the decimal point; `Unreadable` if it is unknown."""
    if currency in _TWO_DIGITS:
        return 2
    if currency in _EXPONENTS:
        return _EXPONENTS[currency]
    raise Unreadable("an ISO 4217 currency, like EUR", "$.currency")


def _currency(value: str) -> Currency:
    if not isinstance(value, str):
        raise Unreadable("an ISO 4217 currency, like EUR", "$.currency")
    exponent(value)
    return Currency(value)


def _minor(_: object, __: object, value: int) -> None:
    if type(value) is not int or abs(value) > MOST_MINOR:
        raise Unreadable("a whole number of minor units", "$.minor")


@frozen
class Money:
    """An amount of one currency, in its minor unit (cents for EUR, yen for JPY)."""

    minor: int = field(validator=_minor)
    currency: Currency = field(converter=_currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, units: int) -> Money:
        return Money(self.minor * units, self.currency)

    def __str__(self) -> str:
        digits = exponent(self.currency)
        sign, text = "-" if self.minor < 0 else "", str(abs(self.minor)).rjust(digits + 1, "0")
        cut = len(text) - digits
        return f"{sign}{text[:cut]}{'.' if digits else ''}{text[cut:]} {self.currency}"

    def share(self, weights: Sequence[int]) -> list[Money]:
        """Split in proportion to *weights* (none negative, not all zero); the sum is the whole.

        Part *n* is the difference of two floored running totals (cumulative rounding), so each
        part is less than one minor unit away from its exact proportion.
        """
        if not any(weights) or min(weights) < 0:
            raise ValueError("weights are not negative, and not all zero")
        marks = [self.minor * upto // sum(weights) for upto in accumulate(weights, initial=0)]
        return [Money(after - before, self.currency) for before, after in pairwise(marks)]

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise TypeError(f"cannot combine {self.currency} with {other.currency}")
        return other.minor


def money(amount: str | int, currency: str) -> Money:
    """*amount* in major units, written out (`"4.50"`), as exact `Money`.

    `Unreadable` for a float, an exponent, more digits than the currency has, or bad text.
    """
    digits = exponent(currency)
    text = str(amount) if type(amount) in (int, str) else ""
    if not _AMOUNT.fullmatch(text):
        raise Unreadable('an amount like "4.50": digits and a point, no exponent', "$.amount")
    whole, _, fraction = text.partition(".")
    if len(fraction) > digits:
        raise Unreadable(f"at most {digits} digits after the point", "$.amount")
    return Money(int(whole + fraction.ljust(digits, "0")), Currency(currency))


def eur(amount: str | int) -> Money:
    """Euros."""
    return money(amount, "EUR")


def gbp(amount: str | int) -> Money:
    """Pounds sterling."""
    return money(amount, "GBP")


def usd(amount: str | int) -> Money:
    """Dollars of the United States."""
    return money(amount, "USD")


def total(amounts: Iterable[Money]) -> Money:
    """The sum of *amounts*, of which there is at least one; all of one currency."""
    return reduce(Money.__add__, amounts)

"""Bad rows: which file, which line, and why.

A reason here never repeats what the row says, since that may be personal; whoever may see the file
finds it by the line.
"""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from omscore.kernel.reason import Reason


@frozen(order=True)
class Fault:
    """A row that was left out.  Line 1 of *file* (unpacked) is its header."""

    file: str
    line: int
    reason: Reason

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason} [{self.reason.code}]"


@frozen
class TooLong(Reason):
    """A line longer than any honest row."""

    code: ClassVar[str] = "row.too-long"
    most_bytes: int

    def __str__(self) -> str:
        return f"the line is longer than {self.most_bytes} bytes"


@frozen
class NotText(Reason):
    """Bytes that are not UTF-8."""

    code: ClassVar[str] = "row.not-text"

    def __str__(self) -> str:
        return "the line is not UTF-8 text"


@frozen
class BadQuotes(Reason):
    """A quoted field that does not end, or goes on after its end."""

    code: ClassVar[str] = "row.bad-quotes"

    def __str__(self) -> str:
        return "the quotes do not match: a field begins and ends with one, on one line"


@frozen
class WrongWidth(Reason):
    """More or fewer fields than the header has."""

    code: ClassVar[str] = "row.wrong-width"
    expected: int
    found: int

    def __str__(self) -> str:
        return f"{self.found} fields, where the header has {self.expected}"


@frozen
class Malformed(Reason):
    """A field that cannot be what its column says."""

    code: ClassVar[str] = "row.malformed"
    column: str
    expected: str

    def __str__(self) -> str:
        return f"{self.column}: expected {self.expected}"


@frozen
class BadId(Reason):
    """A field that names something, but not in the alphabet of names."""

    code: ClassVar[str] = "row.bad-id"
    column: str

    def __str__(self) -> str:
        return f"{self.column}: a name is 1 to 64 characters of A-Z a-z 0-9 . _ : -"


@frozen
class BadQuantity(Reason):
    """Not a whole number of units, or an impossible one."""

    code: ClassVar[str] = "row.bad-quantity"
    column: str
    expected: str

    def __str__(self) -> str:
        return f"{self.column}: expected {self.expected}"


@frozen
class BadPrice(Reason):
    """Not an amount of money in the currency of the scenario."""

    code: ClassVar[str] = "row.bad-price"
    column: str
    expected: str

    def __str__(self) -> str:
        return f"{self.column}: expected {self.expected}"


@frozen
class BadDate(Reason):
    """Not a day of the calendar, or not a moment."""

    code: ClassVar[str] = "row.bad-date"
    column: str
    expected: str

    def __str__(self) -> str:
        return f"{self.column}: expected {self.expected}"


@frozen
class NoSuchTime(Reason):
    """A time that the clocks skipped when summer time began."""

    code: ClassVar[str] = "row.no-such-time"
    column: str
    zone: str

    def __str__(self) -> str:
        return f"{self.column}: the clocks of {self.zone} skipped this time"


@frozen
class OutsidePeriod(Reason):
    """A moment before or after the period of the scenario."""

    code: ClassVar[str] = "row.outside-period"
    column: str
    first_day: str
    last_day: str

    def __str__(self) -> str:
        return f"{self.column}: not between {self.first_day} and {self.last_day}"


@frozen
class UnknownSku(Reason):
    """Neither an item nor an odd code."""

    code: ClassVar[str] = "row.unknown-sku"
    sku: str

    def __str__(self) -> str:
        return f"sku {self.sku} is neither an item nor an odd code"


@frozen
class UnknownNode(Reason):
    """A node that the network does not have."""

    code: ClassVar[str] = "row.unknown-node"
    node: str

    def __str__(self) -> str:
        return f"the network has no node {self.node}"


@frozen
class UnknownCountry(Reason):
    """A country that the scenario maps to no region."""

    code: ClassVar[str] = "row.unknown-country"
    column: str

    def __str__(self) -> str:
        return f"{self.column}: the scenario maps it to no region"


@frozen
class Repeated(Reason):
    """What may stand only once stands again; the first one counts."""

    code: ClassVar[str] = "row.repeated"
    first_line: int

    def __str__(self) -> str:
        return f"line {self.first_line} already says this"


@frozen
class Contradicts(Reason):
    """Another customer or country than an earlier row of the same invoice."""

    code: ClassVar[str] = "row.contradicts"
    column: str
    first_line: int

    def __str__(self) -> str:
        return f"{self.column}: not what line {self.first_line} of the same invoice says"


@frozen
class TooManyLines(Reason):
    """A row beyond the longest order."""

    code: ClassVar[str] = "row.too-many-lines"
    most: int

    def __str__(self) -> str:
        return f"the invoice already has {self.most} lines"

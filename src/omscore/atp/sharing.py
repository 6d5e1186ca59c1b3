"""Sharing: who gets how many of too few units, by the rules that planners name.

Five rules, each of them whole units, none more than was asked for, and never more in all than there
are.  Claims stand in the order of their rank, the lowest first, and among equals of their id; their
place in a list does not matter.

The division of what does not suffice is an old question: see O'Neill, *A problem of rights
arbitration from the Talmud* (1982), and Thomson, *Axiomatic and game-theoretic analysis of
bankruptcy and taxation problems* (2003).  Equal for as long as somebody asks is the max-min
fairness of Bertsekas and Gallager, *Data Networks* (1987).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Literal, get_args

from attrs import Attribute, field, frozen

from omscore.atp.shares import shares
from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import no_or_some_units, some_units

Sharing = Literal["all-or-nothing", "equal", "proportional", "priority", "max-min"]
SHARINGS: tuple[Sharing, ...] = get_args(Sharing)


def named(_: object, attribute: Attribute[str], value: object) -> None:
    """A validator: some name."""
    if not isinstance(value, str) or not value:
        raise Unreadable("a name", f"$.{attribute.name}")


def rank(_: object, attribute: Attribute[int], value: object) -> None:
    """A validator: a whole number, the lowest first."""
    if type(value) is not int:
        raise Unreadable("a whole number", f"$.{attribute.name}")


@frozen
class Claim:
    """*quantity* units that somebody waits for.

    The lowest *rank* goes first.  *weight* is how much it counts where shares are max-min fair.
    """

    id: str = field(validator=named)
    quantity: int = field(validator=no_or_some_units)
    rank: int = field(default=0, validator=rank)
    weight: int = field(default=1, validator=some_units, kw_only=True)


@frozen
class Share:
    """What a claim asked for, and the units that it gets."""

    id: str
    asked: int
    units: int

    def __str__(self) -> str:
        return f"{self.id}: {self.units} of {self.asked}"


@frozen
class Shared:
    """The shares, in the order in which claims stand; *left* units are nobody's."""

    sharing: Sharing
    shares: tuple[Share, ...]
    left: int

    @property
    def units(self) -> Mapping[str, int]:
        """What each claim gets, by id."""
        return {one.id: one.units for one in self.shares}

    def __str__(self) -> str:
        there = self.left + sum(one.units for one in self.shares)
        return "\n".join([f"{there} units, {self.sharing}", *(f"  {one}" for one in self.shares)])


def share(total: int, claims: Iterable[Claim], sharing: Sharing = "max-min") -> Shared:
    """*total* units over *claims*, by the rule that is named.

    `all-or-nothing`: whole claims in their order; one that is too large is passed over.  More units
    never serve fewer in all, but a large claim may then displace smaller ones behind it.

    `priority`: each claim in its order, as much as is left.

    `equal`: the same for each, and no more than asked; what one does not need is not handed on.

    `max-min`: equal for as long as somebody asks: no claim could have more, but from one that has
    no more than it (per unit of weight, if weights differ).

    `proportional`: in proportion to what is asked.

    Under all but `all-or-nothing`, more units never lower a share.
    """
    if sharing not in SHARINGS:
        raise Unreadable(f"one of {', '.join(SHARINGS)}", "$.sharing")
    if type(total) is not int or total < 0:
        raise Unreadable("a whole number, zero or more", "$.total")
    standing = _standing(claims)
    had = _RULES[sharing](total, standing)
    found = (Share(one.id, one.quantity, units) for one, units in zip(standing, had, strict=True))
    return Shared(sharing, tuple(found), total - sum(had))


def _standing(claims: Iterable[Claim]) -> list[Claim]:
    """The claims in their order; no two may have the same id."""
    standing, names = sorted(claims, key=attrgetter("rank", "id")), set[str]()
    for one in standing:
        if one.id in names:
            raise Unreadable("an id of its own for each claim", "$.claims")
        names.add(one.id)
    return standing


def _all_or_nothing(total: int, claims: Sequence[Claim]) -> list[int]:
    had = list[int]()
    for one in claims:
        had.append(one.quantity if one.quantity <= total else 0)
        total -= had[-1]
    return had


def _priority(total: int, claims: Sequence[Claim]) -> list[int]:
    had = list[int]()
    for one in claims:
        had.append(min(one.quantity, total))
        total -= had[-1]
    return had


def _equal(total: int, claims: Sequence[Claim]) -> list[int]:
    """What cannot be halved goes to the first in order."""
    each, over = divmod(total, len(claims) or 1)
    return [min(one.quantity, each + (at < over)) for at, one in enumerate(claims)]


def _proportional(total: int, claims: Sequence[Claim]) -> list[int]:
    """Shares that never fall when there is more never exceed what a claim gets if all suffices."""
    asked = [one.quantity for one in claims]
    return shares(min(total, sum(asked)), asked)


def _max_min(total: int, claims: Sequence[Claim]) -> list[int]:
    """Whoever would get more than it asked for gets that, and the others share what is left.

    It comes to the same as unit by unit, for a claim that is served only frees turns of others.
    """
    had = [0] * len(claims)
    sharing = [at for at, one in enumerate(claims) if one.quantity]
    while sharing and total:
        parts = shares(total, [claims[at].weight for at in sharing])
        served = [
            at for at, part in zip(sharing, parts, strict=True) if part >= claims[at].quantity
        ]
        if not served:
            for at, part in zip(sharing, parts, strict=True):
                had[at] = part
            break
        for at in served:
            had[at] = claims[at].quantity
            total -= had[at]
        sharing = [at for at in sharing if not had[at]]
    return had


_RULES: Mapping[Sharing, Callable[[int, Sequence[Claim]], list[int]]] = {
    "all-or-nothing": _all_or_nothing,
    "equal": _equal,
    "proportional": _proportional,
    "priority": _priority,
    "max-min": _max_min,
}

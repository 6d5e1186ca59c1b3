"""Precedence: how many units are left to those who wait for them, when somebody asks.

Waiting demand is no reservation: whoever asks may be let pass.  A precedence is a policy of the
host, and so any function of the backlog of a sku and of who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import field, frozen

from omscore.orchestration.backlog import Backlog

Precedence = Callable[[Backlog, str | None], int]
"""How many units of a backlog go before who asks: an order, the owner of a request, or somebody.

An order that waits itself keeps its place.
"""


def first_come(backlog: Backlog, who: str | None) -> int:
    """All who came before *who*; a newcomer is behind all who wait."""
    ahead = 0
    for waiting in backlog.queue:
        if waiting.order == who:
            break
        ahead += waiting.quantity
    return ahead


def whoever_asks(backlog: Backlog, who: str | None) -> int:
    """Nobody: what is there goes to who asks for it, and those who wait get what is left."""
    return 0


@frozen
class ByRank:
    """The lowest rank first, of orders and owners by name; among equals, who came first.

    Who has no rank of his own has the rank *otherwise*.
    """

    ranks: Mapping[str, int] = field(hash=False)
    otherwise: int = 0

    def __call__(self, backlog: Backlog, who: str | None) -> int:
        """All units of a lower rank, and those of the same rank that came before *who*."""
        mine, came = self._rank(who), False
        ahead = 0
        for waiting in backlog.queue:
            came = came or waiting.order == who
            rank = self._rank(waiting.order)
            if waiting.order != who and (rank < mine or (rank == mine and not came)):
                ahead += waiting.quantity
        return ahead

    def _rank(self, who: str | None) -> int:
        return self.otherwise if who is None else self.ranks.get(who, self.otherwise)

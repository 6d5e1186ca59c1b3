"""Carts: requests for stock and what becomes of them, as parts of a trace."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from hypothesis import strategies as st

from omscore.atp import requests, tickets
from omscore.atp.requests import (
    Request,
    Wanted,
)
from omscore.atp.tickets import (
    Ticket,
)
from omscore.testing.builders import day
from omscore.testing.known import FIRST, TTLS, Draw, Known, Step, one
from omscore.testing.strategies import NODES, SKUS, quantities, seldom

OWNERS = ["cart-1", "cart-2", "cart-3"]


def reserve(draw: Draw, known: Known) -> Sequence[Step]:
    """One request or several, at a node or a group, now and then with what is not there."""
    asked = [_request(draw, known) for _ in range(draw(quantities(3)))]
    command = f"c-{known.asked + FIRST}"
    known.carts += [(request.owner, command) for request in asked]
    return [requests.ReserveStock(tuple(asked))]


def _request(draw: Draw, known: Known) -> Request:
    owner = draw(st.sampled_from(OWNERS))
    wanted = st.builds(
        Wanted,
        st.sampled_from([*SKUS, *SKUS, *SKUS, *SKUS, "CUP"]),
        quantities(5),
        day=st.none() | st.integers(0, 9).map(day),
        within_days=st.sampled_from([0, 0, 3, 30]),
    )
    at: st.SearchStrategy[list[str]] = st.lists(
        st.sampled_from(NODES), min_size=1, max_size=3, unique=True
    )
    mine = [command for name, command in known.carts if name == owner]
    replaced = [_ticket(draw, mine)] if draw(seldom()) and mine else []
    return draw(
        st.builds(
            Request,
            st.just(owner),
            st.lists(wanted, min_size=1, max_size=2),
            at=at,
            ttl=st.sampled_from([None, *TTLS, *TTLS]),
            partial=seldom(),
            replaces=st.just(replaced),
        )
    )


def redeem(draw: Draw, known: Known) -> Sequence[Step]:
    """What an owner wants of his reservations: in time, too late, twice, or of somebody else's."""
    if not known.carts:
        return reserve(draw, known)
    owner, command = one(draw, known.carts, ("cart-9", "c-99"))
    whole, units = _ticket(draw, [command]), draw(quantities(3))
    some = whole if draw(st.booleans()) else attrs.evolve(whole, quantity=units)
    return [
        draw(
            st.one_of(
                st.just(tickets.CommitReservations(owner, [whole])),
                st.just(tickets.CommitReservations(owner, [whole])),
                st.builds(
                    tickets.ExtendReservations,
                    st.just(owner),
                    st.just([whole]),
                    ttl=st.sampled_from(TTLS),
                ),
                st.builds(
                    tickets.ResizeReservation,
                    st.just(owner),
                    st.just(whole),
                    quantity=quantities(6),
                ),
                st.builds(
                    tickets.MoveReservation,
                    st.just(owner),
                    st.just(whole),
                    node=st.sampled_from(NODES),
                ),
                st.just(tickets.FreeReservations(owner, [some])),
                st.just(tickets.ConsumeReservations(owner, [some])),
            )
        )
    ]


def _ticket(draw: Draw, commands: Sequence[str]) -> Ticket:
    """Mostly of the first reservation that a command made, at its first epoch."""
    command, place = draw(st.sampled_from(commands)), draw(st.sampled_from([0, 0, 0, 1, 2]))
    return Ticket(f"{command}.r{place:04}", draw(st.sampled_from([1, 1, 1, 2, 3])))

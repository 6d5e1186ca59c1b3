"""What a day can take, and what is booked of it."""

from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.ids import NodeId
from omscore.network.capacity import (
    Capacity,
    CapacityBooked,
    CapacityFreed,
    DayFull,
    book,
    capacity_id,
    evolve,
    law,
)
from omscore.testing.builders import day


@given(st.integers(0, 12), st.lists(st.tuples(st.booleans(), st.integers(1, 6)), max_size=20))
def test_no_more_is_used_than_a_day_can_take(limit: int, asked: list[tuple[bool, int]]) -> None:
    """Law 6, for one day: the oracle is a plain sum of what was granted and given back."""
    capacity, used = Capacity(), 0
    for gives_back, units in asked:
        if gives_back:
            units = min(units, used)
            used -= units
            capacity = evolve(capacity, CapacityFreed(units))
        elif isinstance(answer := book(capacity, units, limit), CapacityBooked):
            used += units
            capacity = evolve(capacity, answer)
        else:
            assert answer == DayFull(asked=units, left=limit - used)
        law(capacity)
        assert capacity.used == used <= limit


def test_a_limit_that_is_lowered_breaks_nothing_that_is_booked() -> None:
    """Eight are booked when the node says that it can take five: nothing more is, until less is."""
    booked = evolve(None, CapacityBooked(8, limit=10))

    assert book(booked, 1, limit=5) == DayFull(asked=1, left=0)
    assert str(book(booked, 1, limit=5)) == "1 asked, 0 left of the day"
    law(booked)
    assert isinstance(book(evolve(booked, CapacityFreed(4)), 1, limit=5), CapacityBooked)


def test_a_day_of_a_node_has_an_id_of_its_own() -> None:
    """A slash is in no other id, so two days cannot be mistaken."""
    assert capacity_id(NodeId("berlin"), "units", day(0)) == "berlin/units/2026-03-02"

"""Idempotency: whatever is asked again under its key, at any moment, changes nothing."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.errors import Refused
from omscore.testing import traces
from omscore.testing.builders import a_shop
from omscore.testing.story import Shop


def ask(shop: Shop, n: int, step: object) -> object:
    """The ids of the events of step *n*, which is asked under a key of its own; or why not."""
    try:
        return [event.id for event in shop.oms.do(step, key=f"k-{n}").events]
    except Refused as refused:
        return refused.reasons


@given(traces.traces(), st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=12))
def test_what_is_asked_again_under_its_key_changes_nothing(
    trace: Sequence[object], again: Sequence[tuple[int, int]]
) -> None:
    """A caller that lost its connection asks again, much later, and gets the same receipt.

    What was refused may be decided anew, since nothing was kept of it.
    """
    once, twice = a_shop({}), a_shop({})
    answers = dict[int, object]()
    for n, step in enumerate(trace):
        if isinstance(step, timedelta):
            once.after(step)
            twice.after(step)
            continue
        answers[n] = ask(once, n, step)
        assert ask(twice, n, step) == answers[n]
        for at, which in again:
            done = [k for k, answer in answers.items() if isinstance(answer, list)]
            if at == n and done:
                repeated = done[which % len(done)]
                told = twice.log()
                assert ask(twice, repeated, trace[repeated]) == answers[repeated]
                assert twice.log() == told

    assert once.log() == twice.log()

"""Law 10: the same commands give the same bytes, in every process and under every hash seed."""

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import omscore
from omscore.adapters.vocabulary import codec
from omscore.testing import traces
from omscore.testing.builders import a_shop
from omscore.testing.story import Shop

REPLAYED = """
import sys
from datetime import timedelta
from omscore.adapters.vocabulary import codec
from omscore.testing.builders import a_shop

shops = [a_shop({})]
for row in sys.stdin.read().splitlines():
    if row == "next":
        shops.append(a_shop({}))
    elif row.isdigit():
        shops[-1].play([timedelta(seconds=int(row))])
    else:
        shops[-1].play([codec().read_command(row)])
for shop in shops:
    print("\\n".join(shop.log()))
"""


@given(traces.traces())
def test_the_same_commands_give_the_same_log(trace: Sequence[object]) -> None:
    """Nothing depends on a clock, on chance, on where an object lies, or on what ran before."""
    first, second = a_shop({}), a_shop({})

    assert first.play(trace) == second.play(trace)
    assert first.log() == second.log()


@settings(max_examples=2, deadline=None)
@given(st.lists(traces.traces(least=20, most=30), min_size=6, max_size=6))
def test_another_process_with_another_hash_seed_writes_the_same_log(
    many: Sequence[Sequence[object]],
) -> None:
    """Sets and hashes order nothing that is kept: an audit years later replays to the byte."""
    rows, log = list[str](), list[str]()
    for trace in many:
        shop = a_shop({})
        shop.play(trace)
        log += shop.log()
        rows += ["next", *map(_row, trace)]
    logs = {_in_another_process("\n".join(rows[1:]), seed) for seed in ("0", "1", "4711")}

    assert logs == {"\n".join(log) + "\n"}


def _row(step: object) -> str:
    if isinstance(step, timedelta):
        return str(int(step.total_seconds()))
    return codec().write_command(step)


def _in_another_process(rows: str, seed: str) -> str:
    source = str(Path(omscore.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", REPLAYED],
        input=rows,
        text=True,
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": source},
    )
    return done.stdout


@given(traces.traces(most=15))
def test_a_command_survives_being_written_down(trace: Sequence[object]) -> None:
    """What waits in a table, or crosses a process, is the same command afterwards."""
    for step in trace:
        if not isinstance(step, timedelta):
            assert codec().read_command(codec().write_command(step)) == step


def test_a_log_that_differs_is_seen() -> None:
    """The comparison would notice one unit more."""
    with pytest.raises(AssertionError):
        assert _of(a_shop()) == _of(a_shop({"berlin": {"TEA": 11}, "paris": {"TEA": 5}}))


def _of(shop: Shop) -> Sequence[str]:
    return shop.log()

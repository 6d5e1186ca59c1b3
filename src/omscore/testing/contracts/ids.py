"""What every `Ids` must do.  Subclass `IdsContract`, override `instances`, run pytest."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from omscore.kernel.ids import checked
from omscore.ports.world import Ids


class IdsContract:
    """The promises of `Ids`."""

    @pytest.fixture
    def instances(self) -> Sequence[Ids]:
        """At least two, made as for hosts on one store: all that an adapter has to provide."""
        raise NotImplementedError

    def test_it_gives_out_ids(self, instances: Sequence[Ids]) -> None:
        """Whatever names a command must be able to name one: 1 to 64 of a small alphabet."""
        for ids in instances:
            given = ids.next()

            assert checked(given) == given

    def test_no_id_is_given_out_twice(self, instances: Sequence[Ids]) -> None:
        """A second command of the same id would be taken for the first one, repeated."""
        given = [ids.next() for _ in range(2_000) for ids in instances]

        assert len(set(given)) == len(given)

    def test_no_id_is_given_out_twice_by_any_thread(self, instances: Sequence[Ids]) -> None:
        """Hosts share one instance among their threads."""

        def draw(ids: Ids) -> list[str]:
            return [ids.next() for _ in range(1_000)]

        with ThreadPoolExecutor(4) as pool:
            given = [id_ for drawn in pool.map(draw, [*instances] * 2) for id_ in drawn]

        assert len(set(given)) == len(given)

"""What the tests of broken adapters share."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def fails() -> Callable[[type[object], str, object], bool]:
    """Whether an adapter fails the test of this name in a suite."""

    def failed(suite: type[object], name: str, adapter: object) -> bool:
        try:
            getattr(suite(), name)(adapter)
        except (Exception, pytest.fail.Exception):
            return True
        return False

    return failed

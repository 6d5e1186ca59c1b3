"""The store in dictionaries keeps the promises of every store."""

from __future__ import annotations

import pytest

from omscore.adapters.memory import MemoryStore
from omscore.testing.contracts.storage import StorageContract


class TestMemoryStore(StorageContract):
    """Held to the same suite as the databases."""

    @pytest.fixture
    def storage(self) -> MemoryStore:
        return MemoryStore()

"""Installed plugins are found when a host asks for them, and in an order that anybody can tell."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from omscore.adapters.policies import BUILT_IN, installed, read_policy
from omscore.kernel.errors import Unreadable

Install = Callable[[str, str], None]

RESTING = """
from attrs import field, frozen

from omscore.sourcing.rules import CoolingDown


@frozen
class Resting:
    node: str

    def __call__(self, need, candidate, /):
        return CoolingDown() if candidate.node.id == self.node else None


def extend(registry):
    return registry.with_rule(f"resting-after-{len(registry.rules)}", Resting)
"""


PROUD = "def extend(registry):\n    return registry\n\nextend.priority = 'first'"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a package of one module, as pip would leave it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install_one(name: str, module: str) -> None:
        (tmp_path / f"{name}.py").write_text(module, encoding="utf-8")
        about = tmp_path / f"{name}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[omscore.sourcing]\n{name} = {name}:extend\n")
        monkeypatch.delitem(sys.modules, name, raising=False)

    return install_one


def test_plugins_are_called_in_the_order_of_their_names(install: Install) -> None:
    """Whatever order they were installed in; and nobody is called who was not asked for."""
    install("house_b", RESTING)
    install("house_a", RESTING)
    registry, known = installed(), len(BUILT_IN.rules)

    assert list(registry.rules)[known:] == [
        f"resting-after-{known}",
        f"resting-after-{known + 1}",
    ]
    assert registry.rules[f"resting-after-{known}"].__module__ == "house_a"
    policy = read_policy(
        f'name = "a"\nrules = [{{ type = "resting-after-{known}", node = "berlin" }}]', registry
    )
    assert repr(policy.rules) == "(Resting(node='berlin'),)"


def test_a_plugin_may_ask_to_be_called_earlier(install: Install) -> None:
    """By the priority of its function, the lowest number first."""
    install("house_d", RESTING)
    install("house_e", RESTING + "\n\nextend.priority = -1\n")
    registry, known = installed(), len(BUILT_IN.rules)

    assert registry.rules[f"resting-after-{known}"].__module__ == "house_e"
    assert registry.rules[f"resting-after-{known + 1}"].__module__ == "house_d"


def test_a_host_may_ask_for_some_of_them(install: Install) -> None:
    """Others are not even loaded; one that is not there is told."""
    install("house_f", RESTING)
    install("house_g", "import no_such_module")
    known = len(BUILT_IN.rules)

    assert len(installed(only=["house_f"]).rules) == known + 1
    assert installed(only=[]) == BUILT_IN
    with pytest.raises(Unreadable) as refused:
        installed(only=["house_f", "house_h"])
    assert refused.value.path == "$.plugins.house_h"


@pytest.mark.parametrize(
    "module",
    ["import no_such_module", "extend = 7", "def extend(registry): pass", "extend =", PROUD],
)
def test_a_plugin_that_does_not_work_is_named(install: Install, module: str) -> None:
    """A policy that lacks a rule silently would be another policy."""
    install("house_c", module)

    with pytest.raises(Unreadable) as refused:
        installed()

    assert refused.value.path == "$.plugins.house_c"

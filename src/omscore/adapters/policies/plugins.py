"""Plugins that are installed: found by their entry points, and only when a host asks for them."""

from __future__ import annotations

from collections.abc import Collection
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from attrs import frozen

from omscore.adapters.policies.registry import BUILT_IN, Registry
from omscore.kernel.errors import Unreadable

GROUP = "omscore.sourcing"


@frozen(order=True)
class _Plugin:
    """What an entry point has loaded: a function from a registry to a registry."""

    priority: int
    name: str
    value: str
    extend: Any


def installed(registry: Registry = BUILT_IN, *, only: Collection[str] | None = None) -> Registry:
    """*registry*, with what installed packages offer under the entry point group.

    Each entry point names a function from a registry to a registry.  They are called by the
    `priority` of the function, where it has one, the lowest number first; then by name.  With
    *only*, those entry points are loaded and no others.  `Unreadable` names one that is not
    installed, cannot be loaded, or gives no registry.
    """
    found = [point for point in entry_points(group=GROUP) if only is None or point.name in only]
    for name in sorted(set(only or ()) - {point.name for point in found}):
        raise Unreadable("it is not installed", f"$.plugins.{name}")
    for plugin in sorted(map(_loaded, found)):
        registry = _extended(registry, plugin)
    return registry


def _loaded(point: EntryPoint) -> _Plugin:
    at = f"$.plugins.{point.name}"
    try:
        extend = point.load()
        priority = getattr(extend, "priority", 0)
    except Exception as fault:  # a plugin may raise anything
        raise Unreadable(f"it failed with {type(fault).__name__}", at) from fault
    if type(priority) is not int:
        raise Unreadable("a whole number, as its priority", at)
    return _Plugin(priority, point.name, point.value, extend)


def _extended(registry: Registry, plugin: _Plugin) -> Registry:
    at = f"$.plugins.{plugin.name}"
    try:
        extended = plugin.extend(registry)
    except Exception as fault:  # as above
        raise Unreadable(f"it failed with {type(fault).__name__}", at) from fault
    if not isinstance(extended, Registry):
        raise Unreadable("a function from a registry to a registry", at)
    return extended

"""List every command, event, reason and part of a policy, from the code, into `docs/reference`.

python docs/list_words.py
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from inspect import getdoc
from pathlib import Path
from typing import Any, TypeGuard, get_args, get_origin

import attrs

from omscore.adapters.codec import shapes
from omscore.adapters.policies import BUILT_IN, schema
from omscore.adapters.policies.measures import MEASURES
from omscore.adapters.vocabulary import COMMANDS, EVENTS
from omscore.kernel.reason import Reason
from omscore.sourcing.units import UNIT

REFERENCE = Path(__file__).parent / "reference"
PACKAGES = (
    "kernel",
    "catalog",
    "network",
    "atp",
    "lifecycle",
    "sourcing",
    "promise",
    "orchestration",
    "runtime",
    "replay",
)

COMMANDS_OPENING = """# Commands and reports

What `oms.do` takes. In Python it is the class; as JSON, for `oms.decode`, it is an object with the
name under `type`, beside the fields. Everything from outside is strict: an unknown key, a number
where text belongs, a float where units belong is `Unreadable`, with a path, and nothing changes.
"""
EVENTS_OPENING = """# Events

What can have happened. `receipt.events`, `oms.history` and the outbox give each in a `Recorded`
envelope: id, key, version, when it occurred, when it was recorded, who, and by which command. The
name is what is kept; it never changes, whatever becomes of the class.
"""
REASONS_OPENING = """# Reasons

Every *no* is one of these: in `Refused.reasons`, in an ignored report, for a node that a sourcing
decision passed over. The code is stable; the figures are fields of the class.
"""
POLICIES_OPENING = """# Policies

What a policy file may name. A rule without parameters stands as text, everything else as a table
whose `type` is the name, beside its parameters: those with a question mark may be left out, and
what is measured is text with its unit. [policy.schema.json](policy.schema.json) says the same as
JSON Schema, for editors; `omscore policy schema --plugins` prints it with what is installed, and
`omscore policy check` reads a file as strictly as a shop does. What has to answer within a time is
not said in a file: a host puts [its deadlines](../how-to/write-a-sourcing-rule.md) around what it
has read.
"""
NOTE = "\nThis page is written by `python docs/list_words.py`; a test checks that it is current.\n"


def pages() -> Mapping[Path, str]:
    """The text of every page, by its place."""
    reasons = {reason.code: reason for reason in sorted(_reasons(), key=lambda one: one.code)}
    return {
        REFERENCE / "commands.md": COMMANDS_OPENING + NOTE + _sections(COMMANDS, "name"),
        REFERENCE / "events.md": EVENTS_OPENING + NOTE + _sections(EVENTS, "name"),
        REFERENCE / "reasons.md": REASONS_OPENING + NOTE + _sections(reasons, "code"),
        REFERENCE / "policies.md": POLICIES_OPENING + NOTE + _parts(),
        REFERENCE / "policy.schema.json": json.dumps(schema(), indent=2) + "\n",
    }


def _sections(named: Mapping[str, type[object]], head: str) -> str:
    """One table per module, in the order in which the modules first appear."""
    homes: dict[str, list[str]] = {}
    for name, words in named.items():
        row = f"| `{name}` | `{words.__name__}` | {_fields(words)} | {_sentence(words)} |"
        homes.setdefault(words.__module__, []).append(row)
    return "".join(
        f"\n## {home}\n\n| {head} | class | fields | meaning |\n| --- | --- | --- | --- |\n"
        + "\n".join(rows)
        + "\n"
        for home, rows in homes.items()
    )


def _fields(words: type[object]) -> str:
    """The fields that are given, the optional ones with a question mark."""
    return ", ".join(
        f"{one.alias}{'' if one.default is attrs.NOTHING else '?'}"
        for one in attrs.fields(words)  # type: ignore[arg-type]  # all of them are attrs classes
        if one.init
    )


def _parts() -> str:
    """One table for each kind of thing that a policy names."""
    kinds = {
        "Rules": BUILT_IN.rules,
        "Limits": BUILT_IN.limits,
        "Costs": BUILT_IN.costs,
        "Solvers": BUILT_IN.solvers,
    }
    return "".join(
        f"\n## {kind}\n\n| name | parameters | meaning |\n| --- | --- | --- |\n"
        + "".join(
            f"| `{name}` | {_parameters(one)} | {_sentence(one)} |\n" for name, one in named.items()
        )
        for kind, named in kinds.items()
    )


def _parameters(part: object) -> str:
    fields = shapes.fields(part) if isinstance(part, type) and attrs.has(part) else ()
    return ", ".join(
        f"`{one.name}`{'' if one.default is attrs.NOTHING else '?'}{_like(one)}" for one in fields
    )


def _like(one: attrs.Attribute[Any]) -> str:
    """How a parameter is written, where it is not simply a word or a number."""
    unit = one.metadata.get(UNIT)
    words = [*_holders(one.type), *([] if unit is None else [MEASURES[unit].like])]
    return f" ({' of '.join(words)})" if words else ""


def _holders(type_: object) -> Iterator[str]:
    """What a value is in, from the outside: tables and lists."""
    held = get_origin(type_)
    if isinstance(held, type) and issubclass(held, Mapping):
        yield "table by name"
        yield from _holders(get_args(type_)[1])
    elif isinstance(held, type) and issubclass(held, Collection):
        yield "list"
        yield from _holders(get_args(type_)[0])


def _sentence(words: object) -> str:
    """The first paragraph of the docstring, on one line."""
    first = (getdoc(words) or "").split("\n\n")[0]
    return " ".join(first.split()).replace("|", "\\|")


def _reasons() -> Iterator[type[Reason]]:
    """Every reason, found in the module that defines it."""
    for module in _modules(f"omscore.{package}" for package in PACKAGES):
        for found in vars(importlib.import_module(module)).values():
            if _is_reason(found) and found.__module__ == module:
                yield found


def _is_reason(found: object) -> TypeGuard[type[Reason]]:
    return isinstance(found, type) and issubclass(found, Reason) and found is not Reason


def _modules(packages: Iterable[str]) -> Iterator[str]:
    for package in packages:
        path = importlib.import_module(package).__path__
        yield from (one.name for one in pkgutil.walk_packages(path, f"{package}."))


if __name__ == "__main__":
    for place, text in pages().items():
        place.write_text(text, encoding="utf-8")

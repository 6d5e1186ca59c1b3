"""The front door: everything a host needs, nothing before it is asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import omscore
from omscore.adapters.vocabulary import COMMANDS

EXTRAS = ("sqlalchemy", "psycopg", "rich", "pytest", "hypothesis", "highspy", "matplotlib")
DEPENDENCIES = ("attr", "attrs", "cattrs", "statemachine")
WITHOUT_EXTRAS = f"import sys; sys.modules.update(dict.fromkeys({EXTRAS!r}))\n"
FIRST_ORDER = """
from omscore import CancelUnits, Item, Line, Node, Oms, PlaceOrder, ReceiveStock, eur
oms = Oms.in_memory()
oms.know(Item("TEA"), Node("berlin", zone="Europe/Berlin", ships_to=["DE"]))
oms.do(ReceiveStock(node="berlin", sku="TEA", quantity=5, document="r-1"))
oms.do(PlaceOrder("o-1", lines=[Line("1", "TEA", 3, eur("4.50"))], ship_to="DE"))
oms.do(CancelUnits("o-1", line="1", quantity=1))
print(dict(sorted(oms.order("o-1").stages.items())))
"""


def fresh(program: str) -> str:
    """What a new interpreter prints that runs *program*."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_it_imports_nothing_else() -> None:
    """A host that never places an order must not pay for it, and extras are never assumed."""
    told = fresh("import omscore, sys; print(*sorted(sys.modules))").split()
    assert [name for name in told if name.startswith("omscore")] == ["omscore"]
    assert not {name.partition(".")[0] for name in told} & {*EXTRAS, *DEPENDENCIES}


def test_an_order_is_placed_and_canceled_without_any_extra() -> None:
    """The core needs its three dependencies and nothing else."""
    assert fresh(WITHOUT_EXTRAS + FIRST_ORDER) == "{'canceled': 1, 'released': 2}\n"


@pytest.mark.parametrize("name", omscore.__all__)
def test_every_name_resolves(name: str) -> None:
    """A lazy name that is misspelled would be found by the first host to use it."""
    found = getattr(omscore, name)
    assert getattr(found, "__name__", name) == name


def test_type_checkers_see_what_the_interpreter_sees() -> None:
    """The imports for type checkers and the table for the interpreter say the same twice."""
    tree = ast.parse(Path(omscore.__file__).read_text(encoding="utf-8"))
    [guarded] = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {
        alias.asname: f"{node.module}.{alias.name}"
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    homes = {name: f"omscore.{module}.{name}" for name, module in omscore._HOME.items()}
    assert seen == homes


def test_every_command_goes_through_it() -> None:
    """Whoever can name a command in JSON can name it in Python."""
    assert {command.__name__ for command in COMMANDS.values()} <= set(omscore.__all__)


def test_it_lists_its_names() -> None:
    """Editors and shells complete what `dir` lists."""
    assert {*omscore.__all__, "__version__"} <= set(dir(omscore))


def test_an_unknown_name_is_an_attribute_error() -> None:
    """`hasattr` and `from omscore import …` rely on it."""
    assert not hasattr(omscore, "NoSuchName")


@pytest.mark.parametrize("extra", ["sql", "postgres"])
def test_a_missing_extra_ends_with_the_line_that_mends_it(extra: str) -> None:
    """A traceback that names a module is no help to somebody who does not know our extras."""
    url = {"sql": "sqlite('shop.db')", "postgres": "postgres('postgresql+psycopg://h/d')"}[extra]
    program = f"""
from omscore import Oms
try:
    Oms.{url}
except Exception as missing:
    print(missing)
"""
    assert f"pip install 'omscore[{extra}]'" in fresh(WITHOUT_EXTRAS + program)

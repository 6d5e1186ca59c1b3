"""Every room says what it is for."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TypeGuard

import pytest

import omscore

SOURCE = Path(omscore.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))


def named(module: Path) -> str:
    return str(module.relative_to(SOURCE))


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_every_module_opens_with_what_it_promises(module: Path) -> None:
    """A reader learns from the first line whether this is the right place."""
    opening = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    assert opening, "no docstring"
    assert opening.splitlines()[0].endswith((".", ":")), "the first line is a sentence"


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_public_names_have_docstrings(module: Path) -> None:
    """What is promised, in which units, with which errors: nobody should read code to know."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    silent = [node.name for node in tree.body if _is_public(node) and not ast.get_docstring(node)]
    assert not silent


def _is_public(
    node: ast.stmt,
) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return isinstance(node, definition) and not node.name.startswith("_")


def test_folders_without_code_of_their_own_are_packages_all_the_same() -> None:
    """A folder without `__init__.py` is invisible to the import contracts."""
    folders = {module.parent for module in MODULES}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []

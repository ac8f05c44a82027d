"""Our own modules: imported, to know every class in them, or read, to know what is written in them."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

ROOT: Final = Path(__file__).parents[2]


def import_all(package: ModuleType) -> None:
    """Import every module of `package` but those for tests, so that all its classes are known."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".testing" not in found.name:
            importlib.import_module(found.name)


def parsed_modules(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Return every Python file below the folders of the repository, with its path from the root, in order."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def calls_of(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """Return the calls of the function `name`, however it was imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == name:
            yield node


def _called(call: ast.Call) -> str | None:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None

"""Which tests say which cases they cover, read without running them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from docs.generate.source_code import calls_of, parsed_modules

type Marked = dict[str, set[str]]


def tests_by_case() -> Marked:
    """Return for every case id the tests that carry it in `@pytest.mark.covers(…)`: a function, a class, or a file."""
    found: Marked = {}
    for path, tree in parsed_modules("tests", "src/auth_core/testing/contracts"):
        for case, test in marks_in(path, tree):
            found.setdefault(case, set()).add(test)
    return found


def marks_in(path: Path, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Return every case id with the test that carries it."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="pytestmark")], value=value):
                yield from ((case, str(path)) for case in _cases(value))
            case ast.ClassDef(name=name, body=body):
                yield from ((case, f"{path}::{name}") for case in _decorated(node))
                for each in body:
                    yield from ((case, f"{path}::{name}::{_name(each)}") for case in _decorated(each))
            case _:
                yield from ((case, f"{path}::{_name(node)}") for case in _decorated(node))


def _decorated(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        for decorator in node.decorator_list:
            yield from _cases(decorator)


def _cases(marks: ast.expr) -> Iterator[str]:
    for call in calls_of(marks, "covers"):
        yield from (each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str))


def _name(node: ast.stmt) -> str:
    return str(getattr(node, "name", ""))

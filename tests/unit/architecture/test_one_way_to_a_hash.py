"""Nobody hashes a password that was not judged: whoever sets one takes `NewPasswords` for it."""

import ast
from pathlib import Path
from typing import Final

import auth_core

ROOT: Final = Path(auth_core.__file__).parent
MAY_HASH: Final = {
    "credentials/passwords/new_passwords.py",  # what was judged
    "login/log_in.py",  # what is somebody's password already, under a new cost or pepper
}


def hashes_text(tree: ast.AST) -> bool:
    """Whether there is a call of `turn.hash(…)`, on whatever is called a turn."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "hash"
        and isinstance(node.func.value, ast.Name)
        and "turn" in node.func.value.id
        for node in ast.walk(tree)
    )


def test_only_what_was_judged_is_hashed() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if "testing" not in path.parts and hashes_text(ast.parse(path.read_text(encoding="utf-8")))
    }

    assert found == MAY_HASH

"""What the guards need: one extra, and the one for functions nothing at all."""

import subprocess
import sys

import pytest

# What the extra `fastapi` does not bring, and what nobody who verifies should have to have.
_NOT_BROUGHT = (
    "alembic", "asyncpg", "bcrypt", "dependency_injector", "fastapi_swagger", "pydantic_settings", "rich", "sqlalchemy",
    "structlog", "typer", "uvicorn", "uvloop",
)  # fmt: skip

_BLOCK = """
import sys
from importlib.machinery import PathFinder

class Missing(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {missing!r} else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Missing
"""

_USE = """
from auth_core.testing import SomeoneSignedIn
from auth_http.guard.asgi import AsgiGuard
assert "fastapi" not in sys.modules
from auth_http.guard.fastapi import Guard, tell_problems
from fastapi import Depends, FastAPI

guard = Guard(SomeoneSignedIn())
app = FastAPI(responses=guard.responses)
tell_problems(app)
app.get("/", dependencies=[Depends(guard.require("invoices:approve"))])(lambda: None)
app.openapi()
app.add_middleware(AsgiGuard, verifier=SomeoneSignedIn())
"""


def run(program: str, *, without: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run a program in which importing any of these packages fails as if they were not installed."""
    return subprocess.run(
        [sys.executable, "-c", _BLOCK.format(missing=without) + program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_extra_fastapi_is_enough_for_the_guards() -> None:
    ran = run(_USE, without=_NOT_BROUGHT)

    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    ("module", "missing"),
    [("auth_http.guard.asgi", ("starlette", "fastapi")), ("auth_http.guard.fastapi", ("fastapi",))],
)
def test_a_missing_extra_is_named(module: str, missing: tuple[str, ...]) -> None:
    ran = run(f"import {module}", without=missing)

    assert ran.returncode == 1
    assert "MissingExtra" in ran.stderr
    assert "pip install 'auth-service[fastapi]'" in ran.stderr

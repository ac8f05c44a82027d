"""What the wirings of other services need: the extra `verify`, and nothing of the service itself."""

import subprocess
import sys
from importlib.metadata import requires

import pytest

_WIRINGS = ("auth_adapters.verify_only", "auth_adapters.remote")
_OF_THE_SERVICE = ("fastapi", "starlette", "pydantic", "sqlalchemy", "asyncpg", "alembic", "bcrypt", "auth_http")


def said_without(modules: tuple[str, ...], statement: str) -> str:
    """What a fresh interpreter says in which these modules cannot be imported."""
    program = f"import sys; sys.modules |= dict.fromkeys({modules!r})\n{statement}"
    finished = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    return finished.stdout.strip()


@pytest.mark.parametrize("wiring", _WIRINGS)
def test_a_wiring_for_other_services_needs_nothing_of_the_service(wiring: str) -> None:
    loaded = "auth_core.assembly", "auth_adapters.key_vault", "auth_adapters.postgres", "auth_adapters.memory"
    said = said_without(_OF_THE_SERVICE, f"import {wiring}\nprint([each for each in {loaded} if each in sys.modules])")

    assert said == "[]"


@pytest.mark.parametrize("wiring", _WIRINGS)
def test_without_its_extra_a_wiring_says_which_one_is_missing(wiring: str) -> None:
    said = said_without(("httpx2", "jwt"), f"try:\n    import {wiring}\nexcept ImportError as error:\n    print(error)")

    assert said.endswith("needs the extra `verify`: pip install 'auth-service[verify]'")


def test_the_extra_brings_what_they_need_and_no_more() -> None:
    brought = {each for each in requires("auth-service") or () if "extra == 'verify'" in each}

    assert {each.partition(">")[0].partition("[")[0] for each in brought} == {"httpx2", "pyjwt"}

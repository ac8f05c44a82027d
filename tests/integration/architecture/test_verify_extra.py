"""What the wirings of other services need: the extra `verify`, and nothing of the service itself."""

import subprocess
import sys
from importlib.metadata import requires

_WIRINGS = ("auth_adapters.verify_only", "auth_adapters.remote")
_OF_THE_SERVICE = ("fastapi", "starlette", "pydantic", "sqlalchemy", "asyncpg", "alembic", "bcrypt", "auth_http")


def said_without(modules: tuple[str, ...], statement: str) -> str:
    """What a fresh interpreter says in which these modules cannot be imported."""
    program = f"import sys; sys.modules |= dict.fromkeys({modules!r})\n{statement}"
    finished = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    return finished.stdout.strip()


def test_the_wirings_for_other_services_need_nothing_of_the_service() -> None:
    loaded = "auth_core.assembly", "auth_adapters.key_vault", "auth_adapters.postgres", "auth_adapters.memory"
    imports = f"import {', '.join(_WIRINGS)}"
    said = said_without(_OF_THE_SERVICE, f"{imports}\nprint([each for each in {loaded} if each in sys.modules])")

    assert said == "[]"


def test_without_its_extra_a_wiring_says_which_one_is_missing() -> None:
    program = "".join(f"try:\n    import {each}\nexcept ImportError as error:\n    print(error)\n" for each in _WIRINGS)
    said = said_without(("httpx2", "jwt"), program).splitlines()

    assert len(said) == len(_WIRINGS)
    assert all(each.endswith("needs the extra `verify`: pip install 'auth-service[verify]'") for each in said)


def test_the_extra_brings_what_they_need_and_no_more() -> None:
    brought = {each for each in requires("auth-service") or () if "extra == 'verify'" in each}

    assert {each.partition(">")[0].partition("[")[0] for each in brought} == {"httpx2", "pyjwt"}

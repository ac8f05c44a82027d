"""What importing the library brings with it."""

import subprocess
import sys

import auth_core


def modules_after(statement: str) -> set[str]:
    """The top-level modules a fresh interpreter holds after `statement`, beyond those it starts with."""
    program = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    # -S: no site-packages, so nothing can be there that the base install does not bring.
    finished = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {source()!r}); {program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in finished.stdout.split()}


def source() -> str:
    return auth_core.__path__[0].rpartition("/")[0]


def test_the_whole_core_needs_nothing_but_the_standard_library() -> None:
    imported = modules_after("import auth_core; auth_core.assemble")

    assert "auth_core" in imported
    assert imported - {"auth_core"} <= sys.stdlib_module_names


def test_the_memory_adapters_need_nothing_but_the_standard_library() -> None:
    imported = modules_after("import auth_adapters.memory")

    assert imported - {"auth_core", "auth_adapters"} <= sys.stdlib_module_names


def test_importing_the_core_does_not_wire_it_nor_fetch_what_stands_on_ports() -> None:
    heavy = ("assembly", "in_process", "client", "guard", "tokens.ports", "oauth.model")
    loaded = modules_after(
        f"import auth_core; assert not {{f'auth_core.{{each}}' for each in {heavy}}} & set(sys.modules)"
    )

    assert "auth_core" in loaded


def test_every_name_of_the_front_door_can_be_imported() -> None:
    missing = [name for name in auth_core.__all__ if not hasattr(auth_core, name)]

    assert missing == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(auth_core, "no_such_name")

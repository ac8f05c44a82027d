"""The command line, over a service in memory."""

import json
from typing import Never, Protocol

import pytest

from auth_adapters.memory import MemoryStore
from tests.unit.operations.command_line import COMMAND, Ended, run
from tests.unit.operations.storage_in_memory import container_over

PASSWORD = "correct horse battery staple"
ADA = ("users", "create", "ada@example.com", "--first-name", "Ada", "--last-name", "Lovelace")


class Command(Protocol):
    """Runs a command on one and the same service and returns how it ended."""

    def __call__(self, *arguments: str, typed: str = "") -> Ended: ...


@pytest.fixture
def command() -> Command:
    store = MemoryStore()
    return lambda *arguments, typed="": run(*arguments, wire=lambda: container_over(store), typed=typed)


def all_commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]

    def look(into: object, path: tuple[str, ...]) -> None:
        for name, below in getattr(into, "commands", {}).items():
            found.append((*path, name))
            look(below, (*path, name))

    look(COMMAND, ())
    return found


@pytest.mark.parametrize("path", all_commands(), ids=" ".join)
def test_every_command_says_how_it_is_used(command: Command, path: tuple[str, ...]) -> None:
    result = command(*path, "--help")

    assert result.exit_code == 0
    assert "Usage:" in result.stdout
    assert "│" in result.stdout


def test_the_commands_are_those_of_the_documentation() -> None:
    assert {" ".join(path) for path in all_commands()} >= {
        "serve", "migrate", "users create", "users list", "users disable", "users enable", "keys list", "keys rotate",
        "clients create", "clients list", "clients rotate", "clients disable", "clients enable", "clients delete",
        "openapi", "doctor", "settings",
    }  # fmt: skip


def test_an_administrator_is_made_and_listed(command: Command) -> None:
    created = command(*ADA, "--admin", "--password-stdin", "--json", typed=f"{PASSWORD}\n")
    listed = command("users", "list", "--json")

    assert created.exit_code == 0
    user = json.loads(created.stdout)
    assert user["email"] == "ada@example.com"
    assert "password" not in user
    assert [each["id"] for each in json.loads(listed.stdout)["items"]] == [user["id"]]


def test_roles_are_given_and_taken_away_and_told(command: Command) -> None:
    command(*ADA, "--admin", "--generate-password")

    changed = command("users", "roles", "ada@example.com", "--remove", "user", "--json")
    shown = command("users", "roles", "ada@example.com")
    refused = command("users", "roles", "ada@example.com", "--remove", "admin")

    assert [each["role"] for each in json.loads(changed.stdout)["roles"]] == ["admin"]
    assert "admin" in shown.stdout
    assert (refused.exit_code, "last active administrator" in refused.stderr) == (73, True)


def test_roles_are_defined_previewed_explained_and_deleted(command: Command) -> None:
    command(*ADA, "--generate-password")
    command("roles", "define", "reader", "-p", "invoices:read", "--description", "Reads.")
    command("users", "roles", "ada@example.com", "--add", "reader")

    previewed = command("roles", "preview", "reader", "-p", "reports:read")
    in_json = command("roles", "preview", "reader", "-p", "reports:read", "--json")
    explained = command("roles", "explain", "ada@example.com", "invoices:read")
    missing = command("roles", "explain", "ada@example.com", "invoices:write", "--json")
    in_use = command("roles", "delete", "reader")
    command("users", "roles", "ada@example.com", "--remove", "reader")
    deleted = command("roles", "delete", "reader", "--json")
    listed = command("roles", "list", "--json")

    assert "ada@example.com" in previewed.stdout
    assert json.loads(in_json.stdout)["users_who_lose"] == 1
    assert "reader, which has invoices:read" in explained.stdout
    assert json.loads(missing.stdout)["missing"] == ["admin"]
    assert (in_use.exit_code, deleted.exit_code) == (73, 0)
    assert [role["name"] for role in json.loads(listed.stdout)] == ["admin", "user"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("roles", "define", "admin"), 77),
        (("roles", "define", "clerk", "--parent", "clerk"), 73),
        (("roles", "define", "clerk", "--parent", "boss"), 65),
        (("roles", "define", "clerk", "-p", "everything"), 65),
        (("roles", "delete", "clerk"), 66),
        (("roles", "explain", "nobody@example.com", "a:b"), 66),
    ],
)
def test_what_cannot_be_done_with_roles_says_so(command: Command, arguments: tuple[str, ...], code: int) -> None:
    assert command(*arguments).exit_code == code


@pytest.mark.covers("R-L1")
def test_a_password_that_was_given_is_not_shown(command: Command) -> None:
    result = command(*ADA, "--password-stdin", typed=f"{PASSWORD}\n")

    assert result.exit_code == 0
    assert PASSWORD not in result.stdout + result.stderr


def test_a_password_can_be_made_up(command: Command) -> None:
    result = command(*ADA, "--generate-password", "--json")

    assert len(json.loads(result.stdout)["password"]) >= 24


def test_there_is_no_way_to_give_a_password_as_an_argument(command: Command) -> None:
    assert command(*ADA, "--password", PASSWORD).exit_code == 2


def test_without_anybody_to_ask_the_command_says_what_to_give(command: Command) -> None:
    result = command(*ADA)

    assert result.exit_code == 2
    assert "--password-stdin" in result.stderr


def test_two_ways_at_once_are_refused(command: Command) -> None:
    assert command(*ADA, "--password-stdin", "--generate-password", typed=f"{PASSWORD}\n").exit_code == 2


def test_every_fault_is_listed(command: Command) -> None:
    result = command("users", "create", "ada", "--first-name", " ", "--last-name", "L", "--password-stdin", typed="x\n")

    assert result.exit_code == 65
    assert [line.split(":")[0].strip() for line in result.stderr.splitlines()[1:]] == [
        "email", "first_name", "password", "password",
    ]  # fmt: skip
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("users", "disable", "nobody@example.com"), 66, "no such user"),
        (("users", "disable", "01a20b79-6948-7ac8-969a-72438db0f816"), 66, "no such user"),
        (("users", "disable", "nobody"), 65, "e-mail"),
        ((*ADA, "--generate-password", "--role", "boss"), 66, "no such role"),
        ((*ADA, "--generate-password", "--role", "BIG BOSS"), 65, "role"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    command: Command, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = command(*arguments)

    assert result.exit_code == code
    assert said in result.stderr
    assert result.stdout == ""


def test_an_address_that_is_taken_is_a_conflict(command: Command) -> None:
    command(*ADA, "--generate-password")

    assert command(*ADA, "--generate-password").exit_code == 73


def test_an_account_is_disabled_and_enabled_as_often_as_one_likes(command: Command) -> None:
    user_id = json.loads(command(*ADA, "--generate-password", "--json").stdout)["id"]

    for who, act, status in [
        ("ada@example.com", "disable", "disabled"),
        (user_id, "disable", "disabled"),
        ("ADA@example.com", "enable", "active"),
    ]:
        assert command("users", act, who).exit_code == 0
        assert json.loads(command("users", "list", "--json").stdout)["items"][0]["status"] == status


def test_a_long_list_is_told_page_by_page(command: Command) -> None:
    for number in range(3):
        command("users", "create", f"u{number}@example.com", *ADA[3:], "--generate-password")

    first = json.loads(command("users", "list", "--limit", "2", "--json").stdout)
    rest = json.loads(command("users", "list", "--after", first["next"], "--json").stdout)

    assert [user["email"] for user in first["items"] + rest["items"]] == [
        f"u{number}@example.com" for number in range(3)
    ]
    assert rest["next"] is None
    assert first["next"] in command("users", "list", "--limit", "2").stdout


def test_people_are_looked_for_and_shown(command: Command) -> None:
    command(*ADA, "--admin", "--generate-password")
    command("users", "create", "grace@example.com", "--first-name", "Grace", "--last-name", "Hopper",
            "--generate-password")  # fmt: skip

    by_name = json.loads(command("users", "list", "--query", "HOP", "--json").stdout)
    by_role = command("users", "list", "--role", "admin", "--sort", "-name", "--status", "active").stdout
    everybody = command("users", "list", "--all", "--sort", "-email", "--json").stdout.splitlines()
    lines = command("users", "list", "--all", "--sort", "email").stdout.splitlines()
    shown = json.loads(command("users", "show", "grace@example.com", "--json").stdout)

    assert ([each["email"] for each in by_name["items"]], by_name["total"]) == (["grace@example.com"], 1)
    assert "ada@example.com" in by_role
    assert "grace@example.com" not in by_role
    assert [json.loads(line)["email"] for line in everybody] == ["grace@example.com", "ada@example.com"]
    assert [line.split("\t")[1] for line in lines] == ["ada@example.com", "grace@example.com"]
    assert shown == by_name["items"][0]
    assert shown["roles"] == ["user"]
    assert "Grace Hopper" in command("users", "show", shown["id"]).stdout
    assert command("users", "list", "--sort", "last_login_at").exit_code == 2
    assert command("users", "list", "--after", "elsewhere").exit_code != 0


def test_markup_in_a_name_is_shown_and_not_obeyed(command: Command) -> None:
    command(*ADA[:4], "[red]Ada[/red]", *ADA[5:], "--generate-password")

    assert "[red]Ada[/red] Lovelace" in command("users", "list").stdout


def test_keys_are_made_and_listed(command: Command) -> None:
    assert "no keys yet" in command("keys", "list").stdout

    made = json.loads(command("keys", "rotate", "--json").stdout)
    again = command("keys", "rotate", "--if-due")
    listed = json.loads(command("keys", "list", "--json").stdout)

    assert "none is due" in again.stdout
    assert [(key["kid"], key["state"]) for key in listed] == [(made["kid"], "active")]
    assert made["kid"] in command("keys", "list").stdout


def test_the_interface_is_described_without_any_setting(command: Command) -> None:
    document = json.loads(command("openapi").stdout)

    assert document["openapi"].startswith("3.1")
    assert "/auth/login" in document["paths"]


def test_settings_are_shown_without_secrets() -> None:
    secret = "Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re"

    result = run("settings", "--json", env={"AUTH_MASTER_SECRET": secret, "AUTH_PORT": "9000"})

    assert json.loads(result.stdout)["AUTH_PORT"] == "9000"
    assert json.loads(result.stdout)["AUTH_MASTER_SECRET"] == "********"
    assert secret not in result.stdout


@pytest.mark.covers("CFG-03", "CFG-04")
def test_wrong_settings_are_told_without_their_values() -> None:
    result = run(
        "users", "list", env={"AUTH_PROT": "hunter2", "AUTH_MASTER_SECRET": "hunter2", "AUTH_ENV": "production"}
    )

    assert result.exit_code == 78
    assert "AUTH_PROT is no setting of this service. Did you mean AUTH_PORT?" in result.stderr
    assert "AUTH_MASTER_SECRET is too short" in result.stderr
    assert "hunter2" not in result.stdout + result.stderr


def test_what_nobody_expected_is_told_without_local_values() -> None:
    def broken() -> Never:
        password = "hunter2"
        raise RuntimeError(f"password={password}")

    result = run("users", "list", wire=broken)

    assert result.exit_code == 70
    assert "unexpected RuntimeError" in result.stderr
    assert "hunter2" not in result.stdout + result.stderr


def test_it_says_its_version() -> None:
    assert run("--version").stdout.startswith("auth-service ")

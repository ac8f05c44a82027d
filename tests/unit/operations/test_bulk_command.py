"""`auth-service users bulk`, over a service in memory."""

import json
from pathlib import Path
from typing import Any

import pytest

from auth_adapters.memory import MemoryStore
from tests.unit.operations.command_line import Ended
from tests.unit.operations.command_line import run as run_command
from tests.unit.operations.storage_in_memory import container_over

PASSWORD = "correct horse battery staple"


class House:
    def __init__(self, folder: Path) -> None:
        self.store = MemoryStore()
        self._file = folder / "people.jsonl"

    def bulk(self, *lines: object, options: tuple[str, ...] = ()) -> Ended:
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        self._file.write_text("\n".join(texts) + "\n", encoding="utf-8")
        arguments = ("users", "bulk", str(self._file), *options)
        return run_command(*arguments, wire=lambda: container_over(self.store))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def hire(number: int, **other: object) -> dict[str, Any]:
    email = f"user{number}@example.com"
    names = {"first_name": "Grace", "last_name": "Hopper"}
    return {"key": f"hire-{number}", "do": "create", "email": email, "password": PASSWORD, **names, **other}


def test_what_failed_is_named_by_its_line_and_the_same_file_finishes_the_work(house: House) -> None:
    first = house.bulk(hire(1), "", hire(2, password="short"), hire(3, email="user1@example.com"))
    again = house.bulk(hire(1), "", hire(2), options=("--json",))

    assert first.exit_code == 1
    assert "done    1" in first.stdout
    assert "3     hire-2  weak_password" in first.stdout
    assert "4     hire-3  email_taken" in first.stdout
    assert PASSWORD not in first.stdout
    report = json.loads(again.stdout)
    assert again.exit_code == 0
    assert (report["done"], [each["line"] for each in report["items"]]) == (2, [1, 3])
    assert len(house.store.committed.users) == 2


def test_a_dry_run_finds_what_would_fail_and_changes_nothing(house: House) -> None:
    house.bulk(hire(1))
    before = house.store.committed.copy()
    somebody = str(next(iter(before.users)))

    tried = house.bulk(
        hire(2),
        hire(3, email="user1@example.com"),
        hire(4, roles=["nobody-has-it"]),
        *(
            {"key": do, "do": do, "user_id": somebody, **more}
            for do, more in (
                ("disable", {}),
                ("enable", {}),
                ("delete", {}),
                ("restore", {}),
                ("update", {"first_name": "Ada"}),
            )
        ),
        hire(1),
        options=("--dry-run", "--json"),
    )

    told = [(each["status"], each["code"]) for each in json.loads(tried.stdout)["items"]]
    assert told == [(201, None), (409, "email_taken"), (404, "role_not_found"), *[(200, None)] * 5, (201, None)]
    assert tried.exit_code == 1
    assert house.store.committed == before


def test_several_at_once_are_told_in_their_order(house: House) -> None:
    done = house.bulk(*(hire(number) for number in range(7)), options=("--at-once", "3", "--json"))

    assert [each["key"] for each in json.loads(done.stdout)["items"]] == [f"hire-{number}" for number in range(7)]
    assert len(house.store.committed.users) == 7


def test_a_line_that_is_no_json_is_named_before_anything_is_done(house: House) -> None:
    refused = house.bulk(hire(1), '{"key": 1, "key": 2}')

    assert refused.exit_code == 65
    assert "Line 2" in refused.stderr
    assert not house.store.committed.users

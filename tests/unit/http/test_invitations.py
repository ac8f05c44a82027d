"""Invitations over HTTP: an administrator invites, a mail comes, and whoever reads it makes the account theirs."""

from typing import Any, Final

import pytest

from auth_core import Origin, Redacted
from auth_core.audit.events import EventKind
from tests.unit.http.asgi import Answer
from tests.unit.http.service import PASSWORD
from tests.unit.http.test_idempotency import essence
from tests.unit.http.test_recovery import Mailing, a_mailing
from tests.unit.http.test_rights import holder

ADA: Final = "ada@example.com"
_SECRET: Final = Redacted(PASSWORD)
_HERE: Final = Origin()
NEW: Final[dict[str, Any]] = {"email": ADA, "invite": True}


def told(answer: Answer) -> tuple[object, ...]:
    """Everything that is told, but which request it was."""
    headers = [each for each in answer.headers if each[0] != "x-request-id"]
    return answer.status, {**answer.json(), "instance": None}, headers


@pytest.fixture
async def mailing() -> Mailing:
    return await a_mailing(registration="invitation")


async def administrator(mailing: Mailing) -> str:
    # Nobody registers here: whoever holds a role was made by the operator.
    await mailing.service.auth.users.create(
        email="root@example.com",
        password=_SECRET,
        first_name="A",
        last_name="B",
        roles=["admin"],
        actor=None,
        origin=_HERE,
    )
    return str((await mailing.service.log_in(email="root@example.com")).json()["access_token"])


async def test_the_whole_walk_from_the_invitation_to_the_first_log_in(mailing: Mailing) -> None:
    admin = await administrator(mailing)

    created = await mailing.send("/admin/users", bearer=admin, **NEW, roles=["admin"], locale="DE")
    listed = await mailing.service.ask("GET", "/admin/users", token=admin, query=b"status=invited")
    early = await mailing.service.log_in(email=ADA)
    token = await mailing.token("invitation")
    seen = await mailing.send("/auth/invitation", token=token)
    half = await mailing.send("/auth/invitation/accept", token=token, password=PASSWORD, first_name="Ada")
    accepted = await mailing.send(
        "/auth/invitation/accept", token=token, password=PASSWORD, first_name="Ada", last_name="Lovelace"
    )
    held = await mailing.service.log_in(email=ADA)

    assert (created.status, created.json()["status"], created.json()["locale"]) == (201, "invited", "de")
    assert created.json()["invitation"]["sent_at"] < created.json()["invitation"]["expires_at"]
    assert [each["email"] for each in listed.json()["items"]] == [ADA]
    assert (early.status, early.code) == (401, "invalid_credentials")
    assert seen.json() == {
        "email": ADA,
        "first_name": None,
        "last_name": None,
        "locale": "de",
        "expires_at": created.json()["invitation"]["expires_at"],
    }
    assert (half.status, [each["pointer"] for each in half.json()["errors"]]) == (422, ["#/last_name"])
    assert (accepted.status, accepted.json()["status"], accepted.json()["invitation"]) == (200, "active", None)
    assert accepted.json()["email_verified"]
    assert (held.status, held.json()["user"]["roles"]) == (200, ["admin", "user"])


@pytest.mark.covers("RST-02", "RST-03", "RST-04", "RST-06")
async def test_links_that_are_no_good_are_refused_in_the_same_words(mailing: Mailing) -> None:
    admin = await administrator(mailing)
    first = (await mailing.send("/admin/users", bearer=admin, **NEW)).json()["id"]
    replaced = await mailing.token("invitation")
    again = await mailing.send(f"/admin/users/{first}/invitation", bearer=admin)
    newest = await mailing.token("invitation")
    assert (again.status, again.header("etag")) == (200, '"1"')

    refused = [await _accept(mailing, replaced)]
    assert (await _accept(mailing, newest)).status == 200
    refused.append(await _accept(mailing, newest))
    second = (await mailing.send("/admin/users", bearer=admin, **NEW | {"email": "b@example.com"})).json()["id"]
    withdrawn = await mailing.token("invitation")
    gone = await mailing.service.ask("DELETE", f"/admin/users/{second}/invitation", token=admin)
    assert gone.status == 204
    refused += [await _accept(mailing, token) for token in (withdrawn, "nothing")]
    looked = await mailing.send("/auth/invitation", token=withdrawn)

    assert [told(each) for each in refused] == [told(refused[0])] * 4
    assert (refused[0].status, refused[0].code) == (looked.status, looked.code) == (422, "unusable_token")
    assert (await mailing.service.ask("DELETE", f"/admin/users/{first}/invitation", token=admin)).code == "not_invited"
    assert (await mailing.send(f"/admin/users/{second}/invitation", bearer=admin)).code == "user_not_found"


async def _accept(mailing: Mailing, token: str) -> Answer:
    return await mailing.send(
        "/auth/invitation/accept", token=token, password=PASSWORD, first_name="Ada", last_name="Lovelace"
    )


async def test_with_a_key_an_invitation_is_sent_once(mailing: Mailing) -> None:
    admin = await administrator(mailing)
    key = ((b"idempotency-key", b"hire-4711"),)

    first, again = [await mailing.service.ask("POST", "/admin/users", NEW, token=admin, headers=key) for _ in range(2)]
    path = f"/admin/users/{first.json()['id']}/invitation"
    other = ((b"idempotency-key", b"remind-4711"),)
    for _ in range(2):
        assert (await mailing.service.ask("POST", path, token=admin, headers=other)).status == 200
    await mailing.token("invitation")

    assert essence(first) == essence(again)
    assert len(list(mailing.wording.of_kind("invitation"))) == 2
    kinds = [each.kind for each in mailing.service.store.committed.events.values()]
    assert (kinds.count(EventKind.USER_INVITED), kinds.count(EventKind.INVITATION_SENT_AGAIN)) == (1, 1)


@pytest.mark.covers("AUZ-06")
async def test_nobody_invites_to_more_than_they_may_do(mailing: Mailing) -> None:
    admin = await administrator(mailing)
    for name, permissions in (("helper", ["users:write"]), ("giver", ["users:write", "roles:assign"])):
        role = {"name": name, "description": "", "permissions": permissions, "parents": []}
        assert (await mailing.service.ask("POST", "/admin/roles", role, token=admin)).status == 201
    above = (await mailing.send("/admin/users", bearer=admin, **NEW, roles=["admin"])).json()["id"]
    tokens = {}
    for name in ("helper", "giver"):
        await mailing.service.auth.users.create(
            email=f"{name}@example.com", password=_SECRET, first_name="A", last_name="B", roles=[name], actor=None,
            origin=_HERE,
        )  # fmt: skip
        tokens[name] = (await mailing.service.log_in(email=f"{name}@example.com")).json()["access_token"]
    document = NEW | {"email": "b@example.com"}

    answers = [
        await mailing.send("/admin/users", bearer=tokens["helper"], **document, roles=["helper"]),
        await mailing.send("/admin/users", bearer=tokens["giver"], **document, roles=["admin"]),
        await mailing.send(f"/admin/users/{above}/invitation", bearer=tokens["giver"]),
        await mailing.service.ask("DELETE", f"/admin/users/{above}/invitation", token=tokens["giver"]),
        await mailing.send("/admin/users", bearer=tokens["giver"], **document, roles=["helper"]),
    ]

    assert [each.status for each in answers] == [403, 403, 403, 403, 201]
    assert [each.code for each in answers[:4]] == ["permission_denied", *["beyond_your_rights"] * 3]


async def test_an_account_has_a_password_or_an_invitation(mailing: Mailing) -> None:
    admin = await administrator(mailing)

    both = await mailing.send("/admin/users", bearer=admin, **NEW, password=PASSWORD, must_change_password=True)
    neither = await mailing.send("/admin/users", bearer=admin, email=ADA)

    assert [(each["pointer"], each["code"]) for each in both.json()["errors"]] == [
        ("#/password", "not_with_invitation"),
        ("#/must_change_password", "not_with_invitation"),
    ]
    assert [(each["pointer"], each["code"]) for each in neither.json()["errors"]] == [
        ("#/password", "missing"),
        ("#/first_name", "missing"),
        ("#/last_name", "missing"),
    ]


async def test_many_are_invited_at_once_each_once(mailing: Mailing) -> None:
    admin = await administrator(mailing)
    items = [{"key": f"k{each}", "do": "invite", "email": f"new{each}@example.com"} for each in range(3)]

    first, again = [await mailing.send("/admin/users/bulk", bearer=admin, items=items) for _ in range(2)]
    await mailing.token("invitation")

    assert [each["status"] for each in first.json()["items"]] == [201, 201, 201]
    assert first.json()["items"] == again.json()["items"]
    assert len(list(mailing.wording.of_kind("invitation"))) == 3


@pytest.mark.covers("REG-18")
async def test_registration_is_refused_to_everybody_alike(mailing: Mailing) -> None:
    admin = await administrator(mailing)
    await mailing.send("/admin/users", bearer=admin, **NEW)
    closed = await a_mailing(registration="closed")

    answers = [await mailing.service.register(email=email) for email in (ADA, "b@example.com")]
    answers.append(await closed.service.register())

    assert [told(each) for each in answers] == [told(answers[0])] * 3
    assert (answers[0].status, answers[0].code) == (403, "registration_closed")


async def test_what_somebody_reads_is_theirs_to_change() -> None:
    mailing = await a_mailing()
    _, token = await holder(mailing.service, ADA)

    answers = [
        await mailing.service.ask("PATCH", "/auth/me", {"locale": each}, token=token) for each in ("pt-br", None, "12")
    ]
    kept = await mailing.service.ask("PUT", "/auth/me", {"first_name": "A", "last_name": "B"}, token=token)

    assert [each.json().get("locale") for each in answers] == ["pt-BR", None, None]
    assert [error["code"] for error in answers[2].json()["errors"]] == ["invalid_locale"]
    assert (kept.status, kept.json()["locale"]) == (200, None)

"""Mail that proves something, over HTTP: what is asked for is answered alike, and links end on pages that work."""

import re
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import pytest

from auth_adapters.mail.wording import PAGES
from auth_adapters.memory import MemoryStore, auth_in_memory, memory_ports
from auth_core.testing import NOON, Mailbox, MovableClock, PlainWording, UnsafeFastHasher, mail_to
from auth_http.settings import Settings
from auth_http.settings.mail import MailMode
from tests.unit.http.asgi import Answer
from tests.unit.http.parts import Parts
from tests.unit.http.service import EMAIL, PASSWORD, Service, a_service, over

NEW_PASSWORD: Final = "paper lantern under the bridge"
NEW_EMAIL: Final = "grace.hopper@example.org"
OURS: Final = sorted(set(PAGES.values()) - {"accept-invitation"})


@dataclass(slots=True, kw_only=True)
class Mailing:
    service: Service
    wording: PlainWording

    async def token(self, kind: str) -> str:
        """The token of the last mail of this kind."""
        while await self.service.auth.outbox.deliver():
            pass
        [*_, last] = self.wording.of_kind(kind)
        token: str = last.token.reveal()  # type: ignore[union-attr]  # whoever asks knows the kind
        return token

    async def send(self, path: str, *, bearer: str | None = None, **document: object) -> Answer:
        return await self.service.ask("POST", path, document, token=bearer)

    async def use(self, path: str, kind: str, **besides: str) -> int:
        """Send the token of the last mail of this kind to where it belongs, and return the status of the answer."""
        document: dict[str, Any] = {"token": await self.token(kind), **besides}
        return (await self.service.ask("POST", path, document)).status


async def a_mailing(**given: Any) -> Mailing:  # noqa: ANN401 - as the settings are
    settings = Settings(mail=MailMode.CONSOLE, **given)
    clock, hasher, store = MovableClock(NOON), UnsafeFastHasher(), MemoryStore()
    wording, policies = PlainWording(), settings.policies()
    mail = mail_to(Mailbox(), wording)
    auth = await auth_in_memory(
        memory_ports(store=store, policies=policies, clock=clock, hasher=hasher, mail=mail), policies=policies
    )
    parts = Parts(settings=settings, auth=auth)
    service = Service(app=over(parts), parts=parts, auth=auth, clock=clock, hasher=hasher, store=store)
    return Mailing(service=service, wording=wording)


@pytest.fixture
async def mailing() -> Mailing:
    return await a_mailing()


def told(answer: Answer) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Everything that is told, but which request it was."""
    return answer.status, answer.body, [header for header in answer.headers if header[0] != "x-request-id"]


@pytest.mark.covers("REG-01", "REG-02", "REG-03", "RST-20")
async def test_where_addresses_are_proven_first_whoever_asks_is_told_the_same() -> None:
    mailing = await a_mailing(registration="verified")

    answers = [await mailing.service.register(email=email) for email in (EMAIL, EMAIL, "ada@example.com")]
    log_ins = [await mailing.service.log_in(email=email) for email in (EMAIL, "nobody@example.com")]

    assert [told(each) for each in answers] == [told(answers[0])] * 3
    assert (answers[0].status, answers[0].body) == (202, b"{}")
    assert {(each.status, each.code) for each in log_ins} == {(401, "invalid_credentials")}
    assert await mailing.use("/auth/password/reset", "reset_password", new_password=NEW_PASSWORD) == 204
    assert (await mailing.service.log_in(password=NEW_PASSWORD)).status == 200


@pytest.mark.covers("REG-02", "REG-08")
async def test_a_registration_that_is_repeated_with_its_key_sends_no_other_mail() -> None:
    mailing = await a_mailing(registration="verified")
    document = {"email": EMAIL, "password": PASSWORD, "first_name": "Grace", "last_name": "Hopper"}
    key = ((b"idempotency-key", b"8e03978e-40d5-43e8-bc93-6894a57f9324"),)

    answers = [await mailing.service.ask("POST", "/auth/register", document, headers=key) for _ in range(3)]

    assert [told(each) for each in answers] == [told(answers[0])] * 3
    assert (answers[0].status, answers[0].body) == (202, b"{}")
    assert len(mailing.service.store.committed.letters) == 1


@pytest.mark.covers("RST-01", "RST-13", "R-V2")
@pytest.mark.parametrize("path", ["/auth/password/forgot", "/auth/email/resend"])
async def test_whose_address_it_is_and_how_often_it_is_asked_for_makes_no_difference(
    mailing: Mailing, path: str
) -> None:
    await mailing.service.register()

    answers = [await mailing.send(path, email=email) for email in ("nobody@example.com", *[EMAIL] * 7)]

    assert [told(each) for each in answers] == [told(answers[0])] * 8
    assert (answers[0].status, answers[0].body) == (202, b"{}")


@pytest.mark.covers("RST-20")
async def test_from_registration_to_another_address_and_back(mailing: Mailing) -> None:
    await mailing.service.register()
    held = (await mailing.service.log_in()).json()
    bearer = held["access_token"]
    assert (held["user"]["email_verified"], held["user"]["email_verified_at"]) == (False, None)

    assert await mailing.use("/auth/email/verify", "verify_address") == 204
    me = (await mailing.service.ask("GET", "/auth/me", token=bearer)).json()
    assert (me["email_verified"], me["email_verified_at"]) == (True, "2030-06-01T12:00:00.123456Z")
    asked = await mailing.send("/auth/email/change", bearer=bearer, new_email=NEW_EMAIL, password=PASSWORD)
    assert (asked.status, asked.body) == (202, b"{}")
    assert await mailing.use("/auth/email/change/confirm", "confirm_email_change") == 204
    assert (await mailing.service.ask("GET", "/auth/me", token=bearer)).json()["email"] == NEW_EMAIL
    assert await mailing.use("/auth/email/change/undo", "email_changed") == 204
    assert (await mailing.service.ask("GET", "/auth/me", token=bearer)).code == "revoked_token"
    assert await mailing.use("/auth/password/reset", "reset_password", new_password=NEW_PASSWORD) == 204
    assert (await mailing.service.log_in(password=NEW_PASSWORD)).json()["user"]["email"] == EMAIL


async def test_what_is_wrong_is_told_with_its_code(mailing: Mailing) -> None:
    bearer = (await mailing.service.signed_in())["access_token"]
    await mailing.send("/auth/password/forgot", email=EMAIL)
    token = await mailing.token("reset_password")

    answers = [
        await mailing.send("/auth/password/forgot", email="a@example.org,b@example.org"),
        await mailing.send("/auth/password/forgot", email=[EMAIL]),
        await mailing.send("/auth/password/reset", token=token, new_password="short"),
        await mailing.send("/auth/password/reset", token=f"{token}x", new_password=NEW_PASSWORD),
        await mailing.send("/auth/email/change", bearer=bearer, new_email=NEW_EMAIL, password="not the password"),
        await mailing.send("/auth/email/change", bearer=bearer, new_email="nobody", password=PASSWORD),
    ]

    assert [(each.status, each.code) for each in answers] == [
        (422, "invalid_email"),
        (422, "rejected"),
        (422, "weak_password"),
        (422, "unusable_token"),
        (401, "wrong_password"),
        (422, "rejected"),
    ]


async def test_a_service_without_mail_says_so_and_has_no_pages() -> None:
    service = await a_service()

    answers = [
        await service.ask("POST", path, {"email": EMAIL}) for path in ("/auth/password/forgot", "/auth/email/resend")
    ]

    assert {(each.status, each.code) for each in answers} == {(403, "no_mail")}
    assert {(await service.ask("GET", f"/{page}")).status for page in OURS} == {404}


@pytest.mark.covers("RST-21", "R-V3", "R-H7")
@pytest.mark.parametrize("page", OURS)
async def test_the_page_behind_a_link_is_there_and_uses_nothing_up(mailing: Mailing, page: str) -> None:
    answer = await mailing.service.ask("GET", f"/{page}")

    text = answer.body.decode()
    assert (answer.status, answer.header("content-type")) == (200, "text/html; charset=utf-8")
    assert (answer.header("referrer-policy"), answer.header("cache-control")) == ("no-referrer", "no-store")
    policy = answer.header("content-security-policy") or ""
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert f'data-page="{page}"' in text
    assert re.search(r"<script>|<style|\son\w+=|\sstyle=|//", text) is None
    for name, kind in (("account.js", "text/javascript"), ("account.css", "text/css")):
        assert f"pages/{name}" in text
        part = await mailing.service.ask("GET", f"/pages/{name}")
        assert (part.status, part.header("content-type")) == (200, f"{kind}; charset=utf-8")
        assert page in part.body.decode() or name.endswith(".css")
    assert (await mailing.service.ask("GET", "/pages/..%2f__init__.py")).status == 404


async def test_whoever_has_pages_of_their_own_does_not_get_ours() -> None:
    mailing = await a_mailing(pages_url="https://www.example.com/account")

    assert {(await mailing.service.ask("GET", f"/{page}")).status for page in OURS} == {404}


def test_the_pages_send_what_the_routes_take() -> None:

    script = resources.files("auth_http.pages").joinpath("account.js").read_text(encoding="utf-8")

    paths = set(re.findall(r'path: "([^"]+)"', script))
    assert paths == {"auth/email/verify", "auth/email/change/confirm", "auth/email/change/undo", "auth/password/reset"}
    assert "innerHTML" not in script

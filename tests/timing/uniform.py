"""Everything a stranger can ask about an address, in each state there is: what is told, at how many hashes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final
from urllib.parse import urlencode

from auth_adapters.memory import MemoryStore, auth_in_memory, memory_ports
from auth_adapters.postgres import PostgresPorts
from auth_core import Origin, Redacted, RegistrationMode
from auth_core.testing import NOON, Mailbox, MovableClock, PlainWording, UnsafeFastHasher, mail_to
from auth_http.settings import Settings
from auth_http.settings.mail import MailMode
from tests.unit.http.parts import Parts
from tests.unit.http.service import Service, over

PASSWORD: Final = "correct horse battery staple"
WRONG: Final = "wrong horse battery staple"
STATES: Final = ("nobody", "active", "disabled", "deleted", "unproven")
_SETTINGS: Final = Settings(mail=MailMode.CONSOLE, registration=RegistrationMode.VERIFIED)
_HERE: Final = Origin()
# One id for all, or every answer would differ by its own.
_SAME: Final = ((b"x-request-id", b"the-same"),)


@dataclass(frozen=True, slots=True)
class Told:
    """All that can be seen of an answer, and the hashes that were computed for it."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes
    hashes: int


async def a_service(storage: PostgresPorts | None = None) -> Service:
    """Return a service in memory or over `storage` with an account in each state, at `<state>-<n>@example.org`."""
    policies = _SETTINGS.policies()
    clock, hasher, store = MovableClock(NOON), UnsafeFastHasher(), MemoryStore()
    mail = mail_to(Mailbox(), PlainWording())
    ports = memory_ports(store=store, policies=policies, clock=clock, hasher=hasher, mail=mail)
    if storage is not None:
        ports = replace(ports, **{each.name: getattr(storage, each.name) for each in fields(storage)})
    auth = await auth_in_memory(ports, policies=policies)
    parts = Parts(settings=_SETTINGS, auth=auth)
    service = Service(app=over(parts), parts=parts, auth=auth, clock=clock, hasher=hasher, store=store)
    for question in QUESTIONS:
        for state in STATES[1:-1]:
            await _create(service, state, question)
        await service.register(email=address("unproven", question), password=PASSWORD)
    return service


def address(state: str, question: str) -> str:
    """Return whose address is asked about: another for each question, for some change what they ask about."""
    return f"{state}.{question}@example.org"


async def _create(service: Service, state: str, question: str) -> None:
    users = service.auth.users
    user = await users.create(
        email=address(state, question),
        password=Redacted(PASSWORD),
        first_name="Ada",
        last_name="Lovelace",
        roles=(),
        actor=None,
        origin=_HERE,
    )
    if state == "disabled":
        await users.disable(user_id=user.id, actor=None, origin=_HERE)
    elif state == "deleted":
        await users.delete(user_id=user.id, actor=None, origin=_HERE)


async def log_in(service: Service, email: str, password: str) -> Told:
    return await _told(service, "/auth/login", {"email": email, "password": password})


async def token(service: Service, email: str, password: str) -> Told:
    form = urlencode({"grant_type": "password", "username": email, "password": password}).encode()
    return await _told(service, "/auth/token", form)


async def register(service: Service, email: str, password: str) -> Told:
    document = {"email": email, "password": password, "first_name": "Ada", "last_name": "Lovelace"}
    return await _told(service, "/auth/register", document)


async def forgot(service: Service, email: str, _: str) -> Told:
    return await _told(service, "/auth/password/forgot", {"email": email})


async def resend(service: Service, email: str, _: str) -> Told:
    return await _told(service, "/auth/email/resend", {"email": email})


QUESTIONS: Final = {"log-in": log_in, "token": token, "register": register, "forgot": forgot, "resend": resend}


async def _told(service: Service, path: str, asked: Mapping[str, str] | bytes) -> Told:
    before = service.hasher.hashes + service.hasher.verifications
    form = asked if isinstance(asked, bytes) else None
    document = None if isinstance(asked, bytes) else asked
    answer = await service.ask("POST", path, document, form=form, headers=_SAME)
    hashes = service.hasher.hashes + service.hasher.verifications - before
    return Told(answer.status, answer.headers, answer.body, hashes)


async def told_of_each(service: Service, question: str) -> dict[str, Told]:
    """Return what is told of an account in each state. Whoever could get in gives the wrong password."""
    ask = QUESTIONS[question]
    return {
        state: await ask(service, address(state, question), WRONG if state == "active" else PASSWORD)
        for state in STATES
    }


async def told_of_tokens(service: Service) -> dict[str, Told]:
    """Return what is told of refresh tokens of sessions that are over for different reasons."""
    found: dict[str, Told] = {}
    for state in ("signed out", "disabled"):
        email = f"{state.replace(' ', '-')}@example.org"
        user = await service.auth.users.create(
            email=email, password=Redacted(PASSWORD), first_name="A", last_name="B", roles=(), actor=None, origin=_HERE
        )  # fmt: skip
        held = await service.auth.login.log_in(email=email, password=Redacted(PASSWORD), origin=_HERE)
        if state == "disabled":
            await service.auth.users.disable(user_id=user.id, actor=None, origin=_HERE)
        else:
            await service.auth.sessions.log_out_everywhere(user_id=user.id, origin=_HERE)
        document = {"refresh_token": held.tokens.refresh_token.reveal()}
        found[state] = await _told(service, "/auth/refresh", document)
        found[f"{state}, once more"] = await _told(service, "/auth/refresh", document)
        forged = document["refresh_token"][:-4] + ("AAAA" if document["refresh_token"][-4:] != "AAAA" else "BBBB")
        found[f"{state}, forged"] = await _told(service, "/auth/refresh", {"refresh_token": forged})
    found["no token"] = await _told(service, "/auth/refresh", {"refresh_token": "x"})
    return found

"""What every client promises of mail that proves something: the values and the errors of the core behind it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

import pytest

from auth_core.access.model import USER
from auth_core.client import AuthClient
from auth_core.credentials.passwords.errors import WeakPassword
from auth_core.errors import Rejected
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.rooms import AuthCore
from auth_core.testing.builders import a_one_time_token, an_email, an_invited_user
from auth_core.testing.doubles.movable_clock import MovableClock
from auth_core.users.model import NAMELESS, InvitedTo, User, UserStatus
from auth_core.verification.errors import NoMail, UnusableToken
from auth_core.verification.model import Purpose
from auth_core.verification.secret import digest_of

_PASSWORD: Final = Redacted("correct horse battery staple")
_OTHER_PASSWORD: Final = Redacted("a quite different long password")
_HERE: Final = Origin(address="192.0.2.7", user_agent="Firefox", request_id="r-1")


class RecoveryClientContract:
    """Subclass it and provide `client`, and the `core` that is behind it, with its `clock`.

    Registration is open, and there is no mail: what would have been sent is put where it is kept.
    """

    @pytest.fixture
    def client(self) -> AuthClient:
        raise NotImplementedError("your subclass gives this fixture")

    @pytest.fixture
    def core(self) -> AuthCore:
        """Provide the core the client stands for."""
        raise NotImplementedError("your subclass gives this fixture")

    @pytest.fixture
    def clock(self) -> MovableClock:
        """Provide the clock of the core."""
        raise NotImplementedError("your subclass gives this fixture")

    async def test_an_invitation_is_looked_at_and_accepted_once(
        self, client: AuthClient, core: AuthCore, clock: MovableClock
    ) -> None:
        user, token = await _invited(core, clock)
        assert user.invitation is not None

        seen = await client.look_at_invitation(token=token, origin=_HERE)
        with pytest.raises(Rejected) as told:
            await client.accept_invitation(token=token, password=_PASSWORD, first_name="Grace", origin=_HERE)
        accepted = await client.accept_invitation(
            token=token, password=_PASSWORD, last_name="Lovelace", locale="de", origin=_HERE
        )

        assert seen == InvitedTo(
            email=user.email,
            first_name=user.first_name,
            last_name=None,
            locale=None,
            expires_at=user.invitation.expires_at,
        )
        assert [fault.field for fault in told.value.faults] == ["last_name"]
        assert (accepted.id, accepted.status, accepted.last_name) == (user.id, UserStatus.ACTIVE, "Lovelace")
        assert accepted.locale == "de"
        assert accepted == await core.users.look_up_by_email(email=user.email.address)
        with pytest.raises(UnusableToken):
            await client.look_at_invitation(token=token, origin=_HERE)
        await client.log_in(email=user.email.address, password=_PASSWORD, origin=_HERE)

    async def test_an_address_is_proven(self, client: AuthClient, core: AuthCore, clock: MovableClock) -> None:
        user = await _registered(client)
        token = await _sent(core, clock, user, Purpose.VERIFY_EMAIL)

        await client.verify_email(token=token, origin=_HERE)

        assert (await core.users.look_up_by_email(email=user.email.address)).email_verified_at == clock.now()

    async def test_a_forgotten_password_is_chosen_anew(
        self, client: AuthClient, core: AuthCore, clock: MovableClock
    ) -> None:
        user = await _registered(client)
        token = await _sent(core, clock, user, Purpose.RESET_PASSWORD)

        with pytest.raises(WeakPassword):
            await client.choose_password(token=token, new_password=Redacted("short"), origin=_HERE)
        await client.choose_password(token=token, new_password=_OTHER_PASSWORD, origin=_HERE)

        await client.log_in(email=user.email.address, password=_OTHER_PASSWORD, origin=_HERE)

    async def test_an_address_is_changed_and_taken_back(
        self, client: AuthClient, core: AuthCore, clock: MovableClock
    ) -> None:
        user, new = await _registered(client), an_email()
        change = await _sent(core, clock, user, Purpose.CHANGE_EMAIL, address=new)
        undo = await _sent(core, clock, user, Purpose.UNDO_EMAIL_CHANGE)

        await client.confirm_email_change(token=change, origin=_HERE)
        assert (await core.users.look_up_by_email(email=new)).id == user.id
        await client.undo_email_change(token=undo, origin=_HERE)

        assert (await core.users.look_up_by_email(email=user.email.address)).id == user.id

    async def test_what_is_no_token_is_refused_everywhere(self, client: AuthClient) -> None:
        nothing = Redacted("nothing")
        acts: list[Callable[[], Awaitable[object]]] = [
            lambda: client.look_at_invitation(token=nothing, origin=_HERE),
            lambda: client.accept_invitation(token=nothing, password=_PASSWORD, origin=_HERE),
            lambda: client.verify_email(token=nothing, origin=_HERE),
            lambda: client.choose_password(token=nothing, new_password=_PASSWORD, origin=_HERE),
            lambda: client.confirm_email_change(token=nothing, origin=_HERE),
            lambda: client.undo_email_change(token=nothing, origin=_HERE),
        ]

        for act in acts:
            with pytest.raises(UnusableToken):
                await act()

    async def test_nothing_begins_with_a_mail_where_there_is_none(self, client: AuthClient) -> None:
        user = await _registered(client)
        held = await client.log_in(email=user.email.address, password=_PASSWORD, origin=_HERE)

        with pytest.raises(NoMail):
            await client.resend_verification(email=user.email.address, origin=_HERE)
        with pytest.raises(NoMail):
            await client.request_password_reset(email=user.email.address, origin=_HERE)
        with pytest.raises(NoMail):
            await client.request_email_change(
                access_token=held.tokens.access_token, new_email=an_email(), password=_PASSWORD, origin=_HERE
            )

    async def test_what_somebody_reads_is_kept_changed_and_forgotten(self, client: AuthClient) -> None:
        user = await _registered(client, locale="DE")
        held = await client.log_in(email=user.email.address, password=_PASSWORD, origin=_HERE)

        told = [
            await client.update_profile(access_token=held.tokens.access_token, locale=each, origin=_HERE)
            for each in ("pt-br", None, "")
        ]

        assert user.locale == "de"
        assert [each.user.locale for each in told] == ["pt-BR", "pt-BR", None]


async def _registered(client: AuthClient, *, locale: str | None = None) -> User:
    user = await client.register(
        email=an_email(), password=_PASSWORD, first_name="Ada", last_name="Lovelace", locale=locale, origin=_HERE
    )
    assert user is not None
    return user


async def _sent(
    core: AuthCore, clock: MovableClock, user: User, purpose: Purpose, *, address: str | None = None
) -> Redacted[str]:
    token = Redacted(f"{purpose}-{user.id}")
    kept = a_one_time_token(user, purpose, at=clock.now())
    if user.status is UserStatus.INVITED:
        kept = replace(kept, binding=replace(kept.binding, password_version=0))
    async with core.recovery.verify_email.uow() as tx:
        await tx.one_time_tokens.add(replace(kept, digest=digest_of(token), address=address or kept.address))
    return token


async def _invited(core: AuthCore, clock: MovableClock) -> tuple[User, Redacted[str]]:
    user = replace(an_invited_user(at=clock.now()), last_name=NAMELESS)
    async with core.recovery.verify_email.uow() as tx:
        await tx.users.add(user)
        await tx.roles.assign(user.id, USER.name, by=None, now=clock.now())
    return user, await _sent(core, clock, user, Purpose.ACCEPT_INVITATION)

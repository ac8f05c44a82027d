"""What every client promises, in process or remote: the values and the errors of the core that is behind it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

import pytest

from auth_core.client import Account, AuthClient, SignedIn
from auth_core.credentials.passwords.errors import WeakPassword, WrongPassword
from auth_core.errors import Rejected
from auth_core.ids import SessionId
from auth_core.login.errors import InvalidCredentials, PasswordChangeRequired
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.rooms import AuthCore
from auth_core.sessions.errors import InvalidRefreshToken, SessionNotFound
from auth_core.testing.builders import an_email
from auth_core.testing.contracts.token_verifier import shown
from auth_core.testing.doubles.movable_clock import MovableClock
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.errors import InvalidToken, RevokedToken
from auth_core.users.errors import EmailTaken
from auth_core.users.model import User

_PASSWORD: Final = Redacted("correct horse battery staple")
_OTHER_PASSWORD: Final = Redacted("a quite different long password")
_HERE: Final = Origin(address="192.0.2.7", user_agent="Firefox — ä", request_id="r-1")
_NOBODYS: Final = SessionId(UUID("0199a1f4-0d10-7c11-8a52-6f0c6cb5a001"))
_MINUTE: Final = timedelta(minutes=1)


class AuthClientContract:
    """Subclass it and provide `client`, and the `core` that is behind it, with its `clock`.

    Registration is open, and a password needs eight code points. What the client tells of where a call came from is
    believed.
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

    # ---- Accounts

    async def test_who_registers_is_told_what_is_kept_of_them(self, client: AuthClient, core: AuthCore) -> None:
        email = an_email()

        user = await client.register(
            email=f" {email} ", password=_PASSWORD, first_name="Ada", last_name="Løvelace", origin=_HERE
        )

        assert user is not None
        assert user == await core.users.look_up_by_email(email=email)
        assert (user.email.address, user.last_name) == (email, "Løvelace")

    async def test_everything_that_is_wrong_is_told_at_once(self, client: AuthClient, core: AuthCore) -> None:
        wrong = {"email": "nobody", "password": Redacted("short"), "first_name": "", "last_name": "x" * 101}

        with pytest.raises(Rejected) as told:
            await client.register(**wrong, origin=_HERE)  # type: ignore[arg-type]  # all of them are texts
        with pytest.raises(Rejected) as meant:
            await core.users.register(**wrong, origin=_HERE)  # type: ignore[arg-type]  # as above

        assert told.type is meant.type
        assert told.value.faults == meant.value.faults
        assert {fault.field for fault in told.value.faults} == set(wrong)

    async def test_a_weak_password_is_told_as_such(self, client: AuthClient) -> None:
        with pytest.raises(WeakPassword) as told:
            await client.register(
                email=an_email(), password=Redacted("short"), first_name="Ada", last_name="Lovelace", origin=_HERE
            )

        assert [(fault.field, fault.code) for fault in told.value.faults] == [("password", "too_short")]

    async def test_an_address_is_taken_once(self, client: AuthClient) -> None:
        email = an_email()
        await _register(client, email)

        with pytest.raises(EmailTaken):
            await _register(client, email.upper())

    async def test_the_profile_is_the_account_with_the_rights_of_this_moment(
        self, client: AuthClient, core: AuthCore
    ) -> None:
        who = await _signed_in(client)

        account = await client.profile(access_token=who.tokens.access_token)

        assert account == who.account == await _account(core, who)
        assert account.roles == ("user",)

    async def test_names_are_changed_one_by_one_or_not_at_all(self, client: AuthClient, core: AuthCore) -> None:
        who = await _signed_in(client)
        token = who.tokens.access_token

        unchanged = await client.update_profile(access_token=token, origin=_HERE)
        changed = await client.update_profile(access_token=token, last_name="King", origin=_HERE)

        assert unchanged == who.account
        assert (changed.user.first_name, changed.user.last_name) == ("Ada", "King")
        assert changed == await _account(core, who)

    async def test_names_that_cannot_be_are_refused(self, client: AuthClient) -> None:
        who = await _signed_in(client)

        with pytest.raises(Rejected) as told:
            await client.update_profile(
                access_token=who.tokens.access_token, first_name="", last_name="\u202e", origin=_HERE
            )

        assert {(fault.field, fault.code) for fault in told.value.faults} == {
            ("first_name", "invalid_name"),
            ("last_name", "invalid_name"),
        }

    # ---- Signing in, and staying so

    async def test_who_has_to_change_their_password_gets_in_with_another_one(
        self, client: AuthClient, core: AuthCore
    ) -> None:
        email = an_email()
        user = await _register(client, email)
        await core.users.force_password_change(user_id=user.id, actor=None, origin=_HERE)

        with pytest.raises(PasswordChangeRequired):
            await client.log_in(email=email, password=_PASSWORD, origin=_HERE)
        with pytest.raises(WeakPassword) as told:
            await client.log_in(email=email, password=_PASSWORD, new_password=_PASSWORD, origin=_HERE)
        who = await client.log_in(email=email, password=_PASSWORD, new_password=_OTHER_PASSWORD, origin=_HERE)

        assert [fault.code for fault in told.value.faults] == ["unchanged"]
        assert who.account == await _account(core, who)
        with pytest.raises(InvalidCredentials):
            await client.log_in(email=email, password=_PASSWORD, origin=_HERE)

    async def test_who_signs_in_holds_tokens_of_a_session_of_theirs(self, client: AuthClient, core: AuthCore) -> None:
        email = an_email()
        user = await _register(client, email)

        who = await client.log_in(email=email, password=_PASSWORD, origin=_HERE)

        claims = await core.tokens.verify_access_token(token=who.tokens.access_token.reveal())
        assert claims.principal.user_id == user.id == who.account.user.id
        assert who.account == await _account(core, who)
        assert who.tokens.access_lifetime == claims.expires_at - claims.issued_at
        [session] = await core.sessions.list(user_id=user.id)
        assert who.tokens.refresh_lifetime == session.valid_until - session.created_at

    @pytest.mark.parametrize("password", ["wrong", "", "\0", "\ud800", "x" * 70_000], ids=shown)
    async def test_a_wrong_password_and_an_unknown_address_are_one_error(
        self, client: AuthClient, password: str
    ) -> None:
        email = an_email()
        await _register(client, email)

        for address in (email, an_email(), "nobody", "\0@\ud800"):
            with pytest.raises(InvalidCredentials):
                await client.log_in(email=address, password=Redacted(password), origin=_HERE)

    async def test_a_refresh_gives_the_next_tokens_of_the_session(self, client: AuthClient) -> None:
        who = await _signed_in(client)

        first = await client.refresh(refresh_token=who.tokens.refresh_token, origin=_HERE)
        second = await client.refresh(refresh_token=first.refresh_token, origin=_HERE)

        chain = [each.refresh_token.reveal() for each in (who.tokens, first, second)]
        assert len(set(chain)) == 3
        claims = [await _claims(client, each.access_token) for each in (who.tokens, second)]
        assert claims[0].session_id == claims[1].session_id

    async def test_a_refresh_whose_answer_was_lost_can_be_repeated(self, client: AuthClient) -> None:
        who = await _signed_in(client)
        lost = await client.refresh(refresh_token=who.tokens.refresh_token, origin=_HERE)

        repeated = await client.refresh(refresh_token=who.tokens.refresh_token, origin=_HERE)

        assert repeated.refresh_token.reveal() == lost.refresh_token.reveal()

    async def test_a_link_that_was_used_long_ago_ends_the_session(
        self, client: AuthClient, clock: MovableClock
    ) -> None:
        who = await _signed_in(client)
        owner = await client.refresh(refresh_token=who.tokens.refresh_token, origin=_HERE)
        clock.advance(_MINUTE)

        for link in (who.tokens, owner):
            with pytest.raises(InvalidRefreshToken):
                await client.refresh(refresh_token=link.refresh_token, origin=_HERE)
        with pytest.raises(RevokedToken):
            await client.profile(access_token=owner.access_token)

    @pytest.mark.parametrize("text", ["", "no token", "a.b.c", "a.b.\0", "a.b.\ud800", "a" * 70_000], ids=shown)
    async def test_what_is_no_refresh_token_cannot_be_traded(self, client: AuthClient, text: str) -> None:
        with pytest.raises(InvalidRefreshToken):
            await client.refresh(refresh_token=Redacted(text), origin=_HERE)

    async def test_an_access_token_is_no_refresh_token(self, client: AuthClient) -> None:
        who = await _signed_in(client)

        with pytest.raises(InvalidRefreshToken):
            await client.refresh(refresh_token=who.tokens.access_token, origin=_HERE)

    # ---- Passwords

    async def test_a_new_password_is_in_force_and_the_other_sessions_have_ended(self, client: AuthClient) -> None:
        phone = await _signed_in(client)
        laptop = await _again(client, phone)

        await client.change_password(
            access_token=phone.tokens.access_token,
            current_password=_PASSWORD,
            new_password=_OTHER_PASSWORD,
            origin=_HERE,
        )

        assert await _is_let_in(client, phone)
        with pytest.raises(RevokedToken):
            await client.profile(access_token=laptop.tokens.access_token)
        with pytest.raises(InvalidCredentials):
            await _again(client, phone)
        assert await _is_let_in(client, await _again(client, phone, password=_OTHER_PASSWORD))

    async def test_whoever_does_not_know_the_current_password_changes_nothing(self, client: AuthClient) -> None:
        who = await _signed_in(client)

        with pytest.raises(WrongPassword):
            await client.change_password(
                access_token=who.tokens.access_token,
                current_password=_OTHER_PASSWORD,
                new_password=Redacted("yet another long password"),
                origin=_HERE,
            )

        assert await _is_let_in(client, await _again(client, who))

    async def test_a_new_password_is_not_weak_and_is_another(self, client: AuthClient) -> None:
        who = await _signed_in(client)

        for new, code in ((Redacted("short"), "too_short"), (_PASSWORD, "unchanged")):
            with pytest.raises(WeakPassword) as told:
                await client.change_password(
                    access_token=who.tokens.access_token, current_password=_PASSWORD, new_password=new, origin=_HERE
                )
            assert [(fault.field, fault.code) for fault in told.value.faults] == [("new_password", code)]

    # ---- Leaving

    async def test_who_leaves_is_signed_in_nowhere_and_does_not_get_back_in(self, client: AuthClient) -> None:
        who = await _signed_in(client)
        elsewhere = await _again(client, who)
        with pytest.raises(WrongPassword):
            await client.leave(access_token=who.tokens.access_token, password=_OTHER_PASSWORD, origin=_HERE)

        await client.leave(access_token=who.tokens.access_token, password=_PASSWORD, origin=_HERE)

        for each in (who, elsewhere):
            with pytest.raises(RevokedToken):
                await client.profile(access_token=each.tokens.access_token)
        with pytest.raises(InvalidCredentials):
            await _again(client, who)

    # ---- Sessions

    async def test_sessions_are_listed_with_where_they_came_from(
        self, client: AuthClient, core: AuthCore, clock: MovableClock
    ) -> None:
        phone = await _signed_in(client)
        clock.advance(_MINUTE)
        elsewhere = Origin(address="2001:db8::7", user_agent=None)
        laptop = await client.log_in(email=phone.account.user.email.address, password=_PASSWORD, origin=elsewhere)

        last, first = await client.sessions(access_token=phone.tokens.access_token)

        kept = await core.sessions.list(user_id=phone.account.user.id)
        assert [last.id, first.id] == [each.id for each in kept]
        assert [last.current, first.current] == [False, True]
        assert (first.address, first.user_agent) == (_HERE.address, kept[1].origin.user_agent)
        assert (last.address, last.user_agent) == (elsewhere.address, None)
        assert (last.created_at, last.last_used_at) == (clock.now(), clock.now())
        assert last.expires_at - last.created_at == laptop.tokens.refresh_lifetime

    async def test_a_session_elsewhere_can_be_ended(self, client: AuthClient) -> None:
        phone = await _signed_in(client)
        laptop = await _again(client, phone)
        claims = await _claims(client, laptop.tokens.access_token)

        for _ in range(2):
            await client.end_session(access_token=phone.tokens.access_token, session_id=claims.session_id, origin=_HERE)

        with pytest.raises(RevokedToken):
            await client.profile(access_token=laptop.tokens.access_token)
        with pytest.raises(InvalidRefreshToken):
            await client.refresh(refresh_token=laptop.tokens.refresh_token, origin=_HERE)
        assert len(await client.sessions(access_token=phone.tokens.access_token)) == 1

    async def test_a_session_of_somebody_else_is_not_found(self, client: AuthClient) -> None:
        one, other = await _signed_in(client), await _signed_in(client)
        claims = await _claims(client, other.tokens.access_token)

        for session_id in (claims.session_id, _NOBODYS):
            with pytest.raises(SessionNotFound):
                await client.end_session(access_token=one.tokens.access_token, session_id=session_id, origin=_HERE)

        assert await _is_let_in(client, other)

    async def test_who_signs_out_here_stays_signed_in_elsewhere(self, client: AuthClient) -> None:
        phone = await _signed_in(client)
        laptop = await _again(client, phone)

        await client.log_out(access_token=phone.tokens.access_token, origin=_HERE)

        with pytest.raises(RevokedToken):
            await client.log_out(access_token=phone.tokens.access_token, origin=_HERE)
        with pytest.raises(InvalidRefreshToken):
            await client.refresh(refresh_token=phone.tokens.refresh_token, origin=_HERE)
        assert await _is_let_in(client, laptop)

    async def test_who_signs_out_everywhere_is_signed_in_nowhere(self, client: AuthClient) -> None:
        phone = await _signed_in(client)
        laptop = await _again(client, phone)

        await client.log_out_everywhere(access_token=phone.tokens.access_token, origin=_HERE)

        for who in (phone, laptop):
            with pytest.raises(RevokedToken):
                await client.sessions(access_token=who.tokens.access_token)

    # ---- Whoever shows no token of theirs

    @pytest.mark.parametrize("text", ["", "no token", "a.b.c", "a.b.ä", "a.b.c\r\nX: y", "a" * 20_000], ids=shown)
    async def test_nothing_is_done_for_who_shows_no_token(self, client: AuthClient, text: str) -> None:
        for act in _everything(client, Redacted(text)):
            with pytest.raises(InvalidToken) as raised:
                await act()
            assert raised.type is InvalidToken

    async def test_nothing_is_done_for_who_has_signed_out(self, client: AuthClient) -> None:
        who = await _signed_in(client)
        await client.log_out(access_token=who.tokens.access_token, origin=_HERE)

        for act in _everything(client, who.tokens.access_token):
            with pytest.raises(RevokedToken):
                await act()


def _everything(client: AuthClient, token: Redacted[str]) -> tuple[Callable[[], Awaitable[object]], ...]:
    """Return whatever a caller can have done."""
    return (
        lambda: client.profile(access_token=token),
        lambda: client.update_profile(access_token=token, first_name="Eve", origin=_HERE),
        lambda: client.change_password(
            access_token=token, current_password=_PASSWORD, new_password=_OTHER_PASSWORD, origin=_HERE
        ),
        lambda: client.leave(access_token=token, password=_PASSWORD, origin=_HERE),
        lambda: client.sessions(access_token=token),
        lambda: client.end_session(access_token=token, session_id=_NOBODYS, origin=_HERE),
        lambda: client.log_out(access_token=token, origin=_HERE),
        lambda: client.log_out_everywhere(access_token=token, origin=_HERE),
    )


async def _register(client: AuthClient, email: str) -> User:
    user = await client.register(email=email, password=_PASSWORD, first_name="Ada", last_name="Lovelace", origin=_HERE)
    assert user is not None
    return user


async def _signed_in(client: AuthClient) -> SignedIn:
    """Return somebody new who has just signed in."""
    email = an_email()
    await _register(client, email)
    return await client.log_in(email=email, password=_PASSWORD, origin=_HERE)


async def _again(client: AuthClient, who: SignedIn, password: Redacted[str] = _PASSWORD) -> SignedIn:
    """Return another session of theirs."""
    return await client.log_in(email=who.account.user.email.address, password=password, origin=_HERE)


async def _is_let_in(client: AuthClient, who: SignedIn) -> bool:
    account = await client.profile(access_token=who.tokens.access_token)
    return account.user.id == who.account.user.id


async def _claims(client: AuthClient, access_token: Redacted[str]) -> VerifiedClaims:
    return await client.verify_access_token(token=access_token.reveal())


async def _account(core: AuthCore, who: SignedIn) -> Account:
    """Return what the core knows of them."""
    profile = await core.users.look_up(user_id=who.account.user.id)
    return Account(user=profile.user, roles=profile.principal.roles, permissions=profile.principal.permissions)

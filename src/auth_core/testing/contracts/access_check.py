"""What every check of an access token's standing promises."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from auth_core.access.model import USER, Principal
from auth_core.assembly import Tx
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Session
from auth_core.testing.builders import a_session, a_user, claims_of
from auth_core.testing.contracts.arrangement import (
    change_role,
    principal_now,
    set_status,
    stored_role,
    stored_session,
    stored_user,
)
from auth_core.testing.contracts.concurrency import PATIENCE, in_transaction
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import FAR_AHEAD, LONG_AGO, NOON
from auth_core.users.model import User, UserStatus


class AccessCheckContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_a_token_of_a_live_session_stands(self, storage: Storage) -> None:
        _, principal, session = await _signed_in(storage)

        assert await storage.access_check.stands(claims_of(principal, session.id))

    async def test_a_token_of_an_ended_session_does_not_stand(self, storage: Storage) -> None:
        user, principal, ended = await _signed_in(storage)
        other = await _lasting_session(storage, user)

        await in_transaction(storage, lambda tx: tx.sessions.end(ended.id, because=Reason.LOGGED_OUT, now=NOON))

        assert not await storage.access_check.stands(claims_of(principal, ended.id))
        assert await storage.access_check.stands(claims_of(principal, other.id))

    async def test_a_token_of_an_unknown_session_does_not_stand(self, storage: Storage) -> None:
        _, principal, _ = await _signed_in(storage)

        assert not await storage.access_check.stands(claims_of(principal, a_session(a_user().id).id))

    async def test_a_token_of_another_users_session_does_not_stand(self, storage: Storage) -> None:
        _, principal, _ = await _signed_in(storage)
        _, _, of_another = await _signed_in(storage)

        assert not await storage.access_check.stands(claims_of(principal, of_another.id))

    async def test_a_token_of_a_session_past_its_idle_end_does_not_stand(self, storage: Storage) -> None:
        user, principal, _ = await _signed_in(storage)
        over = await stored_session(storage, user, at=LONG_AGO, idle=timedelta(hours=1), absolute=FAR_AHEAD - LONG_AGO)

        assert not await storage.access_check.stands(claims_of(principal, over.id))

    async def test_a_token_of_a_session_past_its_absolute_end_does_not_stand(self, storage: Storage) -> None:
        user, principal, _ = await _signed_in(storage)
        over = await stored_session(storage, user, at=LONG_AGO, idle=FAR_AHEAD - LONG_AGO, absolute=timedelta(hours=1))

        assert not await storage.access_check.stands(claims_of(principal, over.id))

    async def test_a_token_of_a_disabled_user_does_not_stand(self, storage: Storage) -> None:
        user, principal, session = await _signed_in(storage)
        far_ahead = replace(principal, security_version=principal.security_version + 10)

        await set_status(storage, user, UserStatus.DISABLED)

        assert not await storage.access_check.stands(claims_of(far_ahead, session.id))

    async def test_a_token_from_before_its_user_was_disabled_does_not_stand_again(self, storage: Storage) -> None:
        user, before, session = await _signed_in(storage)

        await set_status(storage, user, UserStatus.DISABLED)
        await set_status(storage, user, UserStatus.ACTIVE)

        after = await principal_now(storage, user.id)
        assert not await storage.access_check.stands(claims_of(before, session.id))
        assert await storage.access_check.stands(claims_of(after, session.id))

    async def test_a_token_of_a_version_still_to_come_stands(self, storage: Storage) -> None:
        _, principal, session = await _signed_in(storage)
        ahead = replace(principal, security_version=principal.security_version + 1)

        assert await storage.access_check.stands(claims_of(ahead, session.id))

    async def test_a_token_from_before_a_role_it_names_was_changed_does_not_stand(self, storage: Storage) -> None:
        role, other = await stored_role(storage, "invoices:read"), await stored_role(storage)
        user = await stored_user(storage, roles=(role.name, USER.name))
        before, session = await principal_now(storage, user.id), await _lasting_session(storage, user)

        await change_role(storage, other, "invoices:read")
        unaffected = await storage.access_check.stands(claims_of(before, session.id))
        await change_role(storage, role, "invoices:approve")

        after = await principal_now(storage, user.id)
        assert unaffected
        assert not await storage.access_check.stands(claims_of(before, session.id))
        assert await storage.access_check.stands(claims_of(after, session.id))

    async def test_it_neither_waits_for_a_transaction_nor_sees_into_it(self, storage: Storage) -> None:
        user, principal, session = await _signed_in(storage)

        async def end(tx: Tx) -> None:
            await tx.users.set_status(user.id, UserStatus.DISABLED, now=NOON)
            await tx.sessions.end(session.id, because=Reason.USER_DISABLED, now=NOON)

        async with storage.uow() as tx:
            await end(tx)
            async with asyncio.timeout(PATIENCE):
                stands = await storage.access_check.stands(claims_of(principal, session.id))

        assert stands
        assert not await storage.access_check.stands(claims_of(principal, session.id))


async def _signed_in(storage: Storage) -> tuple[User, Principal, Session]:
    user = await stored_user(storage)
    return user, await principal_now(storage, user.id), await _lasting_session(storage, user)


async def _lasting_session(storage: Storage, user: User) -> Session:
    """Return a session that is live by every clock."""
    whole_time = FAR_AHEAD - LONG_AGO
    return await stored_session(storage, user, at=LONG_AGO, idle=whole_time, absolute=whole_time)

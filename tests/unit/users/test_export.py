"""People go to another system."""

import pytest

from auth_core import Redacted
from auth_core.audit.events import EventKind
from auth_core.credentials.passwords.model import PasswordHash
from auth_core.login.errors import PasswordChangeRequired
from auth_core.users.moving import Arriving, Departing
from tests.unit.core_in_memory import HERE, Core


async def exported(core: Core, *, with_password_hashes: bool = True) -> list[Departing]:
    everybody = core.auth.users.export_all(with_password_hashes=with_password_hashes, origin=HERE)
    return [each async for each in everybody]


async def test_who_is_exported_is_the_same_person_where_they_are_imported(core: Core) -> None:
    await core.role("clerk")
    users = [await core.register() for _ in range(501)]
    await core.assign(users[0], "clerk")
    await core.log_in(users[0])
    await core.auth.users.force_password_change(user_id=users[1].id, actor=None, origin=HERE)
    elsewhere = await Core.make(seed=b"another")
    await elsewhere.role("clerk")

    rows = [
        Arriving(
            line=line,
            id=each.user.id,
            email=each.user.email.address,
            first_name=each.user.first_name,
            last_name=each.user.last_name,
            status=each.user.status.value,
            roles=each.roles,
            created_at=each.user.created_at,
            last_login_at=each.user.last_login_at,
            password_hash=each.password_hash,
            must_change_password=each.must_change_password,
        )
        for line, each in enumerate(await exported(core))
    ]
    arrivals = [each async for each in elsewhere.auth.users.import_all(rows, origin=HERE)]
    logged_in = await elsewhere.log_in(users[0])
    with pytest.raises(PasswordChangeRequired):
        await elsewhere.log_in(users[1])

    assert {each.fate.value for each in arrivals} == {"imported"}
    assert logged_in.user.id == users[0].id
    assert (await elsewhere.auth.users.look_up(user_id=users[0].id)).principal.roles == ("clerk", "user")
    assert [each.user.id for each in await exported(elsewhere)] == [each.user.id for each in await exported(core)]


async def test_hashes_go_only_when_they_are_asked_for_and_the_trail_tells(core: Core) -> None:
    await core.register()

    [without] = await exported(core, with_password_hashes=False)
    [with_hash] = await exported(core)

    assert (without.password_hash, without.unreadable) == (None, False)
    assert with_hash.password_hash is not None
    events = [dict(each.details) for each in core.all_events() if each.kind is EventKind.USERS_EXPORTED]
    assert events == [
        {"users": 1, "with_password_hashes": "no"},
        {"users": 1, "with_password_hashes": "yes"},
    ]


async def test_a_hash_that_cannot_be_opened_is_told(core: Core) -> None:
    user = await core.register()
    async with core.ports.uow() as tx:
        await tx.passwords.rehash(user.id, PasswordHash(Redacted("broken")), version=1)

    [departing] = await exported(core)

    assert (departing.password_hash, departing.unreadable) == (None, True)

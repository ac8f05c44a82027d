"""People come in numbers from another system."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from auth_core import InvalidCredentials, Redacted
from auth_core.audit.events import EventKind
from auth_core.testing import NOON
from auth_core.users.model import UserStatus
from auth_core.users.moving import Arrival, Arriving, Fate, ImportTally
from tests.unit.core_in_memory import HERE, PASSWORD, Core


def row(core: Core, line: int = 1, email: str = "ada@example.org", **other: Any) -> Arriving:  # noqa: ANN401 - what the test says of them
    hashed = core.hasher.hash_now(Redacted(PASSWORD))
    fine = Arriving(line=line, email=email, first_name="Ada", last_name="Lovelace", password_hash=hashed)
    return replace(fine, **other)


async def imported(core: Core, *rows: Arriving, dry_run: bool = False) -> list[Arrival]:
    return [each async for each in core.auth.users.import_all(rows, origin=HERE, dry_run=dry_run)]


def codes(arrival: Arrival) -> set[str]:
    return {fault.code for fault in arrival.faults}


async def test_who_is_imported_signs_in_with_the_old_password_and_has_a_new_hash_then(core: Core) -> None:
    old = row(core, created_at=NOON - timedelta(days=700))
    core.hasher.outdate()

    [arrival] = await imported(core, old)
    logged_in = await core.log_in("ada@example.org")
    stored = core.store.committed.passwords[logged_in.user.id]

    assert (arrival.fate, arrival.scheme) == (Fate.IMPORTED, "fast")
    assert logged_in.user.created_at == NOON - timedelta(days=700)
    assert old.password_hash is not None
    assert stored.hash.reveal() != old.password_hash.reveal()
    assert stored.version == 1


async def test_the_trail_tells_of_each(core: Core) -> None:
    await core.role("clerk")
    await imported(core, row(core, roles=("clerk",)))

    [event] = [each for each in core.all_events() if each.kind is EventKind.USER_IMPORTED]

    assert event.actor is None
    assert event.origin == HERE
    assert dict(event.details) == {"scheme": "fast", "roles": "clerk user"}
    assert (await core.auth.users.look_up_by_email(email="ada@example.org")).id == event.subject


async def test_who_was_deleted_there_is_not_taken_in(core: Core) -> None:
    [arrival] = await imported(core, row(core, status="deleted"))

    assert (arrival.fate, codes(arrival)) == (Fate.REFUSED, {"deleted"})


async def test_who_brings_no_password_is_there_and_cannot_sign_in(core: Core) -> None:
    [arrival] = await imported(core, row(core, password_hash=None))

    assert (arrival.fate, arrival.scheme) == (Fate.IMPORTED, None)
    with pytest.raises(InvalidCredentials):
        await core.log_in("ada@example.org", "")


async def test_who_was_disabled_stays_so(core: Core) -> None:
    await imported(core, row(core, status="disabled"))

    assert (await core.auth.users.look_up_by_email(email="ada@example.org")).status is UserStatus.DISABLED
    with pytest.raises(InvalidCredentials):
        await core.log_in("ada@example.org")


async def test_a_row_is_refused_with_all_its_faults_and_the_rest_goes_on(core: Core) -> None:
    bad = Arriving(
        line=2,
        email="nobody",
        first_name=" ",
        last_name="Lovelace",
        password_hash=Redacted("$6$unknown"),
        status="asleep",
        roles=("Not A Role",),
        created_at=NOON + timedelta(days=1),
        id=UUID(int=1),
    )

    arrivals = await imported(
        core, row(core), bad, row(core, 3, "grace@example.org", roles=("pilot",)), row(core, 4, "x@example.org")
    )

    assert [each.fate for each in arrivals] == [Fate.IMPORTED, Fate.REFUSED, Fate.REFUSED, Fate.IMPORTED]
    assert codes(arrivals[1]) == {
        "invalid_email", "invalid_name", "unknown_scheme", "unknown_status", "invalid_role_name", "in_the_future",
        "invalid_id",
    }  # fmt: skip
    assert codes(arrivals[2]) == {"unknown_role"}
    assert "unknown$" not in f"{arrivals}"


async def test_the_second_of_one_address_is_refused_and_names_the_first(core: Core) -> None:
    arrivals = await imported(core, row(core, 1), row(core, 2, "ADA@example.org"))

    assert [each.fate for each in arrivals] == [Fate.IMPORTED, Fate.REFUSED]
    assert codes(arrivals[1]) == {"duplicate"}
    assert "Line 1" in arrivals[1].faults[0].detail


async def test_started_again_it_recognises_who_came_before_and_leaves_them_as_they_are(core: Core) -> None:
    rows = [row(core, line, f"user{line}@example.org") for line in range(1, 1201)]
    cut_short = core.auth.users.import_all(rows, origin=HERE)
    async for arrival in cut_short:
        if arrival.line == 700:
            await cut_short.aclose()  # type: ignore[attr-defined]  # a generator, as it happens
            break
    await core.auth.users.update_profile(
        user_id=(await core.auth.users.look_up_by_email(email="user5@example.org")).id, first_name="Eve", origin=HERE
    )

    tally = ImportTally()
    for each in await imported(core, *rows):
        tally.add(each)

    assert tally.fates == {Fate.IMPORTED: 200, Fate.IMPORTED_BEFORE: 1000, Fate.REFUSED: 0}
    assert len(core.store.committed.users) == 1200
    assert (await core.auth.users.look_up_by_email(email="user5@example.org")).first_name == "Eve"
    assert len([each for each in core.all_events() if each.kind is EventKind.USER_IMPORTED]) == 1200


async def test_an_address_or_identity_that_somebody_else_has_is_refused(core: Core) -> None:
    user = await core.register("grace@example.org")

    taken, other = await imported(core, row(core, 1, "grace@example.org"), row(core, 2, id=user.id))

    assert (taken.fate, codes(taken)) == (Fate.REFUSED, {"email_taken"})
    assert (other.fate, codes(other)) == (Fate.REFUSED, {"id_taken"})


async def test_a_dry_run_finds_the_same_and_changes_nothing(core: Core) -> None:
    await core.register("grace@example.org")
    before = core.store.committed
    rows = [row(core, 1), row(core, 2), row(core, 3, "grace@example.org"), row(core, 4, "", password_hash=None)]

    looked = await imported(core, *rows, dry_run=True)

    assert core.store.committed.users == before.users
    assert core.store.committed.events == before.events
    assert await imported(core, *rows) == looked


async def test_a_role_that_is_deleted_meanwhile_keeps_only_its_holders_out(core: Core) -> None:
    await core.role("clerk")
    real = core.auth.users.import_all.uow
    asked = 0

    def uow() -> object:
        nonlocal asked
        asked += 1
        if asked == 2:  # it was there when the batch was looked at
            core.store.committed.roles.pop("clerk")  # type: ignore[call-overload]  # the name of a role
        return real()

    object.__setattr__(core.auth.users.import_all, "uow", uow)

    arrivals = await imported(core, row(core, 1, roles=("clerk",)), row(core, 2, "grace@example.org"))

    assert [(each.fate, codes(each)) for each in arrivals] == [
        (Fate.REFUSED, {"unknown_role"}),
        (Fate.IMPORTED, set()),
    ]

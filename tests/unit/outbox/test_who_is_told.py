"""People are told of what happens to their accounts, and of nothing else."""

import pytest

from auth_core.outbox.messages import NewDevice, PasswordChanged
from auth_core.outbox.model import Outcome
from auth_core.users.model import User
from tests.unit.core_in_memory import HERE, OTHER_PASSWORD, Core
from tests.unit.outbox.post_office import EVIL, PostOffice


@pytest.mark.covers("R-P6")
async def test_whose_password_is_changed_is_told_so_and_from_where(office: PostOffice) -> None:
    someone = await office.someone_signed_in()

    await office.core.change_password(someone)

    assert await office.deliver() == [Outcome.SENT]
    [mail] = office.mailbox.mails
    assert mail.to == someone.user.email.address
    assert office.wording.said == [PasswordChanged(at=office.core.clock.now(), address=HERE.address)]


async def test_whoever_fails_to_change_it_tells_nobody(office: PostOffice) -> None:
    someone = await office.someone_signed_in()

    with pytest.raises(Exception, match="password"):
        await office.core.change_password(someone, current="not the password")

    assert await office.deliver() == []


async def test_a_log_in_on_a_new_device_is_told_and_the_first_of_all_and_a_known_one_are_not(
    office: PostOffice,
) -> None:
    user: User = (await office.someone_signed_in()).user
    await office.core.log_in(user)

    await office.core.log_in(user, origin=EVIL)

    assert await office.deliver() == [Outcome.SENT]
    assert office.wording.said == [
        NewDevice(at=office.core.clock.now(), device="Firefox", address="198.51.100.7"),
    ]
    assert office.mailbox.mails[0].to == user.email.address


async def test_where_there_is_no_mail_nobody_is_told_and_nothing_is_kept(core: Core) -> None:
    someone = await core.signed_in()
    await core.change_password(someone)
    await core.log_in(someone.user, OTHER_PASSWORD, origin=EVIL)

    assert core.store.committed.letters == {}
    assert await core.auth.outbox.deliver() == ()

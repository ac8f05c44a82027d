"""How an account is made, whoever asks for it."""

from dataclasses import dataclass
from datetime import datetime

from auth_core.access.model import USER, RoleName
from auth_core.credentials.passwords.model import PasswordHash, StoredPassword
from auth_core.credentials.passwords.new_passwords import NewPasswords, VettedPassword
from auth_core.errors import Fault, Rejected
from auth_core.ids import Ids, UserId
from auth_core.redacted import Redacted
from auth_core.users.email_address import EmailAddress
from auth_core.users.model import Name, User, UserStatus, name
from auth_core.users.ports import RegistrationTx


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What is asked for, read and found acceptable."""

    email: EmailAddress
    password: VettedPassword
    first_name: Name
    last_name: Name


async def read_new_account(
    *, email: str, password: Redacted[str], first_name: str, last_name: str, new_passwords: NewPasswords
) -> NewAccount:
    """Read what a new account is made of.

    Raises: Rejected with every fault of every field at once, WeakPassword when the password alone is at fault,
    Unavailable as `NewPasswords` does.
    """
    faults: list[Fault] = []
    parsed: list[EmailAddress] = []
    names: list[Name] = []
    try:
        parsed.append(EmailAddress.parse(email))
    except Rejected as error:
        faults.extend(error.faults)
    for field, text in (("first_name", first_name), ("last_name", last_name)):
        try:
            names.append(name(text, field=field))
        except Rejected as error:
            faults.extend(error.faults)
    vetted = await new_passwords.vet(password, field="password", context=(email, first_name, last_name), besides=faults)
    return NewAccount(email=parsed[0], password=vetted, first_name=names[0], last_name=names[1])


async def create_account(
    tx: RegistrationTx,
    account: NewAccount,
    password_hash: PasswordHash,
    *,
    ids: Ids,
    roles: tuple[RoleName, ...] = (),
    must_change: bool = False,
    awaits_proof: bool = False,
    by: UserId | None,
    now: datetime,
) -> User | None:
    """Add the user with their password and roles, in `tx`; None when the address is taken.

    Raises: RoleNotFound.
    """
    user = User(
        id=ids.user(),
        email=account.email,
        first_name=account.first_name,
        last_name=account.last_name,
        status=UserStatus.ACTIVE,
        created_at=now,
        updated_at=now,
        awaits_proof=awaits_proof,
    )
    if not await tx.users.add(user):
        return None
    await tx.passwords.add(
        StoredPassword(user_id=user.id, hash=password_hash, version=1, must_change=must_change), now=now
    )
    for role in {USER.name, *roles}:
        await tx.roles.assign(user.id, role, by=by, now=now)
    return user

"""Whether a token still stands: its account is active, and as it was when the token was made."""

from dataclasses import dataclass

from auth_core.credentials.passwords.model import StoredPassword
from auth_core.ids import UserId
from auth_core.recovery.ports import RecoveryTx
from auth_core.users.model import User, UserStatus
from auth_core.verification.model import Binding, OneTimeToken, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account somebody holds a token for."""

    user: User
    password: StoredPassword | None

    @property
    def binding(self) -> Binding:
        """What a token made for it now is bound to."""
        return Binding(
            user_id=self.user.id,
            email=self.user.email.canonical,
            password_version=self.password.version if self.password else 0,
        )


async def account_of(tx: RecoveryTx, user_id: UserId) -> Account | None:
    """Return the account if it is active; None otherwise."""
    user = await tx.users.find(user_id)
    if user is None or user.status is not UserStatus.ACTIVE:
        return None
    return Account(user=user, password=await tx.passwords.find(user_id))


async def account_behind(tx: RecoveryTx, token: OneTimeToken | None, *, locked: bool = False) -> Account | None:
    """Return the account of a token that stands, with `locked` until the transaction ends; None otherwise.

    A token that undoes a change stands whatever has become of address and password since.
    """
    if token is None:
        return None
    if locked:
        await tx.roles.lock_held(token.binding.user_id)
    account = await account_of(tx, token.binding.user_id)
    if account is None:
        return None
    stands = token.purpose is Purpose.UNDO_EMAIL_CHANGE or account.binding == token.binding
    return account if stands else None

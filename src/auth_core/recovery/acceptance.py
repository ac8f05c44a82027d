"""What an invited person says of themselves, and the password they choose."""

from dataclasses import dataclass

from auth_core.credentials.passwords.new_passwords import NewPasswords, VettedPassword
from auth_core.errors import Fault, Rejected
from auth_core.redacted import Redacted
from auth_core.users.locale import Locale
from auth_core.users.locale import locale as read_locale
from auth_core.users.model import Name, User, name


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What was given, read and found acceptable; None stays as the invitation has it."""

    password: VettedPassword
    first_name: Name | None
    last_name: Name | None
    locale: Locale | None


async def read_acceptance(
    invited: User,
    *,
    password: Redacted[str],
    first_name: str | None,
    last_name: str | None,
    locale: str | None,
    new_passwords: NewPasswords,
) -> Acceptance:
    """Read what is given; a name that nobody has said yet is not left out.

    Raises: Rejected with every fault of every field at once, WeakPassword when the password alone is at fault,
    Unavailable as `NewPasswords` does.
    """
    faults: list[Fault] = []
    names: dict[str, Name | None] = {}
    for field, given, known in (
        ("first_name", first_name, invited.first_name),
        ("last_name", last_name, invited.last_name),
    ):
        try:
            names[field] = None if given is None and known else name(given or "", field=field)
        except Rejected as error:
            faults.extend(error.faults)
    locales: list[Locale] = []
    try:
        if locale is not None:
            locales.append(read_locale(locale))
    except Rejected as error:
        faults.extend(error.faults)
    context = (invited.email.address, first_name or invited.first_name, last_name or invited.last_name)
    vetted = await new_passwords.vet(password, field="password", context=context, besides=faults)
    return Acceptance(
        password=vetted,
        first_name=names["first_name"],
        last_name=names["last_name"],
        locale=locales[0] if locales else None,
    )

"""Who may have an account, and what a password must be."""

from pydantic import Field

from auth_core import BreachFallback, RegistrationMode
from auth_http.settings.defaults import in_words
from auth_http.settings.forms import Secret, SiteAddress, Words
from auth_http.settings.subjects.subject import Subject


class AccountSettings(Subject):
    """Who gets an account, and how passwords are chosen and hashed."""

    registration: RegistrationMode = Field(default=RegistrationMode.OPEN)
    """Who may create an account for themselves: open (everybody), verified (whoever proves by a mail that they read the
    address; nobody learns which addresses have an account), invitation (whoever an administrator has invited) or closed
    (nobody, not even by an invitation: administrators create accounts with a password).
    """

    setup_secret: Secret | None = Field(
        default=None, json_schema_extra=in_words("none: the first administrator is made by command line")
    )
    """The secret with which the first administrator can be made over HTTP, once: at least 32 random bytes, for example
    from `openssl rand -base64 48`. Unset it afterwards.
    """

    even_time_seconds: float = Field(default=0.1, ge=0.02, le=5)
    """Seconds after which refused log-ins, forgotten passwords, mail sent once more and, in the mode `verified`,
    registrations are answered, or a multiple of it: longer than the database takes for any of them, or the time would
    tell of accounts.
    """

    password_min_length: int = Field(default=8, ge=8, le=128)
    """Characters a new password has at least. NIST asks for 15 where it is the only factor."""

    password_history: int = Field(default=0, ge=0, le=10)
    """Former passwords of a person that they may not use again; 0 for none. Each costs a hash at every change."""

    service_words: Words = Field(default=(), json_schema_extra=in_words("none, besides the host of AUTH_PUBLIC_URL"))
    """Names the service goes by, with commas between them: no password may be built on them."""

    breached_passwords_url: SiteAddress | None = Field(
        default=None, json_schema_extra=in_words("none: nobody is asked")
    )
    """Who is asked whether a new password has leaked, by the range of its SHA-1: https://api.pwnedpasswords.com/range,
    or a copy of it. Five of the forty digits are sent.
    """

    breached_passwords_seconds: float = Field(default=1, ge=0.05, le=10)
    """Seconds a registration or a change of password waits for that answer at most."""

    breached_passwords_fallback: BreachFallback = Field(default=BreachFallback.ACCEPT)
    """What becomes of a new password when there is no answer: accept it, or refuse it for now (503)."""

    bcrypt_cost: int = Field(default=12, ge=4, le=16)
    """The work of hashing a password, as a power of two. At least 10 in staging and production."""

    hashing_threads: int | None = Field(
        default=None,
        json_schema_extra=in_words("as many as the process may use cores, shared among AUTH_WORKERS"),
        ge=1,
        le=64,
    )
    """Threads that hash passwords, in each process."""

    hashing_niceness: int = Field(default=19, ge=0, le=19)
    """How far hashing stands back for everything else, from 0 (not) to 19 (Linux only)."""

    hashing_wait_seconds: float = Field(default=2, gt=0, le=60)
    """Seconds a log-in may wait for others' passwords to be hashed; beyond that it is answered with 503 at once."""

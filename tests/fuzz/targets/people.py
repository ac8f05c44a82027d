"""Whoever reads people: their addresses, and files of them from elsewhere."""

import io
from collections.abc import Iterator

from auth_core.users.email_address import EmailAddress
from auth_core.users.errors import InvalidEmail
from auth_http.exit_codes import CannotRun
from auth_http.moving.formats import FileFormat
from auth_http.moving.reading import people_in
from tests.fuzz.targets.target import Target, holds, text_of

_ADDRESSES = (b"Ada.Lovelace+x@Example.org", "a@bücher.example".encode(), b"a@xn--bcher-kva.example", b"@", b"")
_LINES = (
    b'{"email": "a@example.org", "first_name": "A", "last_name": "B", "created_at": "2020-01-01T00:00:00Z"}\n{}\n[]\n',
    b'{"email": "a@example.org", "first_name": "A", "last_name": "B", "password_hash": "$2b$04$abcdefghijklmnopqr"}',
    b'{"email": "b@example.org", "first_name": "A", "last_name": "B", "password_hash": "Y", "password_scheme": "ssha"}',
)
_RECORDS = (
    b"email,first_name,last_name,roles\na@example.org,A,B,user\n",
    b'email,first_name,last_name,password_hash,password_scheme,password_salt\n"a@example.org","A","B",YQ==,ssha,x\n',
)


def targets() -> Iterator[Target]:
    """Yield addresses, and files of both formats."""
    yield Target(name="e-mail address", seeds=_ADDRESSES, reads=_reads_address)
    yield Target(
        name="people as JSON lines", seeds=_LINES, reads=lambda data: _reads_people(data, FileFormat.JSON_LINES)
    )
    yield Target(name="people as CSV", seeds=_RECORDS, reads=lambda data: _reads_people(data, FileFormat.CSV))


def _reads_address(data: bytes) -> bool:
    try:
        address = EmailAddress.parse(text_of(data))
    except InvalidEmail:
        return False
    holds(address.address.isascii() and address.address.isprintable(), "an address is not ASCII that can be printed")
    holds(len(address.address) <= 254 and " " not in address.address, "an address is none for mail")
    holds(EmailAddress.parse(address.address) == address, "an address is another when it is read again")
    holds(EmailAddress.parse(address.canonical).canonical == address.canonical, "two accounts for one address")
    holds(EmailAddress.parse(address.address.upper()).canonical == address.canonical, "the case makes two accounts")
    return True


def _reads_people(data: bytes, file_format: FileFormat) -> bool:
    try:
        people = list(people_in(io.BytesIO(data), file_format))
    except CannotRun:
        return False
    lines = [person.line for person in people]
    holds(lines == sorted(set(lines)), "a line is told twice, or out of order")
    return any(not person.faults for person in people)

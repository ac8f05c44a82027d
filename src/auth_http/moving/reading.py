"""Reading people from a file, one at a time, whatever is wrong with some of them."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import BinaryIO, Final, TextIO, cast

from pydantic import ValidationError

from auth_adapters.foreign_hashes import systems
from auth_adapters.foreign_hashes.digests import LENGTHS
from auth_adapters.foreign_hashes.limits import malformed, unusable
from auth_adapters.foreign_hashes.phc import bytes_of
from auth_core import Redacted, Rejected
from auth_core.errors import Fault
from auth_core.text import is_encodable
from auth_core.users.moving import Arriving
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.moving.firebase import FirebaseParameters
from auth_http.moving.formats import FileFormat
from auth_http.moving.rows import FIELDS, Row, faults_in

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_YES_OR_NO: Final = {"true": True, "false": False}
_UNUSABLE: Final = "!"
"""What Django writes before the hash of somebody who has no password."""


def people_in(
    stream: BinaryIO, file_format: FileFormat, *, firebase: FirebaseParameters | None = None
) -> Iterator[Arriving]:
    """Yield them in the order of the file. Raises: CannotRun when the head of a CSV file names an unknown column."""
    rows = _lines_of_json(stream) if file_format is FileFormat.JSON_LINES else _records_of_csv(stream)
    for line, read in rows:
        try:
            row = read()
        except ValidationError as error:
            yield Arriving(line=line, faults=faults_in(error))
        except _Unreadable as error:
            yield Arriving(line=line, faults=(error.fault,))
        else:
            yield _arriving(line, row, firebase)


class _Unreadable(Exception):
    """A record of CSV that says nothing."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def _lines_of_json(stream: BinaryIO) -> Iterator[tuple[int, Callable[[], Row]]]:
    for line, text in enumerate(stream, start=1):
        document = text.removeprefix(_BYTE_ORDER_MARK) if line == 1 else text
        if document.strip():
            yield line, partial(Row.model_validate_json, document)


def _records_of_csv(stream: BinaryIO) -> Iterator[tuple[int, Callable[[], Row]]]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _records_of(text)
    finally:
        text.detach()  # or it would close what is not its own


def _records_of(text: TextIO) -> Iterator[tuple[int, Callable[[], Row]]]:
    reader = csv.reader(text)
    head = next(reader, cast("list[str]", []))
    unknown = [each for each in head if each not in FIELDS]
    if unknown or len(set(head)) < len(head):
        raise CannotRun(
            f"The first line must name the columns, each once, of these: {', '.join(FIELDS)}.", ExitCode.REJECTED
        )
    line = reader.line_num + 1
    for record in reader:
        if record:
            yield line, partial(_row_of, head, record)
        line = reader.line_num + 1


def _row_of(head: list[str], record: list[str]) -> Row:
    if len(record) != len(head):
        raise _Unreadable(Fault("", "misshapen", "This record has more fields than the head, or fewer."))
    members: dict[str, object] = {name: text for name, text in zip(head, record, strict=True) if text}
    for name, text in zip(head, record, strict=True):
        if not is_encodable(text):
            raise _Unreadable(Fault(name, "not_utf8", "This is not UTF-8."))
    if "roles" in members:
        members["roles"] = str(members["roles"]).split()
    if "must_change_password" in members:
        said = str(members["must_change_password"])
        members["must_change_password"] = _YES_OR_NO.get(said.lower(), said)
    return Row.model_validate_json(json.dumps(members))


def _arriving(line: int, row: Row, firebase: FirebaseParameters | None) -> Arriving:
    try:
        written = _written(row, firebase)
    except Rejected as error:
        return Arriving(line=line, email=row.email, faults=error.faults)
    return Arriving(
        line=line,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        password_hash=written,
        status=row.status,
        roles=row.roles,
        created_at=row.created_at,
        last_login_at=row.last_login_at,
        id=row.id,
        must_change_password=row.must_change_password,
    )


def _written(row: Row, firebase: FirebaseParameters | None) -> Redacted[str] | None:
    """Return the hash in one text with all that belongs to it. Raises: Rejected."""
    text = row.password_hash.reveal() if row.password_hash is not None else ""
    if not text or text.startswith(_UNUSABLE):
        return None
    scheme = (row.password_scheme or "").lower().replace("-", "").replace("_", "")
    salt = row.password_salt.reveal() if row.password_salt is not None else ""
    if scheme in ("firebase", "firebasescrypt"):
        if firebase is None:
            raise unusable("no_parameters", "A hash of Firebase needs the parameters of its project.")
        return Redacted(firebase.hash_of(text, salt=salt).written())
    if scheme in LENGTHS and not text.startswith(("$", "{")):
        salt_bytes = _SALTS[row.password_salt_encoding](salt)
        return Redacted(systems.digest(scheme, text, salt=salt_bytes, position=row.password_salt_position).written())
    if salt:
        raise unusable("needless_salt", "This hash holds its salt itself, or its scheme is not named.")
    return Redacted(text)


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise malformed("SHA") from None


_SALTS: Final[Mapping[str, Callable[[str], bytes]]] = {
    "text": lambda text: text.encode(errors="surrogatepass"),
    "hex": _hex,
    "base64": lambda text: bytes_of(text, scheme="SHA"),
}

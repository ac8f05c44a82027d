"""Requests made of what the document gives as examples, of what is known of the service, and of damage.

The same number is the same request, but for the ids and tokens that are known.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from urllib.parse import quote, quote_plus

from tests.fuzz.asked import Asked, Header
from tests.fuzz.house import CALLERS, House
from tests.fuzz.values import RAW, text, value
from tests.unit.http.asgi import FORM, JSON
from tests.unit.http.interface import DOCUMENT

_SECRET: Final = frozenset({
    "password", "new_password", "current_password", "token", "refresh_token", "client_secret",
})  # fmt: skip
_METHODS: Final = (
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW", "get", "",
)  # fmt: skip
_TYPES: Final = (
    b"application/json", b"application/x-www-form-urlencoded", b"text/plain", b"multipart/form-data; boundary=x",
    b"application/json; charset=utf-16", b"application/json;charset=utf-8", b"application/jsonx", b"", b"*/*",
    b"application/problem+json", b"APPLICATION/JSON",
)  # fmt: skip
_HEADERS: Final[Sequence[Header]] = (
    (b"if-match", b"*"), (b"if-match", b'"1"'), (b"if-match", b'W/"1"'), (b"if-match", b"1"),
    (b"if-match", b'"1", "2"'),
    (b"if-match", b'"' + b"9" * 400 + b'"'), (b"if-none-match", b"*"), (b"if-none-match", b'"x"'),
    (b"idempotency-key", b"k"), (b"idempotency-key", b'"k"'), (b"idempotency-key", b""),
    (b"idempotency-key", b"k" * 300),
    (b"idempotency-key", b"\xff\xfe"), (b"x-request-id", b"a" * 300), (b"x-request-id", b"ok-1"),
    (b"x-request-id", b"\xe9"), (b"user-agent", b"\xff" * 600), (b"user-agent", b""), (b"accept", b"text/html"),
    (b"accept-language", b"de"), (b"x-forwarded-for", b"1.2.3.4, ::1"), (b"x-forwarded-host", b"evil.example"),
    (b"forwarded", b"for=1.2.3.4;host=evil.example"), (b"cookie", b"session=x"), (b"content-encoding", b"gzip"),
    (b"content-length", b"0"), (b"content-length", b"-1"), (b"content-length", b"99999999999"),
    (b"transfer-encoding", b"gzip"), (b"expect", b"100-continue"), (b"range", b"bytes=0-1"), (b"x-nul", b"a\0b"),
    (b"x-line", b"a\r\nb"), (b"x-large", b"a" * 17_000), (b"host", b"other.example"), (b"origin", b"null"),
    (b"authorization", b"Basic"), (b"authorization", b"Bearer "), (b"authorization", b"Bearer a.b.c"),
    (b"authorization", b"Basic \xff"), (b"authorization", b"Basic Og=="), (b"authorization", b"Digest x"),
)  # fmt: skip


@dataclass(slots=True)
class Draft:
    """A request while it is being made."""

    method: str
    path: str
    document: Any = None
    query: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    headers: list[Header] = field(default_factory=list[Header])
    body: bytes = b""
    is_form: bool = False
    secrets: list[str] = field(default_factory=list[str])

    def written(self) -> bytes:
        """Return the document as it is sent."""
        if self.document is None:
            return b""
        if self.is_form:
            pairs = self.document.items() if isinstance(self.document, dict) else [("", self.document)]
            return "&".join(f"{quote_plus(str(name))}={quote_plus(str(each))}" for name, each in pairs).encode()
        return json.dumps(self.document).encode()


@dataclass(frozen=True, slots=True)
class _Operation:
    method: str
    path: str
    example: Any
    is_form: bool
    parameters: Sequence[Mapping[str, Any]]


def _operations() -> Sequence[_Operation]:
    found: list[_Operation] = []
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            media_type = next(iter(content), "")
            example = _example(content[media_type]) if content else None
            found.append(
                _Operation(method.upper(), path, example, "form" in media_type, operation.get("parameters", []))
            )
    return found


def _example(content: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any document
    schema = content["schema"]
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    given: Any = content.get("examples") or schema.get("examples")
    first: Any = next(iter(given.values()))["value"] if isinstance(given, dict) else given[0]
    return first


_OPERATIONS: Final = _operations()


def caller_of(number: int) -> str:
    """Return who sends the request of this number."""
    return CALLERS[Random(number).choices(range(len(CALLERS)), weights=(6, 3, 2, 2))[0]]


def request(number: int, house: House) -> Asked:
    """Return the request of this number."""
    dice = Random(f"request {number}")
    operation = _OPERATIONS[number % len(_OPERATIONS)]
    draft = Draft(operation.method, operation.path, is_form=operation.is_form)
    draft.headers.extend(house.authorizations[caller_of(number)])
    draft.path = re.sub(r"\{(\w+)\}", lambda name: _segment(dice, house, name[1]), operation.path)
    for parameter in operation.parameters:
        if parameter["in"] == "query" and parameter["name"] != "wait" and dice.random() < 0.3:
            draft.query.append((parameter["name"], str(dice.choice((parameter["schema"]["examples"][0], text(dice))))))
        elif parameter["in"] == "header" and dice.random() < 0.3:
            draft.headers.append((parameter["name"].lower().encode(), f"{dice.randrange(5)}".encode()))
    if operation.example is not None:
        draft.document = _filled(dice, house, draft, json.loads(json.dumps(operation.example)), name="")
    damages: list[Callable[[Random, Draft], None]] = dice.choices(_ON_DOCUMENTS, k=dice.choice((0, 0, 1, 1, 2, 3)))
    for damage in damages:
        damage(dice, draft)
    draft.body = draft.written()
    if draft.body:
        draft.headers.append(FORM if draft.is_form else JSON)
    if dice.random() < 0.4:
        dice.choice(_ON_REQUESTS)(dice, draft)
    return Asked(
        method=draft.method,
        path=draft.path,
        query="&".join(f"{quote(name)}={quote(each)}" for name, each in draft.query).encode(),
        headers=tuple(draft.headers),
        body=draft.body,
        secrets=(*draft.secrets, *house.standing),
    )


def _segment(dice: Random, house: House, name: str) -> str:
    known = house.known.get(name)
    if known and dice.random() < 0.8:
        return dice.choice(known)
    return text(dice).replace("/", "_")[:300] or "-"


def _filled(dice: Random, house: House, draft: Draft, node: Any, name: str) -> Any:  # noqa: ANN401 - any document
    """Return the example with what is known in its place, and with secrets one can search for."""
    match node:
        case dict():
            return {each: _filled(dice, house, draft, node[each], each) for each in node}
        case list():
            return [_filled(dice, house, draft, each, name) for each in node]
        case str() if name in house.known and dice.random() < 0.6:
            return dice.choice(house.known[name])
        case str() if name in _SECRET:
            secret = f"cnry-{dice.getrandbits(64):016x}"
            draft.secrets.append(secret)
            return secret
        case str() if name == "email" and dice.random() < 0.5:
            return f"{dice.getrandbits(40):x}@example.org"
        case _:
            return node


# ---- Damage to documents


def _spoil_member(dice: Random, draft: Draft) -> None:
    holder, key = _place(dice, draft)
    if holder is not None:
        holder[key] = value(dice)


def _drop_member(dice: Random, draft: Draft) -> None:
    holder, key = _place(dice, draft)
    if holder is not None:
        del holder[key]


def _add_member(dice: Random, draft: Draft) -> None:
    if isinstance(draft.document, dict):
        draft.document[text(dice)[:60]] = value(dice)


def _exchange(dice: Random, draft: Draft) -> None:
    draft.document = dice.choice((value(dice), [draft.document], [], {}, [draft.document] * 3))


def _ask_for_more(dice: Random, draft: Draft) -> None:
    draft.query.append((dice.choice(("limit", "cursor", "q", "sort", "access_token", "since", "x")), text(dice)[:2000]))


def _place(dice: Random, draft: Draft) -> tuple[Any, Any]:
    """Return some member of the document: what it is in, and its name there."""
    places: list[tuple[Any, Any]] = []
    waiting: list[Any] = [draft.document]
    while waiting:
        node = waiting.pop()
        keys: list[Any] = (
            list(node) if isinstance(node, dict) else [*range(len(node))] if isinstance(node, list) else []
        )
        places.extend((node, key) for key in keys)
        waiting.extend(node[key] for key in keys)
    return dice.choice(places) if places else (None, None)


_ON_DOCUMENTS: Final = (
    _spoil_member,
    _spoil_member,
    _spoil_member,
    _drop_member,
    _add_member,
    _exchange,
    _ask_for_more,
)

# ---- Damage to requests


def _spoil_bytes(dice: Random, draft: Draft) -> None:
    draft.body = spoiled(dice, draft.body)


def _put_raw(dice: Random, draft: Draft) -> None:
    """Put what JSON cannot say in the place of some text of the document."""
    texts = [*re.finditer(rb'"[^"\\]*"', draft.body)]
    if texts:
        found = dice.choice(texts)
        draft.body = draft.body[: found.start()] + dice.choice(RAW) + draft.body[found.end() :]


def _repeat_member(dice: Random, draft: Draft) -> None:
    draft.body = draft.body[:-1] + b"," + draft.body[1:] if draft.body[:1] == b"{" else draft.body + b"&" + draft.body


def _another_type(dice: Random, draft: Draft) -> None:
    draft.headers = [header for header in draft.headers if header[0] != b"content-type"]
    draft.headers.append((b"content-type", dice.choice(_TYPES)))


def _another_method(dice: Random, draft: Draft) -> None:
    draft.method = dice.choice(_METHODS)


def _another_path(dice: Random, draft: Draft) -> None:
    draft.path = dice.choice((
        draft.path + "/", draft.path.upper(), "/" + draft.path, draft.path + "/x", draft.path.replace("/", "//", 1),
        draft.path + "\0", draft.path + "\n", draft.path + "%00", draft.path + ";x", "/./" + draft.path, "*",
        draft.path + "é", draft.path.rpartition("/")[0] or "/",
    ))  # fmt: skip


def _another_header(dice: Random, draft: Draft) -> None:
    draft.headers.append(dice.choice(_HEADERS))


def _spoil_token(dice: Random, draft: Draft) -> None:
    draft.headers = [
        (name, spoiled(dice, held)) if name == b"authorization" else (name, held) for name, held in draft.headers
    ]


def _many_headers(dice: Random, draft: Draft) -> None:
    draft.headers.extend((f"x-{number}".encode(), b"1") for number in range(dice.choice((10, 70, 200))))


def _body_where_none_is(dice: Random, draft: Draft) -> None:
    if not draft.body:
        draft.body = dice.choice((b"{}", b"a=b", b"\0", b'{"a":NaN}'))
        draft.headers.append((b"content-type", dice.choice(_TYPES)))


_ON_REQUESTS: Final = (
    _spoil_bytes, _put_raw, _put_raw, _repeat_member, _another_type, _another_method, _another_path, _another_header,
    _another_header, _spoil_token, _many_headers, _body_where_none_is,
)  # fmt: skip


def spoiled(dice: Random, data: bytes) -> bytes:
    """Return `data` with a few bytes changed, lost, repeated or put in."""
    for _ in range(dice.choice((1, 1, 2, 4))):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(6):
            case 0:
                data = data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[at + 1 + dice.randrange(8) :]
            case 2:
                data = data[:at] + data[max(0, at - dice.randrange(30)) : at] + data[at:]
            case 3:
                data = data[:at]
            case 4:
                data = data[:at] + dice.randbytes(dice.randrange(1, 6)) + data[at:]
            case _:
                data = (
                    data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :]
                    if at < len(data)
                    else data
                )
    return data

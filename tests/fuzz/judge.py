"""Holds every answer against the document the service gives of itself, and against what no answer may be."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import jsonschema_rs
from structlog.typing import EventDict

from tests.fuzz.asked import Asked
from tests.unit.http.asgi import Answer
from tests.unit.http.interface import DOCUMENT

SLOWEST: Final = 5.0
"""Seconds of work. Nothing that is asked takes more, whatever it is."""
LARGEST: Final = 2 * 1024 * 1024

PROBLEM: Final = "application/problem+json"
_JSON: Final = re.compile(r"application/(?:[a-z.-]+\+)?json")
# What is told on purpose when something else has failed, or there is too much to do.
_DELIBERATE: Final = frozenset({"busy", "unavailable", "outcome_unknown"})
# Every answer may have them: they are of the protocol, or say how browsers are to treat it.
_OF_EVERY_ANSWER: Final = frozenset({
    "cache-control", "connection", "pragma", "content-length", "content-security-policy", "content-type", "date",
    "referrer-policy", "strict-transport-security", "transfer-encoding", "vary", "x-content-type-options",
    "x-request-id",
})  # fmt: skip
# A body where none is asked for is judged as any other is.
_OF_ANY_BODY: Final = frozenset({
    "ambiguous_header", "body_too_large", "body_too_slow", "unsupported_media_type", "malformed_json",
    "nested_too_deeply", "rejected",
})  # fmt: skip
_OF_NO_ROUTE: Final = frozenset({"not_found", "method_not_allowed", "ambiguous_header", "bad_header", "bad_host"})
_OF_NO_OPERATION: Final = _OF_ANY_BODY | _OF_NO_ROUTE | {"headers_too_large"}
# What OAuth calls a form that has no one reading (RFC 6749 §5.2), where forms are asked for.
_OF_ANY_FORM: Final = frozenset({"invalid_request"})
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Judge:
    """Says what is wrong with an answer, in sentences; nothing when all is well."""

    document: Mapping[str, Any] = field(default_factory=lambda: DOCUMENT)

    def faults(
        self,
        asked: Asked,
        answer: Answer,
        *,
        seconds: float = 0.0,
        lines: Sequence[EventDict] = (),
        said: Sequence[str] = (),
    ) -> list[str]:
        """Return everything that is wrong with this answer, and with what was logged while it was made."""
        return [
            *self._of_any(asked, answer, seconds),
            *self._of_log(asked, lines, said),
            *self._of_interface(asked, answer),
        ]

    def _of_any(self, asked: Asked, answer: Answer, seconds: float) -> Iterator[str]:
        if answer.status >= 500 and not (answer.status == 503 and _code(answer) in _DELIBERATE):
            yield f"{answer.status} is a failure of ours"
        if seconds > SLOWEST:
            yield f"it took {seconds:.1f} s"
        if len(answer.body) > LARGEST:
            yield f"the answer has {len(answer.body)} bytes"
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers)
        text = answer.body.decode("utf-8", "replace")
        if any(secret in text or secret in head for secret in asked.secrets):
            yield "a secret came back"
        names = [name for name, _ in answer.headers]
        if len(set(names)) != len(names):
            yield "a header field is given twice"
        if "x-request-id" not in names or "x-content-type-options" not in names:
            yield "the answer lacks a header field every answer has"

    def _of_log(self, asked: Asked, lines: Sequence[EventDict], said: Sequence[str]) -> Iterator[str]:
        for line in lines:
            if line.get("event") == "unexpected_error":
                yield f"nobody expected {line.get('error')} at {line.get('way', [''])[-1]}"
            elif line.get("log_level") in {"error", "critical"}:
                yield f"it was logged as an error: {line.get('event')}"
            if asked.secrets and any(secret in repr(line) for secret in asked.secrets):
                yield f"a secret was logged in {line.get('event')!r}"
        yield from (f"somebody complains: {each[:300]}" for each in said)

    def _of_interface(self, asked: Asked, answer: Answer) -> Iterator[str]:
        method = "GET" if asked.method == "HEAD" else asked.method
        operation = self.operation(method, asked.path)
        if operation is None:
            yield from self._of_no_operation(asked, answer)
            return
        name = operation["operationId"]
        code = _code(answer)
        announces = asked.body or any(each == b"content-length" for each, _ in asked.headers)
        if announces and "requestBody" not in operation and code in _OF_ANY_BODY:
            return
        response = operation["responses"].get(str(answer.status))
        if response is None:
            yield f"{name} does not say that it answers {answer.status} ({code})"
            return
        undocumented = {header for header, _ in answer.headers} - _OF_EVERY_ANSWER
        undocumented -= {header.lower() for header in response.get("headers", {})}
        if undocumented:
            yield f"{name} does not say that {answer.status} has {sorted(undocumented)}"
        if asked.method != "HEAD":
            yield from self._of_body(name, str(answer.status), response.get("content", {}), answer)

    def _of_no_operation(self, asked: Asked, answer: Answer) -> Iterator[str]:
        if asked.method == "HEAD" or not self._is_described(asked.path):
            return
        known = _OF_NO_OPERATION | (_OF_ANY_FORM if self._asks_for_a_form(asked.path) else frozenset())
        if answer.status not in {400, 404, 405, 413, 415, 422, 431, 408} or _code(answer) not in known:
            yield f"what is no operation is answered {answer.status} ({_code(answer)})"
        if (answer.status == 405) != (answer.header("allow") is not None):
            yield "405 says which methods there are, and nothing else does"

    def _of_body(self, name: str, status: str, content: Mapping[str, Any], answer: Answer) -> Iterator[str]:
        media_type = (answer.header("content-type") or "").partition(";")[0]
        if not content:
            if answer.body and answer.body != b"{}":
                yield f"{name} does not say that {status} has a body"
            return
        if media_type not in content:
            yield f"{name} does not say that {status} is {media_type or 'of no type'}"
            return
        if not _JSON.fullmatch(media_type):
            return
        try:
            document = json.loads(answer.body)
        except ValueError:
            yield f"{name} answers {status} with what is no JSON"
            return
        validator = _validator(self, name, status, media_type)
        if validator is not None and not validator.is_valid(document):
            error = next(iter(validator.iter_errors(document)))
            yield f"{name} answers {status} against its schema, at {error.instance_path}: {error.message[:200]}"
        if media_type == PROBLEM and document["code"] not in content[media_type].get("examples", {}):
            yield f"{name} does not say that {status} is {document['code']}"

    def operation(self, method: str, path: str) -> Mapping[str, Any] | None:
        """Return what the document says of this method at this path; None when it says nothing."""
        for pattern, operations in _paths(self):
            if pattern.fullmatch(path):
                found: Mapping[str, Any] | None = operations.get(method.lower()) if method.isupper() else None
                return found
        return None

    def _is_described(self, path: str) -> bool:
        """Say whether the document knows the path or nobody does: pages for people are not in it."""
        return any(pattern.fullmatch(path) for pattern, _ in _paths(self)) or path.startswith(("/auth/", "/admin/"))

    def _asks_for_a_form(self, path: str) -> bool:
        """Say whether some method at the path does: the body is judged by the path, before the method is looked at."""
        return any(
            _FORM in operation.get("requestBody", {}).get("content", {})
            for pattern, operations in _paths(self)
            if pattern.fullmatch(path)
            for operation in operations.values()
        )

    def __hash__(self) -> int:
        return id(self.document)


def _code(answer: Answer) -> str | None:
    """Return the code of a problem, or of an error of OAuth."""
    try:
        document = json.loads(answer.body)
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    code: str | None = document.get("code", document.get("error"))
    return code


@cache
def _paths(judge: Judge) -> Sequence[tuple[re.Pattern[str], Mapping[str, Any]]]:
    """Return the paths of the document; those without a variable come first, as they are found first."""
    paths: Mapping[str, Any] = judge.document["paths"]
    return [
        (re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)), re.DOTALL), paths[path])
        for path in sorted(paths, key=lambda path: path.count("{"))
    ]


@cache
def _validator(judge: Judge, name: str, status: str, media_type: str) -> Any:  # noqa: ANN401 - one for any draft
    for operations in judge.document["paths"].values():
        for operation in operations.values():
            if operation["operationId"] == name:
                schema = operation["responses"][status]["content"][media_type].get("schema")
                if not schema:
                    return None
                whole = {**schema, "components": judge.document["components"]}
                return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return None

"""The page of the HTTP interface, from its OpenAPI document."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from auth_http.application import application
from auth_http.settings import Settings
from docs.generate import markdown
from docs.generate.markdown import code, codes, paragraph, table
from docs.generate.parts_not_there import NothingWired

type Json = Mapping[str, Any]

_INTRODUCTION: Final = """\
JSON in and out, names in `snake_case`, times in UTC as RFC 3339 writes them, ids as UUIDs. Members nobody knows are
refused. An error is a problem document (RFC 9457); [Errors](errors.md) explains every `code`. `/openapi.json`
has schemas and examples, and `/docs` lets one try."""
_EVERYWHERE: Final = """\
Any route may answer with these as well; they are not repeated below."""

_WAYS: Final[Mapping[str, str]] = {
    "password": "an access token: `Authorization: Bearer …`",
    "client": "a service client: `Authorization: Basic …`",
}
"""How callers say who they are, by the names of the security schemes."""


def page() -> str:
    """Return the page."""
    document = _document()
    operations = list(_operations(document))
    everywhere = _codes_of(operations[0][2]).intersection(*(_codes_of(operation) for _, _, operation in operations))
    parts = ["## Everywhere", _EVERYWHERE, codes(sorted(f"{status} {name}" for status, name in everywhere))]
    for tag in document["tags"]:
        of_tag = [(method, path, each) for method, path, each in operations if each["tags"] == [tag["name"]]]
        parts += [f"## {tag['name']}", tag["description"]]
        for method, path, operation in of_tag:
            parts += _described(document, method, path, operation, everywhere)
    return markdown.page("HTTP interface", "the OpenAPI document", _INTRODUCTION, *parts)


def problems_told() -> dict[str, tuple[int, str]]:
    """Return every code that the document has an example of, with its status and its sentence."""
    told: dict[str, tuple[int, str]] = {}
    for _, _, operation in _operations(_document()):
        for response in operation["responses"].values():
            for example in _problems(response).values():
                value = example["value"]
                told[value["code"]] = (value["status"], value["detail"])
    return told


@cache
def _document() -> Json:
    return application(NothingWired(Settings())).openapi()


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _described(
    document: Json, method: str, path: str, operation: Json, everywhere: set[tuple[str, str]]
) -> Iterator[str]:
    yield f"### {code(f'{method} {path}')}"
    yield f"**{operation['summary']}.** {_joined(operation.get('description', ''))}".replace("?.**", "?**")
    if ways := [_WAYS[name] for each in operation.get("security", ()) for name in each]:
        yield f"Needs {', or '.join(ways)}."
    if body := operation.get("requestBody"):
        yield from _body(document, body)
    yield table(("answer", "meaning"), _answers(operation, everywhere))


def _body(document: Json, body: Json) -> Iterator[str]:
    for media_type, content in body["content"].items():
        schema = _resolved(document, content["schema"])
        rows = [
            (code(name), "yes" if name in schema.get("required", ()) else "no", _joined(member.get("description", "")))
            for name, member in schema["properties"].items()
        ]
        head = ("member", "needed", "meaning") if any(row[2] for row in rows) else ("member", "needed")
        yield f"Takes {code(media_type)}:"
        yield table(head, [row[: len(head)] for row in rows])


def _answers(operation: Json, everywhere: set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for status, response in operation["responses"].items():
        told = sorted(
            name for each, name in _codes_of({"responses": {status: response}}) - everywhere if each == status
        )
        if told:
            yield status, codes(told)
        elif not _problems(response):
            yield status, paragraph(response["description"])


def _codes_of(operation: Json) -> set[tuple[str, str]]:
    return {
        (status, name)
        for status, response in operation["responses"].items()
        if int(status) >= 400
        for content in response.get("content", {}).values()
        for name in content.get("examples", {})
    }


def _problems(response: Json) -> Json:
    problems: Json = response.get("content", {}).get("application/problem+json", {}).get("examples", {})
    return problems


def _resolved(document: Json, schema: Json) -> Json:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    resolved: Json = document["components"]["schemas"][reference.rsplit("/", 1)[1]]
    return resolved


def _joined(text: str) -> str:
    return " ".join(text.split())

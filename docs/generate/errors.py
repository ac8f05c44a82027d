"""The page of the errors: the kinds, every class of the core, and what only the HTTP floor knows of."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final, cast

import auth_core
from auth_core.errors import AuthError, Rejected
from auth_http import request_problems, validation
from auth_http.problems import Problem, problem_of
from auth_http.serving import framing
from docs.generate import http_interface, markdown
from docs.generate.markdown import code, paragraph, table
from docs.generate.source_code import calls_of, import_all, parsed_modules

_PACKAGES: Final = ("auth_core.", "auth_http.")
_KINDS: Final = """\
Every error is a subclass of `auth_core.AuthError` and one of a few kinds, each told by what its receiver can do about
it. A kind has one HTTP status."""
_CLASSES: Final = """\
`code` is stable. Over HTTP it stands in the member `code` of the problem document (RFC 9457), and the sentence in
`detail`. `/auth/token` tells them in the words of RFC 6749 instead."""
_HTTP: Final = """\
These concern the request itself. No use case raises them, and a program that imports `auth_core` never sees them."""
_FAULTS: Final = """\
A `Rejected` error has `faults`, and its problem document `errors`: each names a place and has a code of its own."""


def page() -> str:
    """Return the page."""
    import_all(auth_core)
    return markdown.page(
        "Errors",
        "the subclasses of AuthError, the problems of auth_http and the faults in the code",
        "## Kinds",
        _KINDS,
        table(("kind", "HTTP", "what it means"), _kinds()),
        "## Errors",
        _CLASSES,
        table(("code", "class", "kind", "HTTP", "meaning"), _classes()),
        "## Problems of the HTTP floor",
        _HTTP,
        table(("code", "HTTP", "detail"), _http_problems()),
        "## Codes in `errors`",
        _FAULTS,
        table(("code", "detail"), sorted(_faults().items())),
    )


def _kinds() -> Iterator[tuple[str, str, str]]:
    for kind in _direct_kinds():
        yield code(kind.__name__), str(problem_of(_specimen(kind)).status), paragraph(kind.__doc__)


def _direct_kinds() -> list[type[AuthError]]:
    """Return the kinds, also those that share a private parent."""
    kinds: list[type[AuthError]] = []
    for each in _ours(AuthError):
        kinds.extend(_ours(each) if each.__name__.startswith("_") else [each])
    return kinds


def _classes() -> Iterator[tuple[str, ...]]:
    found = [each for each in _descendants(AuthError) if hasattr(each, "code")]
    for each in sorted(found, key=lambda each: each.code):
        kind = next(kind for kind in _direct_kinds() if issubclass(each, kind))
        yield (
            code(each.code),
            code(each.__name__),
            code(kind.__name__),
            str(problem_of(_specimen(each)).status),
            paragraph(each.__doc__),
        )


def _ours(parent: type[AuthError]) -> list[type[AuthError]]:
    return [each for each in parent.__subclasses__() if each.__module__.startswith(_PACKAGES)]


def _descendants(parent: type[AuthError]) -> set[type[AuthError]]:
    found: set[type[AuthError]] = set()
    for each in _ours(parent):
        found |= {each} | _descendants(each)
    return found


def _specimen(error: type[AuthError]) -> AuthError:
    """Return an error of this class as far as telling it is concerned, whatever its making asks for."""
    words = {"code": getattr(error, "code", ""), "detail": getattr(error, "detail", "")}
    made: Any = type(error.__name__, (error,), words | {"__init__": _made_without_inputs})()
    return cast("AuthError", made)


def _made_without_inputs(error: Any) -> None:  # noqa: ANN401 - of a class that is made for this
    error.faults = ()
    error.retry_after = timedelta(0)


def _http_problems() -> Iterator[tuple[str, str, str]]:
    told: dict[str, tuple[int, str]] = {}
    for each in (*vars(framing).values(), *vars(request_problems).values()):
        if isinstance(each, Problem):
            before = told.get(each.code, (each.status, ""))[1]
            told[each.code] = each.status, f"{before} / {each.detail}" if before else each.detail
    told = http_interface.problems_told() | told
    for error in _descendants(AuthError):
        told.pop(getattr(error, "code", ""), None)
    for name, (status, detail) in sorted(told.items(), key=lambda item: (item[1][0], item[0])):
        yield code(name), str(status), detail


def _faults() -> dict[str, str]:
    """Return the codes of all faults with their sentences; what is filled in at run time is an ellipsis."""
    sentences: dict[str, set[str]] = {}
    for name, sentence in _told_faults():
        sentences.setdefault(code(name), set()).add(sentence)
    return {name: " / ".join(sorted(each)) for name, each in sentences.items()}


def _told_faults() -> Iterator[tuple[str, str]]:
    yield from (*validation._SENTENCES.values(), validation._OTHERWISE)  # noqa: SLF001 - nobody else needs them
    for _, tree in parsed_modules("src/auth_core", "src/auth_http/middleware"):
        for call in calls_of(tree, "rejected"):
            yield from _sentence(*call.args[:2])
        for call in calls_of(tree, "Fault"):
            yield from _sentence(*call.args[1:3])
    for error in _descendants(Rejected):
        if _is_a_fault(error):
            yield error.code, error.detail


def _sentence(*arguments: ast.expr) -> Iterator[tuple[str, str]]:
    match arguments:
        case (ast.Constant(value=str(name)), sentence):
            yield name, _text(sentence)
        case _:
            pass


def _text(sentence: ast.expr) -> str:
    match sentence:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_text(value) for value in values)
        case _:
            return "…"


def _is_a_fault(error: type[AuthError]) -> bool:
    """Whether an error of this class names itself as its one fault."""
    return "__init__" in vars(error)

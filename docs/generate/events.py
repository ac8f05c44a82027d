"""The page of the audit events: the catalogue, and from the code where each is written and with which details."""

import ast
from collections.abc import Iterator
from typing import Final

from auth_core.audit.events import AuditEvent, EventKind
from auth_core.revocation.model import Reason
from docs.generate import markdown
from docs.generate.event_meanings import MEANINGS, REASONS
from docs.generate.markdown import code, codes, table
from docs.generate.source_code import calls_of, parsed_modules

_INTRODUCTION: Final = """\
An event is written in the transaction of its effect: when one is kept, so is the other. Events are added and never
changed. An alarm does not happen to honest users of a healthy service; somebody should look."""
_MEMBERS: Final = """\
Every event has the members below. `details` are named with each kind; they hold no secret and nothing callers type."""
_REASONS: Final = """\
`session.ended`, `sessions.ended` and `refresh_token.reused` carry a `reason`; a session that has ended keeps it too."""
_INPUTS: Final = {"at", "origin", "subject", "actor", "session_id", "outcome", "event", "of", "because", "now"}


def page() -> str:
    """Return the page."""
    return markdown.page(
        "Audit events",
        "src/auth_core/audit/events.py and the use cases",
        _INTRODUCTION,
        table(("event", "alarm", "what happened", "details", "written by"), _rows()),
        "## Members",
        _MEMBERS,
        codes(AuditEvent.__dataclass_fields__) + ".",
        "## Reasons",
        _REASONS,
        table(("reason", "meaning"), [(code(reason.value), REASONS[reason]) for reason in Reason]),
    )


def _rows() -> Iterator[tuple[str, ...]]:
    writers, details = _written()
    for kind in EventKind:
        yield (
            code(kind.value),
            "yes" if kind.is_alarm else "",
            MEANINGS[kind],
            codes(sorted(details.get(kind.name, ()))),
            codes(sorted(writers.get(kind.name, ()))),
        )


def _written() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return the modules that write each kind of event, and the details they give it."""
    writers: dict[str, set[str]] = {}
    details: dict[str, set[str]] = {}
    for path, tree in parsed_modules("src/auth_core"):
        if path.parts[2] in {"audit", "testing"}:
            continue
        for call in (*calls_of(tree, "record"), *calls_of(tree, "end_session")):
            for kind in _kinds_in(call):
                writers.setdefault(kind, set()).add("/".join(path.parts[2:]))
                given = {keyword.arg for keyword in call.keywords if keyword.arg} - _INPUTS
                details.setdefault(kind, set()).update(given)
        for call in calls_of(tree, "end_session"):
            if not _kinds_in(call):
                given = {keyword.arg for keyword in call.keywords if keyword.arg} - _INPUTS
                details.setdefault("SESSION_ENDED", set()).update(given)
        for kind in _defaults(tree):
            writers.setdefault(kind, set()).add("/".join(path.parts[2:]))
    for kind in ("SESSION_ENDED", "REFRESH_TOKEN_REUSED"):
        details.setdefault(kind, set()).add("reason")
    return writers, details


def _kinds_in(node: ast.AST) -> set[str]:
    return {
        each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "EventKind"
    }


def _defaults(tree: ast.Module) -> set[str]:
    """Return the kinds that are written unless the caller says another."""
    return {
        kind
        for each in ast.walk(tree)
        if isinstance(each, ast.arguments)
        for default in each.kw_defaults
        if default is not None
        for kind in _kinds_in(default)
    }

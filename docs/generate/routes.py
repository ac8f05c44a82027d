"""The page of the routes: what each asks for, and what every kind of caller is told there."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from fastapi import FastAPI

from auth_http.application import application
from auth_http.needs import Caller, Needs, needs_of
from auth_http.settings import Settings
from auth_http.settings.mail import MailMode
from docs.generate import markdown
from docs.generate.markdown import code, codes, table
from docs.generate.parts_not_there import NothingWired

_INTRODUCTION: Final = """\
Every route says in one place whom it lets in, and is guarded by that very place; one that says nothing keeps the
service from starting. The tables are made from it, and a test asks every route as every caller and compares. `/metrics`
is none of them: it has a port of its own, and whoever reaches that is told."""
_MATRIX: Final = """\
"yes" is let in: what the route then says of the request itself is its own matter. A number is the status of the
refusal; the codes are in the last table. Whoever is let in as somebody signed in sees and changes only what is theirs:
what belongs to another is told of as what does not exist. An administrator or operator does nothing to somebody who
may do more than they themselves."""
_CODES: Final = """\
What is told to whom, by what a route asks for."""

LET_IN: Final = "yes"


class Who(StrEnum):
    """Every kind of caller there is."""

    NOBODY = "nobody"
    USER = "`user`"
    ANOTHER = "another `user`"
    EXACTLY = "a role with just the permission"
    ALL_BUT = "a role with all but it"
    ADMIN = "`admin`"
    DISABLED = "disabled"
    SIGNED_OUT = "signed out"
    EXPIRED = "expired token"
    REFRESH = "refresh token"
    CLIENT_SECRET = "client secret as a token"  # noqa: S105 - words
    CLIENT = "client with just the permission"
    CLIENT_ALL_BUT = "client with all but it"
    NO_CLIENT = "client with a wrong secret"


def person(*permissions: str) -> Needs:
    """Whoever is signed in, with these permissions."""
    return Needs(callers=frozenset({Caller.PERSON}), permissions=frozenset(permissions))


def client(permission: str) -> Needs:
    """Service clients with the permission."""
    return Needs(callers=frozenset({Caller.CLIENT}), permissions=frozenset({permission}))


def person_or_client(permission: str) -> Needs:
    """Either, with the permission."""
    return Needs(callers=frozenset(Caller), permissions=frozenset({permission}))


ANYONE: Final = Needs()

# A line for each caller: at a route for whoever is signed in, one that asks people for a permission, one that asks
# clients, and one that asks either.
_OUTCOMES: Final[Mapping[Who, tuple[str, str, str, str]]] = {
    Who.NOBODY: ("401 missing_token", "401 missing_token", "401 invalid_client", "401 missing_token"),
    Who.USER: (LET_IN, "403 permission_denied", "401 invalid_client", "403 permission_denied"),
    Who.ANOTHER: (LET_IN, "403 permission_denied", "401 invalid_client", "403 permission_denied"),
    Who.EXACTLY: (LET_IN, LET_IN, "401 invalid_client", LET_IN),
    Who.ALL_BUT: (LET_IN, "403 permission_denied", "401 invalid_client", "403 permission_denied"),
    Who.ADMIN: (LET_IN, LET_IN, "401 invalid_client", LET_IN),
    Who.DISABLED: ("401 revoked_token", "401 revoked_token", "401 invalid_client", "401 revoked_token"),
    Who.SIGNED_OUT: ("401 revoked_token", "401 revoked_token", "401 invalid_client", "401 revoked_token"),
    Who.EXPIRED: ("401 expired_token", "401 expired_token", "401 invalid_client", "401 expired_token"),
    Who.REFRESH: ("401 invalid_token", "401 invalid_token", "401 invalid_client", "401 invalid_token"),
    Who.CLIENT_SECRET: ("401 invalid_token", "401 invalid_token", "401 invalid_client", "401 invalid_token"),
    Who.CLIENT: ("401 missing_token", "401 missing_token", LET_IN, LET_IN),
    Who.CLIENT_ALL_BUT: ("401 missing_token", "401 missing_token", "400 unauthorized_client", "403 permission_denied"),
    Who.NO_CLIENT: ("401 missing_token", "401 missing_token", "401 invalid_client", "401 invalid_client"),
}


def outcome(needs: Needs, who: Who) -> str:
    """Return what a route that asks for this tells such a caller: that it is let in, or a status and a code."""
    signed_in, of_person, of_client, of_either = _OUTCOMES[who]
    match (needs.callers, bool(needs.permissions)):
        case (callers, _) if not callers:
            return LET_IN
        case (callers, True) if callers == frozenset(Caller):
            return of_either
        case (callers, True) if Caller.CLIENT in callers:
            return of_client
        case (callers, permission) if Caller.PERSON in callers:
            return of_person if permission else signed_in
        case _:
            raise ValueError(f"the matrix has no column for a route that asks for {needs}")


def routes_of(app: FastAPI) -> Iterator[tuple[str, Needs]]:
    """Return every route by method and path, with what it asks for."""
    for route in app.routes:
        methods: set[str] = getattr(route, "methods", set())
        path: str = getattr(route, "path", "")
        needs = ANYONE if path == app.openapi_url else needs_of(route)  # That one is the framework's own.
        yield from ((f"{method} {path}", needs) for method in sorted(methods - {"HEAD"}))


def page() -> str:
    """Return the page."""
    routes = list(routes_of(application(NothingWired(Settings(docs=True, mail=MailMode.CONSOLE)))))
    asked = {_words(needs): needs for _, needs in sorted(routes, key=lambda route: len(route[1].callers))}
    kinds = {_kind(needs): needs for needs in asked.values() if needs != ANYONE}
    return markdown.page(
        "Routes and who may call them",
        "the guards of the routes",
        _INTRODUCTION,
        table(("route", "asks for"), [(code(name), _words(needs)) for name, needs in routes]),
        "## Every route and every caller",
        _MATRIX,
        table(
            ("route", *Who),
            [(code(name), *(outcome(needs, who).split()[0] for who in Who)) for name, needs in routes],
        ),
        "## What they are told",
        _CODES,
        table(("caller", *kinds), [(who, *(_told(outcome(needs, who)) for needs in kinds.values())) for who in Who]),
    )


def _words(needs: Needs) -> str:
    return f"{_kind(needs)}: {codes(sorted(needs.permissions))}" if needs.permissions else _kind(needs)


def _kind(needs: Needs) -> str:
    if not needs.callers:
        return "nothing"
    who = " or ".join(
        words
        for caller, words in ((Caller.PERSON, "somebody signed in"), (Caller.CLIENT, "a service client"))
        if caller in needs.callers
    )
    return f"{who} with a permission" if needs.permissions else who


def _told(outcome: str) -> str:
    if outcome == LET_IN:
        return outcome
    status, name = outcome.split()
    return f"{status} {code(name)}"

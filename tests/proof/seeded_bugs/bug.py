"""A service that is broken on purpose, in one place."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from auth_core import AuthCore, Policies, Ports, assemble
from auth_core.sessions.refresh import Refresh
from tests.proof.real_service import Assembled
from tests.proof.setting import MakePlace, in_memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """What is wrong, the invariant it breaks as the history says it, and how to get a service that has it."""

    name: str
    found_as: str
    make_place: MakePlace = in_memory
    assembled: Assembled = assemble

    def __str__(self) -> str:
        return self.name


def refreshing_by(make: Callable[[dict[str, Any]], Refresh]) -> Assembled:
    """Return a wiring that is the real one but for the use case which refreshes, made from what the real one has."""

    def assembled(ports: Ports, policies: Policies) -> AuthCore:
        auth = assemble(ports, policies)
        ingredients: dict[str, Any] = {each.name: getattr(auth.sessions.refresh, each.name) for each in fields(Refresh)}
        return replace(auth, sessions=replace(auth.sessions, refresh=make(ingredients)))

    return assembled

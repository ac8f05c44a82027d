"""From the environment to settings that hold together, or to everything that is wrong with them."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError

from auth_http.settings.model import Settings
from auth_http.settings.problems import PREFIX, InvalidSettings, Problem, problems_in, setting_name
from auth_http.settings.safety import problems_of
from auth_http.settings.secret_files import FILE, SECRETS, UnusableFile, read_secret

_FIELDS: Final = {setting_name(field): field for field in Settings.model_fields}
NAMES: Final = tuple(sorted([*_FIELDS, *(f"{setting_name(field)}{FILE}" for field in SECRETS)]))
"""Every variable that means something."""


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in `environ`, by default those of this process. An empty variable is as good as none.

    Raises: InvalidSettings, which names every problem at once and no value.
    """
    given = {
        name: value
        for name, value in (os.environ if environ is None else environ).items()
        if name.startswith(PREFIX) and value
    }
    problems = [_unknown(name) for name in sorted(given) if name not in NAMES]
    values: dict[str, Any] = {_FIELDS[name]: value for name, value in given.items() if name in _FIELDS}
    faulty: set[str] = set()
    guarded = _is_guarded(values)
    for field in SECRETS:
        path = given.get(f"{setting_name(field)}{FILE}")
        try:
            if path is not None:
                values[field] = read_secret(field, path, already_given=field in values, guarded=guarded)
        except UnusableFile as error:
            problems.append(error.problem)
            faulty.add(field)

    settings, mistakes = _build(values)
    faulty |= mistakes.keys()
    problems.extend(mistakes.values())
    if settings is not None:
        problems.extend(problem for field, problem in problems_of(settings) if field not in faulty)
    if settings is None or problems:
        raise InvalidSettings(tuple(problems))
    return settings


def environment_with(changes: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment of this process with some variables set: for what the command line says instead."""
    return {**os.environ, **changes}


def _build(values: Mapping[str, Any]) -> tuple[Settings | None, dict[str, Problem]]:
    """Return the settings, and what is wrong by field; where something is, the settings are made without it.

    So that everything can be judged at once, and not only what pydantic stumbles over first.
    """
    try:
        return Settings(**values), {}
    except ValidationError as error:
        mistakes = problems_in(error)
    if "env" in mistakes:  # then nothing can be said about the rest
        return None, mistakes
    rest = {field: value for field, value in values.items() if field not in mistakes}
    try:
        return Settings(**rest), mistakes
    except ValidationError:
        return None, mistakes


def _is_guarded(values: Mapping[str, Any]) -> bool:
    settings, _ = _build({"env": values["env"]} if "env" in values else {})
    return settings is None or settings.env.is_guarded


def _unknown(name: str) -> Problem:
    close = get_close_matches(name.removeprefix(PREFIX), [known.removeprefix(PREFIX) for known in NAMES], n=1)
    hint = f"Did you mean {PREFIX}{close[0]}?" if close else "`auth-service settings` lists them all."
    return Problem(name, f"is no setting of this service. {hint}")

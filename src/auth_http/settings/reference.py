"""The settings as a table, made from the settings themselves."""

import ast
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from inspect import cleandoc, getsource
from itertools import pairwise
from typing import Final, cast

from pydantic.fields import FieldInfo

from auth_core import Redacted
from auth_http.settings.model import Settings
from auth_http.settings.problems import setting_name
from auth_http.settings.secret_files import FILE, SECRETS

_HEAD: Final = """\
# Settings

<!-- Made by `auth-service settings --markdown`; change the descriptions in src/auth_http/settings/subjects. -->

Every setting is an environment variable. An empty one is as good as none, and one that nobody knows is refused, so a
typing error is found at the start. `auth-service settings` shows those in force, `auth-service doctor` judges them.

A secret can also be given as a file: append `_FILE` to the name of its variable and give the path. In staging and
production others must not be able to read the file.

| variable | what it says | default |
| --- | --- | --- |
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One setting, for people."""

    name: str
    description: str
    default: str
    is_secret: bool


def entries() -> Iterator[Entry]:
    """Return every setting, in the order of their description."""
    descriptions = _descriptions()
    for field, info in Settings.model_fields.items():
        yield Entry(
            name=setting_name(field),
            description=descriptions.get(field, ""),
            default=_default(info),
            is_secret=field in SECRETS,
        )


def markdown() -> str:
    """Return the reference of all settings."""
    rows = [
        f"| `{entry.name}`{f', `{entry.name}{FILE}`' if entry.is_secret else ''} "
        f"| {_in_cell(entry.description)} | {_in_cell(entry.default)} |"
        for entry in entries()
    ]
    return _HEAD + "\n".join(rows) + "\n"


def values_in_force(settings: Settings) -> dict[str, str]:
    """Return every setting with its value as text; stars stand for secrets."""
    return {setting_name(field): _shown(getattr(settings, field)) for field in Settings.model_fields}


def _descriptions() -> dict[str, str]:
    """Return what is written below each setting. Pydantic could read it, too, but at every start of the service."""
    found: dict[str, str] = {}
    for subject in Settings.__bases__:
        with suppress(OSError):  # Where there are no sources there are no descriptions.
            for above, below in pairwise(_body_of(subject)):
                match above, below:
                    case ast.AnnAssign(target=ast.Name(id=field)), ast.Expr(value=ast.Constant(value=str(text))):
                        found[field] = cleandoc(text)
                    case _:
                        pass
    return found


def _body_of(subject: type) -> list[ast.stmt]:
    (definition,) = ast.parse(getsource(subject)).body
    return definition.body if isinstance(definition, ast.ClassDef) else []


def _default(info: FieldInfo) -> str:
    words = info.json_schema_extra
    default = cast("object", words["default"] if isinstance(words, dict) else info.default)
    return _shown(default)


def _shown(value: object) -> str:  # noqa: PLR0911 - one for each kind of value
    match value:
        case None:
            return ""
        case bool():
            return "on" if value else "off"
        case StrEnum():
            return value.value
        case float():
            return f"{value:g}"
        case tuple():
            return ",".join(str(each) for each in cast("tuple[object, ...]", value))
        case Redacted():
            return str(cast("Redacted[str]", value))
        case _:
            return str(value)


def _in_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

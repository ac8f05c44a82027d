"""What is to be done to one of many users, and what it is answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, cast

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, core_schema

from auth_http.problems import Problem
from auth_http.request_problems import rejected_for
from auth_http.schemas.document import Answered, Asked, Secret, example, without_default
from auth_http.schemas.people import EXAMPLE_USER, LocaleAsked, UserAnswer, given_in
from auth_http.validation import places_of

LARGEST_BULK: Final = 1000

_UUID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_KEY: Final = "A name of your choice, new for each item: sent again, a finished item is answered as before, for a day."


class _Keyed(Asked):
    key: str = Field(description=_KEY, examples=["hire-4711"])


class _OfSomebody(_Keyed):
    user_id: str = Field(pattern=_UUID, json_schema_extra={"format": "uuid"})


class ToCreate(_Keyed):
    """Create a user, as `POST /admin/users` does."""

    do: Literal["create"]
    email: str
    password: Secret
    first_name: str
    last_name: str
    locale: LocaleAsked = None
    roles: list[str] = Field(default=[], max_length=100)
    must_change_password: bool = False


class ToInvite(_Keyed):
    """Invite a user, as `POST /admin/users` does with `invite`."""

    do: Literal["invite"]
    email: str
    first_name: str | None = None
    last_name: str | None = None
    locale: LocaleAsked = None
    roles: list[str] = Field(default=[], max_length=100)


class ToUpdate(_OfSomebody):
    """Change what is given and leave the rest."""

    # Left out is not the same as null, which is refused: the defaults are never read.
    do: Literal["update"]
    email: str = Field(default="", json_schema_extra=without_default)
    first_name: str = Field(default="", json_schema_extra=without_default)
    last_name: str = Field(default="", json_schema_extra=without_default)
    locale: LocaleAsked = Field(default=None, json_schema_extra=without_default)

    @property
    def changes(self) -> dict[str, str]:
        """What is given."""
        return given_in(self, {"email", "first_name", "last_name", "locale"})


class ToDisable(_OfSomebody):
    """Disable a user."""

    do: Literal["disable"]


class ToEnable(_OfSomebody):
    """Enable a disabled user."""

    do: Literal["enable"]


class ToDelete(_OfSomebody):
    """Delete a user."""

    do: Literal["delete"]


class ToRestore(_OfSomebody):
    """Restore a deleted user."""

    do: Literal["restore"]


type ToDo = ToCreate | ToInvite | ToUpdate | ToDisable | ToEnable | ToDelete | ToRestore

_TO_DO: Final[TypeAdapter[ToDo]] = TypeAdapter(Annotated[ToDo, Field(discriminator="do")])
_NAMES: Final = frozenset({"create", "invite", "update", "disable", "enable", "delete", "restore"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item as it came: what is asked for, or what is wrong with it. `written` says all of it, secrets too."""

    key: str | None
    asked: ToDo | Problem
    written: bytes = field(repr=False)

    @classmethod
    def read(cls, document: object) -> "Item":
        """Read one item, strictly. What is wrong with it is wrong with it alone: nothing is raised."""
        written = json.dumps(document, sort_keys=True, separators=(",", ":")).encode("ascii")
        key = cast("Mapping[str, object]", document).get("key") if isinstance(document, dict) else None
        try:
            asked: ToDo | Problem = _TO_DO.validate_python(document)
        except ValidationError as error:
            asked = rejected_for(*places_of(error, behind=_NAMES))
        return cls(key=key if isinstance(key, str) else None, asked=asked, written=written)


class _EachByItself:
    """Teaches pydantic to read every item as `Item.read` does, and to describe it as what it should be."""

    @staticmethod
    def __get_pydantic_core_schema__(source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            lambda document, _: Item.read(document), handler.generate_schema(Annotated[ToDo, Field(discriminator="do")])
        )


class BulkAsked(Asked):
    """Up to 1,000 items, of which each is done and answered by itself, in this order."""

    model_config = ConfigDict(
        json_schema_extra=example(
            items=[
                {
                    "key": "hire-4711",
                    "do": "create",
                    "email": "grace@example.com",
                    "password": "correct horse battery staple",
                    "first_name": "Grace",
                    "last_name": "Hopper",
                    "roles": ["accountant"],
                },
                {"key": "leaves-0815", "do": "disable", "user_id": "0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55"},
            ]
        ),
        arbitrary_types_allowed=True,
    )

    items: list[Annotated[Item, _EachByItself]] = Field(min_length=1, max_length=LARGEST_BULK)


class ItemAnswer(Answered):
    """What became of one item: `status` is what the single call would have been answered with."""

    key: str | None
    status: int
    code: str | None = None
    detail: str | None = None
    errors: tuple[dict[str, str], ...] = ()
    user: UserAnswer | None = None

    @classmethod
    def of(cls, key: str | None, problem: Problem) -> "ItemAnswer":
        """Tell why nothing was done."""
        errors = tuple(dict(each) for each in problem.errors)
        return cls(key=key, status=problem.status, code=problem.code, detail=problem.detail, errors=errors)

    @property
    def is_done(self) -> bool:
        """Whether it was done, now or when it was sent before."""
        return self.status < 300


class BulkAnswer(Answered):
    """What became of every item, in their order. Those with a `status` of 503 were not done, and may be sent again."""

    model_config = ConfigDict(
        json_schema_extra=example(
            done=1,
            failed=1,
            items=[
                {"key": "hire-4711", "status": 201, "code": None, "detail": None, "errors": [], "user": EXAMPLE_USER},
                {
                    "key": "leaves-0815",
                    "status": 404,
                    "code": "user_not_found",
                    "detail": "There is no such user.",
                    "errors": [],
                    "user": None,
                },
            ],
        )
    )

    done: int
    failed: int
    items: tuple[ItemAnswer, ...]

    @classmethod
    def of(cls, items: list[ItemAnswer]) -> "BulkAnswer":
        """Count and tell them."""
        done = sum(each.is_done for each in items)
        return cls(done=done, failed=len(items) - done, items=tuple(items))

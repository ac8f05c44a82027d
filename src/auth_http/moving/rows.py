"""One person in a file, as JSON or as CSV has them."""

import json
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainValidator, ValidationError
from pydantic_core import PydanticCustomError

from auth_core import Redacted
from auth_core.errors import Fault


def _secret(value: Any) -> Redacted[str]:  # noqa: ANN401 - whatever the document has there
    """Take a text, or a document such as Keycloak's credential, for a secret at once."""
    match value:
        case str():
            return Redacted(value)
        case dict():
            return Redacted(json.dumps(value))
        case _:
            raise PydanticCustomError("secret", "This should be a text.")


type Secret = Annotated[Redacted[str], PlainValidator(_secret)]


class Row(BaseModel):
    """What a file may say of a person. Unknown members are refused: a misspelt one would be lost in silence."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    id: UUID | None = None
    email: str
    first_name: str
    last_name: str
    status: str = "active"
    roles: tuple[str, ...] = ()
    created_at: AwareDatetime | None = None
    last_login_at: AwareDatetime | None = None
    must_change_password: bool = False
    password_hash: Secret | None = None
    password_scheme: str | None = None
    password_salt: Secret | None = None
    password_salt_encoding: Literal["text", "hex", "base64"] = "text"  # noqa: S105 - the name of an encoding
    password_salt_position: Literal["before", "after"] = "before"  # noqa: S105 - a place


FIELDS: Final = tuple(Row.model_fields)


def faults_in(error: ValidationError) -> tuple[Fault, ...]:
    """Return what pydantic found, without anything that stood in the row."""
    return tuple(_fault(str(each["loc"][0]) if each["loc"] else "", each["type"]) for each in error.errors())


def _fault(field: str, kind: str) -> Fault:
    match kind:
        case "missing":
            return Fault(field, "missing", "This is missing.")
        case "extra_forbidden":
            return Fault(field, "unknown_field", f"Nothing of this name is known. What is: {', '.join(FIELDS)}.")
        case "json_invalid":
            return Fault("", "not_json", "This is not one JSON document.")
        case "model_type" | "model_attributes_type":
            return Fault("", "not_an_object", "A line is one JSON object.")
        case _:
            return Fault(field, "invalid", "This is not what can stand here.")

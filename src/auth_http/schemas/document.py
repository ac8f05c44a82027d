"""What documents have in common: those asked for are read strictly, those answered are written as they are."""

from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, JsonValue
from pydantic.config import JsonDict
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema, to_json

from auth_core.redacted import Redacted


class Asked(BaseModel):
    """A document a caller sends: unknown members are refused, and nothing is taken for something it is not."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Answered(BaseModel):
    """A document we send."""

    model_config = ConfigDict(frozen=True)


class _AsRedacted:
    """Teaches pydantic to read a text as a secret at once: no model ever holds the text itself."""

    @staticmethod
    def __get_pydantic_core_schema__(source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_redact, core_schema.str_schema(strict=True))

    @staticmethod
    def __get_pydantic_json_schema__(schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "format": "password", "writeOnly": True}


def _redact(text: str) -> Redacted[str]:
    return Redacted(text)


Secret = Annotated[Redacted[str], _AsRedacted]
"""A password or a token in a document that is asked for."""


def answered(document: Answered, *, status: int = 200) -> Response:
    """Return `document` as the answer."""
    return Response(to_json(document), status_code=status, media_type="application/json")


def example(**members: JsonValue) -> JsonDict:
    """Return what makes `members` the example of a document."""
    return {"examples": [members]}


def without_default(schema: JsonDict) -> None:
    """Tell of no default: it is never read where a member that is left out has a meaning of its own."""
    schema.pop("default", None)

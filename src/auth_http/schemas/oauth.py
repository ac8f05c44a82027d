"""The form of the token endpoint, and how it tells of errors."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from auth_core.redacted import Redacted
from auth_http.schemas.document import Secret, example


def _not_given() -> Redacted[str]:
    return Redacted("")


class TokenForm(BaseModel):
    """What a client asks for (RFC 6749 §4.3.2, §6): optional to the eye, for the endpoint tells in its own way."""

    model_config = ConfigDict(
        frozen=True,
        hide_input_in_errors=True,
        json_schema_extra=example(
            grant_type="password",
            username="grace@example.com",
            password="correct horse battery staple",  # noqa: S106 - an example
        ),
    )

    grant_type: str = Field(default="", description="`password` or `refresh_token`.")
    username: str = Field(default="", description="The e-mail address, for `password`.")
    password: Secret = Field(default_factory=_not_given, description="For `password`.")
    refresh_token: Secret = Field(default_factory=_not_given, description="For `refresh_token`.")
    scope: str = Field(default="", description="Not used.")


OAUTH_ERROR: Final[dict[str, Any]] = {
    "title": "OAuthError",
    "description": "What went wrong at an OAuth endpoint (RFC 6749 §5.2).",
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "description": "Stable."},
        "error_description": {"type": "string", "description": "For people."},
    },
}

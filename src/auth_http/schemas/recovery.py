"""What is asked for and answered around mail that proves something."""

from pydantic import ConfigDict

from auth_http.schemas.document import Answered, Asked, Secret, example

_TOKEN = "Zl9tqUuQh3xTjvP1cQ4bq0m5aYg2r8kN7sWdEoXfLhM"  # noqa: S105 - an example


class Accepted(Answered):
    """Nothing, whatever becomes of it: a mail tells the rest."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"examples": [{}]})


class AddressOfSomebody(Asked):
    """The address of an account, perhaps."""

    model_config = ConfigDict(json_schema_extra=example(email="grace@example.com"))

    email: str


class SentToken(Asked):
    """The token that was sent: what is behind `#token=` in the link."""

    model_config = ConfigDict(json_schema_extra=example(token=_TOKEN))

    token: Secret


class ForgottenPassword(SentToken):
    """The token that was sent, and the password that takes the place of the forgotten one."""

    model_config = ConfigDict(
        json_schema_extra=example(
            token=_TOKEN,
            new_password="paper lantern under the bridge",  # noqa: S106 - an example
        )
    )

    new_password: Secret


class EmailChange(Asked):
    """The address to move to, and the password of the account."""

    model_config = ConfigDict(
        json_schema_extra=example(
            new_email="grace.hopper@example.org",
            password="correct horse battery staple",  # noqa: S106 - an example
        )
    )

    new_email: str
    password: Secret

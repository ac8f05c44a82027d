"""Passwords, as they are asked for."""

from pydantic import ConfigDict

from auth_http.schemas.document import Asked, Secret, example


class PasswordChange(Asked):
    """The current password and the one that takes its place."""

    model_config = ConfigDict(
        json_schema_extra=example(
            current_password="correct horse battery staple",  # noqa: S106 - an example
            new_password="paper lantern under the bridge",  # noqa: S106 - an example
        )
    )

    current_password: Secret
    new_password: Secret

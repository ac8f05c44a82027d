"""The stage, the folder and the secrets everything else stands on."""

from pathlib import Path

from pydantic import Field

from auth_http.settings.defaults import in_words
from auth_http.settings.forms import Secret
from auth_http.settings.stage import Stage
from auth_http.settings.subjects.subject import Subject


class WholeSettings(Subject):
    """What everything else stands on."""

    env: Stage = Field(default=Stage.DEVELOPMENT)
    """Where the service runs: development, test, staging or production. In staging and production nothing is made up:
    what is missing or unsafe is refused.
    """

    data_dir: Path = Field(default=Path(".data"))
    """The folder for what is made up in development and test: the embedded database and the secrets."""

    master_secret: Secret | None = Field(
        default=None,
        json_schema_extra=in_words("made once, in a file under AUTH_DATA_DIR; required in staging and production"),
    )
    """The secret from which the keys for signing, sealing and hashing are derived: at least 32 random bytes, for
    example from `openssl rand -base64 48`. Whoever loses it loses every password and session.
    """

    previous_master_secret: Secret | None = Field(default=None, json_schema_extra=in_words("none"))
    """The master secret before this one, or the one to come: what was made under it is good as well."""

    @property
    def makes_things_up(self) -> bool:
        """Whether a database or a secret that is not given is made."""
        return not self.env.is_guarded

"""What the settings of every subject have in common."""

from typing import override

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from auth_http.settings.problems import PREFIX


class Subject(BaseSettings):
    """The settings of one subject. Nobody makes it: `Settings` is all of them."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        defer_build=True,  # Only `Settings` is ever made, and builds its validator once.
    )

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is given and nothing else: the environment is read by `read_settings()`, which checks it too."""
        return (init_settings,)

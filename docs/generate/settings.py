"""The page of the settings, which the settings tell of themselves."""

from auth_http.settings import reference


def page() -> str:
    """Return the page; `auth-service settings --markdown` prints the same."""
    return reference.markdown()

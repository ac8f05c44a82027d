"""The service as it describes itself. That takes longer than most tests do, so it does it once for all of them."""

from typing import Any, Final

from auth_http.application import application
from auth_http.settings import Settings
from tests.unit.http.parts import Parts

APP: Final = application(Parts(settings=Settings(docs=True)))
DOCUMENT: Final[dict[str, Any]] = APP.openapi()

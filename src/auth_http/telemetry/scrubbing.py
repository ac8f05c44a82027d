"""The shapes of secrets, and their removal: a second line of defence, for the day the first one fails.

The first is that no secret is ever handed to a log. Here stars replace what looks like one all the same: a token, a
password in an address, the value beside a name such as `password`.
"""

import re
from functools import lru_cache
from typing import Final

STARS: Final = "********"

_NAME: Final = (
    r"(?:pass(?:word|wd|phrase)|pwd|secret|token|authorization|cookie|pepper|dsn|credentials?|api[_-]?key"
    r"|private[_-]?key|database[_-]?url)s?"
)
_SECRET_KEY: Final = re.compile(rf"(?:.*[_.-])?(?:{_NAME})", re.IGNORECASE)

_SHAPES: Final = (
    (re.compile(r"authcs_[\w-]+", re.ASCII), STARS),
    (re.compile(r"eyJ[\w-]{8,}(?:\.[\w-]*){0,2}", re.ASCII), STARS),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), STARS),
    (re.compile(r"\$sealed-bcrypt\$[\w=-]*", re.ASCII), STARS),
    (re.compile(r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{22,53}"), STARS),
    (re.compile(r"(://[^\s:@/]{0,200}):\S{0,500}@"), rf"\1:{STARS}@"),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]+", re.ASCII | re.IGNORECASE), rf"\1 {STARS}"),
    # password=…, "password": "…", 'password': '…'
    (
        re.compile(
            rf"""((?:\b|_)(?:{_NAME})(?:["']\s*[:=]\s*|=))(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s"'&,;)}}\]]+)""",
            re.IGNORECASE,
        ),
        rf"\1{STARS}",
    ),
)
_SIGN: Final = re.compile(r"authcs_|eyJ|PRIVATE KEY|\$|://|bearer|basic|[='\"]", re.IGNORECASE)
"""No shape is without one of these. Most texts are, and to look for all shapes takes thirty times as long."""


def scrubbed(text: str) -> str:
    """Return the text with stars where a secret seems to stand."""
    if _SIGN.search(text) is None:
        return text
    for shape, stars in _SHAPES:
        text = shape.sub(stars, text)
    return text


@lru_cache(maxsize=1024)
def names_a_secret(key: str) -> bool:
    """Say whether what stands beside this name is a secret: `refresh_token` is one, `token_id` is none."""
    return _SECRET_KEY.fullmatch(key) is not None

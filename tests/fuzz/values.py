"""Values that have broken services, and may again."""

from random import Random
from typing import Any, Final

# What `json.dumps` cannot write stands for itself: it is put into the text later.
RAW: Final = (
    b"NaN", b"-Infinity", b"1e999", b"-0", b"1E400", b"0x10", b"01", b"'a'", b"9" * 400, b"[" * 40 + b"]" * 40,
    b'{"a":' * 40 + b"1" + b"}" * 40, b'"\\ud800"', b'"\\udfff\\ud800"', b'"\\u0000"', b'"a\\u0000b"', b'"\xff"',
    b'"\xc0\x80"', b'"\xed\xa0\x80"', b"undefined", b"", b"/**/1", b'"\t"', b'"\n"',
)  # fmt: skip
TEXTS: Final = (
    "", " ", "a", "0", "-1", "null", "true", "[]", "{}", "*", "%", "%s%n%x", "${jndi:x}", "{{7*7}}", "' OR 1=1--", "\\",
    "../../etc/passwd", "a" * 255, "a" * 256, "a" * 1025, "a" * 70_000, "é" * 300, "e\u0301" * 100, "😀" * 70, "\u202e",
    "\u200b", "\ufeff", "\u0130", "ß", "ﬁ", "K", "\u0131", "\x7f", "\x1b[31m", "a\r\nX-Evil: 1", "a\nb", "\t", "\x85",
    "\u2028",
    "a@b.c", "a@b", "@", "a@@b.c", '"a b"@example.com', "a@[127.0.0.1]", "a@example.com.", "a@EXAMPLE.com", "a@é.com",
    "a@xn--9ca.com", "a@xn--a.com", "a" * 64 + "@example.com", "a" * 65 + "@example.com", "a@" + "b." * 130 + "com",
    "a+b@example.com", "a@example.com,b@example.com", "<a@example.com>", "a@example.com\r\nBcc: b@example.com",
    "00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
    "{0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55}", "urn:uuid:0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55",
    "0199a1f35c007a3e9b1c2f6d1e0c4a55", "0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a5", "9999-12-31T23:59:59-23:59",
    "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z",
    "2026-11-24", "2026-11-24T24:00:00Z", "2026-11-24T00:00:60Z", "1e18", "99999999999999", "admin", "user:",
    ":", "a:b:c",
    "*:*", "users:*", "USERS:READ", "a.b.c", "..", "eyJhbGciOiJub25lIn0..", "authcs_", "authcs_" + "A" * 43, "A" * 43,
)  # fmt: skip
NUMBERS: Final = (
    0, 1, -1, 2, 100, 101, 500, 501, 1000, 1001, 2**31 - 1, 2**31, -(2**31) - 1, 2**53, 2**63 - 1, 2**63, -(2**63),
    2**64, 10**30, 0.1, -0.0, 1e308, 5e-324,
)  # fmt: skip


def text(dice: Random) -> str:
    """Return some text."""
    if dice.random() < 0.8:
        return dice.choice(TEXTS)
    return "".join(chr(dice.choice((dice.randrange(128), dice.randrange(0xD800)))) for _ in range(dice.randrange(30)))


def value(dice: Random, depth: int = 0) -> Any:  # noqa: ANN401 - anything JSON can write
    """Return any value."""
    match dice.randrange(8 if depth < 3 else 5):
        case 0:
            return dice.choice(NUMBERS)
        case 1:
            return dice.choice((None, True, False))
        case 5:
            return [value(dice, depth + 1) for _ in range(dice.randrange(4))]
        case 6:
            return {text(dice)[:40]: value(dice, depth + 1) for _ in range(dice.randrange(4))}
        case _:
            return text(dice)

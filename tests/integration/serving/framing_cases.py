"""Requests whose end, target or version could be read in two ways, and those that only look so."""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Verdict(Enum):
    """What must become of a request that is sent to us without a proxy."""

    REFUSED = "refused, and the connection ends"
    SERVED = "served, and the connection goes on"
    SERVED_LAST = "served, and the connection ends"


@dataclass(frozen=True, slots=True)
class Case:
    """A head, a body that may hide another request, and what must become of the whole.

    In what is sent `{id}` stands for the id of this request and `{inner}` for that of the hidden one: the log tells
    which of them were taken for requests.
    """

    name: str
    head: bytes
    body: bytes = b""
    verdict: Verdict = Verdict.REFUSED
    status: int = 400
    apart: bool = False
    """Whether the body arrives by itself."""

    def pieces(self, request_id: str, inner: str) -> tuple[bytes, ...]:
        """Return what is sent, in one piece or in two."""
        head, body = (
            part.replace(b"{id}", request_id.encode()).replace(b"{inner}", inner.encode())
            for part in (self.head, self.body)
        )
        return (head, body) if self.apart else (head + body,)


_HOST: Final = b"Host: auth.example\r\nX-Request-ID: {id}\r\n"
HIDDEN: Final = b"GET /health/live HTTP/1.1\r\nHost: auth.example\r\nX-Request-ID: {inner}\r\n\r\n"
_TE: Final = b"Transfer-Encoding: chunked\r\n"
_JSON: Final = b"Content-Type: application/json\r\n"


def _get(name: str, *, line: bytes = b"GET /health/live HTTP/1.1", fields: bytes = b"", status: int = 400) -> Case:
    return Case(name, line + b"\r\n" + _HOST + fields + b"\r\n", HIDDEN, status=status)


def _post(name: str, fields: bytes, body: bytes = b"0\r\n\r\n" + HIDDEN, *, version: bytes = b"1.1") -> Case:
    return Case(name, b"POST /auth/verify HTTP/" + version + b"\r\n" + _HOST + _JSON + fields + b"\r\n", body)


def _chunked(name: str, chunks: bytes) -> Case:
    return _post(name, _TE, chunks + HIDDEN)


def _length(value: bytes) -> bytes:
    return b"Content-Length: " + value + b"\r\n"


_WHOLE: Final = b"%d" % len(HIDDEN.replace(b"{inner}", b"case-000-inner"))
_OK: Final = b"GET /health/live HTTP/1.1\r\n" + _HOST
_EMPTY: Final = b"POST /auth/verify HTTP/1.1\r\n" + _HOST + _JSON

REFUSED: Final = (
    # A length and a coding, or two of either.
    _post("length and coding", _length(_WHOLE) + _TE),
    _post("coding and length", _TE + _length(_WHOLE)),
    _post("length zero and coding", _length(b"0") + _TE),
    _post("two lengths that agree", _length(b"2") * 2, b"{}" + HIDDEN),
    _post("two lengths that differ", _length(b"2") + _length(_WHOLE), b"{}" + HIDDEN),
    _post("a list of lengths", _length(b"2, 2"), b"{}" + HIDDEN),
    _post("a length with a sign", _length(b"+2"), b"{}" + HIDDEN),
    _post("a negative length", _length(b"-2"), b"{}" + HIDDEN),
    _post("a hexadecimal length", _length(b"0x2"), b"{}" + HIDDEN),
    _post("an empty length", _length(b""), b"{}" + HIDDEN),
    _post("a length beyond 64 bits", _length(b"18446744073709551618"), b"{}" + HIDDEN),
    _post("a space before the colon of the length", b"Content-Length : 2\r\n", b"{}" + HIDDEN),
    _post("a length folded", b"Content-Length:\r\n 2\r\n", b"{}" + HIDDEN),
    # Codings that one reader knows and another does not.
    _post("coding twice", _TE * 2),
    _post("coding chunked, chunked", b"Transfer-Encoding: chunked, chunked\r\n"),
    _post("coding gzip, chunked", b"Transfer-Encoding: gzip, chunked\r\n"),
    _post("coding identity", b"Transfer-Encoding: identity\r\n"),
    _post("coding xchunked", b"Transfer-Encoding: xchunked\r\n"),
    _post("coding with a vertical tab", b"Transfer-Encoding: \x0bchunked\r\n"),
    _post("coding folded", b"Transfer-Encoding:\r\n chunked\r\n"),
    _post("an empty coding", b"Transfer-Encoding:\r\n"),
    _post("a space before the colon of the coding", b"Transfer-Encoding : chunked\r\n"),
    _post("coding in HTTP/1.0", _TE, version=b"1.0"),
    # Chunks.
    _chunked("a line feed after a chunk's size", b"2\n{}\r\n0\r\n\r\n"),
    _chunked("a line feed in a chunk's extension", b"2;a\n{}\r\n0\r\n\r\n"),
    _chunked("a space after a chunk's size", b"2 \r\n{}\r\n0\r\n\r\n"),
    _chunked("a chunk's size with 0x", b"0x2\r\n{}\r\n0\r\n\r\n"),
    _chunked("a negative chunk", b"-2\r\n{}\r\n0\r\n\r\n"),
    _chunked("a chunk beyond 64 bits", b"10000000000000002\r\n{}\r\n0\r\n\r\n"),
    _chunked("something between chunks", b"2\r\n{}XX0\r\n\r\n"),
    _chunked("a line feed after a chunk", b"2\r\n{}\n0\r\n\r\n"),
    _chunked("line feeds in the end", b"2\r\n{}\r\n0\n\n"),
    _chunked("a trailer field", b"2\r\n{}\r\n0\r\nX-Forwarded-For: 192.0.2.9\r\n\r\n"),
    # Lines and fields.
    Case("line feeds alone", b"GET /health/live HTTP/1.1\nHost: auth.example\nX-Request-ID: {id}\n\n", HIDDEN),
    Case("a line feed after a field", b"GET /health/live HTTP/1.1\r\nHost: auth.example\nA: b\r\n\r\n", HIDDEN),
    Case("a line feed for the last line", _OK + b"\n", HIDDEN),
    _get("a carriage return in a value", fields=b"A: a\rb\r\n"),
    _get("a NUL in a value", fields=b"A: a\x00b\r\n"),
    _get("a folded field", fields=b"A: b\r\n c\r\n"),
    _get("a field that begins with a space", fields=b" A: b\r\n"),
    _get("a space before a colon", fields=b"A : b\r\n"),
    _get("a field without a colon", fields=b"Abc\r\n"),
    _get("a field without a name", fields=b": b\r\n"),
    _get("a bracket in a name", fields=b"A(b): c\r\n"),
    _get("two hosts", fields=b"Host: evil.example\r\n"),
    Case("no host", b"GET /health/live HTTP/1.1\r\nX-Request-ID: {id}\r\n\r\n", HIDDEN),
    Case("a host with a path", b"GET /health/live HTTP/1.1\r\nHost: evil/?x=\r\n\r\n", HIDDEN),
    _get("65 fields", fields=b"A: b\r\n" * 65, status=431),
    _get("a head of 40 KiB", fields=b"A: " + b"b" * 40960 + b"\r\n", status=431),
    # Targets and versions.
    _get("the absolute form", line=b"GET http://evil.example/health/live HTTP/1.1"),
    _get("the asterisk form", line=b"OPTIONS * HTTP/1.1"),
    _get("the authority form", line=b"CONNECT evil.example:80 HTTP/1.1"),
    _get("a user before the host", line=b"GET @evil.example/health/live HTTP/1.1"),
    _get("a target without a slash", line=b"GET health/live HTTP/1.1"),
    _get("a fragment", line=b"GET /health/live#x HTTP/1.1"),
    _get("a backslash", line=b"GET \\health\\live HTTP/1.1"),
    _get("a byte above 127", line=b"GET /health/live\xe9 HTTP/1.1"),
    _get("a space in the target", line=b"GET /health/live x HTTP/1.1"),
    _get("a tab for a space", line=b"GET\t/health/live HTTP/1.1"),
    _get("a space at the end of the line", line=b"GET /health/live HTTP/1.1 "),
    _get("a method in lower case", line=b"get /health/live HTTP/1.1"),
    _get("an unknown method", line=b"FOO /health/live HTTP/1.1"),
    _get("HTTP/0.9 by name", line=b"GET /health/live HTTP/0.9", status=505),
    _get("HTTP/1.2", line=b"GET /health/live HTTP/1.2"),
    _get("HTTP/2.0", line=b"GET /health/live HTTP/2.0", status=505),
    Case("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Case("a TLS greeting", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    # Another protocol, or another answer, is asked for.
    Case(
        "an upgrade with a body",
        _EMPTY + b"Connection: Upgrade\r\nUpgrade: h2c\r\n" + _length(_WHOLE) + b"\r\n",
        HIDDEN,
        apart=True,
    ),
    _get("an upgrade", fields=b"Connection: Upgrade\r\nUpgrade: websocket\r\n"),
    _get("an unknown expectation", fields=b"Expect: a-miracle\r\n", status=417),
)

SERVED: Final = (
    Case("a plain request", _OK + b"\r\n", verdict=Verdict.SERVED, status=200),
    Case("empty lines before it", b"\r\n\r\n" + _OK + b"\r\n", verdict=Verdict.SERVED, status=200),
    Case("a doubled slash", b"GET //health/live HTTP/1.1\r\n" + _HOST + b"\r\n", verdict=Verdict.SERVED, status=404),
    Case(
        "a hidden request in a body of the right length",
        _EMPTY + _length(_WHOLE) + b"\r\n",
        HIDDEN,
        verdict=Verdict.SERVED,
    ),
    Case(
        "a chunk with an extension",
        _EMPTY + _TE + b"\r\n",
        b'2;a="b c"\r\n{}\r\n0\r\n\r\n',
        verdict=Verdict.SERVED,
        status=422,
    ),
    Case("CHUNKED", _EMPTY + _TE.upper() + b"\r\n", b"2\r\n{}\r\n0\r\n\r\n", verdict=Verdict.SERVED, status=422),
    Case(
        "only the connection asks for an upgrade",
        _EMPTY + b"Connection: Upgrade\r\n" + _length(b"2") + b"\r\n",
        b"{}",
        verdict=Verdict.SERVED,
        status=422,
    ),
    Case(
        "HTTP/1.0 without a host, as health checks come",
        b"GET /health/live HTTP/1.0\r\nX-Request-ID: {id}\r\n\r\n",
        HIDDEN,
        verdict=Verdict.SERVED_LAST,
        status=200,
    ),
    Case(
        "a request behind one that is the last",
        _OK + b"Connection: close\r\n\r\n",
        HIDDEN,
        verdict=Verdict.SERVED_LAST,
        status=200,
    ),
    Case("garbage behind a request", _OK + b"\r\n", b"\x00garbage\r\n\r\n", verdict=Verdict.SERVED_LAST, status=200),
    Case(
        "a body that is not wanted and goes wrong",
        _EMPTY + _length(b"99999999") + b"\r\n",
        HIDDEN,
        verdict=Verdict.SERVED_LAST,
        status=413,
    ),
)

CASES: Final = (*REFUSED, *SERVED)

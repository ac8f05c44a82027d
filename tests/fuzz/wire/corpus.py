"""Requests as bytes: well-formed ones to be damaged, and those nobody who means well would send."""

import json
from collections.abc import Mapping
from typing import Final

SECRET: Final = "cnry-wire-5e1f0c7a"

_REGISTRATION: Final = {"email": "ada@example.org", "password": SECRET, "first_name": "Ada", "last_name": "Lovelace"}


def request(method: str, target: str, *fields: str, body: bytes = b"") -> bytes:
    """Return a request that is well-formed, but for what is given."""
    lines = [f"{method} {target} HTTP/1.1", "Host: auth.example", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _json(path: str, document: object) -> bytes:
    return request("POST", path, "Content-Type: application/json", body=json.dumps(document).encode())


def _form(path: str, form: bytes) -> bytes:
    return request("POST", path, "Content-Type: application/x-www-form-urlencoded", body=form)


WELL_FORMED: Final = (
    request("GET", "/health/live"),
    request("GET", "/auth/me", f"Authorization: Bearer {SECRET}.a.b"),
    request("GET", "/admin/users?limit=10&q=ada", f"Authorization: Bearer {SECRET}"),
    request("HEAD", "/.well-known/jwks.json", 'If-None-Match: "x"'),
    request("GET", "/auth/revocations?after=1795507512000000.2.83", "Authorization: Basic YTpi"),
    request("DELETE", "/auth/sessions/0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55", "Authorization: Bearer a.b.c"),
    _json("/auth/register", _REGISTRATION),
    _json("/auth/login", {"email": "ada@example.org", "password": SECRET}),
    _json("/auth/refresh", {"refresh_token": f"a.b.{SECRET}"}),
    _json("/auth/verify", {"token": f"a.b.{SECRET}"}),
    _json("/auth/password/reset", {"token": SECRET, "new_password": SECRET}),
    _json("/auth/email/verify", {"token": SECRET}),
    _form("/auth/token", f"grant_type=password&username=ada%40example.org&password={SECRET}".encode()),
    _form("/oauth/introspect", f"token={SECRET}&client_id=a&client_secret={SECRET}".encode()),
    request("POST", "/auth/login", "Content-Type: application/json", "Transfer-Encoding: chunked")
    + b'1b\r\n{"email":"a@b.c","password"\r\n6\r\n:"abc"\r\n1\r\n}\r\n0\r\n\r\n',
    request("PATCH", "/auth/me", "Content-Type: application/json", 'If-Match: "1"', body=b'{"first_name":"A"}'),
)

_HOST: Final = b"Host: auth.example\r\n"

HOSTILE: Final[Mapping[str, bytes]] = {
    "nothing": b"",
    "one byte": b"\x00",
    "line feeds": b"\r\n" * 1000,
    "NULs": b"\x00" * 10_000,
    "0xff": b"\xff" * 10_000,
    "a TLS hello": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
    "HTTP/0.9": b"GET /health/live\r\n",
    "HTTP/1.0": b"GET /health/live HTTP/1.0\r\n\r\n",
    "HTTP/1.2": b"GET /health/live HTTP/1.2\r\n" + _HOST + b"\r\n",
    "HTTP/9.9": b"GET /health/live HTTP/9.9\r\n" + _HOST + b"\r\n",
    "HTTP/1.1 in small": b"GET /health/live http/1.1\r\n" + _HOST + b"\r\n",
    "no version": b"GET /health/live \r\n" + _HOST + b"\r\n",
    "an unknown method": b"BREW /health/live HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a method in small": b"get /health/live HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a method of 100,000": b"G" * 100_000 + b" / HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a method with NUL": b"GE\x00T / HTTP/1.1\r\n" + _HOST + b"\r\n",
    "no method": b" / HTTP/1.1\r\n" + _HOST + b"\r\n",
    "CONNECT": b"CONNECT auth.example:443 HTTP/1.1\r\n" + _HOST + b"\r\n",
    "TRACE": b"TRACE /auth/me HTTP/1.1\r\n" + _HOST + b"\r\n",
    "OPTIONS *": b"OPTIONS * HTTP/1.1\r\n" + _HOST + b"\r\n",
    "an absolute target": b"GET http://evil.example/auth/me HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a target of two slashes": b"GET //evil.example/ HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a target without a slash": b"GET auth/me HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a target of 200,000": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a query of 60,000": b"GET /admin/users?q=" + b"a" * 60_000 + b" HTTP/1.1\r\n" + _HOST + b"\r\n",
    "NUL in the target": b"GET /auth/\x00me HTTP/1.1\r\n" + _HOST + b"\r\n",
    "%00 in the target": b"GET /auth/%00me HTTP/1.1\r\n" + _HOST + b"\r\n",
    "%0a in the target": b"GET /auth/me%0a HTTP/1.1\r\n" + _HOST + b"\r\n",
    "half an escape": b"GET /auth/me%2 HTTP/1.1\r\n" + _HOST + b"\r\n",
    "no UTF-8 in the target": b"GET /auth/%ff%fe HTTP/1.1\r\n" + _HOST + b"\r\n",
    "raw bytes in the target": b"GET /auth/\xff\xfe HTTP/1.1\r\n" + _HOST + b"\r\n",
    "surrogates in the target": b"GET /auth/%ed%a0%80 HTTP/1.1\r\n" + _HOST + b"\r\n",
    "dots": b"GET /auth/../../etc/passwd HTTP/1.1\r\n" + _HOST + b"\r\n",
    "escaped dots": b"GET /auth/%2e%2e%2fadmin HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a space in the target": b"GET /auth/ me HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a fragment": b"GET /auth/me#x HTTP/1.1\r\n" + _HOST + b"\r\n",
    "no host": b"GET /auth/me HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /auth/me HTTP/1.1\r\n" + _HOST * 2 + b"\r\n",
    "a header without a colon": b"GET /auth/me HTTP/1.1\r\n" + _HOST + b"nothing\r\n\r\n",
    "a header without a name": b"GET /auth/me HTTP/1.1\r\n" + _HOST + b": x\r\n\r\n",
    "a space before the colon": b"GET /auth/me HTTP/1.1\r\n" + _HOST + b"Authorization : Bearer x\r\n\r\n",
    "a folded header": b"GET /auth/me HTTP/1.1\r\n" + _HOST + b"X: a\r\n b\r\n\r\n",
    "NUL in a header": b"GET /auth/me HTTP/1.1\r\n" + _HOST + b"X: a\x00b\r\n\r\n",
    "NUL in a name": b"GET /auth/me HTTP/1.1\r\n" + _HOST + b"X\x00: a\r\n\r\n",
    "a bare CR": b"GET /auth/me HTTP/1.1\r\n" + _HOST + b"X: a\rb\r\n\r\n",
    "bare LFs": b"GET /auth/me HTTP/1.1\nHost: auth.example\n\n",
    "a thousand headers": b"GET /auth/me HTTP/1.1\r\n" + _HOST + b"X: y\r\n" * 1000 + b"\r\n",
    "a header of 1 MB": b"GET /auth/me HTTP/1.1\r\n" + _HOST + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n",
    "headers without an end": b"GET /auth/me HTTP/1.1\r\n" + _HOST + b"X: y\r\n" * 200,
    "a length that is none": b"POST /auth/login HTTP/1.1\r\n" + _HOST + b"Content-Length: x\r\n\r\n",
    "a length below nothing": b"POST /auth/login HTTP/1.1\r\n" + _HOST + b"Content-Length: -1\r\n\r\n",
    "a length with a sign": b"POST /auth/login HTTP/1.1\r\n" + _HOST + b"Content-Length: +2\r\n\r\n{}",
    "a length of 30 digits": b"POST /auth/login HTTP/1.1\r\n" + _HOST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n",
    "two lengths": b"POST /auth/login HTTP/1.1\r\n" + _HOST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "a length and chunks": b"POST /auth/login HTTP/1.1\r\n"
    + _HOST
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin/users HTTP/1.1\r\n"
    + _HOST
    + b"\r\n",
    "chunks of no size": b"POST /auth/login HTTP/1.1\r\n" + _HOST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "a chunk of 2^64": b"POST /auth/login HTTP/1.1\r\n"
    + _HOST
    + b"Transfer-Encoding: chunked\r\n\r\n1"
    + b"0" * 16
    + b"\r\n",
    "a chunk below nothing": b"POST /auth/login HTTP/1.1\r\n" + _HOST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
    "a chunk with an extension": b"POST /auth/login HTTP/1.1\r\n"
    + _HOST
    + b"Transfer-Encoding: chunked\r\n\r\n2;"
    + b"a" * 70_000
    + b"\r\n{}\r\n0\r\n\r\n",
    "an unknown coding": b"POST /auth/login HTTP/1.1\r\n"
    + _HOST
    + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "trailers": b"POST /auth/login HTTP/1.1\r\n"
    + _HOST
    + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\nHost: z\r\n\r\n",
    "an upgrade": b"GET /auth/me HTTP/1.1\r\n"
    + _HOST
    + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    + b"Sec-WebSocket-Version: 13\r\n\r\n",
    "an upgrade to HTTP/2": b"GET /auth/me HTTP/1.1\r\n" + _HOST + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "an expectation": b"POST /auth/login HTTP/1.1\r\n" + _HOST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    "an expectation nobody knows": b"POST /auth/login HTTP/1.1\r\n"
    + _HOST
    + b"Expect: tea\r\nContent-Length: 2\r\n\r\n{}",
    "a hundred in a row": request("GET", "/health/live") * 100,
    "one and rubbish": request("GET", "/health/live") + b"\xff\x00 rubbish\r\n\r\n",
    "a body that is half there": b"POST /auth/login HTTP/1.1\r\n" + _HOST + b"Content-Length: 100\r\n\r\n{",
    "a proxy's line": b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + request("GET", "/auth/me"),
}

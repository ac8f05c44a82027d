"""Answers for those whose request never became one: no application has seen it."""

import json
from collections.abc import Iterable
from http import HTTPStatus
from uuid import uuid4

from auth_http.middleware.security_headers import careful_headers
from auth_http.problems import MEDIA_TYPE, Problem


def raw_answer(problem: Problem, server_headers: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
    """Return the whole answer that tells `problem`, as it goes over the wire."""
    request_id = uuid4().hex
    content = json.dumps(problem.document(request_id)).encode("ascii")
    headers = [
        *server_headers,
        (b"content-type", MEDIA_TYPE.encode("ascii")),
        (b"content-length", str(len(content)).encode("ascii")),
        (b"x-request-id", request_id.encode("ascii")),
        *((name.lower().encode("ascii"), value.encode("ascii")) for name, value in problem.headers.items()),
    ]
    status = HTTPStatus(problem.status)
    lines = [b"HTTP/1.1 %d %s" % (status.value, status.phrase.encode("ascii"))]
    lines += [name + b": " + value for name, value in careful_headers(headers, https_only=False)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + content

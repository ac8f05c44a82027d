"""Answers that callers keep: told again only when they have changed (RFC 9110 §13)."""

import hashlib

from fastapi import Request, Response


def answer_unless_known(request: Request, body: bytes, *, media_type: str, cache_control: str) -> Response:
    """Return `body` under the tag of its content, or 304 when the caller has that already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"Cache-Control": cache_control, "ETag": tag}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)

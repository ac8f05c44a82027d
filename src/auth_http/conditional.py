"""Answers that callers keep, and changes that depend on what they have seen (RFC 9110 §13)."""

import hashlib
import re
from typing import Annotated, Final

from fastapi import Depends, Header, Request, Response

from auth_core.seen import Seen

_TAGS: Final = re.compile(r'[ \t]*(?:W/)?"[\x21\x23-\x7e]*"[ \t]*(?:,[ \t]*(?:W/)?"[\x21\x23-\x7e]*"[ \t]*)*')
_TAG: Final = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"')


def answer_unless_known(request: Request, body: bytes, *, media_type: str, cache_control: str) -> Response:
    """Return `body` under the tag of its content, or 304 when the caller has that already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"Cache-Control": cache_control, "ETag": tag}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def seen_by(
    request: Request,
    if_match: Annotated[
        str | None,
        Header(
            description="The `ETag` of what you have read (RFC 9110 §13.1.1): what has changed since is left as it is.",
            examples=['"7"'],
        ),
    ] = None,
) -> Seen:
    """Return the tags that `If-Match` names; None when there is none, or any state will do.

    Tags are compared strongly: a weak one names no state, nor does what is no tag.
    """
    if if_match is None:
        return None
    told = ",".join(request.headers.getlist("if-match"))
    if told.strip() == "*":
        return None
    if _TAGS.fullmatch(told) is None:
        return ()
    return frozenset(tag for weak, tag in _TAG.findall(told) if not weak)


IfMatch = Annotated[Seen, Depends(seen_by)]
"""What the caller has seen of what they change."""


def tagged(response: Response, tag: str) -> Response:
    """Return `response` under the tag of the state it tells."""
    response.headers["ETag"] = f'"{tag}"'
    return response

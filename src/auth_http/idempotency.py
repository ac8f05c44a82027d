"""`Idempotency-Key`: a request to be repeated until it is answered (draft-ietf-httpapi-idempotency-key-header).

What stands here is how a request and an answer are written down; that one has its effect once is the core's promise.
"""

import json
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Depends, Header, Request, Response

from auth_core.idempotency.errors import AnsweredBefore, InvalidIdempotencyKey
from auth_core.idempotency.model import Caller, IdempotencyKey, Once, idempotency_key

HEADER: Final = "Idempotency-Key"

_WRITTEN_ANEW: Final = frozenset({b"content-length"})


async def _key(
    request: Request,
    idempotency_key_header: Annotated[
        str | None,
        Header(
            alias=HEADER,
            description="A key of your choice, new for each request, such as a random UUID: the same request with the "
            "same key has its effect once, and is answered as it was the first time, for a day.",
            examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
        ),
    ] = None,
) -> IdempotencyKey | None:
    """Return the key of a request. Raises: InvalidIdempotencyKey."""
    if idempotency_key_header is None:
        return None
    if len(request.headers.getlist(HEADER)) != 1:
        raise InvalidIdempotencyKey
    return idempotency_key(idempotency_key_header)


Key = Annotated[IdempotencyKey | None, Depends(_key)]
"""The key under which the request may be repeated; None when it has none."""


async def once[Result](
    request: Request, key: IdempotencyKey | None, *, caller: Caller, tell: Callable[[Result], Response]
) -> Once[Result] | None:
    """Return what a use case needs so that this request has its effect once; `tell` makes the answer to it."""
    if key is None:
        return None
    return Once(key=key, caller=caller, request=await _written(request), write=lambda result: _kept(tell(result)))


def answer_again(before: AnsweredBefore) -> Response:
    """Return the first answer once more."""
    head, _, body = before.answer.reveal().partition(b"\n")
    kept = json.loads(head)
    response = Response(body, status_code=kept["status"])
    response.raw_headers.extend((name.encode("latin-1"), value.encode("latin-1")) for name, value in kept["headers"])
    return response


async def _written(request: Request) -> bytes:
    """Return all that makes a request what it is. Documents that differ only in how they are set are the same one."""
    body = await request.body()
    document = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")) if body else ""
    line = f"{request.method} {request.scope['path']}?{request.scope['query_string'].decode('latin-1')}"
    return f"{line}\n{document}".encode("utf-8", "surrogatepass")


def _kept(response: Response) -> bytes:
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in response.raw_headers
        if name not in _WRITTEN_ANEW
    ]
    head = json.dumps({"status": response.status_code, "headers": headers})
    return head.encode("ascii") + b"\n" + bytes(response.body)

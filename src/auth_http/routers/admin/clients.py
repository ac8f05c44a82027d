"""The services that may ask us something."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from auth_core.access.errors import BeyondYourRights, PermissionDenied
from auth_core.access.permissions import CLIENTS_READ, CLIENTS_WRITE
from auth_core.ids import ClientId
from auth_core.oauth.errors import (
    ClientNameTaken,
    ClientNotFound,
    InvalidClientName,
    OverlapTooLong,
    UnknownClientPermission,
)
from auth_core.oauth.model import IssuedSecret
from auth_http.dependencies import Current, auth, origin, permitted
from auth_http.documented import failures
from auth_http.idempotency import Key, once
from auth_http.request_problems import rejected_for
from auth_http.schemas.clients import (
    ClientAnswer,
    ClientChange,
    ClientsAnswer,
    ClientSecretAnswer,
    NewClient,
    SecretRotation,
)
from auth_http.schemas.document import answered

router = APIRouter(tags=["Administration"])

_MAY_READ: Final = Depends(permitted(CLIENTS_READ))
_MAY_WRITE: Final = Depends(permitted(CLIENTS_WRITE))
_UUID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_NO_ID: Final = rejected_for(
    {"parameter": "client_id", "code": "invalid_value", "detail": "This value is not acceptable."}
)

type Which = Annotated[
    str,
    Path(
        description="The `client_id`, from the list.",
        pattern=_UUID,
        json_schema_extra={"format": "uuid"},
        examples=["0199a1f5-2c40-7d21-b0a7-3e5d6f7a8b90"],
    ),
]


@router.get(
    "/admin/clients",
    operation_id="list_clients",
    summary="Which services may ask us?",
    response_model=ClientsAnswer,
    response_description="Every service client.",
    dependencies=[_MAY_READ],
    responses=failures(PermissionDenied(), bearer=True, reads=True),
)
async def list_clients(request: Request) -> Response:
    """Every service client, by name, without its secret. Needs `clients:read`."""
    return answered(ClientsAnswer.of(await auth(request).oauth.list_clients()))


@router.post(
    "/admin/clients",
    operation_id="create_client",
    summary="Let a service ask us",
    status_code=201,
    response_model=ClientSecretAnswer,
    response_description="The new client, and its secret, which is told this once.",
    dependencies=[_MAY_WRITE],
    responses=failures(
        PermissionDenied(),
        InvalidClientName(),
        UnknownClientPermission(),
        BeyondYourRights(),
        ClientNameTaken(),
        json=True,
        bearer=True,
        writes=True,
        once=True,
    ),
)
async def create_client(asked: NewClient, current: Current, key: Key, request: Request) -> Response:
    """Makes a client that may do what it is given and nothing else. Needs `clients:write`, and every right it gives."""
    issued = await auth(request).oauth.create_client(
        name=asked.name,
        permissions=asked.permissions,
        actor=current.principal.user_id,
        origin=origin(request),
        once=await once(request, key, caller=current.principal.user_id, tell=_created),
    )
    return _created(issued)


def _created(issued: IssuedSecret) -> Response:
    return answered(ClientSecretAnswer.of(issued), status=201)


@router.get(
    "/admin/clients/{client_id}",
    operation_id="read_client",
    summary="What may this service ask?",
    response_model=ClientAnswer,
    response_description="The client.",
    dependencies=[_MAY_READ],
    responses=failures(PermissionDenied(), ClientNotFound(), _NO_ID, bearer=True, reads=True),
)
async def read_client(client_id: Which, request: Request) -> Response:
    """One client, without its secret. Needs `clients:read`."""
    return answered(ClientAnswer.of(await auth(request).oauth.look_up_client(client_id=ClientId(UUID(client_id)))))


@router.patch(
    "/admin/clients/{client_id}",
    operation_id="change_client",
    summary="Change what a service may ask",
    response_model=ClientAnswer,
    response_description="The client as it is now.",
    dependencies=[_MAY_WRITE],
    responses=failures(
        PermissionDenied(),
        BeyondYourRights(),
        ClientNotFound(),
        UnknownClientPermission(),
        _NO_ID,
        json=True,
        bearer=True,
        writes=True,
    ),
)
async def change_client(client_id: Which, asked: ClientChange, current: Current, request: Request) -> Response:
    """Changes what is given and leaves the rest: in force at the client's next question.

    Needs `clients:write`, and every right the client has afterwards, unless it is only disabled.
    """
    client = await auth(request).oauth.change_client(
        client_id=ClientId(UUID(client_id)),
        **asked.model_dump(exclude_unset=True),
        actor=current.principal.user_id,
        origin=origin(request),
    )
    return answered(ClientAnswer.of(client))


@router.delete(
    "/admin/clients/{client_id}",
    operation_id="delete_client",
    summary="Forget a service",
    status_code=204,
    response_class=Response,
    response_description="Forgotten.",
    dependencies=[_MAY_WRITE],
    responses=failures(PermissionDenied(), ClientNotFound(), _NO_ID, bearer=True, writes=True),
)
async def delete_client(client_id: Which, current: Current, request: Request) -> None:
    """Deletes a client and its secrets. Its id never comes back; its name is free. Needs `clients:write`."""
    await auth(request).oauth.delete_client(
        client_id=ClientId(UUID(client_id)), actor=current.principal.user_id, origin=origin(request)
    )


@router.post(
    "/admin/clients/{client_id}/secret",
    operation_id="rotate_client_secret",
    summary="Give a service another secret",
    response_model=ClientSecretAnswer,
    response_description="The client and its new secret, which is told this once.",
    dependencies=[_MAY_WRITE],
    responses=failures(
        PermissionDenied(),
        BeyondYourRights(),
        ClientNotFound(),
        OverlapTooLong(),
        _NO_ID,
        json=True,
        bearer=True,
        writes=True,
    ),
)
async def rotate_client_secret(client_id: Which, asked: SecretRotation, current: Current, request: Request) -> Response:
    """Replaces the secret; the present one stays good for an overlap, in which the service can be given the new one.

    Doing it again, because the answer got lost, ends no secret earlier; an overlap of 0, for one that somebody else may
    know, makes all but the new one void. Needs `clients:write`, and every right the client has.
    """
    given = "overlap_seconds" in asked.model_fields_set
    issued = await auth(request).oauth.rotate_secret(
        client_id=ClientId(UUID(client_id)),
        overlap=timedelta(seconds=asked.overlap_seconds) if given else None,
        actor=current.principal.user_id,
        origin=origin(request),
    )
    return answered(ClientSecretAnswer.of(issued))

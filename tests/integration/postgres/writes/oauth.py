"""Service clients, and what they ask for."""

from typing import Final

from auth_core import ClientNameTaken, ClientNotFound, InvalidClient
from auth_core.audit.events import EventKind
from auth_core.oauth.model import ClientPermission
from auth_core.testing import a_service_client, an_origin
from tests.integration.postgres.writes.people import HAS_ENDED
from tests.integration.postgres.writes.scene import Scene, Write


async def _a_client(scene: Scene) -> None:
    scene.client = await scene.auth.oauth.create_client(
        name=a_service_client().name, permissions=["tokens:revoke"], actor=None, origin=an_origin()
    )


WRITES: Final = (
    Write(
        name="oauth.create_client",
        act=lambda scene: scene.auth.oauth.create_client(name=scene.client_name, actor=None, origin=an_origin()),
        happened="SELECT count(*) = 1 FROM auth.service_clients WHERE name = :client_name",
        event=EventKind.CLIENT_CREATED,
        # Its secret was told to nobody: another is made for it (`oauth.rotate_secret`).
        again=ClientNameTaken,
    ),
    Write(
        name="oauth.change_client",
        before=_a_client,
        act=lambda scene: scene.auth.oauth.change_client(
            client_id=scene.client_id, disabled=True, actor=None, origin=an_origin()
        ),
        happened="SELECT disabled_at IS NOT NULL FROM auth.service_clients WHERE id = cast(:client_id AS uuid)",
        event=EventKind.CLIENT_DISABLED,
    ),
    Write(
        name="oauth.rotate_secret",
        before=_a_client,
        act=lambda scene: scene.auth.oauth.rotate_secret(client_id=scene.client_id, actor=None, origin=an_origin()),
        happened="SELECT cardinality(replaced_digests) > 0 FROM auth.service_clients "
        "WHERE id = cast(:client_id AS uuid)",
        event=EventKind.CLIENT_SECRET_ROTATED,
        # The first secret was told to nobody.
        times=2,
    ),
    Write(
        name="oauth.delete_client",
        before=_a_client,
        act=lambda scene: scene.auth.oauth.delete_client(client_id=scene.client_id, actor=None, origin=an_origin()),
        happened="SELECT count(*) = 0 FROM auth.service_clients WHERE id = cast(:client_id AS uuid)",
        event=EventKind.CLIENT_DELETED,
        again=ClientNotFound,
    ),
    Write(
        name="oauth.authenticate with a wrong secret",
        before=_a_client,
        act=lambda scene: scene.auth.oauth.authenticate(
            scene.credentials(wrong=True), needs=ClientPermission.REVOKE, origin=an_origin()
        ),
        happened="SELECT count(*) > 0 FROM auth.audit_events "
        "WHERE kind = 'client.authentication_failed' AND details ->> 'client_id' = :client_id",
        event=EventKind.CLIENT_AUTHENTICATION_FAILED,
        # Every attempt is one.
        times=2,
        refusal=InvalidClient,
    ),
    Write(
        name="oauth.revoke",
        before=_a_client,
        act=lambda scene: scene.auth.oauth.revoke(
            credentials=scene.credentials(), token=scene.person.refresh_token, origin=an_origin()
        ),
        happened=HAS_ENDED,
        event=EventKind.SESSION_ENDED,
    ),
)

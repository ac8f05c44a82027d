"""The wiring: ports and policies in, use cases out. The only place that knows them all."""

from auth_core.assembly.keeping import audit_room, throttling_room, upkeep_room
from auth_core.assembly.people import access_room, users_room
from auth_core.assembly.policies import Policies
from auth_core.assembly.ports import Ports, Tx
from auth_core.assembly.shared import share
from auth_core.assembly.signing_in import login_room, passwords_room, recovery_room, sessions_room
from auth_core.assembly.telling import outbox_room, webhooks_room
from auth_core.assembly.tokens import oauth_room, revocation_room, tokens_room
from auth_core.rooms import AuthCore

__all__ = ["AuthCore", "Policies", "Ports", "Tx", "assemble"]


def assemble(ports: Ports, policies: Policies) -> AuthCore:
    """Wire every use case to its ports and policies."""
    shared = share(ports, policies)
    tokens = tokens_room(ports, policies, shared)
    return AuthCore(
        users=users_room(ports, policies, shared),
        access=access_room(ports, shared),
        passwords=passwords_room(ports, shared),
        login=login_room(ports, policies, shared),
        sessions=sessions_room(ports, policies, shared),
        tokens=tokens,
        revocation=revocation_room(ports, policies, shared),
        oauth=oauth_room(ports, policies, shared, tokens),
        audit=audit_room(ports, policies, shared),
        outbox=outbox_room(ports, policies, shared),
        webhooks=webhooks_room(ports, policies, shared),
        recovery=recovery_room(ports, policies, shared),
        throttling=throttling_room(ports, shared),
        upkeep=upkeep_room(ports, policies, shared),
        tallies=shared.tallies,
    )

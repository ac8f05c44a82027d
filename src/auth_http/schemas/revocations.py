"""What has been revoked, as other services are told."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import ConfigDict

from auth_core.revocation.model import (
    KeyRevocation,
    Revocation,
    RoleRevocation,
    SessionRevocation,
    UserRevocation,
)
from auth_core.revocation.ports import Batch
from auth_http.schemas.document import Answered, example


class RevokedSession(Answered):
    """No access token of this session counts any more. Forget it after `until`: they have all expired by then."""

    session_id: UUID
    until: datetime


class OutdatedUser(Answered):
    """No access token of this user with a lower `ver` counts any more. Forget it after `until`."""

    user_id: UUID
    least_version: int
    until: datetime


class ChangedRole(Answered):
    """No access token counts any more that has this role and a lower `rver`. Forget it after `until`."""

    role: str
    least_version: int
    until: datetime


class RevokedKey(Answered):
    """No access token under the key of this `kid` counts any more. Forget it after `until`."""

    kid: str
    until: datetime


class RevocationsAnswer(Answered):
    """What has come into force, and the `cursor` from which to go on. Pass over kinds you do not know."""

    model_config = ConfigDict(
        json_schema_extra=example(
            revocations=[
                {"session_id": "0199a1f4-0d10-7c11-8a52-6f0c6cb5a001", "until": "2026-11-24T08:30:10Z"},
                {
                    "user_id": "0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55",
                    "least_version": 3,
                    "until": "2026-11-24T08:30:12Z",
                },
                {"kid": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbw", "until": "2026-11-24T08:36:12Z"},
                {"role": "accountant", "least_version": 17, "until": "2026-11-24T08:31:12Z"},
            ],
            cursor="1795507512000000.2.83",
        )
    )

    revocations: tuple[RevokedSession | OutdatedUser | ChangedRole | RevokedKey, ...]
    cursor: str

    @classmethod
    def of(cls, batch: Batch) -> Self:
        """Write `batch`."""
        return cls(revocations=tuple(_written(each) for each in batch.revocations), cursor=batch.cursor)


def _written(revocation: Revocation) -> RevokedSession | OutdatedUser | ChangedRole | RevokedKey:
    match revocation:
        case SessionRevocation(session_id=session_id, until=until):
            return RevokedSession(session_id=session_id, until=until)
        case UserRevocation(user_id=user_id, least_version=version, until=until):
            return OutdatedUser(user_id=user_id, least_version=version, until=until)
        case KeyRevocation(kid=kid, until=until):
            return RevokedKey(kid=kid, until=until)
        case RoleRevocation(role=role, least_version=version, until=until):
            return ChangedRole(role=role, least_version=version, until=until)

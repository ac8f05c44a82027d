"""Values for tests to begin with: valid, and different each time where they have to be."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4  # noqa: TID251 - tests of one store have to differ, and nobody gives them anything

from auth_core.access.model import Principal, Role, permission, role_name
from auth_core.audit.events import AuditEvent, EventKind, Outcome
from auth_core.credentials.passwords.model import PasswordHash, StoredPassword
from auth_core.ids import Ids, SessionId, UserId
from auth_core.oauth.client_secret import SecretDigest
from auth_core.oauth.model import ClientPermission, ServiceClient, client_name
from auth_core.origin import Origin
from auth_core.outbox.messages import PasswordChanged
from auth_core.outbox.model import Letter, Recipient
from auth_core.redacted import Redacted
from auth_core.revocation.model import (
    KeyRevocation,
    RoleRevocation,
    SessionRevocation,
    UserRevocation,
)
from auth_core.sessions.device import device_label
from auth_core.sessions.model import PASSWORD_METHOD, Session
from auth_core.testing.doubles.entropy import SeededEntropy
from auth_core.testing.doubles.movable_clock import MovableClock
from auth_core.testing.doubles.unsafe_open_vault import UnsafeOpenVault
from auth_core.testing.moments import FAR_AHEAD, LONG_AGO, NOON
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.keys import Algorithm, KeyId, KeyMaterial, SigningKey
from auth_core.users.email_address import EmailAddress
from auth_core.users.model import User, UserStatus, name
from auth_core.verification.model import Binding, OneTimeToken, Purpose, TokenDigest

# Tests of one store, in this run or the last one, must not meet each other's users.
_ENTROPY: Final = SeededEntropy(uuid4().bytes)


def an_email() -> str:
    """Return an address nobody has yet, in a spelling that is not the canonical one."""
    return f"Ada.{_ENTROPY.token_bytes(10).hex()}@example.org"


def an_origin() -> Origin:
    """Return an origin that has everything."""
    return Origin(address="192.0.2.1", user_agent="Mozilla/5.0 (X11; Linux)", request_id=_ENTROPY.token_bytes(8).hex())


def a_user(*, email: str | None = None, status: UserStatus = UserStatus.ACTIVE, at: datetime = NOON) -> User:
    """Return a user who registered at `at`."""
    return User(
        id=_ids(at).user(),
        email=EmailAddress.parse(email or an_email()),
        first_name=name("Ada", field="first_name"),
        last_name=name("Lovelace", field="last_name"),
        status=status,
        created_at=at,
        updated_at=at,
    )


def a_password_hash() -> PasswordHash:
    """Return a text like the ones a hasher makes; no password matches it."""
    return PasswordHash(Redacted(f"nothing${_ENTROPY.token_bytes(16).hex()}"))


def a_password(user_id: UserId, *, version: int = 1) -> StoredPassword:
    """Return a stored password of the user."""
    return StoredPassword(user_id=user_id, hash=a_password_hash(), version=version)


def a_session(
    user_id: UserId,
    *,
    at: datetime = NOON,
    idle: timedelta = timedelta(days=7),
    absolute: timedelta = timedelta(days=30),
    origin: Origin | None = None,
    device: str | None = None,
) -> Session:
    """Return a session the user opened at `at`, the first link of its chain unused."""
    origin = origin or an_origin()
    return Session(
        id=_ids(at).session(),
        user_id=user_id,
        generation=0,
        created_at=at,
        advanced_at=at,
        idle_ends_at=at + idle,
        ends_at=at + absolute,
        origin=origin,
        device=device or device_label(origin.user_agent),
    )


def a_session_revocation(*, until: datetime = FAR_AHEAD) -> SessionRevocation:
    """Return the revocation of some session."""
    return SessionRevocation(session_id=_ids(NOON).session(), until=until)


def a_user_revocation(*, least_version: int = 1, until: datetime = FAR_AHEAD) -> UserRevocation:
    """Return the revocation of what some user held before this security version."""
    return UserRevocation(user_id=_ids(NOON).user(), least_version=least_version, until=until)


def a_key_revocation(*, until: datetime = FAR_AHEAD) -> KeyRevocation:
    """Return the revocation of some signing key."""
    return KeyRevocation(kid=_ENTROPY.token_bytes(16).hex(), until=until)


def a_role_revocation(*, least_version: int = 1, until: datetime = FAR_AHEAD) -> RoleRevocation:
    """Return the revocation of what the holders of some role had before this version of the roles."""
    return RoleRevocation(role=a_role().name, least_version=least_version, until=until)


def a_letter(*, at: datetime = NOON, to: str | None = None, expires_at: datetime | None = None) -> Letter:
    """Return a letter that is due at `at`: the password was changed."""
    message = PasswordChanged(at=at, address="192.0.2.1")
    return Letter(
        sealed=UnsafeOpenVault().seal(message, message_id=_ids(at).message()),
        to=Recipient(address=to or an_email(), locale="de"),
        created_at=at,
        due_at=at,
        expires_at=expires_at,
    )


def a_one_time_token(user: User, purpose: Purpose, *, at: datetime = NOON) -> OneTimeToken:
    """Return a token that was sent to `user` at `at`, and is good for an hour."""
    return OneTimeToken(
        digest=TokenDigest(_ENTROPY.token_bytes(32)),
        purpose=purpose,
        binding=Binding(user_id=user.id, email=user.email.canonical, password_version=1),
        address=user.email.address,
        made_at=at,
        expires_at=at + timedelta(hours=1),
    )


def a_role(*permissions: str, parents: Collection[Role] = (), version: int = 1) -> Role:
    """Return a role of a name nobody has given yet, that allows what `permissions` say and what its parents do."""
    return Role(
        name=role_name(f"role-{_ENTROPY.token_bytes(8).hex()}"),
        description="A role of a test.",
        permissions=frozenset(map(permission, permissions)),
        parents=frozenset(each.name for each in parents),
        inherited=frozenset(allowed for each in parents for allowed in each.allows),
        version=version,
    )


def an_event(
    subject: UserId | None,
    *,
    at: datetime = NOON,
    kind: EventKind = EventKind.LOGGED_IN,
    session_id: SessionId | None = None,
) -> AuditEvent:
    """Return an event that happened to `subject` at `at`, by their own hand."""
    return AuditEvent(
        id=_ids(at).event(),
        kind=kind,
        outcome=Outcome.SUCCESS,
        at=at,
        actor=subject,
        subject=subject,
        session_id=session_id,
        origin=an_origin(),
        details={"reason": "logged_out", "sessions_ended": 3},
    )


def a_service_client(
    *,
    name: str | None = None,
    permissions: frozenset[ClientPermission] = frozenset({ClientPermission.INTROSPECT}),
    at: datetime = NOON,
) -> ServiceClient:
    """Return a client that was made at `at`; nobody knows its secret."""
    return ServiceClient(
        id=_ids(at).client(),
        name=client_name(name or f"client-{_ENTROPY.token_bytes(10).hex()}"),
        permissions=permissions,
        created_at=at,
        digest=a_digest(),
        secret_made_at=at,
    )


def a_digest() -> SecretDigest:
    """Return the digest of a secret that nobody knows."""
    return SecretDigest(_ENTROPY.token_bytes(32))


def a_signing_key(number: int, *, signs_from: datetime = NOON) -> SigningKey:
    """Return a key that cannot sign, as far as the store is concerned like any other."""
    kid = KeyId(_ENTROPY.token_bytes(16).hex())
    return SigningKey(
        number=number,
        material=KeyMaterial(
            kid=kid,
            algorithm=Algorithm.ES256,
            public_jwk={"kid": kid, "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256"},
            sealed_private_key=Redacted(b"\x00sealed\xff" + _ENTROPY.token_bytes(32)),
        ),
        created_at=signs_from - timedelta(minutes=6),
        signs_from=signs_from,
    )


def claims_of(principal: Principal, session_id: SessionId) -> VerifiedClaims:
    """Return what an access token of this session says."""
    return VerifiedClaims(
        principal=principal,
        session_id=session_id,
        token_id=_ids(NOON).token(),
        client_id="first-party",
        issued_at=LONG_AGO,
        expires_at=FAR_AHEAD,
        authenticated_at=LONG_AGO,
        methods=(PASSWORD_METHOD,),
    )


def _ids(at: datetime) -> Ids:
    return Ids(clock=MovableClock(at), entropy=_ENTROPY)

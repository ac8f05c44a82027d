"""The documents of the service, read as the values of the core."""

from datetime import timedelta

from auth_adapters.answers import Unreadable, document_in, items, members, moment, text, texts, uuid, whole_number
from auth_core.access.model import Permission, Principal, RoleName
from auth_core.client import Account, IssuedTokens, OwnSession, SignedIn
from auth_core.ids import SessionId, UserId
from auth_core.redacted import Redacted
from auth_core.tokens.claims import VerifiedClaims
from auth_core.users.email_address import EmailAddress
from auth_core.users.model import Name, User, UserStatus


def registered_in(body: bytes) -> User | None:
    """Read who has registered; None when a mail tells the rest. Raises: Unreadable."""
    document = document_in(body)
    return None if document == {} else _user(document)


def account_in(body: bytes) -> Account:
    """Read a person with their rights. Raises: Unreadable."""
    return _account(document_in(body))


def tokens_in(body: bytes) -> IssuedTokens:
    """Read the tokens of a session. Raises: Unreadable."""
    return _tokens(document_in(body))


def signed_in_in(body: bytes) -> SignedIn:
    """Read the tokens of a new session, and whose it is. Raises: Unreadable."""
    document = document_in(body)
    return SignedIn(account=_account(members(document, "user")["user"]), tokens=_tokens(document))


def sessions_in(body: bytes) -> list[OwnSession]:
    """Read where somebody is signed in. Raises: Unreadable."""
    return [_session(each) for each in items(members(document_in(body), "items")["items"])]


def claims_in(body: bytes) -> VerifiedClaims:
    """Read what a token says. Raises: Unreadable."""
    claims = members(
        document_in(body),
        *("user_id", "session_id", "roles", "permissions", "expires_at", "issued_at", "authenticated_at"),
        *("methods", "token_id", "client_id", "security_version", "roles_version"),
    )
    return VerifiedClaims(
        principal=Principal(
            user_id=UserId(uuid(claims["user_id"])),
            security_version=whole_number(claims["security_version"]),
            roles=_roles(claims["roles"]),
            permissions=_permissions(claims["permissions"]),
            roles_version=whole_number(claims["roles_version"]),
        ),
        session_id=SessionId(uuid(claims["session_id"])),
        token_id=uuid(claims["token_id"]),
        client_id=text(claims["client_id"]),
        issued_at=moment(claims["issued_at"]),
        expires_at=moment(claims["expires_at"]),
        authenticated_at=moment(claims["authenticated_at"]),
        methods=texts(claims["methods"]),
    )


def _user(document: object) -> User:
    user = members(
        document, "id", "email", "first_name", "last_name", "status", "created_at", "updated_at", "last_login_at"
    )
    last_login_at, verified_at = user["last_login_at"], user.get("email_verified_at")
    try:
        status = UserStatus(text(user["status"]))
    except ValueError as error:
        raise Unreadable("not a status") from error
    return User(
        id=UserId(uuid(user["id"])),
        email=EmailAddress(text(user["email"])),
        first_name=Name(text(user["first_name"])),
        last_name=Name(text(user["last_name"])),
        status=status,
        created_at=moment(user["created_at"]),
        updated_at=moment(user["updated_at"]),
        last_login_at=None if last_login_at is None else moment(last_login_at),
        version=whole_number(user.get("version", 0)),  # an older service tells none
        email_verified_at=None if verified_at is None else moment(verified_at),
    )


def _account(document: object) -> Account:
    rights = members(document, "roles", "permissions")
    return Account(user=_user(document), roles=_roles(rights["roles"]), permissions=_permissions(rights["permissions"]))


def _tokens(document: object) -> IssuedTokens:
    tokens = members(document, "access_token", "refresh_token", "expires_in", "refresh_expires_in")
    return IssuedTokens(
        access_token=Redacted(text(tokens["access_token"])),
        access_lifetime=timedelta(seconds=whole_number(tokens["expires_in"])),
        refresh_token=Redacted(text(tokens["refresh_token"])),
        refresh_lifetime=timedelta(seconds=whole_number(tokens["refresh_expires_in"])),
    )


def _session(document: object) -> OwnSession:
    session = members(
        document, "id", "current", "created_at", "last_used_at", "expires_at", "device", "address", "user_agent"
    )
    address, user_agent = session["address"], session["user_agent"]
    return OwnSession(
        id=SessionId(uuid(session["id"])),
        current=session["current"] is True,
        created_at=moment(session["created_at"]),
        last_used_at=moment(session["last_used_at"]),
        expires_at=moment(session["expires_at"]),
        device=text(session["device"]),
        address=None if address is None else text(address),
        user_agent=None if user_agent is None else text(user_agent),
    )


def _roles(value: object) -> tuple[RoleName, ...]:
    return tuple(RoleName(each) for each in texts(value))


def _permissions(value: object) -> tuple[Permission, ...]:
    return tuple(Permission(each) for each in texts(value))

"""What a well-signed access token may say, to the letter."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from auth_core import Principal
from auth_core.access.model import Permission, RoleName
from auth_core.ids import SessionId, UserId
from auth_core.testing import NOON as A_MOMENT
from auth_core.tokens.claims import read_access_claims, write_access_claims
from auth_core.tokens.errors import ExpiredToken, InvalidToken
from auth_core.tokens.policy import TokenPolicy

POLICY = TokenPolicy(issuer="https://auth.example.com", audience="https://api.example.com")
NOON = A_MOMENT.replace(microsecond=0)
NOW = int(NOON.timestamp())
USER = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
SESSION = UUID("01890a5d-ac96-774b-bcce-b302099a8058")
TOKEN = UUID("01890a5d-ac96-774b-bcce-b302099a8059")
MISSING = object()


def payload(
    *, now: datetime = NOON, session_ends_at: datetime | None = None, policy: TokenPolicy = POLICY
) -> dict[str, object]:
    return write_access_claims(
        principal=Principal(
            user_id=UserId(USER),
            security_version=3,
            roles=(RoleName("user"),),
            permissions=(Permission("users:read"),),
        ),
        session_id=SessionId(SESSION),
        token_id=TOKEN,
        authenticated_at=now - timedelta(hours=1),
        methods=("pwd",),
        now=now,
        session_ends_at=session_ends_at or now + timedelta(days=30),
        policy=policy,
    )


def changed(**claims: object) -> Mapping[str, object]:
    return {name: value for name, value in {**payload(), **claims}.items() if value is not MISSING}


def test_what_is_written_is_read() -> None:
    claims = read_access_claims(payload(), now=NOON, policy=POLICY)

    assert (claims.principal.user_id, claims.session_id, claims.token_id) == (USER, SESSION, TOKEN)
    assert (claims.principal.security_version, claims.principal.roles) == (3, ("user",))
    assert claims.principal.permissions == ("users:read",)
    assert (claims.issued_at, claims.expires_at) == (NOON, NOON + timedelta(minutes=15))
    assert (claims.authenticated_at, claims.methods) == (NOON - timedelta(hours=1), ("pwd",))


@pytest.mark.covers("R-J5")
def test_every_claim_of_the_profile_is_there() -> None:
    assert {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"} <= set(payload())


@pytest.mark.covers("R-J5", "JWT-12")
@pytest.mark.parametrize("claim", sorted(payload().keys() - {"rver"}))
def test_every_claim_must_be_there(claim: str) -> None:
    with pytest.raises(InvalidToken):
        read_access_claims(changed(**{claim: MISSING}), now=NOON, policy=POLICY)


def test_a_token_of_the_release_before_has_the_lowest_version_of_the_roles() -> None:
    claims = read_access_claims(changed(rver=MISSING), now=NOON, policy=POLICY)

    assert claims.principal.roles_version == 0


@pytest.mark.covers("JWT-12")
@pytest.mark.parametrize("claim", ["exp", "iat", "auth_time"])
@pytest.mark.parametrize(
    "value",
    [
        str(NOW + 60),
        float(NOW + 60),
        NOW + 60.5,
        True,
        None,
        [NOW + 60],
        {},
        float("nan"),
        float("inf"),
        -float("inf"),
        -1,
        0,
        -NOW,
        1 << 40,
        1 << 63,
        10**400,
        int("9" * 4000),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_times_are_whole_seconds_within_reason(claim: str, value: object) -> None:
    with pytest.raises(InvalidToken) as refusal:
        read_access_claims(changed(**{claim: value}), now=NOON, policy=POLICY)

    assert not isinstance(refusal.value, ExpiredToken)


@pytest.mark.covers("JWT-12")
@pytest.mark.parametrize("value", ["3", 3.0, True, None, -1, [3], 1 << 40, int("9" * 4000)], ids=lambda v: repr(v)[:24])
def test_the_security_version_is_a_whole_number_within_reason(value: object) -> None:
    with pytest.raises(InvalidToken):
        read_access_claims(changed(ver=value), now=NOON, policy=POLICY)
    with pytest.raises(InvalidToken):
        read_access_claims(changed(rver=value), now=NOON, policy=POLICY)


@pytest.mark.covers("JWT-13")
def test_a_token_is_good_up_to_its_last_second_and_no_longer() -> None:
    token = payload()
    end = NOON + POLICY.access_lifetime

    read_access_claims(token, now=end - timedelta(microseconds=1), policy=POLICY)
    for later in (timedelta(0), timedelta(seconds=1), POLICY.clock_skew, timedelta(days=9)):
        with pytest.raises(ExpiredToken):
            read_access_claims(token, now=end + later, policy=POLICY)


@pytest.mark.covers("JWT-12", "JWT-13")
def test_a_token_from_the_future_is_good_within_the_skew_of_clocks_only() -> None:
    token = payload()

    read_access_claims(token, now=NOON - POLICY.clock_skew, policy=POLICY)
    with pytest.raises(InvalidToken):
        read_access_claims(token, now=NOON - POLICY.clock_skew - timedelta(microseconds=1), policy=POLICY)


@pytest.mark.covers("JWT-12", "R-J3")
def test_a_token_that_is_not_to_be_used_yet_is_refused() -> None:
    skew = int(POLICY.clock_skew.total_seconds())

    read_access_claims(changed(nbf=NOW + skew), now=NOON, policy=POLICY)
    for value in (NOW + skew + 1, str(NOW), None, True, float(NOW)):
        with pytest.raises(InvalidToken):
            read_access_claims(changed(nbf=value), now=NOON, policy=POLICY)


@pytest.mark.covers("JWT-12")
def test_no_token_lives_longer_than_the_policy_lets_it_or_backwards() -> None:
    lifetime = int(POLICY.access_lifetime.total_seconds())

    read_access_claims(changed(exp=NOW + lifetime), now=NOON, policy=POLICY)
    for exp in (NOW + lifetime + 1, NOW, NOW - 1):
        with pytest.raises(InvalidToken):
            read_access_claims(changed(exp=exp), now=NOON, policy=POLICY)


@pytest.mark.parametrize("microsecond", [0, 1, 400_000, 600_000, 999_999])
@pytest.mark.parametrize("lifetime", [timedelta(minutes=15), timedelta(seconds=30.5), timedelta(seconds=30.999)])
def test_whatever_moment_a_token_is_written_at_it_can_be_read(microsecond: int, lifetime: timedelta) -> None:
    policy = TokenPolicy(issuer="i", audience="a", access_lifetime=lifetime)
    now = NOON.replace(microsecond=microsecond)

    claims = read_access_claims(payload(now=now, policy=policy), now=now, policy=policy)

    assert claims.expires_at <= now + lifetime


def test_no_token_outlives_its_session() -> None:
    for left in (timedelta(seconds=2.5), timedelta(minutes=5)):
        token = payload(session_ends_at=NOON + left)

        assert read_access_claims(token, now=NOON, policy=POLICY).expires_at <= NOON + left


@pytest.mark.covers("JWT-14")
@pytest.mark.parametrize(
    "issuer",
    [
        "https://auth.example.com/",
        "https://auth.example.co",
        "https://auth.example.com.evil.example",
        "https://AUTH.example.com",
        "http://auth.example.com",
        " https://auth.example.com",
        "https://auth.example.com\0",
        "",
        ["https://auth.example.com"],
        {"https://auth.example.com": 1},
        None,
        True,
    ],
    ids=repr,
)
def test_the_issuer_is_exactly_ours(issuer: object) -> None:
    with pytest.raises(InvalidToken):
        read_access_claims(changed(iss=issuer), now=NOON, policy=POLICY)


@pytest.mark.covers("JWT-14")
@pytest.mark.parametrize(
    "audience",
    [
        "https://api.example.com/",
        "https://api.example.co",
        "https://other.example.com",
        "https://auth.example.com",
        ["https://api.example.com"],
        ["https://api.example.com", "https://other.example.com"],
        [],
        "",
        "*",
        None,
    ],
    ids=repr,
)
def test_the_audience_is_exactly_the_one_configured(audience: object) -> None:
    with pytest.raises(InvalidToken):
        read_access_claims(changed(aud=audience), now=NOON, policy=POLICY)


@pytest.mark.covers("JWT-17", "R-J8")
@pytest.mark.parametrize("claim", ["sub", "sid", "jti"])
@pytest.mark.parametrize(
    "value",
    [
        "",
        "somebody@example.com",
        str(USER).upper(),
        f"{{{USER}}}",
        f"urn:uuid:{USER}",
        USER.hex,
        f" {USER}",
        f"{USER}\n",
        f"{USER}\0",
        "\0",
        "\ud800",
        str(USER).replace("0", "\uff10"),
        USER.int,
        0,
        None,
        True,
        [str(USER)],
        "x" * 5000,
    ],
    ids=lambda value: ascii(value)[:64],
)
def test_identities_are_uuids_in_their_one_spelling(claim: str, value: object) -> None:
    with pytest.raises(InvalidToken):
        read_access_claims(changed(**{claim: value}), now=NOON, policy=POLICY)


@pytest.mark.covers("JWT-17")
@pytest.mark.parametrize("claim", ["roles", "permissions", "amr"])
@pytest.mark.parametrize(
    "value",
    ["admin", None, {}, {"admin": True}, [None], [1], [["admin"]], ["user", True], [""], ["\0"], ["\ud800"], ["a\nb"]],
    ids=ascii,
)
def test_lists_hold_printable_text_and_nothing_else(claim: str, value: object) -> None:
    with pytest.raises(InvalidToken):
        read_access_claims(changed(**{claim: value}), now=NOON, policy=POLICY)


@pytest.mark.covers("JWT-17")
@pytest.mark.parametrize("value", ["", None, 1, ["first-party"], "\0", "\ud800"], ids=ascii)
def test_the_client_is_printable_text(value: object) -> None:
    with pytest.raises(InvalidToken):
        read_access_claims(changed(client_id=value), now=NOON, policy=POLICY)


def test_times_are_read_in_utc() -> None:
    assert read_access_claims(payload(), now=NOON, policy=POLICY).issued_at.tzinfo is UTC

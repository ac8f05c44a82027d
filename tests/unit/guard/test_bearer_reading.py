"""The one reading of the Authorization field that every guard shares."""

import pytest

from auth_core import AuthError, InvalidToken, MissingToken
from auth_core.tokens.compact import LARGEST_TOKEN
from auth_http.guard.bearer import read_bearer
from auth_http.request_problems import RequestRefused


def read(*fields: bytes, query: bytes = b"") -> str | None:
    return read_bearer({"headers": [(b"authorization", field) for field in fields], "query_string": query})


def test_a_request_without_credentials_has_no_token() -> None:
    assert read() is None
    assert read_bearer({"headers": [(b"cookie", b"access_token=x; authorization=Bearer x")]}) is None


@pytest.mark.covers("JWT-21")
@pytest.mark.parametrize("scheme", [b"Bearer", b"bearer", b"BEARER"])
def test_the_scheme_is_known_in_any_case(scheme: bytes) -> None:
    assert read(scheme + b" a.b.c") == "a.b.c"


@pytest.mark.covers("JWT-21")
@pytest.mark.parametrize(
    "field",
    [
        b"Bearer", b"Bearer ", b"Bearer  x", b"Bearer\tx", b"Bearer x ", b" Bearer x", b"Bearer x,Bearer y",
        b"Bearer x y", b"Bearerx", b"Bearer x\n", b"Bearer \xc3\xa9", b"Basic eA==", b"", b"Token x",
    ],
)  # fmt: skip
def test_every_other_spelling_is_refused_and_never_no_credentials(field: bytes) -> None:
    with pytest.raises((InvalidToken, MissingToken)):
        read(field)


@pytest.mark.covers("JWT-21")
@pytest.mark.parametrize("fields", [(b"Bearer x", b"Bearer y"), (b"Bearer x", b"Bearer x"), (b"Basic x", b"Bearer y")])
def test_of_two_fields_none_is_chosen(fields: tuple[bytes, ...]) -> None:
    assert _refusal(*fields) == (400, "two_tokens")


@pytest.mark.covers("JWT-21")
@pytest.mark.parametrize("query", [b"access_token=x", b"a=b&access_token=x"])
@pytest.mark.parametrize("fields", [(), (b"Bearer x",)])
def test_a_token_in_the_query_is_refused_beside_any_other(fields: tuple[bytes, ...], query: bytes) -> None:
    assert _refusal(*fields, query=query) == (400, "token_in_query")


def test_another_parameter_whose_name_ends_alike_is_nothing_to_do_with_us() -> None:
    assert read(b"Bearer x", query=b"github_access_token=y&a=access_token=z") == "x"


@pytest.mark.covers("JWT-22")
def test_a_token_larger_than_any_is_refused_unread() -> None:
    assert read(b"Bearer " + b"x" * LARGEST_TOKEN) == "x" * LARGEST_TOKEN
    assert _refusal(b"Bearer " + b"x" * (LARGEST_TOKEN + 1)) == (431, "token_too_large")
    assert _refusal(b"Bearer " + b" " * 1_000_000) == (431, "token_too_large")


def _refusal(*fields: bytes, query: bytes = b"") -> tuple[int, str]:
    with pytest.raises(RequestRefused) as refused:
        read(*fields, query=query)
    assert not isinstance(refused.value, AuthError)
    return refused.value.problem.status, refused.value.problem.code

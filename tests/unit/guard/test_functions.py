"""Functions that only some may call, without a framework."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import pytest

from auth_core import (
    CallGuard,
    InvalidPermission,
    InvalidToken,
    MissingToken,
    PermissionDenied,
    Principal,
    RevokedToken,
    Unauthenticated,
    Unavailable,
    VerifiedClaims,
    any_of,
    requires,
)
from auth_core.testing import SomeoneSignedIn
from tests.unit.core_in_memory import Core

type Caller = Annotated[Principal | None, "whoever calls"]

APPROVER = SomeoneSignedIn("invoices:approve")
READER = SomeoneSignedIn("invoices:read")


@requires("invoices:approve")
async def by_position(caller: Principal, invoice: str) -> str:
    return f"{invoice} is approved"


@requires("invoices:approve")
async def by_name(*, invoice: str, caller: Principal | None = None) -> str:
    return f"{invoice} is approved"


@requires("invoices:approve")
async def by_alias(invoice: str, caller: Caller) -> str:
    return f"{invoice} is approved"


@requires("invoices:approve")
async def by_claims(invoice: str, caller: "VerifiedClaims") -> str:
    return f"{invoice} is approved"


class Office:
    @requires("invoices:approve")
    async def approve(self, caller: Principal, *, invoice: str) -> str:
        return f"{invoice} is approved"


class ApproveInvoice:
    async def __call__(self, *, caller: Principal, invoice: str) -> str:
        return f"{invoice} is approved"


as_a_use_case = requires("invoices:approve")(ApproveInvoice())

WAYS: dict[str, Callable[[SomeoneSignedIn], Awaitable[str]]] = {
    "by position": lambda who: by_position(who.principal, "A-17"),
    "by position, named": lambda who: by_position(invoice="A-17", caller=who.principal),
    "by name": lambda who: by_name(invoice="A-17", caller=who.principal),
    "by an alias": lambda who: by_alias("A-17", who.principal),
    "by claims": lambda who: by_claims("A-17", who.claims),
    "a method": lambda who: Office().approve(who.principal, invoice="A-17"),
    "a use case": lambda who: as_a_use_case(caller=who.principal, invoice="A-17"),
}


@pytest.mark.parametrize("call", WAYS.values(), ids=WAYS)
async def test_who_holds_the_permission_calls_and_nobody_else(
    call: Callable[[SomeoneSignedIn], Awaitable[str]],
) -> None:
    assert await call(APPROVER) == "A-17 is approved"

    with pytest.raises(PermissionDenied):
        await call(READER)


async def test_nobody_is_asked_to_sign_in() -> None:
    with pytest.raises(Unauthenticated):
        await by_name(invoice="A-17")
    with pytest.raises(MissingToken):
        await by_alias("A-17", None)


async def test_what_is_no_caller_is_never_taken_for_one() -> None:
    impostors: list[Any] = [READER, {"permissions": ["*"]}, "*", object()]

    for impostor in impostors:
        with pytest.raises(TypeError, match="is nobody"):
            await by_position(impostor, "A-17")


async def test_another_parameter_of_the_same_name_is_not_who_calls() -> None:
    @requires("invoices:approve")
    async def approve(caller: Principal, /, **others: Principal) -> str:
        return "approved"

    with pytest.raises(PermissionDenied):
        await approve(READER.principal, caller=APPROVER.principal)


def test_a_misspelt_permission_is_found_where_the_function_is_defined() -> None:
    with pytest.raises(InvalidPermission):
        requires("invoices.approve")
    with pytest.raises(InvalidPermission):
        CallGuard(APPROVER).require("invoices.approve")


async def says_nobody(invoice: str, others: list[Principal]) -> None: ...
async def says_two(caller: Principal, other: Principal) -> None: ...
async def says_any_number(*callers: Principal) -> None: ...


@pytest.mark.parametrize("function", [says_nobody, says_two, says_any_number])
def test_a_function_that_does_not_say_who_calls_cannot_be_guarded(function: Callable[..., Awaitable[None]]) -> None:
    with pytest.raises(TypeError, match="needs one parameter"):
        requires("invoices:approve")(function)


def test_a_function_that_is_not_awaited_cannot_be_guarded() -> None:
    def at_once(caller: Principal) -> str:
        return "done"

    with pytest.raises(TypeError, match="async"):
        requires("invoices:approve")(at_once)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="async"):
        CallGuard(APPROVER).signed_in(at_once)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def test_a_guarded_function_looks_like_itself() -> None:
    assert by_position.__name__ == "by_position"
    assert list(inspect.signature(by_position).parameters) == ["caller", "invoice"]


guard = CallGuard(APPROVER)


@guard.require(any_of("invoices:approve", "invoices:audit"))
async def approve(caller: Principal, invoice: str, *, note: str = "") -> str:
    """Approve an invoice."""
    return f"{invoice} is approved by {caller.user_id}{note}"


@guard.require("invoices:delete")
async def delete(caller: Principal) -> str:
    return "gone"


@guard.signed_in
async def greet(caller: Principal) -> str:
    return f"hello {caller.user_id}"


async def test_a_token_is_turned_into_whoever_it_is_of() -> None:
    by = APPROVER.principal.user_id

    assert await approve(APPROVER.token, "A-17", note="!") == f"A-17 is approved by {by}!"
    assert await greet(APPROVER.token) == f"hello {by}"


async def test_a_token_is_not_enough_where_a_permission_is_needed() -> None:
    with pytest.raises(PermissionDenied):
        await delete(APPROVER.token)


@pytest.mark.parametrize("token", ["", "x", " ", "a.b.c", "x" * 20_000])
async def test_a_bad_token_is_refused_in_one_way_whatever_is_wrong_with_it(token: str, core: Core) -> None:
    with pytest.raises(InvalidToken):
        await CallGuard(core.auth.tokens).signed_in(_read)(token)


async def test_without_a_token_one_is_asked_for() -> None:
    with pytest.raises(MissingToken):
        await approve(None, "A-17")


@pytest.mark.covers("AUZ-09")
async def test_who_signed_out_is_refused_at_the_next_call() -> None:
    someone = SomeoneSignedIn("invoices:read")
    read = CallGuard(someone).require("invoices:read")(_read)
    assert await read(someone.token) == "invoices"

    someone.sign_out()

    with pytest.raises(RevokedToken):
        await read(someone.token)


async def test_when_nobody_can_tell_nobody_is_let_in() -> None:
    someone = SomeoneSignedIn("*")
    someone.unavailable = True

    with pytest.raises(Unavailable):
        await CallGuard(someone).signed_in(_read)(someone.token)


async def _read(caller: Principal) -> str:
    return "invoices"


async def for_type_checkers_only() -> None:
    """Every line is a mistake that they find, and an ignore without one would be a mistake to them as well."""
    await by_position("A-17", APPROVER.principal)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    await by_name(caller=APPROVER.principal)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    await approve(APPROVER.principal, "A-17")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    await approve(APPROVER.token)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]


def test_a_call_with_a_token_has_the_name_of_its_function_and_not_its_signature() -> None:
    assert (approve.__name__, approve.__doc__) == ("approve", "Approve an invoice.")
    assert next(iter(inspect.signature(approve).parameters)) == "token"

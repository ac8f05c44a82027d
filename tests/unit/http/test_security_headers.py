"""Every answer is careful, failures too."""

import pytest

from auth_http.application import application
from auth_http.settings import Settings
from tests.unit.http.asgi import FORM, JSON, Answer, ask
from tests.unit.http.parts import Parts

over_https = application(Parts(settings=Settings(public_url="https://auth.example", docs=True)))
over_http = application(Parts(settings=Settings(docs=True)))

CASES: dict[str, tuple[int, tuple[str, str], tuple[tuple[bytes, bytes], ...], bytes]] = {
    "200": (200, ("GET", "/health/live"), (), b""),
    "HEAD": (200, ("HEAD", "/health/live"), (), b""),
    "400": (400, ("POST", "/auth/login"), (JSON,), b"{"),
    "400 of OAuth": (400, ("POST", "/auth/token"), (FORM,), b""),
    "401": (401, ("GET", "/auth/me"), (), b""),
    "404": (404, ("GET", "/nothing"), (), b""),
    "405": (405, ("GET", "/auth/login"), (), b""),
    "413": (413, ("POST", "/auth/login"), (JSON, (b"content-length", b"99999999")), b"{}"),
    "415": (415, ("POST", "/auth/login"), (), b"{}"),
    "422": (422, ("POST", "/auth/login"), (JSON,), b"{}"),
    "431": (431, ("GET", "/"), ((b"x", b"y" * 100_000),), b""),
    "500": (500, ("POST", "/auth/verify"), (JSON,), b'{"token": "x"}'),
    "the document": (200, ("GET", "/openapi.json"), (), b""),
}


async def answer_to(case: str, *, https: bool = True) -> Answer:
    _, (method, path), headers, body = CASES[case]
    answer = await ask(over_https if https else over_http, method, path, *headers, body=body)
    assert answer is not None
    return answer


@pytest.mark.covers("HTTP-17", "HTTP-18", "R-H7", "R-S6")
@pytest.mark.parametrize("case", CASES)
async def test_an_answer_of_any_status_is_careful(case: str) -> None:
    answer = await answer_to(case)

    assert answer.status == CASES[case][0]
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("referrer-policy") == "no-referrer"
    assert "frame-ancestors 'none'" in (answer.header("content-security-policy") or "")
    assert answer.header("strict-transport-security") == "max-age=31536000; includeSubDomains"
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-request-id")


@pytest.mark.covers("HTTP-15", "HTTP-19", "R-H7")
@pytest.mark.parametrize("case", CASES)
async def test_an_answer_names_no_product_and_invites_no_other_site(case: str) -> None:
    answer = await answer_to(case)
    names = {name for name, _ in answer.headers}

    assert not names & {"server", "x-powered-by", "set-cookie", "access-control-allow-origin"}


@pytest.mark.parametrize("case", [case for case in CASES if case[:1] in "45"])
async def test_every_failure_is_a_problem(case: str) -> None:
    answer = await answer_to(case)

    if case == "400 of OAuth":
        assert answer.json()["error"] == "invalid_request"
    else:
        assert answer.code
        assert answer.json()["instance"] == f"urn:request:{answer.header('x-request-id')}"


async def test_https_is_not_asked_for_where_it_is_not_spoken() -> None:
    answer = await answer_to("200", https=False)

    assert answer.header("strict-transport-security") is None

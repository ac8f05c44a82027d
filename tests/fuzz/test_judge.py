"""The judge of the fuzzed requests finds what is wrong with an answer: each kind of fault, in an answer that has it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.fuzz.asked import Asked
from tests.fuzz.judge import PROBLEM, Judge
from tests.unit.http.asgi import Answer

HEADERS = [("x-request-id", "1"), ("x-content-type-options", "nosniff")]
ASKED = Asked(method="GET", path="/auth/me", secrets=("cnry-1",))
JUDGE = Judge()


def problem(status: int, code: str, *headers: tuple[str, str], **members: object) -> Answer:
    document: dict[str, Any] = {
        "type": f"urn:auth-service:problem:{code}", "title": "T", "instance": "urn:request:1", "status": status,
        "detail": "D", "code": code, **members,
    }  # fmt: skip
    return Answer(status, [("content-type", PROBLEM), *HEADERS, *headers], json.dumps(document).encode())


FINE = problem(401, "missing_token", ("www-authenticate", "Bearer"))


def test_an_answer_that_is_documented_is_fine() -> None:
    assert JUDGE.faults(ASKED, FINE) == []
    assert JUDGE.faults(replace(ASKED, method="HEAD"), FINE) == []
    assert JUDGE.faults(ASKED, problem(503, "unavailable", ("retry-after", "2"))) == []


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (problem(500, "internal_error"), "500 is a failure of ours"),
        (problem(503, "internal_error", ("retry-after", "2")), "503 is a failure of ours"),
        (problem(401, "missing_token", ("www-authenticate", "Bearer"), detail="cnry-1"), "a secret came back"),
        (problem(401, "missing_token", ("www-authenticate", "cnry-1")), "a secret came back"),
        (problem(401, "unheard_of", ("www-authenticate", "Bearer")), "does not say that 401 is unheard_of"),
        (problem(418, "teapot"), "does not say that it answers 418"),
        (problem(401, "missing_token", ("server", "x")), "does not say that 401 has ['server']"),
        (problem(401, "missing_token", detail=7), "against its schema"),
        (Answer(200, [("content-type", "application/json"), *HEADERS], b"{}"), "against its schema"),
        (Answer(200, [("content-type", "application/json"), *HEADERS], b"{"), "what is no JSON"),
        (Answer(200, [("content-type", "text/html"), *HEADERS], b""), "does not say that 200 is text/html"),
        (Answer(401, [("content-type", PROBLEM)], FINE.body), "lacks a header field"),
        (Answer(401, [*FINE.headers, *HEADERS], FINE.body), "a header field is given twice"),
        (Answer(401, FINE.headers, FINE.body + b" " * 3_000_000), "bytes"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(answer: Answer, fault: str) -> None:
    assert fault in " ".join(JUDGE.faults(ASKED, answer))


def test_what_is_no_operation_is_told_as_that() -> None:
    nowhere = Asked(method="GET", path="/auth/nowhere")
    allowed = problem(405, "method_not_allowed", ("allow", "GET"))

    assert JUDGE.faults(nowhere, problem(404, "not_found")) == []
    assert JUDGE.faults(Asked(method="POST", path="/auth/me"), allowed) == []
    assert "what is no operation" in " ".join(JUDGE.faults(nowhere, FINE))
    assert "405 says which" in " ".join(
        JUDGE.faults(Asked(method="POST", path="/auth/me"), replace(allowed, headers=HEADERS))
    )


def test_a_form_is_judged_before_the_method_where_forms_are_asked_for_and_nowhere_else() -> None:
    headers = [("content-type", "application/json"), *HEADERS]
    refused = Answer(400, headers, b'{"error": "invalid_request", "error_description": "A parameter is given twice."}')

    assert JUDGE.faults(Asked(method="BREW", path="/oauth/introspect"), refused) == []
    assert "what is no operation" in " ".join(JUDGE.faults(Asked(method="BREW", path="/auth/login"), refused))


def test_what_is_logged_is_judged_too() -> None:
    line = {"event": "request", "log_level": "info", "path": "cnry-1"}
    unexpected = {"event": "unexpected_error", "error": ["ValueError"], "way": ["here"]}

    assert "a secret was logged" in " ".join(JUDGE.faults(ASKED, FINE, lines=[line]))
    assert "nobody expected" in " ".join(JUDGE.faults(ASKED, FINE, lines=[unexpected]))
    assert "somebody complains" in " ".join(JUDGE.faults(ASKED, FINE, said=["Task exception was never retrieved"]))
    assert "it took" in " ".join(JUDGE.faults(ASKED, FINE, seconds=6))

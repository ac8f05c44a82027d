"""What the server itself makes of requests that can be read in two ways, byte by byte and without a proxy."""

import json
import re
import socket

import pytest

from tests.integration.operations.service_process import ServiceProcess, eventually
from tests.integration.serving.framing_cases import CASES, HIDDEN, Case, Verdict
from tests.integration.serving.wire import connect, exchange

OK = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"


def ids(case: Case) -> tuple[str, str]:
    number = CASES.index(case)
    return f"case-{number:03}", f"case-{number:03}-inner"


@pytest.mark.covers("HTTP-12", "HTTP-13", "HTTP-08", "HTTP-22")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_request_has_one_reading_or_none(case: Case, service: ServiceProcess) -> None:
    request_id, inner = ids(case)

    said = exchange(service.port, *case.pieces(request_id, inner))

    assert said.statuses == [case.status]
    assert said.closed is (case.verdict is not Verdict.SERVED)
    # The log is written before the answer is sent: had the hidden request been taken for one, it would stand there.
    assert f'"{inner}"' not in service.said


@pytest.mark.covers("HTTP-17", "HTTP-19")
def test_even_a_request_that_was_none_is_answered_with_a_problem_and_with_careful_headers(
    service: ServiceProcess,
) -> None:
    head, _, body = exchange(service.port, b"\x00secret\r\n\r\n").received.partition(b"\r\n\r\n")
    fields = dict(re.findall(rb"\r\n([a-z-]+): ([^\r]*)", head))

    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (400, "bad_framing")
    assert fields[b"content-type"] == b"application/problem+json"
    assert fields[b"cache-control"] == b"no-store"
    assert fields[b"x-content-type-options"] == b"nosniff"
    assert fields[b"connection"] == b"close"
    assert b"secret" not in head + body
    assert b"server" not in fields
    assert problem["instance"] == f"urn:request:{fields[b'x-request-id'].decode()}"


@pytest.mark.parametrize(
    ("request_line", "answer"),
    [(b"GET /health/live", b"}"), (b"HEAD /health/live", b"\r\n\r\n"), (b"GET /nothing", b"}")],
    ids=["with a body", "without one", "refused"],
)
def test_who_says_no_more_is_answered_all_the_same(request_line: bytes, answer: bytes, service: ServiceProcess) -> None:
    for _ in range(10):
        with connect(service.port) as connection:
            connection.sendall(request_line + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            received = b"".join(iter(lambda: connection.recv(4096), b""))

        assert received.startswith(b"HTTP/1.1 ")
        assert received.endswith(answer)


def test_head_and_body_of_an_answer_come_in_one_piece(service: ServiceProcess) -> None:
    with connect(service.port) as connection:
        for _ in range(20):
            connection.sendall(OK)
            received = connection.recv(4096)

            assert received.startswith(b"HTTP/1.1 200 ")
            assert received.endswith(b"}")


@pytest.mark.covers("HTTP-24")
def test_requests_sent_ahead_are_answered_in_order_and_no_more_than_a_few(service: ServiceProcess) -> None:
    three = exchange(service.port, OK + b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + OK)
    thousand = exchange(service.port, OK * 1000)

    assert (three.statuses, three.closed) == ([200, 404, 200], False)
    assert 1 <= len(thousand.statuses) <= 10
    assert set(thousand.statuses) == {200}
    assert thousand.closed


@pytest.mark.covers("HTTP-24")
def test_whatever_is_wrong_behind_a_request_does_not_answer_in_its_place(service: ServiceProcess) -> None:
    post = b"POST /auth/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    cut = post + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + HIDDEN

    said = exchange(service.port, OK + OK + cut)

    assert (said.statuses, said.closed) == ([200, 200], True)


@pytest.mark.covers("HTTP-01")
def test_nobody_is_asked_to_go_on_with_a_body_that_is_too_large(service: ServiceProcess) -> None:
    head = b"POST /auth/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"

    small = exchange(service.port, head + b"Content-Length: 2\r\n\r\n", b"{}")
    large = exchange(service.port, head + b"Content-Length: 70000\r\n\r\n")

    assert small.statuses == [100, 422]
    assert large.statuses == [413]


@pytest.mark.covers("HTTP-12", "THR-04")
def test_a_trailer_says_nothing_about_where_a_request_came_from(service: ServiceProcess) -> None:
    before = len(re.findall('"request_refused"', service.said))
    head = (
        b"POST /auth/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )

    said = exchange(service.port, head + b"2\r\n{}\r\n0\r\n", b"X-Forwarded-For: 192.0.2.66\r\n\r\n")

    assert said.statuses == [400]
    eventually(lambda: len(re.findall('"request_refused"', service.said)) == before + 1, within=5)

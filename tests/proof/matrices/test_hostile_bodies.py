"""Bodies made to hurt, sent to every route that reads one: a clear 4xx, and nothing of them comes back."""

import json
from urllib.parse import urlencode

import pytest

from auth_http.schemas.people import Registration
from tests.unit.http.asgi import FORM, JSON, ask
from tests.unit.http.service import PASSWORD, Service

CANARY = "Zx9-canary-quartz"

ROUTES = {
    "POST /auth/register": {"email": CANARY, "password": CANARY, "first_name": CANARY, "last_name": CANARY},
    "POST /auth/login": {"email": CANARY, "password": CANARY},
    "POST /auth/refresh": {"refresh_token": CANARY},
    "POST /auth/verify": {"token": CANARY},
    "PATCH /auth/me": {"first_name": CANARY},
    "DELETE /auth/me": {"password": CANARY},
    "PUT /auth/me": {"first_name": CANARY, "last_name": CANARY},
    "POST /auth/change-password": {"current_password": CANARY, "new_password": CANARY},
}
FORMS = {
    "/auth/token": {"grant_type": "password", "username": CANARY, "password": CANARY},
    "/oauth/introspect": {"token": CANARY, "client_id": CANARY, "client_secret": CANARY},
    "/oauth/revoke": {"token": CANARY, "client_id": CANARY, "client_secret": CANARY},
}
WRONG_TYPES: list[object] = [1, 1.5, True, None, [], {}, [CANARY], {CANARY: CANARY}]

each_route = pytest.mark.parametrize("route", ROUTES)


def documents(members: dict[str, str]) -> dict[str, bytes]:
    whole = json.dumps(members)
    inside = whole[:-1]
    first = next(iter(members))
    twice = f'{inside}, "{first}": "{CANARY}"}}'
    return {
        "not an object": json.dumps([members]).encode(),
        "a text": json.dumps(CANARY).encode(),
        "a number": b"7",
        "null": b"null",
        "nothing in it": b"{}",
        "NaN": f'{inside}, "x": NaN}}'.encode(),
        "NaN for a member": whole.replace(f'"{CANARY}"', "NaN").encode(),
        "Infinity": whole.replace(f'"{CANARY}"', "-Infinity").encode(),
        "1e999": whole.replace(f'"{CANARY}"', "1e999").encode(),
        "a number of 5,000 digits": whole.replace(f'"{CANARY}"', "9" * 5000).encode(),
        "a lone surrogate": whole.replace(CANARY, CANARY + "\\ud800").encode(),
        "a lone surrogate for a name": f'{inside}, "{CANARY}\\udc00": 1}}'.encode(),
        "NUL": whole.replace(CANARY, CANARY + "\\u0000").encode(),
        "a member twice": twice.encode(),
        "no UTF-8": whole.encode().replace(CANARY.encode(), CANARY.encode() + b"\xff"),
        "UTF-16": whole.encode("utf-16"),
        "a byte order mark": whole.encode("utf-8-sig"),
        "cut off": whole[:-3].encode(),
        "5,000 levels": b'{"x":' * 5000 + b"1" + b"}" * 5000,
        "200,000 levels": b"[" * 200_000,
        "an unknown member": f'{inside}, "{CANARY}": "{CANARY}"}}'.encode(),
        "a thousand unknown members": f"{inside}, {', '.join(f'"{CANARY}{n}": {n}' for n in range(1000))}}}".encode(),
        "10 MB": b'"' + CANARY.encode() * 600_000 + b'"',
    }


@pytest.mark.covers("HTTP-01", "HTTP-03", "HTTP-04", "HTTP-05", "HTTP-06", "HTTP-07", "HTTP-08", "HTTP-19", "R-H5")
@each_route
async def test_no_document_breaks_a_route_or_comes_back_from_it(service: Service, route: str) -> None:
    method, path = route.split(" ")
    token = (await service.signed_in())["access_token"]
    bearer = (b"authorization", b"Bearer " + token.encode())

    for name, document in documents(ROUTES[route]).items():
        if (route, name) == ("PATCH /auth/me", "nothing in it"):
            continue  # Nothing is left to change, and that is fine.
        answer = await ask(service.app, method, path, JSON, bearer, body=document)

        assert answer is not None
        assert answer.status in {400, 413, 422}, name
        assert answer.code, name
        assert CANARY.encode() not in answer.body, name
        assert CANARY not in repr(answer.headers), name
        assert len(answer.body) < 4096, name


@pytest.mark.covers("PWD-10", "HTTP-09", "HTTP-19")
@each_route
async def test_a_value_of_another_type_is_not_taken_for_a_text(service: Service, route: str) -> None:
    method, path = route.split(" ")
    token = (await service.signed_in())["access_token"]

    for member in ROUTES[route]:
        for value in WRONG_TYPES:
            answer = await service.ask(method, path, {**ROUTES[route], member: value}, token=token)

            assert (answer.status, answer.code) == (422, "rejected")
            assert answer.json()["errors"] == [
                {"pointer": f"#/{member}", "code": "wrong_type", "detail": "This is to be a text."}
            ]


@pytest.mark.covers("HTTP-10", "HTTP-16", "R-H1")
@each_route
async def test_json_under_another_name_is_not_read(service: Service, route: str) -> None:
    method, path = route.split(" ")
    document = json.dumps(ROUTES[route]).encode()

    for content_type in (b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x", None):
        headers = [(b"content-type", content_type)] if content_type else []
        answer = await ask(service.app, method, path, *headers, body=document)

        assert answer is not None
        assert (answer.status, answer.code) == (415, "unsupported_media_type")


@pytest.mark.covers("HTTP-19", "REG-11")
async def test_an_unknown_member_is_answered_with_the_known_ones(service: Service) -> None:
    answer = await service.ask("POST", "/auth/login", {**ROUTES["POST /auth/login"], CANARY: 1, "roles": []})

    assert answer.json()["errors"] == [
        {
            "pointer": "#",
            "code": "unknown_member",
            "detail": "There is a member here that is not known. "
            "Known are: email, password, device_name, new_password.",
        }
    ]


@pytest.mark.covers("PWD-06", "PWD-05")
@pytest.mark.parametrize(("password", "status"), [("pä" * 341 + "x", 201), ("pä" * 341 + "xy", 422), ("", 422)])
async def test_a_password_is_measured_in_bytes_at_its_upper_end(service: Service, password: str, status: int) -> None:
    before = service.hasher.hashes
    answer = await service.register(password=password)

    assert answer.status == status
    assert service.hasher.hashes - before == (1 if status == 201 else 0)
    assert not password or password.encode() not in answer.body


@pytest.mark.covers("REG-09", "REG-16", "HTTP-14")
@pytest.mark.parametrize(
    "text", ["x\r\nBcc: eve@example.com", "\u202egnp.exe", "a\u200bb", "\x1b[2J", "\u2028", "x" * 101, "\u0085"]
)
async def test_a_name_that_could_forge_a_line_is_refused(service: Service, text: str) -> None:
    token = (await service.signed_in())["access_token"]
    answer = await service.ask("PATCH", "/auth/me", {"first_name": text}, token=token)

    assert answer.status == 422
    assert answer.json()["errors"][0]["code"] == "invalid_name"


@pytest.mark.covers("REG-10", "RST-13")
@pytest.mark.parametrize(
    "email",
    [
        "a@b",
        "a@b@c.d",
        '"a b"@c.de',
        "a@[127.0.0.1]",
        "a(x)@b.cd",
        "a@x,b@y.z",
        "x" * 65 + "@b.cd",
        "a@b.cd\r\nCc: x@y.z",
    ],
)
async def test_an_address_mail_cannot_be_sent_to_is_refused(service: Service, email: str) -> None:
    answer = await service.register(email=email)

    assert answer.status == 422
    assert answer.json()["errors"] == [
        {
            "pointer": "#/email",
            "code": "invalid_email",
            "detail": "This is not an e-mail address that mail can be sent to.",
        }
    ]


@pytest.mark.covers("HTTP-11", "HTTP-07", "HTTP-08", "HTTP-19")
@pytest.mark.parametrize("path", FORMS)
async def test_no_form_breaks_an_endpoint_or_comes_back_from_it(service: Service, path: str) -> None:
    start = urlencode(FORMS[path]).encode()

    for form in (
        start + b"%ff", start + b"%00", start + b"%ed%a0%80", start + "é".encode(), start + b"\xff",
        start + b"&" * 2000,
        start + b"&" + start, b"&".join(b"a%d=b" % n for n in range(10_000)), CANARY.encode(), b"\0", b"=" * 100,
        b"grant_type=" + CANARY.encode(), start + b"&scope=" + CANARY.encode(), start + b"%zz", start + b"%",
    ):  # fmt: skip
        answer = await ask(service.app, "POST", path, FORM, body=form)

        assert answer is not None
        assert answer.status in {400, 401, 413}, form[:80]
        assert CANARY.encode() not in answer.body
        if answer.status < 413:
            assert set(answer.json()) == {"error", "error_description"}


@pytest.mark.covers("HTTP-08")
@pytest.mark.parametrize(
    "path", ["/auth/me\0", "/\0", "/auth/\r\nme", "/\ud7ff", "/%00", "/" + "a" * 60_000, "/auth/\u2028"]
)
async def test_an_address_nobody_has_is_not_found(service: Service, path: str) -> None:
    answer = await service.ask("GET", path)

    assert (answer.status, answer.code) == (404, "not_found")
    assert "a" * 100 not in answer.body.decode()


@pytest.mark.covers("HTTP-22", "R-H1")
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "FOO", "get", "OPTIONS", "POST", ""])
async def test_a_method_an_address_does_not_know_is_told_with_those_it_does(service: Service, method: str) -> None:
    answer = await service.ask(method, "/auth/me", headers=((b"x-canary", CANARY.encode()),))

    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert answer.header("allow") == "DELETE, GET, HEAD, PATCH, PUT"
    assert CANARY.encode() not in answer.body


async def test_a_password_never_shows_in_what_is_read_from_a_request() -> None:
    asked = Registration.model_validate({"email": "a@b.cd", "password": PASSWORD, "first_name": "G", "last_name": "H"})

    assert PASSWORD not in repr(asked) + str(asked)
    assert asked.password.reveal() == PASSWORD

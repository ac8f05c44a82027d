"""The documentation page, self-contained or absent."""

import re

import pytest
from fastapi import FastAPI

from auth_http.application import application
from auth_http.settings import Settings
from tests.unit.http.asgi import Answer, ask
from tests.unit.http.parts import Parts


def serving(*, docs: bool) -> FastAPI:
    return application(Parts(settings=Settings(docs=docs)))


async def get(app: FastAPI, path: str, *headers: tuple[bytes, bytes]) -> Answer:
    answer = await ask(app, "GET", path, *headers)
    assert answer is not None
    return answer


async def test_the_page_loads_everything_from_the_service_itself() -> None:
    app = serving(docs=True)
    page = await get(app, "/docs")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.body.decode())

    assert page.status == 200
    assert len(addresses) == 4
    for address in addresses:
        assert (await get(app, f"/{address}")).status == 200


async def test_the_page_may_run_no_script_but_its_own() -> None:
    page = await get(serving(docs=True), "/docs")
    policy = dict(part.strip().split(" ", 1) for part in (page.header("content-security-policy") or "").split(";"))

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert b"<script>" not in page.body


async def test_the_files_are_sent_once_and_confirmed_afterwards() -> None:
    app = serving(docs=True)
    first = await get(app, "/docs/swagger-ui.css")
    again = await get(app, "/docs/swagger-ui.css", (b"if-none-match", (first.header("etag") or "").encode()))

    assert (first.status, again.status, again.body) == (200, 304, b"")


async def test_there_are_no_other_files() -> None:
    app = serving(docs=True)

    for path in ("/docs/__init__.py", "/docs/../app.py", "/docs/..", "/docs/a/b", "/docs/"):
        assert (await get(app, path)).status == 404


async def test_the_document_is_written_once_since_anybody_may_ask() -> None:
    app = serving(docs=True)
    first = await get(app, "/openapi.json")
    app.openapi_schema = {}
    again = await get(app, "/openapi.json")

    assert first.status == 200
    assert first.header("content-type") == "application/json"
    assert first.json()["paths"].keys() >= {"/auth/login", "/auth/me"}
    assert again.body == first.body


async def test_the_document_says_under_which_path_the_service_is_mounted() -> None:
    app = serving(docs=True)
    outer = FastAPI(openapi_url=None)
    outer.mount("/accounts", app)

    assert (await get(outer, "/accounts/openapi.json")).json()["servers"] == [{"url": "/accounts"}]
    assert "servers" not in (await get(app, "/openapi.json")).json()


@pytest.mark.covers("R-H7", "HTTP-23")
async def test_turned_off_there_is_no_trace_of_it() -> None:
    app = serving(docs=False)

    for path in ("/docs", "/docs/start.js", "/docs/swagger-ui.css", "/openapi.json", "/redoc"):
        assert (await get(app, path)).code == "not_found"

"""The key set over HTTP: answers of the service, and of somebody who means harm or something else."""

import gzip
from datetime import timedelta

import httpx2
import pytest

from auth_adapters.verify_only.key_set_client import HttpKeySet, KeySetAnswer
from auth_core import Unavailable
from tests.unit.contracts.test_http_revocation_feed import Stranger
from tests.unit.verify_only.issuer import SETTINGS, Issuer
from tests.unit.verify_only.test_public_keys import EC, key_set

JSON = (b"content-type", b"application/json")


async def asked(stranger: Stranger, known: str | None = None) -> KeySetAnswer:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=stranger)) as client:
        return await HttpKeySet(client, address="https://auth.example/").ask(known=known)


def header(stranger: Stranger, name: bytes) -> bytes | None:
    assert stranger.asked is not None
    return dict(stranger.asked["headers"]).get(name)


async def test_the_service_tells_its_keys_and_later_that_they_are_the_same() -> None:
    issuer = await Issuer.make()
    async with issuer.client() as client:
        source = HttpKeySet(client, address=SETTINGS.issuer)
        first = await source.ask(known=None)
        second = await source.ask(known=first.tag)

    assert first.keys
    assert first.keys.keys() == {key["kid"] for key in issuer.auth.tokens.publish_keys()}
    assert (second.keys, second.tag) == (None, first.tag)
    assert first.max_age == second.max_age == issuer.policies.tokens.jwks_cache


async def test_it_asks_past_caches_and_for_nothing_compressed() -> None:
    stranger = Stranger(body=key_set(EC))
    await asked(stranger, known='"tag"')

    assert stranger.asked is not None
    assert stranger.asked["path"] == "/.well-known/jwks.json"
    assert header(stranger, b"if-none-match") == b'"tag"'
    assert header(stranger, b"cache-control") == b"no-cache"
    assert header(stranger, b"accept-encoding") == b"identity"
    assert header(stranger, b"authorization") is None


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (b"public, max-age=300", 300),
        (b"max-age=0", 0),
        (b"Max-Age=60,public", 60),
        (b'max-age="60"', 60),
        (b"s-maxage=60", 0),
        (b"max-age=-5", 0),
        (b"max-age=1e9", 0),
        (b"max-age=99999999999999999999", 0),
        (b"no-store", 0),
        (b"", 0),
    ],
)
async def test_how_long_it_may_be_kept_is_what_it_says(said: bytes, seconds: int) -> None:
    answer = await asked(Stranger(body=key_set(EC), headers=(JSON, (b"cache-control", said))))

    assert answer.max_age == timedelta(seconds=seconds)


@pytest.mark.parametrize("tag", [b"", b'"' + b"x" * 200 + b'"', b'"\xe4"'])
async def test_a_tag_that_is_none_is_not_sent_back(tag: bytes) -> None:
    answer = await asked(Stranger(body=key_set(EC), headers=(JSON, (b"etag", tag))))

    assert answer.tag is None


@pytest.mark.covers("JWT-05", "JWT-06")
@pytest.mark.parametrize("status", [201, 204, 206, 301, 302, 304, 307, 308, 400, 401, 403, 404, 429, 500, 503])
async def test_a_refusal_or_a_redirect_is_no_answer_and_nobody_else_is_asked(status: int) -> None:
    location = (b"location", b"https://elsewhere.example/")
    stranger = Stranger(status=status, body=key_set(EC), headers=(JSON, location))
    with pytest.raises(Unavailable):
        await asked(stranger)

    assert header(stranger, b"host") == b"auth.example"


async def test_an_answer_without_end_is_given_up() -> None:
    with pytest.raises(Unavailable):
        await asked(Stranger(body=b" " * (1 << 12), parts=17))
    with pytest.raises(Unavailable):
        await asked(Stranger(body=key_set(EC, padding="x" * (1 << 16))))


@pytest.mark.parametrize("body", [gzip.compress(key_set(EC)), key_set(EC)], ids=["packed", "plain"])
async def test_what_is_said_to_be_compressed_is_not_unpacked(body: bytes) -> None:
    with pytest.raises(Unavailable):
        await asked(Stranger(body=body, headers=(JSON, (b"content-encoding", b"gzip"))))


async def test_what_is_no_key_set_is_no_answer() -> None:
    with pytest.raises(Unavailable):
        await asked(Stranger(body=b"<html>"))


async def test_a_network_that_fails_is_no_answer() -> None:
    issuer = await Issuer.make()
    issuer.network.is_cut = True
    async with issuer.client() as client:
        with pytest.raises(Unavailable):
            await HttpKeySet(client, address=SETTINGS.issuer).ask(known=None)

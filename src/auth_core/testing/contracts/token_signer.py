"""What every token signer promises: nothing but the one spelling of a token of its own is ever opened."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import pytest

from auth_core.tokens.compact import LARGEST_TOKEN
from auth_core.tokens.errors import InvalidToken, MalformedToken
from auth_core.tokens.ports import TokenSigner

PAYLOAD: Final[Mapping[str, object]] = {"sub": "somebody", "exp": 1_900_000_000, "roles": ["user", "ädmin"]}

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class TokenSignerContract:
    """Subclass it and provide `signer`, `stranger` and `sign_bytes`, and `common_knowledge` if there is any."""

    @pytest.fixture
    def signer(self) -> TokenSigner:
        raise NotImplementedError("your subclass gives this fixture")

    @pytest.fixture
    def stranger(self) -> TokenSigner:
        """Provide a signer of the same kind with other keys."""
        raise NotImplementedError("your subclass gives this fixture")

    @pytest.fixture
    def sign_bytes(self) -> Callable[[bytes], bytes]:
        """Provide a function that signs anything at all with the key `signer` signs with."""
        raise NotImplementedError("your subclass gives this fixture")

    @pytest.fixture
    def common_knowledge(self) -> Sequence[bytes]:
        """Provide what everybody knows of the key, in every encoding somebody could take for a secret."""
        return ()

    def test_it_opens_what_it_has_signed(self, signer: TokenSigner) -> None:
        for payload in (
            {},
            PAYLOAD,
            {"text": '\0\n"\\ \N{GRINNING FACE}', "none": None, "nested": {"list": [1, True]}},
        ):
            assert signer.open(signer.sign(payload).reveal()) == payload

    def test_a_token_does_not_show_itself(self, signer: TokenSigner) -> None:
        token = signer.sign(PAYLOAD)

        assert token.reveal() not in f"{token!r} {token}"

    def test_the_header_says_algorithm_kind_and_key_and_nothing_else(self, signer: TokenSigner) -> None:
        header = _header(signer)

        assert set(header) == {"alg", "typ", "kid"}
        assert all(isinstance(value, str) and value for value in header.values())

    def test_the_same_key_writes_the_same_header(self, signer: TokenSigner) -> None:
        assert _header(signer) == _header(signer)

    def test_it_does_not_open_what_others_have_signed(self, signer: TokenSigner, stranger: TokenSigner) -> None:
        _refuses(signer, stranger.sign(PAYLOAD).reveal())

    def test_it_does_not_open_what_others_have_signed_in_its_name(
        self, signer: TokenSigner, stranger: TokenSigner
    ) -> None:
        header, payload, _ = signer.sign(PAYLOAD).reveal().split(".")
        _, _, signature = stranger.sign(PAYLOAD).reveal().split(".")

        _refuses(signer, f"{header}.{payload}.{signature}")

    def test_no_other_payload_goes_with_the_signature(self, signer: TokenSigner) -> None:
        header, _, signature = signer.sign(PAYLOAD).reveal().split(".")

        _refuses(signer, f"{header}.{_encode(_json({**PAYLOAD, 'sub': 'root'}))}.{signature}")

    def test_no_character_can_be_another(self, signer: TokenSigner) -> None:
        token = signer.sign(PAYLOAD).reveal()
        for position, character in enumerate(token):
            neighbour = _ALPHABET[(_ALPHABET.find(character) + 1) % len(_ALPHABET)]
            _refuses(signer, f"{token[:position]}{neighbour}{token[position + 1 :]}")

    def test_the_last_character_of_a_segment_has_one_spelling(
        self, signer: TokenSigner, sign_bytes: Callable[[bytes], bytes]
    ) -> None:
        for padding in range(3):
            payload = _json({"sub": "x" * padding})
            for twin in _twins(_encode(payload)):
                _refuses(signer, _signed(_encode(_json(_header(signer))), twin, sign_bytes))
        header, payload_text, signature = signer.sign(PAYLOAD).reveal().split(".")
        for twin in _twins(signature):
            _refuses(signer, f"{header}.{payload_text}.{twin}")

    def test_nothing_may_be_added_to_the_text(self, signer: TokenSigner) -> None:
        token = signer.sign(PAYLOAD).reveal()
        header, payload, signature = token.split(".")
        for respelled in (
            f" {token}",
            f"{token} ",
            f"{token}\n",
            f"{token}=",
            f"{token}==",
            f"{token}.",
            f".{token}",
            f"{token}\0",
            f"Bearer {token}",
            f'"{token}"',
            f"{header}=.{payload}.{signature}",
            f"{header}.{payload}=.{signature}",
            f"{header}. {payload}.{signature}",
            f"{header}.{payload}.\n{signature}",
            f"{header}..{payload}.{signature}",
            f"{header}.{payload}.{signature}.{signature}",
            f"{header}.{payload}.{signature}.{signature}.{signature}",
            token.replace("e", "\uff45", 1),
            token.replace("-", "+").replace("_", "/") + "+",
        ):
            _refuses(signer, respelled)

    def test_padding_is_refused_even_when_it_was_signed(
        self, signer: TokenSigner, sign_bytes: Callable[[bytes], bytes]
    ) -> None:
        header = _encode(_json(_header(signer)))
        for length in range(3):
            payload = base64.urlsafe_b64encode(_json({"sub": "x" * length})).decode("ascii")
            if payload.endswith("="):
                _refuses(signer, _signed(header, payload, sign_bytes))

    def test_what_is_no_token_is_malformed(self, signer: TokenSigner) -> None:
        header, payload, signature = signer.sign(PAYLOAD).reveal().split(".")
        for text in (
            "",
            ".",
            "..",
            "....",
            "token",
            "null",
            f"{header}.{payload}",
            f"{header}",
            f"..{signature}",
            f"{header}..{signature}",
            f".{payload}.{signature}",
            f"{header}.{payload}.{signature}.",
            f"{header}.{payload}.{signature}.a.b",
            json.dumps({"protected": header, "payload": payload, "signature": signature}),
            json.dumps({"payload": payload, "signatures": [{"protected": header, "signature": signature}]}),
            "\ud800.\ud800.\ud800",
            "\0",
            "١.٢.٣",  # noqa: RUF001 - digits that are not ASCII on purpose
            f"{_encode(b'[]')}.{payload}.{signature}",
            f"{_encode(b'{')}.{payload}.{signature}",
            f"{_encode(b'null')}.{payload}.{signature}",
            f"{_encode(b'[' * 4000)}.{payload}.{signature}",
        ):
            with pytest.raises(MalformedToken):
                signer.open(text)

    def test_what_is_too_large_is_malformed_before_it_is_read(
        self, signer: TokenSigner, sign_bytes: Callable[[bytes], bytes]
    ) -> None:
        large = _signed(_encode(_json(_header(signer))), _encode(_json({"x": "x" * LARGEST_TOKEN})), sign_bytes)
        for text in (large, "a" * 10_000_000):
            with pytest.raises(MalformedToken):
                signer.open(text)

    def test_an_unsigned_token_is_refused(self, signer: TokenSigner) -> None:
        header = _header(signer)
        payload = _encode(_json(PAYLOAD))
        for algorithm in ("none", "None", "NONE", "nOnE", "", "null", header["alg"]):
            _refuses(signer, f"{_encode(_json({**header, 'alg': algorithm}))}.{payload}.")
            _refuses(signer, f"{_encode(_json({**header, 'alg': algorithm}))}.{payload}.AA")

    def test_the_key_chooses_the_algorithm_and_not_the_header(
        self, signer: TokenSigner, sign_bytes: Callable[[bytes], bytes]
    ) -> None:
        header = _header(signer)
        payload = _encode(_json(PAYLOAD))
        real = str(header["alg"])
        others = ("none", "HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "ES384", "EdDSA", "ES256K", "dir")
        oddities: tuple[object, ...] = (real.lower(), f" {real}", f"{real}\0", [real], None, 256, {}, True, "")
        for algorithm in (*(other for other in others if other != real), *oddities):
            _refuses(signer, _signed(_encode(_json({**header, "alg": algorithm})), payload, sign_bytes))

    def test_what_everybody_knows_is_no_secret(self, signer: TokenSigner, common_knowledge: Sequence[bytes]) -> None:
        payload = _encode(_json(PAYLOAD))
        for known in (b"", b"\0", b"secret", *common_knowledge):
            for algorithm, digest in (("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")):
                header = _encode(_json({**_header(signer), "alg": algorithm}))
                signing_input = f"{header}.{payload}"
                mac = hmac.digest(known, signing_input.encode("ascii"), digest)
                _refuses(signer, f"{signing_input}.{_encode(mac)}")

    def test_a_token_of_another_kind_is_refused_under_the_same_key(
        self, signer: TokenSigner, sign_bytes: Callable[[bytes], bytes]
    ) -> None:
        header = _header(signer)
        payload = _encode(_json(PAYLOAD))
        typ = str(header["typ"])
        kinds = ("JWT", "jwt", "at+jwt", "rt+jwt", "id+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", "")
        oddities = (typ.upper(), f"application/{typ}", f"{typ} ", [typ], None, 1, True)
        for other in (*(kind for kind in kinds if kind != typ), *oddities):
            _refuses(signer, _signed(_encode(_json({**header, "typ": other})), payload, sign_bytes))

    def test_a_key_it_does_not_know_is_refused(self, signer: TokenSigner, sign_bytes: Callable[[bytes], bytes]) -> None:
        header = _header(signer)
        payload = _encode(_json(PAYLOAD))
        kid = str(header["kid"])
        oddities = (
            *("", "0", "../../../dev/null", "/proc/sys/kernel/randomize_va_space", "file:///dev/null"),
            *("' OR '1'='1", "|id", "$(id)", "\0", f"{kid}\0", f"{kid} ", kid.swapcase(), kid[:-1], "\ud800"),
            *(None, 0, True, [kid], {"kid": kid}, "x" * 4000),
        )
        for other in oddities:
            _refuses(signer, _signed(_encode(_json({**header, "kid": other})), payload, sign_bytes))

    def test_every_header_must_be_there(self, signer: TokenSigner, sign_bytes: Callable[[bytes], bytes]) -> None:
        header = _header(signer)
        payload = _encode(_json(PAYLOAD))
        for missing in header:
            rest = {name: value for name, value in header.items() if name != missing}
            _refuses(signer, _signed(_encode(_json(rest)), payload, sign_bytes))

    def test_no_other_header_is_understood(self, signer: TokenSigner, sign_bytes: Callable[[bytes], bytes]) -> None:
        header = _header(signer)
        payload = _encode(_json(PAYLOAD))
        others: tuple[Mapping[str, object], ...] = (
            {"crit": []},
            {"crit": ["exp"], "exp": 1},
            {"crit": ["b64"], "b64": False},
            {"b64": False},
            {"b64": True},
            {"jku": "http://127.0.0.1:9/keys"},
            {"x5u": "http://127.0.0.1:9/chain"},
            {"jwk": {"kty": "oct", "k": ""}},
            {"x5c": ["MIIB"]},
            {"x5t": "AA"},
            {"cty": "JWT"},
            {"zip": "DEF"},
            {"enc": "A256GCM"},
            {"iss": "x"},
            {"": ""},
            {"ALG": "none"},
        )
        for other in others:
            _refuses(signer, _signed(_encode(_json({**header, **other})), payload, sign_bytes))

    def test_a_header_given_twice_is_refused(self, signer: TokenSigner, sign_bytes: Callable[[bytes], bytes]) -> None:
        text = json.dumps(_header(signer))
        payload = _encode(_json(PAYLOAD))
        for name, value in _header(signer).items():
            for twice in (
                f'{text[:-1]}, "{name}": {json.dumps(value)}}}',
                f'{{"{name}": "none", {text[1:]}',
                f'{text[:-1]}, "\\u{ord(name[0]):04x}{name[1:]}": {json.dumps(value)}}}',
            ):
                _refuses(signer, _signed(_encode(twice.encode()), payload, sign_bytes))

    def test_a_signed_payload_that_is_no_plain_object_is_refused(
        self, signer: TokenSigner, sign_bytes: Callable[[bytes], bytes]
    ) -> None:
        header = _encode(_json(_header(signer)))
        for document in (
            b"[]",
            b'"text"',
            b"null",
            b"1",
            b"true",
            b"{",
            b"{}{}",
            b"{'sub': 'x'}",
            b'{"sub": "\xff"}',
            b'{"sub": "\xed\xa0\x80"}',
            b'\xef\xbb\xbf{"sub": "x"}',
            '{"sub": "x"}'.encode("utf-16"),
            '{"sub": "x"}'.encode("utf-16-le"),
            '{"sub": "x"}'.encode("utf-32"),
            b'{"sub": "x", "sub": "x"}',
            b'{"sub": "x", "\\u0073ub": "y"}',
            b'{"deep": {"sub": "x", "sub": "y"}}',
            b'{"exp": NaN}',
            b'{"exp": Infinity}',
            b'{"exp": -Infinity}',
            b"[" * 5000,
            b'{"a":' * 1000,
        ):
            _refuses(signer, _signed(header, _encode(document), sign_bytes))

    def test_every_refusal_says_the_same_and_nothing_of_the_token(self, signer: TokenSigner) -> None:
        token = signer.sign(PAYLOAD).reveal()
        header, payload, _ = token.split(".")

        said = {str(_refuses(signer, f"{header}.{payload}.{forged}")) for forged in ("AA", "AAAA", "_" * 86, "A" * 43)}

        assert len(said) <= 2
        assert not any(part in text for part in (header, payload) for text in said)


def _refuses(signer: TokenSigner, token: str) -> InvalidToken | MalformedToken:
    """Return the refusal; any other exception is a finding, and so is a payload."""
    try:
        payload = signer.open(token)
    except (InvalidToken, MalformedToken) as refusal:
        return refusal
    pytest.fail(f"opened {token[:300]!r} and read {payload!r}")


def _header(signer: TokenSigner) -> dict[str, object]:
    encoded, _, _ = signer.sign(PAYLOAD).reveal().split(".")
    header: dict[str, object] = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return header


def _signed(header: str, payload: str, sign_bytes: Callable[[bytes], bytes]) -> str:
    signing_input = f"{header}.{payload}"
    return f"{signing_input}.{_encode(sign_bytes(signing_input.encode('ascii')))}"


def _twins(segment: str) -> Iterator[str]:
    """Spell a segment in every other way that a forgiving decoder reads as the same bytes."""
    data = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    for last in _ALPHABET:
        twin = segment[:-1] + last
        if twin != segment and base64.urlsafe_b64decode(twin + "=" * (-len(twin) % 4)) == data:
            yield twin


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")

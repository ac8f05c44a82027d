"""The token signers keep the contract, and the contract notices those that do not."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar, cast

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm

from auth_adapters.jwt_tokens import JwtAccessTokenSigner, JwtRefreshTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import DerivedKey, MasterSecret, Purpose
from auth_adapters.signing import sealed_key
from auth_adapters.signing.ec_key_maker import EcKeyMaker, open_private_key
from auth_adapters.signing.oct_key_maker import OctKeyMaker
from auth_adapters.signing.okp_key_maker import OkpKeyMaker
from auth_adapters.signing.prepared_keys import PreparedKey
from auth_adapters.signing.rsa_key_maker import public_members
from auth_adapters.system import SystemEntropy
from auth_core.redacted import Redacted
from auth_core.testing import HmacKeyMaker, HmacTokenSigner, MovableClock
from auth_core.testing.contracts.key_maker import ring_of
from auth_core.testing.contracts.token_signer import TokenSignerContract
from auth_core.tokens import compact
from auth_core.tokens.errors import InvalidToken, MalformedToken
from auth_core.tokens.keys import Algorithm, KeyMaterial
from auth_core.tokens.ports import TokenSigner
from tests.unit import rsa_keys
from tests.unit.contracts.mutation import caught_by

COVERED = ("JWT-01", "JWT-02", "JWT-03", "JWT-05", "JWT-06", "JWT-07", "JWT-08", "JWT-09", "JWT-10", "JWT-11", "JWT-16")


def _hmac_sha256(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda message: hmac.digest(secret, message, "sha256")


def a_vault() -> KeyVault:
    return KeyVault(MasterSecret(Redacted(b"m" * 32)).derive(Purpose.SIGNING_KEYS), entropy=SystemEntropy())


@pytest.fixture
def vault() -> KeyVault:
    return a_vault()


def sealed_rsa_key(private_key: rsa.RSAPrivateKey, vault: KeyVault) -> KeyMaterial:
    members = public_members(private_key.public_key())
    return sealed_key.seal(private_key, algorithm=Algorithm.RS256, public_members=members, vault=vault)


class AccessTokens(TokenSignerContract):
    """Everything the contract asks for, over keys of one family: ES256, or what a subclass makes."""

    @pytest.fixture
    def make(self, vault: KeyVault) -> Callable[[], KeyMaterial]:
        return EcKeyMaker(vault).make

    @pytest.fixture
    def key(self, make: Callable[[], KeyMaterial]) -> KeyMaterial:
        return make()

    @pytest.fixture
    def signer(self, key: KeyMaterial, vault: KeyVault) -> TokenSigner:
        return JwtAccessTokenSigner(ring_of(key), vault=vault, clock=MovableClock())

    @pytest.fixture
    def stranger(self, make: Callable[[], KeyMaterial], vault: KeyVault) -> TokenSigner:
        return JwtAccessTokenSigner(ring_of(make()), vault=vault, clock=MovableClock())

    @pytest.fixture
    def sign_bytes(self, key: KeyMaterial, vault: KeyVault) -> Callable[[bytes], bytes]:
        return PreparedKey.of(key, vault).sign

    @pytest.fixture
    def common_knowledge(self, key: KeyMaterial, vault: KeyVault) -> Sequence[bytes]:
        private_key = sealed_key.unseal(key, vault)
        assert isinstance(private_key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey)
        return tuple(spellings_of(private_key.public_key(), key.public_jwk))


type PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey


def spellings_of(public_key: PublicKey, jwk: Mapping[str, str]) -> Iterator[bytes]:
    """Every way to write a public key down that somebody could take for a secret."""
    encoding, public = serialization.Encoding, serialization.PublicFormat
    pem = public_key.public_bytes(encoding.PEM, public.SubjectPublicKeyInfo)
    yield from (pem, pem.strip(), pem.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + pem)
    yield public_key.public_bytes(encoding.DER, public.SubjectPublicKeyInfo)
    yield public_key.public_bytes(encoding.OpenSSH, public.OpenSSH)
    match public_key:
        case ec.EllipticCurvePublicKey():
            yield public_key.public_bytes(encoding.X962, public.UncompressedPoint)
            yield public_key.public_bytes(encoding.X962, public.CompressedPoint)
        case rsa.RSAPublicKey():
            yield public_key.public_bytes(encoding.PEM, public.PKCS1)
            yield public_key.public_bytes(encoding.DER, public.PKCS1)
        case ed25519.Ed25519PublicKey():
            yield public_key.public_bytes_raw()
    yield json.dumps(jwk).encode()
    yield json.dumps(jwk, separators=(",", ":"), sort_keys=True).encode()
    yield json.dumps({"keys": [jwk]}).encode()
    yield jwk["kid"].encode()
    for number in jwk.keys() & {"x", "n"}:
        yield jwk[number].encode()
        yield _decode(jwk[number])


@pytest.mark.covers(*COVERED)
class TestJwtAccessTokenSigner(AccessTokens): ...


@pytest.mark.covers(*COVERED)
class TestRs256(AccessTokens):
    @pytest.fixture
    def make(self, vault: KeyVault) -> Callable[[], KeyMaterial]:
        keys = iter((rsa_keys.OF_3072_BITS, rsa_keys.ANOTHER_OF_3072_BITS))
        return lambda: sealed_rsa_key(next(keys), vault)


@pytest.mark.covers(*COVERED)
class TestEdDSA(AccessTokens):
    @pytest.fixture
    def make(self, vault: KeyVault) -> Callable[[], KeyMaterial]:
        return OkpKeyMaker(vault).make


@pytest.mark.covers(*COVERED)
class TestHs256(AccessTokens):
    @pytest.fixture
    def make(self, vault: KeyVault) -> Callable[[], KeyMaterial]:
        return OctKeyMaker(vault, entropy=SystemEntropy()).make

    @pytest.fixture
    def common_knowledge(self, key: KeyMaterial) -> Sequence[bytes]:
        return (key.kid.encode(), _decode(key.kid), json.dumps(dict(key.public_jwk)).encode())


@pytest.mark.covers(*COVERED)
class TestJwtRefreshTokenSigner(TokenSignerContract):
    @pytest.fixture
    def signer(self) -> TokenSigner:
        return JwtRefreshTokenSigner(_refresh_key(b"a"))

    @pytest.fixture
    def stranger(self) -> TokenSigner:
        return JwtRefreshTokenSigner(_refresh_key(b"b"))

    @pytest.fixture
    def sign_bytes(self) -> Callable[[bytes], bytes]:
        return _hmac_sha256(_refresh_key(b"a").secret.reveal())

    @pytest.fixture
    def common_knowledge(self) -> Sequence[bytes]:
        key = _refresh_key(b"a")
        return (key.id.encode(), bytes.fromhex(key.id))


class TestHmacTokenSigner(TokenSignerContract):
    @pytest.fixture
    def signer(self) -> TokenSigner:
        return HmacTokenSigner.fixed(b"a" * 32, typ="at+jwt")

    @pytest.fixture
    def stranger(self) -> TokenSigner:
        return HmacTokenSigner.fixed(b"b" * 32, typ="at+jwt")

    @pytest.fixture
    def sign_bytes(self) -> Callable[[bytes], bytes]:
        return _hmac_sha256(b"a" * 32)


class TestHmacTokenSignerOverARing(TokenSignerContract):
    @pytest.fixture
    async def material(self) -> KeyMaterial:
        return await HmacKeyMaker(SystemEntropy()).make(Algorithm.ES256)

    @pytest.fixture
    def signer(self, material: KeyMaterial) -> TokenSigner:
        return HmacTokenSigner.over(ring_of(material), clock=MovableClock())

    @pytest.fixture
    async def stranger(self) -> TokenSigner:
        other = await HmacKeyMaker(SystemEntropy()).make(Algorithm.ES256)
        return HmacTokenSigner.over(ring_of(other), clock=MovableClock())

    @pytest.fixture
    def sign_bytes(self, material: KeyMaterial) -> Callable[[bytes], bytes]:
        return _hmac_sha256(material.sealed_private_key.reveal())


def _refresh_key(seed: bytes) -> DerivedKey:
    return MasterSecret(Redacted(seed * 32)).derive(Purpose.REFRESH_TOKENS)


# ---- Broken on purpose


def _decode(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


class Gullible:
    """A signer as people write them, over the key of another; each mutant forgets one more thing."""

    def __init__(self, honest: TokenSigner, public_key: ec.EllipticCurvePublicKey) -> None:
        self._honest = honest
        self._public_key = public_key
        self._header = json.loads(_decode(honest.sign({}).reveal().split(".")[0]))

    def sign(self, payload: Mapping[str, object]) -> Redacted[str]:
        return self._honest.sign(payload)

    def open(self, token: str) -> Mapping[str, object]:
        raise NotImplementedError

    def _checked(self, token: str) -> tuple[Mapping[str, object], str]:
        """Verify an ES256 signature, and return header and payload as they are."""
        header, payload, signature = token.split(".")
        message = f"{header}.{payload}".encode("ascii")
        if not ECAlgorithm(ECAlgorithm.SHA256, ec.SECP256R1).verify(message, self._public_key, _decode(signature)):
            raise InvalidToken
        return json.loads(_decode(header)), payload


class IgnoringTyp(Gullible):
    def open(self, token: str) -> Mapping[str, object]:
        header, payload = self._checked(token)
        if header["alg"] != "ES256" or header["kid"] != self._header["kid"]:
            raise InvalidToken
        return compact.members(_decode(payload))


class BelievingTheHeader(Gullible):
    """Takes the algorithm from the token, and the public key for the secret of whatever asks for one."""

    def open(self, token: str) -> Mapping[str, object]:
        jws = compact.read(token, typ="at+jwt")
        pem = self._public_key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        if jws.algorithm == "HS256":
            good = hmac.compare_digest(hmac.digest(pem, jws.signing_input, hashes.SHA256().name), jws.signature)
        else:
            good = jws.algorithm.lower() == "none" or bool(self._checked(token))
        if not good or jws.kid != self._header["kid"]:
            raise InvalidToken
        return compact.members(jws.unverified_payload)


class ReadingLaxly(Gullible):
    """Strict about the header, forgiving about how the token is spelt."""

    def open(self, token: str) -> Mapping[str, object]:
        try:
            header, payload = self._checked(token.strip().rstrip("="))
        except ValueError as error:
            raise MalformedToken from error
        if header != self._header:
            raise InvalidToken
        return compact.members(_decode(payload))


class UnderstandingEveryHeader(Gullible):
    def open(self, token: str) -> Mapping[str, object]:
        header, payload = self._checked(token)
        if any(header.get(name) != value for name, value in self._header.items()):
            raise InvalidToken
        return compact.members(_decode(payload))


class ParsingLikeEverybody(Gullible):
    def open(self, token: str) -> Mapping[str, object]:
        jws = compact.read(token, typ="at+jwt")
        self._checked(token)
        if (jws.algorithm, jws.kid) != ("ES256", self._header["kid"]):
            raise InvalidToken
        return cast("Mapping[str, object]", json.loads(jws.unverified_payload))


class RaisingWhatItLikes(Gullible):
    def open(self, token: str) -> Mapping[str, object]:
        _, payload = self._checked(token)
        return cast("Mapping[str, object]", json.loads(_decode(payload)))


class Mutant(AccessTokens):
    breed: ClassVar[type[Gullible]]

    @pytest.fixture
    def signer(self, key: KeyMaterial, vault: KeyVault) -> TokenSigner:
        honest = JwtAccessTokenSigner(ring_of(key), vault=vault, clock=MovableClock())
        return self.breed(honest, open_private_key(key, vault).public_key())


@caught_by("test_a_token_of_another_kind_is_refused_under_the_same_key")
class TestIgnoringTypIsCaught(Mutant):
    breed: ClassVar[type[Gullible]] = IgnoringTyp


@caught_by(
    "test_the_key_chooses_the_algorithm_and_not_the_header",
    "test_what_everybody_knows_is_no_secret",
    "test_an_unsigned_token_is_refused",
)
class TestBelievingTheHeaderIsCaught(Mutant):
    breed: ClassVar[type[Gullible]] = BelievingTheHeader


@caught_by("test_nothing_may_be_added_to_the_text", "test_the_last_character_of_a_segment_has_one_spelling")
class TestReadingLaxlyIsCaught(Mutant):
    breed: ClassVar[type[Gullible]] = ReadingLaxly


@caught_by("test_no_other_header_is_understood")
class TestUnderstandingEveryHeaderIsCaught(Mutant):
    breed: ClassVar[type[Gullible]] = UnderstandingEveryHeader


@caught_by("test_a_signed_payload_that_is_no_plain_object_is_refused")
class TestParsingLikeEverybodyIsCaught(Mutant):
    breed: ClassVar[type[Gullible]] = ParsingLikeEverybody


@caught_by("test_what_is_no_token_is_malformed", raises=(ValueError,))
class TestRaisingWhatItLikesIsCaught(Mutant):
    breed: ClassVar[type[Gullible]] = RaisingWhatItLikes

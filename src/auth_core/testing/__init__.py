"""For the tests of whoever uses the library: a clock to move, stand-ins for what is slow, values to begin with.

Nothing here is safe, and nothing here needs a package. What the ports promise is in `auth_core.testing.contracts`,
which needs pytest.
"""

from auth_core.testing.builders import (
    a_digest,
    a_key_revocation,
    a_letter,
    a_one_time_token,
    a_password,
    a_password_hash,
    a_role,
    a_role_revocation,
    a_service_client,
    a_session,
    a_session_revocation,
    a_signing_key,
    a_user,
    a_user_revocation,
    an_email,
    an_event,
    an_origin,
    claims_of,
)
from auth_core.testing.doubles.entropy import ScriptedEntropy, SeededEntropy
from auth_core.testing.doubles.few_common_passwords import FewCommonPasswords
from auth_core.testing.doubles.hmac_key_maker import HmacKeyMaker
from auth_core.testing.doubles.hmac_token_signer import HmacTokenSigner
from auth_core.testing.doubles.known_breaches import KnownBreaches
from auth_core.testing.doubles.mailbox import Mailbox, PlainWording, mail_to
from auth_core.testing.doubles.movable_clock import MovableClock
from auth_core.testing.doubles.nothing_sealed import NothingSealed
from auth_core.testing.doubles.unsafe_answer_vault import UnsafeAnswerVault
from auth_core.testing.doubles.unsafe_fast_hasher import UnsafeFastHasher
from auth_core.testing.doubles.unsafe_head_signer import UnsafeHeadSigner
from auth_core.testing.doubles.unsafe_open_vault import UnsafeOpenVault
from auth_core.testing.doubles.unsafe_transfer import UnsafeTransfer
from auth_core.testing.moments import NOON
from auth_core.testing.someone_signed_in import SomeoneSignedIn

__all__ = [
    "NOON",
    "FewCommonPasswords",
    "HmacKeyMaker",
    "HmacTokenSigner",
    "KnownBreaches",
    "Mailbox",
    "MovableClock",
    "NothingSealed",
    "PlainWording",
    "ScriptedEntropy",
    "SeededEntropy",
    "SomeoneSignedIn",
    "UnsafeAnswerVault",
    "UnsafeFastHasher",
    "UnsafeHeadSigner",
    "UnsafeOpenVault",
    "UnsafeTransfer",
    "a_digest",
    "a_key_revocation",
    "a_letter",
    "a_one_time_token",
    "a_password",
    "a_password_hash",
    "a_role",
    "a_role_revocation",
    "a_service_client",
    "a_session",
    "a_session_revocation",
    "a_signing_key",
    "a_user",
    "a_user_revocation",
    "an_email",
    "an_event",
    "an_origin",
    "claims_of",
    "mail_to",
]

"""How every service here learns whose a token is: by the keys the auth service publishes, and by what it revokes."""

import os
from contextlib import AbstractAsyncContextManager

from auth_adapters.service_credentials import ServiceCredentials
from auth_adapters.verify_only import VerifyOnly, verifying
from auth_core import Redacted

AUTH = "http://127.0.0.1:8000"


def verifying_tokens() -> AbstractAsyncContextManager[VerifyOnly]:
    secret = Redacted(os.environ["CLIENT_SECRET"])
    client = ServiceCredentials(client_id=os.environ["CLIENT_ID"], client_secret=secret)
    return verifying(issuer=AUTH, audience="auth-service", credentials=client)

"""How every service here learns whose a token is: by the keys the auth service publishes, and by what it revokes."""

import os
import time
from contextlib import AbstractAsyncContextManager

import httpx2

from auth_adapters.verify_only import VerifyOnly, verifying
from auth_core import Redacted

AUTH = "http://127.0.0.1:8000"


class ServiceAccount:
    """The account of a service: it shows its access token to follow what is revoked (`revocations:read`)."""

    def __init__(self, email: str, password: str) -> None:
        self._credentials = {"email": email, "password": password}
        self._token = Redacted("")
        self._good_until = 0.0

    async def __call__(self) -> Redacted[str]:
        if time.monotonic() >= self._good_until:
            async with httpx2.AsyncClient() as client:
                answer = (await client.post(f"{AUTH}/auth/login", json=self._credentials)).raise_for_status().json()
            self._token = Redacted(answer["access_token"])
            self._good_until = time.monotonic() + answer["expires_in"] - 60
        return self._token


def verifying_tokens() -> AbstractAsyncContextManager[VerifyOnly]:
    account = ServiceAccount("services@example.com", os.environ["SERVICES_PASSWORD"])
    return verifying(issuer=AUTH, audience="auth-service", credentials=account)

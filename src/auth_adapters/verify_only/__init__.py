"""Verifying access tokens elsewhere: by the published keys of the service, and by what it tells of revocations.

async with verifying(issuer="https://auth.example.com", audience="my-api", credentials=…) as verifier:
    claims = await verifier.verify_access_token(token=…)
"""

from auth_adapters.verify_only.known_keys import KeySetPolicy
from auth_adapters.verify_only.verifying import LENIENT, STRICT, UnsafeNoRevocations, VerifyOnly, verifying

__all__ = ["LENIENT", "STRICT", "KeySetPolicy", "UnsafeNoRevocations", "VerifyOnly", "verifying"]

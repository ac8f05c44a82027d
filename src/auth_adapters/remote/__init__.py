"""The core elsewhere: an `AuthClient` that asks the service over HTTP, with the same values and the same errors.

`async with remote(address=…) as auth:`.
"""

from auth_adapters.remote.client import RemoteAuth, remote

__all__ = ["RemoteAuth", "remote"]

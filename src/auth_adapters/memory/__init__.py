"""The whole core without a database and without a package: for tests and for trying things out.

    auth = await auth_in_memory()
    await auth.users.register(email=…, password=Redacted(…), first_name=…, last_name=…, origin=Origin())
    await auth.login.log_in(email=…, password=Redacted(…), origin=Origin())

Passwords are hashed and tokens are signed by stand-ins that are quick and not safe, and everything is gone with the
process.
"""

from auth_adapters.memory.ports import FOR_TESTS, auth_in_memory, memory_ports
from auth_adapters.memory.store import MemoryStore

__all__ = ["FOR_TESTS", "MemoryStore", "auth_in_memory", "memory_ports"]

"""What each port promises, as tests that any adapter can run: one class per port.

Subclass a contract in a test module of yours, provide the fixtures it asks for, and pytest does the rest. The tests
are coroutines without marks: run them with pytest-asyncio in its automatic mode.

The storage contracts (`UsersContract` … `EndedSessionsContract`) ask for one fixture, `storage`, on the class, in the
module or in a `conftest.py`, of any scope. It is whatever has the attributes of `storage.Storage`: a `Ports` will do.

    @pytest.fixture
    def storage(my_database) -> Storage:
        return my_ports(my_database)

    class TestMyUsers(UsersContract): ...

What they rely on, and what they leave alone:

- The system roles are there; nothing else has to be. Every test makes users of its own, so one store may serve all
  tests, one after the other, and keep what earlier runs have left in it.
- Whatever is written is written through `uow`, so every promise is seen through the ports alone.
- Times are in UTC and have microseconds. They lie around `auth_core.testing.NOON`, except where a port compares with a
  clock of its own, as `AccessCheck` and `RevocationFeed` may: there what is live is live for centuries, and what is
  over is long over.
- Up to 20 transactions are asked for at once. They may wait for each other, but each has to come to its end within
  `concurrency.PATIENCE`.
"""

import pytest

# Or a failed promise would not say which values it was about.
pytest.register_assert_rewrite(
    *(
        f"{__name__}.{module}"
        for module in (
            "access_check",
            "answer_vault",
            "answers",
            "audit_trail",
            "auth_client",
            "breached_passwords",
            "candidates",
            "common_passwords",
            "ended_sessions",
            "hash_transfer",
            "head_signer",
            "key_maker",
            "movers",
            "one_time_tokens",
            "password_hasher",
            "passwords",
            "principals",
            "profiles",
            "recorded_events",
            "refresh_chains",
            "revocation_feed",
            "revocations",
            "role_holders",
            "roles",
            "service_clients",
            "sealed_batches",
            "sessions",
            "set_up",
            "signing_keys",
            "token_signer",
            "token_verifier",
            "unit_of_work",
            "user_directory",
            "users",
        )
    )
)

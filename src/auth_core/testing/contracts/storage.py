"""What a storage adapter shows to its contracts."""

from typing import Protocol

from auth_core.assembly import Tx
from auth_core.login.ports import Candidates
from auth_core.oauth.ports import KnownClients
from auth_core.outbox.ports import Arrivals, OutboxQueue
from auth_core.revocation.ports import RevocationFeed
from auth_core.sessions.ports import RefreshChains
from auth_core.tokens.ports import AccessCheck
from auth_core.unit_of_work import UnitOfWork
from auth_core.upkeep.ports import Purgeable
from auth_core.users.ports import Profiles


class Storage(Protocol):
    """The ports that read and write one and the same store. `Ports` has them all."""

    @property
    def uow(self) -> UnitOfWork[Tx]: ...

    @property
    def candidates(self) -> Candidates: ...

    @property
    def profiles(self) -> Profiles: ...

    @property
    def refresh_chains(self) -> RefreshChains: ...

    @property
    def access_check(self) -> AccessCheck: ...

    @property
    def ended_sessions(self) -> Purgeable: ...

    @property
    def revocation_feed(self) -> RevocationFeed: ...

    @property
    def old_revocations(self) -> Purgeable: ...

    @property
    def old_answers(self) -> Purgeable: ...

    @property
    def known_clients(self) -> KnownClients: ...

    @property
    def outbox_queue(self) -> OutboxQueue: ...

    @property
    def arrivals(self) -> Arrivals: ...

    @property
    def old_messages(self) -> Purgeable: ...

    @property
    def old_tokens(self) -> Purgeable: ...

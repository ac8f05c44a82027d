"""What rooms share, made from ports and policies."""

from dataclasses import dataclass

from auth_core.assembly.policies import Policies
from auth_core.assembly.ports import Ports, Tx
from auth_core.audit.erasure import Erasure
from auth_core.audit.recorder import Recorder
from auth_core.credentials.passwords.new_passwords import NewPasswords
from auth_core.idempotency.first_answers import FirstAnswers
from auth_core.ids import Ids
from auth_core.outbox.posting import Posting
from auth_core.revocation.enforcing import EnforcingUnitOfWork
from auth_core.revocation.revoked_set import RevokedSet
from auth_core.revocation.revoking import Revoking
from auth_core.sessions.ending import SessionEnd
from auth_core.sessions.token_pair import TokenPairs
from auth_core.tally import Tallies
from auth_core.throttling.device import Devices
from auth_core.throttling.guard import ThrottleGuard
from auth_core.throttling.refusals import RecentRefusals
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.erasing import Erasing
from auth_core.users.user_guard import UserGuard
from auth_core.verification.proof_mail import ProofMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What rooms share: there is one of each, and what it remembers or counts it does for all of them."""

    tallies: Tallies
    revoked: RevokedSet
    uow: UnitOfWork[Tx]
    ids: Ids
    record: Recorder
    post: Posting
    mail: ProofMail
    revoke: Revoking
    revoke_rights: Revoking
    answers: FirstAnswers
    guard_user: UserGuard
    erasure: Erasure
    erasing: Erasing
    end_session: SessionEnd
    throttle: ThrottleGuard
    devices: Devices
    new_passwords: NewPasswords
    token_pairs: TokenPairs


def share(ports: Ports, policies: Policies) -> Shared:
    """Make what rooms share, once for all of them."""
    clock, tallies = ports.clock, Tallies()
    revoked = RevokedSet(most=policies.revocation.most)
    uow = EnforcingUnitOfWork(ports.uow, revoked)
    ids = Ids(clock=clock, entropy=ports.entropy)
    record = Recorder(ids=ids, written=tallies.events)
    post = Posting(ids=ids, vault=ports.message_vault if ports.mail else None)
    revoke = Revoking(clock=clock, longest_life=policies.tokens.longest_life)
    erasure = Erasure(uow=uow, record=record)
    return Shared(
        tallies=tallies,
        revoked=revoked,
        uow=uow,
        ids=ids,
        record=record,
        post=post,
        mail=ProofMail(post=post, entropy=ports.entropy, policy=policies.verification),
        revoke=revoke,
        # A refresh does not wait for a change of rights: a token with the old ones may begin its life until the commit.
        revoke_rights=Revoking(clock=clock, longest_life=policies.tokens.longest_life + policies.revocation.overlap),
        answers=FirstAnswers(uow=uow, vault=ports.answer_vault, clock=clock, policy=policies.idempotency),
        guard_user=UserGuard(record=record, clock=clock),
        erasure=erasure,
        erasing=Erasing(uow=uow, erasure=erasure, record=record, clock=clock),
        end_session=SessionEnd(record=record, revoke=revoke),
        throttle=ThrottleGuard(
            budgets=ports.budgets,
            names=ports.budget_names,
            recent=RecentRefusals(),
            record=record,
            clock=clock,
            policy=policies.throttling,
            refusals=tallies.throttled,
        ),
        devices=Devices(tokens=ports.device_tokens, entropy=ports.entropy, clock=clock, policy=policies.throttling),
        new_passwords=NewPasswords(
            policy=policies.passwords,
            common=ports.common_passwords,
            breached=ports.breached_passwords,
            outcomes=tallies.breach_checks,
        ),
        token_pairs=TokenPairs(
            access_tokens=ports.access_tokens,
            refresh_tokens=ports.refresh_tokens,
            ids=ids,
            clock=clock,
            policy=policies.tokens,
        ),
    )

"""What can be chosen, all of it together."""

from dataclasses import dataclass

from auth_core.audit.policy import AuditPolicy
from auth_core.credentials.passwords.policy import PasswordPolicy
from auth_core.idempotency.policy import IdempotencyPolicy
from auth_core.oauth.policy import ClientPolicy
from auth_core.outbox.policy import DeliveryPolicy
from auth_core.revocation.policy import RevocationPolicy
from auth_core.sessions.policy import SessionPolicy
from auth_core.throttling.policy import ThrottlePolicy
from auth_core.tokens.policy import TokenPolicy
from auth_core.users.policy import UserPolicy
from auth_core.verification.policy import VerificationPolicy
from auth_core.webhooks.policy import WebhookPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Our choices; every one but the issuer has a default that is fit for production."""

    tokens: TokenPolicy
    users: UserPolicy = UserPolicy()
    passwords: PasswordPolicy = PasswordPolicy()
    sessions: SessionPolicy = SessionPolicy()
    revocation: RevocationPolicy = RevocationPolicy()
    clients: ClientPolicy = ClientPolicy()
    audit: AuditPolicy = AuditPolicy()
    idempotency: IdempotencyPolicy = IdempotencyPolicy()
    delivery: DeliveryPolicy = DeliveryPolicy()
    webhooks: WebhookPolicy = WebhookPolicy()
    verification: VerificationPolicy = VerificationPolicy()
    throttling: ThrottlePolicy = ThrottlePolicy()

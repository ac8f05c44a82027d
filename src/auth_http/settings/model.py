"""All settings in one, and what they mean to the core. `subjects` describes each, with its default and its bounds."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from auth_core import (
    AuditPolicy,
    DeliveryPolicy,
    PasswordPolicy,
    Policies,
    RevocationPolicy,
    SessionPolicy,
    ThrottlePolicy,
    TokenPolicy,
    UnsafeNoThrottle,
    UserPolicy,
    VerificationPolicy,
)
from auth_core.webhooks.policy import WEBHOOK_DELIVERY, WebhookPolicy
from auth_core.webhooks.reach import Reach
from auth_http.settings.subjects.accounts import AccountSettings
from auth_http.settings.subjects.audit import AuditSettings
from auth_http.settings.subjects.database import DatabaseSettings
from auth_http.settings.subjects.logs import LogSettings
from auth_http.settings.subjects.mail import MailSettings
from auth_http.settings.subjects.metrics import MetricsSettings
from auth_http.settings.subjects.serving import ServingSettings
from auth_http.settings.subjects.sessions import SessionSettings
from auth_http.settings.subjects.throttling import ThrottlingSettings
from auth_http.settings.subjects.webhooks import WebhookSettings
from auth_http.settings.subjects.whole import WholeSettings


def _name_of_host(address: str) -> str:
    """Return the host without its last label, which is nobody's name."""
    return (urlsplit(address).hostname or "").rpartition(".")[0]


# Pydantic takes the fields of the last base first: they are described and judged from below upwards.
class Settings(
    LogSettings,
    AuditSettings,
    MetricsSettings,
    WebhookSettings,
    MailSettings,
    SessionSettings,
    ThrottlingSettings,
    AccountSettings,
    ServingSettings,
    DatabaseSettings,
    WholeSettings,
    defer_build=False,
):
    """Every choice there is. Made by `read_settings()`; in a test, by keyword."""

    def policies(self) -> Policies:
        """Return the choices the core needs. Raises: ValueError for choices that contradict each other."""
        return Policies(
            tokens=TokenPolicy(
                issuer=self.issuer,
                audience=self.audience,
                algorithm=self.signing_algorithm,
                access_lifetime=timedelta(minutes=self.access_token_minutes),
                clock_skew=timedelta(seconds=self.clock_skew_seconds),
                key_rotation=timedelta(days=self.key_rotation_days),
                jwks_cache=timedelta(seconds=self.jwks_cache_seconds),
                key_reload=timedelta(seconds=self.key_reload_seconds),
            ),
            users=UserPolicy(
                registration=self.registration,
                set_up_secret=self.setup_secret,
                deleted_kept=timedelta(days=self.deleted_user_days),
                unproven_kept=timedelta(days=self.unproven_user_days) if self.unproven_user_days else None,
            ),
            passwords=PasswordPolicy(
                min_length=self.password_min_length,
                service_words=(*self.service_words, _name_of_host(self.public_url)),
                remembered=self.password_history,
                breach_fallback=self.breached_passwords_fallback,
            ),
            sessions=SessionPolicy(
                idle=timedelta(days=self.refresh_token_days),
                absolute=timedelta(days=self.session_days),
                retry_window=timedelta(seconds=self.refresh_retry_seconds),
                most=self.max_sessions or None,
                kept_after_end=timedelta(days=self.ended_session_days),
            ),
            revocation=RevocationPolicy(
                access_check=self.access_check,
                poll=timedelta(seconds=self.revocation_poll_seconds),
                allowed_lag=timedelta(seconds=self.revocation_lag_seconds),
            ),
            verification=VerificationPolicy(
                verify=timedelta(hours=self.verify_email_hours),
                reset=timedelta(minutes=self.reset_password_minutes),
                undo=timedelta(days=self.undo_email_change_days),
                invitation=timedelta(days=self.invitation_days),
                mails=self.mails_per_hour,
            ),
            throttling=(ThrottlePolicy if self.throttle else UnsafeNoThrottle)(
                account=self.throttle_account,
                device=self.throttle_device,
                source=self.throttle_source,
                global_=self.throttle_global,
                session=self.throttle_session,
                secrets=self.throttle_secrets,
                registrations=self.throttle_registrations,
                all_registrations=self.throttle_all_registrations,
                mails=self.throttle_mails,
                all_mails=self.throttle_all_mails,
                device_lifetime=timedelta(days=self.throttle_device_days),
            ),
            delivery=DeliveryPolicy(kept=timedelta(days=self.message_retention_days)),
            webhooks=WebhookPolicy(
                delivery=replace(
                    WEBHOOK_DELIVERY,
                    send_within=timedelta(seconds=self.webhook_timeout_seconds),
                    kept=timedelta(days=self.message_retention_days),
                ),
                reach=Reach(networks=self.webhook_networks, unsafe_http=self.webhook_unsafe_http),
            ),
            audit=AuditPolicy(
                seal_every=timedelta(seconds=self.audit_seal_seconds),
                retention=None if self.audit_retention_days is None else timedelta(days=self.audit_retention_days),
                span=self.audit_stretch,
                spans_ahead=self.audit_stretches_ahead,
            ),
        )

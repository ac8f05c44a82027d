"""Settings: what is made up, what is refused, and that no value is ever told."""

import secrets
from datetime import timedelta
from pathlib import Path

import pytest

from auth_core import BreachFallback, RegistrationMode
from auth_http.settings import InvalidSettings, LogFormat, LogLevel, Settings, Stage, read_settings
from tests.unit.operations.given_settings import GOOD_SECRET, PRODUCTION, a_file, problems


def test_development_needs_no_setting() -> None:
    settings = read_settings({})

    assert settings.env is Stage.DEVELOPMENT
    assert settings.makes_things_up
    assert settings.docs
    assert settings.drain_seconds == 0
    assert settings.issuer == settings.public_url == "http://127.0.0.1:8000"
    assert settings.log_format is LogFormat.CONSOLE


@pytest.mark.parametrize(
    ("port", "workers", "metrics_port"),
    [("9464", "1", "9464"), ("9466", "4", "9464"), ("9467", "4", "9464"), ("8000", "2", "65535")],
)
def test_metrics_have_a_port_of_their_own_in_every_process(port: str, workers: str, metrics_port: str) -> None:
    found = problems({"AUTH_PORT": port, "AUTH_WORKERS": workers, "AUTH_METRICS_PORT": metrics_port})

    assert set(found) == {"AUTH_METRICS_PORT"}


@pytest.mark.covers("HTTP-23")
def test_nobody_has_metrics_who_did_not_ask_and_then_only_on_this_machine() -> None:
    unasked, asked = read_settings({}), read_settings({"AUTH_METRICS_PORT": "9464", "AUTH_WORKERS": "4"})

    assert unasked.metrics_port is None
    assert (asked.metrics_port, asked.metrics_host) == (9464, "127.0.0.1")


def test_test_is_like_development_but_logs_for_programs() -> None:
    settings = read_settings({"AUTH_ENV": "test"})

    assert settings.makes_things_up
    assert settings.log_format is LogFormat.JSON


def test_production_takes_what_is_safe() -> None:
    settings = read_settings(PRODUCTION)

    assert not settings.makes_things_up
    assert not settings.docs
    assert settings.drain_seconds == 5
    assert settings.issuer == "https://auth.example.com"
    assert settings.log_format is LogFormat.JSON
    assert settings.log_level is LogLevel.INFO


def test_settings_become_the_policies_of_the_core() -> None:
    policies = read_settings(
        {
            "AUTH_PUBLIC_URL": "https://auth.example.com/",
            "AUTH_AUDIENCE": "everybody",
            "AUTH_ACCESS_TOKEN_MINUTES": "5",
            "AUTH_REFRESH_TOKEN_DAYS": "1",
            "AUTH_SESSION_DAYS": "2",
            "AUTH_REFRESH_RETRY_SECONDS": "0",
            "AUTH_MAX_SESSIONS": "5",
            "AUTH_ENDED_SESSION_DAYS": "3",
            "AUTH_REGISTRATION": "closed",
            "AUTH_PASSWORD_MIN_LENGTH": "15",
            "AUTH_SERVICE_WORDS": "Acme Cloud, acme,",
            "AUTH_BREACHED_PASSWORDS_FALLBACK": "refuse",
        }
    ).policies()

    assert policies.tokens.issuer == "https://auth.example.com"
    assert policies.tokens.audience == "everybody"
    assert policies.tokens.access_lifetime == timedelta(minutes=5)
    assert policies.sessions.idle == timedelta(days=1)
    assert policies.sessions.absolute == timedelta(days=2)
    assert policies.sessions.retry_window == timedelta(0)
    assert policies.sessions.most == 5
    assert policies.sessions.kept_after_end == timedelta(days=3)
    assert policies.users.registration is RegistrationMode.CLOSED
    assert policies.passwords.min_length == 15
    assert policies.passwords.service_words == ("Acme Cloud", "acme", "auth.example")
    assert policies.passwords.breach_fallback is BreachFallback.REFUSE


def test_a_limit_of_no_sessions_is_no_limit() -> None:
    assert read_settings({"AUTH_MAX_SESSIONS": "0"}).policies().sessions.most is None


@pytest.mark.covers("CFG-01", "CFG-06")
@pytest.mark.parametrize("stage", ["staging", "production"])
def test_where_people_rely_on_it_nothing_is_made_up(stage: str) -> None:
    refused = problems({"AUTH_ENV": stage})

    assert refused.keys() == {"AUTH_MASTER_SECRET", "AUTH_DATABASE_URL", "AUTH_PUBLIC_URL"}
    assert all("is missing" in sentence for sentence in refused.values())


@pytest.mark.covers("CFG-01", "CFG-07")
@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("AUTH_MASTER_SECRET", "tooShort8391xQ", "too short"),
        ("AUTH_MASTER_SECRET", "a" * 64, "too regular"),
        ("AUTH_MASTER_SECRET", "a1b2c3d4" * 8, "too regular"),
        ("AUTH_MASTER_SECRET", "abcdabcdabcdabcdabcdabcdabcdabcX", "too regular"),
        ("AUTH_MASTER_SECRET", "changeme-Zk3v9QmT7rXw2LpB8sYdFh5NcJg1", "examples"),
        ("AUTH_MASTER_SECRET", "my-super-secret-jwt-signing-value-42", "examples"),
        ("AUTH_MASTER_SECRET", "Zk3v9QmT7rXw2LpB8sYPassword5NcJg1Ku4", "examples"),
        ("AUTH_PREVIOUS_MASTER_SECRET", "tooShort8391xQ", "too short"),
        ("AUTH_DATABASE_URL", "postgresql://auth:postgres@db/auth", "everybody tries"),
        ("AUTH_DATABASE_URL", "postgresql://auth:change%6De@db/auth", "everybody tries"),
        ("AUTH_DATABASE_URL", "sqlite:///data.db", "postgresql://"),
        ("AUTH_DATABASE_URL", "mysql://auth:n7Qv2LxTz9@db/auth", "postgresql://"),
        ("AUTH_DATABASE_URL", "postgresql://auth:n7Qv2LxTz9@db:port/auth", "postgresql://"),
        ("AUTH_DATABASE_URL", "postgresql://auth:n7Qv2LxTz9@db", "postgresql://"),
        ("AUTH_PUBLIC_URL", "http://id.example.org", "https://"),
        ("AUTH_PUBLIC_URL", "https://user:n7Qv2LxTz9@id.example.org", "user name"),
        ("AUTH_PUBLIC_URL", "https://id.example.org/?a=b", "query"),
        ("AUTH_PUBLIC_URL", "id.example.org", "web address"),
        ("AUTH_ISSUER", "http://id.example.org", "https://"),
        ("AUTH_TRUSTED_PROXIES", "*", "claim any address"),
        ("AUTH_TRUSTED_PROXIES", "0.0.0.0/0", "whole internet"),
        ("AUTH_TRUSTED_PROXIES", "10.0.0.1, ::/0", "whole internet"),
        ("AUTH_TRUSTED_PROXIES", "proxy.internal", "addresses or networks"),
        ("AUTH_BCRYPT_COST", "9", "at least 10"),
        ("AUTH_LOG_SQL", "on", "off"),
        ("AUTH_THROTTLE", "off", "at any speed"),
        ("AUTH_THROTTLE_ACCOUNT", "101/1h", "at most 100"),
        ("AUTH_THROTTLE_DEVICE", "2/1m", "at most 100"),
        ("AUTH_THROTTLE_SOURCE", "many", "10/1h"),
        ("AUTH_THROTTLE_SOURCE", "0/1h", "a try at least"),
        ("AUTH_THROTTLE_REDIS_URL", "http://cache.internal", "redis://"),
        ("AUTH_LOG_LEVEL", "debug", "not be debug"),
        ("AUTH_LOG_LEVEL", "verbose", "'info'"),
        ("AUTH_PORT", "eighty", "integer"),
        ("AUTH_PORT", "65536", "65535"),
        ("AUTH_WORKERS", "0", "1"),
        ("AUTH_PASSWORD_MIN_LENGTH", "7", "8"),
        ("AUTH_BREACHED_PASSWORDS_URL", "http://ranges.example.org/range", "https://"),
        ("AUTH_BREACHED_PASSWORDS_URL", "https://ranges.example.org/?key=n7Qv2LxTz9", "query"),
        ("AUTH_BREACHED_PASSWORDS_SECONDS", "11", "10"),
        ("AUTH_BREACHED_PASSWORDS_FALLBACK", "strict", "'accept'"),
        ("AUTH_REFRESH_TOKEN_DAYS", "31", "AUTH_SESSION_DAYS"),
        ("AUTH_REFRESH_RETRY_SECONDS", "301", "300"),
        ("AUTH_MAX_SESSIONS", "-1", "0"),
        ("AUTH_REGISTRATION", "maybe", "'open'"),
        ("AUTH_DRAIN_SECONDS", "nan", "300"),
        ("AUTH_MAIL", "pigeon", "'smtp'"),
        ("AUTH_MAIL_FROM", "nobody at all", "must be an address"),
        ("AUTH_MAIL_FROM", "ä@example.org", "ASCII"),
        ("AUTH_MAIL_FROM", "a@example.org, b@example.org", "must be an address"),
        ("AUTH_MAIL_PASSWORD", "n7Qv2LxTz9", "AUTH_MAIL_USER"),
        ("AUTH_PAGES_URL", "http://www.example.org", "https://"),
        ("AUTH_PAGES_URL", "https://www.example.org/#a", "fragment"),
        ("AUTH_WEBHOOK_UNSAFE_HTTP", "true", "must be off"),
        ("AUTH_WEBHOOK_NETWORKS", "0.0.0.0/0", "whole internet"),
        ("AUTH_WEBHOOK_NETWORKS", "intranet", "names and * are not taken"),
    ],
)
def test_what_is_unsafe_is_refused_by_name_and_without_its_value(setting: str, value: str, reason: str) -> None:
    refused = problems({**PRODUCTION, setting: value})

    assert refused.keys() == {setting}
    assert reason in refused[setting]
    assert len(value) < 6 or value not in refused[setting]


@pytest.mark.covers("CFG-07")
def test_an_access_token_that_outlives_the_refresh_token_is_refused() -> None:
    refused = problems({"AUTH_ACCESS_TOKEN_MINUTES": "1440", "AUTH_REFRESH_TOKEN_DAYS": "1"})

    assert "AUTH_REFRESH_TOKEN_DAYS" in refused["AUTH_ACCESS_TOKEN_MINUTES"]


def test_keys_that_would_be_replaced_before_they_sign_are_refused() -> None:
    refused = problems({"AUTH_KEY_ROTATION_DAYS": "0.05", "AUTH_JWKS_CACHE_SECONDS": "7200"})

    assert "published before it signs" in refused["AUTH_KEY_ROTATION_DAYS"]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    refused = problems(
        {
            "AUTH_ENV": "production",
            "AUTH_PORT": "eighty",
            "AUTH_MASTER_SECRET": "short",
            "AUTH_PROT": "1",
            "AUTH_DATABASE_URL_FILE": "/nowhere",
        }
    )

    assert refused.keys() == {
        "AUTH_PORT",
        "AUTH_MASTER_SECRET",
        "AUTH_PROT",
        "AUTH_DATABASE_URL_FILE",
        "AUTH_PUBLIC_URL",
    }


def test_an_unknown_stage_is_told_beside_the_rest() -> None:
    refused = problems({"AUTH_ENV": "prod", "AUTH_PORT": "eighty"})

    assert "'production'" in refused["AUTH_ENV"]
    assert refused.keys() == {"AUTH_ENV", "AUTH_PORT"}


@pytest.mark.covers("CFG-03")
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("AUTH_PROT", "AUTH_PORT"),
        ("AUTH_DATABSE_URL", "AUTH_DATABASE_URL"),
        ("AUTH_MASTER_SECRET_FIEL", "AUTH_MASTER_SECRET_FILE"),
        ("AUTH_REFRESH_TOKENS_DAYS", "AUTH_REFRESH_TOKEN_DAYS"),
    ],
)
def test_a_typing_error_is_refused_with_what_was_probably_meant(written: str, meant: str) -> None:
    refused = problems({written: "Zk3v9QmT7rXw2LpB8s"})

    assert refused == {written: f"is no setting of this service. Did you mean {meant}?"}


def test_what_nobody_can_have_meant_is_refused_too() -> None:
    assert "auth-service settings" in problems({"AUTH_Q": "1"})["AUTH_Q"]


def test_other_programs_variables_are_nobodys_business() -> None:
    assert read_settings({"PORT": "1", "OAUTH_PORT": "2", "auth_port": "3"}).port == 8000


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert read_settings({"AUTH_PORT": "", "AUTH_MASTER_SECRET": "", "AUTH_DATABASE_URL_FILE": ""}).port == 8000


@pytest.mark.covers("CFG-04", "R-L1")
def test_settings_do_not_show_their_secrets() -> None:
    settings = read_settings({**PRODUCTION, "AUTH_PREVIOUS_MASTER_SECRET": GOOD_SECRET[::-1]})

    for shown in (repr(settings), str(settings), settings.model_dump_json(fallback=str), str(settings.model_dump())):
        assert GOOD_SECRET not in shown
        assert GOOD_SECRET[::-1] not in shown
        assert "n7Qv2LxTz9" not in shown


@pytest.mark.parametrize("length", [32, 64])
def test_random_secrets_are_not_mistaken_for_weak_ones(length: int) -> None:
    for _ in range(60):
        made = secrets.token_hex(length // 2)
        if "deadbeef" not in made and "123456789" not in made:
            assert read_settings({"AUTH_MASTER_SECRET": made}).master_secret is not None


def test_settings_can_be_made_by_keyword() -> None:
    settings = Settings(env=Stage.TEST, bcrypt_cost=4)

    assert settings.bcrypt_cost == 4


def test_the_algorithm_of_signing_keys_is_chosen_by_its_name() -> None:
    chosen = [
        read_settings({"AUTH_SIGNING_ALGORITHM": name}).policies().tokens.algorithm.value
        for name in ("ES256", "RS256", "EdDSA", "HS256")
    ]

    assert chosen == ["ES256", "RS256", "EdDSA", "HS256"]
    for name in ("none", "HS512", "es256", "PS256"):
        with pytest.raises(InvalidSettings):
            read_settings({"AUTH_SIGNING_ALGORITHM": name})


@pytest.mark.covers("AUZ-15")
@pytest.mark.parametrize("secret", ["short", "a" * 64, "changeme-changeme-changeme-change!", GOOD_SECRET])
def test_a_set_up_secret_that_could_be_guessed_or_is_used_elsewhere_is_refused(secret: str) -> None:
    for stage in ({"AUTH_MASTER_SECRET": GOOD_SECRET}, PRODUCTION):
        assert set(problems({**stage, "AUTH_SETUP_SECRET": secret})) == {"AUTH_SETUP_SECRET"}


def test_the_set_up_secret_may_lie_in_a_file_and_is_in_no_text(tmp_path: Path) -> None:
    secret = GOOD_SECRET[::-1]

    settings = read_settings({**PRODUCTION, "AUTH_SETUP_SECRET_FILE": a_file(tmp_path, secret.encode() + b"\n")})

    given = settings.policies().users.set_up_secret
    assert given is not None
    assert given.reveal() == secret
    assert secret not in repr(settings) + repr(settings.policies())


@pytest.mark.parametrize(("written", "shown"), [("10/h", "10/1h"), (" 100/15m ", "100/15m"), ("5/90s", "5/90s")])
def test_how_often_somebody_may_try_is_written_as_tries_in_a_time(written: str, shown: str) -> None:
    settings = read_settings({"AUTH_THROTTLE_SOURCE": written})

    assert str(settings.throttle_source) == shown
    assert settings.policies().throttling.source == settings.throttle_source

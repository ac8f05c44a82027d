"""Who is measured, how each is started, and how a person registers, logs in, reads themselves and refreshes there."""

import json
import os
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from bench.peers.environments import node_folder_for, our_python, python_for
from bench.peers.wire import Request

PASSWORD: Final = "correct horse battery staple 7"

_HERE: Final = Path(__file__).parent
_JSON: Final = {"Content-Type": "application/json"}
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Held:
    """What a client keeps of a log-in."""

    access: str
    refresh: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How a server is started."""

    command: list[str]
    folder: Path
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """One that can be measured. `refresh` is None where there is nothing of the kind."""

    name: str
    hashes_with: str | None
    start: Callable[[int, str, Path], Start | None]
    """Takes a port, the database's address (postgresql://…) and a folder; None when it cannot be run here."""
    register: Callable[[str], Request]
    log_in: Callable[[str], Request]
    held: Callable[[Any, Mapping[str, str]], Held]
    me: Callable[[Held], Request]
    refresh: Callable[[Held], Request] | None = None
    verify: Callable[[Held], Request] | None = None
    introspect: Callable[[Held, str], Request] | None = None
    """Takes what `introspector` printed, too."""
    introspector: Callable[[Start], list[str]] | None = None
    """The command that makes a client that may introspect, and prints it with its secret."""


def _posted(path: str, **document: object) -> Request:
    return Request("POST", path, _JSON, json.dumps(document).encode())


def _read(path: str, held: Held) -> Request:
    return Request("GET", path, {"Authorization": f"Bearer {held.access}"})


# ---- Ourselves


def _start_us(port: int, database: str, folder: Path) -> Start:
    return Start(
        command=[str(our_python()), "-m", "auth_http", "serve", "--port", str(port)],
        folder=folder,
        environ={
            "PYTHONPATH": str(_HERE.parent.parent / "src"),
            "AUTH_DATABASE_URL": database.replace("postgresql://", "postgresql+asyncpg://"),
            "AUTH_LOG_LEVEL": "warning",  # none of them writes a line for a request
            "AUTH_LOG_FORMAT": "json",
            "AUTH_HASHING_THREADS": "1",  # the server has one core
            "AUTH_THROTTLE": "false",  # nor do the others count attempts
        },
    )


def _introspect_us(held: Held, client: str) -> Request:
    made = json.loads(client)
    basic = b64encode(f"{made['client_id']}:{made['client_secret']}".encode()).decode()
    return Request(
        "POST",
        "/oauth/introspect",
        {**_FORM, "Authorization": f"Basic {basic}"},
        urlencode({"token": held.access}).encode(),
    )


US: Final = Contestant(
    name="auth-service",
    hashes_with="bcrypt, cost 12",
    start=_start_us,
    register=lambda email: _posted(
        "/auth/register", email=email, password=PASSWORD, first_name="Ada", last_name="Lovelace"
    ),
    log_in=lambda email: _posted("/auth/login", email=email, password=PASSWORD),
    held=lambda answer, _: Held(answer["access_token"], answer["refresh_token"]),
    me=lambda held: _read("/auth/me", held),
    refresh=lambda held: _posted("/auth/refresh", refresh_token=held.refresh),
    verify=lambda held: _posted("/auth/verify", token=held.access),
    introspect=_introspect_us,
    introspector=lambda start: [
        *start.command[:3],
        "clients",
        "create",
        "bench",
        "--json",
        "--may",
        "tokens:introspect",
    ],
)

# ---- The others


def _uvicorn(peer: str) -> Callable[[int, str, Path], Start]:
    def start(port: int, database: str, folder: Path) -> Start:
        return Start(
            command=[
                *(str(python_for(peer)), "-m", "uvicorn", "app:app", "--app-dir", str(_HERE / peer)),
                *("--port", str(port), "--no-access-log", "--log-level", "warning"),
            ],
            folder=folder,
            environ={"DATABASE_URL": database.replace("postgresql://", "postgresql+asyncpg://")},
        )

    return start


FASTAPI_USERS: Final = Contestant(
    name="fastapi-users",
    hashes_with="argon2id",
    start=_uvicorn("fastapi_users"),
    register=lambda email: _posted("/auth/register", email=email, password=PASSWORD),
    log_in=lambda email: Request(
        "POST", "/auth/jwt/login", _FORM, urlencode({"username": email, "password": PASSWORD}).encode()
    ),
    held=lambda answer, _: Held(answer["access_token"]),
    me=lambda held: _read("/users/me", held),
)

FASTAPI_FULLAUTH: Final = Contestant(
    name="fastapi-fullauth",
    hashes_with="argon2id",
    start=_uvicorn("fastapi_fullauth"),
    register=lambda email: _posted("/api/v1/auth/register", email=email, password=PASSWORD),
    log_in=lambda email: _posted("/api/v1/auth/login", email=email, password=PASSWORD),
    held=lambda answer, _: Held(answer["access_token"], answer["refresh_token"]),
    me=lambda held: _read("/api/v1/auth/me", held),
    refresh=lambda held: _posted("/api/v1/auth/refresh", refresh_token=held.refresh),
)


def _start_allauth(port: int, database: str, folder: Path) -> Start:
    python = python_for("allauth")
    key = folder / "allauth.pem"
    site = _HERE / "allauth"
    environ = {"DATABASE_URL": database, "SIGNING_KEY": str(key), "DJANGO_SETTINGS_MODULE": "site_settings"}
    prepare = (
        "import os, sys; from cryptography.hazmat.primitives.asymmetric import rsa; "
        "from cryptography.hazmat.primitives import serialization as s; "
        "open(sys.argv[1], 'wb').write(rsa.generate_private_key(public_exponent=65537, key_size=2048)"
        ".private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())); "
        "import django; django.setup(); from django.core.management import call_command; "
        "call_command('migrate', verbosity=0)"
    )
    serve = (
        f'cd {site} && {python} -c "{prepare}" {key} && exec {python} -m gunicorn wsgi:application --workers 1 '
        f"--worker-class gthread --threads 8 --bind 127.0.0.1:{port} --log-level warning"
    )
    return Start(command=["sh", "-c", serve], folder=folder, environ=environ)


_ALLAUTH: Final = "/_allauth/app/v1"

ALLAUTH: Final = Contestant(
    name="django-allauth",
    hashes_with="PBKDF2",
    start=_start_allauth,
    register=lambda email: _posted(f"{_ALLAUTH}/auth/signup", email=email, password=PASSWORD),
    log_in=lambda email: _posted(f"{_ALLAUTH}/auth/login", email=email, password=PASSWORD),
    held=lambda answer, _: Held(answer["meta"]["access_token"], answer["meta"]["refresh_token"]),
    me=lambda held: _read(f"{_ALLAUTH}/auth/session", held),
    refresh=lambda held: _posted(f"{_ALLAUTH}/tokens/refresh", refresh_token=held.refresh),
)


def _start_better_auth(port: int, database: str, folder: Path) -> Start | None:
    home = node_folder_for("better_auth")
    if home is None:
        return None
    return Start(
        command=["node", str(home / "server.mjs")],
        folder=folder,
        environ={"DATABASE_URL": database, "PORT": str(port), "NODE_ENV": "production", "HOME": os.environ["HOME"]},
    )


BETTER_AUTH: Final = Contestant(
    name="Better Auth",
    hashes_with="scrypt",
    start=_start_better_auth,
    register=lambda email: _posted("/api/auth/sign-up/email", email=email, password=PASSWORD, name="Ada"),
    log_in=lambda email: _posted("/api/auth/sign-in/email", email=email, password=PASSWORD),
    held=lambda _, headers: Held(headers["set-auth-token"]),
    me=lambda held: _read("/api/auth/get-session", held),
)

CONTESTANTS: Final = (US, FASTAPI_USERS, FASTAPI_FULLAUTH, ALLAUTH, BETTER_AUTH)

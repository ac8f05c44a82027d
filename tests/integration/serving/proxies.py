"""The proxies of `deploy/`, run as they are shipped: only ports, paths and the address of the service are exchanged."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import AF_INET, SO_REUSEADDR, SOL_SOCKET, create_connection, socket
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.integration.operations.service_process import eventually

DEPLOY: Final = Path(__file__).parents[3] / "deploy"
_GIVEN: Final = "TEST_PROXIES"
_PLACES: Final = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")
_NAME: Final = "auth.example.com"


@dataclass(frozen=True, slots=True)
class Program:
    """A proxy we ship a configuration for."""

    name: str
    command: Callable[[str, Path], Iterable[str]]
    exchange: Callable[[str, "Site"], str]

    @property
    def path(self) -> str | None:
        """Where it is; None when it is not installed."""
        return shutil.which(self.name, path=os.pathsep.join((os.environ.get("PATH", ""), *_PLACES)))


@dataclass(frozen=True, slots=True)
class Site:
    """Where a proxy listens, where its files are, and whom it serves."""

    folder: Path
    https: int
    http: int
    services: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that runs."""

    name: str
    site: Site
    output: Path

    @property
    def said(self) -> str:
        """Its log."""
        return self.output.read_text(encoding="utf-8", errors="replace")  # nginx repeats bytes as they came


def _nginx(text: str, site: Site) -> str:
    servers = "".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;\n" for port in site.services)
    temporary = "".join(
        f"{each}_temp_path {site.folder}/{each};\n" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return _with(
        text,
        {
            "server 127.0.0.1:8000 max_fails=1 fail_timeout=2s;": servers,
            "listen 80;": f"listen 127.0.0.1:{site.http};",
            "listen 443 ": f"listen 127.0.0.1:{site.https} ",
            "/etc/ssl/auth.example.com": str(site.folder),
            "/run/nginx.pid": f"{site.folder}/nginx.pid",
            "http {\n": "http {\n" + temporary,
        },
    )


def _haproxy(text: str, site: Site) -> str:
    servers = "".join(f"    server s{port} 127.0.0.1:{port}\n" for port in site.services)
    return _with(
        text,
        {
            "    server one 127.0.0.1:8000\n": servers,
            "bind :80": f"bind 127.0.0.1:{site.http}",
            "bind :443": f"bind 127.0.0.1:{site.https}",
            "/etc/ssl/auth.example.com": str(site.folder),
        },
    )


NGINX: Final = Program("nginx", lambda path, file: (path, "-c", str(file), "-g", "daemon off;"), _nginx)
HAPROXY: Final = Program("haproxy", lambda path, file: (path, "-db", "-f", str(file)), _haproxy)
PROGRAMS: Final = (NGINX, HAPROXY)
HOW_TO_GET_THEM: Final = "Debian and Ubuntu: apt-get install nginx haproxy; macOS: brew install nginx haproxy"


def is_required() -> bool:
    """Say whether a missing proxy is a failure: where everything has to be shown (`.ci/run`), it is."""
    return os.environ.get(_GIVEN) == "required"


def missing() -> list[str]:
    """Name those that are not installed."""
    return [program.name for program in PROGRAMS if program.path is None]


@contextmanager
def running(program: Program, *services: int, folder: Path) -> Generator[Proxy]:
    """Run it before the services at these ports while the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    (shipped,) = DEPLOY.glob(f"{program.name}.c*f*")
    site = Site(folder, *_free_ports(), services=services)
    _certificate(folder)
    file = folder / shipped.name
    file.write_text(program.exchange(shipped.read_text(encoding="utf-8"), site), encoding="utf-8")
    output = folder / "output"
    path = program.path
    assert path is not None
    # At its end: nginx opens its output once more for what it serves, and what it complains of would overwrite that.
    with output.open("ab") as log:
        process = subprocess.Popen(
            tuple(program.command(path, file)), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
    with process:
        try:
            eventually(lambda: process.poll() is not None or _answers(site.https), within=10)
            assert process.poll() is None, output.read_text(encoding="utf-8")
            yield Proxy(program.name, site, output)
        finally:
            process.terminate()
            process.wait(10)


def _with(text: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        assert old in text, f"the shipped configuration has no {old!r} any more"
        text = text.replace(old, new)
    assert not re.search(r":(80|443|8000)\b", text)
    return text


def _free_ports() -> tuple[int, int]:
    with socket(AF_INET) as one, socket(AF_INET) as other:
        for each in (one, other):
            each.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
            each.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _answers(port: int) -> bool:
    try:
        create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _certificate(folder: Path) -> None:
    """Make one that nobody else would trust, in the forms both proxies read."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "fullchain.pem").write_bytes(certificate)
    (folder / "privkey.pem").write_bytes(private)
    (folder / "auth.pem").write_bytes(certificate + private)

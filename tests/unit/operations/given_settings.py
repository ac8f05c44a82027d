"""Settings that are given, for tests of what becomes of them."""

import secrets
from pathlib import Path

import pytest

from auth_http.settings import InvalidSettings, read_settings

GOOD_SECRET = "Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re"
GOOD_URL = "postgresql://auth:n7Qv2LxTz9@db.internal:5432/auth"
PRODUCTION = {
    "AUTH_ENV": "production",
    "AUTH_MASTER_SECRET": GOOD_SECRET,
    "AUTH_DATABASE_URL": GOOD_URL,
    "AUTH_PUBLIC_URL": "https://auth.example.com",
}


def problems(environ: dict[str, str]) -> dict[str, str]:
    """Return what is refused, by setting."""
    with pytest.raises(InvalidSettings) as refusal:
        read_settings(environ)
    return {problem.setting: problem.sentence for problem in refusal.value.problems}


def a_file(folder: Path, content: bytes, *, mode: int = 0o600) -> str:
    file = folder / secrets.token_hex(4)
    file.write_bytes(content)
    file.chmod(mode)
    return str(file)

"""Who else may read the secrets that lie in files."""

from collections.abc import Iterator
from pathlib import Path

from auth_http.doctor.finding import Finding
from auth_http.keychain import MASTER_SECRET_FILE
from auth_http.postgres_storage import EMBEDDED_FOLDER
from auth_http.settings import Settings
from auth_http.settings.secret_files import files_in_use, is_open_to_others


def examine_secret_files(settings: Settings) -> Iterator[Finding]:
    """Look at every file that holds a secret in use."""
    files = dict(files_in_use())
    if settings.makes_things_up:
        made_up = settings.data_dir / MASTER_SECRET_FILE
        if settings.master_secret is None and made_up.exists():
            files["AUTH_MASTER_SECRET"] = made_up
        if settings.database_url is None:
            home = settings.data_dir / EMBEDDED_FOLDER
            files |= {f"embedded database, {each.stem}": each for each in sorted(home.glob("*.password"))}
    for name, path in files.items():
        yield _examine(name, path)


def _examine(name: str, path: Path) -> Finding:
    others = is_open_to_others(path.stat())
    return Finding(
        check="secrets",
        ok=not others,
        detail=f"{name}: {path} {'can be read by others' if others else 'is ours alone'}",
        mend=f"chmod 600 {path}" if others else None,
    )

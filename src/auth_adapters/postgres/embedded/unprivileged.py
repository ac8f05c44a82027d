"""Running PostgreSQL's programs as somebody they accept: they refuse to run as root."""

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auth_adapters.postgres.embedded import enter_user_namespace
from auth_adapters.postgres.embedded.errors import EmbeddedPostgresError

_ROOT: Final = 0
_ACCOUNTS: Final = ("postgres", "nobody")
# The rest of the environment may hold the service's secrets, and a server shows its environment for as long as it runs.
_KEPT_FROM_ENVIRONMENT: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs programs in `folder` as the user `uid`, either by becoming that user or by what `prefix` does to us."""

    name: str
    folder: Path
    uid: int
    gid: int
    prefix: tuple[str, ...] = ()
    switches_user: bool = False

    def enter(self, folder: Path) -> None:
        """Let the programs pass through `folder`. It stays ours: in one of its own, an account could mislead root."""
        if self.switches_user:
            folder.chmod(0o711)

    def give(self, path: Path) -> None:
        """Make `path`, which we have made, belong to whom the programs run as."""
        if path.stat().st_uid != self.uid:
            os.chown(path, self.uid, self.gid)

    def run(
        self, program: Path, *arguments: str, stdin: str = "", keep_open: tuple[int, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run `program` to its end and return what it printed and how it ended. Raises: OSError."""
        return subprocess.run(
            [*self.prefix, str(program), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={name: os.environ[name] for name in _KEPT_FROM_ENVIRONMENT if name in os.environ} | {"LC_ALL": "C"},
            pass_fds=keep_open,
            start_new_session=True,  # Ctrl-C in the terminal is for the service, which then decides about the server
            user=self.uid if self.switches_user else None,
            group=self.gid if self.switches_user else None,
            extra_groups=() if self.switches_user else None,
        )


def choose_runner(folder: Path, *, program: Path, data: Path) -> Runner:
    """Return the first way to run `program` with access to `folder`.

    Once there is `data`, it is served by its owner. Raises: EmbeddedPostgresError.
    """
    refusals: list[str] = []
    for runner in _ways(folder, data):
        try:
            runner.enter(folder)
            # The shell goes to the folder by its full name, as the server will, and so finds a closed door on the way.
            trial = runner.run(Path("/bin/sh"), "-c", 'cd "$0" && exec "$1" --version', str(folder), str(program))
        except OSError as error:
            refusals.append(f"{runner.name}: {error}")
        else:
            if trial.returncode == 0:
                return runner
            refusals.append(f"{runner.name}: {trial.stderr.strip().rpartition('\n')[2]}")
    raise EmbeddedPostgresError.quoting(
        f"{program} cannot be run here for {folder}. PostgreSQL refuses to run as root: run the service as an ordinary "
        "user who owns its data folder; or as root with both in places that others may enter; or set AUTH_DATABASE_URL "
        "to a server of your own. What was tried:",
        "\n".join(refusals),
    )


def _ways(folder: Path, data: Path) -> Iterator[Runner]:
    if os.geteuid() != _ROOT:
        yield Runner(name="as this user", folder=folder, uid=os.geteuid(), gid=os.getegid())
        return
    owner = data.stat() if data.exists() else None
    if sys.platform == "linux" and (owner is None or owner.st_uid == _ROOT):
        script = (sys.executable, "-I", "-S", enter_user_namespace.__file__)
        yield Runner(name="in a user namespace", folder=folder, uid=_ROOT, gid=os.getegid(), prefix=script)
    if owner is None:
        for account in _accounts():
            yield _as(account.pw_uid, account.pw_gid, folder, name=f"as {account.pw_name}")
    elif owner.st_uid != _ROOT:
        yield _as(owner.st_uid, owner.st_gid, folder, name=f"as user {owner.st_uid}, who owns the data")


def _as(uid: int, gid: int, folder: Path, *, name: str) -> Runner:
    return Runner(name=name, folder=folder, uid=uid, gid=gid, switches_user=True)


def _accounts() -> Iterator[pwd.struct_passwd]:
    for name in _ACCOUNTS:
        with suppress(KeyError):
            yield pwd.getpwnam(name)

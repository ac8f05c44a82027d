"""What a person who has just started the service wants to know."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import structlog

from auth_core import AuthCore, UserNotFound
from auth_http.settings import LogFormat, Settings

_FEW = 50
_ADMIN = "admin"
SET_UP = "/setup/administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """Where the service listens, and what to do next."""

    settings: Settings
    address: str
    storage: str
    lacks_administrator: bool

    def make(self) -> None:
        """Say it: in words on a console, in a line of the log where lines are for programs."""
        docs = f"{self.address}/docs" if self.settings.docs else None
        command = _first_administrator() if self.lacks_administrator else None
        over_http = f"{self.address}{SET_UP}" if command and self.settings.setup_secret is not None else None
        if self.settings.log_format is LogFormat.JSON:
            structlog.get_logger("auth_http").info(
                "serving",
                address=self.address,
                docs=docs,
                storage=self.storage,
                make_first_administrator=command,
                set_up_open_at=over_http,
            )
            return
        lines = ["", f"  auth-service is ready ({self.settings.env.value})", "", f"  Address   {self.address}"]
        if docs:
            lines.append(f"  Docs      {docs}")
        lines.append(f"  Storage   {self.storage}")
        if command:
            lines += ["", "  There is no administrator yet. Make one, in another terminal:", f"    {command}"]
        if over_http:
            lines += ["", "  Or with AUTH_SETUP_SECRET, over HTTP:", f"    POST {over_http}"]
        sys.stdout.write("\n".join([*lines, "", ""]))
        sys.stdout.flush()


async def lacks_administrator(auth: AuthCore) -> bool:
    """Say whether there is nobody yet who administers. Where there are many accounts, somebody made them."""
    page = await auth.users.list(limit=_FEW)
    for user in (listed.user for listed in page.items):
        try:
            profile = await auth.users.look_up(user_id=user.id)
        except UserNotFound:  # disabled
            continue
        if _ADMIN in profile.principal.roles:
            return False
    return page.next is None


def _first_administrator() -> str:
    """Return the command, as it can be typed where we were started: in a clone, `./dev` knows where ours is."""
    in_clone = Path("dev").is_file() and shutil.which("./dev") is not None
    command = "./dev auth-service" if in_clone else "auth-service"
    return f"{command} users create you@example.com --first-name Your --last-name Name --admin"

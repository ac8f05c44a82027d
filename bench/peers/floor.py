"""What nobody who uses FastAPI can be faster than: routes that do nothing."""

import sys
from pathlib import Path
from typing import Final

from bench.peers.contestants import Contestant, Held, Start
from bench.peers.wire import Request

_HERE: Final = Path(__file__).parent / "noop"
_JSON: Final = {"Content-Type": "application/json"}


def _start(port: int, _database: str, folder: Path) -> Start:
    return Start(
        command=[
            *(sys.executable, "-m", "uvicorn", "app:app", "--app-dir", str(_HERE)),
            *("--port", str(port), "--no-access-log", "--log-level", "warning"),
        ],
        folder=folder,
        environ={},
    )


FLOOR: Final = (
    Contestant(
        name="a FastAPI route that does nothing",
        hashes_with=None,
        start=_start,
        register=lambda _: Request("POST", "/register"),
        log_in=lambda _: Request("POST", "/login"),
        held=lambda answer, _: Held(answer["access_token"], answer["refresh_token"]),
        me=lambda held: Request("GET", "/me", {"Authorization": f"Bearer {held.access}"}),
        refresh=lambda held: Request("POST", "/refresh", _JSON, f'{{"refresh_token": "{held.refresh}"}}'.encode()),
        verify=lambda held: Request("POST", "/verify", _JSON, f'{{"token": "{held.access}"}}'.encode()),
        introspect=lambda held, _: Request("POST", "/verify", _JSON, f'{{"token": "{held.access}"}}'.encode()),
    ),
)

"""Ask a server on this machine how it is, as cheaply as can be: `python -m auth_http.health_probe PORT [PATH]`.

For the health check of a container: it starts within milliseconds, imports nothing of the service and reads no setting.
"""

import socket
import sys
import time
from typing import Final

DEADLINE: Final = 3.0
"""Seconds for everything together."""

LIVENESS: Final = "/health/live"

_WELL: Final = b"HTTP/1.1 200 "


def is_well(port: int, path: str = LIVENESS, *, within: float = DEADLINE) -> bool:
    """Say whether 127.0.0.1:`port` answers `GET path` with 200 `within` so many seconds."""
    question = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode("ascii")
    end = time.monotonic() + within
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=within) as connection:
            connection.sendall(question)
            while len(answer) < len(_WELL):
                connection.settimeout(max(end - time.monotonic(), 0.001))  # 0 would be another mode
                received = connection.recv(len(_WELL) - len(answer))
                if not received:
                    return False
                answer += received
    except OSError:
        return False
    return answer == _WELL


if __name__ == "__main__":
    sys.exit(not is_well(int(sys.argv[1]), *sys.argv[2:]))

"""One connection to a server, on which one asks and waits: nothing between the clock and the wire."""

import json
import socket


class OneConnection:
    """Sends documents by POST. What was sent and what came back is bytes, and nothing is read but where it ends."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._socket = self._connected()
        self._head = f"Host: {host}:{port}\r\nContent-Type: application/json\r\n"
        self.statuses: set[int] = set()

    def written(self, path: str, document: object, *, token: str | None = None) -> bytes:
        """Return a request as it is sent, by whoever holds the access token."""
        body = json.dumps(document).encode()
        head = f"POST {path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n"
        if token is not None:
            head += f"Authorization: Bearer {token}\r\n"
        return f"{head}\r\n".encode() + body

    def send(self, request: bytes) -> bytes:
        """Send it and return the whole answer."""
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        length = next(
            (
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            ),
            0,
        )
        while len(body) < length:
            body += self._more()
        self.statuses.add(int(head[9:12]))
        return body

    def renew(self) -> None:
        """Begin another connection: the server has hung up on one over which nothing was said for some seconds."""
        self._socket.close()
        self._socket = self._connected()

    def _connected(self) -> socket.socket:
        made = socket.create_connection(self._address, timeout=60)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _more(self) -> bytes:
        chunk = self._socket.recv(65536)
        if not chunk:
            raise ConnectionError("the server has hung up")
        return chunk

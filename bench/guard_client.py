"""The client of `bench.guard`, a process of its own: one connection, one request after the other.

The first line of its input is a JSON list of where to connect and the tokens to send in turn. Every further line is a
path and how often to ask for it; it says "done" when it has.
"""

import itertools
import json
import socket
import sys
from collections.abc import Iterator


def main() -> None:
    """Do what the input says until it ends."""
    port, tokens = json.loads(sys.stdin.readline())
    with socket.create_connection(("127.0.0.1", port)) as connection:
        turn = itertools.cycle(tokens)
        for line in sys.stdin:
            path, times = line.split()
            for token in itertools.islice(turn, int(times)):
                _ask(connection, path, token)
            print("done", flush=True)


def _ask(connection: socket.socket, path: str, token: str) -> None:
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: invoices.example\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate\r\n"
        f"User-Agent: a client\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )
    answer = b"".join(_until_its_end(connection))
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise AssertionError(answer)


def _until_its_end(connection: socket.socket) -> Iterator[bytes]:
    """Every answer here is one small document."""
    part = b""
    while not part.endswith(b"}"):
        part = connection.recv(65_536)
        yield part


if __name__ == "__main__":
    main()

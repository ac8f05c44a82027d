"""The service as a process of its own, started by its command and heard through its output."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

_PATIENCE = 60
_READY = ("auth-service is ready", '"serving"', "Application startup complete")
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of this process with these settings of the service and no others."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AUTH_")} | dict(settings)


def command(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command of the service to its end."""
    return subprocess.run(
        [sys.executable, "-m", "auth_http", *arguments],
        cwd=folder,
        env=environment(settings or {}),
        input=typed,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )


@dataclass(slots=True, kw_only=True)
class ServiceProcess:
    """A service that has said where it listens."""

    process: subprocess.Popen[bytes]
    output: Path
    port: int

    @property
    def said(self) -> str:
        """Everything it has written so far, to stdout and stderr."""
        return self.output.read_text(encoding="utf-8")

    def ask(
        self, method: str, path: str, document: object = None, *, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Send a request on a connection of its own; return the status and the document of the answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            body = document if isinstance(document, bytes) else json.dumps(document).encode() if document else None
            connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.status, json.loads(content) if content and is_json else content

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(_PATIENCE)


@contextmanager
def serving(
    *arguments: str,
    folder: Path,
    settings: Mapping[str, str] | None = None,
    launch: tuple[str, ...] = ("auth_http", "serve", "--port", "0"),
    port: int | None = None,
) -> Generator[ServiceProcess]:
    """Serve until the block ends: on a free port, or on `port` when what is launched has been told of it."""
    output = folder / f"output-{time.monotonic_ns()}"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *launch, *arguments],
            cwd=folder,
            env=environment(settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    with process:
        try:
            yield ServiceProcess(process=process, output=output, port=_port(process, output, port))
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(_PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()


def eventually(holds: Callable[[], object], *, within: float = _PATIENCE) -> None:
    """Wait until what is asked about another process holds."""
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            raise AssertionError("it did not come true in time")
        time.sleep(0.05)


def _port(process: subprocess.Popen[bytes], output: Path, port: int | None) -> int:
    found: list[str] = []

    def told() -> bool:
        text = output.read_text(encoding="utf-8")
        if process.poll() is not None:
            raise AssertionError(f"the service ended with {process.returncode}:\n{text}")
        ready = any(mark in text for mark in _READY)
        found[:] = _ADDRESS.findall(text) if ready else []
        return ready if port else bool(found)

    eventually(told)
    return port or int(found[0])

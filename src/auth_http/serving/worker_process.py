"""One of several processes that serve: `python -m auth_http.serving.worker_process LISTENER READY LIFELINE NUMBER`.

The first three are numbers of open files: the socket to serve on, the pipe in which to say that we do, and the one
whose end means that the supervisor is gone. The last says which of the workers this is, counted from 0.
"""

import os
import socket
import sys
from contextlib import suppress

from auth_http.container import container_of_environment
from auth_http.failures import told_plainly
from auth_http.serving.one_process import ServingProcess
from auth_http.telemetry import log_what_nobody_caught


def main() -> None:
    """Serve until told to stop."""
    listener, ready, lifeline, number = (int(argument) for argument in sys.argv[1:])

    def on_started() -> None:
        with suppress(BrokenPipeError):  # the supervisor is gone, and its lifeline is about to say so
            os.write(ready, b"!")
        os.close(ready)

    with told_plainly():
        container = container_of_environment()
        log_what_nobody_caught()
        ServingProcess(
            container=container,
            listener=socket.socket(fileno=listener),
            on_started=on_started,
            lifeline=lifeline,
            number=number,
        ).run()


if __name__ == "__main__":
    main()

"""One of several processes that serve: `python -m auth_http.serving.worker_process LISTENER SUPERVISOR NUMBER`.

The first two are numbers of open files: the socket to serve on, and the one that leads to the supervisor, whom we tell
when we serve. The last says which of the workers this is, counted from 0.
"""

import socket
import sys
from contextlib import suppress

from auth_http.failures import told_plainly
from auth_http.serving.settled import settled_as_it_comes


def main() -> None:
    """Serve until told to stop."""
    with told_plainly():
        with settled_as_it_comes():
            from auth_http.container import container_of_environment  # noqa: PLC0415 - while nothing is collected
            from auth_http.serving.one_process import ServingProcess  # noqa: PLC0415 - while nothing is collected
            from auth_http.telemetry import log_what_nobody_caught  # noqa: PLC0415 - while nothing is collected

        listener, supervisor, number = (int(argument) for argument in sys.argv[1:])
        line = socket.socket(fileno=supervisor)

        def on_started() -> None:
            with suppress(BrokenPipeError):  # the supervisor is gone, and the end of the line is about to say so
                line.send(b"!")

        container = container_of_environment()
        log_what_nobody_caught()
        ServingProcess(
            container=container,
            listener=socket.socket(fileno=listener),
            on_started=on_started,
            supervisor=line,
            number=number,
        ).run()


if __name__ == "__main__":
    main()

"""`auth-service worker`."""

from auth_http.failures import told_plainly


def worker() -> None:
    """Deliver mail, and nothing else: beside `auth-service serve` with AUTH_DELIVERY=off, on any number of machines.

    SIGTERM and SIGINT stop it when what is being sent has been sent.
    """
    with told_plainly():
        from auth_http.serving.delivering_process import deliver_by
        from auth_http.settings.reading import environment_with

        deliver_by(environment_with({}))

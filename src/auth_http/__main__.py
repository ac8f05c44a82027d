"""The command `auth-service`, also `python -m auth_http`."""

from auth_http.failures import told_plainly


def main() -> None:
    """Run the command line. Raises: SystemExit."""
    with told_plainly():
        from auth_adapters.extras import needs

        with needs("server"):
            from auth_http.cli.app import app
        app()


if __name__ == "__main__":
    main()

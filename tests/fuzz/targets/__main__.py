"""`python -m tests.fuzz.targets NAME [--seconds N]`: look for inputs that break a target, led by what they reach.

Needs atheris, which is not among what `./dev` installs:

    ./dev uv pip install --group fuzz
    ./dev python -m tests.fuzz.targets "JSON body" --seconds 60

What breaks it is printed and written to a file `crash-…` in this folder.
"""

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any


def main() -> None:
    """Run atheris over one target until it finds something or the time is over."""
    try:
        fuzzer: Any = import_module("atheris")  # By its name: who checks types need not have it.
    except ModuleNotFoundError:
        sys.exit("atheris is missing: ./dev uv pip install --group fuzz")
    # The modules the targets import are followed; those imported before are not.
    with fuzzer.instrument_imports(include=["auth_core", "auth_adapters", "auth_http"]):
        from tests.fuzz.targets.every import every_target

    targets = every_target()
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz.targets", description="Look for inputs that break a reader."
    )
    parser.add_argument("name", choices=sorted(targets), metavar="NAME", help=f"one of: {', '.join(sorted(targets))}")
    parser.add_argument("--seconds", type=int, default=60, help="how long to look")
    given = parser.parse_args()
    target = targets[given.name]
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(target.seeds):
            (Path(folder) / str(number)).write_bytes(seed)
        arguments = [sys.argv[0], f"-max_total_time={given.seconds}", "-max_len=4096", "-print_final_stats=1", folder]
        fuzzer.Setup(arguments, lambda data: target.reads(data) and None)
        fuzzer.Fuzz()


if __name__ == "__main__":
    main()

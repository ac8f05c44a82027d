"""The command `python -m docs.generate`."""

import argparse
import sys

from docs.generate.pages import REFERENCE, drifted, write


def main() -> int:
    """Write the pages, or with `--check` only say which are not as they should be. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description="Make docs/reference from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when a page has drifted")
    if not parser.parse_args().check:
        write()
        return 0
    stale = drifted()
    for name in stale:
        sys.stderr.write(f"{(REFERENCE / name).relative_to(REFERENCE.parents[1])} is not what the code says\n")
    if stale:
        sys.stderr.write("make them anew: python -m docs.generate\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())

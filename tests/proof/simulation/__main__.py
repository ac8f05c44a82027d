"""`python -m tests.proof.simulation --seed N`: run one simulation and tell what happens in it."""

import argparse
import sys

from tests.proof.simulation.simulate import Found, trace_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, required=True, help="which one")
    try:
        sys.stdout.write(f"{trace_of(parser.parse_args().seed)}\n")
    except Found as found:
        sys.stdout.write(f"{found}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

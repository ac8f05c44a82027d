"""`python -m bench [--quick] [NAME …]`: run measurements, print what they found, and keep it under bench/results."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from bench import (
    audit_retention,
    audit_trail,
    guard,
    import_time,
    importing,
    listing,
    log_in_storm,
    many_requests,
    revocation_latency,
    roles,
    rotation,
    side_by_side,
    slow_clients,
    throttling,
    timing,
    tokens,
    verify,
    verify_only,
)
from bench.machine import description, loop_factory

MEASUREMENTS = {
    "audit_retention": audit_retention,
    "audit_trail": audit_trail,
    "guard": guard,
    "import_time": import_time,
    "importing": importing,
    "listing": listing,
    "log_in_storm": log_in_storm,
    "many_requests": many_requests,
    "revocation_latency": revocation_latency,
    "roles": roles,
    "rotation": rotation,
    "side_by_side": side_by_side,
    "slow_clients": slow_clients,
    "throttling": throttling,
    "timing": timing,
    "tokens": tokens,
    "verify": verify,
    "verify_only": verify_only,
}
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Run what is named, or say what there is."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(MEASUREMENTS)}, all")
    parser.add_argument("--quick", action="store_true", help="a short run, to see that it works; nothing is kept")
    arguments = parser.parse_args()
    names = list(MEASUREMENTS) if arguments.names == ["all"] else arguments.names
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"no such measurement: {', '.join(unknown)}")
    if not names:
        for name, module in MEASUREMENTS.items():
            print(f"{name:16}{(module.__doc__ or '').partition(chr(10))[0]}")
        return
    for name in names:
        print(f"{name} …", file=sys.stderr)
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            found = runner.run(MEASUREMENTS[name].measure(quick=arguments.quick))
        text = json.dumps({"measurement": name, "machine": description(), **found}, indent=2)
        print(text)
        if not arguments.quick:
            RESULTS.mkdir(exist_ok=True)
            (RESULTS / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""`python -m tests.proof.deliveries --kills 200`: deliverers and PostgreSQL killed at every step of a delivery.

What was found is printed, and with `--keep` kept under docs/reference/campaigns. It starts a PostgreSQL of its own,
which writes to the disk before it says so, and on loopback a mail server, or with
`--of webhooks` a receiver of webhooks. Linux only.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.proof.deliveries.campaign import Lost, run
from tests.proof.deliveries.channels import CHANNELS

_KEPT: Final = Path(__file__).parents[3] / "docs" / "reference" / "campaigns"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--of", choices=CHANNELS, default="mail")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = asyncio.run(run(chosen.kills, of=chosen.of, seed=chosen.seed, home=Path(folder)))
        except Lost as lost:
            sys.stderr.write(f"{lost}\n{(Path(folder) / 'deliverer.log').read_text(encoding='utf-8')[-4000:]}\n")
            return 1
    document = json.dumps(found, indent=2)
    sys.stdout.write(f"{document}\n")
    if chosen.keep:
        (_KEPT / f"{found['campaign']}.json").write_text(f"{document}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

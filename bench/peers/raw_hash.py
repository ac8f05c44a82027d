"""What bcrypt by itself costs on the server's core: `COST TIMES` print the CPU and the wall time of a hash, in µs."""

import asyncio
import sys
import time

import bcrypt

from bench.peers.corner import Round

COST = 12


async def raw_bcrypt(times: int, *, core: int) -> Round:
    """Hash in a process of its own on one core."""
    process = await asyncio.create_subprocess_exec(
        *("taskset", "--cpu-list", str(core), sys.executable, "-m", "bench.peers.raw_hash", str(COST), str(times)),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    cpu, wall = map(float, said.split())
    return Round(micros=cpu, a_second=1e6 / wall)


def main(cost: int, times: int) -> None:
    """Hash the same password again and again."""
    salt = bcrypt.gensalt(cost)
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(times):
        bcrypt.hashpw(b"correct horse battery staple 7", salt)
    print((time.process_time() - cpu) / times * 1e6, (time.perf_counter() - wall) / times * 1e6)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

"""The clients of `log_in_storm`, in a process of their own: `WEATHER ADDRESS ROUNDS PEOPLE PASSWORD`."""

import asyncio
import json
import sys
import time
from collections import Counter

import httpx2


async def main(weather: str, address: str, rounds: int, people: int, password: str) -> None:
    """Log in, or only look on, and print how long `GET /health/live` took and how the log-ins ended."""
    ends: Counter[int] = Counter()
    waits: list[float] = []
    limits = httpx2.Limits(max_connections=people)
    async with (
        httpx2.AsyncClient(base_url=address, timeout=60, limits=limits) as client,
        httpx2.AsyncClient(base_url=address, timeout=60) as onlooker,
    ):

        async def log_in() -> None:
            answer = await client.post("/auth/login", json={"email": "ada@example.com", "password": password})
            ends[answer.status_code] += 1

        async def look_on() -> None:
            while True:
                due = time.perf_counter()
                await onlooker.get("/health/live")
                waits.append((time.perf_counter() - due) * 1000)
                await asyncio.sleep(0.01)

        looking = asyncio.create_task(look_on())
        started = time.perf_counter()
        for _ in range(rounds):
            if weather == "storm":
                await asyncio.gather(*(log_in() for _ in range(people)))
            else:
                await asyncio.sleep(2)
        taken = time.perf_counter() - started
        looking.cancel()
    ordered = sorted(waits)
    print(
        json.dumps(
            {
                "seconds": round(taken, 1),
                "log_ins": {str(status): number for status, number in sorted(ends.items())},
                "live": {
                    "asked": len(ordered),
                    "p50": round(ordered[len(ordered) // 2], 2),
                    "p99": round(ordered[int(len(ordered) * 0.99)], 2),
                    "worst": round(ordered[-1], 2),
                },
            }
        )
    )


if __name__ == "__main__":
    weather, address, rounds, people, password = sys.argv[1:]
    asyncio.run(main(weather, address, int(rounds), int(people), password))

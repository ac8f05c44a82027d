"""Clients that log in one after the other, in a process of their own: `ADDRESS SECONDS CLIENTS PASSWORD`."""

import asyncio
import json
import sys
import time

import httpx2


async def main(address: str, seconds: float, clients: int, password: str) -> None:
    """Log in for as long, and print how often that was, and how long it took to the end of the last one."""
    limits = httpx2.Limits(max_connections=clients)
    async with httpx2.AsyncClient(base_url=address, timeout=60, limits=limits, trust_env=False) as client:
        begun = time.perf_counter()

        async def log_in_again_and_again(email: str) -> int:
            done = 0
            while time.perf_counter() - begun < seconds:
                answer = await client.post("/auth/login", json={"email": email, "password": password})
                if answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE:
                    await asyncio.sleep(0.2)  # the machine has too much else to do: it counts for neither side
                    continue
                answer.raise_for_status()
                done += 1
            return done

        people = [f"person-{number}@example.com" for number in range(clients)]
        done = sum(await asyncio.gather(*map(log_in_again_and_again, people)))
        print(json.dumps({"log_ins": done, "seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    address, seconds, clients, password = sys.argv[1:]
    asyncio.run(main(address, float(seconds), int(clients), password))

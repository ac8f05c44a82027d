"""One script, two stores: PostgreSQL and memory answer alike, step by step, and as the model says."""

from dataclasses import replace
from typing import Final

import pytest

from auth_adapters.postgres import Database, postgres_ports
from auth_core import Policies
from auth_core.testing import MovableClock
from tests.proof.random_scripts import random_script
from tests.proof.setting import MakePlace, Place, Proof, in_memory

SCRIPTS: Final = 40


def in_postgres(database: Database) -> MakePlace:
    """Return how to make places whose processes all store in `database`."""

    def make_place(clock: MovableClock, policies: Policies) -> Place:
        besides_storage = in_memory(clock, policies)
        storage = postgres_ports(database, clock=clock)
        return lambda: replace(
            besides_storage(),
            uow=storage.uow,
            candidates=storage.candidates,
            profiles=storage.profiles,
            refresh_chains=storage.refresh_chains,
            access_check=storage.access_check,
            ended_sessions=storage.ended_sessions,
        )

    return make_place


@pytest.mark.covers("RFR-06", "RFR-14", "RFR-15", "RFR-19")
@pytest.mark.parametrize("seed", range(SCRIPTS))
async def test_memory_and_postgres_answer_alike(seed: int, database: Database) -> None:
    script = random_script(seed)
    in_process = Proof(script.retry_window)
    stored = Proof(script.retry_window, make_place=in_postgres(database))

    transcripts = [await proof.transcript(script.steps) for proof in (in_process, stored)]

    assert transcripts[0] == transcripts[1]
